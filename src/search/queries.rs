//! The SQL that finds and ranks.

use diesel::dsl::{count_star, exists, not};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::Json;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::asked::Asked;
use super::parts::Part;
use super::ranking_queries::{Base, BestOf, Matches, Score, uuid_hash_extended};
use super::types::{Kind, SearchFilter};
use crate::access::{Sight, visible};
use crate::db::Conn;
use crate::db::schema::{citations, premises, relations, search_entries, topics};
use crate::domain::ids::{SourceId, TopicId};
use crate::http::problem::Result;

/// A hit: its entry and its score.
pub type Scored = (Uuid, i64);

/// What is looked for, and who looks.
#[derive(Debug, Clone, Copy)]
pub struct Search<'s> {
    /// The query in each dictionary.
    pub asked: &'s [Asked],
    /// Which records.
    pub filter: &'s SearchFilter,
    /// The topic that the filter names.
    pub topic: Option<TopicId>,
    /// The source that the filter names.
    pub source: Option<SourceId>,
    /// What the caller sees.
    pub sight: &'s Sight,
}

impl Search<'_> {
    /// Whether more is asked of a hit than its words.
    fn is_narrowed(self) -> bool {
        let SearchFilter { kind, language, tag, status, relation, .. } = self.filter;
        let is_of_records = kind.is_some() || language.is_some() || relation.is_some();
        let is_of_topics = self.topic.is_some() || tag.is_some() || status.is_some();
        is_of_records || is_of_topics || self.source.is_some()
    }
}

/// Narrows a query of entries to the hits of a part.
///
/// What is asked of topics is asked in subqueries, not in a join: those that are not seen are few.
macro_rules! matching {
    ($search:expr, $part:expr) => {
        matching!($search, $part, search_entries::table)
    };
    ($search:expr, $part:expr, $query:expr) => {{
        let search: Search<'_> = $search;
        let topic = || topics::table.filter(topics::id.nullable().eq(search_entries::topic_id));
        let is_seen = visible(topics::id, topics::status, search.sight);
        let mut query = $query
            .filter(Matches::of(search.asked, $part))
            .filter(not(exists(topic().filter(not(is_seen)))))
            .into_boxed::<Pg>();
        if let Some(kinds) = &search.filter.kind {
            query = query.filter(search_entries::kind.eq_any(&kinds.0));
        }
        if let Some(topic) = search.topic {
            query = query.filter(search_entries::topic_id.eq(topic));
        }
        if let Some(language) = &search.filter.language {
            query = query.filter(search_entries::language.eq(language));
        }
        if let Some(tag) = &search.filter.tag {
            query = query.filter(exists(topic().filter(topics::tags.contains(vec![tag]))));
        }
        if let Some(status) = search.filter.status {
            query = query.filter(exists(topic().filter(topics::status.eq(status))));
        }
        if let Some(relation) = search.filter.relation {
            let bearing = premises::table
                .inner_join(relations::table.on(relations::id.eq(premises::relation_id)))
                .filter(premises::topic_id.nullable().eq(search_entries::topic_id))
                .filter(premises::argument_id.eq(search_entries::record_id))
                .filter(relations::kind.eq(relation));
            query = query.filter(exists(bearing));
        }
        if let Some(source) = search.source {
            let quoting = citations::table
                .filter(citations::source_id.eq(source))
                .filter(citations::topic_id.nullable().eq(search_entries::topic_id))
                .filter(
                    citations::id
                        .eq(search_entries::record_id)
                        .or(citations::argument_id.eq(search_entries::record_id.nullable()))
                        .or(citations::position_id.eq(search_entries::record_id.nullable())),
                );
            query =
                query.filter(search_entries::record_id.eq(Uuid::from(source)).or(exists(quoting)));
        }
        query
    }};
}

/// The best hits of a part, of those that come after another hit: as many as are wanted, and maybe
/// more, in no order. `None` if there are more than `most` that would have to be looked at.
pub async fn best(
    conn: &mut Conn,
    search: Search<'_>,
    part: Part,
    after: Option<Scored>,
    wanted: usize,
    most: i64,
) -> Result<Option<Vec<Scored>>> {
    let columns = (search_entries::id, Base::of(search.asked));
    let found = matching!(search, part).select(columns).limit(most + 1);
    let wanted = i64::try_from(wanted).unwrap_or(i64::MAX);
    let last = after.map(|(_, score)| score);
    let best = BestOf::new(found, search.asked, most, wanted, last);
    let rows: Vec<(Option<Uuid>, Option<i64>)> = best.load(conn).await?;
    let hits: Option<Vec<Scored>> = rows.into_iter().map(|(id, score)| id.zip(score)).collect();
    let comes_after =
        |(id, score): &Scored| after.is_none_or(|(last, best)| (*score, *id) < (best, last));
    Ok(hits.map(|hits| hits.into_iter().filter(comes_after).collect()))
}

/// The best hits of a part, of those that come after another hit, the best first.
pub async fn hits(
    conn: &mut Conn,
    search: Search<'_>,
    part: Part,
    after: Option<Scored>,
    most: i64,
) -> Result<Vec<Scored>> {
    let score = || Score::of(search.asked);
    let mut query = matching!(search, part).select((search_entries::id, score())).limit(most);
    if let Some((id, last)) = after {
        query = query.filter(score().lt(last).or(score().eq(last).and(search_entries::id.lt(id))));
    }
    let order = (score().desc(), search_entries::id.desc());
    Ok(query.order(order).load(conn).await?)
}

/// At most so many hits of a part that cannot be divided, not ranked but each with its least score.
///
/// In an order that says nothing and is always the same: by age, hits that are all old would be
/// found late. After another, if that one is such a hit of the same part.
pub async fn unranked(
    conn: &mut Conn,
    search: Search<'_>,
    part: Part,
    after: Option<Scored>,
    most: i64,
) -> Result<Vec<Scored>> {
    let score = part.least_score();
    let spread = uuid_hash_extended(search_entries::id, 0);
    let mut query = matching!(search, part).select(search_entries::id).limit(most);
    if let Some((id, _)) = after.filter(|(_, last)| *last == score) {
        let last = uuid_hash_extended(id.into_sql::<diesel::sql_types::Uuid>(), 0);
        let is_behind = spread.lt(last).or(search_entries::id.lt(id));
        query = query.filter(spread.le(last)).filter(is_behind);
    }
    let order = (spread.desc(), search_entries::id.desc());
    let ids: Vec<Uuid> = query.order(order).load(conn).await?;
    Ok(ids.into_iter().map(|id| (id, score)).collect())
}

/// About how many hits a part has, as the statistics of PostgreSQL have it: nothing is read for it.
pub async fn estimate(conn: &mut Conn, search: Search<'_>, part: Part) -> Result<u64> {
    let plan: serde_json::Value = if search.is_narrowed() {
        let query = matching!(search, part).select(search_entries::id);
        Explained(query).get_result(conn).await?
    } else {
        // Drafts are few, and without them half the planning is saved.
        let query = search_entries::table.filter(Matches::of(search.asked, part));
        Explained(query.select(search_entries::id)).get_result(conn).await?
    };
    let rows = plan.pointer("/0/Plan/Plan Rows").and_then(serde_json::Value::as_u64);
    Ok(rows.unwrap_or_default())
}

/// How a query would be answered, instead of its answer.
#[derive(Debug, Clone)]
struct Explained<Q>(Q);

impl<Q> Query for Explained<Q> {
    type SqlType = Json;
}

impl<Q> QueryId for Explained<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Explained<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql("EXPLAIN (FORMAT JSON) ");
        self.0.walk_ast(out)
    }
}

/// How many hits there are, up to a number.
pub async fn count_to(conn: &mut Conn, search: Search<'_>, most: i64) -> Result<usize> {
    let query = matching!(search, Part::ALL).select(search_entries::id).limit(most);
    Ok(query.load::<Uuid>(conn).await?.len())
}

/// How many hits there are.
pub async fn count(conn: &mut Conn, search: Search<'_>) -> Result<i64> {
    Ok(matching!(search, Part::ALL).select(count_star()).get_result(conn).await?)
}

/// How many hits there are of each kind, language and topic together.
pub async fn counts(
    conn: &mut Conn,
    search: Search<'_>,
) -> Result<Vec<(Kind, Option<String>, Option<TopicId>, i64)>> {
    let groups = (search_entries::kind, search_entries::language, search_entries::topic_id);
    let counted = (groups.0, groups.1, groups.2, count_star());
    let query = search_entries::table.group_by(groups).select(counted);
    Ok(matching!(search, Part::ALL, query).load(conn).await?)
}
