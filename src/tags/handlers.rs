//! HTTP in, one query call, HTTP out.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, patch};

use super::queries;
use super::types::{Merging, TagFilter, TagParts, TagPatch, TagPath, TagUse};
use crate::access::{Caller, Read, Write, change};
use crate::db::Db;
use crate::http::answer::{self, Written};
use crate::http::conditions::Conditions;
use crate::http::extract::{Json, Path, Query};
use crate::http::page::{Listing, Page};
use crate::http::parts::Parts;
use crate::http::problem::Result;
use crate::metrics::Work;

/// List the tags
///
/// Each with the number of topics that have it, of those that are visible to you. By name, unless
/// `sort` says otherwise.
#[utoipa::path(tag = "Tags", params(TagFilter), responses((status = 200, body = Page<TagUse>, description = "A page of tags")))]
#[get("")]
pub async fn list_tags(
    caller: Caller<Read>,
    db: Data<Db>,
    listing: Listing<TagFilter>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    // All topics are counted, so this may be long.
    let read = async |conn: &mut _| queries::list(conn, &listing, &caller.sight()).await;
    let page = db.alone(Work::LongRead, read).await?;
    let parts = Parts::new(listing.filter.fields.as_ref(), None);
    listing.answer_untagged(&conditions, &page, &parts)
}

/// Get a tag
///
/// With the number of topics that have it, of those that are visible to you. One that none of them
/// has is not there.
#[utoipa::path(tag = "Tags", params(TagPath, TagParts), responses((status = 200, body = TagUse, description = "The tag")))]
#[get("/{tag}")]
pub async fn get_tag(
    caller: Caller<Read>,
    db: Data<Db>,
    Path(path): Path<TagPath>,
    Query(parts): Query<TagParts>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let tag = queries::find(&*db.read().await?, &path.tag, &caller.sight()).await?;
    let parts = Parts::new(parts.fields.as_ref(), None);
    answer::untagged(&conditions, &parts.of_record(&tag))
}

/// Rename a tag
///
/// In every topic that has it, drafts too; all of them or none. Where another tag has the new name
/// already, `merge=true` makes the two one, which cannot be undone; without it that is refused. So it
/// is where an archived topic has the tag, as it takes no changes.
#[utoipa::path(tag = "Tags", params(TagPath, Merging), responses((status = 200, body = TagUse, description = "The tag under its new name")))]
#[patch("/{tag}")]
pub async fn patch_tag(
    caller: Caller<Write>,
    db: Data<Db>,
    Path(path): Path<TagPath>,
    Query(merging): Query<Merging>,
    Json(patch): Json<TagPatch>,
) -> Result<Written> {
    let may_merge = merging.merge.is_some_and(|merge| merge.0);
    let sight = caller.sight();
    change!(caller, db, async |conn| {
        let new = patch.name.clone().into_option();
        let tag = queries::rename(conn, &path.tag, new.as_ref(), may_merge, &sight).await?;
        answer::unversioned(&tag)
    })
}
