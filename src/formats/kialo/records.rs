//! Claims made a topic.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::lines::{self, Claim, Stance, Text};
use super::linking::{self, Leads};
use super::texts::{self, LINK};
use crate::domain::kinds::{RelationKind, Status};
use crate::domain::language::Language;
use crate::domain::origin::{Fields, Origin};
use crate::domain::slug::Slug;
use crate::domain::text::{self, Body, Name, Statement, Summary, Title};
use crate::formats::document::{
    ArgumentRecord, Document, PositionRecord, RelationRecord, TargetName, TopicRecord,
};
use crate::formats::names::Names;
use crate::formats::note::{Note, NoteCode};
use crate::formats::place::Place;
use crate::formats::taming;

/// The name of the format in an origin.
pub(super) const FORMAT: &str = "kialo";

/// What a claim becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// The first claim of a discussion with several theses.
    Question,
    /// A thesis.
    Position,
    /// A reason.
    Argument,
    /// One more relation from an argument that stands elsewhere.
    Link,
}

/// What becomes of a text while it is made a topic.
struct Making<'a> {
    text: &'a Text,
    notes: &'a mut Vec<Note>,
    above: Vec<Option<usize>>,
    leads: Vec<Leads>,
    roles: Vec<Role>,
    /// What each claim became, for what bears on it.
    ends: Vec<Option<TargetName>>,
    /// The arguments that say what a position says.
    twins: HashMap<usize, Slug>,
    names: [Names; 3],
    positions: Vec<PositionRecord>,
    arguments: Vec<ArgumentRecord>,
    relations: Vec<RelationRecord>,
}

/// The document that a text makes.
pub(super) fn document(text: &Text, name: Option<&str>, notes: &mut Vec<Note>) -> Option<Document> {
    let above = text.numbers.above();
    let leads = linking::follow(text);
    let mut making = Making {
        text,
        notes,
        above,
        leads,
        roles: Vec::new(),
        ends: Vec::new(),
        twins: HashMap::new(),
        names: Default::default(),
        positions: Vec::new(),
        arguments: Vec::new(),
        relations: Vec::new(),
    };
    making.roles = making.roles();
    making.make_points();
    making.make_relations();
    let topic = making.topic(name)?;
    Some(Document { sources: Vec::new(), topics: vec![topic] })
}

/// An origin. Fields that are too large for one are left out, which the notes say.
fn origin(
    id: Option<&str>,
    fields: Map<String, Value>,
    place: &Place,
    notes: &mut Vec<Note>,
) -> Option<Origin> {
    let is_empty = fields.is_empty();
    let kept = Fields::of(fields);
    if kept.is_none() {
        let detail = "the text is larger than an origin may be";
        let instead = "an export has what the record holds of it";
        notes.push(Note::warning(NoteCode::LeftOut, place.clone(), detail, instead));
    }
    let format = Name::parse(FORMAT).ok()?;
    Some(Origin {
        format,
        id: id.and_then(|id| Name::parse(id).ok()),
        fields: kept.filter(|_| !is_empty),
    })
}

impl Making<'_> {
    /// The claim that another one stands under.
    fn parent(&self, claim: &Claim) -> Option<usize> {
        self.above.get(claim.node).copied().flatten()
    }

    /// What each claim becomes.
    fn roles(&mut self) -> Vec<Role> {
        let text = self.text;
        let is_at_top = |claim: &Claim| text.numbers.is_at_top(claim.node);
        let mut roles = Vec::with_capacity(text.claims.len());
        let (mut has_theses, mut has_reasons) = (HashSet::new(), HashSet::new());
        for (at, claim) in text.claims.iter().enumerate() {
            let parent = self.parent(claim);
            let of_top = parent.filter(|it| text.claims.get(*it).is_some_and(is_at_top));
            let is_link = matches!(self.leads.get(at), Some(Leads::To(_)));
            roles.push(match (claim.stance, parent) {
                (Some(_), Some(_)) if is_link => Role::Link,
                (Some(_), Some(_)) => Role::Argument,
                (None, Some(_)) if of_top.is_none() => Role::Argument,
                (None, _) => Role::Position,
                (Some(_), None) if is_at_top(claim) => Role::Position,
                (Some(_), None) => Role::Argument,
            });
            if let Some(parent) = of_top {
                if claim.stance.is_some() { &mut has_reasons } else { &mut has_theses }
                    .insert(parent);
            }
        }
        for at in has_theses {
            let says_stance = text.claims.get(at).is_some_and(|it| it.stance.is_some());
            if let Some(role) =
                roles.get_mut(at).filter(|_| !has_reasons.contains(&at) && !says_stance)
            {
                *role = Role::Question;
            }
        }
        roles
    }

    /// Makes positions and arguments.
    fn make_points(&mut self) {
        let text = self.text;
        for (at, claim) in text.claims.iter().enumerate() {
            let place = claim.place();
            let parent = self.parent(claim);
            self.note_irregular(at, claim, parent, &place);
            let role = self.roles.get(at).copied().unwrap_or(Role::Argument);
            let end = match role {
                Role::Question | Role::Link => None,
                Role::Position => self.make_position(claim, &place).map(TargetName::Position),
                Role::Argument => self.make_argument(claim, &place).map(TargetName::Argument),
            };
            self.ends.push(end);
        }
        for at in 0..text.claims.len() {
            if let (Some(Role::Link), Some(Leads::To(to))) =
                (self.roles.get(at), self.leads.get(at).copied())
            {
                let end = self.linked(to);
                if let Some(it) = self.ends.get_mut(at) {
                    *it = end.map(TargetName::Argument);
                }
            }
        }
    }

    /// Says what no export of Kialo has.
    fn note_irregular(&mut self, at: usize, claim: &Claim, parent: Option<usize>, place: &Place) {
        let text = self.text;
        let mut guess = |detail: &str, instead: &str| {
            self.notes.push(Note::warning(NoteCode::Guessed, place.clone(), detail, instead));
        };
        match (claim.stance, parent) {
            (Some(_), None) if text.numbers.is_at_top(claim.node) => {
                guess(
                    "a claim that stands under none has a stance",
                    "it is a position that says so",
                );
            }
            (Some(_), None) => {
                guess("no claim above it is there", "it is an argument that bears on nothing");
            }
            (None, Some(_)) if self.roles.get(at) == Some(&Role::Argument) => {
                guess("the claim has no stance", "it is an argument that bears on nothing");
            }
            (None, None) if !text.numbers.is_at_top(claim.node) => {
                guess("no claim above it is there", "it is a position");
            }
            (_, Some(_)) if !text.numbers.is_whole(claim.node) => {
                guess("the claim just above it is not there", "it stands under the next one above");
            }
            (Some(_) | None, _) => {}
        }
        let is_like_link = claim.text.starts_with(LINK);
        let leads = self.leads.get(at).copied();
        if leads == Some(Leads::Nowhere) {
            guess("the link leads to no claim with a text", "it is an argument that says so");
        } else if is_like_link && self.roles.get(at) != Some(&Role::Link) {
            guess("the link cannot be one here", "it is taken as a text");
        }
        let is_under_link = parent.is_some_and(|it| self.roles.get(it) == Some(&Role::Link));
        if is_under_link {
            guess("the claim stands under a link", "it stands under the claim that is linked");
        }
    }

    /// The fields that hold a text to the letter, where the writer would not write it so.
    fn exactly(said: &str, written: &str) -> Map<String, Value> {
        let mut fields = Map::new();
        if said != written {
            fields.insert("text".to_owned(), taming::kept(said));
        }
        fields
    }

    fn make_position(&mut self, claim: &Claim, place: &Place) -> Option<Slug> {
        // A thesis has no stance; one that has says it.
        let said = match claim.stance {
            Some(stance) => format!("{}: {}", stance.word(), claim.text),
            None => claim.text.clone(),
        };
        let worded = texts::worded::<Statement, Summary>(&said, place, self.notes)?;
        let (written, _) = texts::written(&worded.short, &worded.long, None);
        let origin = origin(claim.id.as_deref(), Self::exactly(&said, &written), place, self.notes);
        let [names, ..] = &mut self.names;
        let slug = names.take_free(&Slug::derive(worded.short.as_str(), "position"));
        self.positions.push(PositionRecord {
            at: place.clone(),
            slug: slug.clone(),
            statement: worded.short,
            summary: worded.long,
            rank: i32::try_from(self.positions.len()).unwrap_or(i32::MAX),
            origin,
        });
        Some(slug)
    }

    fn make_argument(&mut self, claim: &Claim, place: &Place) -> Option<Slug> {
        let worded = texts::worded::<text::Claim, Body>(&claim.text, place, self.notes)?;
        let stance = claim.stance.or(Some(Stance::Pro));
        let (written, _) = texts::written(&worded.short, &worded.long, stance);
        let fields = Self::exactly(&claim.text, &written);
        let origin = origin(claim.id.as_deref(), fields, place, self.notes);
        Some(self.argument(worded, origin, place))
    }

    fn argument(
        &mut self,
        worded: texts::Worded<text::Claim, Body>,
        origin: Option<Origin>,
        place: &Place,
    ) -> Slug {
        let [_, names, _] = &mut self.names;
        let slug = names.take_free(&Slug::derive(worded.short.as_str(), "argument"));
        self.arguments.push(ArgumentRecord {
            at: place.clone(),
            slug: slug.clone(),
            claim: worded.short,
            body: worded.long,
            language: Language::default(),
            origin,
        });
        slug
    }

    /// The argument that a link leads to. A thesis that is linked is an argument as well.
    fn linked(&mut self, to: usize) -> Option<Slug> {
        if let Some(TargetName::Argument(slug)) = self.ends.get(to).cloned().flatten() {
            return Some(slug);
        }
        if let Some(slug) = self.twins.get(&to) {
            return Some(slug.clone());
        }
        let claim = self.text.claims.get(to)?;
        let place = claim.place();
        let worded = texts::worded::<text::Claim, Body>(&claim.text, &place, &mut Vec::new())?;
        let (written, _) = texts::written(&worded.short, &worded.long, None);
        let mut fields = Self::exactly(&claim.text, &written);
        fields.insert("twin".to_owned(), json!(true));
        let origin = origin(claim.id.as_deref(), fields, &place, self.notes);
        let detail = "the claim is a thesis, and a link makes it a reason as well";
        let instead = "it is a position, and an argument that says the same";
        self.notes.push(Note::info(NoteCode::Approximated, place.clone(), detail, instead));
        let slug = self.argument(worded, origin, &place);
        self.twins.insert(to, slug.clone());
        Some(slug)
    }

    fn make_relations(&mut self) {
        let mut seen = HashSet::new();
        let text = self.text;
        for (at, claim) in text.claims.iter().enumerate() {
            let (Some(stance), Some(parent)) = (claim.stance, self.parent(claim)) else { continue };
            let Some(TargetName::Argument(premise)) = self.ends.get(at).cloned().flatten() else {
                continue;
            };
            let place = claim.place();
            let Some(target) = self.ends.get(parent).cloned().flatten() else {
                let detail = "the claim above it is the question, which nothing can bear on";
                let instead = "it is an argument that bears on nothing";
                self.notes.push(Note::warning(NoteCode::Guessed, place, detail, instead));
                continue;
            };
            let kind = match stance {
                Stance::Pro => RelationKind::Supports,
                Stance::Con => RelationKind::Attacks,
            };
            if !seen.insert((kind, premise.clone(), target.clone())) {
                let detail = "the same claim stands under the same one already";
                self.notes.push(Note::warning(
                    NoteCode::Repeated,
                    place,
                    detail,
                    "it was left out",
                ));
                continue;
            }
            let mut fields = Map::new();
            if self.roles.get(at) == Some(&Role::Link) {
                fields.insert("link".to_owned(), taming::kept(&claim.text));
            }
            let origin = origin(claim.id.as_deref(), fields, &place, self.notes);
            let [.., names] = &mut self.names;
            let slug = names.take_free(&Slug::of_relation(&premise, kind, target.slug()));
            self.relations.push(RelationRecord {
                at: place,
                slug,
                kind,
                premises: vec![premise],
                target,
                scheme: None,
                symmetric: false,
                origin,
            });
        }
    }

    fn topic(self, name: Option<&str>) -> Option<TopicRecord> {
        let text = self.text;
        let place = Place::line(1);
        let question = self.roles.iter().position(|role| *role == Role::Question);
        let question = question.and_then(|at| text.claims.get(at));
        let mut fields = Map::new();
        let given = text.title().and_then(|it| taming::line::<Title>(it, &place, self.notes));
        let title = given.map(|it| it.text).or_else(|| {
            let first = text.claims.first().map(|it| it.text.as_str());
            let detail = "the text has no title";
            let instead = "it is named by its file or its first claim";
            self.notes.push(Note::warning(NoteCode::Guessed, place.clone(), detail, instead));
            let names = [name, first, Some("Discussion")].into_iter().flatten();
            let mut made =
                names.filter_map(|it| taming::line::<Title>(it, &place, &mut Vec::new()));
            let made = made.next().map(|it| it.text)?;
            fields.insert("guessed".to_owned(), json!(made));
            Some(made)
        })?;
        if text.head != head(&title) {
            fields.insert("head".to_owned(), taming::kept(&text.head));
            let written = format!("{}\n", lines::title_line(&title));
            if !text.head.trim_start_matches(&written).trim().is_empty() && text.title().is_some() {
                let detail = "there is more before the first claim than the title";
                let instead = "it was kept aside";
                self.notes.push(Note::info(NoteCode::KeptAside, place.clone(), detail, instead));
            }
        }
        let mut summary = Summary::default();
        if let Some(claim) = question {
            fields.insert("question".to_owned(), taming::kept(&claim.text));
            if texts::plain_of(&claim.text) != title.as_str() {
                summary = taming::lines(claim.text.trim(), &claim.place(), self.notes).text;
            }
        }
        if text.tail != "\n" {
            fields.insert("tail".to_owned(), taming::kept(&text.tail));
        }
        if text.is_crlf {
            fields.insert("ends".to_owned(), json!("crlf"));
        }
        if self.positions.is_empty() {
            let detail = "the discussion has no thesis";
            let instead = "the topic has no positions";
            self.notes.push(Note::warning(NoteCode::Incomplete, place.clone(), detail, instead));
        }
        let slug = Slug::derive(title.as_str(), "topic");
        let origin = origin(None, fields, &place, self.notes);
        Some(TopicRecord {
            at: place,
            slug,
            title,
            summary,
            tags: Vec::new(),
            language: Language::default(),
            status: Status::Published,
            origin,
            positions: self.positions,
            arguments: self.arguments,
            relations: self.relations,
            citations: Vec::new(),
        })
    }
}

/// What stands before the first claim of a discussion of this title.
pub(super) fn head(title: &Title) -> String {
    format!("{}\n\n", lines::title_line(title))
}

/// What an origin of this format says.
#[derive(Debug, Clone, Default)]
pub(super) struct Found<'a> {
    pub(super) id: Option<&'a str>,
    fields: Map<String, Value>,
}

impl<'a> Found<'a> {
    pub(super) fn of(origin: Option<&'a Origin>) -> Option<Self> {
        let origin = origin.filter(|it| it.format.as_str() == FORMAT)?;
        Some(Self { id: origin.id.as_ref().map(Name::as_str), fields: origin.members() })
    }

    /// A text that was kept.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.fields.get(name).and_then(taming::exactly)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// The last part of the number.
    pub(super) fn number(&self) -> Option<u64> {
        self.id?.strip_suffix('.')?.rsplit('.').next()?.parse().ok()
    }

    /// Whether the number has one part.
    pub(super) fn is_at_top(&self) -> bool {
        self.id.is_some_and(|id| id.matches('.').count() == 1)
    }
}
