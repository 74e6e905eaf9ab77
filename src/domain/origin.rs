//! Where an imported record came from.

use serde_json::Value;

use super::input::{At, FaultCode, Faults, FromJson, input};
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

/// Any JSON object whose texts PostgreSQL can hold.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Fields(serde_json::Map<String, Value>);

impl FromJson for Fields {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        if holds_nul(&value) {
            faults.push(at, FaultCode::BadCharacter, "must not hold the character U+0000");
            return None;
        }
        let Value::Object(fields) = value else {
            return faults.wrong_type(at, "an object", &value);
        };
        Some(Self(fields))
    }
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(fields) => {
            fields.iter().any(|(key, value)| key.contains('\0') || holds_nul(value))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

impl utoipa::PartialSchema for Fields {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Object)
            .description(Some("Whatever else the format said of the record."))
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
