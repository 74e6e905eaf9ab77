//! What clients send and get.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::arguments::ArgumentBrief;
use crate::db::schema::{positions, relations};
use crate::domain::ids::{ArgumentId, PositionId, RelationId, TopicId, TopicRef};
use crate::domain::kinds::RelationKind;
use crate::domain::slug::Slug;
use crate::domain::text::{Claim, Statement};
use crate::graph::bearing::Sign;
use crate::http::expand::{Expand, Expandable, Kind, expandable};
use crate::http::extract::Number;
use crate::http::parameters::parameters;
use crate::http::sparse::Fields;
use crate::links::{EndName, PlaceRef};

/// What is read of a position.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = positions)]
pub struct PositionBrief {
    /// Its id.
    pub id: PositionId,
    /// Its slug.
    pub slug: Slug,
    /// What it answers.
    pub statement: Statement,
}

/// What is read of a relation.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = relations)]
pub struct RelationBrief {
    /// Its id.
    pub id: RelationId,
    /// Its slug.
    pub slug: Slug,
    /// Which way its premises bear on its target.
    pub kind: RelationKind,
}

/// Which way something bears on something else, through whatever lies between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Stance {
    /// It speaks for it: the attacks on the way are even in number.
    For,
    /// It speaks against it: the attacks on the way are odd in number.
    Against,
}

impl From<Sign> for Stance {
    fn from(sign: Sign) -> Self {
        match sign {
            Sign::For => Self::For,
            Sign::Against => Self::Against,
        }
    }
}

/// One relation on the way from an argument up to what it bears on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Step {
    /// The slug of the relation.
    pub relation: Slug,
    /// Which way its premises bear on its target.
    pub kind: RelationKind,
    /// What it bears on. The next step is a relation of which this is a premise; or, where this is
    /// a relation, that relation.
    pub target: EndName,
}

/// A way from an argument up to what it bears on, that passes nothing twice.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BearingPath {
    /// Where it ends.
    pub to: EndName,
    /// Which way the argument bears on the end by this path: an attack turns it round, also an attack
    /// on a relation; supporting and rephrasing keep it.
    pub stance: Stance,
    /// Whether it goes through an undercut, a relation onto a relation: then the argument strengthens
    /// or weakens an inference on the way, and says nothing for or against the end by itself.
    pub through_undercut: bool,
    /// The relations on the way, in order.
    pub steps: Vec<Step>,
}

/// A position that an argument bears on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PositionInReach {
    /// Its id.
    pub id: PositionId,
    /// Its slug.
    pub slug: Slug,
    /// What it answers.
    pub statement: Statement,
    /// How many relations a shortest path to it has.
    pub distance: usize,
    /// How many of the paths given here speak for it.
    #[serde(rename = "for")]
    pub for_it: usize,
    /// How many of the paths given here speak against it.
    pub against: usize,
}

/// What an argument bears on.
#[derive(Debug, Serialize, ToSchema)]
pub struct AncestorsView {
    /// Counts every change in the topic; the `ETag` of the answer.
    #[schema(minimum = 1)]
    pub revision: i64,
    /// The argument that was asked about.
    pub argument: ArgumentBrief,
    /// Every position that it bears on, the nearest first, whether or not a path to it is given.
    pub positions: Vec<PositionInReach>,
    /// The paths to these positions; the first is a shortest one.
    pub paths: Vec<BearingPath>,
    /// Whether these are all paths.
    pub complete: bool,
    /// The other arguments on the paths, oldest first, each once.
    pub arguments: Vec<ArgumentBrief>,
}

/// Which of two records bears on the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// The argument bears on the other record.
    Up,
    /// The other record, an argument too, bears on the argument.
    Down,
}

/// How an argument and another record hang together.
#[derive(Debug, Serialize, ToSchema)]
pub struct PathView {
    /// Counts every change in the topic; the `ETag` of the answer.
    #[schema(minimum = 1)]
    pub revision: i64,
    /// The argument that was asked about.
    pub argument: ArgumentBrief,
    /// The other record.
    pub other: EndName,
    /// Which of them bears on the other; null if neither does.
    #[schema(required)]
    pub direction: Option<Direction>,
    /// A shortest path from the one to the other; null if there is none.
    #[schema(required)]
    pub path: Option<BearingPath>,
    /// The arguments on the path, but for the one that was asked about, oldest first, each once.
    pub arguments: Vec<ArgumentBrief>,
}

/// An argument that bears on the one that was asked about.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DescendantArgument {
    /// Its id.
    pub id: ArgumentId,
    /// The topic that it stands in, which the client has named.
    #[serde(skip)]
    pub topic_id: TopicId,
    /// Its slug.
    pub slug: Slug,
    /// What it claims.
    pub claim: Claim,
    /// How many relations lead from it to the argument that was asked about, by its shortest paths.
    #[schema(minimum = 1)]
    pub depth: u32,
    /// Which way it bears on the argument that was asked about, by its shortest paths; both, where
    /// these differ.
    pub stances: Vec<Stance>,
    /// The first step of one of these paths.
    pub through: Step,
}

/// Some of the fields of what an argument bears on.
pub type AncestorsFields = Fields<AncestorsView>;

/// Some of the fields of how two records hang together.
pub type PathFields = Fields<PathView>;

/// Some of the fields of an argument that bears on another.
pub type DescendantFields = Fields<DescendantArgument>;

/// Some of the fields of a finding.
pub type FindingFields = Fields<Finding>;

/// What may be asked for with an argument that bears on another.
pub type DescendantExpand = Expand<DescendantArgument>;

expandable!(DescendantArgument: Argument, |it| Some(it.topic_id));

/// What may be asked for with a finding.
pub type FindingExpand = Expand<Finding>;

impl Expandable for Finding {
    const KINDS: &'static [Kind] = &[Kind::Position, Kind::Argument, Kind::Relation];

    fn kind(&self) -> Kind {
        match self.kind {
            RecordKind::Position => Kind::Position,
            RecordKind::Argument => Kind::Argument,
            RecordKind::Relation => Kind::Relation,
        }
    }

    fn id(&self) -> Uuid {
        self.id
    }

    fn topic_id(&self) -> Option<TopicId> {
        Some(self.topic_id)
    }
}

/// Some of the fields of statistics.
pub type StatisticsFields = Fields<Statistics>;

/// How many paths an answer gives at most.
pub type PathLimit = Number<1, 1000>;

/// How deep descendants lie.
pub type DescendantDepth = Number<1, 1_000_000>;

parameters! {
    /// How many ancestors.
    pub struct AncestorsParameters with fields AncestorsFields {
        /// How many paths at most; by default 100.
        #[param(inline)]
        pub limit: Option<PathLimit>,
    }
}

parameters! {
    /// Which path.
    pub struct PathParameters with fields PathFields {
        /// The position or argument to find the path to: its id or slug, as in `some-slug`. Where a
        /// position and an argument have the slug, the position is meant, unless the kind is said, as
        /// in `argument:some-slug`.
        #[param(inline, required)]
        pub to: PlaceRef,
    }
}

parameters! {
    /// Which descendants.
    pub struct DescendantFilter with page, fields DescendantFields, expand DescendantExpand {
        /// Through how many relations at most; by default any number.
        #[param(inline)]
        pub depth: Option<DescendantDepth>,
    }
}

/// A kind of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// Arguments that nothing attacks, and no relation of which they are a premise is attacked.
    Unanswered,
    /// Arguments that nothing supports and no quote backs.
    Unsupported,
    /// Arguments that no quote backs.
    Unquoted,
    /// Positions that relations only support or only attack directly.
    OneSided,
    /// Positions that nothing bears on.
    Bare,
    /// Arguments from which no path leads to a position.
    Orphans,
    /// Groups of arguments and relations that bear on themselves through each other; each is told by
    /// its oldest argument, or its oldest relation where it has none.
    Cycles,
}

/// The path of a list of findings.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct FindingPath {
    /// The id or slug of the topic.
    pub topic: TopicRef,
    /// What was found.
    #[param(inline)]
    pub finding: FindingKind,
}

parameters! {
    /// Which findings.
    pub struct FindingFilter with page, fields FindingFields, expand FindingExpand {}
}

parameters! {
    /// How much of the findings.
    pub struct StatisticsParameters with fields StatisticsFields {
        /// How many positions and findings of each kind are told; by default 20. The rest is in the
        /// list of that kind.
        #[param(inline)]
        pub limit: Option<Number<0, 100>>,
    }
}

/// A kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RecordKind {
    /// An answer to the topic.
    Position,
    /// A reason.
    Argument,
    /// Premises that bear on a target.
    Relation,
}

/// A record that somebody should look at.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Finding {
    /// What it is.
    pub kind: RecordKind,
    /// Its id.
    pub id: Uuid,
    /// The topic that it stands in, which the client has named.
    #[serde(skip)]
    pub topic_id: TopicId,
    /// Its slug.
    pub slug: Slug,
    /// What it says; left out for a relation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub text: Option<String>,
    /// Of a cycle: how many arguments and relations it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    pub size: Option<usize>,
    /// Of a cycle: its arguments and then its relations, oldest first, the first 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub members: Option<Vec<EndName>>,
}

/// The findings of one kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingsOfKind {
    /// How many there are.
    pub count: usize,
    /// The first of them, oldest first.
    pub first: Vec<Finding>,
}

/// How many records a topic has.
#[derive(Debug, Serialize, ToSchema)]
pub struct TopicCounts {
    /// Its positions.
    pub positions: usize,
    /// Its arguments.
    pub arguments: usize,
    /// Its relations.
    pub relations: usize,
    /// The relations that support.
    pub supports: usize,
    /// The relations that attack.
    pub attacks: usize,
    /// The relations that rephrase.
    pub rephrases: usize,
    /// The relations onto relations.
    pub undercuts: usize,
    /// Its citations.
    #[schema(minimum = 0)]
    pub citations: i64,
    /// The sources that they quote.
    #[schema(minimum = 0)]
    pub sources: i64,
}

/// What speaks for a position, and what against it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PositionBalance {
    /// Its id.
    pub id: PositionId,
    /// Its slug.
    pub slug: Slug,
    /// What it answers.
    pub statement: Statement,
    /// How many relations support it directly.
    pub supports: usize,
    /// How many relations attack it directly.
    pub attacks: usize,
    /// How many relations rephrase it.
    pub rephrases: usize,
    /// The arguments that bear on it, directly or through others; null where counting them for so many
    /// positions would take too long.
    #[schema(required)]
    pub arguments: Option<Leaning>,
}

/// How many arguments lean which way, each by its shortest paths.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Leaning {
    /// Those that speak for the position.
    #[serde(rename = "for")]
    pub for_it: usize,
    /// Those that speak against it.
    pub against: usize,
    /// Those that do both.
    pub both: usize,
}

/// A topic in numbers, and what a curator works through next.
#[derive(Debug, Serialize, ToSchema)]
pub struct Statistics {
    /// Counts every change in the topic; the `ETag` of the statistics.
    #[schema(minimum = 1)]
    pub revision: i64,
    /// How many records there are.
    pub counts: TopicCounts,
    /// How many relations lead from the furthest argument to its nearest position.
    #[schema(minimum = 0)]
    pub depth: u32,
    /// The first positions, by rank: what speaks for each, and what against.
    pub positions: Vec<PositionBalance>,
    /// Arguments that nothing attacks, and no relation of which they are a premise is attacked.
    pub unanswered: FindingsOfKind,
    /// Arguments that nothing supports and no quote backs.
    pub unsupported: FindingsOfKind,
    /// Arguments that no quote backs.
    pub unquoted: FindingsOfKind,
    /// Positions that relations only support or only attack directly.
    pub one_sided: FindingsOfKind,
    /// Positions that nothing bears on.
    pub bare: FindingsOfKind,
    /// Arguments from which no path leads to a position.
    pub orphans: FindingsOfKind,
    /// Groups of arguments and relations that bear on themselves through each other.
    pub cycles: FindingsOfKind,
}
