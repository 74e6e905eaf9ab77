//! The SQL that reads what is shown of hits.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Integer, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::types::{Bearing, BearsOn, HitTopic, Kind};
use crate::db::Conn;
use crate::db::schema::topics;
use crate::db::statement::statement;
use crate::domain::ids::TopicId;
use crate::domain::slug::Slug;
use crate::domain::text::{Tag, Title};
use crate::http::problem::Result;

/// An entry that was found, with what is shown of its record.
#[derive(Debug, Clone, QueryableByName)]
pub struct Entry {
    /// Its own id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// What the record is.
    #[diesel(sql_type = Text)]
    pub kind: Kind,
    /// The id of the record.
    #[diesel(sql_type = SqlUuid)]
    pub record_id: Uuid,
    /// The dictionary of its words.
    #[diesel(sql_type = Text)]
    pub dictionary: String,
    /// Where the passage begins.
    #[diesel(sql_type = Nullable<Integer>)]
    pub start_at: Option<i32>,
    /// The passage of a source's text.
    #[diesel(sql_type = Nullable<Text>)]
    pub passage: Option<String>,
    /// The slug of the record.
    #[diesel(sql_type = Text)]
    pub slug: Slug,
    /// What the record is called.
    #[diesel(sql_type = Text)]
    pub title: String,
    /// Its longer text.
    #[diesel(sql_type = Text)]
    pub text: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    topic_id: Option<TopicId>,
    #[diesel(sql_type = Nullable<Text>)]
    topic_slug: Option<Slug>,
    #[diesel(sql_type = Nullable<Text>)]
    topic_title: Option<Title>,
}

impl Entry {
    /// The topic that the record is in.
    pub fn topic(&self) -> Option<HitTopic> {
        let (id, slug) = (self.topic_id?, self.topic_slug.clone()?);
        Some(HitTopic { id, slug, title: self.topic_title.clone()? })
    }
}

statement! {
    struct Entries { ids: Vec<Uuid> => Array<SqlUuid> } = "
        select e.id, e.kind, e.record_id, e.dictionary, e.start_at, e.passage,
               coalesce(p.slug, a.slug, c.slug, s.slug, t.slug) as slug,
               coalesce(p.statement, a.claim, s.title, t.title) as title,
               coalesce(p.summary, a.body, c.exact, case e.kind when 'topic' then t.summary end, '') as text,
               t.id as topic_id, t.slug as topic_slug, t.title as topic_title
        from search_entries e
        left join topics t on t.id = e.topic_id
        left join positions p on e.kind = 'position' and p.id = e.record_id
        left join arguments a on e.kind = 'argument' and a.id = e.record_id
        left join citations c on e.kind = 'citation' and c.id = e.record_id
        left join sources s on s.id = case e.kind when 'source' then e.record_id else c.source_id end
        where e.id = any (array(select unnest($1)))";
}

/// The entries with these ids.
pub async fn entries(mut conn: &Conn, ids: &[Uuid]) -> Result<HashMap<Uuid, Entry>> {
    let rows: Vec<Entry> = Entries { ids: ids.to_vec() }.load(&mut conn).await?;
    Ok(rows.into_iter().map(|entry| (entry.id, entry)).collect())
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

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    argument_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
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
    /// places that were met, so that cycles end; and of all arguments together 20,000 places are
    /// looked at, since a debate may be of any size: what is beyond is not found.
    ///
    /// The ids are unnested so that their number does not change the plan, which is then kept.
    struct Walk { records: Vec<Uuid> => Array<SqlUuid> } = "
        with recursive walk (argument_id, topic_id, at_position, at_argument, at_relation, is_for) as (
             select a.id, a.topic_id, null::uuid, a.id, null::uuid, true
             from arguments a where a.id = any (array(select unnest($1)))
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
             select *, row_number() over () as n from (select * from walk limit 20000) _
         )
         select distinct on (m.argument_id) m.argument_id, p.id as position_id, p.slug, p.statement, m.is_for
         from met m cross join lateral (select * from positions where id = m.at_position limit 1) p
         order by m.argument_id, m.n";
}

/// The positions that arguments bear on with the fewest steps, of all records with these ids that
/// are arguments.
pub async fn bearings(mut conn: &Conn, records: &[Uuid]) -> Result<HashMap<Uuid, BearsOn>> {
    let walk = Walk { records: records.to_vec() };
    let found: Vec<Found> = walk.load(&mut conn).await?;
    let bears_on = |found: Found| {
        let how = if found.is_for { Bearing::Supports } else { Bearing::Attacks };
        let Found { position_id, slug: position, statement, .. } = found;
        (found.argument_id, BearsOn { position_id, position, statement, how })
    };
    Ok(found.into_iter().map(bears_on).collect())
}
