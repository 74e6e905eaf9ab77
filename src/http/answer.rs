//! Answers that all slices give alike.

use actix_web::HttpResponse;
use actix_web::http::header;
use serde::Serialize;

use super::conditions::Conditions;
use crate::domain::text::sha256_hex;

/// What happened to a record that was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It is new.
    Created,
    /// It was there, and is now as asked for.
    Replaced,
}

/// A record as it is: 200, or 304 to a client that has this version.
pub fn item(conditions: &Conditions, version: i64, body: &impl Serialize) -> HttpResponse {
    tagged(conditions, &version.to_string(), body)
}

/// Something with its own entity tag: 200, or 304 to a client that has it.
pub fn tagged(conditions: &Conditions, tag: &str, body: &impl Serialize) -> HttpResponse {
    unchanged(conditions, tag)
        .unwrap_or_else(|| HttpResponse::Ok().insert_header(etag(tag)).json(body))
}

/// 304, to a client that has this state already.
pub fn unchanged(conditions: &Conditions, tag: &str) -> Option<HttpResponse> {
    conditions.has(tag).then(|| HttpResponse::NotModified().insert_header(etag(tag)).finish())
}

/// A record that was just made: 201 with its address.
pub fn created(location: &str, version: i64, body: &impl Serialize) -> HttpResponse {
    HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .insert_header(etag(&version.to_string()))
        .json(body)
}

/// A record that was changed: 200.
pub fn changed(version: i64, body: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok().insert_header(etag(&version.to_string())).json(body)
}

/// A record that was put: 201 or 200.
pub fn put(what: Put, location: &str, version: i64, body: &impl Serialize) -> HttpResponse {
    match what {
        Put::Created => created(location, version, body),
        Put::Replaced => changed(version, body),
    }
}

/// A record that is gone: 204.
pub fn deleted() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

/// An entity tag made of the answer itself, for what has no version.
pub fn digest_tag(body: &[u8]) -> String {
    sha256_hex(body).chars().take(32).collect()
}

/// A strong entity tag.
pub fn etag(tag: &str) -> (header::HeaderName, String) {
    (header::ETAG, format!("\"{tag}\""))
}
