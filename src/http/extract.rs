//! What handlers are given, read strictly. Each fails with a problem.
//!
//! The names are those of actix-web's own extractors on purpose: utoipa infers bodies and
//! parameters of the API document from them.

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::future::{Ready, ready};

use super::problem::{Code, Part, Problem, Result};
use crate::domain::input::{self, At, FaultCode, Faults, FromJson};

/// The largest body taken, in bytes: a source's text of 5 MB, with room for JSON's escapes.
pub const BODY_LIMIT: usize = 12_000_000;

/// A JSON body.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: FromJson + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media_type = check_media_type(request);
        let body = collect(payload.take());
        Box::pin(async move {
            media_type?;
            let body = body.await?;
            let value = parse(&body)?;
            input::read(value).map(Self).map_err(|faults| Problem::faults(Part::Body, faults))
        })
    }
}

fn check_media_type(request: &HttpRequest) -> Result<()> {
    let given = request.headers().get(header::CONTENT_TYPE).map(|v| v.to_str().unwrap_or("?"));
    let essence = given.unwrap_or("").split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    if essence == "application/json" || essence == "application/merge-patch+json" {
        return Ok(());
    }
    let detail = match given {
        Some(given) => format!("`{given}` is not taken here; send `application/json`."),
        None => "There is no `Content-Type`; send `application/json`.".to_owned(),
    };
    Err(Problem::new(Code::UnsupportedMediaType, detail))
}

async fn collect(mut payload: Payload) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| {
            Problem::new(Code::BadRequest, format!("The body cannot be read: {error}."))
        })?;
        if body.len() + chunk.len() > BODY_LIMIT {
            let detail = format!("At most {BODY_LIMIT} bytes are taken at once.");
            return Err(Problem::new(Code::BodyTooLarge, detail));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn parse(body: &[u8]) -> Result<Value> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err(Problem::new(Code::BadJson, "The body is empty."));
    }
    serde_json::from_slice(body)
        .map_err(|error| Problem::new(Code::BadJson, format!("The body is not JSON: {error}.")))
}

/// The parameters of the query string.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: FromJson> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read_query(request.query_string()).map(Self))
    }
}

/// Reads a query string: each parameter once, each a text.
pub fn read_query<T: FromJson>(query: &str) -> Result<T> {
    let mut fields = Map::new();
    let mut faults = Faults::default();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if fields.contains_key(name.as_ref()) {
            faults.push(&At::Root.field(&name), FaultCode::Duplicate, "is given twice");
        }
        fields.insert(name.into_owned(), Value::String(value.into_owned()));
    }
    match T::from_json(Value::Object(fields), &At::Root, &mut faults) {
        Some(read) if faults.is_empty() => Ok(read),
        _ => Err(Problem::faults(Part::Query, faults.into_vec())),
    }
}

/// A flag in the query string: `true` or `false`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flag(pub bool);

impl FromJson for Flag {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        match value.as_str() {
            Some("true") => Some(Self(true)),
            Some("false") => Some(Self(false)),
            _ => {
                faults.push(at, FaultCode::NotAllowed, "must be one of: true false");
                None
            }
        }
    }
}

impl utoipa::PartialSchema for Flag {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        <bool as utoipa::PartialSchema>::schema()
    }
}

impl utoipa::ToSchema for Flag {}

/// A whole number in the query string, from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number<const MIN: u32, const MAX: u32>(pub u32);

impl<const MIN: u32, const MAX: u32> FromJson for Number<MIN, MAX> {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        // `parse` would take a leading plus, which a query string writes as a space.
        let digits = value.as_str().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
        let number = digits.and_then(|text| text.parse().ok()).filter(|n| (MIN..=MAX).contains(n));
        if number.is_none() {
            let detail = format!("must be a whole number from {MIN} to {MAX}");
            faults.push(at, FaultCode::OutOfRange, detail);
        }
        number.map(Self)
    }
}

impl<const MIN: u32, const MAX: u32> utoipa::PartialSchema for Number<MIN, MAX> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Integer)
            .minimum(Some(MIN))
            .maximum(Some(MAX))
            .build()
            .into()
    }
}

impl<const MIN: u32, const MAX: u32> utoipa::ToSchema for Number<MIN, MAX> {}

/// The parts of the path. What cannot be a name names nothing: a 404.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Path<T> {
    type Error = Problem;
    type Future = Ready<Result<Self>>;

    #[expect(clippy::disallowed_types, reason = "this is the wrapper that the rule points to")]
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let inner = actix_web::web::Path::<T>::from_request(request, payload).into_inner();
        ready(match inner {
            Ok(path) => Ok(Self(path.into_inner())),
            Err(_) => Err(Problem::new(
                Code::NotFound,
                "A part of the path is neither an id nor a slug, so it names nothing.",
            )),
        })
    }
}
