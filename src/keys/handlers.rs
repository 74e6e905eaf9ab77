//! HTTP in, one query call, HTTP out.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};

use super::queries;
use super::types::{ApiKey, KeyFilter, KeyParts, KeyPath, MadeKey, NewKey, Rotation};
use crate::access::key::Key;
use crate::access::{Admin, Caller, change};
use crate::db::Db;
use crate::http::answer::{self, Written};
use crate::http::conditions::Conditions;
use crate::http::extract::{Json, Path, Query};
use crate::http::page::{Listing, Page};
use crate::http::parts::Parts;
use crate::http::problem::{Problem, Result};

/// List the keys
///
/// Newest first, also those that were revoked or have expired.
#[utoipa::path(tag = "Keys", params(KeyFilter), responses((status = 200, body = Page<ApiKey>, description = "A page of keys")))]
#[get("")]
pub async fn list_keys(
    _caller: Caller<Admin>,
    db: Data<Db>,
    listing: Listing<KeyFilter>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let page = queries::list(&*db.read().await?, &listing).await?;
    let parts = Parts::new(listing.filter.fields.as_ref(), None);
    listing.answer_untagged(&conditions, &page, &parts)
}

/// Make a key
///
/// The answer has the `key` itself, this once: the server keeps only a hash of it.
#[utoipa::path(tag = "Keys", responses((status = 201, body = MadeKey, description = "The new key")))]
#[post("")]
pub async fn create_key(
    caller: Caller<Admin>,
    db: Data<Db>,
    Json(new): Json<NewKey>,
) -> Result<Written> {
    let key = Key::generate().map_err(|error| Problem::internal(&error))?;
    change!(caller, db, async |conn| {
        let made = queries::insert(conn, &key, &new).await?;
        shown_once(&made, &key)
    })
}

/// Get a key
#[utoipa::path(tag = "Keys", params(KeyPath, KeyParts), responses((status = 200, body = ApiKey, description = "The key, without its secret")))]
#[get("/{key}")]
pub async fn get_key(
    _caller: Caller<Admin>,
    db: Data<Db>,
    Path(path): Path<KeyPath>,
    Query(parts): Query<KeyParts>,
) -> Result<HttpResponse> {
    let key = queries::find(&*db.read().await?, path.key).await?;
    let parts = Parts::new(parts.fields.as_ref(), None);
    Ok(answer::unconditional(&parts.of_record(&key)))
}

/// Revoke a key
///
/// It works no more from now on, and stays listed. Revoking it again changes nothing.
#[utoipa::path(tag = "Keys", params(KeyPath), responses((status = 200, body = ApiKey, description = "The key, which works no more")))]
#[post("/{key}/revoke")]
pub async fn revoke_key(
    caller: Caller<Admin>,
    db: Data<Db>,
    Path(path): Path<KeyPath>,
) -> Result<Written> {
    change!(caller, db, async |conn| {
        let revoked = queries::revoke(conn, path.key).await?;
        answer::unversioned(&revoked)
    })
}

/// Rotate a key
///
/// Makes a key with the same label, scopes and topics, and the same lifetime if it has one. The old
/// one works beside it for the `overlap`, so that its holders can change over.
#[utoipa::path(tag = "Keys", params(KeyPath), responses((status = 201, body = MadeKey, description = "The key that takes its place")))]
#[post("/{key}/rotate")]
pub async fn rotate_key(
    caller: Caller<Admin>,
    db: Data<Db>,
    Path(path): Path<KeyPath>,
    Json(rotation): Json<Rotation>,
) -> Result<Written> {
    let key = Key::generate().map_err(|error| Problem::internal(&error))?;
    change!(caller, db, async |conn| {
        let made = queries::rotate(conn, path.key, &key, &rotation).await?;
        shown_once(&made, &key)
    })
}

fn shown_once(made: &ApiKey, key: &Key) -> Result<Written> {
    let location = format!("/v1/keys/{}", made.id);
    answer::created_once(location, &MadeKey::shown(made, key), &MadeKey::hidden(made))
}
