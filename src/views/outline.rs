//! The outline: positions by rank, each with its arguments nested by relation.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::places::{self, Ends};
use super::queries::{ArgumentRow, CitationRow, PositionRow, RelationRow, TopicRows};
use crate::domain::ids::{ArgumentId, CitationId, PositionId, RelationId};
use crate::domain::kinds::RelationKind;
use crate::domain::language::Language;
use crate::domain::quote::Exact;
use crate::domain::slug::Slug;
use crate::domain::text::{Body, Claim, Scheme, Statement, Summary};
use crate::graph::debate::Debate;
use crate::graph::node::{ArgumentIndex, Node, PositionIndex, RelationIndex};
use crate::graph::outline::{Appearance, Outline};
use crate::http::extract::Number;
use crate::http::parameters::parameters;
use crate::http::problem::Result;
use crate::http::sparse::Fields;
use crate::links::PlaceRef;
use crate::links::queries::End;
use crate::topics::Topic;

/// A program that reads JSON must be able to bear its nesting, so no outline is nested deeper.
pub const DEEPEST: u32 = 100;

/// How many levels of an outline are asked for.
pub type Depth = Number<0, 100>;

parameters! {
    /// How much of the outline.
    pub struct OutlineParameters with fields OutlineFields {
        /// How many levels of arguments: 0 is the positions alone. By default all, to the 100th.
        #[param(inline)]
        pub depth: Option<Depth>,
        /// Only what is below this position or argument, which stands at the top alone: its id or slug,
        /// as in `some-slug`. Where a position and an argument have the slug, the position is meant,
        /// unless the kind is said, as in `argument:some-slug`. So a debate that goes deeper than one
        /// outline is read on.
        #[param(inline)]
        pub root: Option<PlaceRef>,
    }
}

impl OutlineParameters {
    /// Whether all of the outline is asked for.
    pub fn are_of_all(&self) -> bool {
        self.depth.is_none() && self.root.is_none() && self.fields.is_none()
    }
}

/// Some of the fields of an outline.
pub type OutlineFields = Fields<OutlineView>;

/// A topic as a reader meets it.
///
/// An argument stands in full where it is first met, reading from the top; met again, it is a
/// short reference, so cycles end. Undercuts hang under the relation that they attack.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutlineView {
    /// The topic.
    pub topic: Topic,
    /// Counts every change in the topic; the `ETag` of the outline.
    #[schema(minimum = 1)]
    pub revision: i64,
    /// The quotes that back the topic itself.
    pub citations: Vec<OutlineCitation>,
    /// Its positions, by rank.
    pub positions: Vec<OutlinePosition>,
    /// The argument that was asked for as `root`, with what is below it; then there are no positions.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub root: Option<OutlineArgument>,
    /// What no position reaches; nothing, if a `root` was asked for.
    pub unplaced: Unplaced,
}

/// What no position of a topic reaches.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unplaced {
    /// Arguments that bear on no position, directly or through others.
    pub arguments: Vec<OutlineArgument>,
    /// Relations that bear on nothing but one another.
    pub relations: Vec<OutlineRelation>,
}

/// A position in an outline.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutlinePosition {
    /// Its id.
    pub id: PositionId,
    /// Its slug.
    pub slug: Slug,
    /// What it answers.
    pub statement: Statement,
    /// A short explanation.
    pub summary: Summary,
    /// Its place among the positions.
    pub rank: i32,
    /// The quotes that back it.
    pub citations: Vec<OutlineCitation>,
    /// What bears on it: supports, then attacks, then rephrasings, each oldest first.
    pub relations: Vec<OutlineRelation>,
    /// Where `depth` cut the outline here: how many arguments stand below, each time they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    pub below: Option<u32>,
}

/// A relation in an outline, under what it bears on.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutlineRelation {
    /// Its id.
    pub id: RelationId,
    /// Its slug.
    pub slug: Slug,
    /// Which way its premises bear on what it stands under.
    pub kind: RelationKind,
    /// The argumentation scheme.
    #[schema(required)]
    pub scheme: Option<Scheme>,
    /// Whether both ends contradict each other.
    pub symmetric: bool,
    /// The quotes that back the relation itself.
    pub citations: Vec<OutlineCitation>,
    /// Its premises; several are linked: they hold only together.
    #[schema(no_recursion)]
    pub premises: Vec<OutlineArgument>,
    /// What bears on the relation itself; an attack is an undercut.
    #[schema(no_recursion)]
    pub relations: Vec<OutlineRelation>,
    /// Where `depth` cut what bears on the relation: how many arguments stand there, each time they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    pub below: Option<u32>,
}

/// An argument in an outline.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutlineArgument {
    /// Its id.
    pub id: ArgumentId,
    /// Its slug.
    pub slug: Slug,
    /// What it claims.
    pub claim: Claim,
    /// Whether it stands in full elsewhere in the outline; then nothing more is said of it here.
    pub repeated: bool,
    /// Its longer form.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub body: Option<Body>,
    /// The language it is written in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub language: Option<Language>,
    /// The quotes that back it.
    pub citations: Vec<OutlineCitation>,
    /// What bears on it: supports, then attacks, then rephrasings, each oldest first.
    #[schema(no_recursion)]
    pub relations: Vec<OutlineRelation>,
    /// Where `depth` cut the outline here: how many arguments stand below, each time they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    pub below: Option<u32>,
}

/// A quote in an outline.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OutlineCitation {
    /// The id of the citation.
    pub id: CitationId,
    /// The slug of the citation.
    pub slug: Slug,
    /// The slug of the source.
    pub source: Slug,
    /// The quoted words.
    pub exact: Exact,
    /// Where they begin in the source's text, in Unicode code points.
    #[schema(minimum = 0)]
    pub start: i32,
    /// The code point after the last one.
    #[schema(minimum = 1)]
    pub end: i32,
}

/// The rows of a whole topic, and how they hang together.
#[derive(Debug)]
pub struct Rows {
    /// The topic and its positions.
    pub topic: TopicRows,
    /// Its arguments.
    pub arguments: Vec<ArgumentRow>,
    /// Its relations.
    pub relations: Vec<RelationRow>,
}

impl Rows {
    /// The debate that the rows are.
    pub fn debate(&self) -> Result<Debate> {
        let positions = self.topic.positions.iter().map(|row| row.id);
        let arguments = self.arguments.iter().map(|row| row.id);
        let relations = self.relations.iter().map(|row| Ends {
            id: row.id,
            kind: row.kind,
            target: (row.target_position_id, row.target_argument_id, row.target_relation_id),
            premises: &row.premise_ids,
        });
        places::debate(positions, arguments, relations)
    }

    /// Where a position or an argument is among the rows.
    fn place(&self, end: End) -> Option<Node> {
        match end {
            End::Position(id) => self
                .topic
                .positions
                .iter()
                .position(|row| row.id == id)
                .map(|index| Node::Position(PositionIndex(index))),
            End::Argument(id) => self
                .arguments
                .iter()
                .position(|row| row.id == id)
                .map(|index| Node::Argument(ArgumentIndex(index))),
            End::Relation(_) => None,
        }
    }
}

/// Puts an outline together, to a depth: that of the whole topic, or of what is below a root.
pub fn assemble(
    rows: &Rows,
    citations: Vec<CitationRow>,
    root: Option<End>,
    depth: u32,
) -> Result<OutlineView> {
    let debate = rows.debate()?;
    let root = root.and_then(|root| rows.place(root));
    let shape = match root {
        None => Outline::to_depth(&debate, depth),
        Some(root) => Outline::below_root(&debate, root, depth),
    };
    let mut builder = Builder { rows, shape: &shape, quotes: HashMap::new(), of_topic: Vec::new() };
    for citation in citations {
        builder.keep(citation);
    }
    let positions = rows.topic.positions.iter().enumerate();
    let positions = positions
        .map(|(index, row)| (PositionIndex(index), row))
        .filter(|(index, _)| root.is_none_or(|root| root == Node::Position(*index)))
        .map(|(index, row)| builder.position(index, row))
        .collect();
    let root = match root {
        Some(Node::Argument(index)) => builder.unfolded(index),
        Some(Node::Position(_) | Node::Relation(_)) | None => None,
    };
    let arguments =
        shape.unreached_arguments().iter().filter_map(|index| builder.unfolded(*index)).collect();
    let relations =
        shape.unreached_relations().iter().filter_map(|index| builder.relation(*index)).collect();
    let citations = std::mem::take(&mut builder.of_topic);
    Ok(OutlineView {
        citations,
        positions,
        root,
        unplaced: Unplaced { arguments, relations },
        revision: rows.topic.revision,
        topic: rows.topic.topic.clone(),
    })
}

struct Builder<'a> {
    rows: &'a Rows,
    shape: &'a Outline,
    quotes: HashMap<Uuid, Vec<OutlineCitation>>,
    of_topic: Vec<OutlineCitation>,
}

impl Builder<'_> {
    /// Puts a quote where its position, argument or relation will find it.
    fn keep(&mut self, row: CitationRow) {
        let backed: Option<Uuid> = row
            .position_id
            .map(Into::into)
            .or(row.argument_id.map(Into::into))
            .or(row.relation_id.map(Into::into));
        let quote = OutlineCitation {
            id: row.id,
            slug: row.slug,
            source: row.source_slug,
            exact: row.exact,
            start: row.start_at,
            end: row.end_at,
        };
        match backed {
            Some(id) => self.quotes.entry(id).or_default().push(quote),
            None => self.of_topic.push(quote),
        }
    }

    fn quotes(&self, id: impl Into<Uuid>) -> Vec<OutlineCitation> {
        self.quotes.get(&id.into()).cloned().unwrap_or_default()
    }

    fn position(&self, index: PositionIndex, row: &PositionRow) -> OutlinePosition {
        let (relations, below) = self.onto(Node::Position(index));
        OutlinePosition {
            id: row.id,
            slug: row.slug.clone(),
            statement: row.statement.clone(),
            summary: row.summary.clone(),
            rank: row.rank,
            citations: self.quotes(row.id),
            relations,
            below,
        }
    }

    /// The relations onto a node; or, where the depth hides them, how many arguments stand there.
    fn onto(&self, node: Node) -> (Vec<OutlineRelation>, Option<u32>) {
        let hidden = self.shape.hidden_onto(node);
        let relations = match hidden {
            None => self.shape.relations_onto(node),
            Some(_) => &[],
        };
        (relations.iter().filter_map(|index| self.relation(*index)).collect(), hidden)
    }

    fn relation(&self, index: RelationIndex) -> Option<OutlineRelation> {
        let row = self.rows.relations.get(index.0)?;
        let premises = self
            .shape
            .premises(index)
            .filter_map(|(argument, appearance)| match appearance {
                Appearance::Unfolded => self.unfolded(argument),
                Appearance::Reference => self.reference(argument),
            })
            .collect();
        let (relations, below) = self.onto(Node::Relation(index));
        Some(OutlineRelation {
            id: row.id,
            slug: row.slug.clone(),
            kind: row.kind,
            scheme: row.scheme.clone(),
            symmetric: row.symmetric,
            citations: self.quotes(row.id),
            premises,
            relations,
            below,
        })
    }

    fn unfolded(&self, index: ArgumentIndex) -> Option<OutlineArgument> {
        let row = self.rows.arguments.get(index.0)?;
        let (relations, below) = self.onto(Node::Argument(index));
        Some(OutlineArgument {
            id: row.id,
            slug: row.slug.clone(),
            claim: row.claim.clone(),
            repeated: false,
            body: Some(row.body.clone()),
            language: Some(row.language.clone()),
            citations: self.quotes(row.id),
            relations,
            below,
        })
    }

    fn reference(&self, index: ArgumentIndex) -> Option<OutlineArgument> {
        let row = self.rows.arguments.get(index.0)?;
        Some(OutlineArgument {
            id: row.id,
            slug: row.slug.clone(),
            claim: row.claim.clone(),
            repeated: true,
            body: None,
            language: None,
            citations: Vec::new(),
            relations: Vec::new(),
            below: None,
        })
    }
}
