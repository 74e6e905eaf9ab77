//! Reading the relations that are written apart from what they bear on.
//!
//! They can say what the nested lists cannot: relations that bear on one another in a circle, and
//! chains of any length.

use serde_json::Value;

use super::MAX_LINKED;
use super::draft::{RelationDraft, Target};
use super::fields::{list, open, optional, origin};
use super::topics::TopicReader;
use crate::domain::input::{At, FaultCode, Faults, Object};
use crate::domain::kinds::RelationKind;
use crate::formats::document::TargetName;
use crate::formats::place::Place;

pub(super) const RELATION: &[&str] = &[
    "slug",
    "kind",
    "premises",
    "target",
    "scheme",
    "symmetric",
    "quotes",
    "undercut_by",
    "supported_by",
    "rephrased_by",
    "origin",
];

pub(super) const END: &[&str] = &["position", "argument", "relation"];

impl TopicReader<'_> {
    /// Reads a relation that names its premises and its target.
    pub(super) fn lone_relation(&mut self, value: Value, at: &At<'_>) {
        if self.has_many_faults() {
            return;
        }
        let Some(mut fields) = open(value, at, RELATION, self.faults) else { return };
        let faults = &mut *self.faults;
        let kind = fields.take("kind", faults);
        let draft = RelationDraft {
            at: Place::from(at),
            slug: optional(&mut fields, "slug", faults),
            slug_field: "slug",
            kind: kind.unwrap_or(RelationKind::Supports),
            premises: Vec::new(),
            target: target(&mut fields, at, faults),
            scheme: optional(&mut fields, "scheme", faults),
            symmetric: optional(&mut fields, "symmetric", faults).unwrap_or_default(),
            origin: origin(&mut fields, at, faults),
        };
        if draft.symmetric && kind.is_some_and(|kind: RelationKind| kind != RelationKind::Attacks) {
            let detail = "is for attacks alone: each end then attacks the other";
            faults.push(&at.field("symmetric"), FaultCode::NotAllowed, detail);
        }
        let relation = self.draft.relations.len();
        self.draft.relations.push(draft);
        self.named_premises(relation, &mut fields, at);
        self.what_bears_on_relation(relation, Some(fields), at, 0);
    }

    fn named_premises(&mut self, relation: usize, fields: &mut Object<'_>, at: &At<'_>) {
        let at = at.field("premises");
        let items = list(fields, "premises", self.faults);
        let wrong = match items.len() {
            0 => Some((FaultCode::TooFew, "needs the slug of at least 1 argument")),
            1..=MAX_LINKED => None,
            _ => Some((FaultCode::TooMany, "has too many arguments to hold only together")),
        };
        if let Some((code, detail)) = wrong {
            self.faults.push(&at, code, detail);
        }
        let mut premises = Vec::new();
        for (index, item) in items.into_iter().take(MAX_LINKED).enumerate() {
            if self.has_many_faults() {
                return;
            }
            premises.extend(self.named(item, &at.item(index)));
        }
        self.set_premises(relation, premises);
    }
}

fn target(fields: &mut Object<'_>, at: &At<'_>, faults: &mut Faults) -> Option<Target> {
    let super::fields::Raw(value) = fields.take("target", faults)?;
    named_end(value, &at.field("target"), faults)
}

/// Reads what a relation bears on or a quote backs, by its slug: as in `{argument: some-slug}`.
pub(super) fn named_end(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Target> {
    let mut fields = open(value, at, END, faults)?;
    let ends = [
        optional(&mut fields, "position", faults).map(TargetName::Position),
        optional(&mut fields, "argument", faults).map(TargetName::Argument),
        optional(&mut fields, "relation", faults).map(TargetName::Relation),
    ];
    let mut given = ends.into_iter().flatten();
    match (given.next(), given.next()) {
        (Some(end), None) => {
            let place = Place::from(&At::Pointer(&format!("{at}/{}", word(&end))));
            Some(Target::Named(place, end))
        }
        _ => {
            let detail = "must have one of `position`, `argument` and `relation`";
            faults.push(at, FaultCode::NotAllowed, detail);
            None
        }
    }
}

/// What kind of record an end is.
pub(super) fn word(end: &TargetName) -> &'static str {
    match end {
        TargetName::Position(_) => "position",
        TargetName::Argument(_) => "argument",
        TargetName::Relation(_) => "relation",
    }
}
