//! Reading what stands under a position, an argument or a relation: quotes, and lists of items.
//!
//! An item is one relation: the argument written there, or named, or several linked ones, bear on
//! what the item is listed under. `via` speaks of the relation itself.

use serde_json::Value;

use super::draft::{ArgumentDraft, CitationDraft, End, Premise, RelationDraft, Target};
use super::fields::{Raw, list, open, optional, origin};
use super::relations::named_end;
use super::topics::TopicReader;
use super::{MAX_LEVELS, MAX_LINKED};
use crate::domain::input::{At, FaultCode, FromJson, Object};
use crate::domain::kinds::RelationKind;
use crate::domain::quote::{Exact, Offset, QuoteDraft};
use crate::domain::slug::Slug;
use crate::formats::place::Place;

pub(super) const QUOTE: &[&str] =
    &["slug", "source", "exact", "prefix", "suffix", "start", "end", "origin"];

/// A quote in the topic's own list, which may say that it backs something in the topic.
pub(super) const TOPIC_QUOTE: &[&str] =
    &["slug", "source", "backs", "exact", "prefix", "suffix", "start", "end", "origin"];

pub(super) const ARGUMENT: &[&str] = &[
    "slug",
    "claim",
    "body",
    "language",
    "quotes",
    "supported_by",
    "attacked_by",
    "rephrased_by",
    "origin",
];

/// An argument as an item, and what else an item may be, for the one who mistyped its first field.
pub(super) const ITEM: &[&str] = &[
    "slug",
    "claim",
    "body",
    "language",
    "quotes",
    "via",
    "supported_by",
    "attacked_by",
    "rephrased_by",
    "origin",
    "argument",
    "linked",
];

pub(super) const NAMED: &[&str] = &["argument", "via"];
pub(super) const LINKED: &[&str] = &["linked", "via"];

pub(super) const VIA: &[&str] = &[
    "slug",
    "scheme",
    "symmetric",
    "quotes",
    "undercut_by",
    "supported_by",
    "rephrased_by",
    "origin",
];

/// The lists under a position or an argument.
const ON_A_CLAIM: [(&str, RelationKind); 3] = [
    ("supported_by", RelationKind::Supports),
    ("attacked_by", RelationKind::Attacks),
    ("rephrased_by", RelationKind::Rephrases),
];

/// The lists under a relation.
const ON_A_RELATION: [(&str, RelationKind); 3] = [
    ("undercut_by", RelationKind::Attacks),
    ("supported_by", RelationKind::Supports),
    ("rephrased_by", RelationKind::Rephrases),
];

/// Where an item stands, and what its relation will be.
#[derive(Clone, Copy)]
struct Listing<'a> {
    at: &'a At<'a>,
    kind: RelationKind,
    target: End,
    level: usize,
}

impl TopicReader<'_> {
    /// Reads the quotes that back `backs`, or the topic itself.
    pub(super) fn quotes(&mut self, fields: &mut Object<'_>, at: &At<'_>, backs: Option<End>) {
        let at = at.field("quotes");
        for (index, quote) in list(fields, "quotes", self.faults).into_iter().enumerate() {
            if self.has_many_faults() {
                return;
            }
            self.quote(quote, &at.item(index), backs);
        }
    }

    fn quote(&mut self, value: Value, at: &At<'_>, backs: Option<End>) {
        let mut citation = CitationDraft {
            at: Place::from(at),
            slug: None,
            source: self.source.clone(),
            backs: backs.map(Target::Here),
            quote: None,
            origin: None,
        };
        let faults = &mut *self.faults;
        if value.is_string() {
            citation.quote = Exact::from_json(value, at, faults).map(|exact| QuoteDraft {
                exact,
                prefix: None,
                suffix: None,
                start: None,
                end: None,
            });
        } else if value.is_object() {
            let known = if backs.is_none() { TOPIC_QUOTE } else { QUOTE };
            let Some(mut fields) = open(value, at, known, faults) else { return };
            citation.slug = optional(&mut fields, "slug", faults);
            match fields.take::<Option<Slug>>("source", faults) {
                Some(None) => {}
                Some(source) => citation.source = source,
                None => return,
            }
            let exact = fields.take("exact", faults);
            let prefix = optional(&mut fields, "prefix", faults);
            let suffix = optional(&mut fields, "suffix", faults);
            let start = optional(&mut fields, "start", faults).map(|Offset(point)| point);
            let end = optional(&mut fields, "end", faults).map(|Offset(point)| point);
            citation.quote = exact.map(|exact| QuoteDraft { exact, prefix, suffix, start, end });
            citation.origin = origin(&mut fields, at, faults);
            if backs.is_none()
                && let Some(Raw(end)) = optional(&mut fields, "backs", faults)
            {
                let Some(end) = named_end(end, &at.field("backs"), faults) else { return };
                citation.backs = Some(end);
            }
        } else {
            let wanted = "a quote: its exact words, or a mapping with `exact`";
            faults.wrong_type::<()>(at, wanted, &value);
            return;
        }
        if citation.source.is_none() {
            let detail = "names no `source`, and neither does the topic";
            self.faults.push(at, FaultCode::Missing, detail);
        }
        self.draft.citations.push(citation);
    }

    /// Reads the items listed under a position or an argument.
    pub(super) fn what_bears_on(
        &mut self,
        target: End,
        fields: &mut Object<'_>,
        at: &At<'_>,
        level: usize,
    ) {
        for (name, kind) in ON_A_CLAIM {
            self.items(fields, name, Listing { at: &at.field(name), kind, target, level });
        }
    }

    fn items(&mut self, fields: &mut Object<'_>, name: &str, listing: Listing<'_>) {
        let items = list(fields, name, self.faults);
        let level = listing.level + 1;
        if level > MAX_LEVELS && !items.is_empty() {
            let detail = format!(
                "stands more than {MAX_LEVELS} levels deep; write its arguments elsewhere in the \
                 topic and name them by their slugs"
            );
            self.faults.push(listing.at, FaultCode::TooMany, detail);
            return;
        }
        for (index, item) in items.into_iter().enumerate() {
            if self.has_many_faults() {
                return;
            }
            self.item(item, Listing { at: &listing.at.item(index), level, ..listing });
        }
    }

    fn item(&mut self, value: Value, listing: Listing<'_>) {
        let at = listing.at;
        if value.is_string() {
            let premises = self.named(value, at).into_iter().collect();
            self.draft.relations.push(RelationDraft { premises, ..RelationDraft::bare(listing) });
            return;
        }
        if !value.is_object() {
            let wanted = "an argument: a mapping with `claim`, or the slug of one";
            self.faults.wrong_type::<()>(at, wanted, &value);
            return;
        }
        let is_given = |name: &&str| value.get(*name).is_some_and(|value| !value.is_null());
        let forms: Vec<&str> =
            ["claim", "argument", "linked"].into_iter().filter(is_given).collect();
        match forms.as_slice() {
            [] | ["claim"] => self.written_item(value, listing),
            ["argument"] => self.named_item(value, listing),
            ["linked"] => self.linked_item(value, listing),
            several => {
                let detail = format!("has {}; an item has one of them", several.join(" and "));
                self.faults.push(at, FaultCode::NotAllowed, detail);
            }
        }
    }

    /// An item that is an argument.
    fn written_item(&mut self, value: Value, listing: Listing<'_>) {
        let at = listing.at;
        let Some(mut fields) = open(value, at, ITEM, self.faults) else { return };
        let via_at = at.field("via");
        let (relation, via) = self.relation(&mut fields, &via_at, listing);
        let argument = self.argument(&mut fields, at);
        self.set_premises(relation, vec![Premise::Written(argument)]);
        self.what_bears_on_relation(relation, via, &via_at, listing.level);
        self.what_bears_on(End::Argument(argument), &mut fields, at, listing.level);
    }

    /// An item that names an argument written elsewhere.
    fn named_item(&mut self, value: Value, listing: Listing<'_>) {
        let at = listing.at;
        let Some(mut fields) = open(value, at, NAMED, self.faults) else { return };
        let via_at = at.field("via");
        let (relation, via) = self.relation(&mut fields, &via_at, listing);
        if let Some(Raw(name)) = optional(&mut fields, "argument", self.faults) {
            let premise = self.named(name, &at.field("argument"));
            self.set_premises(relation, premise.into_iter().collect());
        }
        self.what_bears_on_relation(relation, via, &via_at, listing.level);
    }

    /// An item of several arguments that hold only together.
    fn linked_item(&mut self, value: Value, listing: Listing<'_>) {
        let at = listing.at;
        let Some(mut fields) = open(value, at, LINKED, self.faults) else { return };
        let via_at = at.field("via");
        let (relation, via) = self.relation(&mut fields, &via_at, listing);
        let linked_at = at.field("linked");
        let items = list(&mut fields, "linked", self.faults);
        let wrong = match items.len() {
            0..2 => Some((FaultCode::TooFew, "needs at least 2 arguments that hold only together")),
            2..=MAX_LINKED => None,
            _ => Some((FaultCode::TooMany, "has too many arguments to hold only together")),
        };
        if let Some((code, detail)) = wrong {
            self.faults.push(&linked_at, code, detail);
        }
        let mut premises = Vec::new();
        for (index, item) in items.into_iter().take(MAX_LINKED).enumerate() {
            let at = linked_at.item(index);
            let premise = if item.is_string() {
                self.named(item, &at)
            } else {
                let no_via = "belongs beside `linked`: the linked arguments make one relation";
                self.lone_argument(item, &at, no_via, listing.level).map(Premise::Written)
            };
            premises.extend(premise);
        }
        self.set_premises(relation, premises);
        self.what_bears_on_relation(relation, via, &via_at, listing.level);
    }

    /// Reads an argument that has no relation of its own, so that it takes no `via`.
    pub(super) fn lone_argument(
        &mut self,
        mut value: Value,
        at: &At<'_>,
        no_via: &str,
        level: usize,
    ) -> Option<usize> {
        if self.has_many_faults() {
            return None;
        }
        let via = value.as_object_mut().and_then(|mapping| mapping.remove("via"));
        if via.is_some_and(|via| !via.is_null()) {
            self.faults.push(&at.field("via"), FaultCode::NotAllowed, no_via);
        }
        let mut fields = open(value, at, ARGUMENT, self.faults)?;
        let argument = self.argument(&mut fields, at);
        self.what_bears_on(End::Argument(argument), &mut fields, at, level);
        Some(argument)
    }

    /// Reads an argument without what is listed under it.
    fn argument(&mut self, fields: &mut Object<'_>, at: &At<'_>) -> usize {
        let argument = self.draft.arguments.len();
        self.draft.arguments.push(ArgumentDraft {
            at: Place::from(at),
            slug: optional(fields, "slug", self.faults),
            claim: fields.take("claim", self.faults),
            body: optional(fields, "body", self.faults).unwrap_or_default(),
            language: optional(fields, "language", self.faults),
            origin: origin(fields, at, self.faults),
        });
        self.quotes(fields, at, Some(End::Argument(argument)));
        argument
    }

    /// Reads the relation of an item, without premises yet, and opens its `via`.
    fn relation<'v>(
        &mut self,
        fields: &mut Object<'_>,
        via_at: &'v At<'v>,
        listing: Listing<'_>,
    ) -> (usize, Option<Object<'v>>) {
        let faults = &mut *self.faults;
        let mut draft = RelationDraft::bare(listing);
        let mut via =
            optional(fields, "via", faults).and_then(|Raw(value)| open(value, via_at, VIA, faults));
        if let Some(via) = &mut via {
            draft.slug = optional(via, "slug", faults);
            draft.scheme = optional(via, "scheme", faults);
            draft.symmetric = optional(via, "symmetric", faults).unwrap_or_default();
            draft.origin = origin(via, via_at, faults);
            if draft.symmetric && draft.kind != RelationKind::Attacks {
                let detail = "is for attacks alone: each end then attacks the other";
                faults.push(&via_at.field("symmetric"), FaultCode::NotAllowed, detail);
            }
        }
        self.draft.relations.push(draft);
        (self.draft.relations.len() - 1, via)
    }

    pub(super) fn set_premises(&mut self, relation: usize, premises: Vec<Premise>) {
        if let Some(relation) = self.draft.relations.get_mut(relation) {
            relation.premises = premises;
        }
    }

    pub(super) fn what_bears_on_relation(
        &mut self,
        relation: usize,
        via: Option<Object<'_>>,
        via_at: &At<'_>,
        level: usize,
    ) {
        let Some(mut via) = via else { return };
        let target = End::Relation(relation);
        self.quotes(&mut via, via_at, Some(target));
        for (name, kind) in ON_A_RELATION {
            self.items(&mut via, name, Listing { at: &via_at.field(name), kind, target, level });
        }
    }

    pub(super) fn named(&mut self, name: Value, at: &At<'_>) -> Option<Premise> {
        Slug::from_json(name, at, self.faults).map(|slug| Premise::Named(Place::from(at), slug))
    }
}

impl RelationDraft {
    fn bare(listing: Listing<'_>) -> Self {
        Self {
            at: Place::from(listing.at),
            slug: None,
            slug_field: "via/slug",
            kind: listing.kind,
            premises: Vec::new(),
            target: Some(Target::Here(listing.target)),
            scheme: None,
            symmetric: false,
            origin: None,
        }
    }
}
