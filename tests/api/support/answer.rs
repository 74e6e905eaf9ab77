//! Answers, and how they read in a test.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use serde_json::Value;
use uuid::Uuid;

/// What the application answered.
///
/// Its text is the status, the content type, a few telling headers and the body, with all that
/// differs from run to run replaced: `[id]`, `[time]`, `[request]`, `[cursor]`, `[key]`.
#[derive(Clone)]
pub struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
    bytes: Vec<u8>,
}

/// The headers that an answer's text shows.
const SHOWN: [&str; 3] = ["location", "allow", "www-authenticate"];

impl Answer {
    pub(super) fn new(status: StatusCode, headers: HeaderMap, bytes: Vec<u8>) -> Self {
        // A picture is no text, and nobody looks at it.
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Self { status, headers, body, bytes }
    }

    /// The status.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The body, as it was sent.
    pub fn text(&self) -> &str {
        &self.body
    }

    /// The bytes of the body.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// A header, if it is there.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The entity tag.
    pub fn etag(&self) -> &str {
        self.header("etag").unwrap_or_else(|| panic!("no entity tag: {self}"))
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    /// The value at a JSON Pointer of the body.
    pub fn at(&self, pointer: &str) -> Value {
        let found = self.json().pointer(pointer).cloned();
        found.unwrap_or_else(|| panic!("nothing at {pointer}: {self}"))
    }

    /// The text at a JSON Pointer of the body.
    pub fn text_at(&self, pointer: &str) -> String {
        let value = self.at(pointer);
        value.as_str().unwrap_or_else(|| panic!("{value} is no text: {self}")).to_owned()
    }

    /// The number at a JSON Pointer of the body.
    pub fn number_at(&self, pointer: &str) -> i64 {
        let value = self.at(pointer);
        value.as_i64().unwrap_or_else(|| panic!("{value} is no whole number: {self}"))
    }

    /// Passes the answer on if it has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status(), status, "{self}");
        self
    }

    /// The slugs of the items of a list.
    pub fn slugs(&self) -> Vec<String> {
        let Value::Array(items) = self.at("/data") else { panic!("no list: {self}") };
        items.iter().map(|item| item["slug"].as_str().unwrap().to_owned()).collect()
    }

    /// The code of a problem. Whatever answer has one has the right content type, too.
    #[track_caller]
    pub fn problem(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self}");
        assert_eq!(self.number_at("/status"), i64::from(self.status()), "{self}");
        let code = self.text_at("/code");
        assert_eq!(self.text_at("/type"), format!("/problems/{code}"));
        (self.status(), code)
    }

    /// The faults that a problem names: where, and what.
    pub fn faults(&self) -> Vec<(String, String)> {
        let Value::Array(faults) = self.at("/errors") else { panic!("no faults: {self}") };
        let text = |fault: &Value, name: &str| fault[name].as_str().map(str::to_owned);
        faults
            .iter()
            .map(|fault| {
                let place = ["pointer", "parameter", "header"]
                    .iter()
                    .find_map(|name| text(fault, name))
                    .unwrap_or_else(|| panic!("a fault without a place: {self}"));
                (place, text(fault, "code").unwrap())
            })
            .collect()
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status())?;
        if let Some(media_type) = self.header("content-type") {
            write!(f, " {media_type}")?;
        }
        for name in SHOWN {
            if let Some(value) = self.header(name) {
                write!(f, "\n{name}: {}", without_ids(value))?;
            }
        }
        match serde_json::from_str::<Value>(&self.body) {
            Ok(mut body) => {
                body = redacted(body);
                body.sort_all_objects();
                write!(f, "\n{body:#}")
            }
            Err(_) if self.body.is_empty() => Ok(()),
            Err(_) => write!(f, "\n{}", self.body),
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A body without what differs from run to run.
pub fn redacted(mut body: Value) -> Value {
    redact(&mut body, "");
    body
}

/// Replaces what differs from run to run in the value of a field.
fn redact(value: &mut Value, field: &str) {
    match value {
        Value::String(text) => {
            *text = match field {
                "created_at" | "updated_at" | "expires_at" | "last_used_at" | "revoked_at" => {
                    "[time]".to_owned()
                }
                "key" => "[key]".to_owned(),
                "request_id" => "[request]".to_owned(),
                "next_cursor" => "[cursor]".to_owned(),
                _ => without_ids(text),
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| redact(item, field)),
        Value::Object(fields) => fields.iter_mut().for_each(|(name, value)| {
            // Noted beside the request, a moment earlier or later.
            if name == "last_used_at" {
                *value = "[time]".into();
            }
            redact(value, name);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn without_ids(text: &str) -> String {
    const LENGTH: usize = 36;
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if rest.get(..LENGTH).is_some_and(|word| Uuid::parse_str(word).is_ok()) {
            kept.push_str("[id]");
            rest = &rest[LENGTH..];
        } else {
            kept.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    kept
}
