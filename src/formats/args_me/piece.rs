//! Arguments of one topic that lie together, made records.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::argument::{Argument, Premise};
use super::keeping::Kept;
use super::quoting::{self, Quoted};
use super::{naming, sources};
use crate::domain::kinds::Status;
use crate::domain::language::Language;
use crate::domain::slug::Slug;
use crate::domain::text::{Body, Claim, Statement, Summary, Title};
use crate::formats::document::{
    ArgumentRecord, BacksName, CitationRecord, Document, PositionRecord, RelationRecord,
    SourceRecord, TargetName, TopicRecord,
};
use crate::formats::note::{Note, NoteCode};
use crate::formats::place::Place;

/// How many premises one piece may have before the next one begins.
const MOST_TOGETHER: usize = 200;

/// How many bytes of sources' texts one piece may have before the next one begins.
const MOST_BYTES: usize = 1_000_000;

/// Arguments of one topic that lie together.
pub(super) struct Piece {
    topic: TopicRecord,
    positions: HashSet<Slug>,
    sources: Vec<SourceRecord>,
    source_at: HashMap<Slug, usize>,
    bytes: usize,
}

impl From<Piece> for Document {
    fn from(piece: Piece) -> Self {
        Self { sources: piece.sources, topics: vec![piece.topic] }
    }
}

impl Piece {
    /// What is said of the topic itself is the same in all of its pieces.
    pub(super) fn new(slug: Slug, title: Title, at: &Place) -> Self {
        let topic = TopicRecord {
            at: at.clone(),
            slug,
            title,
            summary: Summary::default(),
            tags: Vec::new(),
            language: Language::default(),
            status: Status::Published,
            origin: Kept::default().into_origin(),
            positions: Vec::new(),
            arguments: Vec::new(),
            relations: Vec::new(),
            citations: Vec::new(),
        };
        let (positions, source_at) = (HashSet::new(), HashMap::new());
        Self { topic, positions, sources: Vec::new(), source_at, bytes: 0 }
    }

    pub(super) fn slug(&self) -> &Slug {
        &self.topic.slug
    }

    pub(super) fn is_empty(&self) -> bool {
        self.topic.positions.is_empty()
    }

    pub(super) fn has_room_for(&self, topic: &Slug) -> bool {
        self.topic.slug == *topic
            && self.topic.arguments.len() < MOST_TOGETHER
            && self.bytes < MOST_BYTES
    }

    /// The position that the conclusion of an argument is.
    pub(super) fn position(&mut self, argument: &Argument, notes: &mut Vec<Note>) -> Option<Slug> {
        let at = within(&argument.place, "conclusion");
        let mut more = Vec::new();
        let worded = naming::worded::<Statement, Summary>(&argument.conclusion, &at, &mut more)?;
        let key = format!("{}\0{}", worded.short, worded.long);
        let slug = naming::told_apart(worded.short.as_str(), &key, "position");
        if !self.positions.insert(slug.clone()) {
            return Some(slug);
        }
        notes.append(&mut more);
        self.topic.positions.push(PositionRecord {
            at,
            slug: slug.clone(),
            statement: worded.short,
            summary: worded.long,
            // In which order conclusions come is not known before the end of the file.
            rank: 0,
            origin: Kept::default().into_origin(),
        });
        Some(slug)
    }

    /// The place of a source among those of the piece.
    pub(super) fn source(&mut self, source: SourceRecord) -> usize {
        let next = self.sources.len();
        let at = *self.source_at.entry(source.slug.clone()).or_insert(next);
        if at == next {
            self.bytes += source.text.as_ref().map_or(0, |text| text.as_str().len());
            self.sources.push(source);
        }
        at
    }

    /// Where a premise stands in the text of a source of the piece.
    pub(super) fn quote(
        &self,
        source: usize,
        argument: &Argument,
        premise: &Premise,
        notes: &mut Vec<Note>,
    ) -> Option<Quoted> {
        let text = self.sources.get(source)?.text.as_ref()?;
        let offset = |name: &str| argument.context.get(name).and_then(Value::as_u64);
        let told = offset("sourceTextPremiseStart").zip(offset("sourceTextPremiseEnd"));
        let quoted = quoting::find(text.as_str(), told, &premise.text);
        let mut note = |code, detail: &str, instead: &str| {
            let at = sources::below(&argument.place, "sourceText");
            notes.push(Note::warning(code, at, detail, instead));
        };
        match (&quoted, told) {
            (None, _) if naming::is_wordless(&premise.text) => {}
            (None, _) => {
                let detail = "the premise does not stand in the text of its source";
                note(NoteCode::QuoteUnverified, detail, "it is not quoted");
            }
            (Some(it), Some(_)) if !it.is_as_told => {
                let detail = "the offsets of the premise lead to other words";
                note(NoteCode::Guessed, detail, "it is quoted from the nearest place that has it");
            }
            (Some(_), _) => {}
        }
        quoted
    }

    /// Adds a premise: an argument, what it bears on, and what it quotes.
    pub(super) fn add(
        &mut self,
        (argument, premise): (&Argument, &Premise),
        (slug, position): (Slug, &Slug),
        cited: Option<(usize, Quoted)>,
        mut kept: Kept,
        notes: &mut Vec<Note>,
    ) {
        let at = within(&premise.place, "text");
        if naming::is_wordless(&premise.text) {
            notes.push(naming::wordless("premise", &at));
        }
        let Some(worded) = naming::worded::<Claim, Body>(&premise.text, &at, notes) else { return };
        let origin = Kept::of_id(&argument.id);
        self.topic.relations.push(RelationRecord {
            at: premise.place.clone(),
            slug: slug.clone(),
            kind: premise.kind,
            premises: vec![slug.clone()],
            target: TargetName::Position(position.clone()),
            scheme: None,
            symmetric: false,
            origin: origin.into_origin(),
        });
        if naming::written(&worded.short, &worded.long) != premise.text {
            kept.put_text("text", &premise.text, &at, notes);
        }
        self.keep_conclusion(argument, position, &mut kept, notes);
        self.keep_rest((argument, premise), cited.as_ref(), &mut kept, notes);
        if let Some((source, quoted)) = cited
            && let Some(source) = self.sources.get(source)
        {
            self.topic.citations.push(CitationRecord {
                at: sources::below(&argument.place, "sourceText"),
                slug: slug.clone(),
                source: source.slug.clone(),
                backs: BacksName::Argument(slug.clone()),
                quote: quoted.draft,
                origin: Kept::of_id(&argument.id).into_origin(),
            });
        }
        self.topic.arguments.push(ArgumentRecord {
            at: premise.place.clone(),
            slug,
            claim: worded.short,
            body: worded.long,
            language: Language::default(),
            origin: kept.into_origin(),
        });
    }

    /// Keeps the conclusion, if the position does not say it exactly.
    fn keep_conclusion(
        &self,
        argument: &Argument,
        position: &Slug,
        kept: &mut Kept,
        notes: &mut Vec<Note>,
    ) {
        // It was met a moment ago, and is near the end.
        let record = self.topic.positions.iter().rfind(|it| it.slug == *position);
        let says = record.map(|it| naming::written(&it.statement, &it.summary));
        if says.is_none_or(|it| it != argument.conclusion) {
            let at = within(&argument.place, "conclusion");
            kept.put_text("conclusion", &argument.conclusion, &at, notes);
        }
    }

    /// Keeps the other fields of an argument; of its context all but the text that is quoted.
    fn keep_rest(
        &self,
        (argument, premise): (&Argument, &Premise),
        cited: Option<&(usize, Quoted)>,
        kept: &mut Kept,
        notes: &mut Vec<Note>,
    ) {
        let mut fields = argument.rest.clone();
        let mut context = argument.context.clone();
        if let Some((source, quoted)) = cited {
            let text = self.sources.get(*source).and_then(|it| it.text.as_ref());
            let said = context.get("sourceText").and_then(Value::as_str);
            if text.is_some_and(|text| said == Some(text.as_str())) {
                context.shift_remove("sourceText");
                kept.put("quoted", Value::Bool(quoted.is_as_told));
            }
        }
        if argument.has_context {
            fields.insert("context".to_owned(), Value::Object(context));
        }
        kept.put_fields("premise", premise.rest.clone(), &premise.place, notes);
        kept.put_fields("argument", fields, &argument.place, notes);
    }
}

/// The place of a field.
fn within(at: &Place, name: &str) -> Place {
    Place { pointer: format!("{}/{name}", at.pointer), ..at.clone() }
}
