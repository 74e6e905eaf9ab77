//! HTTP in, one query call, HTTP out.

use std::slice;

use actix_web::web::Data;
use actix_web::{HttpResponse, delete, get, patch, post, put};

use super::queries;
use super::types::{
    Citation, CitationFilter, CitationParts, CitationPatch, CitationPath, NewCitation,
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
use crate::topics::{self, TopicPath};

/// List the citations of a topic
///
/// Oldest first, unless `sort` says otherwise.
#[utoipa::path(tag = "Citations", params(TopicPath, CitationFilter), responses((status = 200, body = Page<Citation>, description = "A page of citations")))]
#[get("")]
pub async fn list_citations(
    caller: Caller<Read>,
    db: Data<Db>,
    Path(path): Path<TopicPath>,
    listing: Listing<CitationFilter>,
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

/// Add a citation
///
/// The quote is checked against the source's text: at `start` if that is right, else where
/// `exact` with `prefix` and `suffix` is found once. Otherwise it is refused, with the nearest passages.
#[utoipa::path(tag = "Citations", params(TopicPath), responses((status = 201, body = Citation, description = "The new citation")))]
#[post("")]
pub async fn create_citation(
    caller: Caller<Write>,
    db: Data<Db>,
    Path(path): Path<TopicPath>,
    Json(new): Json<NewCitation>,
) -> Result<Written> {
    change!(caller, db, async |conn| {
        let (topic, citation) = queries::insert(conn, &path.topic, &new).await?;
        answer::created(location(&topic, &citation), citation.version, &citation)
    })
}

/// Get a citation
///
/// The quoted words, their place in the text of the source, and what they back.
#[utoipa::path(tag = "Citations", params(CitationPath, CitationParts), responses((status = 200, body = Citation, description = "The citation")))]
#[get("/{citation}")]
pub async fn get_citation(
    caller: Caller<Read>,
    db: Data<Db>,
    Path(path): Path<CitationPath>,
    Query(parts): Query<CitationParts>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let expand = parts.expand.as_ref();
    let (citation, expanded) = db::item!(db, expand, async |conn| {
        let topic = topics::queries::head(conn, &path.topic, &caller.sight()).await?;
        let citation = queries::find(conn, &topic, &path.citation).await?;
        let expanded =
            expansion::of(conn, &caller.sight(), slice::from_ref(&citation), expand).await?;
        Ok((citation, expanded))
    })?;
    let shown = Subject::in_topic(citation.topic_id, parts.expand.as_ref());
    let parts = Parts::new(parts.fields.as_ref(), expanded);
    Ok(answer::parts(&conditions, citation.version, &citation, &parts).showing(shown))
}

/// Create or replace a citation
///
/// Under a slug that no citation of the topic has, makes one. Putting what is there already
/// changes nothing, not even the version.
#[utoipa::path(tag = "Citations", params(CitationPath), responses(
    (status = 200, body = Citation, description = "The citation as it is now"),
    (status = 201, body = Citation, description = "The new citation"),
))]
#[put("/{citation}")]
pub async fn put_citation(
    caller: Caller<Write>,
    db: Data<Db>,
    Path(path): Path<CitationPath>,
    conditions: Conditions,
    Json(new): Json<NewCitation>,
) -> Result<Written> {
    change!(caller, db, async |conn| {
        let (what, topic, citation) = queries::put(conn, &path, &new, &conditions).await?;
        answer::put(what, location(&topic, &citation), citation.version, &citation)
    })
}

/// Change a citation
///
/// A JSON Merge Patch (RFC 7396): what is left out stays as it is.
#[utoipa::path(tag = "Citations", params(CitationPath), responses((status = 200, body = Citation, description = "The citation as it is now")))]
#[patch("/{citation}")]
pub async fn patch_citation(
    caller: Caller<Write>,
    db: Data<Db>,
    Path(path): Path<CitationPath>,
    conditions: Conditions,
    Json(patch): Json<CitationPatch>,
) -> Result<Written> {
    change!(caller, db, async |conn| {
        let citation = queries::patch(conn, &path, patch.clone(), &conditions).await?;
        answer::changed(citation.version, &citation)
    })
}

/// Delete a citation
///
/// Nothing uses a citation, so nothing is left without an end.
#[utoipa::path(tag = "Citations", params(CitationPath), responses((status = 204, description = "The citation is gone")))]
#[delete("/{citation}")]
pub async fn delete_citation(
    caller: Caller<Write>,
    db: Data<Db>,
    Path(path): Path<CitationPath>,
    conditions: Conditions,
) -> Result<Written> {
    change!(caller, db, async |conn| {
        queries::delete(conn, &path, &conditions).await?;
        answer::deleted()
    })
}

fn location(topic: &topics::queries::Head, citation: &Citation) -> String {
    format!("/v1/topics/{}/citations/{}", topic.slug, citation.slug)
}
