//! Addresses on the web.

use std::fmt;

/// An absolute `http` or `https` address (RFC 3986), kept as given.
///
/// It is ASCII: other characters are percent-encoded, and those of a host written in Punycode, so
/// that an address is what it looks like. A link must not run a script, so no other scheme is taken.
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

    /// The form of an address, as a regular expression (ECMA-262).
    pub const PATTERN: &str = "^https?://[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*(:[0-9]{1,5})?\
        (/([A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?\
        (\\?([A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?\
        (#([A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?$";

    /// Reads an address.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() <= Self::MAX && is_address(text)).then(|| Self(text.to_owned()))
    }
}

/// Whether a text has the form that [`WebUrl::PATTERN`] says.
fn is_address(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return false;
    };
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = authority.split_once(':').unwrap_or((authority, "0"));
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
    };
    host.split('.').all(is_label)
        && (1..=5).contains(&port.len())
        && port.bytes().all(|b| b.is_ascii_digit())
        && is_encoded(path, b"/")
        && is_encoded(query, b"/?")
        && is_encoded(fragment, b"/?")
}

/// Whether a part of an address has only characters that may stand there (`pchar` of RFC 3986
/// section 3.3, and `also`), and others percent-encoded.
fn is_encoded(part: &str, also: &[u8]) -> bool {
    let mut bytes = part.bytes();
    while let Some(byte) = bytes.next() {
        let fits = if byte == b'%' {
            let mut is_hex = || bytes.next().is_some_and(|b| b.is_ascii_hexdigit());
            is_hex() && is_hex()
        } else {
            byte.is_ascii_alphanumeric()
                || b"-._~!$&'()*+,;=:@".contains(&byte)
                || also.contains(&byte)
        };
        if !fits {
            return false;
        }
    }
    true
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
            .pattern(Some(Self::PATTERN))
            .description(Some(
                "An absolute address (RFC 3986) that begins with `http://` or `https://`.",
            ))
            .build()
            .into()
    }
}

impl utoipa::ToSchema for WebUrl {}

super::sql::stored_as!(WebUrl, diesel::sql_types::Text, String, |url| Ok(Self(url)), |this| this
    .0
    .as_str());

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn addresses_of_the_web_are_taken() {
        for good in [
            "http://localhost:8080",
            "https://example.org",
            "https://de.wikipedia.org/wiki/L%C3%B6we?oldid=1&x=/?#Name",
            "https://xn--bcher-kva.example/a_(b)",
        ] {
            assert!(WebUrl::parse(good).is_some(), "{good}");
        }
    }

    #[test]
    fn what_is_no_address_of_the_web_is_refused() {
        for bad in [
            "",
            "example.org",
            "ftp://example.org/",
            "javascript:alert(1)",
            "https://",
            "https:///a",
            "https://a..b/",
            "https://user@example.org/",
            "https://example.org:",
            "https://example.org:123456/",
            "https://example.org/a b",
            "https://example.org/%g0",
            "https://example.org/ä",
            " https://example.org/",
        ] {
            assert_eq!(WebUrl::parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn the_pattern_says_what_is_taken(
            text in "(https?://)?[a-z.:@ä-]{0,4}(:[0-9]{0,6})?([/?#%ab0 \\[(ä]{0,6})",
        ) {
            let schema = json!({"type": "string", "pattern": WebUrl::PATTERN});
            prop_assert_eq!(
                jsonschema::is_valid(&schema, &json!(text)),
                WebUrl::parse(&text).is_some()
            );
        }
    }
}
