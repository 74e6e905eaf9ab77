//! HTTP in, one query call, HTTP out.

use std::slice;

use actix_web::web::Data;
use actix_web::{HttpResponse, delete, get, patch, post, put};

use super::queries;
use super::types::{
    Argument, ArgumentCreation, ArgumentFilter, ArgumentParts, ArgumentPatch, ArgumentPath,
    NewArgument,
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

/// List the arguments of a topic
///
/// Oldest first, unless `sort` says otherwise. `position` and `argument` narrow the list to the
/// arguments that bear on one, and `relation` to those that bear on something in that way.
#[utoipa::path(tag = "Arguments", params(TopicPath, ArgumentFilter), responses((status = 200, body = Page<Argument>, description = "A page of arguments")))]
#[get("")]
pub async fn list_arguments(
    caller: Caller<Read>,
    db: Data<Db>,
    Path(path): Path<TopicPath>,
    listing: Listing<ArgumentFilter>,
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

/// Add an argument
///
/// May carry what it `supports`, `attacks` or `rephrases`, and its `citations`: all is made
/// in one transaction, or nothing is. With `check_duplicates=true`, an argument that the topic has
/// already, or nearly, is refused with a 409 that names the `candidates`.
#[utoipa::path(tag = "Arguments", params(TopicPath, ArgumentCreation), responses((status = 201, body = Argument, description = "The new argument")))]
#[post("")]
pub async fn create_argument(
    caller: Caller<Write>,
    db: Data<Db>,
    Path(path): Path<TopicPath>,
    Query(creation): Query<ArgumentCreation>,
    Json(new): Json<NewArgument>,
) -> Result<Written> {
    change!(caller, db, async |conn| {
        let (topic, argument) = queries::insert(conn, &path.topic, &new, &creation).await?;
        answer::created(location(&topic, &argument), argument.version, &argument)
    })
}

/// Get an argument
///
/// The argument alone; what it bears on and rests on are relations and citations of the topic.
#[utoipa::path(tag = "Arguments", params(ArgumentPath, ArgumentParts), responses((status = 200, body = Argument, description = "The argument")))]
#[get("/{argument}")]
pub async fn get_argument(
    caller: Caller<Read>,
    db: Data<Db>,
    Path(path): Path<ArgumentPath>,
    Query(parts): Query<ArgumentParts>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let expand = parts.expand.as_ref();
    let (argument, expanded) = db::item!(db, expand, async |conn| {
        let topic = topics::queries::head(conn, &path.topic, &caller.sight()).await?;
        let argument = queries::find(conn, &topic, &path.argument).await?;
        let expanded =
            expansion::of(conn, &caller.sight(), slice::from_ref(&argument), expand).await?;
        Ok((argument, expanded))
    })?;
    let shown = Subject::in_topic(argument.topic_id, parts.expand.as_ref());
    let parts = Parts::new(parts.fields.as_ref(), expanded);
    Ok(answer::parts(&conditions, argument.version, &argument, &parts).showing(shown))
}

/// Create or replace an argument
///
/// Under a slug that no argument of the topic has, makes one. Putting what is there already
/// changes nothing, not even the version. Relations and citations given with it are made where they
/// are not there yet; others of the argument stay.
#[utoipa::path(tag = "Arguments", params(ArgumentPath), responses(
    (status = 200, body = Argument, description = "The argument as it is now"),
    (status = 201, body = Argument, description = "The new argument"),
))]
#[put("/{argument}")]
pub async fn put_argument(
    caller: Caller<Write>,
    db: Data<Db>,
    Path(path): Path<ArgumentPath>,
    conditions: Conditions,
    Json(new): Json<NewArgument>,
) -> Result<Written> {
    change!(caller, db, async |conn| {
        let (what, topic, argument) = queries::put(conn, &path, &new, &conditions).await?;
        answer::put(what, location(&topic, &argument), argument.version, &argument)
    })
}

/// Change an argument
///
/// A JSON Merge Patch (RFC 7396): what is left out stays as it is.
#[utoipa::path(tag = "Arguments", params(ArgumentPath), responses((status = 200, body = Argument, description = "The argument as it is now")))]
#[patch("/{argument}")]
pub async fn patch_argument(
    caller: Caller<Write>,
    db: Data<Db>,
    Path(path): Path<ArgumentPath>,
    conditions: Conditions,
    Json(patch): Json<ArgumentPatch>,
) -> Result<Written> {
    change!(caller, db, async |conn| {
        let argument = queries::patch(conn, &path, patch.clone(), &conditions).await?;
        answer::changed(argument.version, &argument)
    })
}

/// Delete an argument
///
/// Refused with 409 while relations or citations use it, unless `cascade=true`.
#[utoipa::path(tag = "Arguments", params(ArgumentPath, Removal), responses((status = 204, description = "The argument is gone")))]
#[delete("/{argument}")]
pub async fn delete_argument(
    caller: Caller<Write>,
    db: Data<Db>,
    Path(path): Path<ArgumentPath>,
    Query(removal): Query<Removal>,
    conditions: Conditions,
) -> Result<Written> {
    change!(caller, db, async |conn| {
        queries::delete(conn, &path, &removal, &conditions).await?;
        answer::deleted()
    })
}

fn location(topic: &topics::queries::Head, argument: &Argument) -> String {
    format!("/v1/topics/{}/arguments/{}", topic.slug, argument.slug)
}
