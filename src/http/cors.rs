//! Which pages of other origins may use the API from a browser.
//!
//! By default every page may read, without credentials. With origins configured, those may read
//! and write, and no others may anything.

use actix_cors::Cors;
use actix_web::http::header::{self, HeaderName};

use crate::config::Origins;

/// What a page may read of an answer's headers, beside those that every page may.
const EXPOSED: [HeaderName; 8] = [
    header::ETAG,
    header::LINK,
    header::LOCATION,
    header::RETRY_AFTER,
    HeaderName::from_static("ratelimit"),
    HeaderName::from_static("ratelimit-policy"),
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("idempotency-replayed"),
];

/// What a page may send that reads.
const TO_READ: [HeaderName; 3] =
    [header::ACCEPT, header::IF_NONE_MATCH, HeaderName::from_static("x-request-id")];

/// What a page may send besides, that may write.
const TO_WRITE: [HeaderName; 4] = [
    header::AUTHORIZATION,
    header::CONTENT_TYPE,
    header::IF_MATCH,
    HeaderName::from_static("idempotency-key"),
];

/// How long a browser may remember what it was allowed, in seconds.
const REMEMBERED: usize = 3_600;

/// The rules for these origins; without any, for all.
pub fn cors(origins: &Origins) -> Cors {
    let any = Cors::default().expose_headers(EXPOSED).allowed_headers(TO_READ).max_age(REMEMBERED);
    if origins.is_empty() {
        return any.allow_any_origin().send_wildcard().allowed_methods(["GET", "HEAD"]);
    }
    let some = any
        .allowed_headers(TO_WRITE)
        .allowed_methods(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);
    origins.iter().fold(some, Cors::allowed_origin)
}
