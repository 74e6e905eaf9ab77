//! Writes one document, record by record, through the queries of the slices.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::report::{Report, Tally};
use crate::citations::queries::QuotedSources;
use crate::db::Conn;
use crate::domain::ids::{ArgumentId, PositionId, Ref, RelationId, SourceId, SourceRef, TopicId};
use crate::domain::kinds::Status;
use crate::domain::slug::Slug;
use crate::formats::document::{
    ArgumentRecord, BacksName, CitationRecord, PositionRecord, RelationRecord, SourceRecord,
    TargetName, TopicRecord,
};
use crate::formats::native::Parsed;
use crate::http::answer::Put;
use crate::http::problem::{Found, Problem, Result};
use crate::links::queries::End;
use crate::sources::Source;
use crate::{arguments, citations, positions, relations, sources, topics};

/// Writes a document. The caller has opened the transaction.
pub async fn document(conn: &mut Conn, parsed: &Parsed) -> Result<Report> {
    let document = &parsed.document;
    let mut report = Report::default();
    // Everything is locked before anything is changed, in the one order that all writers keep:
    // sources by slug, then topics. So two imports at once take turns.
    let cited = cited(&document.topics);
    let (there, mut quoted) = lock_sources(conn, &document.sources, &cited).await?;
    let topics: Vec<&Slug> = document.topics.iter().map(|topic| &topic.slug).collect();
    let new_texts = there.iter().filter(|(record, what, current)| {
        *what == Put::Replaced && sources::queries::is_new_text(current, record.text.as_ref())
    });
    let new_texts: Vec<SourceId> = new_texts.map(|(_, _, current)| current.id).collect();
    citations::queries::lock_topics(conn, &topics, &new_texts).await?;

    let mut written: Vec<SourceRef> = Vec::new();
    for (record, what, current) in there {
        if cited.contains(&record.slug) {
            written.push(Ref::Id(current.id));
        }
        write_source(conn, record, what, current, &mut report.sources).await?;
    }
    // Quotes are checked against the texts as they are now.
    let written: Vec<&SourceRef> = written.iter().collect();
    quoted.extend(citations::queries::lock_sources(conn, &written).await?);
    let mut found = Found::default();
    for topic in in_order(&document.topics, |topic| &topic.slug) {
        write_topic(conn, topic, &quoted, &mut report, &mut found).await?;
    }
    found.check()?;
    Ok(report)
}

fn in_order<T>(records: &[T], slug: impl Fn(&T) -> &Slug) -> Vec<&T> {
    let mut sorted: Vec<&T> = records.iter().collect();
    sorted.sort_by(|a, b| slug(a).cmp(slug(b)));
    sorted
}

/// The slugs of the sources that topics quote, in their order.
fn cited(topics: &[TopicRecord]) -> BTreeSet<&Slug> {
    topics.iter().flat_map(|topic| &topic.citations).map(|citation| &citation.source).collect()
}

/// Locks the sources that a document writes and those that it only quotes. Gives the ones it
/// writes, made or as they are so far, and the others with their texts.
async fn lock_sources<'d>(
    conn: &mut Conn,
    records: &'d [SourceRecord],
    cited: &BTreeSet<&'d Slug>,
) -> Result<(Vec<(&'d SourceRecord, Put, Source)>, QuotedSources)> {
    let records: BTreeMap<&Slug, &SourceRecord> =
        records.iter().map(|record| (&record.slug, record)).collect();
    let all: BTreeSet<&Slug> = records.keys().chain(cited).copied().collect();
    let mut there = Vec::with_capacity(records.len());
    let mut quoted = QuotedSources::default();
    for slug in all {
        match records.get(slug) {
            Some(record) => {
                let (fields, text) = (source_fields(record), record.text.clone());
                let (what, current) =
                    sources::queries::insert_or_lock(conn, slug, &fields, text).await?;
                there.push((*record, what, current));
            }
            None => {
                let name = Ref::Slug(slug.clone());
                quoted.extend(citations::queries::lock_sources(conn, &[&name]).await?);
            }
        }
    }
    Ok((there, quoted))
}

fn source_fields(record: &SourceRecord) -> sources::queries::Fields {
    sources::queries::Fields {
        title: record.title.clone(),
        authors: record.authors.clone(),
        publisher: record.publisher.clone(),
        published_on: record.published_on,
        url: record.url.clone(),
        licence: record.licence.clone(),
        origin: record.origin.clone(),
    }
}

async fn write_source(
    conn: &mut Conn,
    record: &SourceRecord,
    what: Put,
    current: Source,
    tally: &mut Tally,
) -> Result<()> {
    match what {
        Put::Created => tally.create(),
        Put::Replaced => {
            let (version, text) = (current.version, record.text.clone());
            let fields = source_fields(record);
            let now = sources::queries::update(conn, current, fields, Some(text)).await?;
            tally.meet(now.version != version);
        }
    }
    Ok(())
}

async fn write_topic(
    conn: &mut Conn,
    record: &TopicRecord,
    cited: &QuotedSources,
    report: &mut Report,
    found: &mut Found,
) -> Result<()> {
    let fields = topics::queries::Fields {
        title: record.title.clone(),
        summary: record.summary.clone(),
        tags: record.tags.clone(),
        language: record.language.clone(),
        status: record.status,
        origin: record.origin.clone(),
    };
    let writes_before = report.writes();
    let (what, current) = topics::queries::insert_or_lock(conn, &record.slug, &fields).await?;
    let topic = current.id;
    let stays_archived = what == Put::Replaced
        && record.status == Status::Archived
        && current.status == Status::Archived;
    match what {
        Put::Created => report.topics.create(),
        Put::Replaced => {
            let version = current.version;
            let now = topics::queries::update(conn, current, fields).await?;
            report.topics.meet(now.version != version);
        }
    }
    let mut ends = Ends::default();
    write_positions(conn, topic, &record.positions, &mut ends, &mut report.positions).await?;
    write_arguments(conn, topic, &record.arguments, &mut ends, &mut report.arguments).await?;
    write_relations(conn, topic, &record.relations, &mut ends, &mut report.relations).await?;
    let quotes = Quotes { records: &record.citations, cited, ends: &ends };
    write_citations(conn, topic, &quotes, &mut report.citations, found).await?;
    if stays_archived && report.writes() > writes_before {
        return Err(topics::queries::archived(&record.slug));
    }
    Ok(())
}

/// The ids behind the slugs of one topic.
#[derive(Default)]
struct Ends {
    positions: HashMap<Slug, PositionId>,
    arguments: HashMap<Slug, ArgumentId>,
    relations: HashMap<Slug, RelationId>,
}

/// The quotes of one topic, and what they need to be checked and tied.
struct Quotes<'a> {
    records: &'a [CitationRecord],
    cited: &'a QuotedSources,
    ends: &'a Ends,
}

impl Ends {
    fn target(&self, name: &TargetName) -> Result<End> {
        let found = match name {
            TargetName::Position(slug) => self.positions.get(slug).copied().map(End::Position),
            TargetName::Argument(slug) => self.arguments.get(slug).copied().map(End::Argument),
            TargetName::Relation(slug) => self.relations.get(slug).copied().map(End::Relation),
        };
        found.ok_or_else(|| unresolved(name.slug()))
    }

    fn backed(&self, name: &BacksName) -> Result<Option<End>> {
        let target = match name {
            BacksName::Topic => return Ok(None),
            BacksName::Position(slug) => TargetName::Position(slug.clone()),
            BacksName::Argument(slug) => TargetName::Argument(slug.clone()),
            BacksName::Relation(slug) => TargetName::Relation(slug.clone()),
        };
        self.target(&target).map(Some)
    }

    fn premises(&self, names: &[Slug]) -> Result<Vec<ArgumentId>> {
        names
            .iter()
            .map(|slug| self.arguments.get(slug).copied().ok_or_else(|| unresolved(slug)))
            .collect()
    }
}

/// Readers of documents resolve every name, so this is a fault of theirs.
fn unresolved(slug: &Slug) -> Problem {
    Problem::internal(&std::io::Error::other(format!(
        "the document names `{slug}`, which it does not define"
    )))
}

async fn write_positions(
    conn: &mut Conn,
    topic: TopicId,
    records: &[PositionRecord],
    ends: &mut Ends,
    tally: &mut Tally,
) -> Result<()> {
    let there = positions::queries::all_of(conn, topic).await?;
    let mut there: HashMap<Slug, _> = there.into_iter().map(|p| (p.slug.clone(), p)).collect();
    for record in records {
        let fields = positions::queries::Fields {
            statement: record.statement.clone(),
            summary: record.summary.clone(),
            rank: record.rank,
            origin: record.origin.clone(),
        };
        let position = match there.remove(&record.slug) {
            None => {
                tally.create();
                positions::queries::insert_fields(conn, topic, &record.slug, &fields).await?
            }
            Some(current) => {
                let version = current.version;
                let now = positions::queries::update(conn, current, fields).await?;
                tally.meet(now.version != version);
                now
            }
        };
        ends.positions.insert(position.slug, position.id);
    }
    Ok(())
}

async fn write_arguments(
    conn: &mut Conn,
    topic: TopicId,
    records: &[ArgumentRecord],
    ends: &mut Ends,
    tally: &mut Tally,
) -> Result<()> {
    let there = arguments::queries::all_of(conn, topic).await?;
    let mut there: HashMap<Slug, _> = there.into_iter().map(|a| (a.slug.clone(), a)).collect();
    for record in records {
        let fields = arguments::queries::Fields {
            claim: record.claim.clone(),
            body: record.body.clone(),
            language: record.language.clone(),
            origin: record.origin.clone(),
        };
        let argument = match there.remove(&record.slug) {
            None => {
                tally.create();
                arguments::queries::insert_fields(conn, topic, &record.slug, &fields).await?
            }
            Some(current) => {
                let version = current.version;
                let now = arguments::queries::update(conn, current, fields).await?;
                tally.meet(now.version != version);
                now
            }
        };
        ends.arguments.insert(argument.slug, argument.id);
    }
    Ok(())
}

async fn write_relations(
    conn: &mut Conn,
    topic: TopicId,
    records: &[RelationRecord],
    ends: &mut Ends,
    tally: &mut Tally,
) -> Result<()> {
    let there = relations::queries::all_of(conn, topic).await?;
    let mut there: HashMap<Slug, _> = there.into_iter().map(|r| (r.slug.clone(), r)).collect();
    // A relation may point at one that comes later, so all have their ids before any is written.
    for record in records {
        let id = there.get(&record.slug).map_or_else(RelationId::now, |stored| stored.id);
        ends.relations.insert(record.slug.clone(), id);
    }
    for record in records {
        let target = ends.target(&record.target)?;
        let premises = ends.premises(&record.premises)?;
        let fields = relations::queries::Fields::new(
            record.kind,
            target,
            record.scheme.clone(),
            record.symmetric,
            record.origin.clone(),
        );
        match (there.remove(&record.slug), ends.relations.get(&record.slug)) {
            (Some(stored), _) => {
                tally.meet(relations::queries::update(conn, &stored, &premises, fields).await?);
            }
            (None, id) => {
                let id = *id.ok_or_else(|| unresolved(&record.slug))?;
                relations::queries::insert_as(conn, topic, id, &record.slug, &premises, &fields)
                    .await?;
                tally.create();
            }
        }
    }
    Ok(())
}

async fn write_citations(
    conn: &mut Conn,
    topic: TopicId,
    quotes: &Quotes<'_>,
    tally: &mut Tally,
    found: &mut Found,
) -> Result<()> {
    let there = citations::queries::all_of(conn, topic).await?;
    let mut there: HashMap<Slug, _> = there.into_iter().map(|c| (c.slug.clone(), c)).collect();
    for record in quotes.records {
        let end = quotes.ends.backed(&record.backs)?;
        let name = Ref::Slug(record.source.clone());
        // Every quote that does not stand in its text is named, not only the first.
        let anchored = quotes.cited.anchor(&name, &record.quote, record.at.as_str());
        let Some((source, quote)) = found.keep(anchored)? else { continue };
        let fields = citations::queries::Fields::new(source, end, quote, record.origin.clone());
        match there.remove(&record.slug) {
            None => {
                citations::queries::insert_fields(conn, topic, &record.slug, &fields).await?;
                tally.create();
            }
            Some(stored) => tally.meet(citations::queries::update(conn, &stored, fields).await?),
        }
    }
    Ok(())
}
