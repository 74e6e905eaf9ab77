//! A text made a topic.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::Parsed;
use super::relating::{self, Draft, Onto, Relating, said};
use super::syntax::{Data, Sort};
use crate::domain::kinds::{RelationKind, Status};
use crate::domain::language::Language;
use crate::domain::origin::{Fields, Origin};
use crate::domain::slug::Slug;
use crate::domain::text::{Body, Claim, Name, Scheme, Statement, Summary, Tag, Title};
use crate::formats::document::{
    ArgumentRecord, Document, PositionRecord, RelationRecord, TargetName, TopicRecord,
};
use crate::formats::names::Names;
use crate::formats::note::{Note, NoteCode};
use crate::formats::place::Place;
use crate::formats::taming::{self, ManyLines, OneLine, TamedPair, kept};

/// What a statement that says nothing says.
const WORDLESS: &str = "(no text)";

struct Making<'a, 'p> {
    parsed: &'p Parsed<'a>,
    relating: Relating,
    notes: &'p mut Vec<Note>,
    names: [Names; 3],
    language: Language,
    argument_of: HashMap<usize, Slug>,
    position_of: HashMap<usize, Slug>,
    relation_of: HashMap<usize, Slug>,
    /// The relations that were said before, under another name.
    same_as: HashMap<Slug, Slug>,
    positions: Vec<PositionRecord>,
    arguments: Vec<ArgumentRecord>,
    relations: Vec<RelationRecord>,
}

/// The document that a text makes.
pub(super) fn document(parsed: &Parsed<'_>, name: Option<&str>, notes: &mut Vec<Note>) -> Document {
    let relating = relating::relate(parsed, notes);
    let said = parsed.front.as_ref().and_then(|it| it.fields.get("language")?.as_str());
    let mut making = Making {
        parsed,
        relating,
        notes,
        names: Default::default(),
        language: said.and_then(Language::parse).unwrap_or_default(),
        argument_of: HashMap::new(),
        position_of: HashMap::new(),
        relation_of: HashMap::new(),
        same_as: HashMap::new(),
        positions: Vec::new(),
        arguments: Vec::new(),
        relations: Vec::new(),
    };
    making.make_points();
    making.make_relations();
    making.join_twins();
    Document { sources: Vec::new(), topics: making.topic(name).into_iter().collect() }
}

/// The origin of a record, without what does not fit into one.
fn origin(
    id: Option<&str>,
    fields: Map<String, Value>,
    place: &Place,
    notes: &mut Vec<Note>,
) -> Option<Origin> {
    let id = id.and_then(|id| Name::parse(id).ok());
    let size = serde_json::to_string(&fields).unwrap_or_default().len();
    let fields = Fields::of(fields);
    if fields.is_none() {
        let detail =
            format!("what the record does not hold has {size} bytes, more than an origin may");
        notes.push(Note::warning(NoteCode::LeftOut, place.clone(), detail, "it is lost"));
    }
    Some(Origin { format: Name::parse("argdown").ok()?, id, fields })
}

/// Data as they can be stored.
fn stored(data: &Data) -> Value {
    let text = Value::Object(data.clone()).to_string();
    if text.contains("\\u0000") { kept(&text) } else { Value::Object(data.clone()) }
}

impl Making<'_, '_> {
    /// What an entry has that a record of it does not.
    fn fields(&self, entry: usize) -> Map<String, Value> {
        let (model, syntax) = (&self.parsed.model, &self.parsed.syntax);
        let mut fields = Map::new();
        let Some(found) = model.entries.get(entry) else { return fields };
        fields.insert("title".to_owned(), kept(&found.title));
        let defining = model.defining(syntax, entry);
        if let Some(item) = defining.and_then(|it| syntax.items.get(it)) {
            fields.insert("at".to_owned(), json!(defining));
            fields.insert("text".to_owned(), kept(&item.text));
            fields.insert(
                "source".to_owned(),
                kept(self.parsed.masked.exactly(item.raw.clone()).trim()),
            );
            if item.is_untitled {
                fields.insert("untitled".to_owned(), json!(true));
            }
        }
        if found.sort == Sort::Argument {
            fields.insert("sort".to_owned(), json!("argument"));
        }
        let others = found.members.iter().filter(|it| Some(**it) != defining);
        let others = others.filter_map(|it| syntax.items.get(*it));
        let others: Vec<Value> = others
            .map(|it| self.parsed.masked.exactly(it.raw.clone()).trim())
            .filter(|it| !it.is_empty())
            .map(kept)
            .collect();
        if !others.is_empty() {
            fields.insert("more".to_owned(), Value::Array(others));
        }
        if !found.tags.is_empty() {
            fields.insert("tags".to_owned(), found.tags.iter().map(|it| kept(it)).collect());
        }
        if !found.data.is_empty() {
            fields.insert("data".to_owned(), stored(&found.data));
        }
        if let Some(section) = found.section {
            fields.insert("section".to_owned(), json!(section));
        }
        fields
    }

    fn worded<Short: OneLine, Long: ManyLines>(
        &mut self,
        entry: usize,
    ) -> Option<TamedPair<Short, Long>> {
        let (model, syntax) = (&self.parsed.model, &self.parsed.syntax);
        let found = model.entries.get(entry)?;
        let place = found.place.clone();
        let text = model
            .defining(syntax, entry)
            .and_then(|it| syntax.items.get(it))
            .map_or("", |it| it.text.as_str());
        let is_untitled = |item: usize| syntax.items.get(item).is_some_and(|it| it.is_untitled);
        let text = if text.is_empty() && model.defining(syntax, entry).is_some_and(is_untitled) {
            WORDLESS
        } else {
            text
        };
        // What is only referred to says no more than its title.
        let text = if text.is_empty() {
            let instead = "it says its title";
            let detail = format!("nothing says what {:?} is", found.title);
            self.notes.push(Note::info(NoteCode::Guessed, place.clone(), detail, instead));
            found.title.as_str()
        } else {
            text
        };
        let texts = found
            .members
            .iter()
            .filter_map(|it| syntax.items.get(*it))
            .filter(|it| !it.text.is_empty());
        if texts.count() > 1 {
            let detail = format!("several texts stand under the title {:?}", found.title);
            self.notes.push(Note::info(
                NoteCode::KeptAside,
                place.clone(),
                detail,
                "the first is what it says; the others are kept aside",
            ));
        }
        let mut pair = taming::pair::<Short, Long>(text, &place, self.notes)
            .or_else(|| taming::pair(WORDLESS, &place, self.notes))?;
        if let Some(long) = said(self.parsed, entry, "body")
            .or_else(|| said(self.parsed, entry, "summary"))
            .and_then(Value::as_str)
        {
            pair.long = taming::lines::<Long>(long, &place, self.notes).text;
        }
        Some(pair)
    }

    fn slug(&mut self, kind: usize, entry: usize, short: &str, fallback: &str) -> Slug {
        let found = self.parsed.model.entries.get(entry);
        let title = found.map_or("", |it| it.title.as_str());
        let is_untitled = self
            .parsed
            .model
            .defining(&self.parsed.syntax, entry)
            .and_then(|it| self.parsed.syntax.items.get(it))
            .is_none_or(|it| it.is_untitled);
        let given = said(self.parsed, entry, "slug")
            .and_then(Value::as_str)
            .and_then(|it| Slug::parse(it).ok());
        let wanted = given
            .unwrap_or_else(|| Slug::derive(if is_untitled { short } else { title }, fallback));
        match self.names.get_mut(kind) {
            Some(names) => names.take_free(&wanted),
            None => wanted,
        }
    }

    fn make_points(&mut self) {
        let mut touched = HashSet::new();
        for draft in &self.relating.drafts {
            touched.extend(draft.premises.iter().copied());
            touched.extend(match draft.onto {
                Onto::Entry(entry) | Onto::RelationOf(entry) => Some(entry),
                Onto::Relation(_) => None,
            });
        }
        let (mut loose, mut first_loose) = (0_usize, None);
        for (entry, found) in self.parsed.model.entries.iter().enumerate() {
            let has_steps = found.structure.is_some();
            if has_steps && !touched.contains(&entry) || self.relating.joints.contains(&entry) {
                continue;
            }
            let place = found.place.clone();
            let is_position = self.relating.positions.contains(&entry);
            if is_position {
                self.make_position(entry, &place);
            }
            if !is_position || self.relating.twins.contains(&entry) {
                self.make_argument(entry, &place, is_position);
            }
            if !touched.contains(&entry) && !is_position {
                loose += 1;
                first_loose.get_or_insert(place);
            }
        }
        if let Some(place) = first_loose {
            let detail = format!("{loose} statements stand in no relation, this one first");
            let instead = "they are arguments that bear on nothing";
            self.notes.push(Note::info(NoteCode::Guessed, place, detail, instead));
        }
    }

    fn make_position(&mut self, entry: usize, place: &Place) {
        let Some(pair) = self.worded::<Statement, Summary>(entry) else { return };
        let slug = self.slug(0, entry, pair.short.as_str(), "position");
        let mut fields = self.fields(entry);
        if self.relating.twins.contains(&entry) {
            fields.insert("made".to_owned(), json!(true));
        }
        let title = self.title(entry).to_owned();
        let origin = origin(Some(&title), fields, place, self.notes);
        self.position_of.insert(entry, slug.clone());
        let rank = i32::try_from(self.positions.len()).unwrap_or(i32::MAX);
        let (statement, summary) = (pair.short, pair.long);
        self.positions.push(PositionRecord {
            at: place.clone(),
            slug,
            statement,
            summary,
            rank,
            origin,
        });
    }

    fn make_argument(&mut self, entry: usize, place: &Place, is_said: bool) {
        let before = self.notes.len();
        let Some(pair) = self.worded::<Claim, Body>(entry) else { return };
        if is_said {
            self.notes.truncate(before);
        }
        let slug = self.slug(1, entry, pair.short.as_str(), "argument");
        let title = self.title(entry).to_owned();
        let fields = self.fields(entry);
        let origin = origin(Some(&title), fields, place, self.notes);
        self.argument_of.insert(entry, slug.clone());
        let said =
            said(self.parsed, entry, "language").and_then(Value::as_str).and_then(Language::parse);
        let language = said.unwrap_or_else(|| self.language.clone());
        let (claim, body) = (pair.short, pair.long);
        self.arguments.push(ArgumentRecord {
            at: place.clone(),
            slug,
            claim,
            body,
            language,
            origin,
        });
    }

    fn title(&self, entry: usize) -> &str {
        self.parsed.model.entries.get(entry).map_or("", |it| it.title.as_str())
    }

    fn make_relations(&mut self) {
        let mut seen = HashMap::new();
        let mut bearings: HashMap<usize, usize> = HashMap::new();
        for draft in &self.relating.drafts {
            for premise in &draft.premises {
                *bearings.entry(*premise).or_default() += 1;
            }
        }
        let drafts = std::mem::take(&mut self.relating.drafts);
        let order = std::mem::take(&mut self.relating.order);
        // Names come first: undercuts may bear on one another in a circle.
        for at in &order {
            if let Some(draft) = drafts.get(*at) {
                self.name_relation(*at, draft);
            }
        }
        for at in order {
            if let Some(draft) = drafts.get(at) {
                self.make_relation(at, draft, &bearings, &mut seen);
            }
        }
        // What bears on a relation that was said before bears on that one.
        for relation in &mut self.relations {
            if let TargetName::Relation(slug) = &mut relation.target
                && let Some(same) = self.same_as.get(slug)
            {
                slug.clone_from(same);
            }
        }
    }

    fn target(&self, draft: &Draft) -> Option<TargetName> {
        match draft.onto {
            Onto::Entry(entry) | Onto::RelationOf(entry) => match self.argument_of.get(&entry) {
                Some(slug) => Some(TargetName::Argument(slug.clone())),
                None => self.position_of.get(&entry).cloned().map(TargetName::Position),
            },
            Onto::Relation(draft) => {
                self.relation_of.get(&draft).cloned().map(TargetName::Relation)
            }
        }
    }

    /// The title of the argument whose main inference the relation is, if it has one.
    fn title_of(&self, draft: &Draft) -> Option<(usize, &str)> {
        let (structure, number) = draft.step?;
        let found = self.parsed.model.structures.get(structure)?;
        let argument = self.parsed.model.entries.get(found.argument)?;
        let is_last = number + 1 == found.steps.len();
        Some((found.argument, argument.title.as_str()))
            .filter(|_| is_last && !argument.members.is_empty())
    }

    fn name_relation(&mut self, at: usize, draft: &Draft) {
        let first = draft.premises.first().and_then(|it| self.argument_of.get(it)).cloned();
        let Some(first) = first else { return };
        let titled = self.title_of(draft).map(|(argument, title)| {
            let said = said(self.parsed, argument, "slug").and_then(Value::as_str);
            let said = said.and_then(|it| Slug::parse(it).ok());
            said.unwrap_or_else(|| Slug::derive(title, "relation"))
        });
        let wanted = titled.unwrap_or_else(|| match self.target(draft) {
            Some(target) => Slug::of_relation(&first, draft.kind, target.slug()),
            None => Slug::of_relation(&first, draft.kind, &Slug::derive("relation", "relation")),
        });
        let [.., names] = &mut self.names;
        let slug = names.take_free(&wanted);
        self.relation_of.insert(at, slug);
    }

    fn make_relation(
        &mut self,
        at: usize,
        draft: &Draft,
        bearings: &HashMap<usize, usize>,
        seen: &mut HashMap<(RelationKind, Vec<Slug>, TargetName), Slug>,
    ) {
        let premises: Vec<Slug> =
            draft.premises.iter().filter_map(|it| self.argument_of.get(it).cloned()).collect();
        let target = self.target(draft);
        let slug = self.relation_of.get(&at).cloned();
        let (Some(slug), Some(target)) = (slug, target) else {
            let detail = "a relation lacks a premise or a target that could be held";
            self.notes.push(Note::warning(
                NoteCode::Incomplete,
                draft.place.clone(),
                detail,
                "it was left out",
            ));
            return;
        };
        let mut sorted = premises.clone();
        sorted.sort_unstable();
        let key = (draft.kind, sorted, target.clone());
        if let Some(same) = seen.get(&key) {
            self.same_as.insert(slug, same.clone());
            let detail = "the same is said of the same before";
            self.notes.push(Note::info(
                NoteCode::Repeated,
                draft.place.clone(),
                detail,
                "there is one relation",
            ));
            return;
        }
        seen.insert(key, slug.clone());
        let mut fields = Map::new();
        let (mut id, mut scheme) = (None, None);
        if let Some(bearing) = draft.bearing {
            fields.insert("relation".to_owned(), json!(bearing.as_str()));
        }
        if draft.is_sketch {
            fields.insert("sketch".to_owned(), json!(true));
        }
        if let Some((structure, number)) = draft.step
            && let Some(found) = self.parsed.model.structures.get(structure)
            && let Some(step) = found.steps.get(number)
        {
            let is_last = number + 1 == found.steps.len();
            let title = self.title(found.argument).to_owned();
            let argument = self.parsed.model.entries.get(found.argument);
            let is_described = argument.is_some_and(|it| !it.members.is_empty());
            if is_last && !found.is_replaced {
                fields.extend(self.fields(found.argument));
            }
            fields.insert("structure".to_owned(), json!(structure));
            fields.insert("step".to_owned(), json!(number));
            fields.insert(
                "rules".to_owned(),
                step.inference.rules.iter().map(|it| kept(it)).collect(),
            );
            if let Some(data) = &step.inference.data {
                fields.insert("inference".to_owned(), stored(data));
            }
            if let Some(section) = found.section {
                fields.insert("section".to_owned(), json!(section));
            }
            if is_described && is_last {
                id = Some(title);
            } else if !is_described {
                fields.insert("untitled".to_owned(), json!(true));
            }
            let told = step.inference.data.as_ref().and_then(|it| it.get("scheme")?.as_str());
            let rules = told.map_or_else(|| step.inference.rules.join(", "), str::to_owned);
            scheme = taming::line::<Scheme>(&rules, &draft.place, self.notes).map(|it| it.text);
        } else if let [premise] = draft.premises.as_slice()
            && bearings.get(premise) == Some(&1)
            && let Some(said) = said(self.parsed, *premise, "scheme").and_then(Value::as_str)
        {
            scheme = taming::line::<Scheme>(said, &draft.place, self.notes).map(|it| it.text);
        }
        let origin = origin(id.as_deref(), fields, &draft.place, self.notes);
        self.relations.push(RelationRecord {
            at: draft.place.clone(),
            slug,
            kind: draft.kind,
            premises,
            target,
            scheme,
            symmetric: draft.is_symmetric,
            origin,
        });
    }

    /// Ties the positions that are arguments as well to those.
    fn join_twins(&mut self) {
        let mut twins: Vec<usize> = self.relating.twins.iter().copied().collect();
        twins.sort_unstable();
        for entry in twins {
            let (Some(argument), Some(position)) =
                (self.argument_of.get(&entry).cloned(), self.position_of.get(&entry).cloned())
            else {
                continue;
            };
            let place =
                self.parsed.model.entries.get(entry).map(|it| it.place.clone()).unwrap_or_default();
            let kind = RelationKind::Supports;
            let [.., names] = &mut self.names;
            let slug = names.take_free(&Slug::of_relation(&argument, kind, &position));
            let fields = Map::from_iter([("made".to_owned(), json!(true))]);
            let origin = origin(None, fields, &place, self.notes);
            let detail =
                format!("{:?} is an answer and bears on what contradicts it", self.title(entry));
            let instead =
                "it is an argument and the position that it supports; an export joins them again";
            self.notes.push(Note::info(NoteCode::Approximated, place.clone(), detail, instead));
            self.relations.push(RelationRecord {
                at: place,
                slug,
                kind,
                premises: vec![argument],
                target: TargetName::Position(position),
                scheme: None,
                symmetric: false,
                origin,
            });
        }
    }

    fn topic(self, name: Option<&str>) -> Option<TopicRecord> {
        let parsed = self.parsed;
        let place = Place::default();
        let empty = Data::new();
        let front = parsed.front.as_ref().map_or(&empty, |it| &it.fields);
        let text = |name: &str| front.get(name).and_then(Value::as_str);
        if parsed.model.entries.is_empty() {
            let detail = "nothing is said here";
            self.notes.push(Note::warning(
                NoteCode::Incomplete,
                place.clone(),
                detail,
                "the topic is empty too",
            ));
        }
        let first = parsed.syntax.sections.first().map(|it| it.title.as_str());
        let wanted = [text("title"), first, name, Some("Argdown document")];
        let title = wanted
            .into_iter()
            .flatten()
            .find_map(|it| taming::line::<Title>(it, &place, self.notes))?
            .text;
        let slug = text("slug").and_then(|it| Slug::parse(it).ok());
        let slug = slug.unwrap_or_else(|| Slug::derive(title.as_str(), "argdown"));
        let summary = ["summary", "abstract", "subTitle", "subtitle"]
            .into_iter()
            .find_map(text)
            .unwrap_or_default();
        let summary = taming::lines::<Summary>(summary.trim(), &place, self.notes).text;
        let tags = front.get("tags").and_then(Value::as_array).into_iter().flatten();
        let mut seen = HashSet::new();
        let tags = tags
            .filter_map(|it| Tag::parse(it.as_str()?).ok())
            .filter(|it| seen.insert(it.to_string()))
            .collect();
        let mut fields = Map::new();
        if let Some(front) = &parsed.front {
            fields.insert("frontmatter".to_owned(), kept(&front.raw));
        }
        let sections = parsed
            .syntax
            .sections
            .iter()
            .map(|it| json!([it.level, kept(parsed.masked.exactly(it.raw.clone()).trim())]));
        let sections: Vec<Value> = sections.collect();
        if !sections.is_empty() {
            fields.insert("sections".to_owned(), Value::Array(sections));
        }
        let comments: Vec<Value> = parsed
            .masked
            .comments
            .iter()
            .map(|it| kept(parsed.masked.exactly(it.clone())))
            .collect();
        if !comments.is_empty() {
            let first = parsed.masked.comments.first().map_or(0, |it| it.start);
            let detail = format!("{} comments, this one first", comments.len());
            let note = Note::info(
                NoteCode::KeptAside,
                parsed.masked.place(first),
                detail,
                "they were kept aside",
            );
            self.notes.push(note);
            fields.insert("comments".to_owned(), Value::Array(comments));
        }
        let origin = origin(None, fields, &place, self.notes);
        Some(TopicRecord {
            at: place,
            slug,
            title,
            summary,
            tags,
            language: self.language,
            status: text("status").and_then(Status::parse).unwrap_or(Status::Published),
            origin,
            positions: self.positions,
            arguments: self.arguments,
            relations: self.relations,
            citations: Vec::new(),
        })
    }
}
