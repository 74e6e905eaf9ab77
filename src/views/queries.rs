//! The SQL that reads a whole topic.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::access::{Sight, visible};
use crate::db::Conn;
use crate::db::lists::by_name;
use crate::db::schema::{arguments, citations_with_ends, positions, relations_with_ends, topics};
use crate::domain::ids::{ArgumentId, CitationId, PositionId, RelationId, TopicId, TopicRef};
use crate::domain::kinds::RelationKind;
use crate::domain::language::Language;
use crate::domain::quote::Exact;
use crate::domain::slug::Slug;
use crate::domain::text::{Body, Claim, Scheme, Statement, Summary};
use crate::http::problem::{Problem, Result};
use crate::topics::Topic;

/// A topic with its positions, by rank.
#[derive(Debug)]
pub struct TopicRows {
    /// The topic.
    pub topic: Topic,
    /// Counts every change in it.
    pub revision: i64,
    /// Its positions.
    pub positions: Vec<PositionRow>,
}

/// What a view shows of a position.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = positions)]
pub struct PositionRow {
    pub id: PositionId,
    pub slug: Slug,
    pub statement: Statement,
    pub summary: Summary,
    pub rank: i32,
}

/// What a view shows of an argument.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = arguments)]
pub struct ArgumentRow {
    pub id: ArgumentId,
    pub slug: Slug,
    pub claim: Claim,
    pub body: Body,
    pub language: Language,
}

/// What a view shows of a relation.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = relations_with_ends)]
pub struct RelationRow {
    pub id: RelationId,
    pub slug: Slug,
    pub kind: RelationKind,
    pub scheme: Option<Scheme>,
    pub symmetric: bool,
    pub target_position_id: Option<PositionId>,
    pub target_argument_id: Option<ArgumentId>,
    pub target_relation_id: Option<RelationId>,
    pub premise_ids: Vec<ArgumentId>,
}

/// What a view shows of a citation.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = citations_with_ends)]
pub struct CitationRow {
    pub id: CitationId,
    pub slug: Slug,
    pub source_slug: Slug,
    pub exact: Exact,
    pub start_at: i32,
    pub end_at: i32,
    pub position_id: Option<PositionId>,
    pub argument_id: Option<ArgumentId>,
    pub relation_id: Option<RelationId>,
}

/// The topic and its positions, if the caller may see it: the first query.
pub async fn topic(mut conn: &Conn, name: &TopicRef, sight: &Sight) -> Result<TopicRows> {
    let all = topics::table
        .left_join(positions::table.on(positions::topic_id.eq(topics::id)))
        .filter(visible(topics::id, topics::status, sight))
        .order((positions::rank, positions::id))
        .select((Topic::as_select(), topics::revision, Option::<PositionRow>::as_select()));
    let rows: Vec<(Topic, i64, Option<PositionRow>)> =
        by_name!(name, topics, |same| all.filter(same).load(&mut conn).await)?;
    let mut rows = rows.into_iter();
    let (topic, revision, first) = rows.next().ok_or_else(|| Problem::not_found("topic", name))?;
    let positions = first.into_iter().chain(rows.filter_map(|(_, _, position)| position)).collect();
    Ok(TopicRows { topic, revision, positions })
}

/// The arguments, oldest first: the second query.
pub async fn arguments(mut conn: &Conn, topic: TopicId) -> Result<Vec<ArgumentRow>> {
    Ok(arguments::table
        .filter(arguments::topic_id.eq(topic))
        .order(arguments::id)
        .select(ArgumentRow::as_select())
        .load(&mut conn)
        .await?)
}

/// The relations with their premises, oldest first: the third query.
pub async fn relations(mut conn: &Conn, topic: TopicId) -> Result<Vec<RelationRow>> {
    use relations_with_ends as ends;
    Ok(ends::table
        .filter(ends::topic_id.eq(topic))
        .order(ends::id)
        .select(RelationRow::as_select())
        .load(&mut conn)
        .await?)
}

/// The citations, in text order of each source: the fourth query.
pub async fn citations(mut conn: &Conn, topic: TopicId) -> Result<Vec<CitationRow>> {
    use citations_with_ends as ends;
    Ok(ends::table
        .filter(ends::topic_id.eq(topic))
        .order((ends::source_id, ends::start_at, ends::end_at, ends::id))
        .select(CitationRow::as_select())
        .load(&mut conn)
        .await?)
}
