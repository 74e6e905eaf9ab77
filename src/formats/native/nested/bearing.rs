//! What bears on what, and where an argument is looked for first.

use std::collections::{HashMap, HashSet};

use crate::domain::kinds::RelationKind;
use crate::domain::slug::Slug;
use crate::formats::document::{BacksName, RelationRecord, TargetName};

/// What a relation bears on or a quote backs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum End<'d> {
    Topic,
    Position(&'d Slug),
    Argument(&'d Slug),
    Relation(&'d Slug),
}

impl<'d> From<&'d TargetName> for End<'d> {
    fn from(target: &'d TargetName) -> Self {
        match target {
            TargetName::Position(slug) => Self::Position(slug),
            TargetName::Argument(slug) => Self::Argument(slug),
            TargetName::Relation(slug) => Self::Relation(slug),
        }
    }
}

impl<'d> From<&'d BacksName> for End<'d> {
    fn from(backs: &'d BacksName) -> Self {
        match backs {
            BacksName::Topic => Self::Topic,
            BacksName::Position(slug) => Self::Position(slug),
            BacksName::Argument(slug) => Self::Argument(slug),
            BacksName::Relation(slug) => Self::Relation(slug),
        }
    }
}

/// How near to the debate's question an argument stands, and whether it speaks for what it stands
/// under: the least is its home.
pub(super) type Home = (u8, bool);

pub(super) fn home(relation: &RelationRecord) -> Home {
    let distance = match &relation.target {
        TargetName::Position(_) => 0,
        TargetName::Argument(_) => 1,
        TargetName::Relation(_) => 2,
    };
    (distance, relation.kind != RelationKind::Supports)
}

pub(super) fn homes(relations: &[RelationRecord]) -> HashMap<&Slug, Home> {
    let mut homes: HashMap<&Slug, Home> = HashMap::new();
    for relation in relations {
        for premise in &relation.premises {
            let best = homes.entry(premise).or_insert_with(|| home(relation));
            *best = home(relation).min(*best);
        }
    }
    homes
}

/// The relations that say what another one says: each must be written with its name.
pub(super) fn repeated(relations: &[RelationRecord]) -> HashSet<&Slug> {
    let mut said: HashMap<(RelationKind, &TargetName, Vec<&Slug>), Vec<&Slug>> = HashMap::new();
    for relation in relations {
        let mut premises: Vec<&Slug> = relation.premises.iter().collect();
        premises.sort();
        said.entry((relation.kind, &relation.target, premises)).or_default().push(&relation.slug);
    }
    said.into_values().filter(|slugs| slugs.len() > 1).flatten().collect()
}
