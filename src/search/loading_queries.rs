//! The SQL that reads what is shown of hits.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Integer, Text};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::types::{Bearing, BearsOn, HitTopic, Kind};
use crate::db::Conn;
use crate::db::schema::{arguments, citations, positions, search_entries, sources, topics};
use crate::db::statement::statement;
use crate::domain::ids::TopicId;
use crate::domain::slug::Slug;
use crate::domain::text::Tag;
use crate::http::problem::Result;

/// What an entry says of its record.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = search_entries)]
pub struct Entry {
    /// Its own id.
    pub id: Uuid,
    /// What the record is.
    pub kind: Kind,
    /// The id of the record.
    pub record_id: Uuid,
    /// The topic that it is in.
    pub topic_id: Option<TopicId>,
    /// The dictionary of its words.
    pub dictionary: String,
    /// Where the passage begins.
    pub start_at: Option<i32>,
    /// The passage of a source's text.
    pub passage: Option<String>,
}

/// What is shown of a record: its slug, what it is called, and its longer text.
pub type Shown = (Slug, String, String);

/// The entries with these ids.
pub async fn entries(conn: &mut Conn, ids: &[Uuid]) -> Result<HashMap<Uuid, Entry>> {
    let rows: Vec<Entry> = search_entries::table
        .filter(search_entries::id.eq_any(ids))
        .select(Entry::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|entry| (entry.id, entry)).collect())
}

/// The topics with these ids.
pub async fn topics(conn: &mut Conn, ids: &[TopicId]) -> Result<HashMap<TopicId, HitTopic>> {
    let rows: Vec<HitTopic> = topics::table
        .filter(topics::id.eq_any(ids))
        .select(HitTopic::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|topic| (topic.id, topic)).collect())
}

/// The slugs and tags of the topics with these ids.
pub async fn tags(conn: &mut Conn, ids: &[TopicId]) -> Result<HashMap<TopicId, (Slug, Vec<Tag>)>> {
    let rows: Vec<(TopicId, Slug, Vec<Tag>)> = topics::table
        .filter(topics::id.eq_any(ids))
        .select((topics::id, topics::slug, topics::tags))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|(id, slug, tags)| (id, (slug, tags))).collect())
}

/// What is shown of the records of one kind.
pub async fn shown(conn: &mut Conn, kind: Kind, ids: &[Uuid]) -> Result<HashMap<Uuid, Shown>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, Slug, String, String)> = match kind {
        Kind::Topic => {
            let columns = (topics::id, topics::slug, topics::title, topics::summary);
            topics::table.filter(topics::id.eq_any(ids)).select(columns).load(conn).await?
        }
        Kind::Position => {
            let columns =
                (positions::id, positions::slug, positions::statement, positions::summary);
            positions::table.filter(positions::id.eq_any(ids)).select(columns).load(conn).await?
        }
        Kind::Argument => {
            let columns = (arguments::id, arguments::slug, arguments::claim, arguments::body);
            arguments::table.filter(arguments::id.eq_any(ids)).select(columns).load(conn).await?
        }
        Kind::Source => {
            let columns = (sources::id, sources::slug, sources::title);
            let rows: Vec<(Uuid, Slug, String)> =
                sources::table.filter(sources::id.eq_any(ids)).select(columns).load(conn).await?;
            rows.into_iter().map(|(id, slug, title)| (id, slug, title, String::new())).collect()
        }
        Kind::Citation => {
            let columns = (citations::id, citations::slug, sources::title, citations::exact);
            citations::table
                .inner_join(sources::table.on(sources::id.eq(citations::source_id)))
                .filter(citations::id.eq_any(ids))
                .select(columns)
                .load(conn)
                .await?
        }
    };
    Ok(rows.into_iter().map(|(id, slug, title, text)| (id, (slug, title, text))).collect())
}

/// How many places are looked at on the way from all arguments of a page to their positions. What is
/// beyond is not found: a debate may be of any size, and have cycles.
const MOST_PLACES: i32 = 20_000;

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    argument_id: Uuid,
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    position_id: Uuid,
    #[diesel(sql_type = Text)]
    slug: Slug,
    #[diesel(sql_type = Text)]
    statement: String,
    #[diesel(sql_type = Bool)]
    is_for: bool,
}

statement! {
    /// A walk in breadth: a step is from a premise to what its relation bears on, or from a relation
    /// to its target. What attacks a relation speaks against what that says. `union` leaves out the
    /// places that were met, so that cycles end.
    struct Walk { arguments: Vec<Uuid> => Array<diesel::sql_types::Uuid>, places: i32 => Integer } = "
        with recursive walk (argument_id, topic_id, at_position, at_argument, at_relation, is_for) as (
             select a.id, a.topic_id, null::uuid, a.id, null::uuid, true
             from arguments a where a.id = any ($1)
             union
             select w.argument_id, w.topic_id, r.target_position_id, r.target_argument_id,
                    r.target_relation_id, w.is_for = (r.kind <> 'attacks')
             from walk w cross join lateral (
                 select s.* from premises m join relations s on s.id = m.relation_id
                 where m.topic_id = w.topic_id and m.argument_id = w.at_argument
                 union all
                 select s.* from relations s where s.id = w.at_relation
             ) r
         ), met as (
             select *, row_number() over () as n from (select * from walk limit $2) _
         )
         select distinct on (m.argument_id) m.argument_id, p.id as position_id, p.slug, p.statement, m.is_for
         from met m cross join lateral (select * from positions where id = m.at_position limit 1) p
         order by m.argument_id, m.n";
}

/// The positions that arguments bear on with the fewest steps.
pub async fn bearings(conn: &mut Conn, arguments: &[Uuid]) -> Result<HashMap<Uuid, BearsOn>> {
    if arguments.is_empty() {
        return Ok(HashMap::new());
    }
    let walk = Walk { arguments: arguments.to_vec(), places: MOST_PLACES };
    let found: Vec<Found> = walk.load(conn).await?;
    let bears_on = |found: Found| {
        let how = if found.is_for { Bearing::Supports } else { Bearing::Attacks };
        let Found { position_id, slug: position, statement, .. } = found;
        (found.argument_id, BearsOn { position_id, position, statement, how })
    };
    Ok(found.into_iter().map(bears_on).collect())
}
