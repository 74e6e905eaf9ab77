//! The thread that reads a file, and what it tells the one who writes.

use std::io::{BufRead, Cursor, Read};

use tokio::sync::mpsc;

use super::Event;
use super::types::Readable;
use crate::formats;
use crate::formats::document::Document;
use crate::formats::note::Note;
use crate::formats::reading::{Files, Input, Sink, Stopped};
use crate::formats::recognising::Beginning;

/// How many events wait to be written. Each may be as large as a topic.
pub const EVENTS: usize = 16;

/// A file, of which the beginning may be looked at before it is read.
#[derive(Debug)]
pub struct Opened<B> {
    beginning: Vec<u8>,
    rest: B,
}

impl<B: BufRead> Opened<B> {
    /// A file, of which nothing was looked at yet.
    pub fn new(bytes: B) -> Self {
        Self { beginning: Vec::new(), rest: bytes }
    }

    /// Looks at as much of the file as tells its format.
    pub fn look(&mut self) -> Result<(), Stopped> {
        let most = u64::try_from(Beginning::LENGTH).unwrap_or(u64::MAX);
        self.rest.by_ref().take(most).read_to_end(&mut self.beginning)?;
        Ok(())
    }

    /// Whether there was nothing to look at.
    pub fn is_empty(&self) -> bool {
        self.beginning.is_empty()
    }

    /// The format that is surely meant, by the beginning of the file and its name.
    pub fn recognised(&self, file_name: Option<&str>) -> Option<Readable> {
        let beginning = Beginning::new(&self.beginning, file_name);
        formats::recognised(&beginning).and_then(Readable::of)
    }

    /// Reads the file to its end, and gives what it holds to the one who writes. The end itself is
    /// not told: whether the file came whole is known to whoever has it.
    pub fn read(
        &mut self,
        format: Readable,
        file_name: Option<&str>,
        files: Files<'_>,
        events: &mpsc::Sender<Event>,
    ) -> Result<(), Stopped> {
        let Some(reader) = format.format().reader() else { return Ok(()) };
        let name = file_name.map(|name| stem(name, format));
        let mut bytes = Cursor::new(&self.beginning).chain(&mut self.rest);
        let mut input = Input { bytes: &mut bytes, name, files };
        reader.read(&mut input, &mut Passing(events))
    }

    /// The file as a whole, from its beginning.
    pub fn into_whole(self) -> impl Read {
        Cursor::new(self.beginning).chain(self.rest)
    }

    /// The file itself.
    pub fn get_ref(&self) -> &B {
        &self.rest
    }
}

/// The name of a file without the ending of its format.
fn stem(name: &str, format: Readable) -> &str {
    let without = |ending: &&str| {
        let at = name.len().checked_sub(ending.len() + 1).filter(|at| *at > 0)?;
        let (stem, rest) = name.split_at_checked(at)?;
        rest.strip_prefix('.').filter(|rest| rest.eq_ignore_ascii_case(ending)).map(|_| stem)
    };
    format.format().endings().iter().find_map(without).unwrap_or(name)
}

/// Gives what a reader finds to the one who writes, and waits while that one is busy.
#[derive(Debug)]
struct Passing<'a>(&'a mpsc::Sender<Event>);

impl Passing<'_> {
    fn pass(&self, event: Event) -> Result<(), Stopped> {
        self.0.blocking_send(event).map_err(|_nobody| Stopped::BySink)
    }
}

impl Sink for Passing<'_> {
    fn piece(&mut self, piece: Document) -> Result<(), Stopped> {
        self.pass(Event::Piece(piece))
    }

    fn note(&mut self, note: Note) -> Result<(), Stopped> {
        self.pass(Event::Note(note))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_a_file_is_no_part_of_its_title() {
        let xaif = Readable::named("xaif").unwrap();
        let yaml = Readable::named("yaml").unwrap();

        assert_eq!(stem("Trams.yaml", yaml), "Trams");
        assert_eq!(stem("Trams.YML", yaml), "Trams");
        assert_eq!(stem("nodeset 7.xaif.json", xaif), "nodeset 7");
        assert_eq!(stem("Trams or buses?", yaml), "Trams or buses?");
        assert_eq!(stem(".yaml", yaml), ".yaml");
        assert_eq!(stem("ä", yaml), "ä");
    }

    #[test]
    fn a_file_is_read_from_its_beginning_after_it_was_looked_at() {
        let text = format!("debatebase: 1\n# {}\ntopics: [{{title: Why?}}]\n", "x".repeat(100_000));
        let mut opened = Opened::new(text.as_bytes());
        opened.look().unwrap();
        let format = opened.recognised(None).unwrap();
        let (events, mut found) = mpsc::channel(EVENTS);

        opened.read(format, None, &formats::reading::no_files, &events).unwrap();

        assert_eq!(format.to_string(), "yaml");
        let Some(Event::Piece(piece)) = found.blocking_recv() else { panic!("no piece") };
        assert_eq!(piece.topics.len(), 1);
    }
}
