//! HTTP in, one query call, HTTP out.

use std::{iter, slice};

use actix_web::web::Data;
use actix_web::{HttpResponse, delete, get, patch, post, put};

use super::queries;
use super::types::{NewTopic, Topic, TopicExpand, TopicFilter, TopicParts, TopicPatch, TopicPath};
use crate::access::{Caller, Read, Write, change};
use crate::cache::Shows;
use crate::db::changes::Subject;
use crate::db::{self, Db};
use crate::domain::ids::TopicId;
use crate::expansion;
use crate::http::answer::{self, Written};
use crate::http::conditions::Conditions;
use crate::http::extract::{Json, Path, Query};
use crate::http::page::{Listing, Page, Sort};
use crate::http::parts::Parts;
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
    let (page, expanded) = db::list!(db, listing, async |conn| {
        let page = queries::list(conn, &listing, &caller.sight()).await?;
        let expanded =
            expansion::of(conn, &caller.sight(), &page.data, listing.filter.expand.as_ref())
                .await?;
        Ok((page, expanded))
    })?;
    let parts = Parts::new(listing.filter.fields.as_ref(), expanded);
    let topics = page.data.iter().map(|topic| topic.id);
    let shown = shown(&listing.filter, topics);
    Ok(listing.answer_untagged(&conditions, &page, &parts)?.showing(shown))
}

/// What a page shows: which topics there are, as far as it is by that that they are chosen and put in
/// order, and those on it.
fn shown(filter: &TopicFilter, topics: impl Iterator<Item = TopicId>) -> Vec<Subject> {
    let is_by_change = Sort::from(filter.sort.unwrap_or_default()).is_by_change();
    let all = if is_by_change { Subject::TopicRecords } else { Subject::Topics };
    let each = |id| shown_of(id, filter.expand.as_ref());
    iter::once(all).chain(topics.flat_map(each)).collect()
}

/// What is shown of a topic: itself, or with what hangs together with it.
fn shown_of(id: TopicId, expand: Option<&TopicExpand>) -> Vec<Subject> {
    match expand {
        None => vec![Subject::TopicRecord(id)],
        Some(_) => Subject::in_topic(id, expand),
    }
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
#[utoipa::path(tag = "Topics", params(TopicPath, TopicParts), responses((status = 200, body = Topic, description = "The topic")))]
#[get("/{topic}")]
pub async fn get_topic(
    caller: Caller<Read>,
    db: Data<Db>,
    Path(path): Path<TopicPath>,
    Query(parts): Query<TopicParts>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let expand = parts.expand.as_ref();
    let (topic, expanded) = db::item!(db, expand, async |conn| {
        let topic = queries::find(conn, &path.topic, &caller.sight()).await?;
        let expanded =
            expansion::of(conn, &caller.sight(), slice::from_ref(&topic), expand).await?;
        Ok((topic, expanded))
    })?;
    let shown = shown_of(topic.id, parts.expand.as_ref());
    let parts = Parts::new(parts.fields.as_ref(), expanded);
    Ok(answer::parts(&conditions, topic.version, &topic, &parts).showing(shown))
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
