//! All SQL about links.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::types::{EndName, EndRef, PlaceRef};
use crate::db::Conn;
use crate::db::lists::by_name;
use crate::db::schema::{arguments, citations, positions, premises, relations};
use crate::domain::ids::{
    ArgumentId, ArgumentRef, CitationId, PositionId, PositionRef, RelationId, RelationRef,
};
use crate::domain::input::FaultCode;
use crate::domain::slug::Slug;
use crate::http::problem::{Found, Named, Part, Problem, Result};
use crate::topics::queries::Head;

/// A record of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// A position.
    Position(PositionId),
    /// An argument.
    Argument(ArgumentId),
    /// A relation.
    Relation(RelationId),
}

impl End {
    /// The three columns in which the database keeps it.
    pub fn columns(self) -> (Option<PositionId>, Option<ArgumentId>, Option<RelationId>) {
        match self {
            Self::Position(id) => (Some(id), None, None),
            Self::Argument(id) => (None, Some(id), None),
            Self::Relation(id) => (None, None, Some(id)),
        }
    }
}

/// The position of this name in the topic.
pub async fn position(
    mut conn: &Conn,
    topic: &Head,
    name: &PositionRef,
) -> Result<Option<(PositionId, Slug)>> {
    let all = positions::table
        .filter(positions::topic_id.eq(topic.id))
        .select((positions::id, positions::slug));
    Ok(by_name!(name, positions, |same| all.filter(same).first(&mut conn).await).optional()?)
}

/// The argument of this name in the topic.
pub async fn argument(
    mut conn: &Conn,
    topic: &Head,
    name: &ArgumentRef,
) -> Result<Option<(ArgumentId, Slug)>> {
    let all = arguments::table
        .filter(arguments::topic_id.eq(topic.id))
        .select((arguments::id, arguments::slug));
    Ok(by_name!(name, arguments, |same| all.filter(same).first(&mut conn).await).optional()?)
}

/// The relation of this name in the topic.
pub async fn relation(
    mut conn: &Conn,
    topic: &Head,
    name: &RelationRef,
) -> Result<Option<(RelationId, Slug)>> {
    let all = relations::table
        .filter(relations::topic_id.eq(topic.id))
        .select((relations::id, relations::slug));
    Ok(by_name!(name, relations, |same| all.filter(same).first(&mut conn).await).optional()?)
}

/// The record that an end names; a fault at `pointer` if it is not there.
pub async fn end(
    conn: &Conn,
    topic: &Head,
    name: &EndRef,
    pointer: &str,
) -> Result<(End, EndName)> {
    let found = match name {
        EndRef::Position(name) => position(conn, topic, name)
            .await?
            .map(|(id, slug)| (End::Position(id), EndName::Position(slug))),
        EndRef::Argument(name) => argument(conn, topic, name)
            .await?
            .map(|(id, slug)| (End::Argument(id), EndName::Argument(slug))),
        EndRef::Relation(name) => relation(conn, topic, name)
            .await?
            .map(|(id, slug)| (End::Relation(id), EndName::Relation(slug))),
    };
    found.ok_or_else(|| {
        let field = name.field();
        let detail = format!("there is no such {field} in the topic `{}`", topic.slug);
        Problem::misfit(format!("{pointer}/{field}"), FaultCode::NotFound, detail)
    })
}

/// The position or the argument that a place names, the position if both have the slug; a fault of
/// the query parameter if neither is there.
pub async fn place(conn: &Conn, topic: &Head, place: &PlaceRef, parameter: &str) -> Result<End> {
    if let Some(name) = &place.position
        && let Some((id, _)) = position(conn, topic, name).await?
    {
        return Ok(End::Position(id));
    }
    if let Some(name) = &place.argument
        && let Some((id, _)) = argument(conn, topic, name).await?
    {
        return Ok(End::Argument(id));
    }
    Err(super::unknown_filter(parameter))
}

/// The records that query parameters name; a fault of each parameter whose record is not there.
pub async fn filters(
    conn: &Conn,
    topic: &Head,
    names: &[EndRef],
    found: &mut Found,
) -> Result<Vec<End>> {
    let mut ends = Vec::with_capacity(names.len());
    for name in names {
        let end = end(conn, topic, name, "").await.map_err(|problem| {
            let of_body = problem.clone().into_faults();
            if of_body.is_empty() { problem } else { Problem::misfits(Part::Query, of_body) }
        });
        ends.extend(found.keep(end)?.map(|(end, _)| end));
    }
    Ok(ends)
}

/// Clears the way for deleting a record: deletes what uses it, or refuses and names it.
pub async fn release(conn: &mut Conn, topic: &Head, end: End, cascade: bool) -> Result<()> {
    let relations = relations_at(conn, topic, &[end]).await?;
    let backing = citations_of(conn, topic, &[end]).await?;
    if !cascade {
        let named = |kind, slug: Slug| Named {
            kind,
            topic: topic.slug.to_string(),
            slug: slug.to_string(),
        };
        let users: Vec<Named> = relations
            .into_iter()
            .map(|(_, slug)| named("relation", slug))
            .chain(backing.into_iter().map(|(_, slug)| named("citation", slug)))
            .collect();
        return if users.is_empty() { Ok(()) } else { Err(Problem::in_use(users)) };
    }
    let doomed = with_undercuts(conn, topic, end, relations.into_iter().map(|(id, _)| id)).await?;
    let mut backed: Vec<End> = doomed.iter().copied().map(End::Relation).collect();
    backed.push(end);
    let backing: Vec<CitationId> =
        citations_of(conn, topic, &backed).await?.into_iter().map(|(id, _)| id).collect();
    diesel::delete(citations::table.filter(citations::id.eq_any(backing))).execute(conn).await?;
    diesel::delete(relations::table.filter(relations::id.eq_any(doomed))).execute(conn).await?;
    Ok(())
}

/// Relations with those onto them, and those onto these, until nothing more points at any: but not
/// `end` itself, to which a cycle of relations comes back.
async fn with_undercuts(
    conn: &mut Conn,
    topic: &Head,
    end: End,
    relations: impl Iterator<Item = RelationId>,
) -> Result<HashSet<RelationId>> {
    let undercuts: Vec<(RelationId, Option<RelationId>)> = relations::table
        .filter(relations::topic_id.eq(topic.id))
        .filter(relations::target_relation_id.is_not_null())
        .select((relations::id, relations::target_relation_id))
        .load(conn)
        .await?;
    let mut onto: HashMap<RelationId, Vec<RelationId>> = HashMap::new();
    for (relation, target) in undercuts {
        if let Some(target) = target {
            onto.entry(target).or_default().push(relation);
        }
    }
    let mut doomed = HashSet::new();
    let mut ahead: Vec<RelationId> = relations.collect();
    while let Some(relation) = ahead.pop() {
        if End::Relation(relation) != end && doomed.insert(relation) {
            ahead.extend(onto.remove(&relation).unwrap_or_default());
        }
    }
    Ok(doomed)
}

/// The relations that have one of these records as target or premise.
async fn relations_at(
    conn: &mut Conn,
    topic: &Head,
    ends: &[End],
) -> Result<Vec<(RelationId, Slug)>> {
    let (positions, arguments, onto) = split(ends);
    let with_premise = premises::table
        .filter(premises::topic_id.eq(topic.id))
        .filter(premises::argument_id.eq_any(arguments.clone()))
        .select(premises::relation_id);
    Ok(relations::table
        .filter(relations::topic_id.eq(topic.id))
        .filter(
            relations::target_position_id
                .eq_any(positions)
                .or(relations::target_argument_id.eq_any(arguments))
                .or(relations::target_relation_id.eq_any(onto))
                .assume_not_null()
                .or(relations::id.eq_any(with_premise)),
        )
        .order(relations::id)
        .select((relations::id, relations::slug))
        .load(conn)
        .await?)
}

/// The citations that back one of these records.
async fn citations_of(
    conn: &mut Conn,
    topic: &Head,
    ends: &[End],
) -> Result<Vec<(CitationId, Slug)>> {
    let (positions, arguments, relations) = split(ends);
    Ok(citations::table
        .filter(citations::topic_id.eq(topic.id))
        .filter(
            citations::position_id
                .eq_any(positions)
                .or(citations::argument_id.eq_any(arguments))
                .or(citations::relation_id.eq_any(relations)),
        )
        .order(citations::id)
        .select((citations::id, citations::slug))
        .load(conn)
        .await?)
}

fn split(ends: &[End]) -> (Vec<PositionId>, Vec<ArgumentId>, Vec<RelationId>) {
    let mut by_kind = (Vec::new(), Vec::new(), Vec::new());
    for end in ends {
        match end {
            End::Position(id) => by_kind.0.push(*id),
            End::Argument(id) => by_kind.1.push(*id),
            End::Relation(id) => by_kind.2.push(*id),
        }
    }
    by_kind
}
