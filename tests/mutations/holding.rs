//! What holds of everything that a reader gives, whatever it was given.
//!
//! The fuzz targets ask the same (`fuzz/src/lib.rs`).

use std::collections::HashSet;
use std::fmt::Debug;
use std::hash::Hash;

use debatebase::formats::document::{BacksName, Document, SourceRecord, TargetName, TopicRecord};
use debatebase::formats::native::Json;
use debatebase::formats::note::{Note, Severity};
use debatebase::formats::reading::{Input, Sink, Stopped, no_files};
use debatebase::formats::writing::Debate;
use debatebase::formats::{ALL, Format, Reader};

/// What was read, piece by piece.
#[derive(Debug, Default)]
struct Pieces {
    pieces: Vec<Document>,
    notes: Vec<Note>,
}

impl Sink for Pieces {
    fn piece(&mut self, piece: Document) -> Result<(), Stopped> {
        self.pieces.push(piece);
        Ok(())
    }

    fn note(&mut self, note: Note) -> Result<(), Stopped> {
        self.notes.push(note);
        Ok(())
    }
}

impl Pieces {
    fn whole(self) -> Document {
        let mut whole = Document::default();
        for piece in self.pieces {
            whole.sources.extend(piece.sources);
            whole.topics.extend(piece.topics);
        }
        whole
    }
}

fn read(format: &dyn Format, mut bytes: &[u8]) -> Pieces {
    let mut input = Input { bytes: &mut bytes, name: Some("file"), files: &no_files };
    let mut sink = Pieces::default();
    let reader = format.reader().expect("a format that can be read");
    reader.read(&mut input, &mut sink).expect("bytes in memory can be read");
    sink
}

/// Reads bytes with a format, and asks of the debates what holds of all.
pub fn holds(format: &dyn Format, bytes: &[u8]) {
    let found = read(format, bytes);
    found.pieces.iter().for_each(is_whole);
    let document = found.whole();
    // A stream is not held to be compared, and may give a topic or a source again.
    if format.name() != "ndjson" && !format.reader().is_some_and(Reader::scatters_topics) {
        have_names_of_their_own(&document);
    }
    for topic in &document.topics {
        let sources = sources_of(topic, &document.sources);
        let debate = Debate { topic, sources: &sources };
        let writers = ALL.iter().filter_map(|it| it.writer());
        writers.for_each(|writer| _ = writer.write(&debate, &mut Vec::new()));
        comes_back(&debate);
    }
}

/// The sources that a topic quotes. A stream may give one again.
fn sources_of(topic: &TopicRecord, sources: &[SourceRecord]) -> Vec<SourceRecord> {
    let mut named: HashSet<_> = topic.citations.iter().map(|it| &it.source).collect();
    sources.iter().filter(|it| named.remove(&it.slug)).cloned().collect()
}

/// Whether the records of a piece have names of their own, and name what is there.
fn is_whole(piece: &Document) {
    have_names_of_their_own(piece);
    piece.sources.iter().for_each(|it| _ = set("authors", &it.authors));
    piece.topics.iter().for_each(is_whole_topic);
}

fn have_names_of_their_own(document: &Document) {
    set("topics", document.topics.iter().map(|it| &it.slug));
    set("sources", document.sources.iter().map(|it| &it.slug));
}

fn is_whole_topic(topic: &TopicRecord) {
    set("tags", &topic.tags);
    let positions = set("positions", topic.positions.iter().map(|it| &it.slug));
    let arguments = set("arguments", topic.arguments.iter().map(|it| &it.slug));
    let relations = set("relations", topic.relations.iter().map(|it| &it.slug));
    set("citations", topic.citations.iter().map(|it| &it.slug));
    for relation in &topic.relations {
        let premises = set("premises", &relation.premises);
        assert!(!premises.is_empty(), "{} has no premise", relation.slug);
        assert!(
            premises.is_subset(&arguments),
            "{} has a premise that is not there",
            relation.slug
        );
        let is_there = match &relation.target {
            TargetName::Position(slug) => positions.contains(slug),
            TargetName::Argument(slug) => arguments.contains(slug),
            TargetName::Relation(slug) => relations.contains(slug) && *slug != relation.slug,
        };
        assert!(is_there, "{} bears on {:?}, which is not there", relation.slug, relation.target);
        let is_attack = relation.kind.as_str() == "attacks";
        assert!(is_attack || !relation.symmetric, "{} is no attack, and symmetric", relation.slug);
    }
    for citation in &topic.citations {
        let is_there = match &citation.backs {
            BacksName::Topic => true,
            BacksName::Position(slug) => positions.contains(slug),
            BacksName::Argument(slug) => arguments.contains(slug),
            BacksName::Relation(slug) => relations.contains(slug),
        };
        assert!(is_there, "{} backs {:?}, which is not there", citation.slug, citation.backs);
    }
}

/// All different, or it panics.
fn set<T: Eq + Hash + Debug>(what: &str, items: impl IntoIterator<Item = T>) -> HashSet<T> {
    let mut seen = HashSet::new();
    for item in items {
        assert!(!seen.contains(&item), "two {what} are {item:?}");
        seen.insert(item);
    }
    seen
}

/// Whether the native JSON of a debate is read as that debate: every record is as the domain demands.
fn comes_back(debate: &Debate<'_>) {
    let mut losses = Vec::new();
    let text = Json.writer().expect("JSON is written").write(debate, &mut losses);
    assert_eq!(losses, [], "native JSON loses nothing");
    let again = read(&Json, text.as_bytes());
    let faults: Vec<_> = again.notes.iter().filter(|it| it.severity == Severity::Error).collect();
    assert!(faults.is_empty(), "{faults:?}\n{text}");
    let was = Document { sources: debate.sources.to_vec(), topics: vec![debate.topic.clone()] };
    let (was, is) = (was.without_places(), again.whole().without_places());
    assert!(was == is, "was {was:#?}\nis {is:#?}");
}
