//! HTTP in, one query call, HTTP out.

use std::slice;

use actix_web::web::Data;
use actix_web::{HttpResponse, delete, get, patch, post, put};

use super::queries;
use super::types::{
    NewSource, Source, SourceCitationFilter, SourceCitations, SourceFilter, SourceParts,
    SourcePatch, SourcePath,
};
use crate::access::{Caller, Read, Write, change};
use crate::db::{self, Db};
use crate::expansion;
use crate::http::answer::{self, Written};
use crate::http::conditions::Conditions;
use crate::http::extract::{Json, Path, Query};
use crate::http::page::{Listing, Page};
use crate::http::parts::Parts;
use crate::http::problem::Result;
use crate::links::Removal;
use crate::metrics::Work;

/// List sources
///
/// Newest first, unless `sort` says otherwise.
#[utoipa::path(tag = "Sources", params(SourceFilter), responses((status = 200, body = Page<Source>, description = "A page of sources")))]
#[get("")]
pub async fn list_sources(
    caller: Caller<Read>,
    db: Data<Db>,
    listing: Listing<SourceFilter>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let (page, expanded) = db::list!(db, listing, async |conn| {
        let page = queries::list(conn, &listing).await?;
        let expand = listing.filter.expand.as_ref();
        let expanded = expansion::of(conn, &caller.sight(), &page.data, expand).await?;
        Ok((page, expanded))
    })?;
    let parts = Parts::new(listing.filter.fields.as_ref(), expanded);
    listing.answer_untagged(&conditions, &page, &parts)
}

/// Add a source
///
/// The text is kept to the byte, and quotes are checked against it.
#[utoipa::path(tag = "Sources", responses((status = 201, body = Source, description = "The new source")))]
#[post("")]
pub async fn create_source(
    caller: Caller<Write>,
    db: Data<Db>,
    Json(new): Json<NewSource>,
) -> Result<Written> {
    change!(caller, db, async |conn| {
        let source = queries::insert(conn, &new).await?;
        answer::created(location(&source), source.version, &source)
    })
}

/// Get a source
///
/// Everything but its text, which is at `…/text`.
#[utoipa::path(tag = "Sources", params(SourcePath, SourceParts), responses((status = 200, body = Source, description = "The source")))]
#[get("/{source}")]
pub async fn get_source(
    caller: Caller<Read>,
    db: Data<Db>,
    Path(path): Path<SourcePath>,
    Query(parts): Query<SourceParts>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let expand = parts.expand.as_ref();
    let (source, expanded) = db::item!(db, expand, async |conn| {
        let source = queries::find(conn, &path.source).await?;
        let sources = slice::from_ref(&source);
        let expanded = expansion::of(conn, &caller.sight(), sources, expand).await?;
        Ok((source, expanded))
    })?;
    let parts = Parts::new(parts.fields.as_ref(), expanded);
    Ok(answer::parts(&conditions, source.version, &source, &parts))
}

/// Create or replace a source
///
/// Under a slug that no source has, makes one. What is left out gets its default. Putting what is
/// there already changes nothing, not even the version. A new `text` moves every quote to its new
/// place, or is refused with a 409 that names the `orphans`.
#[utoipa::path(tag = "Sources", params(SourcePath), responses(
    (status = 200, body = Source, description = "The source as it is now"),
    (status = 201, body = Source, description = "The new source"),
))]
#[put("/{source}")]
pub async fn put_source(
    caller: Caller<Write>,
    db: Data<Db>,
    Path(path): Path<SourcePath>,
    conditions: Conditions,
    Json(new): Json<NewSource>,
) -> Result<Written> {
    change!(caller, db, async |conn| {
        let (what, source) = queries::put(conn, &path.source, &new, &conditions).await?;
        answer::put(what, location(&source), source.version, &source)
    })
}

/// Change a source
///
/// A JSON Merge Patch (RFC 7396): what is left out stays as it is. A new `text` moves every quote
/// to its new place, or is refused with a 409 that names the `orphans`.
#[utoipa::path(tag = "Sources", params(SourcePath), responses((status = 200, body = Source, description = "The source as it is now")))]
#[patch("/{source}")]
pub async fn patch_source(
    caller: Caller<Write>,
    db: Data<Db>,
    Path(path): Path<SourcePath>,
    conditions: Conditions,
    Json(patch): Json<SourcePatch>,
) -> Result<Written> {
    change!(caller, db, async |conn| {
        let source = queries::patch(conn, &path.source, patch.clone(), &conditions).await?;
        answer::changed(source.version, &source)
    })
}

/// Delete a source
///
/// Refused with 409 while citations quote it, unless `cascade=true` deletes them too.
#[utoipa::path(tag = "Sources", params(SourcePath, Removal), responses((status = 204, description = "The source is gone")))]
#[delete("/{source}")]
pub async fn delete_source(
    caller: Caller<Write>,
    db: Data<Db>,
    Path(path): Path<SourcePath>,
    Query(removal): Query<Removal>,
    conditions: Conditions,
) -> Result<Written> {
    change!(caller, db, async |conn| {
        queries::delete(conn, &path.source, &removal, &conditions).await?;
        answer::deleted()
    })
}

/// Get the text of a source
///
/// To the byte as it was given. Places in it are counted in Unicode code points.
#[utoipa::path(tag = "Sources", params(SourcePath), responses((status = 200, body = String, content_type = "text/plain", description = "The text")))]
#[get("/{source}/text")]
pub async fn get_source_text(
    _caller: Caller<Read>,
    db: Data<Db>,
    Path(path): Path<SourcePath>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let (version, text) =
        db.alone(Work::LongRead, async |conn| queries::find_text(conn, &path.source).await).await?;
    let tag = version.to_string();
    Ok(answer::unchanged(&conditions, &tag).unwrap_or_else(|| {
        HttpResponse::Ok()
            .insert_header(answer::etag(&tag))
            .content_type("text/plain; charset=utf-8")
            .body(text)
    }))
}

/// List the quotes of a source
///
/// In text order, each with what it backs, from every topic; and the `coverage`: how much of the
/// text is quoted, and the passages that are not.
#[utoipa::path(tag = "Sources", params(SourcePath, SourceCitationFilter), responses((status = 200, body = SourceCitations, description = "A page of quotes, and the coverage of the text")))]
#[get("/{source}/citations")]
pub async fn list_source_citations(
    caller: Caller<Read>,
    db: Data<Db>,
    Path(path): Path<SourcePath>,
    listing: Listing<SourceCitationFilter>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let (page, expanded) = db::snapshot!(db, async |conn| {
        let page = queries::citations(conn, &path.source, &listing, &caller.sight()).await?;
        let expand = listing.filter.expand.as_ref();
        let expanded = expansion::of(conn, &caller.sight(), &page.data, expand).await?;
        Ok((page, expanded))
    })?;
    let parts = Parts::new(listing.filter.fields.as_ref(), expanded);
    listing.answer_untagged(&conditions, &page, &parts)
}

fn location(source: &Source) -> String {
    format!("/v1/sources/{}", source.slug)
}
