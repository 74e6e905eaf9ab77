//! Taking the fields of a mapping, as a curator writes them: one left empty is one left out.

use serde_json::Value;

use super::json;
use crate::domain::input::{At, FaultCode, Faults, FromJson, Object};
use crate::domain::origin::{Fields, Origin};

/// A document with as many faults is not read any further: no answer names more of them.
pub(super) const MANY_FAULTS: usize = 100;

/// The most fields a mapping is looked through for. Each unknown name is compared with all that are
/// known, which a large file of nothing else must not be able to buy.
const MAX_FIELDS: usize = 100;

/// A value that is read later.
pub(super) struct Raw(pub(super) Value);

impl FromJson for Raw {
    fn from_json(value: Value, _: &At<'_>, _: &mut Faults) -> Option<Self> {
        Some(Self(value))
    }
}

/// A list of values that are read later.
struct RawList(Vec<Value>);

impl FromJson for RawList {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let Value::Array(items) = value else {
            return faults.wrong_type(at, "a list", &value);
        };
        Some(Self(items))
    }
}

/// Opens a mapping that may have the fields `known` and no others.
pub(super) fn open<'a>(
    mut value: Value,
    at: &'a At<'a>,
    known: &[&str],
    faults: &mut Faults,
) -> Option<Object<'a>> {
    if let Value::Object(fields) = &mut value {
        fields.retain(|_, value| !value.is_null());
        if fields.len() > MAX_FIELDS {
            let detail = format!("has fields that are not known; known are: {}", known.join(", "));
            faults.push(at, FaultCode::Unknown, detail);
            return None;
        }
    } else {
        return faults.wrong_type(at, "a mapping", &value);
    }
    Object::open(value, at, known, faults)
}

/// Takes a field that may be left out. One that is faulty is `None` too.
pub(super) fn optional<T: FromJson>(
    fields: &mut Object<'_>,
    name: &str,
    faults: &mut Faults,
) -> Option<T> {
    fields.take::<Option<T>>(name, faults).flatten()
}

/// Takes an origin. Its fields are a mapping, or the text of a JSON object: so can be written what
/// nests deeper or has longer names than a document may have.
pub(super) fn origin(fields: &mut Object<'_>, at: &At<'_>, faults: &mut Faults) -> Option<Origin> {
    let Raw(mut value) = optional(fields, "origin", faults)?;
    let at = at.field("origin");
    if let Some(inside @ Value::String(_)) = value.get_mut("fields") {
        let Value::String(text) = inside.take() else { return None };
        *inside = fields_of_text(&text, &at.field("fields"), faults)?;
    }
    Origin::from_json(value, &at, faults)
}

fn fields_of_text(text: &str, at: &At<'_>, faults: &mut Faults) -> Option<Value> {
    let detail = match json::parse(text, Fields::MAX) {
        Ok(read) if !read.value.is_object() => "must be the text of a JSON object".to_owned(),
        Ok(read) if read.repeated.is_empty() => return Some(read.value),
        Ok(read) => format!("has {} twice", read.repeated.join(", ")),
        Err(fault) => {
            let before = text.get(..fault.offset).unwrap_or(text).chars().count();
            format!("is no JSON at character {before}: {}", fault.detail)
        }
    };
    faults.push(at, FaultCode::BadFormat, detail);
    None
}

/// Takes the items of a list that may be left out, to be read one by one.
pub(super) fn list(fields: &mut Object<'_>, name: &str, faults: &mut Faults) -> Vec<Value> {
    optional(fields, name, faults).map_or_else(Vec::new, |RawList(items)| items)
}
