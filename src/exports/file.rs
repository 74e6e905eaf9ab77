//! A topic as a file of one format.

use super::queries;
use super::types::{ExportReport, Writable};
use crate::access::Sight;
use crate::db::Conn;
use crate::domain::ids::{TopicId, TopicRef};
use crate::domain::slug::Slug;
use crate::formats::document::{SourceRecord, TopicRecord};
use crate::formats::note::Note;
use crate::formats::writing::Debate;
use crate::http::problem::Result;

/// A topic as it is stored, with the sources that it quotes.
#[derive(Debug)]
pub struct Stored {
    /// The id of the topic.
    pub id: TopicId,
    topic: TopicRecord,
    sources: Vec<SourceRecord>,
}

impl Stored {
    /// The topic of this name, if the caller may see it.
    pub async fn find(conn: &Conn, topic: &TopicRef, sight: &Sight) -> Result<Self> {
        let (id, topic) = queries::topic(conn, topic, sight).await?;
        Ok(Self { id, topic, sources: queries::sources_of(conn, id).await? })
    }

    /// Writes it in a format.
    pub fn write(&self, format: Writable) -> TopicFile {
        let mut notes = Vec::new();
        let debate = Debate { topic: &self.topic, sources: &self.sources };
        let text = format.writer().write(&debate, &mut notes);
        TopicFile { format, topic: self.topic.slug.clone(), text, notes }
    }
}

/// A topic, written in a format.
#[derive(Debug)]
pub struct TopicFile {
    /// The format.
    pub format: Writable,
    /// The slug of the topic.
    pub topic: Slug,
    /// What is in the file.
    pub text: String,
    /// What the format cannot hold, or tells in another way.
    pub notes: Vec<Note>,
}

impl TopicFile {
    /// What the file is called: the slug of its topic, and the ending of its format.
    pub fn name(&self) -> String {
        let ending = self.format.format().endings().first().copied().unwrap_or("txt");
        format!("{}.{ending}", self.topic)
    }

    /// What is told of it to those who ask what is lost.
    pub fn into_report(self) -> ExportReport {
        let format = self.format.format().name();
        ExportReport { format, topic: self.topic, notes: self.notes }
    }
}
