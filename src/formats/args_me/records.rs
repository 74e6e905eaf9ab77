//! Arguments made pieces of their topics.

use std::collections::HashMap;

use serde_json::json;

use super::argument::{self, Argument, Premise};
use super::keeping::Kept;
use super::piece::Piece;
use super::{naming, sources};
use crate::domain::slug::Slug;
use crate::domain::text::sha256_hex;
use crate::formats::document::Document;
use crate::formats::note::{Note, NoteCode};
use crate::formats::place::Place;
use crate::formats::reading::{Sink, Stopped};

/// How many arguments are compared with those before them. The corpus has fewer than half as many.
const MOST_COMPARED: usize = 1_000_000;

/// Makes pieces of arguments as they come.
pub(super) struct Making<'s> {
    sink: &'s mut dyn Sink,
    open: Option<Piece>,
    /// What each argument said, by its topic and slug; digests of both.
    told: HashMap<u64, u32>,
    is_full: bool,
    /// How many arguments have fields that were kept aside.
    kept: u64,
}

/// An argument beside those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Met {
    /// None has its slug.
    New,
    /// It was there before.
    Again,
    /// Another one has its slug.
    Other,
}

impl<'s> Making<'s> {
    pub(super) fn new(sink: &'s mut dyn Sink) -> Self {
        Self { sink, open: None, told: HashMap::new(), is_full: false, kept: 0 }
    }

    pub(super) fn note(&mut self, note: Note) -> Result<(), Stopped> {
        self.sink.note(note)
    }

    pub(super) fn notes(&mut self, notes: Vec<Note>) -> Result<(), Stopped> {
        self.sink.notes(notes)
    }

    /// Takes what is still open to the sink, and tells what is told once.
    pub(super) fn end(mut self) -> Result<(), Stopped> {
        self.close()?;
        if self.kept > 0 {
            let detail = format!("{} arguments have fields that no record has", self.kept);
            let instead = "they were kept aside, for the way back";
            let note = Note::info(NoteCode::KeptAside, Place::default(), detail, instead);
            self.note(note)?;
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), Stopped> {
        let Some(piece) = self.open.take() else { return Ok(()) };
        self.sink.piece(Document::from(piece))
    }

    /// Takes an argument, with what is to be noted of it.
    pub(super) fn take(
        &mut self,
        argument: &Argument,
        mut notes: Vec<Note>,
    ) -> Result<(), Stopped> {
        let place = argument.place.clone();
        let (said, is_guessed) = argument::topic_title(&argument.context, &argument.conclusion);
        if is_guessed {
            let detail = "the argument names no topic";
            let instead = "the title of its source, or its conclusion, is the topic";
            notes.push(Note::warning(NoteCode::Guessed, place.clone(), detail, instead));
        }
        let Some(title) = naming::title(said, &place, &mut notes) else { return self.notes(notes) };
        let slug = naming::told_apart(title.as_str(), title.as_str(), "topic");
        if !self.open.as_ref().is_some_and(|piece| piece.has_room_for(&slug)) {
            self.close()?;
        }
        let mut piece = self.open.take().unwrap_or_else(|| Piece::new(slug, title, &place));
        self.add(argument, &mut piece, &mut notes);
        self.open = Some(piece).filter(|it| !it.is_empty());
        self.notes(notes)
    }

    fn add(&mut self, argument: &Argument, piece: &mut Piece, notes: &mut Vec<Note>) {
        let is_wordless = naming::is_wordless(&argument.conclusion);
        let at = argument.place.clone();
        if argument.premises.is_empty() {
            let detail = "the argument has no premises";
            let (code, instead) = if is_wordless {
                (NoteCode::LeftOut, "it was left out: its conclusion says nothing either")
            } else {
                piece.position(argument, notes);
                let instead = "its conclusion is a position, and the rest of it was left out";
                (NoteCode::Incomplete, instead)
            };
            return notes.push(Note::warning(code, at, detail, instead));
        }
        if is_wordless {
            notes.push(naming::wordless("conclusion", &at));
        }
        if argument.id.is_empty() {
            let detail = "the argument has no id";
            let instead = "it is named by what it says";
            notes.push(Note::warning(NoteCode::Guessed, at, detail, instead));
        }
        let Some(position) = piece.position(argument, notes) else { return };
        let source = sources::record(&argument.context, &argument.place, notes);
        let source = source.map(|it| piece.source(it));
        self.kept += u64::from(argument.has_context || !argument.rest.is_empty());
        for (index, premise) in argument.premises.iter().enumerate() {
            let topic = piece.slug().clone();
            let Some(slug) = self.slug(argument, premise, index, &topic, notes) else { continue };
            let mut kept = Kept::of_id(&argument.id);
            if argument.premises.len() > 1 {
                kept.put("at", json!(index));
            }
            let quoted = source.and_then(|at| piece.quote(at, argument, premise, notes));
            piece.add((argument, premise), (slug, &position), source.zip(quoted), kept, notes);
        }
    }

    /// A slug for a premise; none where the same was said before.
    fn slug(
        &mut self,
        argument: &Argument,
        premise: &Premise,
        index: usize,
        topic: &Slug,
        notes: &mut Vec<Note>,
    ) -> Option<Slug> {
        let stance = argument::stance(premise.kind);
        let id = &argument.id;
        let mut says = format!("{id}\0{}\0{}\0{stance}\0", argument.conclusion, premise.text);
        for fields in [&argument.context, &argument.rest, &premise.rest] {
            says.push_str(&json!(fields).to_string());
        }
        let says = sha256_hex(says.as_bytes());
        let slug = match id.as_str() {
            "" => naming::told_apart(&premise.text, &says, "argument"),
            id => naming::of_id(id),
        };
        let slug = if index == 0 { slug } else { slug.numbered(index + 1) };
        let other = naming::with_digest(&slug, &says);
        let at = premise.place.clone();
        match self.meet(topic, &slug, &says, notes) {
            Met::New => return Some(slug),
            Met::Other if self.meet(topic, &other, &says, notes) == Met::New => {
                let detail = "another argument has the name that this id makes";
                let instead = format!("its slug is `{other}`");
                notes.push(Note::warning(NoteCode::Repeated, at, detail, instead));
                return Some(other);
            }
            Met::Again | Met::Other => {}
        }
        let detail = "the same argument was there before";
        notes.push(Note::info(NoteCode::Repeated, at, detail, "it is there once"));
        None
    }

    fn meet(&mut self, topic: &Slug, slug: &Slug, says: &str, notes: &mut Vec<Note>) -> Met {
        let digest = |hex: &str| u64::from_str_radix(hex.get(..16)?, 16).ok();
        let name = sha256_hex(format!("{topic}/{slug}").as_bytes());
        let says = says.get(..8).and_then(|it| u32::from_str_radix(it, 16).ok());
        let (Some(name), Some(says)) = (digest(&name), says) else { return Met::New };
        match self.told.get(&name) {
            Some(before) if *before == says => Met::Again,
            Some(_) => Met::Other,
            None if self.told.len() < MOST_COMPARED => {
                self.told.insert(name, says);
                Met::New
            }
            None => {
                if !self.is_full {
                    self.is_full = true;
                    let detail = format!("there are more than {MOST_COMPARED} premises");
                    let instead = "of those that come after it, one that has the id of another \
                        takes its place";
                    let place = Place::default();
                    notes.push(Note::warning(NoteCode::TooMuch, place, detail, instead));
                }
                Met::New
            }
        }
    }
}
