//! A topic made a nodeset.
//!
//! Nodes and edges that were kept go back as they were. Nodes that are new here have the first free
//! integers as ids, so that the same debate always makes the same nodeset.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::keeping::{Bond, Found, Item};
use super::nodeset::{self, EXTRA};
use super::told::{self, Told};
use super::{records, schemes};
use crate::domain::kinds::RelationKind;
use crate::domain::slug::Slug;
use crate::domain::text::{Body, Claim, Scheme, Statement, Summary};
use crate::formats::document::{RelationRecord, TargetName};
use crate::formats::note::{Note, NoteCode};
use crate::formats::place::Place;
use crate::formats::taming::{self, ManyLines, OneLine};
use crate::formats::writing::{Debate, of_record};

/// The nodeset, wrapped as xAIF or not.
pub(super) fn write(debate: &Debate<'_>, is_wrapped: bool, losses: &mut Vec<Note>) -> String {
    let mut out = Out::new(debate, losses);
    out.put_points();
    out.put_relations();
    out.put_items();
    let value = out.finish(is_wrapped);
    let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
    text.push('\n');
    text
}

/// What an S-node was made of, and its id.
type Made<'a> = (RelationKind, BTreeSet<&'a Slug>, Option<&'a Scheme>, Value);

/// An element and its place in its list; those that are new come last.
type Placed = (usize, Value);

/// The lists that every nodeset has.
const LISTS: [&str; 3] = ["nodes", "edges", "locutions"];

struct Out<'a, 'l> {
    debate: &'a Debate<'a>,
    losses: &'l mut Vec<Note>,
    topic: Found,
    items: Vec<Item>,
    /// The edges of relations that were kept, by their ends.
    kept_edges: HashMap<(String, String), Placed>,
    fulfilled: HashMap<String, String>,
    /// The ids of the nodes that are in the nodeset.
    ids: HashSet<String>,
    /// The ids that no new node may have.
    reserved: HashSet<String>,
    next_id: usize,
    edge_ids: HashSet<String>,
    next_edge: usize,
    edges_made: HashSet<(String, String)>,
    /// The lists, `nodes`, `edges` and `locutions` first.
    lists: BTreeMap<(usize, String), Vec<Placed>>,
    /// What is told of the nodes beside AIF, by their ids.
    told: Vec<(String, Told)>,
    told_at: HashMap<String, usize>,
    arguments: HashMap<&'a Slug, Value>,
    positions: HashMap<&'a Slug, Value>,
    relations: HashMap<&'a Slug, Value>,
    /// The positions that are one node with an argument.
    twins: HashSet<&'a Slug>,
}

impl<'a, 'l> Out<'a, 'l> {
    fn new(debate: &'a Debate<'a>, losses: &'l mut Vec<Note>) -> Self {
        let topic = debate.topic;
        let origins = topic.positions.iter().map(|it| it.origin.as_ref());
        let origins = origins.chain(topic.arguments.iter().map(|it| it.origin.as_ref()));
        let origins = origins.chain(topic.relations.iter().map(|it| it.origin.as_ref()));
        let found = Found::of(topic.origin.as_ref());
        let mut items = found.items();
        let mut reserved = HashSet::new();
        for found in origins.map(Found::of) {
            items.extend(found.items());
            reserved.extend(found.id());
        }
        let mut out = Self {
            debate,
            losses,
            topic: found,
            items: Vec::new(),
            kept_edges: HashMap::new(),
            fulfilled: HashMap::new(),
            ids: HashSet::new(),
            reserved,
            next_id: 1,
            edge_ids: HashSet::new(),
            next_edge: 1,
            edges_made: HashSet::new(),
            lists: BTreeMap::new(),
            told: Vec::new(),
            told_at: HashMap::new(),
            arguments: HashMap::new(),
            positions: HashMap::new(),
            relations: HashMap::new(),
            twins: HashSet::new(),
        };
        for item in items {
            let named = |name: &str| nodeset::id(item.value.get(name));
            out.reserved.extend(["nodeID", "fromID", "toID"].iter().filter_map(|it| named(it)));
            out.edge_ids.extend(named("edgeID"));
            if item.list == "nodes" && item.bond == Bond::Fits {
                out.ids.extend(named("nodeID"));
            }
            if item.list == "schemefulfillments" {
                let pair = named("nodeID").zip(named("schemeID"));
                pair.into_iter().for_each(|(node, id)| _ = out.fulfilled.entry(node).or_insert(id));
            }
            if item.bond == Bond::Relation {
                let ends = named("fromID").zip(named("toID"));
                out.kept_edges.extend(ends.map(|ends| (ends, (item.index, item.value))));
            } else {
                out.items.push(item);
            }
        }
        out
    }

    fn put(&mut self, list: &str, index: usize, value: Value) {
        let known = LISTS.iter().position(|it| *it == list).unwrap_or(LISTS.len());
        self.lists.entry((known, list.to_owned())).or_default().push((index, value));
    }

    /// What is told of a node.
    fn tell(&mut self, id: &Value) -> Option<&mut Told> {
        let id = nodeset::id(Some(id))?;
        let next = self.told.len();
        let at = *self.told_at.entry(id.clone()).or_insert(next);
        if at == next {
            self.told.push((id, Told::default()));
        }
        self.told.get_mut(at).map(|(_, told)| told)
    }

    /// The id of a node: the one it had, or a new one.
    fn id(&mut self, found: &Found) -> (Value, bool) {
        if let Some(id) = found.id()
            && self.ids.insert(id.clone())
        {
            let as_it_was = found.node().and_then(|node| node.get("nodeID").cloned());
            return (as_it_was.unwrap_or(json!(id)), true);
        }
        loop {
            let id = self.next_id.to_string();
            self.next_id += 1;
            if !self.reserved.contains(&id) && self.ids.insert(id.clone()) {
                return (json!(id), false);
            }
        }
    }

    fn lose(&mut self, code: NoteCode, place: Place, detail: &str, instead: &str) {
        self.losses.push(Note::warning(code, place, detail, instead));
    }

    /// The I-nodes.
    fn put_points(&mut self) {
        let topic = self.debate.topic;
        let mut arguments_of: HashMap<String, &str> = HashMap::new();
        for argument in &topic.arguments {
            let id = Found::of(argument.origin.as_ref()).id();
            id.into_iter()
                .for_each(|id| _ = arguments_of.entry(id).or_insert(argument.claim.as_str()));
        }
        let is_made = |it: &RelationRecord| Found::of(it.origin.as_ref()).is_made();
        let aims = topic.relations.iter().filter(|it| !is_made(it)).map(|it| &it.target);
        let aimed_at: HashSet<&TargetName> = aims.collect();
        let mut twins_of: HashMap<String, &Slug> = HashMap::new();
        for position in &topic.positions {
            let found = Found::of(position.origin.as_ref());
            let same = found.id().and_then(|id| arguments_of.get(&id).copied());
            if found.is_made()
                && same == Some(position.statement.as_str())
                && !aimed_at.contains(&TargetName::Position(position.slug.clone()))
            {
                self.twins.insert(&position.slug);
                found.id().into_iter().for_each(|id| _ = twins_of.insert(id, &position.slug));
                continue;
            }
            let place = of_record("position", &position.slug);
            let id = self.point::<Statement, Summary>(
                &found,
                &position.statement,
                &position.summary,
                place,
            );
            if let Some(told) = self.tell(&id) {
                told.position = Some(position.slug.clone());
            }
            self.positions.insert(&position.slug, id);
        }
        for argument in &topic.arguments {
            let found = Found::of(argument.origin.as_ref());
            let place = of_record("argument", &argument.slug);
            let id = self.point::<Claim, Body>(&found, &argument.claim, &argument.body, place);
            let twin = found.id().and_then(|id| twins_of.remove(&id)).cloned();
            if let Some(told) = self.tell(&id) {
                told.argument = Some(argument.slug.clone());
                told.language = Some(argument.language.clone()).filter(|it| *it != topic.language);
                told.position = twin;
            }
            self.arguments.insert(&argument.slug, id);
        }
    }

    fn point<Short, Long>(
        &mut self,
        found: &Found,
        short: &Short,
        long: &Long,
        place: Place,
    ) -> Value
    where
        Short: OneLine + PartialEq + std::fmt::Display,
        Long: ManyLines + PartialEq + std::fmt::Display,
    {
        let (id, is_its_own) = self.id(found);
        let says = |text: &str| {
            records::worded::<Short, Long>(text, &Place::default(), &mut Vec::new())
                .is_some_and(|it| it.short == *short && it.long == *long)
        };
        let mut node = found.node().filter(|_| is_its_own).unwrap_or_default();
        let was = node.get("text").map(|_| nodeset::text(&Value::Object(node.clone()), "text"));
        let is_kept = node.contains_key("type") && says(&was.unwrap_or_default());
        if !is_kept {
            // A text that was too long for one line stands whole in the longer field.
            let whole = long.to_string();
            let is_whole = taming::is_still::<Short, Long>(&whole, short, long);
            if !whole.is_empty() && !is_whole {
                self.lose(
                    NoteCode::LeftOut,
                    place,
                    "an I-node has one text only",
                    "the longer text is left out",
                );
            }
            let text = if is_whole { whole } else { short.to_string() };
            node.insert("nodeID".to_owned(), id.clone());
            node.insert("text".to_owned(), json!(text));
            node.insert("type".to_owned(), json!("I"));
        }
        let index = found.index().filter(|_| is_its_own).unwrap_or(usize::MAX);
        self.put("nodes", index, Value::Object(node));
        id
    }

    /// The S-nodes and their edges. Relations that were made of one node become one again.
    fn put_relations(&mut self) {
        let topic = self.debate.topic;
        let mut nodes: HashMap<String, Made<'_>> = HashMap::new();
        for relation in &topic.relations {
            let found = Found::of(relation.origin.as_ref());
            if found.is_made() && self.twins.contains(relation.target.slug()) {
                continue;
            }
            let premises: BTreeSet<&Slug> = relation.premises.iter().collect();
            let same =
                found.id().and_then(|id| nodes.get(&id)).filter(|(kind, with, scheme, _)| {
                    *kind == relation.kind
                        && *with == premises
                        && *scheme == relation.scheme.as_ref()
                });
            if let Some((.., id)) = same {
                let id = id.clone();
                self.tell_relation(relation, &id);
                self.relations.insert(&relation.slug, id);
                continue;
            }
            let (id, is_its_own) = self.id(&found);
            let own = found.node().filter(|_| is_its_own);
            let index = found.index().filter(|_| is_its_own).unwrap_or(usize::MAX);
            let node = self.relating_node(relation, own, &id);
            self.put("nodes", index, node);
            if let Some(was) = found.id().filter(|_| is_its_own) {
                nodes.insert(was, (relation.kind, premises, relation.scheme.as_ref(), id.clone()));
            }
            self.tell_relation(relation, &id);
            self.relations.insert(&relation.slug, id);
        }
        for relation in &topic.relations {
            self.put_edges(relation);
        }
    }

    fn tell_relation(&mut self, relation: &RelationRecord, id: &Value) {
        if let Some(told) = self.tell(id) {
            told.relations.push(relation.slug.clone());
            told.is_symmetric |= relation.symmetric;
        }
    }

    fn relating_node(
        &mut self,
        relation: &RelationRecord,
        own: Option<Map<String, Value>>,
        id: &Value,
    ) -> Value {
        let (word, default) = match relation.kind {
            RelationKind::Supports => ("RA", "Default Inference"),
            RelationKind::Attacks => ("CA", "Default Conflict"),
            RelationKind::Rephrases => ("MA", "Default Rephrase"),
        };
        if relation.symmetric {
            let place = of_record("relation", &relation.slug);
            let instead = format!("it is an attack one way; `{EXTRA}` says that it is both");
            self.lose(NoteCode::Approximated, place, "AIF has no attack both ways", &instead);
        }
        let mut node = own.unwrap_or_default();
        let was = Value::Object(node.clone());
        let fulfilled = nodeset::id(Some(id)).and_then(|id| self.fulfilled.get(&id).cloned());
        let named = records::scheme_of(&was, fulfilled.as_deref());
        let named =
            named.and_then(|it| taming::line::<Scheme>(&it, &Place::default(), &mut Vec::new()));
        let is_typed = nodeset::text(&was, "type") == word;
        if is_typed && named.map(|it| it.text) == relation.scheme {
            return was;
        }
        let scheme = relation.scheme.as_ref().map(Scheme::as_str);
        node.insert("nodeID".to_owned(), id.clone());
        node.insert("text".to_owned(), json!(scheme.unwrap_or(default)));
        node.insert("type".to_owned(), json!(word));
        node.shift_remove("scheme");
        node.shift_remove("schemeID");
        if let Some(scheme) = scheme {
            node.insert("scheme".to_owned(), json!(scheme));
            if let Some(id) = schemes::id_of(scheme) {
                node.insert("schemeID".to_owned(), json!(id));
            }
        }
        Value::Object(node)
    }

    fn put_edges(&mut self, relation: &RelationRecord) {
        let Some(id) = self.relations.get(&relation.slug).cloned() else { return };
        for premise in &relation.premises {
            if let Some(from) = self.arguments.get(premise).cloned() {
                self.put_edge(&from, &id);
            }
        }
        let target = match &relation.target {
            TargetName::Position(slug) => self.positions.get(slug),
            TargetName::Argument(slug) => self.arguments.get(slug),
            TargetName::Relation(slug) => self.relations.get(slug),
        };
        if let Some(to) = target.cloned() {
            self.put_edge(&id, &to);
        }
    }

    fn put_edge(&mut self, from: &Value, to: &Value) {
        let Some(ends) = nodeset::id(Some(from)).zip(nodeset::id(Some(to))) else { return };
        if !self.edges_made.insert(ends.clone()) {
            return;
        }
        if let Some((index, edge)) = self.kept_edges.remove(&ends) {
            self.put("edges", index, edge);
            return;
        }
        let id = loop {
            let id = self.next_edge.to_string();
            self.next_edge += 1;
            if self.edge_ids.insert(id.clone()) {
                break id;
            }
        };
        let edge = json!({ "edgeID": id, "fromID": from, "toID": to, "formEdgeID": null });
        self.put("edges", usize::MAX, edge);
    }

    /// What was kept aside.
    fn put_items(&mut self) {
        for item in std::mem::take(&mut self.items) {
            let is_there = ["nodeID", "fromID", "toID"]
                .iter()
                .filter_map(|name| nodeset::id(item.value.get(name)))
                .all(|id| self.ids.contains(&id));
            if item.bond == Bond::Loose || is_there {
                self.put(&item.list, item.index, item.value);
                continue;
            }
            let place = Place::of_id(nodeset::id(item.value.get("edgeID")).unwrap_or_default());
            let detail =
                format!("an element of `{}` names a node that was deleted since", item.list);
            self.lose(NoteCode::LeftOut, place, &detail, "it is left out");
        }
    }

    fn finish(mut self, is_wrapped: bool) -> Value {
        let frame = match self.topic.field("frame") {
            Some(Value::Object(frame)) => frame,
            _ => Map::new(),
        };
        let wrapping = self.topic.field("wrapping");
        let wrapping = wrapping.as_ref().and_then(Value::as_str);
        let (mut outer, mut inner) = match (frame.get("AIF").cloned(), wrapping) {
            (Some(Value::Object(inner)), Some(_)) => (frame, inner),
            _ => (Map::new(), frame),
        };
        let has_speech = self.items_of_speech();
        for ((_, list), mut elements) in std::mem::take(&mut self.lists) {
            elements.sort_by_key(|(index, _)| *index);
            let elements = Value::Array(elements.into_iter().map(|(_, it)| it).collect());
            match list.strip_prefix('/') {
                Some(list) => outer.insert(list.to_owned(), elements),
                None => inner.insert(list, elements),
            };
        }
        let is_new = self.topic.field("frame").is_none();
        if is_new || !inner.is_empty() && wrapping != Some("null") {
            for list in LISTS {
                if is_new {
                    inner.entry(list).or_insert(json!([]));
                }
            }
        }
        let extra = self.extra();
        if !is_wrapped {
            for name in outer.keys().filter(|name| *name != "AIF") {
                let detail = format!("AIF has no `{name}`");
                let place = Place { pointer: format!("/{name}"), ..Place::default() };
                self.losses.push(Note::warning(
                    NoteCode::LeftOut,
                    place,
                    detail,
                    "export it as xAIF",
                ));
            }
            inner.insert(EXTRA.to_owned(), extra);
            return Value::Object(inner);
        }
        let body = match wrapping {
            Some("text") => json!(Value::Object(inner).to_string()),
            Some("null") if inner.is_empty() => Value::Null,
            _ => Value::Object(inner),
        };
        outer.insert("AIF".to_owned(), body);
        if wrapping.is_none() {
            outer.insert("text".to_owned(), json!(""));
            outer.insert("dialog".to_owned(), json!(has_speech));
            outer.insert("OVA".to_owned(), json!({}));
        }
        outer.insert(EXTRA.to_owned(), extra);
        Value::Object(outer)
    }

    fn items_of_speech(&self) -> bool {
        let nodes = self.lists.iter().filter(|((_, list), _)| list == "nodes");
        nodes.flat_map(|(_, nodes)| nodes).any(|(_, node)| nodeset::text(node, "type") == "L")
    }

    /// What AIF cannot say of the topic and of its sources.
    fn extra(&mut self) -> Value {
        let topic = self.debate.topic;
        for citation in &topic.citations {
            let place = of_record("citation", &citation.slug);
            let instead = format!("its source is named in `{EXTRA}`");
            self.lose(NoteCode::LeftOut, place, "AIF has no quotes", &instead);
        }
        let mut sources: Vec<Value> = self
            .debate
            .sources
            .iter()
            .map(|it| {
                json!({
                    "slug": it.slug, "title": it.title, "authors": it.authors,
                    "publisher": it.publisher, "published_on": it.published_on,
                    "url": it.url.as_ref().map(ToString::to_string), "licence": it.licence,
                })
            })
            .collect();
        let named: HashSet<String> = sources.iter().map(|it| nodeset::text(it, "slug")).collect();
        let kept = self.topic.field("sources").unwrap_or_default();
        let kept = kept.as_array().into_iter().flatten();
        sources.extend(kept.filter(|it| !named.contains(&nodeset::text(it, "slug"))).cloned());
        json!({
            "version": 1,
            "topic": {
                "slug": topic.slug, "title": topic.title, "summary": topic.summary,
                "tags": topic.tags, "language": topic.language, "status": topic.status,
            },
            "records": told::write(&self.told),
            "sources": sources,
        })
    }
}
