//! Checked texts: each of them normalised (Unicode NFC) and within its bounds.
//!
//! **Invariant:** no checked text holds a control character of the C0 set other than
//! tab and newline; one-line texts hold no newline either and are trimmed.
//! Lengths are counted in Unicode code points after normalisation.

use std::fmt;

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use super::input::{At, FaultCode, Faults, FromJson};

/// Why a text was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space where something is needed.
    #[error("must not be empty")]
    Empty,
    /// Longer than its bound.
    #[error("has {length} characters; at most {most} are allowed")]
    TooLong {
        /// Its length in code points.
        length: usize,
        /// Its bound in code points.
        most: usize,
    },
    /// A character that no text may hold.
    #[error(
        "has the control character U+{code:04X} at character {at}, which no text here may have"
    )]
    Control {
        /// The code point.
        code: u32,
        /// Where it stands, in code points from 0.
        at: usize,
    },
    /// A line break in a text of one line.
    #[error("must be one line, but has a line break at character {at}")]
    LineBreak {
        /// Where it stands, in code points from 0.
        at: usize,
    },
}

impl TextError {
    fn code(&self) -> FaultCode {
        match self {
            Self::Empty => FaultCode::TooShort,
            Self::TooLong { .. } => FaultCode::TooLong,
            Self::Control { .. } | Self::LineBreak { .. } => FaultCode::BadCharacter,
        }
    }
}

/// One line: trimmed, not empty, at most `most` code points.
fn one_line(text: &str, most: usize) -> Result<String, TextError> {
    let text: String = text.trim().nfc().collect();
    if let Some(at) = text.chars().position(|c| c == '\n' || c == '\r') {
        return Err(TextError::LineBreak { at });
    }
    if text.is_empty() {
        return Err(TextError::Empty);
    }
    bounded(text, most)
}

/// Any number of lines, possibly none, at most `most` code points.
fn many_lines(text: &str, most: usize) -> Result<String, TextError> {
    bounded(text.trim_end().nfc().collect(), most)
}

fn bounded(text: String, most: usize) -> Result<String, TextError> {
    refuse_controls(&text, |c| c == '\t' || c == '\n')?;
    let length = text.chars().count();
    if length > most {
        return Err(TextError::TooLong { length, most });
    }
    Ok(text)
}

fn refuse_controls(text: &str, allowed: impl Fn(char) -> bool) -> Result<(), TextError> {
    match text.chars().enumerate().find(|(_, c)| u32::from(*c) < 0x20 && !allowed(*c)) {
        Some((at, c)) => Err(TextError::Control { code: c.into(), at }),
        None => Ok(()),
    }
}

/// Refuses what no stored text may hold: control characters other than tab, newline,
/// carriage return and form feed, which real documents have and which are kept to the byte.
pub(super) fn check_verbatim(text: &str) -> Result<(), TextError> {
    refuse_controls(text, |c| matches!(c, '\t' | '\n' | '\r' | '\x0C'))
}

/// The SHA-256 of some bytes, in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    use fmt::Write;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String cannot fail.
        _ = write!(hex, "{byte:02x}");
        hex
    })
}

macro_rules! texts {
    ($($(#[doc = $doc:literal])+ $name:ident: $form:ident, $least:literal to $most:literal;)*) => {$(
        $(#[doc = $doc])+
        #[derive(
            Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[serde(transparent)]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub struct $name(String);

        impl $name {
            /// The most code points that fit.
            pub const MAX: usize = $most;

            /// Normalises and checks a text.
            pub fn parse(text: &str) -> Result<Self, TextError> {
                $form(text, $most).map(Self)
            }

            /// The checked text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }

        impl FromJson for $name {
            fn from_json(value: serde_json::Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
                let text = String::from_json(value, at, faults)?;
                Self::parse(&text)
                    .map_err(|error| faults.push(at, error.code(), error.to_string()))
                    .ok()
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                let least: usize = $least;
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .min_length((least > 0).then_some(least))
                    .max_length(Some($most))
                    .description(Some(concat!($($doc, "\n"),+).trim()))
                    .build()
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}

        super::sql::stored_as!($name, diesel::sql_types::Text, String, |text| Ok(Self(text)), |this| this.0.as_str());
    )*};
}

texts! {
    /// The question under debate, or the title of a source: one line.
    Title: one_line, 1 to 1000;
    /// What a position answers, in one sentence of plain text.
    Statement: one_line, 1 to 1000;
    /// What an argument claims, in one sentence of plain text.
    Claim: one_line, 1 to 1000;
    /// A short explanation, in Markdown.
    Summary: many_lines, 0 to 50000;
    /// The longer form of an argument, in Markdown.
    Body: many_lines, 0 to 50000;
    /// A word or a few to find topics by.
    Tag: one_line, 1 to 100;
    /// The name of an argumentation scheme, such as "Expert Opinion".
    Scheme: one_line, 1 to 200;
    /// A name: of an author, a publisher, a format.
    Name: one_line, 1 to 300;
    /// What a key is for.
    Label: one_line, 1 to 200;
    /// The terms under which a text may be used: an SPDX identifier or a sentence.
    Licence: one_line, 1 to 300;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_composed_before_it_is_counted() {
        let decomposed = "e\u{301}".repeat(1000);
        assert_eq!(Title::parse(&decomposed).map(|t| t.as_str().chars().count()), Ok(1000));
    }

    #[test]
    fn a_line_is_trimmed_and_holds_no_line_break() {
        assert_eq!(
            Claim::parse("  Openness is a means. \n").unwrap().as_str(),
            "Openness is a means."
        );
        assert_eq!(Claim::parse("a\nb"), Err(TextError::LineBreak { at: 1 }));
        assert_eq!(Claim::parse(" \t "), Err(TextError::Empty));
    }

    #[test]
    fn control_characters_are_refused_where_they_stand() {
        assert_eq!(Body::parse("ab\u{0}c"), Err(TextError::Control { code: 0, at: 2 }));
        assert_eq!(Body::parse("a\r\nb"), Err(TextError::Control { code: 13, at: 1 }));
        assert!(Body::parse("a\tb\nc").is_ok());
    }

    #[test]
    fn a_text_at_its_bound_fits_and_one_more_does_not() {
        assert!(Tag::parse(&"🦙".repeat(100)).is_ok());
        assert_eq!(
            Tag::parse(&"🦙".repeat(101)),
            Err(TextError::TooLong { length: 101, most: 100 })
        );
    }
}
