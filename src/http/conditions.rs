//! Conditional requests (RFC 9110 section 13): `If-Match` and `If-None-Match`.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::{FromRequest, HttpRequest};

use super::problem::{Code, Part, Problem, Result};
use crate::domain::input::{Fault, FaultCode};

/// What a request asks of the record's state.
#[derive(Debug, Clone, Default)]
pub struct Conditions {
    if_match: Option<Tags>,
    if_none_match: Option<Tags>,
}

#[derive(Debug, Clone)]
enum Tags {
    /// `*`: any state, but there must be one.
    Any,
    /// One of these.
    OneOf(Vec<Tag>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Tag {
    weak: bool,
    text: String,
}

impl Conditions {
    /// What the headers of a request ask.
    pub fn of(headers: &HeaderMap) -> Result<Self> {
        Ok(Self {
            if_match: tags(headers, &header::IF_MATCH)?,
            if_none_match: tags(headers, &header::IF_NONE_MATCH)?,
        })
    }

    /// Whether a record that does not exist yet may be made.
    pub fn check_absent(&self) -> Result<()> {
        match &self.if_match {
            None => Ok(()),
            Some(_) => Err(Problem::new(
                Code::PreconditionFailed,
                "`If-Match` asks for a record that exists; there is none here.",
            )),
        }
    }

    /// Whether a record may be changed that exists in this version.
    pub fn check_present(&self, version: i64) -> Result<()> {
        if let Some(Tags::Any) = self.if_none_match {
            return Err(Problem::new(
                Code::PreconditionFailed,
                "`If-None-Match: *` asks for a record that does not exist yet; there is one.",
            ));
        }
        let current = version.to_string();
        if self.has(&current) {
            let detail =
                format!("The record is in version \"{version}\", which `If-None-Match` names.");
            return Err(Problem::new(Code::PreconditionFailed, detail));
        }
        let stale = match &self.if_match {
            None | Some(Tags::Any) => false,
            // Only strong tags can be equal in the strong comparison that If-Match asks for.
            Some(Tags::OneOf(tags)) => !tags.iter().any(|tag| !tag.weak && tag.text == current),
        };
        if stale {
            let detail = format!(
                "The record is now in version \"{version}\"; `If-Match` names no such strong tag."
            );
            return Err(Problem::new(Code::PreconditionFailed, detail));
        }
        Ok(())
    }

    /// Whether nothing is asked of what is read.
    pub fn is_unconditional_read(&self) -> bool {
        self.if_none_match.is_none()
    }

    /// Whether the client has this state already (the weak comparison of If-None-Match).
    pub fn has(&self, tag: &str) -> bool {
        match &self.if_none_match {
            None => false,
            Some(Tags::Any) => true,
            Some(Tags::OneOf(tags)) => tags.iter().any(|known| known.text == tag),
        }
    }
}

/// The form of a list of entity tags, as a regular expression (ECMA-262).
pub const TAGS: &str =
    "^(\\*|[ \\t,]*(W/)?\"[!#-~]*\"([ \\t]*,[ \\t,]*(W/)?\"[!#-~]*\")*[ \\t,]*)$";

/// The form of the entity tags that this server gives.
pub const TAG: &str = "^\"[!#-~]*\"$";

impl FromRequest for Conditions {
    type Error = Problem;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request.headers()))
    }
}

/// The tags that a header names, on however many lines.
fn tags(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Tags>> {
    let mut all = Vec::new();
    for value in headers.get_all(name) {
        match value.to_str().ok().and_then(|text| read_list(text.trim())) {
            Some(Tags::Any) => return Ok(Some(Tags::Any)),
            Some(Tags::OneOf(tags)) => all.extend(tags),
            None => {
                let detail = "must be `*` or entity tags in double quotes, as in \"3\"".to_owned();
                let fault = Fault { pointer: name.to_string(), code: FaultCode::BadFormat, detail };
                return Err(Problem::faults(Part::Header, vec![fault]));
            }
        }
    }
    Ok((!all.is_empty()).then_some(Tags::OneOf(all)))
}

/// Reads a list of entity tags (RFC 9110 section 8.8.3) of the form that [`TAGS`] says.
fn read_list(text: &str) -> Option<Tags> {
    if text == "*" {
        return Some(Tags::Any);
    }
    // A list may have empty elements (RFC 9110 section 5.6.1), but not only such.
    let is_gap = |c| matches!(c, ' ' | '\t' | ',');
    let mut rest = text.trim_start_matches(is_gap);
    let mut tags = Vec::new();
    loop {
        let (weak, opened) = match rest.strip_prefix("W/") {
            Some(strong) => (true, strong),
            None => (false, rest),
        };
        let (text, after) = opened.strip_prefix('"')?.split_once('"')?;
        if !text.bytes().all(|b| b.is_ascii_graphic()) {
            return None;
        }
        tags.push(Tag { weak, text: text.to_owned() });
        let after = after.trim_start_matches([' ', '\t']);
        if !after.is_empty() && !after.starts_with(',') {
            return None;
        }
        rest = after.trim_start_matches(is_gap);
        if rest.is_empty() {
            return Some(Tags::OneOf(tags));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    proptest! {
        #[test]
        fn the_pattern_says_which_lists_are_read(
            text in "(W/|\"[a ]?\"?|[*, \t]|3){1,6}",
        ) {
            let text = text.trim();
            let schema = json!({"type": "string", "pattern": TAGS});
            prop_assert_eq!(
                jsonschema::is_valid(&schema, &json!(text)),
                read_list(text).is_some(),
                "{:?}", text
            );
        }
    }
}
