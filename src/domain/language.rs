//! Languages, as BCP 47 tags.

use std::fmt;

/// A language tag (BCP 47, RFC 5646), checked for form and written in its usual case.
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
pub struct Language(String);

impl Language {
    /// The longest tag taken (RFC 5646 section 4.4.1 asks for at least 35).
    pub const MAX: usize = 35;

    /// The form of the tags taken, as a regular expression (ECMA-262).
    pub const PATTERN: &str = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$";

    /// Reads a tag: a language of two or three letters, then subtags of up to eight.
    ///
    /// Case is made usual (RFC 5646 section 2.1.1): `pt-br` is `pt-BR`, `zh-hant` is `zh-Hant`.
    pub fn parse(tag: &str) -> Option<Self> {
        if tag.len() > Self::MAX || !tag.is_ascii() {
            return None;
        }
        let mut subtags = tag.split('-');
        let language = subtags.next()?;
        if !(2..=3).contains(&language.len()) || !language.bytes().all(|b| b.is_ascii_alphabetic())
        {
            return None;
        }
        let mut usual = language.to_ascii_lowercase();
        let mut after_singleton = false;
        for subtag in subtags {
            let well_formed = (1..=8).contains(&subtag.len())
                && subtag.bytes().all(|b| b.is_ascii_alphanumeric());
            if !well_formed {
                return None;
            }
            usual.push('-');
            usual.push_str(&usual_case(subtag, after_singleton));
            after_singleton |= subtag.len() == 1;
        }
        Some(Self(usual))
    }

    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn usual_case(subtag: &str, after_singleton: bool) -> String {
    match subtag.len() {
        2 if !after_singleton => subtag.to_ascii_uppercase(),
        4 if !after_singleton => {
            let (first, rest) = subtag.split_at(1);
            first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
        }
        _ => subtag.to_ascii_lowercase(),
    }
}

impl Default for Language {
    fn default() -> Self {
        Self("en".to_owned())
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl utoipa::PartialSchema for Language {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .min_length(Some(2))
            .max_length(Some(Self::MAX))
            .pattern(Some(Self::PATTERN))
            .description(Some("A language tag (BCP 47), such as `en` or `pt-BR`."))
            .build()
            .into()
    }
}

impl utoipa::ToSchema for Language {}

super::sql::stored_as!(Language, diesel::sql_types::Text, String, |tag| Ok(Self(tag)), |this| this
    .0
    .as_str());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_written_in_their_usual_case() {
        for (given, usual) in [
            ("EN", "en"),
            ("pt-br", "pt-BR"),
            ("ZH-hant-tw", "zh-Hant-TW"),
            ("de-u-CO-phonebk", "de-u-co-phonebk"),
        ] {
            assert_eq!(Language::parse(given).unwrap().as_str(), usual);
        }
    }

    #[test]
    fn what_is_no_tag_is_refused() {
        for bad in ["", "e", "english", "en_GB", "en-", "en-abcdefghi", "ën"] {
            assert_eq!(Language::parse(bad), None, "{bad:?}");
        }
    }
}
