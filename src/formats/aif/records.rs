//! A nodeset made a topic.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::keeping::{Bond, Item, Kept};
use super::nodeset::{self, Kind, Node, Nodeset};
use super::relating::{self, Related, Relating};
use super::schemes;
use super::told::{self, Told};
use crate::domain::kinds::{RelationKind, Status};
use crate::domain::language::Language;
use crate::domain::slug::Slug;
use crate::domain::text::{Body, Claim, Scheme, Statement, Summary, Tag, Title};
use crate::formats::document::{
    ArgumentRecord, Document, PositionRecord, RelationRecord, TargetName, TopicRecord,
};
use crate::formats::names::Names;
use crate::formats::note::{Note, NoteCode};
use crate::formats::place::Place;
use crate::formats::taming::{self, ManyLines, OneLine, TamedPair};

/// What a node without a text says.
const WORDLESS: &str = "(no text)";

/// The texts of a record that says what a node says.
pub(super) fn worded<Short: OneLine, Long: ManyLines>(
    text: &str,
    place: &Place,
    notes: &mut Vec<Note>,
) -> Option<TamedPair<Short, Long>> {
    taming::pair(text, place, notes).or_else(|| {
        let detail = "the node has no text that could be seen";
        let instead = format!("it says `{WORDLESS}`");
        notes.push(Note::warning(NoteCode::Guessed, place.clone(), detail, instead));
        taming::pair(WORDLESS, place, notes)
    })
}

/// The name of the scheme that a node has, and of which it says so itself.
pub(super) fn scheme_of(node: &Value, fulfilled: Option<&str>) -> Option<String> {
    let given = |name: &str| Some(nodeset::text(node, name)).filter(|it| !it.trim().is_empty());
    let by_id = |id: String| schemes::named(&id).map(str::to_owned);
    given("scheme")
        .or_else(|| given("schemeID").and_then(by_id))
        .or_else(|| {
            fulfilled.map(|id| by_id(id.to_owned()).unwrap_or_else(|| format!("Scheme {id}")))
        })
        .or_else(|| {
            // Some tools write the scheme as the node's text alone. A default says that none was set.
            given("text")
                .filter(|text| schemes::id_of(text).is_some() && !text.starts_with("Default"))
        })
}

/// What becomes of a nodeset while it is made a topic.
pub(super) struct Making<'a> {
    pub(super) set: &'a Nodeset,
    pub(super) relating: Relating,
    pub(super) notes: &'a mut Vec<Note>,
    pub(super) fulfilled: HashMap<String, String>,
    pub(super) told: HashMap<usize, Told>,
    pub(super) arguments: Vec<(ArgumentRecord, Kept)>,
    pub(super) positions: Vec<(PositionRecord, Kept)>,
    pub(super) relations: Vec<(RelationRecord, Kept)>,
    pub(super) argument_of: HashMap<usize, Slug>,
    pub(super) position_of: HashMap<usize, Slug>,
    pub(super) relation_of: HashMap<usize, Slug>,
    pub(super) names: [Names; 3],
    pub(super) aside: Vec<Item>,
    pub(super) language: Option<Language>,
}

/// The document that a nodeset makes.
pub(super) fn document(
    mut set: Nodeset,
    name: Option<&str>,
    digest: &str,
    notes: &mut Vec<Note>,
) -> Document {
    let format = if set.wrapping.is_some() { "xaif" } else { "aif" };
    let items = std::mem::take(&mut set.items);
    let mut fulfilled = HashMap::new();
    for item in items.iter().filter(|item| item.list == "schemefulfillments") {
        let field = |name: &str| nodeset::id(item.value.get(name));
        if let (Some(node), Some(scheme)) = (field("nodeID"), field("schemeID")) {
            fulfilled.entry(node).or_insert(scheme);
        }
    }
    let language = nodeset::text(&set.extra.get("topic").cloned().unwrap_or_default(), "language");
    let (told, names) = told::read(&set);
    let mut making = Making {
        relating: relating::relate(&set, &told),
        set: &set,
        notes,
        fulfilled,
        names,
        told,
        arguments: Vec::new(),
        positions: Vec::new(),
        relations: Vec::new(),
        argument_of: HashMap::new(),
        position_of: HashMap::new(),
        relation_of: HashMap::new(),
        aside: items,
        language: Language::parse(&language).or_else(|| Language::parse("en")),
    };
    making.make_points();
    making.make_relations();
    making.set_aside();
    let topic = making.topic(name, digest, format);
    Document { sources: Vec::new(), topics: topic.into_iter().collect() }
}

impl Making<'_> {
    fn kept(&mut self, node: &Node) -> Kept {
        let mut kept = Kept::of_id(&node.id);
        kept.put("at", &json!(node.index));
        if !kept.put("node", &node.value) {
            let detail = "the node is larger than an origin may be";
            let instead = "what the record does not hold of it is lost";
            let place = self.set.place_of(node);
            self.notes.push(Note::warning(NoteCode::LeftOut, place, detail, instead));
        }
        kept
    }

    /// Makes arguments and positions of the I-nodes.
    fn make_points(&mut self) {
        let set = self.set;
        let mut touched = HashSet::new();
        for edge in self.relating.used.iter().filter_map(|at| set.edges.get(*at)) {
            touched.extend([edge.from, edge.to]);
        }
        for (at, node) in set.nodes.iter().enumerate() {
            if node.kind != Kind::Information {
                continue;
            }
            let place = set.place_of(node);
            let is_position = self.relating.positions.contains(&at);
            if is_position {
                self.make_position(at, node, &place);
            }
            if !is_position || self.relating.twins.contains(&at) {
                self.make_argument(at, node, &place);
            }
            if !touched.contains(&at) && !self.told.contains_key(&at) {
                let detail = "the I-node stands in no relation";
                let instead = "it is an argument that bears on nothing";
                self.notes.push(Note::info(NoteCode::Guessed, place, detail, instead));
            }
        }
    }

    fn make_position(&mut self, at: usize, node: &Node, place: &Place) {
        let mut notes = Vec::new();
        let text = node.text("text");
        let worded = worded::<Statement, Summary>(&text, place, &mut notes);
        self.notes.append(&mut notes);
        let Some(worded) = worded else { return };
        let told = self.told.get(&at).and_then(|told| told.position.clone());
        let is_told = told.is_some();
        let [names, ..] = &mut self.names;
        let derived = || Slug::derive(worded.short.as_str(), "position");
        let slug = told.unwrap_or_else(|| names.take_free(&derived()));
        let mut kept = self.kept(node);
        if self.relating.twins.contains(&at) {
            kept.put("made", &json!(true));
        }
        if self.relating.twins.contains(&at) && !is_told {
            let detail =
                "no conclusion is free of being a reason itself: the graph runs in circles";
            let instead = "the most attacked one is an argument and the position that it supports";
            self.notes.push(Note::warning(NoteCode::Guessed, place.clone(), detail, instead));
        }
        self.position_of.insert(at, slug.clone());
        let rank = i32::try_from(self.positions.len()).unwrap_or(i32::MAX);
        let (statement, summary) = (worded.short, worded.long);
        let record =
            PositionRecord { at: place.clone(), slug, statement, summary, rank, origin: None };
        self.positions.push((record, kept));
    }

    fn make_argument(&mut self, at: usize, node: &Node, place: &Place) {
        let mut notes = Vec::new();
        let worded = worded::<Claim, Body>(&node.text("text"), place, &mut notes);
        // Of a node that is a position as well, the same was said of that.
        if !self.position_of.contains_key(&at) {
            self.notes.append(&mut notes);
        }
        let (Some(worded), Some(language)) = (worded, self.language.clone()) else { return };
        let told = self.told.get(&at);
        let language = told.and_then(|it| it.language.clone()).unwrap_or(language);
        let told = told.and_then(|it| it.argument.clone());
        let [_, names, _] = &mut self.names;
        let derived = || Slug::derive(worded.short.as_str(), "argument");
        let slug = told.unwrap_or_else(|| names.take_free(&derived()));
        self.argument_of.insert(at, slug.clone());
        let kept = self.kept(node);
        let (claim, body) = (worded.short, worded.long);
        let record =
            ArgumentRecord { at: place.clone(), slug, claim, body, language, origin: None };
        self.arguments.push((record, kept));
    }

    fn relation_slug(&mut self, premise: &Slug, kind: RelationKind, target: &Slug) -> Slug {
        let [.., names] = &mut self.names;
        names.take_free(&Slug::of_relation(premise, kind, target))
    }

    fn make_relations(&mut self) {
        let set = self.set;
        let mut seen = HashSet::new();
        for related in std::mem::take(&mut self.relating.relations) {
            self.make_relation(&related, &mut seen);
        }
        // The arguments that stand for positions which are premises too.
        for (at, node) in set.nodes.iter().enumerate() {
            let (Some(argument), Some(position)) =
                (self.argument_of.get(&at).cloned(), self.position_of.get(&at).cloned())
            else {
                continue;
            };
            let kind = RelationKind::Supports;
            let slug = self.relation_slug(&argument, kind, &position);
            let mut kept = Kept::default();
            kept.put("made", &json!(true));
            let record = RelationRecord {
                at: set.place_of(node),
                slug,
                kind,
                premises: vec![argument],
                target: TargetName::Position(position),
                scheme: None,
                symmetric: false,
                origin: None,
            };
            self.relations.push((record, kept));
        }
    }

    fn make_relation(
        &mut self,
        related: &Related,
        seen: &mut HashSet<(RelationKind, Vec<Slug>, TargetName)>,
    ) {
        let set = self.set;
        let (Some(node), Some(edge)) = (set.nodes.get(related.node), set.edges.get(related.edge))
        else {
            return;
        };
        let place = set.place_of(node);
        let edges: Vec<usize> =
            self.relating.premises.get(related.node).cloned().unwrap_or_default();
        let from = edges.iter().filter_map(|at| set.edges.get(*at));
        let premises: Vec<Slug> =
            from.filter_map(|edge| self.argument_of.get(&edge.from).cloned()).collect();
        let target = match (self.argument_of.get(&edge.to), self.position_of.get(&edge.to)) {
            (Some(slug), _) => Some(TargetName::Argument(slug.clone())),
            (None, Some(slug)) => Some(TargetName::Position(slug.clone())),
            (None, None) => self.relation_of.get(&edge.to).cloned().map(TargetName::Relation),
        };
        let kind = match node.kind {
            Kind::Conflict => RelationKind::Attacks,
            Kind::Rephrase => RelationKind::Rephrases,
            Kind::Information
            | Kind::Inference
            | Kind::Locution
            | Kind::Transition
            | Kind::Illocution
            | Kind::Preference
            | Kind::Unknown => RelationKind::Supports,
        };
        let (Some(first), Some(target)) = (premises.first(), target) else {
            self.relating.used.remove(&related.edge);
            return;
        };
        // A node whose primary relation was left out is left out with all that bears on it.
        if !related.is_primary && !self.relation_of.contains_key(&related.node) {
            self.relating.used.remove(&related.edge);
            return;
        }
        let mut sorted = premises.clone();
        sorted.sort_unstable();
        if !seen.insert((kind, sorted, target.clone())) {
            let detail = "another node before it says the same of the same";
            let instead = "it was kept aside";
            self.notes.push(Note::warning(NoteCode::Repeated, place, detail, instead));
            self.relating.used.remove(&related.edge);
            return;
        }
        if !related.is_primary {
            let detail = "the node has several conclusions";
            let instead = "there is a relation for each; an export joins them again";
            self.notes.push(Note::info(NoteCode::Approximated, place.clone(), detail, instead));
        } else if kind != RelationKind::Attacks && matches!(target, TargetName::Relation(_)) {
            let detail = format!("a node that {kind} bears on another such node");
            let instead = "it is a relation onto a relation";
            self.notes.push(Note::info(NoteCode::Approximated, place.clone(), detail, instead));
        }
        let named = scheme_of(&node.value, self.fulfilled.get(&node.id).map(String::as_str));
        let scheme = named.and_then(|it| taming::line::<Scheme>(&it, &place, self.notes));
        let scheme = scheme.map(|it| it.text);
        let first = first.clone();
        let told = self.told.get_mut(&related.node);
        let symmetric =
            kind == RelationKind::Attacks && told.as_ref().is_some_and(|it| it.is_symmetric);
        let told = told.filter(|it| !it.relations.is_empty()).map(|it| it.relations.remove(0));
        let slug = told.unwrap_or_else(|| self.relation_slug(&first, kind, target.slug()));
        let mut kept = self.kept(node);
        let of_premises = if related.is_primary { edges } else { Vec::new() };
        for at in of_premises.into_iter().chain([related.edge]) {
            let Some(edge) = set.edges.get(at) else { continue };
            let item = Item {
                list: "edges".to_owned(),
                index: edge.index,
                bond: Bond::Relation,
                value: edge.value.clone(),
            };
            if !kept.put_item(&item) {
                self.aside.push(item);
            }
        }
        if related.is_primary {
            self.relation_of.insert(related.node, slug.clone());
        }
        let record = RelationRecord {
            at: place,
            slug,
            kind,
            premises,
            target,
            scheme,
            symmetric,
            origin: None,
        };
        self.relations.push((record, kept));
    }

    fn topic(mut self, name: Option<&str>, digest: &str, format: &str) -> Option<TopicRecord> {
        let said = self.set.extra.get("topic").cloned().unwrap_or_default();
        let place = Place::default();
        if self.set.nodes.is_empty() {
            let instead = "its topic is empty too";
            let note =
                Note::warning(NoteCode::Incomplete, place.clone(), "the nodeset is empty", instead);
            self.notes.push(note);
        }
        let fallback = format!("AIF nodeset {digest}");
        let told = nodeset::text(&said, "title");
        let wanted = [told.as_str(), name.unwrap_or_default(), fallback.as_str()];
        let title =
            wanted.iter().find_map(|it| taming::line::<Title>(it, &place, self.notes))?.text;
        let slug = Slug::parse(&nodeset::text(&said, "slug"))
            .unwrap_or_else(|_| Slug::derive(title.as_str(), "aif-nodeset"));
        let tags = said.get("tags").and_then(Value::as_array).into_iter().flatten();
        let tags = tags.filter_map(|tag| Tag::parse(tag.as_str()?).ok()).collect();
        let mut kept = Kept::default();
        if !kept.put("frame", &self.set.frame) {
            let detail = "what the nodeset has beside its lists is larger than an origin may be";
            self.notes.push(Note::warning(NoteCode::LeftOut, place.clone(), detail, "it is lost"));
        }
        if let Some(wrapping) = self.set.wrapping {
            kept.put("wrapping", &json!(wrapping));
        }
        let sources = self.set.extra.get("sources").and_then(Value::as_array);
        if let Some(sources) = sources.filter(|it| !it.is_empty()) {
            kept.put("sources", &json!(sources));
            let detail = "names the sources of quotes, but not the quotes";
            let instead = "the sources were kept aside, for the way back";
            let pointed =
                Place { pointer: format!("/{}/sources", nodeset::EXTRA), ..place.clone() };
            self.notes.push(Note::info(NoteCode::KeptAside, pointed, detail, instead));
        }
        let origin = self.stow(kept, format);
        let finish = |kept: Kept| kept.into_origin(format);
        Some(TopicRecord {
            at: place,
            slug,
            title,
            summary: Summary::parse(&nodeset::text(&said, "summary")).unwrap_or_default(),
            tags,
            language: self.language?,
            status: Status::parse(&nodeset::text(&said, "status")).unwrap_or(Status::Published),
            origin,
            positions: self
                .positions
                .into_iter()
                .map(|(it, kept)| PositionRecord { origin: finish(kept), ..it })
                .collect(),
            arguments: self
                .arguments
                .into_iter()
                .map(|(it, kept)| ArgumentRecord { origin: finish(kept), ..it })
                .collect(),
            relations: self
                .relations
                .into_iter()
                .map(|(it, kept)| RelationRecord { origin: finish(kept), ..it })
                .collect(),
            citations: Vec::new(),
        })
    }
}
