//! A topic made arguments: one for each relation, with what its premises bear on as the conclusion.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::argument::stance;
use super::context::Contexts;
use super::keeping::Found;
use super::{ArgsMe, naming};
use crate::domain::kinds::RelationKind;
use crate::domain::language::Language;
use crate::domain::slug::Slug;
use crate::formats::document::{ArgumentRecord, PositionRecord, RelationRecord, TargetName};
use crate::formats::exporting::Holds;
use crate::formats::note::{Note, NoteCode};
use crate::formats::place::Place;
use crate::formats::writing::{BySlug, Debate, of_record};

/// What the format has room for. What it holds in part, its writer notes itself.
const HOLDS: Holds =
    Holds { tags: false, status: false, schemes: false, symmetry: false, ..Holds::ALL };

/// The arguments of a topic, each on a line of its own.
pub(super) fn write(debate: &Debate<'_>, losses: &mut Vec<Note>) -> String {
    let topic = debate.topic;
    // An argument that says no language is taken to be of this one.
    let is_usual = |language: &Language| *language == Language::default();
    let languages =
        is_usual(&topic.language) && topic.arguments.iter().all(|it| is_usual(&it.language));
    // Of sources, this format holds other things than those that are only written.
    let without_sources = Debate { sources: &[], ..*debate };
    Holds { languages, ..HOLDS }.note_losses(&without_sources, &ArgsMe, losses);
    let mut out = Out {
        debate,
        by_slug: debate.by_slug(),
        contexts: Contexts::new(debate),
        losses,
        entries: Vec::new(),
        with_several: HashMap::new(),
    };
    out.note_summaries();
    out.put_relations();
    out.put_others();
    out.contexts.note_losses(out.losses);
    let lines: Vec<String> = out.entries.into_iter().map(Entry::into_json).collect();
    if lines.is_empty() {
        return "{\"arguments\":[]}\n".to_owned();
    }
    format!("{{\"arguments\":[\n{}\n]}}\n", lines.join(",\n"))
}

/// An argument to be written.
struct Entry {
    id: String,
    conclusion: String,
    /// The premises, each with its place.
    premises: Vec<(u64, Value)>,
    rest: Map<String, Value>,
}

impl Entry {
    fn into_json(mut self) -> String {
        self.premises.sort_by_key(|(at, _)| *at);
        let premises: Vec<Value> = self.premises.into_iter().map(|(_, it)| it).collect();
        let mut fields = Map::new();
        fields.insert("id".to_owned(), json!(self.id));
        fields.insert("conclusion".to_owned(), json!(self.conclusion));
        fields.insert("premises".to_owned(), json!(premises));
        fields.extend(self.rest);
        Value::Object(fields).to_string()
    }
}

struct Out<'a, 'l> {
    debate: &'a Debate<'a>,
    by_slug: BySlug<'a>,
    contexts: Contexts<'a>,
    losses: &'l mut Vec<Note>,
    entries: Vec<Entry>,
    /// The arguments of the file that have several premises, by id and conclusion.
    with_several: HashMap<(String, String), usize>,
}

impl<'a> Out<'a, '_> {
    fn note_summaries(&mut self) {
        let topic = self.debate.topic;
        let mut note = |at: Place, detail: &str| {
            let instead = "the longer text is left out";
            self.losses.push(Note::warning(NoteCode::LeftOut, at, detail, instead));
        };
        if !topic.summary.as_str().is_empty() {
            note(of_record("topic", &topic.slug), "args.me has no summaries");
        }
        for position in topic.positions.iter().filter(|it| has_own_summary(it)) {
            note(
                of_record("position", &position.slug),
                "a conclusion of args.me has one text only",
            );
        }
    }

    fn note(&mut self, code: NoteCode, at: Place, detail: &str, instead: &str) {
        self.losses.push(Note::warning(code, at, detail, instead));
    }

    fn put_relations(&mut self) {
        for relation in &self.debate.topic.relations {
            self.note_approximation(relation);
            self.put_relation(relation);
        }
    }

    /// Notes what a relation becomes that is more than premises of a position.
    fn note_approximation(&mut self, relation: &RelationRecord) {
        let at = || of_record("relation", &relation.slug);
        let code = NoteCode::Approximated;
        if relation.premises.len() > 1 {
            let detail = "args.me has no premises that hold only together";
            self.note(code, at(), detail, "they are premises of one argument");
        }
        match relation.target {
            TargetName::Position(_) => {}
            TargetName::Argument(_) => {
                let detail = "args.me has no arguments on arguments";
                self.note(code, at(), detail, "what the target claims is the conclusion");
            }
            TargetName::Relation(_) => {
                let detail = "args.me has no arguments on a step";
                let instead = "what the first premise of the step claims is the conclusion";
                self.note(code, at(), detail, instead);
            }
        }
        if relation.kind == RelationKind::Rephrases {
            self.note(code, at(), "args.me has no rephrasing", "it is a premise that supports");
        }
    }

    fn put_relation(&mut self, relation: &'a RelationRecord) {
        let premises: Vec<&'a ArgumentRecord> = relation
            .premises
            .iter()
            .filter_map(|it| self.by_slug.arguments.get(it))
            .copied()
            .collect();
        let Some(first) = premises.first().copied() else { return };
        let found = Found::of(first.origin.as_ref());
        let conclusion = self.conclusion(&relation.target, &found);
        let own = Found::of(relation.origin.as_ref());
        let id = own.id().map_or_else(|| self.new_id(&relation.slug), str::to_owned);
        let at = found.at().filter(|_| own.id().is_some());
        let key = (id, conclusion);
        let known = at.and_then(|_| self.with_several.get(&key)).copied();
        let index = known.unwrap_or_else(|| {
            let text = text_of(first, &found);
            let rest = self.contexts.of(first, &found, (&text, &key.1), self.losses);
            let (id, conclusion) = key.clone();
            self.entries.push(Entry { id, conclusion, premises: Vec::new(), rest });
            self.entries.len() - 1
        });
        if at.is_some() {
            self.with_several.insert(key, index);
        }
        for argument in premises {
            let found = Found::of(argument.origin.as_ref());
            let mut fields = Map::new();
            fields.insert("text".to_owned(), json!(text_of(argument, &found)));
            fields.insert("stance".to_owned(), json!(stance(relation.kind)));
            fields.extend(found.fields("premise"));
            if let Some(entry) = self.entries.get_mut(index) {
                let next = u64::try_from(entry.premises.len()).unwrap_or(u64::MAX);
                entry.premises.push((at.unwrap_or(next), Value::Object(fields)));
            }
        }
    }

    /// What the conclusion of an argument says that bears on this.
    fn conclusion(&self, target: &TargetName, found: &Found) -> String {
        let claim = |slug: &Slug| self.by_slug.arguments.get(slug).map(|it| it.claim.to_string());
        let said = match target {
            TargetName::Position(slug) => {
                self.by_slug.positions.get(slug).map(|it| conclusion_of(it, found))
            }
            TargetName::Argument(slug) => claim(slug),
            TargetName::Relation(slug) => {
                let relation = self.by_slug.relations.get(slug);
                relation.and_then(|it| it.premises.first()).and_then(claim)
            }
        };
        said.unwrap_or_default()
    }

    /// Puts the positions and arguments that stand in no relation: conclusions without premises.
    fn put_others(&mut self) {
        let topic = self.debate.topic;
        let mut used: HashSet<&Slug> = HashSet::new();
        let mut answered: HashSet<&Slug> = HashSet::new();
        for relation in &topic.relations {
            used.extend(&relation.premises);
            match &relation.target {
                TargetName::Position(slug) => _ = answered.insert(slug),
                TargetName::Argument(slug) => _ = used.insert(slug),
                TargetName::Relation(_) => {}
            }
        }
        for position in topic.positions.iter().filter(|it| !answered.contains(&it.slug)) {
            self.put_alone(&position.slug, conclusion_of(position, &Found::default()));
        }
        for argument in topic.arguments.iter().filter(|it| !used.contains(&it.slug)) {
            let at = of_record("argument", &argument.slug);
            let detail = "args.me has no premises without a conclusion";
            let instead = "it is a conclusion without premises";
            self.note(NoteCode::Approximated, at, detail, instead);
            let text = text_of(argument, &Found::of(argument.origin.as_ref()));
            self.put_alone(&argument.slug, text);
        }
    }

    fn put_alone(&mut self, slug: &Slug, conclusion: String) {
        let id = self.new_id(slug);
        let rest = self.contexts.fresh();
        self.entries.push(Entry { id, conclusion, premises: Vec::new(), rest });
    }

    /// An id for what has none: no two relations of all topics have one.
    fn new_id(&self, slug: &Slug) -> String {
        format!("{}/{slug}", self.debate.topic.slug)
    }
}

/// Whether a position says more than its statement, and in other words.
fn has_own_summary(position: &PositionRecord) -> bool {
    let (short, long) = (&position.statement, &position.summary);
    !long.as_str().is_empty() && naming::written(short, long) != long.as_str()
}

/// What a position says: as it was written, if it still says that.
fn conclusion_of(position: &PositionRecord, found: &Found) -> String {
    let (short, long) = (&position.statement, &position.summary);
    let kept = found.text("conclusion").filter(|it| naming::is_still(it, short, long));
    kept.unwrap_or_else(|| {
        if has_own_summary(position) { short.to_string() } else { naming::written(short, long) }
    })
}

/// What an argument says: as it was written, if it still says that.
fn text_of(argument: &ArgumentRecord, found: &Found) -> String {
    let (short, long) = (&argument.claim, &argument.body);
    let kept = found.text("text").filter(|it| naming::is_still(it, short, long));
    kept.unwrap_or_else(|| naming::written(short, long))
}
