//! Formats that are only written: drawings, tables, documents.
//!
//! What such a format can hold is a value, [`Holds`]. What of a debate it cannot hold is noted from
//! that, item by item, in one place for all of them.

#[cfg(test)]
mod tests;

use super::document::SourceRecord;
use super::note::{Note, NoteCode};
use super::place::Place;
use super::writing::{Debate, of_record};
use super::{Format, Writer};
use crate::domain::kinds::{RelationKind, Status};
use crate::domain::origin::Origin;
use crate::domain::text::Name;

/// A format that is only written.
#[derive(Debug)]
pub struct Export {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) media_type: &'static str,
    pub(super) media_types: &'static [&'static str],
    pub(super) endings: &'static [&'static str],
    pub(super) holds: Holds,
    pub(super) write: fn(&Debate<'_>, &mut Vec<Note>) -> String,
}

impl Format for Export {
    fn name(&self) -> &'static str {
        self.name
    }

    fn title(&self) -> &'static str {
        self.title
    }

    fn media_type(&self) -> &'static str {
        self.media_type
    }

    fn media_types(&self) -> &'static [&'static str] {
        self.media_types
    }

    fn endings(&self) -> &'static [&'static str] {
        self.endings
    }

    fn writer(&self) -> Option<&dyn Writer> {
        Some(self)
    }
}

impl Writer for Export {
    fn write(&self, debate: &Debate<'_>, losses: &mut Vec<Note>) -> String {
        self.holds.note_losses(debate, self, losses);
        (self.write)(debate, losses)
    }
}

/// What a format holds beside the structure of a debate. What it holds in part only, its writer
/// notes itself, and it stands here as held.
#[derive(Debug, Clone, Copy)]
pub(super) struct Holds {
    /// The title of the topic.
    pub(super) title: bool,
    /// What positions and arguments say.
    pub(super) texts: bool,
    /// The summaries of topic and positions.
    pub(super) summaries: bool,
    /// The longer forms of arguments.
    pub(super) bodies: bool,
    /// The tags of the topic.
    pub(super) tags: bool,
    /// The languages of topic and arguments.
    pub(super) languages: bool,
    /// Whether the topic is a draft or archived.
    pub(super) status: bool,
    /// Relations that support or rephrase.
    pub(super) all_kinds: bool,
    /// The schemes of relations.
    pub(super) schemes: bool,
    /// That each end of a relation attacks the other.
    pub(super) symmetry: bool,
    /// The words that are quoted.
    pub(super) quotes: bool,
    /// Whose words they are, and the terms of their use.
    pub(super) sources: bool,
}

impl Holds {
    /// All of it.
    pub(super) const ALL: Self = Self {
        title: true,
        texts: true,
        summaries: true,
        bodies: true,
        tags: true,
        languages: true,
        status: true,
        all_kinds: true,
        schemes: true,
        symmetry: true,
        quotes: true,
        sources: true,
    };

    /// Notes what of a debate a format that holds so much does not.
    pub(super) fn note_losses(
        &self,
        debate: &Debate<'_>,
        format: &dyn Format,
        losses: &mut Vec<Note>,
    ) {
        let called = format.title();
        let mut lost = Lost { called, own: format.name(), losses };
        self.note_of_topic(debate, &mut lost);
        let topic = debate.topic;
        for position in &topic.positions {
            let at = of_record("position", &position.slug);
            lost.unless(self.texts, &at, "texts");
            lost.unless(self.summaries || position.summary.as_str().is_empty(), &at, "summaries");
            lost.origin(position.origin.as_ref(), &at);
        }
        for argument in &topic.arguments {
            let at = of_record("argument", &argument.slug);
            lost.unless(self.texts, &at, "texts");
            lost.unless(self.bodies || argument.body.as_str().is_empty(), &at, "longer texts");
            lost.unless(self.languages || argument.language == topic.language, &at, "languages");
            lost.origin(argument.origin.as_ref(), &at);
        }
        for relation in &topic.relations {
            let at = of_record("relation", &relation.slug);
            let is_attack = relation.kind == RelationKind::Attacks;
            if !self.all_kinds && !is_attack {
                let detail =
                    format!("{called} has attacks only, and this relation {}", relation.kind);
                lost.losses.push(Note::warning(NoteCode::LeftOut, at, detail, "it is left out"));
                continue;
            }
            lost.unless(self.schemes || relation.scheme.is_none(), &at, "schemes");
            lost.unless(self.symmetry || !relation.symmetric, &at, "attacks that go both ways");
            lost.origin(relation.origin.as_ref(), &at);
        }
        for citation in &topic.citations {
            let at = of_record("citation", &citation.slug);
            lost.unless(self.quotes, &at, "quotes");
            lost.origin(citation.origin.as_ref(), &at);
        }
        for source in debate.sources {
            let at = of_record("source", &source.slug);
            lost.unless(self.sources, &at, "sources");
            lost.unless(!self.sources || source.text.is_none(), &at, "texts of sources");
            lost.origin(source.origin.as_ref(), &at);
        }
    }

    fn note_of_topic(&self, debate: &Debate<'_>, lost: &mut Lost<'_>) {
        let topic = debate.topic;
        let at = of_record("topic", &topic.slug);
        lost.unless(self.title, &at, "titles");
        lost.unless(self.summaries || topic.summary.as_str().is_empty(), &at, "summaries");
        lost.unless(self.tags || topic.tags.is_empty(), &at, "tags");
        lost.unless(self.languages, &at, "languages");
        lost.unless(self.status || topic.status == Status::Published, &at, "drafts or archives");
        lost.origin(topic.origin.as_ref(), &at);
    }
}

/// The losses of an export to a format that is called so.
struct Lost<'l> {
    called: &'l str,
    /// Its name in an origin.
    own: &'l str,
    losses: &'l mut Vec<Note>,
}

impl Lost<'_> {
    fn unless(&mut self, is_held: bool, at: &Place, what: &str) {
        if !is_held {
            let detail = format!("{} has no {what}", self.called);
            let note = Note::warning(NoteCode::LeftOut, at.clone(), detail, "it is left out");
            self.losses.push(note);
        }
    }

    /// What another format said of the record and the model has no place for stays here.
    fn origin(&mut self, origin: Option<&Origin>, at: &Place) {
        if let Some(origin) =
            origin.filter(|it| it.fields.is_some() && it.format.as_str() != self.own)
        {
            let detail = format!("what `{}` alone can say of it is not exported", origin.format);
            let instead = "it stays in the record, and goes back to the same format";
            self.losses.push(Note::info(NoteCode::KeptAside, at.clone(), detail, instead));
        }
    }
}

/// A source on one line: its title, who wrote and published it, when, where, and the terms of its
/// use.
pub(super) fn attribution(source: &SourceRecord) -> String {
    let mut parts = vec![source.title.to_string()];
    if !source.authors.is_empty() {
        let names: Vec<&str> = source.authors.iter().map(Name::as_str).collect();
        parts.push(format!("by {}", names.join(", ")));
    }
    parts.extend(source.publisher.as_ref().map(ToString::to_string));
    parts.extend(source.published_on.map(|it| it.to_string()));
    parts.extend(source.url.as_ref().map(ToString::to_string));
    parts.extend(source.licence.as_ref().map(|it| format!("licence: {it}")));
    parts.join("; ")
}
