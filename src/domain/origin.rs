//! Where an imported record came from.

use serde_json::Value;

use super::input::{At, Fault, FaultCode, Faults, Field, FromJson, input};
use super::text::Name;

input! {
    /// Where an imported record came from, for exact re-export: the format, the id it had there,
    /// and the fields that the model cannot hold.
    #[derive(PartialEq, serde::Deserialize, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
    #[diesel(sql_type = diesel::sql_types::Jsonb)]
    pub struct Origin {
        /// The name of the format, such as `aif` or `argdown`.
        pub format: Name,
        /// The record's id in that format.
        pub id: Option<Name>,
        /// What else the format said of it.
        pub fields: Option<Fields>,
    }
}

/// Changes to an origin (JSON Merge Patch, RFC 7396), to be applied to the one that is there.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(transparent)]
pub struct OriginPatch(Value);

impl OriginPatch {
    /// The origin that a record has after the patch; none where the patch takes it away.
    pub fn apply(
        patch: Field<Option<Self>>,
        was: Option<&Origin>,
    ) -> Result<Option<Origin>, Vec<Fault>> {
        let Field::Given(patch) = patch else { return Ok(was.cloned()) };
        let Some(Self(patch)) = patch else { return Ok(None) };
        // An origin is texts and JSON, and always serialises.
        let mut value = was.and_then(|was| serde_json::to_value(was).ok()).unwrap_or_default();
        merge(&mut value, patch);
        let mut faults = Faults::default();
        let origin = Origin::from_json(value, &At::Root.field("origin"), &mut faults);
        if faults.is_empty() { Ok(origin) } else { Err(faults.into_vec()) }
    }
}

/// The function `MergePatch` of RFC 7396 section 2.
fn merge(target: &mut Value, patch: Value) {
    let Value::Object(changes) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(fields) = target else { return };
    for (name, change) in changes {
        if change.is_null() {
            fields.remove(&name);
        } else {
            merge(fields.entry(name).or_insert(Value::Null), change);
        }
    }
}

impl FromJson for OriginPatch {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        if !value.is_object() {
            return faults.wrong_type(at, "an object", &value);
        }
        Some(Self(value))
    }
}

impl utoipa::PartialSchema for OriginPatch {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Object)
            .description(Some(
                "Changes to an origin (JSON Merge Patch): `format`, `id` and `fields`; null takes a member away.",
            ))
            .build()
            .into()
    }
}

impl utoipa::ToSchema for OriginPatch {}

/// Any JSON object whose texts PostgreSQL can hold, of at most 1,000,000 bytes.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Fields(serde_json::Map<String, Value>);

impl Fields {
    /// The most bytes that they may have, written as JSON without spaces.
    pub const MAX: usize = 1_000_000;
}

impl FromJson for Fields {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        if let Some(at) = nul_in(&value, at.to_string()) {
            let detail = "must not hold the character U+0000";
            faults.push(&At::Pointer(&at), FaultCode::BadCharacter, detail);
            return None;
        }
        let length = value.to_string().len();
        if length > Self::MAX {
            let most = Self::MAX;
            let detail = format!("has {length} bytes as JSON; at most {most} are allowed");
            faults.push(at, FaultCode::TooLong, detail);
            return None;
        }
        let Value::Object(fields) = value else {
            return faults.wrong_type(at, "an object", &value);
        };
        Some(Self(fields))
    }
}

/// Where a text with U+0000 stands, if there is one.
fn nul_in(value: &Value, at: String) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then_some(at),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| nul_in(item, At::Pointer(&at).item(index).to_string())),
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            let below = At::Pointer(&at).field(name).to_string();
            if name.contains('\0') { Some(at.clone()) } else { nul_in(value, below) }
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

impl utoipa::PartialSchema for Fields {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Object)
            .description(Some(
                "Whatever else the format said of the record: at most 1,000,000 bytes as JSON.",
            ))
            .build()
            .into()
    }
}

impl utoipa::ToSchema for Fields {}

super::sql::stored_as!(
    Origin,
    diesel::sql_types::Jsonb,
    Value,
    |value| Ok(serde_json::from_value(value)?),
    |this| serde_json::to_value(this)?
);
