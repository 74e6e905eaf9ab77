//! All SQL about positions themselves.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::types::{
    NewPosition, Position, PositionFilter, PositionPatch, PositionPath, PositionSort,
};
use crate::db::Conn;
use crate::db::lists::{by_name, free_slug, in_order, in_order_of_id};
use crate::db::schema::positions;
use crate::domain::ids::{PositionId, PositionRef, Ref, TopicId, TopicRef};
use crate::domain::origin::Origin;
use crate::domain::slug::Slug;
use crate::domain::text::{Statement, Summary};
use crate::http::answer::Put;
use crate::http::conditions::Conditions;
use crate::http::page::{After, Count, Key, Listing, Page};
use crate::http::patch::patched_origin;
use crate::http::problem::{Problem, Result};
use crate::links::Removal;
use crate::links::queries::{End, release};
use crate::topics;
use crate::topics::queries::{Head, advance, check_slug};

/// The fields that a client decides.
#[derive(Debug, Clone, PartialEq, Insertable, AsChangeset)]
#[diesel(table_name = positions, treat_none_as_null = true)]
pub struct Fields {
    /// What it answers.
    pub statement: Statement,
    /// A short explanation.
    pub summary: Summary,
    /// Its place among the positions.
    pub rank: i32,
    /// Where it was imported from.
    pub origin: Option<Origin>,
}

impl Fields {
    fn of(new: &NewPosition, rank: i32) -> Self {
        Self {
            statement: new.statement.clone(),
            summary: new.summary.clone().unwrap_or_default(),
            rank: new.rank.unwrap_or(rank),
            origin: new.origin.clone(),
        }
    }
}

impl From<&Position> for Fields {
    fn from(position: &Position) -> Self {
        Self {
            statement: position.statement.clone(),
            summary: position.summary.clone(),
            rank: position.rank,
            origin: position.origin.clone(),
        }
    }
}

/// The positions of a topic, in the order asked for.
pub async fn list(
    mut conn: &Conn,
    topic: &Head,
    listing: &Listing<PositionFilter>,
) -> Result<Page<Position>> {
    let matching = || positions::table.filter(positions::topic_id.eq(topic.id)).into_boxed::<Pg>();
    let total = match listing.count {
        Some(Count::Exact) => Some(matching().count().get_result(&mut conn).await?),
        None => None,
    };
    let sort = listing.filter.sort.unwrap_or_default();
    let after = &listing.after;
    let ordered = match sort {
        PositionSort::Rank | PositionSort::RankDown => {
            let down = sort == PositionSort::RankDown;
            in_order!(matching(), positions::rank, positions::id, after, Key::number, down)
        }
        PositionSort::Created | PositionSort::CreatedDown => {
            let down = sort == PositionSort::CreatedDown;
            in_order_of_id!(matching(), positions::id, after, down)
        }
        PositionSort::Updated | PositionSort::UpdatedDown => {
            let down = sort == PositionSort::UpdatedDown;
            in_order!(matching(), positions::updated_at, positions::id, after, Key::time, down)
        }
        PositionSort::Slug | PositionSort::SlugDown => {
            let down = sort == PositionSort::SlugDown;
            in_order!(matching(), positions::slug, positions::id, after, Key::text, down)
        }
    };
    let rows: Vec<Position> = ordered
        .select(Position::as_select())
        .limit(listing.limit.with_lookahead())
        .load(&mut conn)
        .await?;
    Ok(listing.page(rows, total, |position| {
        let key = match sort {
            PositionSort::Rank | PositionSort::RankDown => Key::Number(position.rank),
            PositionSort::Created | PositionSort::CreatedDown => Key::Id,
            PositionSort::Updated | PositionSort::UpdatedDown => Key::Time(position.updated_at),
            PositionSort::Slug | PositionSort::SlugDown => Key::Text(position.slug.to_string()),
        };
        After { key, id: position.id.into() }
    }))
}

/// The position.
pub async fn find(conn: &Conn, topic: &Head, name: &PositionRef) -> Result<Position> {
    find_if_any(conn, topic.id, name).await?.ok_or_else(|| absent(name))
}

async fn find_if_any(
    mut conn: &Conn,
    topic: TopicId,
    name: &PositionRef,
) -> Result<Option<Position>> {
    let all = positions::table.filter(positions::topic_id.eq(topic)).select(Position::as_select());
    Ok(by_name!(name, positions, |same| all.filter(same).first(&mut conn).await).optional()?)
}

/// Makes a position, under a slug derived from its statement if it has none.
pub async fn insert(
    conn: &mut Conn,
    topic: &TopicRef,
    new: &NewPosition,
) -> Result<(Head, Position)> {
    let topic = topics::queries::lock(conn, topic).await?;
    let slug = match &new.slug {
        Some(slug) => slug.clone(),
        None => {
            let wanted = Slug::derive(new.statement.as_str(), "position");
            let siblings = positions::table.filter(positions::topic_id.eq(topic.id));
            free_slug!(&mut *conn, siblings, positions::slug, wanted)
        }
    };
    let position = insert_at_rank(conn, &topic, &slug, new).await?;
    Ok((topic, position))
}

async fn insert_at_rank(
    conn: &mut Conn,
    topic: &Head,
    slug: &Slug,
    new: &NewPosition,
) -> Result<Position> {
    let last: Option<i32> = positions::table
        .filter(positions::topic_id.eq(topic.id))
        .select(diesel::dsl::max(positions::rank))
        .first(conn)
        .await?;
    let rank = last.map_or(0, |last| last.saturating_add(1));
    insert_fields(conn, topic.id, slug, &Fields::of(new, rank)).await
}

/// Makes a position of its fields.
pub async fn insert_fields(
    conn: &mut Conn,
    topic: TopicId,
    slug: &Slug,
    fields: &Fields,
) -> Result<Position> {
    let position = diesel::insert_into(positions::table)
        .values((
            positions::id.eq(PositionId::now()),
            positions::topic_id.eq(topic),
            positions::slug.eq(slug),
            fields,
        ))
        .returning(Position::as_returning())
        .get_result(conn)
        .await?;
    advance(conn, topic).await?;
    Ok(position)
}

/// Makes a position, or makes the one that is there equal to `new`.
pub async fn put(
    conn: &mut Conn,
    path: &PositionPath,
    new: &NewPosition,
    conditions: &Conditions,
) -> Result<(Put, Head, Position)> {
    let topic = topics::queries::lock(conn, &path.topic).await?;
    let Some(current) = find_if_any(conn, topic.id, &path.position).await? else {
        conditions.check_absent()?;
        let Ref::Slug(slug) = &path.position else { return Err(absent(&path.position)) };
        check_slug(new.slug.as_ref(), slug)?;
        let position = insert_at_rank(conn, &topic, slug, new).await?;
        return Ok((Put::Created, topic, position));
    };
    conditions.check_present(current.version)?;
    check_slug(new.slug.as_ref(), &current.slug)?;
    let fields = Fields::of(new, current.rank);
    Ok((Put::Replaced, topic, update(conn, current, fields).await?))
}

/// Changes what the patch names.
pub async fn patch(
    conn: &mut Conn,
    path: &PositionPath,
    patch: PositionPatch,
    conditions: &Conditions,
) -> Result<Position> {
    let topic = topics::queries::lock(conn, &path.topic).await?;
    let current = find(conn, &topic, &path.position).await?;
    conditions.check_present(current.version)?;
    let was = Fields::from(&current);
    let fields = Fields {
        statement: patch.statement.into_option().unwrap_or(was.statement),
        summary: patch.summary.into_option().unwrap_or(was.summary),
        rank: patch.rank.into_option().unwrap_or(was.rank),
        origin: patched_origin(patch.origin, was.origin.as_ref())?,
    };
    update(conn, current, fields).await
}

/// Makes the position's fields these; what is equal already is left alone, version and all.
pub async fn update(conn: &mut Conn, current: Position, fields: Fields) -> Result<Position> {
    let (topic, version) = (current.topic_id, current.version);
    let position = replace(conn, current, fields).await?;
    if position.version != version {
        advance(conn, topic).await?;
    }
    Ok(position)
}

/// The same, for those who count the change to the topic themselves.
pub async fn replace(conn: &mut Conn, current: Position, fields: Fields) -> Result<Position> {
    if fields == Fields::from(&current) {
        return Ok(current);
    }
    let target = positions::table.find(current.id).filter(positions::version.eq(current.version));
    Ok(diesel::update(target)
        .set((
            fields,
            positions::version.eq(positions::version + 1),
            positions::updated_at.eq(diesel::dsl::now),
        ))
        .returning(Position::as_returning())
        .get_result(conn)
        .await?)
}

/// Deletes the position, with what uses it if that is asked for.
pub async fn delete(
    conn: &mut Conn,
    path: &PositionPath,
    removal: &Removal,
    conditions: &Conditions,
) -> Result<()> {
    let topic = topics::queries::lock(conn, &path.topic).await?;
    let current = find(conn, &topic, &path.position).await?;
    conditions.check_present(current.version)?;
    release(conn, &topic, End::Position(current.id), removal.cascades()).await?;
    diesel::delete(positions::table.find(current.id)).execute(conn).await?;
    advance(conn, topic.id).await
}

/// All positions of a topic, to be compared with a document's.
pub async fn all_of(mut conn: &Conn, topic: TopicId) -> Result<Vec<Position>> {
    Ok(positions::table
        .filter(positions::topic_id.eq(topic))
        .select(Position::as_select())
        .load(&mut conn)
        .await?)
}

fn absent(name: &PositionRef) -> Problem {
    Problem::not_found("position", name)
}
