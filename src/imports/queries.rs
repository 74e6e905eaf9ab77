//! The SQL of imports that no slice has.

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Integer, Jsonb, Nullable, SmallInt, Text, Uuid};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use crate::arguments::{Argument, queries as argument};
use crate::citations::queries as citation;
use crate::db::Conn;
use crate::db::schema::{arguments, citations, positions, relations, sources, topics};
use crate::domain::ids::{ArgumentId, CitationId, PositionId, RelationId, SourceId, TopicId};
use crate::domain::kinds::Status;
use crate::domain::slug::Slug;
use crate::http::problem::Result;
use crate::positions::{Position, queries as position};
use crate::relations::queries as relation;
use crate::sources::Source;
use crate::sources::queries::{self as source, TextColumns};
use crate::topics::{Topic, queries as topic};

/// Whether there is no topic.
pub async fn is_empty(mut conn: &Conn) -> Result<bool> {
    let first: Option<TopicId> =
        topics::table.select(topics::id).first(&mut conn).await.optional()?;
    Ok(first.is_none())
}

/// The newest topic that everybody may read.
pub async fn newest_published(mut conn: &Conn) -> Result<Option<Slug>> {
    let published = topics::table.filter(topics::status.eq(Status::Published));
    let newest = published.order(topics::id.desc()).select(topics::slug);
    Ok(newest.first(&mut conn).await.optional()?)
}

/// Prepares a transaction that may take longer than a request, and that fills tables.
///
/// PostgreSQL plans the check of a foreign key once in a connection. Made while a table is small,
/// that plan would read the whole table for each row of the batches that follow: so plans are made
/// anew, of indexes (which of them, [`analyze`] sees to). Costs that stand for `never` must not have
/// them compiled.
pub async fn begin(conn: &mut Conn) -> Result<()> {
    conn.batch_execute(
        "set local statement_timeout = '10min'; set local lock_timeout = '1min'; \
         set local enable_seqscan = off; set local jit = off; discard plans",
    )
    .await?;
    Ok(())
}

/// Waits until no other import is in a transaction of several batches. Each batch locks its sources
/// before its topics; two that go on from batch to batch would meet in the middle.
pub async fn take_turn(conn: &mut Conn) -> Result<()> {
    diesel::sql_query("select pg_advisory_xact_lock(7312, 1)").execute(conn).await?;
    Ok(())
}

/// Tells PostgreSQL what is in the tables that are being filled.
///
/// Taken for empty, they are all alike to it, and each row is looked for in whichever index comes
/// first: an import was measured to take two to four times as long. Whoever else analyzes them sees
/// none of the rows of this transaction; that has to wait for its end now.
pub async fn analyze(conn: &mut Conn) -> Result<()> {
    conn.batch_execute(
        "analyze topics, positions, arguments, relations, premises, sources, citations",
    )
    .await?;
    Ok(())
}

/// Checks now what the schema lets wait until the end of a transaction.
pub async fn check_constraints(conn: &mut Conn) -> Result<()> {
    conn.batch_execute("set constraints all immediate; set constraints all deferred").await?;
    Ok(())
}

/// The sources that have these slugs, locked for a change.
pub async fn lock_sources(conn: &mut Conn, slugs: &[&Slug]) -> Result<Vec<Source>> {
    Ok(sources::table
        .filter(sources::slug.eq_any(slugs))
        .order(sources::slug)
        .select(Source::as_select())
        .for_update()
        .load(conn)
        .await?)
}

/// The topics that have these slugs, locked for a change.
pub async fn lock_topics(conn: &mut Conn, slugs: &[&Slug]) -> Result<Vec<Topic>> {
    Ok(topics::table
        .filter(topics::slug.eq_any(slugs))
        .order(topics::id)
        .select(Topic::as_select())
        .for_no_key_update()
        .load(conn)
        .await?)
}

/// Makes sources of their columns; those of which the slug is taken by now are left out.
pub async fn insert_sources(
    conn: &mut Conn,
    rows: &[(SourceId, &Slug, source::Fields, TextColumns)],
) -> Result<Vec<SourceId>> {
    let mut made = Vec::with_capacity(rows.len());
    for rows in rows.chunks(ROWS) {
        let rows = rows.iter().map(|(id, slug, fields, text)| {
            (sources::id.eq(*id), sources::slug.eq(*slug), fields, text)
        });
        let rows: Vec<_> = rows.collect();
        let insert = diesel::insert_into(sources::table).values(rows);
        let insert = insert.on_conflict(sources::slug).do_nothing().returning(sources::id);
        made.extend(insert.get_results::<SourceId>(conn).await?);
    }
    Ok(made)
}

/// Makes topics of their columns; those of which the slug is taken by now are left out.
pub async fn insert_topics(
    conn: &mut Conn,
    rows: &[(TopicId, &Slug, topic::Fields)],
) -> Result<Vec<TopicId>> {
    let mut made = Vec::with_capacity(rows.len());
    for rows in rows.chunks(ROWS) {
        let rows = rows
            .iter()
            .map(|(id, slug, fields)| (topics::id.eq(*id), topics::slug.eq(*slug), fields));
        let rows: Vec<_> = rows.collect();
        let insert = diesel::insert_into(topics::table).values(rows);
        let insert = insert.on_conflict(topics::slug).do_nothing().returning(topics::id);
        made.extend(insert.get_results::<TopicId>(conn).await?);
    }
    Ok(made)
}

/// How many rows go in one statement: PostgreSQL takes 65,535 parameters, and a row has a dozen.
const ROWS: usize = 2_000;

/// Reads the records of one kind that have these names, each a topic and a slug.
macro_rules! named {
    ($(#[$meta:meta])* $name:ident, $row:ty, $table:literal) => {
        $(#[$meta])*
        pub async fn $name(
            conn: &mut Conn,
            topics: &[TopicId],
            slugs: &[&Slug],
        ) -> Result<Vec<$row>> {
            if topics.is_empty() {
                return Ok(Vec::new());
            }
            let query = diesel::sql_query(concat!(
                "select found.* from unnest($1, $2) as wanted (topic_id, slug) join ",
                $table,
                " as found using (topic_id, slug)",
            ));
            Ok(query
                .bind::<Array<Uuid>, _>(topics)
                .bind::<Array<Text>, _>(slugs)
                .load(conn)
                .await?)
        }
    };
}

named!(/** The positions of these names. */ positions_named, Position, "positions");
named!(/** The arguments of these names. */ arguments_named, Argument, "arguments");
named!(/** The relations of these names. */ relations_named, relation::Row, "relations_with_ends");
named!(/** The citations of these names. */ citations_named, citation::Stored, "citations");

/// Makes records of one kind, with an array for each column: PostgreSQL plans such a statement once
/// for any number of rows, where it reads a list of values one by one.
macro_rules! insert_all {
    (
        $(#[$meta:meta])* $name:ident, $row:ty, $table:literal,
        $($column:literal: $type:ty = $value:expr),* $(,)?
    ) => {
        $(#[$meta])*
        pub async fn $name(conn: &mut Conn, rows: &[$row]) -> Result<()> {
            for rows in rows.chunks(AT_ONCE) {
                let query = diesel::sql_query(insertion($table, &[$($column),*]));
                $(
                    let values: Vec<_> = rows.iter().map($value).collect();
                    let query = query.bind::<Array<$type>, _>(values);
                )*
                query.execute(conn).await?;
            }
            Ok(())
        }
    };
}

/// A record to be made.
#[derive(Debug)]
pub struct New<'d, Id, Fields> {
    /// Its id.
    pub id: Id,
    /// The topic it is in.
    pub topic: TopicId,
    /// Its slug.
    pub slug: &'d Slug,
    /// What else it has.
    pub fields: Fields,
}

/// How many rows go in one statement: few enough that PostgreSQL keeps them in memory.
const AT_ONCE: usize = 5_000;

/// The statement that makes rows of an array for each of these columns.
fn insertion(table: &str, columns: &[&str]) -> String {
    let arrays: Vec<String> = (1..=columns.len()).map(|at| format!("${at}")).collect();
    let (columns, arrays) = (columns.join(", "), arrays.join(", "));
    format!("insert into {table} ({columns}) select * from unnest({arrays})")
}

insert_all!(
    /// Makes positions.
    insert_positions, New<'_, PositionId, position::Fields>, "positions",
    "id": Uuid = |it| it.id,
    "topic_id": Uuid = |it| it.topic,
    "slug": Text = |it| it.slug,
    "statement": Text = |it| &it.fields.statement,
    "summary": Text = |it| &it.fields.summary,
    "rank": Integer = |it| it.fields.rank,
    "origin": Nullable<Jsonb> = |it| it.fields.origin.as_ref(),
);
insert_all!(
    /// Makes arguments.
    insert_arguments, New<'_, ArgumentId, argument::Fields>, "arguments",
    "id": Uuid = |it| it.id,
    "topic_id": Uuid = |it| it.topic,
    "slug": Text = |it| it.slug,
    "claim": Text = |it| &it.fields.claim,
    "body": Text = |it| &it.fields.body,
    "language": Text = |it| &it.fields.language,
    "origin": Nullable<Jsonb> = |it| it.fields.origin.as_ref(),
);
insert_all!(
    /// Makes relations, without their premises.
    insert_relations, New<'_, RelationId, relation::Fields>, "relations",
    "id": Uuid = |it| it.id,
    "topic_id": Uuid = |it| it.topic,
    "slug": Text = |it| it.slug,
    "kind": Text = |it| it.fields.kind,
    "target_position_id": Nullable<Uuid> = |it| it.fields.target_position_id,
    "target_argument_id": Nullable<Uuid> = |it| it.fields.target_argument_id,
    "target_relation_id": Nullable<Uuid> = |it| it.fields.target_relation_id,
    "scheme": Nullable<Text> = |it| it.fields.scheme.as_ref(),
    "\"symmetric\"": Bool = |it| it.fields.symmetric,
    "origin": Nullable<Jsonb> = |it| it.fields.origin.as_ref(),
);
insert_all!(
    /// Gives relations their premises, in their order.
    insert_premises, (TopicId, RelationId, ArgumentId, i16), "premises",
    "topic_id": Uuid = |it| it.0,
    "relation_id": Uuid = |it| it.1,
    "argument_id": Uuid = |it| it.2,
    "ordinal": SmallInt = |it| it.3,
);
insert_all!(
    /// Makes citations.
    insert_citations, New<'_, CitationId, citation::Fields>, "citations",
    "id": Uuid = |it| it.id,
    "topic_id": Uuid = |it| it.topic,
    "slug": Text = |it| it.slug,
    "source_id": Uuid = |it| it.fields.source_id,
    "position_id": Nullable<Uuid> = |it| it.fields.position_id,
    "argument_id": Nullable<Uuid> = |it| it.fields.argument_id,
    "relation_id": Nullable<Uuid> = |it| it.fields.relation_id,
    "exact": Text = |it| &it.fields.exact,
    "prefix": Text = |it| &it.fields.prefix,
    "suffix": Text = |it| &it.fields.suffix,
    "start_at": Integer = |it| it.fields.start_at,
    "end_at": Integer = |it| it.fields.end_at,
    "origin": Nullable<Jsonb> = |it| it.fields.origin.as_ref(),
);

/// Counts a change to each of these topics.
pub async fn advance(conn: &mut Conn, changed: &[TopicId]) -> Result<()> {
    diesel::update(topics::table.filter(topics::id.eq_any(changed)))
        .set(topics::revision.eq(topics::revision + 1))
        .execute(conn)
        .await?;
    Ok(())
}

/// The records of a topic, by kind, each its id and its slug.
#[derive(Debug, Default)]
pub struct Names {
    /// The positions.
    pub positions: Vec<(PositionId, Slug)>,
    /// The arguments.
    pub arguments: Vec<(ArgumentId, Slug)>,
    /// The relations.
    pub relations: Vec<(RelationId, Slug)>,
    /// The citations.
    pub citations: Vec<(CitationId, Slug)>,
}

/// All names of a topic.
pub async fn names(conn: &mut Conn, topic: TopicId) -> Result<Names> {
    macro_rules! of {
        ($table:ident) => {
            $table::table
                .filter($table::topic_id.eq(topic))
                .select(($table::id, $table::slug))
                .load(conn)
                .await?
        };
    }
    Ok(Names {
        positions: of!(positions),
        arguments: of!(arguments),
        relations: of!(relations),
        citations: of!(citations),
    })
}

/// Deletes records of one topic: what points at others before what it points at.
pub async fn delete(conn: &mut Conn, gone: &Names) -> Result<()> {
    macro_rules! delete {
        ($table:ident, $gone:expr) => {
            for gone in $gone.chunks(ROWS) {
                let ids: Vec<_> = gone.iter().map(|(id, _)| *id).collect();
                diesel::delete($table::table.filter($table::id.eq_any(ids))).execute(conn).await?;
            }
        };
    }
    delete!(citations, gone.citations);
    delete!(relations, gone.relations);
    delete!(arguments, gone.arguments);
    delete!(positions, gone.positions);
    Ok(())
}
