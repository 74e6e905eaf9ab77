//! Slugs: the readable, stable names of records, and the one natural key of the model.

use std::fmt;

use super::kinds::RelationKind;

/// A readable name: lower-case ASCII letters and digits in groups joined by single hyphens.
///
/// A text that reads as a UUID is no slug, so that a path segment is never ambiguous.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[serde(transparent)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct Slug(String);

/// Why a text is no slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SlugError {
    /// Not of the form `[a-z0-9]+(-[a-z0-9]+)*`.
    #[error("a slug is lower-case letters a-z and digits, in groups joined by single hyphens")]
    Form,
    /// Longer than [`Slug::MAX`] characters.
    #[error("a slug has at most 100 characters")]
    TooLong,
    /// It would be taken for an id.
    #[error("a slug must not read as a UUID")]
    ReadsAsUuid,
}

impl Slug {
    /// The longest slug, in characters.
    pub const MAX: usize = 100;

    /// The form of a slug that is no UUID, as a regular expression (ECMA-262).
    pub const PATTERN: &str =
        "^(?![0-9a-f]{32}$|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$)[a-z0-9]+(-[a-z0-9]+)*$";

    /// Reads a slug exactly as given.
    pub fn parse(text: &str) -> Result<Self, SlugError> {
        let is_group = |group: &str| {
            !group.is_empty() && group.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        if !text.split('-').all(is_group) {
            return Err(SlugError::Form);
        }
        if text.len() > Self::MAX {
            return Err(SlugError::TooLong);
        }
        if super::ids::uuid(text).is_some() {
            return Err(SlugError::ReadsAsUuid);
        }
        Ok(Self(text.to_owned()))
    }

    /// The slug that a text suggests, cut at a word. `fallback` names what has no letters.
    ///
    /// Letters outside ASCII are transliterated (`crate slug`, `deunicode`).
    pub fn derive(text: &str, fallback: &str) -> Self {
        const WANTED: usize = 80;
        // Transliteration can make a text longer, never so much shorter that this would starve it.
        let beginning: String = text.chars().take(4 * WANTED).collect();
        let whole = slug::slugify(beginning);
        let cut = cut_at_hyphen(&whole, WANTED);
        Self::parse(cut).unwrap_or_else(|_| Self(format!("{fallback}-{}", &Self::digest(text))))
    }

    /// The slug that several parts suggest together, each kept recognisable.
    fn join(parts: &[&str], fallback: &str) -> Self {
        let share = Self::MAX / parts.len().max(1) - 1;
        let cut: Vec<&str> = parts.iter().map(|part| cut_at_hyphen(part, share)).collect();
        Self::parse(&cut.join("-"))
            .unwrap_or_else(|_| Self(format!("{fallback}-{}", Self::digest(&parts.join("-")))))
    }

    /// The slug of a relation that is given none: from its first premise to its target.
    pub fn of_relation(premise: &Self, kind: RelationKind, target: &Self) -> Self {
        Self::join(&[premise.as_str(), kind.as_str(), target.as_str()], "relation")
    }

    /// The slug of a citation that is given none: what it backs, and the beginning of its words.
    pub fn of_citation(backed: &Self, exact: &str) -> Self {
        let words = Self::derive(exact, "quote");
        Self::join(&[backed.as_str(), words.as_str()], "quote")
    }

    /// This slug, told apart from others by a number: `name-2`.
    #[must_use]
    pub fn numbered(&self, number: usize) -> Self {
        let tail = format!("-{number}");
        Self(format!("{}{tail}", cut_at_hyphen(&self.0, Self::MAX - tail.len())))
    }

    /// This slug and its numbered kin: the first is the slug itself.
    pub fn candidates(&self, numbers: std::ops::Range<usize>) -> Vec<Self> {
        numbers.map(|n| if n < 2 { self.clone() } else { self.numbered(n) }).collect()
    }

    /// The text of the slug.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn digest(text: &str) -> String {
        super::text::sha256_hex(text.as_bytes()).chars().take(8).collect()
    }
}

/// The longest beginning of at most `most` characters that ends between two groups,
/// or in the middle of one where the first group alone is longer.
fn cut_at_hyphen(text: &str, most: usize) -> &str {
    let Some(beginning) = text.get(..most).filter(|_| text.len() > most) else { return text };
    if text.as_bytes().get(most) == Some(&b'-') {
        return beginning.trim_end_matches('-');
    }
    match beginning.rsplit_once('-') {
        Some((whole_groups, _)) => whole_groups,
        None => beginning,
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl utoipa::PartialSchema for Slug {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .min_length(Some(1))
            .max_length(Some(Self::MAX))
            .pattern(Some(Self::PATTERN))
            .description(Some(
                "A readable name, stable once given: lower-case letters and digits in groups \
                 joined by single hyphens. A text that reads as a UUID is not one.",
            ))
            .build()
            .into()
    }
}

impl utoipa::ToSchema for Slug {}

super::sql::stored_as!(Slug, diesel::sql_types::Text, String, |text| Ok(Self(text)), |this| this
    .0
    .as_str());

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_slug_is_groups_of_letters_and_digits() {
        assert!(Slug::parse("is-llama-3-open").is_ok());
        for bad in ["", "-", "a--b", "-a", "a-", "A", "a_b", "ä", "a b"] {
            assert_eq!(Slug::parse(bad), Err(SlugError::Form), "{bad:?}");
        }
        assert_eq!(Slug::parse(&"a".repeat(101)), Err(SlugError::TooLong));
    }

    #[test]
    fn what_reads_as_a_uuid_is_no_slug() {
        for uuid in ["0192c0de-0000-7000-8000-000000000000", "0192c0de000070008000000000000000"] {
            assert_eq!(Slug::parse(uuid), Err(SlugError::ReadsAsUuid));
        }
    }

    #[test]
    fn a_long_text_is_cut_at_a_word() {
        let slug = Slug::derive(&"openness is a means ".repeat(20), "claim");
        assert!(slug.as_str().len() <= 80);
        assert!(
            slug.as_str().ends_with("means")
                || slug.as_str().ends_with('a')
                || slug.as_str().ends_with("is")
        );
    }

    proptest! {
        #[test]
        fn every_text_gives_a_slug(text in any::<String>()) {
            let slug = Slug::derive(&text, "claim");
            prop_assert_eq!(Slug::parse(slug.as_str()), Ok(slug));
        }

        #[test]
        fn a_numbered_slug_is_a_slug(text in "[a-z0-9]{1,60}(-[a-z0-9]{1,12}){0,3}", number in 2usize..100_000) {
            let Ok(slug) = Slug::parse(&text) else { return Ok(()) };
            let numbered = slug.numbered(number);
            prop_assert_eq!(Slug::parse(numbered.as_str()), Ok(numbered));
        }
    }
}
