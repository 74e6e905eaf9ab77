//! Addresses on the web.

use std::fmt;

use super::text::fits_a_line;

/// An absolute `http` or `https` address (WHATWG URL), kept as given.
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
pub struct WebUrl(String);

impl WebUrl {
    /// The longest address, in characters.
    pub const MAX: usize = 2000;

    /// Reads an address. Other schemes are refused: a link must not run a script.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let parsed = url::Url::parse(text).ok()?;
        let fits = text.chars().count() <= Self::MAX && text.chars().all(fits_a_line);
        (fits && matches!(parsed.scheme(), "http" | "https")).then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for WebUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl utoipa::PartialSchema for WebUrl {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::Custom("uri".to_owned())))
            .max_length(Some(Self::MAX))
            .description(Some("An absolute address that begins with `http://` or `https://`."))
            .build()
            .into()
    }
}

impl utoipa::ToSchema for WebUrl {}

super::sql::stored_as!(WebUrl, diesel::sql_types::Text, String, |url| Ok(Self(url)), |this| this
    .0
    .as_str());
