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

/// The largest body taken, in bytes: a source's text of 5 MB, with room for JSON's escapes.
pub const LIMIT: usize = 12_000_000;

/// How long a client may take to send it. actix-web waits for as long as a client likes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Refuses a body that says it is no JSON, or more than is taken.
pub fn check_head(request: &HttpRequest) -> Result<()> {
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
    let charset = parts.find_map(|part| part.strip_prefix("charset="));
    if charset.is_some_and(|charset| charset.trim_matches('"') != "utf-8") {
        return unsupported(format!("`{given}` is not taken here; JSON is UTF-8 (RFC 8259)."));
    }
    if let Some(coding) = header(&header::CONTENT_ENCODING).filter(|it| *it != "identity") {
        let detail =
            format!("The content coding `{coding}` is not taken here; send the body as it is.");
        return unsupported(detail);
    }
    let length = header(&header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
    if length.is_some_and(|length: u64| u64::try_from(LIMIT).is_ok_and(|limit| length > limit)) {
        return Err(too_large());
    }
    Ok(())
}

fn too_large() -> Problem {
    Problem::new(Code::BodyTooLarge, format!("At most {LIMIT} bytes are taken at once."))
}

/// The whole body, if it comes in time.
pub async fn collect(mut payload: Payload) -> Result<Vec<u8>> {
    let all = async move {
        let mut body = Vec::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|error| {
                Problem::new(Code::BadRequest, format!("The body cannot be read: {error}."))
            })?;
            if body.len() + chunk.len() > LIMIT {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    };
    actix_web::rt::time::timeout(PATIENCE, all).await.unwrap_or_else(|_late| {
        let detail = format!("The body did not end within {} seconds.", PATIENCE.as_secs());
        Err(Problem::new(Code::RequestTimeout, detail))
    })
}

/// A body as JSON. A field that is given twice is refused: nobody can say which one is meant.
pub fn parse(body: &[u8]) -> Result<Value> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err(Problem::new(Code::BadJson, "The body is empty."));
    }
    serde_json::from_slice(body).map(|Unambiguous(value)| value).map_err(|error| {
        let text = error.to_string().replace("recursion limit exceeded", "nested too deeply");
        let what = if error.is_data() || text.contains("nested") {
            "cannot be read"
        } else {
            "is not JSON"
        };
        Problem::new(Code::BadJson, format!("The body {what}: {text}."))
    })
}

/// A JSON value in which no field is given twice.
struct Unambiguous(Value);

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor).map(Self)
    }
}

struct ValueVisitor;

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
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Self)? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> std::result::Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(Error::custom(format!("the field `{name}` is given twice")));
            }
            let value = fields.next_value_seed(Self)?;
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
        let body = "[".repeat(200) + &"]".repeat(200);
        assert!(detail(&body).starts_with("The body cannot be read: nested too deeply at line 1"));
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
