//! The words of quotes and sources, kept exactly as given, and places in a text.

use crate::domain::input::{At, FaultCode, Faults, FromJson, whole};
use crate::domain::text::{TextError, VERBATIM_PATTERN, check_verbatim, sha256_hex};

/// Words taken from a text, kept exactly as given: 1 to 50,000 characters.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Hash,
    serde::Serialize,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[serde(transparent)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct Exact(pub(super) String);

/// Words that stand just before or after a quote: at most 1,000 characters.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Context(pub(super) String);

/// The text of a source, kept to the byte: at most 5,000,000 bytes of UTF-8.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    serde::Serialize,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[serde(transparent)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct SourceText(String);

impl Exact {
    /// The most code points that a quote may have.
    pub const MAX: usize = 50_000;

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Context {
    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl SourceText {
    /// The most bytes that a source's text may have.
    pub const MAX: usize = 5_000_000;

    /// Takes a text as it is, unless it is too long or holds what cannot be stored.
    pub fn parse(text: String) -> Result<Self, TextError> {
        if text.len() > Self::MAX {
            return Err(TextError::TooLong { length: text.len(), most: Self::MAX });
        }
        check_verbatim(&text)?;
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The SHA-256 of the text's bytes, in hexadecimal.
    pub fn sha256(&self) -> String {
        sha256_hex(self.0.as_bytes())
    }
}

fn verbatim(
    value: serde_json::Value,
    least: usize,
    most: usize,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<String> {
    let text = String::from_json(value, at, faults)?;
    let length = text.chars().count();
    if length < least {
        faults.push(at, FaultCode::TooShort, "must not be empty");
        return None;
    }
    if length > most {
        let error = TextError::TooLong { length, most };
        faults.push(at, FaultCode::TooLong, error.to_string());
        return None;
    }
    if let Err(error) = check_verbatim(&text) {
        faults.push(at, FaultCode::BadCharacter, error.to_string());
        return None;
    }
    Some(text)
}

impl FromJson for Exact {
    fn from_json(value: serde_json::Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        verbatim(value, 1, Self::MAX, at, faults).map(Self)
    }
}

impl FromJson for Context {
    fn from_json(value: serde_json::Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        verbatim(value, 0, 1000, at, faults).map(Self)
    }
}

impl FromJson for SourceText {
    fn from_json(value: serde_json::Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let text = String::from_json(value, at, faults)?;
        match Self::parse(text) {
            Ok(text) => Some(text),
            Err(TextError::TooLong { length, most }) => {
                let detail = format!("has {length} bytes of UTF-8; at most {most} are allowed");
                faults.push(at, FaultCode::TooLong, detail);
                None
            }
            Err(error) => {
                faults.push(at, FaultCode::BadCharacter, error.to_string());
                None
            }
        }
    }
}

/// A place in a text: a code point counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Offset(pub i32);

impl FromJson for Offset {
    fn from_json(value: serde_json::Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let point = whole(&value, at, faults)?;
        let point = i32::try_from(point).ok().filter(|point| *point >= 0);
        if point.is_none() {
            let detail = format!("must be a whole number from 0 to {}", i32::MAX);
            faults.push(at, FaultCode::OutOfRange, detail);
        }
        point.map(Self)
    }
}

impl utoipa::PartialSchema for Offset {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Integer)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(
                utoipa::openapi::KnownFormat::Int32,
            )))
            .minimum(Some(0))
            .maximum(Some(i32::MAX))
            .description(Some("A place in a text: a Unicode code point, counted from 0."))
            .build()
            .into()
    }
}

impl utoipa::ToSchema for Offset {}

macro_rules! string_schema {
    ($name:ident, $least:expr, $most:expr, $text:literal) => {
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .min_length($least)
                    .max_length(Some($most))
                    .pattern(Some(VERBATIM_PATTERN))
                    .description(Some($text))
                    .build()
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}

string_schema!(
    Exact,
    Some(1),
    50_000,
    "The quoted words, exactly as they stand in the source's text."
);
string_schema!(Context, None, 1000, "Words that stand just before or after the quote.");
string_schema!(
    SourceText,
    None,
    5_000_000,
    "The text of a source, kept to the byte: at most 5,000,000 bytes of UTF-8."
);

crate::domain::sql::stored_as!(
    Exact,
    diesel::sql_types::Text,
    String,
    |text| Ok(Self(text)),
    |this| this.0.as_str()
);
crate::domain::sql::stored_as!(
    SourceText,
    diesel::sql_types::Text,
    String,
    |text| Ok(Self(text)),
    |this| { this.0.as_str() }
);
