//! Reading a body: what type it says it is, all of it in time, and as JSON without doubt.

use std::fmt;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName};
use futures_util::StreamExt;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::problem::{Code, Problem, Result};

/// The largest body that is taken, in bytes, unless a scope has a [`Bounds`] of its own: an `origin`
/// of 1 MB and a text of 50,000 characters, with room for JSON's escapes.
pub const LIMIT: usize = 2_000_000;

/// The largest body of a source, whose text has 5 MB, and of an argument, which may come with 50
/// quotes of 50,000 characters; with room for JSON's escapes.
pub const LARGEST: usize = 12_000_000;

/// How long a client may take to send a body, unless a setting says otherwise. actix-web waits for
/// as long as a client likes.
const PATIENCE: Duration = Duration::from_secs(40);

/// How deep arrays and objects may stand in each other.
const DEEPEST: usize = 64;

/// The bytes of the largest body that a scope takes. Data of the scope.
#[derive(Debug, Clone, Copy)]
pub struct Largest(pub usize);

/// How long a client may take to send a body. Data of the application.
#[derive(Debug, Clone, Copy)]
pub struct Patience(pub Duration);

/// What a body may be at one address.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    largest: usize,
    patience: Duration,
}

impl Bounds {
    /// The widest there are, for what is read before it is known which address takes it.
    pub fn widest(request: &HttpRequest) -> Self {
        Self { largest: LARGEST, ..Self::of(request) }
    }

    /// Those of the address that a request is for.
    pub fn of(request: &HttpRequest) -> Self {
        Self {
            largest: request.app_data().map_or(LIMIT, |Largest(bytes)| *bytes),
            patience: request.app_data().map_or(PATIENCE, |Patience(time)| *time),
        }
    }
}

/// Refuses a body that says it is no JSON, or more than is taken.
pub fn check_head(request: &HttpRequest, bounds: Bounds) -> Result<()> {
    let header = |name: &HeaderName| {
        request.headers().get(name).map(|value| value.to_str().unwrap_or("?").trim())
    };
    let unsupported = |detail| Err(Problem::new(Code::UnsupportedMediaType, detail));
    let Some(given) = header(&header::CONTENT_TYPE) else {
        return unsupported("There is no `Content-Type`; send `application/json`.".to_owned());
    };
    let lower = given.to_ascii_lowercase();
    let mut parts = lower.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let is_taken = match essence {
        "application/json" => true,
        "application/merge-patch+json" => request.method() == Method::PATCH,
        _ => false,
    };
    if !is_taken {
        return unsupported(format!("`{given}` is not taken here; send `application/json`."));
    }
    let mut charsets = parts.filter_map(|part| part.strip_prefix("charset="));
    if charsets.any(|charset| charset.trim_matches('"') != "utf-8") {
        return unsupported(format!("`{given}` is not taken here; JSON is UTF-8 (RFC 8259)."));
    }
    if let Some(coding) = header(&header::CONTENT_ENCODING).filter(|it| *it != "identity") {
        let detail =
            format!("The content coding `{coding}` is not taken here; send the body as it is.");
        return unsupported(detail);
    }
    let length = header(&header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
    if length.is_some_and(|length: u64| {
        u64::try_from(bounds.largest).is_ok_and(|largest| length > largest)
    }) {
        return Err(too_large(bounds));
    }
    Ok(())
}

fn too_large(bounds: Bounds) -> Problem {
    let detail = format!("At most {} bytes are taken here at once.", bounds.largest);
    Problem::new(Code::BodyTooLarge, detail)
}

/// The whole body, if it comes in time.
pub async fn collect(mut payload: Payload, bounds: Bounds) -> Result<Vec<u8>> {
    let all = async move {
        let mut body = Vec::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|error| {
                Problem::new(Code::BadRequest, format!("The body cannot be read: {error}."))
            })?;
            if body.len() + chunk.len() > bounds.largest {
                return Err(too_large(bounds));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    };
    actix_web::rt::time::timeout(bounds.patience, all).await.unwrap_or_else(|_late| {
        let detail = format!("The body did not end within {} seconds.", bounds.patience.as_secs());
        Err(Problem::new(Code::RequestTimeout, detail))
    })
}

/// A body as JSON. A field that is given twice is refused: nobody can say which one is meant.
pub fn parse(body: &[u8]) -> Result<Value> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err(Problem::new(Code::BadJson, "The body is empty."));
    }
    serde_json::from_slice(body).map(|Unambiguous(value)| value).map_err(|error| {
        let text = error.to_string();
        let what = if error.is_data() { "cannot be read" } else { "is not JSON" };
        Problem::new(Code::BadJson, format!("The body {what}: {text}."))
    })
}

/// A JSON value in which no field is given twice.
struct Unambiguous(Value);

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor { deeper: DEEPEST }).map(Self)
    }
}

#[derive(Clone, Copy)]
struct ValueVisitor {
    /// How much deeper arrays and objects may stand.
    deeper: usize,
}

impl ValueVisitor {
    /// For what stands in an array or object.
    fn inside<E: Error>(self) -> std::result::Result<Self, E> {
        let deeper = self.deeper.checked_sub(1);
        let too_deep = || E::custom(format_args!("nested more than {DEEPEST} deep"));
        Ok(Self { deeper: deeper.ok_or_else(too_deep)? })
    }
}

impl<'de> DeserializeSeed<'de> for ValueVisitor {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> std::result::Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> std::result::Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> std::result::Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number is too large"))
    }

    fn visit_str<E>(self, value: &str) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inside)? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> std::result::Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut object = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(Error::custom(format!("the field `{name}` is given twice")));
            }
            let value = fields.next_value_seed(inside)?;
            object.insert(name, value);
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn detail(body: &str) -> String {
        parse(body.as_bytes()).unwrap_err().document("/", "id").detail
    }

    #[test]
    fn a_field_that_is_given_twice_is_told_with_its_place() {
        assert_eq!(
            detail("{\"a\": [{\"b\": 1, \"b\": 2}]}"),
            "The body cannot be read: the field `b` is given twice at line 1 column 19."
        );
    }

    #[test]
    fn what_is_too_deep_is_told_so() {
        let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);

        assert!(parse(nested(64).as_bytes()).is_ok());
        let told = "The body cannot be read: nested more than 64 deep at line 1 column 6";
        assert!(detail(&nested(65)).starts_with(told));
        assert!(detail(&"{\"a\":".repeat(100_000)).contains("nested more than 64 deep"));
    }

    #[test]
    fn what_is_no_json_is_told_so() {
        assert!(detail("{\"a\": }").starts_with("The body is not JSON: expected value at line 1"));
    }

    proptest! {
        #[test]
        fn what_is_unambiguous_reads_as_serde_reads_it(
            texts in prop::collection::btree_map(".{0,4}", any::<Option<f64>>(), 0..6),
            numbers in prop::collection::vec(any::<i64>(), 0..4),
        ) {
            let value = serde_json::json!({"texts": texts, "numbers": numbers, "t": true});
            prop_assert_eq!(parse(value.to_string().as_bytes()).unwrap(), value);
        }
    }
}
