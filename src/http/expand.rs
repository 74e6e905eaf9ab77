//! Expanded answers: with each record, the records that it hangs together with directly.
//!
//! What can be asked for is a closed list for each kind of record, so that what the document says
//! and what is taken are one. **The entity tag does not depend on it**: it tells the state of the
//! record itself. So an expanded answer is always given whole, never as unchanged.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde_json::{Map, Value};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

use crate::domain::ids::TopicId;
use crate::domain::input::{At, FaultCode, Faults, FromJson};

/// How many steps a path has at most.
pub const DEEPEST: usize = 3;

/// How many records an answer has at most beside those that it is about.
pub const MOST: usize = 1000;

/// The field of a record in which its expansion stands.
pub const EXPANDED: &str = "expanded";

/// The field of an expansion that names what of it was cut.
pub const INCOMPLETE: &str = "incomplete";

/// A kind of record that can be expanded, or be given in an expansion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A question under debate.
    Topic,
    /// An answer to it.
    Position,
    /// A reason.
    Argument,
    /// Premises that bear on a target.
    Relation,
    /// A quote and what it backs.
    Citation,
    /// A text that somebody wrote.
    Source,
}

/// The name of what can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// Positions.
    Positions,
    /// Arguments.
    Arguments,
    /// Relations.
    Relations,
    /// Citations.
    Citations,
    /// The source.
    Source,
}

impl Name {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Positions => "positions",
            Self::Arguments => "arguments",
            Self::Relations => "relations",
            Self::Citations => "citations",
            Self::Source => "source",
        }
    }

    /// What kind of records it is.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Positions => Kind::Position,
            Self::Arguments => Kind::Argument,
            Self::Relations => Kind::Relation,
            Self::Citations => Kind::Citation,
            Self::Source => Kind::Source,
        }
    }
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Topic, Self::Position, Self::Argument, Self::Relation, Self::Citation, Self::Source];

    /// The name of its schema.
    pub const fn schema_name(self) -> &'static str {
        match self {
            Self::Topic => "Topic",
            Self::Position => "Position",
            Self::Argument => "Argument",
            Self::Relation => "Relation",
            Self::Citation => "Citation",
            Self::Source => "Source",
        }
    }

    /// What can be asked for with a record of this kind, and what that is.
    pub const fn neighbours(self) -> &'static [(Name, &'static str)] {
        match self {
            Self::Topic => &[
                (Name::Positions, "Its positions, by rank."),
                (Name::Arguments, "Its arguments, oldest first."),
                (Name::Relations, "Its relations, oldest first."),
                (Name::Citations, "The citations that back the topic itself, oldest first."),
            ],
            Self::Position => &[
                (Name::Arguments, "The premises of the relations onto it, oldest first."),
                (Name::Relations, "The relations onto it, oldest first."),
                (Name::Citations, "The citations that back it, oldest first."),
            ],
            Self::Argument => &[
                (Name::Positions, "The positions that it bears on directly, oldest first."),
                (Name::Arguments, "The premises of the relations onto it, oldest first."),
                (Name::Relations, "The relations onto it, oldest first."),
                (Name::Citations, "The citations that back it, oldest first."),
            ],
            Self::Relation => &[
                (Name::Positions, "Its target, if that is a position."),
                (
                    Name::Arguments,
                    "Its premises, in their order; then its target, if that is an argument.",
                ),
                (
                    Name::Relations,
                    "The relations onto it, oldest first; then its target, if that is a relation.",
                ),
                (Name::Citations, "The citations that back it, oldest first."),
            ],
            Self::Citation => &[
                (Name::Positions, "What it backs, if that is a position."),
                (Name::Arguments, "What it backs, if that is an argument."),
                (Name::Relations, "What it backs, if that is a relation."),
                (Name::Source, "The source that it quotes."),
            ],
            Self::Source => &[(
                Name::Citations,
                "The citations that quote it, in text order, from every topic that you see.",
            )],
        }
    }

    /// Whether it can be asked for with a record of this kind.
    pub fn has(self, name: Name) -> bool {
        self.neighbours().iter().any(|(its, _)| *its == name)
    }
}

/// What can be asked for with a record of one of these kinds, each once and in their order.
pub fn names(kinds: &[Kind]) -> Vec<Name> {
    let mut names: Vec<Name> = Vec::new();
    for (name, _) in kinds.iter().flat_map(|kind| kind.neighbours()) {
        if !names.contains(name) {
            names.push(*name);
        }
    }
    names.sort();
    names
}

/// Every path that can be asked for with records of these kinds, in the order of the names.
fn paths(kinds: &[Kind]) -> Vec<String> {
    let mut all = Vec::new();
    let mut open: Vec<(String, Name, usize)> = Vec::new();
    // Taken from the end: the last name is put there first.
    open.extend(names(kinds).into_iter().rev().map(|name| (name.as_str().to_owned(), name, 1)));
    while let Some((path, name, depth)) = open.pop() {
        for (next, _) in name.kind().neighbours().iter().rev().filter(|_| depth < DEEPEST) {
            open.push((format!("{path}.{}", next.as_str()), *next, depth + 1));
        }
        all.push(path);
    }
    all
}

/// A record that can be asked for with others.
pub trait Expandable {
    /// What records of this type may be.
    const KINDS: &'static [Kind];

    /// What it is.
    fn kind(&self) -> Kind;

    /// Its id.
    fn id(&self) -> Uuid;

    /// The topic that it is, or stands in; a source stands in none.
    fn topic_id(&self) -> Option<TopicId>;
}

/// Makes a record expandable that has an `id`: of which kind it is, and how its topic is found.
macro_rules! expandable {
    ($record:ty: $kind:ident, $topic:expr) => {
        impl $crate::http::expand::Expandable for $record {
            const KINDS: &'static [$crate::http::expand::Kind] =
                &[$crate::http::expand::Kind::$kind];

            fn kind(&self) -> $crate::http::expand::Kind {
                $crate::http::expand::Kind::$kind
            }

            fn id(&self) -> uuid::Uuid {
                self.id.into()
            }

            fn topic_id(&self) -> Option<$crate::domain::ids::TopicId> {
                let topic: fn(&Self) -> Option<$crate::domain::ids::TopicId> = $topic;
                topic(self)
            }
        }
    };
}

pub(crate) use expandable;

/// What is asked for with a record: with each name, what is asked for with the records it gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted(BTreeMap<Name, Wanted>);

impl Wanted {
    /// The names, in their order, and what is asked for below each.
    pub fn iter(&self) -> impl Iterator<Item = (Name, &Self)> {
        self.0.iter().map(|(name, below)| (*name, below))
    }

    /// Whether records of other topics may be given: those that quote a source.
    fn leaves_topic(&self) -> bool {
        self.iter().any(|(name, below)| {
            let quotes_it = below.iter().any(|(next, _)| next == Name::Citations);
            (name == Name::Source && quotes_it) || below.leaves_topic()
        })
    }

    /// Takes in a path from a record of one of these kinds; `None` if there is no such path.
    fn take(&mut self, path: &str, kinds: &[Kind]) -> Option<()> {
        let (mut at, mut names) = (self, names(kinds));
        for (depth, word) in path.split('.').enumerate() {
            let named = names.iter().find(|name| name.as_str() == word);
            let name = *named.filter(|_| depth < DEEPEST)?;
            at = at.0.entry(name).or_default();
            names = self::names(&[name.kind()]);
        }
        Some(())
    }
}

/// What is asked for with the records of an answer.
#[derive(Debug)]
pub struct Expand<T> {
    wanted: Wanted,
    of: PhantomData<fn() -> T>,
}

impl<T> Expand<T> {
    /// The paths, as a tree.
    pub fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// Whether with a record of one topic those of others may be given.
    pub fn leaves_topic(&self) -> bool {
        self.wanted.leaves_topic()
    }
}

impl<T> Clone for Expand<T> {
    fn clone(&self) -> Self {
        Self { wanted: self.wanted.clone(), of: PhantomData }
    }
}

impl<T: Expandable> FromJson for Expand<T> {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let text = String::from_json(value, at, faults)?;
        let mut wanted = Wanted::default();
        for path in text.split(',') {
            if wanted.take(path, T::KINDS).is_none() {
                let names = names(T::KINDS).into_iter().map(Name::as_str);
                let detail = format!(
                    "must be paths with commas between them, as in `citations,citations.arguments`: a \
                     path begins with one of these: {names}, and has at most {DEEPEST} steps",
                    names = names.collect::<Vec<_>>().join(" "),
                );
                faults.push(at, FaultCode::NotAllowed, detail);
                return None;
            }
        }
        Some(Self { wanted, of: PhantomData })
    }
}

impl<T: Expandable> PartialSchema for Expand<T> {
    fn schema() -> RefOr<Schema> {
        let path =
            ObjectBuilder::new().schema_type(Type::String).enum_values(Some(paths(T::KINDS)));
        ArrayBuilder::new().items(path).min_items(Some(1)).into()
    }
}

impl<T: Expandable> ToSchema for Expand<T> {}

/// What is given with one record: under each name, the records; and what was cut.
pub type Expanded = Map<String, Value>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paths_of_the_document_are_those_that_are_taken() {
        for kinds in [&Kind::ALL[..], &[Kind::Topic], &[Kind::Citation], &[Kind::Source]] {
            let paths = paths(kinds);
            let is_taken = |path: &str| Wanted::default().take(path, kinds).is_some();
            for path in &paths {
                assert!(is_taken(path), "{kinds:?}: {path}");
            }
            for wrong in ["", "colour", "source.positions", "arguments.", ".arguments"] {
                assert!(!is_taken(wrong), "{kinds:?}: {wrong}");
            }
            let is_deep = |path: &&String| path.split('.').count() == DEEPEST;
            for path in paths.iter().filter(is_deep) {
                for name in ["positions", "arguments", "relations", "citations", "source"] {
                    let deeper = format!("{path}.{name}");
                    assert!(!is_taken(&deeper), "{deeper}");
                }
            }
        }
        assert_eq!(paths(&[Kind::Topic]).first().map(String::as_str), Some("positions"));
        assert_eq!(paths(&[Kind::Source]).first().map(String::as_str), Some("citations"));
    }

    #[test]
    fn paths_with_a_common_beginning_share_it() {
        let mut wanted = Wanted::default();
        for path in ["positions.citations.source", "positions.arguments", "positions"] {
            assert!(wanted.take(path, &[Kind::Topic]).is_some());
        }

        let names = |wanted: &Wanted| wanted.iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(&wanted), [Name::Positions]);
        let (_, below) = wanted.iter().next().unwrap();
        assert_eq!(names(below), [Name::Arguments, Name::Citations]);
    }
}
