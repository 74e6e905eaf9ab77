//! The SQL that reads whole topics and sources as records of a document.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::access::{Sight, visible};
use crate::arguments::Argument;
use crate::citations::{BackedName, Citation, queries as citation};
use crate::db::Conn;
use crate::db::lists::by_name;
use crate::db::schema::{
    arguments, citations, citations_with_ends, positions, relations_with_ends, sources, topics,
};
use crate::domain::ids::{SourceId, TopicId, TopicRef};
use crate::domain::quote::{Quote, SourceText};
use crate::domain::slug::Slug;
use crate::formats::document::{
    ArgumentRecord, BacksName, CitationRecord, PositionRecord, RelationRecord, SourceRecord,
    TargetName, TopicRecord,
};
use crate::formats::place::Place;
use crate::http::problem::{Problem, Result};
use crate::links::EndName;
use crate::positions::Position;
use crate::relations::{Relation, queries as relation};
use crate::sources::Source;
use crate::topics::Topic;

/// The topic of this name, if the caller may see it, with all that is in it.
pub async fn topic(
    mut conn: &Conn,
    name: &TopicRef,
    sight: &Sight,
) -> Result<(TopicId, TopicRecord)> {
    let all =
        topics::table.filter(visible(topics::id, topics::status, sight)).select(Topic::as_select());
    let found: Option<Topic> =
        by_name!(name, topics, |same| all.filter(same).first(&mut conn).await).optional()?;
    let topic = found.ok_or_else(|| Problem::not_found("topic", name))?;
    let id = topic.id;
    Ok((id, with_all(conn, topic).await?))
}

/// The topic of this id, with all that is in it.
pub async fn topic_of(mut conn: &Conn, id: TopicId) -> Result<TopicRecord> {
    let topic = topics::table.find(id).select(Topic::as_select()).first(&mut conn).await?;
    with_all(conn, topic).await
}

async fn with_all(mut conn: &Conn, topic: Topic) -> Result<TopicRecord> {
    let positions: Vec<Position> = positions::table
        .filter(positions::topic_id.eq(topic.id))
        .order((positions::rank, positions::id))
        .select(Position::as_select())
        .load(&mut conn)
        .await?;
    let arguments: Vec<Argument> = arguments::table
        .filter(arguments::topic_id.eq(topic.id))
        .order(arguments::id)
        .select(Argument::as_select())
        .load(&mut conn)
        .await?;
    let relations: Vec<relation::Row> = relations_with_ends::table
        .filter(relations_with_ends::topic_id.eq(topic.id))
        .order(relations_with_ends::id)
        .select(relation::Row::as_select())
        .load(&mut conn)
        .await?;
    let citations: Vec<citation::Row> = citations_with_ends::table
        .filter(citations_with_ends::topic_id.eq(topic.id))
        .order(citations_with_ends::id)
        .select(citation::Row::as_select())
        .load(&mut conn)
        .await?;
    let relations = relations.into_iter().map(|row| Relation::try_from(row).map(relation));
    Ok(TopicRecord {
        at: Place::default(),
        slug: topic.slug,
        title: topic.title,
        summary: topic.summary,
        tags: topic.tags,
        language: topic.language,
        status: topic.status,
        origin: topic.origin,
        positions: positions.into_iter().map(position).collect(),
        arguments: arguments.into_iter().map(argument).collect(),
        relations: relations.collect::<Result<_>>()?,
        citations: citations.into_iter().map(|row| citation(row.into())).collect(),
    })
}

fn position(position: Position) -> PositionRecord {
    PositionRecord {
        at: Place::default(),
        slug: position.slug,
        statement: position.statement,
        summary: position.summary,
        rank: position.rank,
        origin: position.origin,
    }
}

fn argument(argument: Argument) -> ArgumentRecord {
    ArgumentRecord {
        at: Place::default(),
        slug: argument.slug,
        claim: argument.claim,
        body: argument.body,
        language: argument.language,
        origin: argument.origin,
    }
}

fn relation(relation: Relation) -> RelationRecord {
    RelationRecord {
        at: Place::default(),
        slug: relation.slug,
        kind: relation.kind,
        premises: relation.premises,
        target: match relation.target {
            EndName::Position(slug) => TargetName::Position(slug),
            EndName::Argument(slug) => TargetName::Argument(slug),
            EndName::Relation(slug) => TargetName::Relation(slug),
        },
        scheme: relation.scheme,
        symmetric: relation.symmetric,
        origin: relation.origin,
    }
}

fn citation(citation: Citation) -> CitationRecord {
    let quote = Quote {
        exact: citation.exact,
        prefix: citation.prefix,
        suffix: citation.suffix,
        start: citation.start,
        end: citation.end,
    };
    CitationRecord {
        at: Place::default(),
        slug: citation.slug,
        source: citation.source,
        backs: match citation.backs {
            BackedName::Topic(_) => BacksName::Topic,
            BackedName::Position(slug) => BacksName::Position(slug),
            BackedName::Argument(slug) => BacksName::Argument(slug),
            BackedName::Relation(slug) => BacksName::Relation(slug),
        },
        quote: quote.into(),
        origin: citation.origin,
    }
}

/// The sources that a topic quotes, by slug.
pub async fn sources_of(mut conn: &Conn, topic: TopicId) -> Result<Vec<SourceRecord>> {
    let quoted =
        citations::table.filter(citations::topic_id.eq(topic)).select(citations::source_id);
    let rows: Vec<(Source, Option<SourceText>)> = sources::table
        .filter(sources::id.eq_any(quoted))
        .order(sources::slug)
        .select((Source::as_select(), sources::text))
        .load(&mut conn)
        .await?;
    Ok(rows.into_iter().map(source).collect())
}

/// Some sources, in no order.
pub async fn sources(mut conn: &Conn, ids: &[SourceId]) -> Result<Vec<SourceRecord>> {
    let rows: Vec<(Source, Option<SourceText>)> = sources::table
        .filter(sources::id.eq_any(ids))
        .select((Source::as_select(), sources::text))
        .load(&mut conn)
        .await?;
    Ok(rows.into_iter().map(source).collect())
}

fn source((source, text): (Source, Option<SourceText>)) -> SourceRecord {
    SourceRecord {
        at: Place::default(),
        slug: source.slug,
        title: source.title,
        authors: source.authors,
        publisher: source.publisher,
        published_on: source.published_on,
        url: source.url,
        licence: source.licence,
        text,
        origin: source.origin,
    }
}

/// The slug of every source, with the length of its text.
pub async fn all_sources(mut conn: &Conn) -> Result<Vec<(Slug, SourceId, Option<i32>)>> {
    Ok(sources::table
        .select((sources::slug, sources::id, sources::text_length))
        .load(&mut conn)
        .await?)
}

/// The slug of every topic that the caller may see.
pub async fn all_topics(mut conn: &Conn, sight: &Sight) -> Result<Vec<(Slug, TopicId)>> {
    Ok(topics::table
        .filter(visible(topics::id, topics::status, sight))
        .select((topics::slug, topics::id))
        .load(&mut conn)
        .await?)
}
