//! What of a topic is written where.

use std::collections::{HashMap, HashSet, VecDeque};

use super::bearing::{End, Home, home, homes, repeated};
use super::lines::{Lines, flow_mapping};
use super::quotes::{Texts, usual_source};
use super::write_origin;
use crate::domain::kinds::{RelationKind, Status};
use crate::domain::language::Language;
use crate::domain::slug::Slug;
use crate::domain::text::Tag;
use crate::formats::document::{
    ArgumentRecord, BacksName, CitationRecord, PositionRecord, RelationRecord, TopicRecord,
};
use crate::formats::native::relations::word as word_of_end;
use crate::formats::native::scalars::word;
use crate::formats::writing::Debate;

/// The most levels on which items are written under one another: more are hard to follow, and leave
/// no room for the words.
const MOST_LEVELS: usize = 12;

/// The lists under a position or an argument, in the order in which they are read.
const ON_A_CLAIM: [(&str, RelationKind); 3] = [
    ("supported_by", RelationKind::Supports),
    ("attacked_by", RelationKind::Attacks),
    ("rephrased_by", RelationKind::Rephrases),
];

/// The lists under a relation, likewise.
const ON_A_RELATION: [(&str, RelationKind); 3] = [
    ("undercut_by", RelationKind::Attacks),
    ("supported_by", RelationKind::Supports),
    ("rephrased_by", RelationKind::Rephrases),
];

/// Writes the topic of a debate as the item of a list.
pub(super) fn write(lines: &mut Lines, debate: &Debate<'_>) {
    let mut writing = Writing::new(lines, debate);
    writing.lines.open_item();
    writing.topic();
    writing.lines.close();
}

struct Writing<'l, 'd> {
    lines: &'l mut Lines,
    topic: &'d TopicRecord,
    texts: Texts<'d>,
    usual_source: Option<&'d Slug>,
    arguments: HashMap<&'d Slug, &'d ArgumentRecord>,
    /// What bears on what in which way.
    onto: HashMap<(End<'d>, RelationKind), Vec<&'d RelationRecord>>,
    quotes: HashMap<End<'d>, Vec<&'d CitationRecord>>,
    /// Relations that say what another one says.
    repeated: HashSet<&'d Slug>,
    /// Where each argument is at home: among the places where it bears on something, the kind that
    /// people look for it first.
    homes: HashMap<&'d Slug, Home>,
    /// The arguments that are written already or wait to be.
    met: HashSet<&'d Slug>,
    /// The arguments that are named already and are still to be written.
    waiting: VecDeque<&'d ArgumentRecord>,
    /// The relations that are written already.
    written: HashSet<&'d Slug>,
}

impl<'l, 'd> Writing<'l, 'd> {
    fn new(lines: &'l mut Lines, debate: &Debate<'d>) -> Self {
        let topic = debate.topic;
        let mut onto: HashMap<_, Vec<&RelationRecord>> = HashMap::new();
        for relation in &topic.relations {
            onto.entry((End::from(&relation.target), relation.kind)).or_default().push(relation);
        }
        let mut quotes: HashMap<_, Vec<&CitationRecord>> = HashMap::new();
        for citation in &topic.citations {
            quotes.entry(End::from(&citation.backs)).or_default().push(citation);
        }
        Self {
            lines,
            topic,
            texts: Texts::of(debate),
            usual_source: usual_source(&topic.citations),
            arguments: topic.arguments.iter().map(|it| (&it.slug, it)).collect(),
            onto,
            quotes,
            repeated: repeated(&topic.relations),
            homes: homes(&topic.relations),
            met: HashSet::new(),
            waiting: VecDeque::new(),
            written: HashSet::new(),
        }
    }

    fn topic(&mut self) {
        let topic = self.topic;
        self.lines.field("slug", &word(topic.slug.as_str()));
        self.lines.sentence("title", topic.title.as_str());
        self.lines.text("summary", topic.summary.as_str());
        self.lines.words("tags", topic.tags.iter().map(Tag::as_str));
        if topic.language != Language::default() {
            self.lines.field("language", &word(topic.language.as_str()));
        }
        if topic.status != Status::Published {
            self.lines.field("status", topic.status.as_str());
        }
        write_origin(self.lines, topic.origin.as_ref());
        if let Some(source) = self.usual_source {
            self.lines.field("source", &word(source.as_str()));
        }
        self.quotes(End::Topic);
        if !topic.positions.is_empty() {
            self.lines.open("positions");
            for (index, position) in topic.positions.iter().enumerate() {
                self.lines.gap_in_list();
                self.position(position, index);
            }
            self.lines.close();
        }
        self.lone_arguments();
        self.lone_relations();
    }

    fn position(&mut self, position: &'d PositionRecord, index: usize) {
        self.lines.open_item();
        self.lines.field("slug", &word(position.slug.as_str()));
        self.lines.sentence("statement", position.statement.as_str());
        self.lines.text("summary", position.summary.as_str());
        if i32::try_from(index) != Ok(position.rank) {
            self.lines.field("rank", &position.rank.to_string());
        }
        write_origin(self.lines, position.origin.as_ref());
        let end = End::Position(&position.slug);
        self.quotes(end);
        self.what_bears_on(end, ON_A_CLAIM, 0);
        self.lines.close();
    }

    /// The arguments that are written under nothing: those that wait, then those that bear on nothing,
    /// then those that nothing leads to.
    fn lone_arguments(&mut self) {
        let topic = self.topic;
        let premises: HashSet<&Slug> = topic.relations.iter().flat_map(|it| &it.premises).collect();
        let bear_on_nothing = topic.arguments.iter().filter(|it| !premises.contains(&it.slug));
        let mut is_open = false;
        let mut others = bear_on_nothing.chain(&topic.arguments);
        loop {
            let next =
                self.waiting.pop_front().or_else(|| others.find(|it| self.met.insert(&it.slug)));
            let Some(argument) = next else { break };
            if !std::mem::replace(&mut is_open, true) {
                self.lines.gap();
                self.lines.open("arguments");
            }
            self.lines.gap_in_list();
            self.lines.open_item();
            self.argument(argument);
            self.what_bears_on_argument(argument, 1);
            self.lines.close();
        }
        if is_open {
            self.lines.close();
        }
    }

    fn lone_relations(&mut self) {
        let topic = self.topic;
        let lone: Vec<&RelationRecord> =
            topic.relations.iter().filter(|it| !self.written.contains(&it.slug)).collect();
        if lone.is_empty() {
            return;
        }
        self.lines.gap();
        self.lines.open("relations");
        for relation in lone {
            self.lines.open_item();
            self.lone_relation(relation);
            self.lines.close();
        }
        self.lines.close();
    }

    fn lone_relation(&mut self, relation: &'d RelationRecord) {
        if self.has_own_name(relation) {
            self.lines.field("slug", &word(relation.slug.as_str()));
        }
        self.lines.field("kind", relation.kind.as_str());
        self.lines.words("premises", relation.premises.iter().map(Slug::as_str));
        let target = (word_of_end(&relation.target), word(relation.target.slug().as_str()));
        self.lines.field("target", &flow_mapping(&[target]));
        if let Some(scheme) = &relation.scheme {
            self.lines.field("scheme", &word(scheme.as_str()));
        }
        if relation.symmetric {
            self.lines.field("symmetric", "true");
        }
        write_origin(self.lines, relation.origin.as_ref());
        self.quotes(End::Relation(&relation.slug));
    }

    fn quotes(&mut self, backed: End<'d>) {
        let Some(quotes) = self.quotes.remove(&backed) else { return };
        self.lines.open("quotes");
        for citation in quotes {
            self.quote(citation);
        }
        self.lines.close();
    }

    fn quote(&mut self, citation: &CitationRecord) {
        let quote = self.texts.shortened(citation);
        let backed = match &citation.backs {
            BacksName::Topic => &self.topic.slug,
            BacksName::Position(slug) | BacksName::Argument(slug) | BacksName::Relation(slug) => {
                slug
            }
        };
        let has_own_name = Slug::of_citation(backed, quote.exact.as_str()) != citation.slug;
        let is_usual = self.usual_source == Some(&citation.source);
        let is_bare = quote.prefix.is_none()
            && quote.suffix.is_none()
            && quote.start.is_none()
            && quote.end.is_none();
        if !has_own_name && is_usual && is_bare && citation.origin.is_none() {
            return self.lines.item_text(quote.exact.as_str());
        }
        self.lines.open_item();
        if has_own_name {
            self.lines.field("slug", &word(citation.slug.as_str()));
        }
        if !is_usual {
            self.lines.field("source", &word(citation.source.as_str()));
        }
        match quote.exact.as_str() {
            text if text.contains('\n') => self.lines.text("exact", text),
            text => self.lines.sentence("exact", text),
        }
        let words = [("prefix", &quote.prefix), ("suffix", &quote.suffix)];
        for (name, words) in words.into_iter().filter_map(|(name, it)| Some((name, it.as_ref()?))) {
            self.lines.sentence(name, words.as_str());
        }
        for (name, point) in [("start", quote.start), ("end", quote.end)] {
            if let Some(point) = point {
                self.lines.field(name, &point.to_string());
            }
        }
        write_origin(self.lines, citation.origin.as_ref());
        self.lines.close();
    }

    /// Writes the lists of what bears on something, which stands at a level itself.
    fn what_bears_on(&mut self, end: End<'d>, lists: [(&str, RelationKind); 3], level: usize) {
        for (name, kind) in lists {
            let Some(relations) = self.onto.remove(&(end, kind)) else { continue };
            self.lines.open(name);
            for relation in relations {
                self.item(relation, level + 1);
            }
            self.lines.close();
        }
    }

    fn what_bears_on_argument(&mut self, argument: &'d ArgumentRecord, level: usize) {
        let end = End::Argument(&argument.slug);
        self.what_bears_on(end, ON_A_CLAIM, level);
    }

    fn item(&mut self, relation: &'d RelationRecord, level: usize) {
        self.written.insert(&relation.slug);
        let needs_via = self.needs_via(relation, level);
        match relation.premises.as_slice() {
            [premise] => match self.place_for(premise, relation, level) {
                Some(argument) => {
                    self.lines.open_item();
                    self.argument(argument);
                    self.via(relation, level);
                    self.what_bears_on_argument(argument, level);
                    self.lines.close();
                }
                None if needs_via => {
                    self.lines.open_item();
                    self.lines.field("argument", &word(premise.as_str()));
                    self.via(relation, level);
                    self.lines.close();
                }
                None => self.lines.item_word(premise.as_str()),
            },
            premises => {
                self.lines.open_item();
                self.lines.open("linked");
                for premise in premises {
                    self.linked(premise, relation, level);
                }
                self.lines.close();
                self.via(relation, level);
                self.lines.close();
            }
        }
    }

    fn linked(&mut self, premise: &'d Slug, relation: &RelationRecord, level: usize) {
        match self.place_for(premise, relation, level) {
            Some(argument) => {
                self.lines.open_item();
                self.argument(argument);
                self.what_bears_on_argument(argument, level);
                self.lines.close();
            }
            None => self.lines.item_word(premise.as_str()),
        }
    }

    /// The argument, if this is the place to write it. One that much stands under is written elsewhere
    /// where this is too deep.
    fn place_for(
        &mut self,
        slug: &'d Slug,
        relation: &RelationRecord,
        level: usize,
    ) -> Option<&'d ArgumentRecord> {
        let argument = *self.arguments.get(slug)?;
        if self.homes.get(slug) != Some(&home(relation)) || !self.met.insert(slug) {
            return None;
        }
        let end = End::Argument(slug);
        if level >= MOST_LEVELS && self.is_borne_on(end) {
            self.waiting.push_back(argument);
            return None;
        }
        Some(argument)
    }

    fn is_borne_on(&self, end: End<'d>) -> bool {
        RelationKind::ALL.iter().any(|kind| self.onto.contains_key(&(end, *kind)))
    }

    /// An argument without what bears on it.
    fn argument(&mut self, argument: &'d ArgumentRecord) {
        self.lines.field("slug", &word(argument.slug.as_str()));
        self.lines.sentence("claim", argument.claim.as_str());
        self.lines.text("body", argument.body.as_str());
        if argument.language != self.topic.language {
            self.lines.field("language", &word(argument.language.as_str()));
        }
        write_origin(self.lines, argument.origin.as_ref());
        self.quotes(End::Argument(&argument.slug));
    }

    /// Whether a relation's name is not the one that is derived for it.
    fn has_own_name(&self, relation: &RelationRecord) -> bool {
        let derived = relation
            .premises
            .first()
            .map(|first| Slug::of_relation(first, relation.kind, relation.target.slug()));
        derived.as_ref() != Some(&relation.slug) || self.repeated.contains(&relation.slug)
    }

    fn needs_via(&self, relation: &'d RelationRecord, level: usize) -> bool {
        let end = End::Relation(&relation.slug);
        let is_simple =
            relation.scheme.is_none() && !relation.symmetric && relation.origin.is_none();
        !is_simple || self.has_own_name(relation) || self.has_more(end, level)
    }

    /// Whether there is more to say of a relation than fits one line.
    fn has_more(&self, end: End<'d>, level: usize) -> bool {
        let is_quoted = self.quotes.contains_key(&end);
        is_quoted || level < MOST_LEVELS && self.is_borne_on(end)
    }

    /// What is said of the relation of an item, if anything.
    fn via(&mut self, relation: &'d RelationRecord, level: usize) {
        if !self.needs_via(relation, level) {
            return;
        }
        let mut fields: Vec<(&str, String)> = Vec::new();
        if self.has_own_name(relation) {
            fields.push(("slug", word(relation.slug.as_str())));
        }
        fields.extend(relation.scheme.as_ref().map(|it| ("scheme", word(it.as_str()))));
        fields.extend(relation.symmetric.then(|| ("symmetric", "true".to_owned())));
        let end = End::Relation(&relation.slug);
        if !self.has_more(end, level) && relation.origin.is_none() {
            return self.lines.field("via", &flow_mapping(&fields));
        }
        self.lines.open("via");
        fields.iter().for_each(|(name, value)| self.lines.field(name, value));
        write_origin(self.lines, relation.origin.as_ref());
        self.quotes(end);
        if level < MOST_LEVELS {
            self.what_bears_on(end, ON_A_RELATION, level);
        }
        self.lines.close();
    }
}
