//! HTTP in, one query call, HTTP out.

use std::slice;

use actix_web::web::Data;
use actix_web::{HttpResponse, delete, get, patch, post, put};

use super::queries;
use super::types::{
    NewPosition, Position, PositionFilter, PositionParts, PositionPatch, PositionPath,
};
use crate::access::{Caller, Read, Write, change};
use crate::cache::Shows;
use crate::db::changes::Subject;
use crate::db::{self, Db};
use crate::expansion;
use crate::http::answer::{self, Written};
use crate::http::conditions::Conditions;
use crate::http::extract::{Json, Path, Query};
use crate::http::page::{Listing, Page};
use crate::http::parts::Parts;
use crate::http::problem::Result;
use crate::links::Removal;
use crate::topics::{self, TopicPath};

/// List the positions of a topic
///
/// By rank, unless `sort` says otherwise.
#[utoipa::path(tag = "Positions", params(TopicPath, PositionFilter), responses((status = 200, body = Page<Position>, description = "A page of positions")))]
#[get("")]
pub async fn list_positions(
    caller: Caller<Read>,
    db: Data<Db>,
    Path(path): Path<TopicPath>,
    listing: Listing<PositionFilter>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let (topic, page, expanded) = db::list!(db, listing, async |conn| {
        let topic = topics::queries::head(conn, &path.topic, &caller.sight()).await?;
        let page = queries::list(conn, &topic, &listing).await?;
        let expanded =
            expansion::of(conn, &caller.sight(), &page.data, listing.filter.expand.as_ref())
                .await?;
        Ok((topic, page, expanded))
    })?;
    let parts = Parts::new(listing.filter.fields.as_ref(), expanded);
    let shown = Subject::in_topic(topic.id, listing.filter.expand.as_ref());
    Ok(listing.answer(&conditions, &topic.revision.to_string(), &page, &parts).showing(shown))
}

/// Add a position
///
/// After those that are there, unless `rank` says otherwise.
#[utoipa::path(tag = "Positions", params(TopicPath), responses((status = 201, body = Position, description = "The new position")))]
#[post("")]
pub async fn create_position(
    caller: Caller<Write>,
    db: Data<Db>,
    Path(path): Path<TopicPath>,
    Json(new): Json<NewPosition>,
) -> Result<Written> {
    change!(caller, db, async |conn| {
        let (topic, position) = queries::insert(conn, &path.topic, &new).await?;
        answer::created(location(&topic, &position), position.version, &position)
    })
}

/// Get a position
///
/// The position alone; what bears on it is in the `outline` of the topic.
#[utoipa::path(tag = "Positions", params(PositionPath, PositionParts), responses((status = 200, body = Position, description = "The position")))]
#[get("/{position}")]
pub async fn get_position(
    caller: Caller<Read>,
    db: Data<Db>,
    Path(path): Path<PositionPath>,
    Query(parts): Query<PositionParts>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let expand = parts.expand.as_ref();
    let (position, expanded) = db::item!(db, expand, async |conn| {
        let topic = topics::queries::head(conn, &path.topic, &caller.sight()).await?;
        let position = queries::find(conn, &topic, &path.position).await?;
        let expanded =
            expansion::of(conn, &caller.sight(), slice::from_ref(&position), expand).await?;
        Ok((position, expanded))
    })?;
    let shown = Subject::in_topic(position.topic_id, parts.expand.as_ref());
    let parts = Parts::new(parts.fields.as_ref(), expanded);
    Ok(answer::parts(&conditions, position.version, &position, &parts).showing(shown))
}

/// Create or replace a position
///
/// Under a slug that no position of the topic has, makes one. Putting what is there already
/// changes nothing, not even the version; a `rank` left out stays as it is.
#[utoipa::path(tag = "Positions", params(PositionPath), responses(
    (status = 200, body = Position, description = "The position as it is now"),
    (status = 201, body = Position, description = "The new position"),
))]
#[put("/{position}")]
pub async fn put_position(
    caller: Caller<Write>,
    db: Data<Db>,
    Path(path): Path<PositionPath>,
    conditions: Conditions,
    Json(new): Json<NewPosition>,
) -> Result<Written> {
    change!(caller, db, async |conn| {
        let (what, topic, position) = queries::put(conn, &path, &new, &conditions).await?;
        answer::put(what, location(&topic, &position), position.version, &position)
    })
}

/// Change a position
///
/// A JSON Merge Patch (RFC 7396): what is left out stays as it is.
#[utoipa::path(tag = "Positions", params(PositionPath), responses((status = 200, body = Position, description = "The position as it is now")))]
#[patch("/{position}")]
pub async fn patch_position(
    caller: Caller<Write>,
    db: Data<Db>,
    Path(path): Path<PositionPath>,
    conditions: Conditions,
    Json(patch): Json<PositionPatch>,
) -> Result<Written> {
    change!(caller, db, async |conn| {
        let position = queries::patch(conn, &path, patch.clone(), &conditions).await?;
        answer::changed(position.version, &position)
    })
}

/// Delete a position
///
/// Refused with 409 while relations or citations use it, unless `cascade=true`.
#[utoipa::path(tag = "Positions", params(PositionPath, Removal), responses((status = 204, description = "The position is gone")))]
#[delete("/{position}")]
pub async fn delete_position(
    caller: Caller<Write>,
    db: Data<Db>,
    Path(path): Path<PositionPath>,
    Query(removal): Query<Removal>,
    conditions: Conditions,
) -> Result<Written> {
    change!(caller, db, async |conn| {
        queries::delete(conn, &path, &removal, &conditions).await?;
        answer::deleted()
    })
}

fn location(topic: &topics::queries::Head, position: &Position) -> String {
    format!("/v1/topics/{}/positions/{}", topic.slug, position.slug)
}
