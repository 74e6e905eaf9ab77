//! Answers that all slices give alike.

use std::fmt;

use actix_web::body::BoxBody;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Serialize;

use super::conditions::Conditions;
use super::idempotency::IDEMPOTENCY_REPLAYED;
use super::parts::{Given, Parts};
use super::problem::{Problem, Result};
use crate::domain::text::sha256_hex;

/// What happened to a record that was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It is new.
    Created,
    /// It was there, and is now as asked for.
    Replaced,
}

/// A record, as much of it as is asked for: 200, or 304 to a client that has this version.
pub fn parts<T: Serialize>(
    conditions: &Conditions,
    version: i64,
    record: &T,
    parts: &Parts<'_, T>,
) -> HttpResponse {
    partial(conditions, &version.to_string(), &parts.of_record(record))
}

/// As much of something as is asked for, under the entity tag of the whole.
pub fn partial<T, W: Serialize>(
    conditions: &Conditions,
    tag: &str,
    given: &Given<'_, T, W>,
) -> HttpResponse {
    // The entity tag does not tell the state of what is given with the records.
    let unchanged = if given.parts.are_expanded() { None } else { unchanged(conditions, tag) };
    unchanged.unwrap_or_else(|| {
        let mut builder = HttpResponse::Ok();
        builder.insert_header(etag(tag)).content_type(given.parts.media_type());
        let mut answer = builder.json(given);
        if given.parts.are_expanded() {
            answer.extensions_mut().insert(AlwaysWhole);
        }
        answer
    })
}

/// Marks an answer that shows more than its entity tag tells the state of, so that it is never 304.
#[derive(Debug, Clone, Copy)]
pub struct AlwaysWhole;

/// The same, whatever the client has: without an entity tag.
pub fn unconditional<T, W: Serialize>(given: &Given<'_, T, W>) -> HttpResponse {
    HttpResponse::Ok().content_type(given.parts.media_type()).json(given)
}

/// The same of what has no version: the entity tag is made of the whole.
pub fn untagged<T, W: Serialize>(
    conditions: &Conditions,
    given: &Given<'_, T, W>,
) -> Result<HttpResponse> {
    let whole = json(given.whole)?;
    let tag = digest_tag(&whole);
    if !given.parts.are_plain() {
        return Ok(partial(conditions, &tag, given));
    }
    Ok(unchanged(conditions, &tag).unwrap_or_else(|| ready(&tag, whole)))
}

/// Something whose JSON is there already.
pub fn ready(tag: &str, json: Vec<u8>) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer.insert_header(etag(tag)).insert_header(header::ContentType::json()).body(json)
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

/// What answers a change. It can leave the task of the transaction, and be kept and given again.
#[derive(Debug, Clone)]
pub struct Written {
    status: StatusCode,
    location: Option<String>,
    etag: Option<String>,
    body: Option<Vec<u8>>,
    /// What is kept of the body, where that is not the body itself.
    kept: Option<Vec<u8>>,
    is_again: bool,
}

impl Written {
    fn new(status: StatusCode) -> Self {
        Self { status, location: None, etag: None, body: None, kept: None, is_again: false }
    }

    fn with_record(status: StatusCode, version: i64, body: &impl Serialize) -> Result<Self> {
        let mut written = Self::new(status);
        written.etag = Some(etag(&version.to_string()).1);
        written.body = Some(json(body)?);
        Ok(written)
    }

    /// The answer to a change that was made before, from what was kept of it.
    pub fn again(
        status: i16,
        location: Option<String>,
        etag: Option<String>,
        body: Option<Vec<u8>>,
    ) -> Result<Self> {
        let status =
            u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        let status = status.ok_or_else(|| Problem::internal(&fmt::Error))?;
        Ok(Self { status, location, etag, body, kept: None, is_again: true })
    }

    /// The status, as it is kept.
    pub fn status_number(&self) -> i16 {
        i16::try_from(self.status.as_u16()).unwrap_or(i16::MAX)
    }

    /// The address of a new record.
    pub fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }

    /// The entity tag.
    pub fn etag(&self) -> Option<&str> {
        self.etag.as_deref()
    }

    /// What is kept of the body.
    pub fn to_keep(&self) -> Option<&[u8]> {
        self.kept.as_deref().or(self.body.as_deref())
    }
}

impl Responder for Written {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status);
        if let Some(location) = self.location {
            answer.insert_header((header::LOCATION, location));
        }
        if let Some(etag) = self.etag {
            answer.insert_header((header::ETAG, etag));
        }
        if self.is_again {
            answer.insert_header((IDEMPOTENCY_REPLAYED, "true"));
        }
        match self.body {
            Some(body) => answer.content_type(header::ContentType::json()).body(body),
            None => answer.finish(),
        }
    }
}

/// A record that was just made: 201 with its address.
pub fn created(location: String, version: i64, body: &impl Serialize) -> Result<Written> {
    let written = Written::with_record(StatusCode::CREATED, version, body)?;
    Ok(Written { location: Some(location), ..written })
}

/// A record that was just made, with something in it that is shown only once: a client that sends
/// the same again gets `kept`.
pub fn created_once(
    location: String,
    body: &impl Serialize,
    kept: &impl Serialize,
) -> Result<Written> {
    let (body, kept) = (Some(json(body)?), Some(json(kept)?));
    Ok(Written { location: Some(location), body, kept, ..Written::new(StatusCode::CREATED) })
}

/// A record that was changed: 200.
pub fn changed(version: i64, body: &impl Serialize) -> Result<Written> {
    Written::with_record(StatusCode::OK, version, body)
}

/// A record without versions that was changed: 200.
pub fn unversioned(body: &impl Serialize) -> Result<Written> {
    Ok(Written { body: Some(json(body)?), ..Written::new(StatusCode::OK) })
}

/// A record that was put: 201 or 200.
pub fn put(what: Put, location: String, version: i64, body: &impl Serialize) -> Result<Written> {
    match what {
        Put::Created => created(location, version, body),
        Put::Replaced => changed(version, body),
    }
}

/// A record that is gone: 204.
pub fn deleted() -> Result<Written> {
    Ok(Written::new(StatusCode::NO_CONTENT))
}

/// Something as JSON.
pub fn json(body: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(body).map_err(|error| Problem::internal(&error))
}

/// An entity tag made of the answer itself, for what has no version.
pub fn digest_tag(body: &[u8]) -> String {
    sha256_hex(body).chars().take(32).collect()
}

/// A strong entity tag.
pub fn etag(tag: &str) -> (header::HeaderName, String) {
    (header::ETAG, format!("\"{tag}\""))
}
