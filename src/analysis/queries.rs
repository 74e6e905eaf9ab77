//! The SQL of the questions to the graph.

use diesel::dsl::{count, count_star};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::types::{PositionBrief, RelationBrief};
use crate::arguments::ArgumentBrief;
use crate::db::Conn;
use crate::db::schema::{arguments, citations, positions, premises, relations};
use crate::domain::ids::{ArgumentId, PositionId, RelationId, TopicId};
use crate::domain::kinds::RelationKind;
use crate::http::problem::Result;

/// A relation without its premises and its texts.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = relations)]
pub struct RelationLink {
    pub id: RelationId,
    pub kind: RelationKind,
    pub target_position_id: Option<PositionId>,
    pub target_argument_id: Option<ArgumentId>,
    pub target_relation_id: Option<RelationId>,
}

/// The positions of a topic, by rank.
pub async fn position_ids(mut conn: &Conn, topic: TopicId) -> Result<Vec<PositionId>> {
    Ok(positions::table
        .filter(positions::topic_id.eq(topic))
        .order((positions::rank, positions::id))
        .select(positions::id)
        .load(&mut conn)
        .await?)
}

/// The arguments of a topic, oldest first.
pub async fn argument_ids(mut conn: &Conn, topic: TopicId) -> Result<Vec<ArgumentId>> {
    Ok(arguments::table
        .filter(arguments::topic_id.eq(topic))
        .order(arguments::id)
        .select(arguments::id)
        .load(&mut conn)
        .await?)
}

/// The relations of a topic, oldest first.
pub async fn links(mut conn: &Conn, topic: TopicId) -> Result<Vec<RelationLink>> {
    Ok(relations::table
        .filter(relations::topic_id.eq(topic))
        .order(relations::id)
        .select(RelationLink::as_select())
        .load(&mut conn)
        .await?)
}

/// The premises of all relations of a topic, those of the oldest first, each in their order.
pub async fn premises(mut conn: &Conn, topic: TopicId) -> Result<Vec<(RelationId, ArgumentId)>> {
    Ok(premises::table
        .filter(premises::topic_id.eq(topic))
        .order((premises::relation_id, premises::ordinal))
        .select((premises::relation_id, premises::argument_id))
        .load(&mut conn)
        .await?)
}

/// What is shown of these positions.
pub async fn positions(
    mut conn: &Conn,
    topic: TopicId,
    ids: &[PositionId],
) -> Result<Vec<PositionBrief>> {
    Ok(positions::table
        .filter(positions::topic_id.eq(topic))
        .filter(positions::id.eq_any(ids))
        .select(PositionBrief::as_select())
        .load(&mut conn)
        .await?)
}

/// What is shown of these arguments.
pub async fn arguments(
    mut conn: &Conn,
    topic: TopicId,
    ids: &[ArgumentId],
) -> Result<Vec<ArgumentBrief>> {
    Ok(arguments::table
        .filter(arguments::topic_id.eq(topic))
        .filter(arguments::id.eq_any(ids))
        .select(ArgumentBrief::as_select())
        .load(&mut conn)
        .await?)
}

/// What is shown of these relations.
pub async fn relations(
    mut conn: &Conn,
    topic: TopicId,
    ids: &[RelationId],
) -> Result<Vec<RelationBrief>> {
    Ok(relations::table
        .filter(relations::topic_id.eq(topic))
        .filter(relations::id.eq_any(ids))
        .select(RelationBrief::as_select())
        .load(&mut conn)
        .await?)
}

/// The arguments that a quote backs.
pub async fn quoted(mut conn: &Conn, topic: TopicId) -> Result<Vec<ArgumentId>> {
    Ok(citations::table
        .filter(citations::topic_id.eq(topic))
        .filter(citations::argument_id.is_not_null())
        .select(citations::argument_id.assume_not_null())
        .distinct()
        .load(&mut conn)
        .await?)
}

/// How many quotes a topic has, and of how many sources.
pub async fn quotes(mut conn: &Conn, topic: TopicId) -> Result<(i64, i64)> {
    Ok(citations::table
        .filter(citations::topic_id.eq(topic))
        .select((count_star(), count(citations::source_id).aggregate_distinct()))
        .first(&mut conn)
        .await?)
}
