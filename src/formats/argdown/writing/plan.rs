//! How each record is written: as a statement or an argument, in a tree or in a structure.
//!
//! A relation of one premise is a line of a tree. One of several, or one that something bears on
//! and that no line could name, is a premise–conclusion structure; its premises and its conclusion
//! are statements. What is no support of a statement has a conclusion there that only **joins** the
//! premises, and bears as the relation does.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::text;
use crate::domain::kinds::RelationKind;
use crate::domain::origin::Origin;
use crate::domain::slug::Slug;
use crate::domain::text::{Body, Claim, Scheme, Statement, Summary};
use crate::formats::argdown::syntax::{Data, Sort};
use crate::formats::document::{RelationRecord, TargetName};
use crate::formats::note::{Note, NoteCode};
use crate::formats::place::Place;
use crate::formats::taming::{self, ManyLines, OneLine};
use crate::formats::writing::{Debate, of_record};

/// What an origin of Argdown says.
#[derive(Debug, Default, Clone)]
pub(super) struct Found {
    pub fields: Map<String, Value>,
}

impl Found {
    pub(super) fn of(origin: Option<&Origin>) -> Self {
        let origin = origin.filter(|it| it.format.as_str() == "argdown");
        Self { fields: origin.map(Origin::members).unwrap_or_default() }
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.fields.get(name).and_then(taming::exactly)
    }

    pub(super) fn number(&self, name: &str) -> Option<usize> {
        self.fields.get(name)?.as_u64().and_then(|it| usize::try_from(it).ok())
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.fields.get(name) == Some(&Value::Bool(true))
    }

    pub(super) fn data(&self, name: &str) -> Data {
        match self.fields.get(name) {
            Some(Value::Object(fields)) => match taming::exactly(&Value::Object(fields.clone())) {
                Some(text) if fields.len() == 1 && fields.contains_key("json") => {
                    serde_json::from_str(&text).unwrap_or_default()
                }
                Some(_) | None => fields.clone(),
            },
            _ => Data::new(),
        }
    }

    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let values = self.fields.get(name).and_then(Value::as_array);
        values.into_iter().flatten().filter_map(taming::exactly).collect()
    }
}

/// An argument, a position, or both where they are one statement.
#[derive(Debug)]
pub(super) struct Node {
    pub title: String,
    pub sort: Sort,
    pub is_position: bool,
    pub is_untitled: bool,
    /// What it says, as it is written.
    pub text: String,
    pub is_as_it_was: bool,
    /// What is said of it in braces.
    pub data: Data,
    pub found: Found,
    /// Whether it bears on something, apart from what contradicts it.
    bears: bool,
    /// The relations that it is a premise of.
    pub outgoing: usize,
    /// The slug, if the title would not lead to it.
    slug: Option<String>,
}

/// The titles that are taken, with the last number that was tried beside each.
type Titles = HashMap<String, u64>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Target {
    Node(usize),
    Relation(usize),
}

/// A relation.
#[derive(Debug)]
pub(super) struct Edge<'a> {
    pub record: &'a RelationRecord,
    pub premises: Vec<usize>,
    pub target: Target,
    pub is_structured: bool,
    /// Of a structure.
    pub title: String,
    pub data: Data,
    pub found: Found,
}

impl Edge<'_> {
    /// Whether the structure's conclusion is what the relation supports.
    pub(super) fn concludes(&self) -> Option<usize> {
        match self.target {
            Target::Node(node) if self.record.kind == RelationKind::Supports => Some(node),
            Target::Node(_) | Target::Relation(_) => None,
        }
    }
}

#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge<'a>>,
}

impl Plan<'_> {
    /// How a target is referred to: a statement and an argument may have one title.
    pub(super) fn reference(&self, target: Target) -> Option<String> {
        Some(match target {
            Target::Node(node) => {
                let node = self.nodes.get(node)?;
                match node.sort {
                    Sort::Statement => format!("[{}]", node.title),
                    Sort::Argument => format!("<{}>", node.title),
                }
            }
            Target::Relation(at) => format!("<{}>", self.edges.get(at)?.title),
        })
    }
}

pub(super) fn plan<'a>(debate: &Debate<'a>, losses: &mut Vec<Note>) -> Plan<'a> {
    let mut making = Making {
        debate: *debate,
        losses,
        plan: Plan { nodes: Vec::new(), edges: Vec::new() },
        arguments: HashMap::new(),
        positions: HashMap::new(),
        skipped: HashSet::new(),
        statement_titles: Titles::new(),
        argument_titles: Titles::new(),
    };
    making.find_nodes();
    making.find_edges();
    making.choose_forms();
    making.name_all();
    making.tell_data();
    making.plan
}

struct Making<'a, 'l> {
    debate: Debate<'a>,
    losses: &'l mut Vec<Note>,
    plan: Plan<'a>,
    arguments: HashMap<&'a Slug, usize>,
    positions: HashMap<&'a Slug, usize>,
    /// The relations that only tie a position to the argument that it is.
    skipped: HashSet<&'a Slug>,
    statement_titles: Titles,
    argument_titles: Titles,
}

impl<'a> Making<'a, '_> {
    fn find_nodes(&mut self) {
        let topic = self.debate.topic;
        let made: HashSet<(&Slug, &Slug)> = topic
            .relations
            .iter()
            .filter(|it| Found::of(it.origin.as_ref()).is("made"))
            .filter_map(|it| match (it.premises.as_slice(), &it.target) {
                ([premise], TargetName::Position(position)) => Some((position, premise)),
                _ => None,
            })
            .collect();
        let argument_of: HashMap<&Slug, &Slug> = made.iter().copied().collect();
        let claims: HashMap<&Slug, &str> =
            topic.arguments.iter().map(|it| (&it.slug, it.claim.as_str())).collect();
        let mut merged: HashMap<&Slug, &Slug> = HashMap::new();
        for position in &topic.positions {
            let found = Found::of(position.origin.as_ref());
            let twin = argument_of.get(&position.slug).copied();
            let is_same =
                twin.is_some_and(|it| claims.get(it) == Some(&position.statement.as_str()));
            if let Some(twin) = twin.filter(|_| is_same && found.is("made")) {
                merged.insert(twin, &position.slug);
                continue;
            }
            let node = self.node::<Statement, Summary>(
                &position.slug,
                &position.statement,
                &position.summary,
                found,
                "summary",
            );
            self.positions.insert(&position.slug, self.plan.nodes.len());
            self.plan.nodes.push(Node { is_position: true, sort: Sort::Statement, ..node });
        }
        for argument in &topic.arguments {
            let found = Found::of(argument.origin.as_ref());
            let mut node = self.node::<Claim, Body>(
                &argument.slug,
                &argument.claim,
                &argument.body,
                found,
                "body",
            );
            if argument.language != topic.language {
                node.data.insert("language".to_owned(), json!(argument.language.as_str()));
            }
            let at = self.plan.nodes.len();
            self.arguments.insert(&argument.slug, at);
            if let Some(position) = merged.get(&argument.slug) {
                self.positions.insert(position, at);
                node.is_position = true;
            }
            self.plan.nodes.push(node);
        }
        for it in &topic.relations {
            if let ([premise], TargetName::Position(position)) =
                (it.premises.as_slice(), &it.target)
                && Found::of(it.origin.as_ref()).is("made")
                && merged.get(premise) == Some(&position)
            {
                self.skipped.insert(&it.slug);
            }
        }
    }

    fn node<Short, Long>(
        &mut self,
        slug: &Slug,
        short: &Short,
        long: &Long,
        found: Found,
        called: &str,
    ) -> Node
    where
        Short: OneLine + PartialEq + std::fmt::Display,
        Long: ManyLines + PartialEq + std::fmt::Display,
    {
        let mut data = Data::new();
        let said = found.text("text").filter(|it| !it.is_empty()).or_else(|| found.text("title"));
        let whole = long.to_string();
        let kept = found.data("data");
        let told = kept.get("body").or_else(|| kept.get("summary")).and_then(Value::as_str);
        let was = said.as_deref().is_some_and(|it| {
            let pair = taming::pair::<Short, Long>(it, &Place::default(), &mut Vec::new());
            pair.is_some_and(|pair| {
                let long_was = match told {
                    Some(told) => {
                        taming::lines::<Long>(told, &Place::default(), &mut Vec::new()).text
                    }
                    None => pair.long,
                };
                pair.short == *short && long_was == *long
            })
        });
        // A text that was too long for one line stands whole in the longer field.
        let is_whole = !whole.is_empty()
            && whole
                == whole
                    .split([' ', '\t', '\n', '\r'])
                    .filter(|it| !it.is_empty())
                    .collect::<Vec<_>>()
                    .join(" ")
            && taming::is_still::<Short, Long>(&whole, short, long);
        let text = if is_whole { whole.clone() } else { short.to_string() };
        if !whole.is_empty() && !is_whole {
            data.insert(called.to_owned(), json!(whole));
        }
        let sort = match found.fields.get("sort").and_then(Value::as_str) {
            Some(_) => Sort::Argument,
            None if found.fields.is_empty() => Sort::Argument,
            None => Sort::Statement,
        };
        let is_from_here = !found.fields.is_empty();
        let title = found.text("title").filter(|_| is_from_here && !found.is("untitled"));
        let title = title.unwrap_or_else(|| text::title_of(slug.as_str()));
        Node {
            slug: Some(slug.to_string()).filter(|_| !is_from_here),
            is_untitled: found.is("untitled"),
            is_as_it_was: was && found.fields.contains_key("source"),
            title,
            sort,
            is_position: false,
            text,
            data,
            found,
            bears: false,
            outgoing: 0,
        }
    }

    fn find_edges(&mut self) {
        let topic = self.debate.topic;
        let relations = || topic.relations.iter().filter(|it| !self.skipped.contains(&it.slug));
        let numbers: HashMap<&Slug, usize> =
            relations().enumerate().map(|(at, it)| (&it.slug, at)).collect();
        for record in relations() {
            let premises: Vec<usize> =
                record.premises.iter().filter_map(|it| self.arguments.get(it).copied()).collect();
            let target = match &record.target {
                TargetName::Position(slug) => self.positions.get(slug).copied().map(Target::Node),
                TargetName::Argument(slug) => self.arguments.get(slug).copied().map(Target::Node),
                TargetName::Relation(slug) => numbers.get(slug).copied().map(Target::Relation),
            };
            // Every name is of a record that is there.
            let target = target.unwrap_or(Target::Node(0));
            for premise in &premises {
                if let Some(node) = self.plan.nodes.get_mut(*premise) {
                    node.outgoing += 1;
                    node.bears |= !record.symmetric;
                }
            }
            let found = Found::of(record.origin.as_ref());
            self.plan.edges.push(Edge {
                record,
                premises,
                target,
                is_structured: false,
                title: String::new(),
                data: Data::new(),
                found,
            });
        }
    }

    /// Finds what must be a structure, and with it what must be a statement.
    fn choose_forms(&mut self) {
        let mut next: Vec<usize> = Vec::new();
        let mut of_premise: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut onto: HashSet<usize> = HashSet::new();
        let supported: HashSet<(&[usize], Target)> = (self.plan.edges.iter())
            .filter(|it| it.record.kind == RelationKind::Supports)
            .map(|it| (it.premises.as_slice(), it.target))
            .collect();
        for (at, edge) in self.plan.edges.iter().enumerate() {
            let outgoing = |it: &usize| self.plan.nodes.get(*it).map_or(0, |it| it.outgoing);
            let alone = match edge.premises.as_slice() {
                [premise] => Some(outgoing(premise)),
                _ => None,
            };
            let is_scheme_lost = edge.record.scheme.is_some() && alone != Some(1);
            // As lines, a support and a rephrase with the same ends would be one.
            let is_support_lost = edge.record.kind == RelationKind::Rephrases
                && supported.contains(&(edge.premises.as_slice(), edge.target));
            if alone.is_none()
                || edge.found.fields.contains_key("structure")
                || is_scheme_lost
                || is_support_lost
            {
                next.push(at);
            }
            if let [premise] = edge.premises.as_slice() {
                of_premise.entry(*premise).or_default().push(at);
            }
            if let Target::Relation(target) = edge.target {
                onto.insert(target);
                let is_undercut =
                    edge.record.kind == RelationKind::Attacks && !edge.record.symmetric;
                let of_target =
                    self.plan.edges.get(target).map_or(&[][..], |it| it.premises.as_slice());
                let is_named = matches!(of_target, [premise] if outgoing(premise) == 1);
                if !is_undercut || !is_named || edge.found.is("sketch") {
                    next.push(target);
                }
            }
        }
        let mut stated: Vec<usize> = Vec::new();
        for (at, node) in self.plan.nodes.iter().enumerate() {
            if node.sort == Sort::Statement {
                stated.push(at);
            }
        }
        for edge in &self.plan.edges {
            if edge.record.symmetric {
                stated.extend(&edge.premises);
                stated.extend(node_of(edge.target));
            }
        }
        let mut is_stated = vec![false; self.plan.nodes.len()];
        loop {
            while let Some(at) = stated.pop() {
                if let Some(node) = self.plan.nodes.get_mut(at)
                    && let Some(is_stated) = is_stated.get_mut(at)
                    && !std::mem::replace(is_stated, true)
                {
                    node.sort = Sort::Statement;
                    // A statement cannot be undercut, so that its relation must be named.
                    let own = of_premise.get(&at).into_iter().flatten().copied();
                    next.extend(own.filter(|it| onto.contains(it)));
                }
            }
            let Some(at) = next.pop() else { return };
            let Some(edge) = self.plan.edges.get_mut(at) else { continue };
            if std::mem::replace(&mut edge.is_structured, true) {
                continue;
            }
            stated.extend(&edge.premises);
            stated.extend(edge.concludes());
        }
    }

    fn unique(titles: &mut Titles, wanted: &str, sort: Sort) -> String {
        let mut title: String = wanted
            .chars()
            .map(|c| match (c, sort) {
                ('\u{1}'..='\u{4}' | '\n' | '\r' | '\t', _) | ('>' | '<', Sort::Argument) => ' ',
                (c, _) => c,
            })
            .collect();
        let is_balanced = |text: &str| {
            let mut depth = 0_i64;
            text.chars().all(|c| {
                depth += i64::from(c == '[') - i64::from(c == ']');
                depth >= 0
            }) && depth == 0
        };
        if sort == Sort::Statement && !is_balanced(&title) {
            title = title.replace(['[', ']'], " ");
        }
        title = title.split([' ', '\t']).filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ");
        // The reader numbers what has no title.
        if title.starts_with("Untitled ") || title.is_empty() {
            title = format!("The {title}").trim().to_owned();
        }
        let base = title.clone();
        while titles.contains_key(&title) {
            // A thousand records of one title must not try a million of them.
            let number = titles.entry(base.clone()).or_insert(1);
            *number += 1;
            title = format!("{base} ({number})");
        }
        titles.insert(title.clone(), 1);
        title
    }

    fn name_all(&mut self) {
        for node in &mut self.plan.nodes {
            let titles = match node.sort {
                Sort::Statement => &mut self.statement_titles,
                Sort::Argument => &mut self.argument_titles,
            };
            node.title = Self::unique(titles, &node.title, node.sort);
            if let Some(slug) = &node.slug
                && Slug::derive(&node.title, "").as_str() != slug
            {
                node.data.insert("slug".to_owned(), json!(slug));
            }
        }
        for edge in self.plan.edges.iter_mut().filter(|it| it.is_structured) {
            let was = edge.found.text("title");
            let slug = edge.record.slug.as_str();
            let wanted = was.clone().unwrap_or_else(|| text::title_of(slug));
            edge.title = Self::unique(&mut self.argument_titles, &wanted, Sort::Argument);
            let is_derived = Slug::derive(&edge.title, "").as_str() == slug;
            if was.is_none() && !is_derived && edge.found.fields.is_empty() {
                edge.data.insert("slug".to_owned(), json!(slug));
            }
        }
    }

    /// Says in data what the lines cannot.
    fn tell_data(&mut self) {
        for edge in &self.plan.edges {
            let kind = edge.record.kind;
            let place = of_record("relation", &edge.record.slug);
            if let (false, [premise], Some(scheme)) =
                (edge.is_structured, edge.premises.as_slice(), &edge.record.scheme)
                && let Some(node) = self.plan.nodes.get_mut(*premise)
            {
                node.data.insert("scheme".to_owned(), json!(scheme.as_str()));
            }
            if kind == RelationKind::Rephrases {
                let detail = "Argdown cannot say that one claim says another again";
                let instead = "it is a support, marked as `rephrases` in data";
                self.losses.push(Note::warning(
                    NoteCode::Approximated,
                    place.clone(),
                    detail,
                    instead,
                ));
            }
            let is_joined = edge.is_structured && edge.concludes().is_none();
            if is_joined {
                let detail = format!(
                    "Argdown has no premises that together {kind} something but by a conclusion"
                );
                let instead = "a conclusion joins them, and is marked as such";
                self.losses.push(Note::info(NoteCode::Approximated, place, detail, instead));
            }
            if kind == RelationKind::Rephrases && !is_joined {
                let title = self.plan.reference(edge.target);
                if let ([premise], Some(title)) = (edge.premises.as_slice(), title)
                    && let Some(node) = self.plan.nodes.get_mut(*premise)
                    && let Some(titles) =
                        node.data.entry("rephrases").or_insert_with(|| json!([])).as_array_mut()
                {
                    titles.push(json!(title));
                }
            }
        }
        // What would be taken for an answer says that it is none.
        for node in &mut self.plan.nodes {
            if !node.is_position
                && node.sort == Sort::Statement
                && !node.bears
                && node.found.fields.is_empty()
            {
                node.data.insert("position".to_owned(), json!(false));
            }
        }
        self.tell_quotes();
    }

    fn tell_quotes(&mut self) {
        use crate::formats::document::BacksName;
        let topic = self.debate.topic;
        let numbers: HashMap<&Slug, usize> =
            self.plan.edges.iter().enumerate().map(|(at, it)| (&it.record.slug, at)).collect();
        let sources: HashSet<&Slug> = topic.citations.iter().map(|it| &it.source).collect();
        for citation in &topic.citations {
            let exact = citation.quote.exact.as_str();
            let quote = if sources.len() < 2 {
                json!(exact)
            } else {
                json!({"source": citation.source.as_str(), "exact": exact})
            };
            let data = match &citation.backs {
                BacksName::Topic => None,
                BacksName::Position(slug) => self
                    .positions
                    .get(slug)
                    .and_then(|it| self.plan.nodes.get_mut(*it))
                    .map(|it| &mut it.data),
                BacksName::Argument(slug) => self
                    .arguments
                    .get(slug)
                    .and_then(|it| self.plan.nodes.get_mut(*it))
                    .map(|it| &mut it.data),
                BacksName::Relation(slug) => {
                    let edge = numbers.get(slug).and_then(|it| self.plan.edges.get_mut(*it));
                    edge.filter(|it| it.is_structured).map(|it| &mut it.data)
                }
            };
            let place = of_record("citation", &citation.slug);
            let Some(data) = data else {
                let is_topic = citation.backs == BacksName::Topic;
                let instead =
                    if is_topic { "it stands in the frontmatter" } else { "it is left out" };
                let code = if is_topic { NoteCode::Approximated } else { NoteCode::LeftOut };
                self.losses.push(Note::warning(code, place, "Argdown has no quotes", instead));
                continue;
            };
            if let Some(quotes) = data.entry("quotes").or_insert_with(|| json!([])).as_array_mut() {
                quotes.push(quote);
            }
            let instead =
                "its words stand in data, its source in the frontmatter, its place is left out";
            self.losses.push(Note::warning(
                NoteCode::Approximated,
                place,
                "Argdown has no quotes",
                instead,
            ));
        }
    }
}

fn node_of(target: Target) -> Option<usize> {
    match target {
        Target::Node(node) => Some(node),
        Target::Relation(_) => None,
    }
}

/// The rules that a scheme is written as, if they are read as that scheme.
pub(super) fn rules(scheme: &Scheme) -> Option<String> {
    let joined = scheme
        .as_str()
        .split(',')
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .collect::<Vec<_>>()
        .join(", ");
    Some(text::escaped(scheme.as_str())).filter(|_| joined == scheme.as_str())
}
