//! The header `Idempotency-Key`: what a client calls a change that it may send again
//! (draft-ietf-httpapi-idempotency-key-header-07).
//!
//! Which changes were made already is known only to the database; this is the part that HTTP
//! knows: the name of the change, and a fingerprint of the request.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::body;
use super::middleware::{CallerId, is_upload};
use super::problem::{Part, Problem, Result};
use crate::domain::input::{Fault, FaultCode};

/// The header that names a change.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The names that are taken, as a regular expression: a Structured Fields string, or the same
/// without its quotes.
pub const PATTERN: &str = r#"^("[!#-+\--\[\]-~]{1,255}"|[!#-+\--\[\]-~]{1,255})$"#;

/// The header of an answer that was given before.
pub const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// One sending of a change that may be sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// What the client calls the change.
    pub key: String,
    /// The SHA-256 of all that makes the request what it is.
    pub request: [u8; 32],
}

/// Takes the fingerprint of a change that has a name, before its body is read by the handler.
pub async fn fingerprint<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> std::result::Result<ServiceResponse<BoxBody>, Error> {
    // Whoever has no key changes nothing, and is not to make the server hold a body.
    // A file is not held either: what it holds is upserted, so that it needs no name.
    let may_change = !request.method().is_safe()
        && request.extensions().contains::<CallerId>()
        && !is_upload(&request);
    if may_change && request.headers().contains_key(IDEMPOTENCY_KEY) {
        match attempt(&mut request).await {
            Ok(attempt) => {
                request.extensions_mut().insert(attempt);
            }
            Err(problem) => return Ok(request.error_response(problem).map_into_boxed_body()),
        }
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

async fn attempt(request: &mut ServiceRequest) -> Result<Attempt> {
    let key = name(request)?;
    let bounds = body::Bounds::widest(request.request());
    let body = body::collect(request.take_payload(), bounds).await?;
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        // The length keeps two different requests from reading alike.
        hash.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(bytes);
    };
    part(request.method().as_str().as_bytes());
    part(request.uri().to_string().as_bytes());
    for name in [header::CONTENT_TYPE, header::IF_MATCH, header::IF_NONE_MATCH] {
        part(request.headers().get(name).map_or(b"", |value| value.as_bytes()));
    }
    part(&body);
    request.set_payload(Payload::from(Bytes::from(body)));
    Ok(Attempt { key, request: hash.finalize().into() })
}

/// The name: a Structured Fields string (RFC 9651), or the same without its quotes.
fn name(request: &ServiceRequest) -> Result<String> {
    let mut given = request.headers().get_all(IDEMPOTENCY_KEY);
    let text = given.next().and_then(|value| value.to_str().ok()).unwrap_or_default().trim();
    let inside = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let fits = (1..=255).contains(&inside.len())
        && inside.bytes().all(|b| b.is_ascii_graphic() && !b"\"\\,".contains(&b));
    if fits && given.next().is_none() {
        return Ok(inside.to_owned());
    }
    let detail = "must be one word of 1 to 255 visible ASCII characters, such as a new UUID, without \
                  commas, backslashes or quotes inside";
    let fault = Fault {
        pointer: IDEMPOTENCY_KEY.to_string(),
        code: FaultCode::BadFormat,
        detail: detail.to_owned(),
    };
    Err(Problem::faults(Part::Header, vec![fault]))
}
