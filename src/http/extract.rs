//! What handlers are given, read strictly. Each fails with a problem.
//!
//! The names are those of actix-web's own extractors on purpose: utoipa infers bodies and
//! parameters of the API document from them.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::future::{Ready, ready};

use super::body;
use super::problem::{Code, Part, Problem, Result};
use crate::domain::input::{self, At, FaultCode, Faults, FromJson};

/// A JSON body.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: FromJson + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bounds = body::Bounds::of(request);
        let head = body::check_head(request, bounds);
        let body = body::collect(payload.take(), bounds);
        Box::pin(async move {
            head?;
            let value = body::parse(&body.await?)?;
            input::read(value).map(Self).map_err(|faults| Problem::faults(Part::Body, faults))
        })
    }
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

/// The longest query string that is taken, in bytes; no address is longer than 65,534. A search for
/// more has its parameters in a body.
const LONGEST_QUERY: usize = 60_000;

/// Refuses a query string that is longer than any that asks for something.
pub fn check_length(query: &str) -> Result<()> {
    if query.len() <= LONGEST_QUERY {
        return Ok(());
    }
    let detail = format!(
        "A query string has at most {LONGEST_QUERY} bytes. A longer search may be sent as `POST`, with \
         its parameters in the body."
    );
    Err(Problem::new(Code::UriTooLong, detail))
}

/// Reads a query string: each parameter once, each a text.
pub fn read_query<T: FromJson>(query: &str) -> Result<T> {
    let mut fields = Map::new();
    let mut faults = Faults::default();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (Some(name), Some(value)) = (decode(name), decode(value)) else {
            let name = decode(name).unwrap_or_else(|| name.to_owned());
            let detail = "must be UTF-8, in which `%` is followed by two hexadecimal digits";
            faults.push(&At::Root.field(&name), FaultCode::BadFormat, detail);
            continue;
        };
        if fields.contains_key(&name) {
            faults.push(&At::Root.field(&name), FaultCode::Duplicate, "is given twice");
        }
        fields.insert(name, Value::String(value));
    }
    match T::from_json(Value::Object(fields), &At::Root, &mut faults) {
        Some(read) if faults.is_empty() => Ok(read),
        _ => Err(Problem::faults(Part::Query, faults.into_vec())),
    }
}

/// The text that a name or a value stands for (`application/x-www-form-urlencoded`), if its escapes
/// are whole. Parsers on the web put something in the place of what is broken; here nobody guesses.
fn decode(part: &str) -> Option<String> {
    let is_whole = |rest: &str| rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    if !part.split('%').skip(1).all(is_whole) {
        return None;
    }
    let spaced = part.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(std::borrow::Cow::into_owned)
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
                "A part of the path is neither an id nor a slug, so it names nothing. A slug is \
                 lower-case letters a-z and digits, in groups joined by single hyphens.",
            )),
        })
    }
}
