//! HTTP in, one query call, HTTP out.

use actix_web::web::Data;
use actix_web::{HttpResponse, delete, get, patch, post, put};

use super::queries;
use super::types::{NewTopic, Topic, TopicFilter, TopicPatch, TopicPath};
use crate::access::{Caller, Read, Write, change};
use crate::db::{Conn, Db};
use crate::http::answer::{self, Written};
use crate::http::conditions::Conditions;
use crate::http::extract::{Json, Path};
use crate::http::page::{Listing, Page};
use crate::http::problem::Result;

/// List topics
///
/// Newest first, unless `sort` says otherwise.
#[utoipa::path(tag = "Topics", params(TopicFilter), responses((status = 200, body = Page<Topic>, description = "A page of topics")))]
#[get("")]
pub async fn list_topics(
    caller: Caller<Read>,
    db: Data<Db>,
    listing: Listing<TopicFilter>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let read = async |conn: &Conn| queries::list(conn, &listing, &caller.sight()).await;
    let page = db.list(&listing, read).await?;
    listing.answer_untagged(&conditions, &page)
}

/// Open a topic
///
/// Published, unless `status` says otherwise, and empty.
#[utoipa::path(tag = "Topics", responses((status = 201, body = Topic, description = "The new topic")))]
#[post("")]
pub async fn create_topic(
    caller: Caller<Write>,
    db: Data<Db>,
    Json(new): Json<NewTopic>,
) -> Result<Written> {
    change!(caller, db, async |conn| {
        let topic = queries::insert(conn, &new).await?;
        answer::created(location(&topic), topic.version, &topic)
    })
}

/// Get a topic
///
/// The topic alone; its `outline` and `graph` have everything below it.
#[utoipa::path(tag = "Topics", params(TopicPath), responses((status = 200, body = Topic, description = "The topic")))]
#[get("/{topic}")]
pub async fn get_topic(
    caller: Caller<Read>,
    db: Data<Db>,
    Path(path): Path<TopicPath>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let topic = queries::find(&*db.read().await?, &path.topic, &caller.sight()).await?;
    Ok(answer::item(&conditions, topic.version, &topic))
}

/// Create or replace a topic
///
/// Under a slug that no topic has, makes one. What is left out gets its default. Putting what is
/// there already changes nothing, not even the version.
#[utoipa::path(tag = "Topics", params(TopicPath), responses(
    (status = 200, body = Topic, description = "The topic as it is now"),
    (status = 201, body = Topic, description = "The new topic"),
))]
#[put("/{topic}")]
pub async fn put_topic(
    caller: Caller<Write>,
    db: Data<Db>,
    Path(path): Path<TopicPath>,
    conditions: Conditions,
    Json(new): Json<NewTopic>,
) -> Result<Written> {
    change!(caller, db, async |conn| {
        let (what, topic) = queries::put(conn, &path.topic, &new, &conditions).await?;
        answer::put(what, location(&topic), topic.version, &topic)
    })
}

/// Change a topic
///
/// A JSON Merge Patch (RFC 7396): what is left out stays as it is. An archived topic takes only a
/// patch that gives it another `status`.
#[utoipa::path(tag = "Topics", params(TopicPath), responses((status = 200, body = Topic, description = "The topic as it is now")))]
#[patch("/{topic}")]
pub async fn patch_topic(
    caller: Caller<Write>,
    db: Data<Db>,
    Path(path): Path<TopicPath>,
    conditions: Conditions,
    Json(patch): Json<TopicPatch>,
) -> Result<Written> {
    change!(caller, db, async |conn| {
        let topic = queries::patch(conn, &path.topic, patch.clone(), &conditions).await?;
        answer::changed(topic.version, &topic)
    })
}

/// Delete a topic
///
/// Deletes everything in it.
#[utoipa::path(tag = "Topics", params(TopicPath), responses((status = 204, description = "The topic is gone")))]
#[delete("/{topic}")]
pub async fn delete_topic(
    caller: Caller<Write>,
    db: Data<Db>,
    Path(path): Path<TopicPath>,
    conditions: Conditions,
) -> Result<Written> {
    change!(caller, db, async |conn| {
        queries::delete(conn, &path.topic, &conditions).await?;
        answer::deleted()
    })
}

fn location(topic: &Topic) -> String {
    format!("/v1/topics/{}", topic.slug)
}
