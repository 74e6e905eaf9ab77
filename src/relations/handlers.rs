//! HTTP in, one query call, HTTP out.

use std::slice;

use actix_web::web::Data;
use actix_web::{HttpResponse, delete, get, patch, post, put};

use super::queries;
use super::types::{
    NewRelation, Relation, RelationFilter, RelationParts, RelationPatch, RelationPath,
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

/// List the relations of a topic
///
/// Oldest first, unless `sort` says otherwise.
#[utoipa::path(tag = "Relations", params(TopicPath, RelationFilter), responses((status = 200, body = Page<Relation>, description = "A page of relations")))]
#[get("")]
pub async fn list_relations(
    caller: Caller<Read>,
    db: Data<Db>,
    Path(path): Path<TopicPath>,
    listing: Listing<RelationFilter>,
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

/// Add a relation
///
/// Both ends must lie in this topic. With a relation as target, an attack is an undercut.
#[utoipa::path(tag = "Relations", params(TopicPath), responses((status = 201, body = Relation, description = "The new relation")))]
#[post("")]
pub async fn create_relation(
    caller: Caller<Write>,
    db: Data<Db>,
    Path(path): Path<TopicPath>,
    Json(new): Json<NewRelation>,
) -> Result<Written> {
    change!(caller, db, async |conn| {
        let (topic, relation) = queries::insert(conn, &path.topic, &new).await?;
        answer::created(location(&topic, &relation), relation.version, &relation)
    })
}

/// Get a relation
///
/// Its premises and its target, by slug.
#[utoipa::path(tag = "Relations", params(RelationPath, RelationParts), responses((status = 200, body = Relation, description = "The relation")))]
#[get("/{relation}")]
pub async fn get_relation(
    caller: Caller<Read>,
    db: Data<Db>,
    Path(path): Path<RelationPath>,
    Query(parts): Query<RelationParts>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let expand = parts.expand.as_ref();
    let (relation, expanded) = db::item!(db, expand, async |conn| {
        let topic = topics::queries::head(conn, &path.topic, &caller.sight()).await?;
        let relation = queries::find(conn, &topic, &path.relation).await?;
        let expanded =
            expansion::of(conn, &caller.sight(), slice::from_ref(&relation), expand).await?;
        Ok((relation, expanded))
    })?;
    let shown = Subject::in_topic(relation.topic_id, parts.expand.as_ref());
    let parts = Parts::new(parts.fields.as_ref(), expanded);
    Ok(answer::parts(&conditions, relation.version, &relation, &parts).showing(shown))
}

/// Create or replace a relation
///
/// Under a slug that no relation of the topic has, makes one. Putting what is there already
/// changes nothing, not even the version.
#[utoipa::path(tag = "Relations", params(RelationPath), responses(
    (status = 200, body = Relation, description = "The relation as it is now"),
    (status = 201, body = Relation, description = "The new relation"),
))]
#[put("/{relation}")]
pub async fn put_relation(
    caller: Caller<Write>,
    db: Data<Db>,
    Path(path): Path<RelationPath>,
    conditions: Conditions,
    Json(new): Json<NewRelation>,
) -> Result<Written> {
    change!(caller, db, async |conn| {
        let (what, topic, relation) = queries::put(conn, &path, &new, &conditions).await?;
        answer::put(what, location(&topic, &relation), relation.version, &relation)
    })
}

/// Change a relation
///
/// A JSON Merge Patch (RFC 7396): what is left out stays as it is.
#[utoipa::path(tag = "Relations", params(RelationPath), responses((status = 200, body = Relation, description = "The relation as it is now")))]
#[patch("/{relation}")]
pub async fn patch_relation(
    caller: Caller<Write>,
    db: Data<Db>,
    Path(path): Path<RelationPath>,
    conditions: Conditions,
    Json(patch): Json<RelationPatch>,
) -> Result<Written> {
    change!(caller, db, async |conn| {
        let relation = queries::patch(conn, &path, patch.clone(), &conditions).await?;
        answer::changed(relation.version, &relation)
    })
}

/// Delete a relation
///
/// Refused with 409 while relations or citations use it, unless `cascade=true`.
#[utoipa::path(tag = "Relations", params(RelationPath, Removal), responses((status = 204, description = "The relation is gone")))]
#[delete("/{relation}")]
pub async fn delete_relation(
    caller: Caller<Write>,
    db: Data<Db>,
    Path(path): Path<RelationPath>,
    Query(removal): Query<Removal>,
    conditions: Conditions,
) -> Result<Written> {
    change!(caller, db, async |conn| {
        queries::delete(conn, &path, &removal, &conditions).await?;
        answer::deleted()
    })
}

fn location(topic: &topics::queries::Head, relation: &Relation) -> String {
    format!("/v1/topics/{}/relations/{}", topic.slug, relation.slug)
}
