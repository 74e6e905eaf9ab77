//! The contexts of arguments to be written.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::argument;
use super::keeping::Found;
use super::{FORMAT, naming, quoting};
use crate::domain::quote::SourceText;
use crate::domain::slug::Slug;
use crate::formats::document::{ArgumentRecord, BacksName, CitationRecord, SourceRecord};
use crate::formats::note::{Note, NoteCode};
use crate::formats::place::Place;
use crate::formats::writing::{Debate, of_record};

/// How many bytes of sources' texts are written: each argument has the whole text that it is from.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// Makes the contexts of a topic's arguments.
pub(super) struct Contexts<'a> {
    debate: &'a Debate<'a>,
    sources: HashMap<&'a Slug, &'a SourceRecord>,
    /// The quotes of each argument.
    quotes: HashMap<&'a Slug, Vec<&'a CitationRecord>>,
    /// The quotes that were written.
    written: HashSet<&'a Slug>,
    bytes_left: usize,
}

impl<'a> Contexts<'a> {
    pub(super) fn new(debate: &'a Debate<'a>) -> Self {
        let mut quotes: HashMap<&Slug, Vec<&CitationRecord>> = HashMap::new();
        for citation in &debate.topic.citations {
            if let BacksName::Argument(slug) = &citation.backs {
                quotes.entry(slug).or_default().push(citation);
            }
        }
        let sources = debate.sources.iter().map(|it| (&it.slug, it)).collect();
        Self { debate, sources, quotes, written: HashSet::new(), bytes_left: MOST_BYTES }
    }

    /// The fields of an argument of which this is the first premise, with its text and what the
    /// conclusion says: as they were, but for what has changed since.
    pub(super) fn of(
        &mut self,
        premise: &'a ArgumentRecord,
        found: &Found,
        (text, conclusion): (&str, &str),
        losses: &mut Vec<Note>,
    ) -> Map<String, Value> {
        let mut rest = if found.is_there { found.fields("argument") } else { self.fresh() };
        let context = rest.shift_remove("context");
        let had_context = context.is_some();
        let Some(Value::Object(mut context)) = context.or_else(|| Some(json!({}))) else {
            return rest;
        };
        if found.is_there {
            self.name_topic(&mut context, conclusion);
            if let Some(was_as_told) = found.quoted() {
                self.put_quote_again(premise, was_as_told, text, &mut context, losses);
            }
        } else {
            self.put_source(premise, text, &mut context, losses);
        }
        if had_context || !context.is_empty() {
            rest.insert("context".to_owned(), Value::Object(context));
        }
        rest
    }

    /// The fields of an argument that was in no file.
    pub(super) fn fresh(&self) -> Map<String, Value> {
        let topic = self.debate.topic;
        let (id, title) = (&topic.slug, &topic.title);
        let context = json!({"sourceId": id, "topic": title, "sourceTitle": title});
        Map::from_iter([("context".to_owned(), context)])
    }

    /// Has the context name the topic, if it names another one.
    fn name_topic(&self, context: &mut Map<String, Value>, conclusion: &str) {
        let title = &self.debate.topic.title;
        let (said, _) = argument::topic_title(context, conclusion);
        let said = naming::title(said, &Place::default(), &mut Vec::new());
        if said.as_ref() != Some(title) {
            let field = argument::topic_field(context).unwrap_or("topic");
            context.insert(field.to_owned(), json!(title));
        }
    }

    /// Puts the text of the source that is quoted back, and the offsets of the quote if they are not
    /// what they were.
    fn put_quote_again(
        &mut self,
        premise: &'a ArgumentRecord,
        was_as_told: bool,
        text: &str,
        context: &mut Map<String, Value>,
        losses: &mut Vec<Note>,
    ) {
        let quotes = self.quotes.get(&premise.slug).into_iter().flatten().copied();
        let mut quotes = quotes.filter_map(|it| Some((it, self.text_of(it)?)));
        let Some((quote, whole)) = quotes.next() else {
            let at = of_record("argument", &premise.slug);
            let detail = "the text that it was from is quoted no more";
            losses.push(Note::warning(NoteCode::LeftOut, at, detail, "it is left out"));
            return;
        };
        if !self.has_room_for(whole, &premise.slug, losses) {
            return;
        }
        self.written.insert(&quote.slug);
        context.insert("sourceText".to_owned(), json!(whole));
        let offset = |name: &str| context.get(name).and_then(Value::as_u64);
        let told = offset("sourceTextPremiseStart").zip(offset("sourceTextPremiseEnd"));
        let leads =
            told.is_some() && quoting::find(whole, told, text).is_some_and(|it| it.is_as_told);
        if was_as_told && !leads {
            put_offsets(quote, context);
        }
    }

    /// Names the source that a premise of no file quotes, with the words if they are the premise's.
    fn put_source(
        &mut self,
        premise: &'a ArgumentRecord,
        text: &str,
        context: &mut Map<String, Value>,
        losses: &mut Vec<Note>,
    ) {
        let quotes = self.quotes.get(&premise.slug).cloned().unwrap_or_default();
        let is_whole = |it: &&&CitationRecord| quoting::says(it.quote.exact.as_str(), text);
        let Some(quote) = quotes.iter().find(is_whole).or_else(|| quotes.first()).copied() else {
            return;
        };
        let Some(source) = self.sources.get(&quote.source).copied() else { return };
        context.insert("sourceTitle".to_owned(), json!(source.title));
        if let Some(url) = &source.url {
            context.insert("sourceUrl".to_owned(), json!(url));
        }
        if let Some(whole) = self.text_of(quote).filter(|_| is_whole(&&quote))
            && self.has_room_for(whole, &premise.slug, losses)
        {
            self.written.insert(&quote.slug);
            context.insert("sourceText".to_owned(), json!(whole));
            put_offsets(quote, context);
        }
    }

    fn text_of(&self, quote: &CitationRecord) -> Option<&'a str> {
        self.sources.get(&quote.source)?.text.as_ref().map(SourceText::as_str)
    }

    fn has_room_for(&mut self, text: &str, slug: &Slug, losses: &mut Vec<Note>) -> bool {
        let left = self.bytes_left.checked_sub(text.len());
        self.bytes_left = left.unwrap_or(self.bytes_left);
        if left.is_none() {
            let at = of_record("argument", slug);
            let detail = format!("the texts of the sources have more than {MOST_BYTES} bytes");
            let instead = "that of its source is left out";
            losses.push(Note::warning(NoteCode::TooMuch, at, detail, instead));
        }
        left.is_some()
    }

    /// Notes the quotes that were not written, and what a context does not say of a source.
    pub(super) fn note_losses(&self, losses: &mut Vec<Note>) {
        let citations = &self.debate.topic.citations;
        for citation in citations.iter().filter(|it| !self.written.contains(&it.slug)) {
            let at = of_record("citation", &citation.slug);
            let detail = "args.me has one quote of an argument, in the words of its premise";
            losses.push(Note::warning(NoteCode::LeftOut, at, detail, "it is left out"));
        }
        for source in self.debate.sources {
            let is_own = source.origin.as_ref().is_some_and(|it| it.format.as_str() == FORMAT);
            let has_more = !source.authors.is_empty()
                || source.published_on.is_some()
                || source.licence.is_some()
                || source.publisher.is_some() && !is_own;
            if has_more {
                let at = of_record("source", &source.slug);
                let detail = "args.me has the title, address and text of a source";
                let instead = "what else is known of it is left out";
                losses.push(Note::warning(NoteCode::LeftOut, at, detail, instead));
            }
        }
    }
}

fn put_offsets(quote: &CitationRecord, context: &mut Map<String, Value>) {
    if let (Some(start), Some(end)) = (quote.quote.start, quote.quote.end) {
        context.insert("sourceTextPremiseStart".to_owned(), json!(start));
        context.insert("sourceTextPremiseEnd".to_owned(), json!(end));
    }
}
