//! Where an imported record came from.

use serde_json::Value;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};

use super::input::{At, Fault, FaultCode, Faults, Field, FromJson, input, patch};
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

patch! {
    /// Changes to an origin (JSON Merge Patch, RFC 7396), to be applied to the one that is there.
    #[derive(PartialEq)]
    pub struct OriginPatch {
        /// The name of the format, such as `aif` or `argdown`; needed where no origin is there.
        pub format: Name,
        /// The record's id in that format; null takes it away.
        pub id: Option<Name>,
        /// What else the format said of it: its members are patched, and null takes one away.
        pub fields: Option<Fields>,
    }
}

impl Origin {
    /// What else the format said of the record, by name; empty where that is nothing.
    pub fn members(&self) -> serde_json::Map<String, Value> {
        self.fields.as_ref().map(|fields| fields.0.clone()).unwrap_or_default()
    }
}

impl OriginPatch {
    /// The origin that a record has after the patch; none where the patch takes it away. The faults
    /// are those of the outcome.
    pub fn apply(
        patch: Field<Option<Self>>,
        was: Option<&Origin>,
    ) -> Result<Option<Origin>, Vec<Fault>> {
        let Field::Given(patch) = patch else { return Ok(was.cloned()) };
        let Some(patch) = patch else { return Ok(None) };
        let (mut faults, at) = (Faults::default(), At::Root.field("origin"));
        let format = patch.format.into_option().or_else(|| was.map(|was| was.format.clone()));
        let format = format.or_else(|| Name::absent(&at.field("format"), &mut faults));
        let id = patch.id.into_option().unwrap_or_else(|| was.and_then(|was| was.id.clone()));
        let stored = was.and_then(|was| was.fields.as_ref());
        let fields = match patch.fields {
            Field::Absent => Some(stored.cloned()),
            Field::Given(None) => Some(None),
            Field::Given(Some(Fields(changes))) => {
                let mut fields = Value::Object(stored.map(|it| it.0.clone()).unwrap_or_default());
                merge(&mut fields, Value::Object(changes));
                FromJson::from_json(fields, &at.field("fields"), &mut faults)
            }
        };
        match (format, fields) {
            (Some(format), Some(fields)) => Ok(Some(Origin { format, id, fields })),
            _ => Err(faults.into_vec()),
        }
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

/// Any JSON object whose texts PostgreSQL can hold, of at most 1,000,000 bytes.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Fields(serde_json::Map<String, Value>);

impl Fields {
    /// The most bytes that they may have, written as JSON without spaces.
    pub const MAX: usize = 1_000_000;

    /// These members, if an origin can hold them.
    pub fn of(members: serde_json::Map<String, Value>) -> Option<Self> {
        Self::from_json(Value::Object(members), &At::Root, &mut Faults::default())
    }
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

/// What no text of JSON may hold, because PostgreSQL cannot.
const WITHOUT_NUL: &str = "^[^\\u0000]*$";

/// The name of the schema of any JSON value that can be stored.
const JSON: &str = "Json";

impl utoipa::PartialSchema for Fields {
    fn schema() -> RefOr<Schema> {
        json_object()
            .schema_type(Type::Object)
            .description(Some(
                "Whatever else the format said of the record: at most 1,000,000 bytes as JSON.",
            ))
            .build()
            .into()
    }
}

impl utoipa::ToSchema for Fields {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        let items = serde_json::json!({ "$ref": format!("#/components/schemas/{JSON}") });
        let json = json_object()
            .schema_type(SchemaType::AnyValue)
            .pattern(Some(WITHOUT_NUL))
            .minimum(Some(f64::MIN))
            .maximum(Some(f64::MAX))
            .extensions(Some(Extensions::from_iter([("items", items)])))
            .description(Some("Any JSON value without the character U+0000."));
        schemas.push((JSON.to_owned(), json.build().into()));
    }
}

/// The keywords that say what a JSON object may hold.
fn json_object() -> ObjectBuilder {
    ObjectBuilder::new()
        .property_names(Some(
            ObjectBuilder::new().schema_type(Type::String).pattern(Some(WITHOUT_NUL)),
        ))
        .additional_properties(Some(Ref::from_schema_name(JSON)))
}

super::sql::stored_as!(
    Origin,
    diesel::sql_types::Jsonb,
    Value,
    |value| Ok(serde_json::from_value(value)?),
    |this| serde_json::to_value(this)?
);
