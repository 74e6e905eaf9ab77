//! Checked texts: each of them normalised (Unicode NFC), within its bounds, and safe to show.
//!
//! **Invariant:** a checked text holds no control character but tab and newline, no byte order
//! mark, and nobody can pile marks up in it; one-line texts are trimmed as well, hold something
//! to see, no line break, and nothing that turns round how other text is shown.
//! Lengths are counted in Unicode code points, as given and after normalisation.
//!
//! What a text refuses and what its JSON Schema says come from the same tables of characters.
//! Two things the schema leaves to the server, since no pattern can say them: a text that
//! normalisation makes longer than its bound (no composed form has it in fewer characters), and
//! a flood of combining marks (the pattern would have to list all 2,000 of them).

use std::fmt;
use std::ops::RangeInclusive;

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::input::{At, FaultCode, Faults, FromJson};

/// Why a text was refused. Places are counted in code points of the text as given, from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing to see where something is needed.
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
    /// A character that no such text may hold.
    #[error("has {} U+{code:04X} at character {at}, which no text here may have", named(*.code))]
    Refused {
        /// The code point.
        code: u32,
        /// Where it stands.
        at: usize,
    },
    /// A line break in a text of one line.
    #[error("must be one line, but has a line break at character {at}")]
    LineBreak {
        /// Where it stands.
        at: usize,
    },
    /// A character that changes the direction of others in a text of one line.
    #[error(
        "has the character U+{code:04X} at character {at}, which can make a line read as another; \
         the marks U+200E, U+200F and U+061C are allowed for text that runs both ways"
    )]
    Direction {
        /// The code point.
        code: u32,
        /// Where it stands.
        at: usize,
    },
    /// So many combining marks that they cover what stands around them.
    #[error("has more than {MOST_MARKS} combining marks in a row from character {at} on")]
    Flood {
        /// Where they begin, in the normalised text.
        at: usize,
    },
}

impl TextError {
    fn code(&self) -> FaultCode {
        match self {
            Self::Empty => FaultCode::TooShort,
            Self::TooLong { .. } => FaultCode::TooLong,
            Self::Refused { .. }
            | Self::LineBreak { .. }
            | Self::Direction { .. }
            | Self::Flood { .. } => FaultCode::BadCharacter,
        }
    }
}

fn named(code: u32) -> &'static str {
    match code {
        0xFEFF => "the byte order mark",
        0xFDD0.. => "the noncharacter",
        _ => "the control character",
    }
}

/// A set of characters of the Basic Multilingual Plane, which every dialect of regular
/// expressions can name by their numbers.
type Characters = &'static [RangeInclusive<char>];

/// In no text: controls (C0 but tab and newline, DEL, C1), the byte order mark, and what Unicode
/// calls noncharacters. XML and other formats of exchange cannot hold most of them.
const REFUSED: Characters = &[
    '\0'..='\u{8}',
    '\u{B}'..='\u{1F}',
    '\u{7F}'..='\u{9F}',
    '\u{FDD0}'..='\u{FDEF}',
    '\u{FEFF}'..='\u{FEFF}',
    '\u{FFFE}'..='\u{FFFF}',
];

/// Only around a line.
const LINE_BREAKS: Characters = &['\n'..='\r', '\u{2028}'..='\u{2029}'];

/// Embeddings, overrides and isolates (UAX #9), with which one line can be made to read as
/// another. Longer texts may have them: a paragraph ends what they do.
const DIRECTIONS: Characters = &['\u{202A}'..='\u{202E}', '\u{2066}'..='\u{2069}'];

/// Within a line. With the line breaks, `White_Space` of Unicode without U+0085, which is a control.
const SPACES: Characters = &[
    '\t'..='\t',
    ' '..=' ',
    '\u{A0}'..='\u{A0}',
    '\u{1680}'..='\u{1680}',
    '\u{2000}'..='\u{200A}',
    '\u{202F}'..='\u{202F}',
    '\u{205F}'..='\u{205F}',
    '\u{3000}'..='\u{3000}',
];

/// Allowed beside others, and nothing to see alone: the rest of Unicode's
/// `Default_Ignorable_Code_Point`, and the blank of Braille. Real languages and emoji need some.
const INVISIBLE: Characters = &[
    '\u{AD}'..='\u{AD}',
    '\u{34F}'..='\u{34F}',
    '\u{61C}'..='\u{61C}',
    '\u{115F}'..='\u{1160}',
    '\u{17B4}'..='\u{17B5}',
    '\u{180B}'..='\u{180F}',
    '\u{200B}'..='\u{200F}',
    '\u{2060}'..='\u{2065}',
    '\u{206A}'..='\u{206F}',
    '\u{2800}'..='\u{2800}',
    '\u{3164}'..='\u{3164}',
    '\u{FE00}'..='\u{FE0F}',
    '\u{FFA0}'..='\u{FFA0}',
    '\u{FFF0}'..='\u{FFF8}',
];

/// The most combining marks in a row: as many as the Stream-Safe Text Format has (UAX #15).
const MOST_MARKS: usize = 30;

fn is_in(set: Characters, c: char) -> bool {
    set.iter().any(|range| range.contains(&c))
}

/// What a regular expression has between brackets for all of these sets together.
fn class(sets: &[Characters]) -> String {
    let sets = sets.iter().copied().flatten();
    let mut ranges: Vec<(u32, u32)> =
        sets.map(|range| (u32::from(*range.start()), u32::from(*range.end()))).collect();
    ranges.sort_unstable();
    // Ranges that touch are one.
    ranges.dedup_by(|next, range| {
        let touch = next.0 <= range.1 + 1;
        if touch {
            range.1 = range.1.max(next.1);
        }
        touch
    });
    let written = ranges.iter().map(|(first, last)| match last - first {
        0 => format!("\\u{first:04X}"),
        _ => format!("\\u{first:04X}-\\u{last:04X}"),
    });
    written.collect()
}

/// How a text is laid out.
enum Form {
    /// Trimmed, with something to see.
    OneLine,
    /// Any number of lines, possibly none.
    ManyLines,
}

impl Form {
    /// The text as it is kept: at most `most` code points.
    fn check(&self, text: &str, most: usize) -> Result<String, TextError> {
        let is_space = |c| is_in(SPACES, c) || is_in(LINE_BREAKS, c);
        match self {
            Self::OneLine => {
                let rest = text.trim_start_matches(is_space);
                let line = rest.trim_end_matches(is_space);
                if let Some((at, c)) = line.chars().enumerate().find(|(_, c)| !fits_a_line(*c)) {
                    let leading = text.chars().count() - rest.chars().count();
                    return Err(out_of_line(c, leading + at));
                }
                if line.chars().all(|c| is_space(c) || is_in(INVISIBLE, c)) {
                    return Err(TextError::Empty);
                }
                bounded(text, line, most)
            }
            Self::ManyLines => {
                if let Some((at, c)) = text.chars().enumerate().find(|(_, c)| is_in(REFUSED, *c)) {
                    return Err(TextError::Refused { code: c.into(), at });
                }
                bounded(text, text.trim_end_matches(is_space), most)
            }
        }
    }

    /// What [`Self::check`] takes, as a regular expression of ECMA-262, Python and Rust alike.
    fn pattern(&self) -> String {
        match self {
            Self::OneLine => {
                let around = class(&[SPACES, LINE_BREAKS]);
                let (invisible, blank) = (class(&[INVISIBLE]), class(&[SPACES, INVISIBLE]));
                let unfit = class(&[REFUSED, LINE_BREAKS, DIRECTIONS]);
                let unseen = class(&[REFUSED, LINE_BREAKS, DIRECTIONS, SPACES, INVISIBLE]);
                // What comes before the first visible character can be read in one way only, so
                // that engines that try one way after the other have few to try.
                format!("^[{around}]*([{invisible}][{blank}]*)?[^{unseen}][^{unfit}]*[{around}]*$")
            }
            Self::ManyLines => format!("^[^{}]*$", class(&[REFUSED])),
        }
    }
}

/// Whether a character may stand within a line.
pub(super) fn fits_a_line(c: char) -> bool {
    ![REFUSED, LINE_BREAKS, DIRECTIONS].iter().any(|set| is_in(set, c))
}

fn out_of_line(c: char, at: usize) -> TextError {
    let code = c.into();
    match c {
        _ if is_in(LINE_BREAKS, c) => TextError::LineBreak { at },
        _ if is_in(DIRECTIONS, c) => TextError::Direction { code, at },
        _ => TextError::Refused { code, at },
    }
}

/// What is kept of a text as given, normalised and bounded.
fn bounded(given: &str, kept: &str, most: usize) -> Result<String, TextError> {
    let text: String = kept.nfc().collect();
    // Either can be the longer: white space was around it, or its form has no composed character.
    let length = given.chars().count().max(text.chars().count());
    if length > most {
        return Err(TextError::TooLong { length, most });
    }
    let mut marks = 0;
    for (at, c) in text.chars().enumerate() {
        marks = if is_combining_mark(c) { marks + 1 } else { 0 };
        if marks > MOST_MARKS {
            return Err(TextError::Flood { at: at - MOST_MARKS });
        }
    }
    Ok(text)
}

/// The form of a text that is kept to the byte, as a regular expression.
pub(super) const VERBATIM_PATTERN: &str = "^[^\\u0000-\\u0008\\u000B\\u000E-\\u001F]*$";

/// Refuses the control characters that no document has: all of C0 but tab, newline, carriage return
/// and form feed. All else of a text kept to the byte is as its author left it.
pub(super) fn check_verbatim(text: &str) -> Result<(), TextError> {
    let is_refused = |c: &char| *c < ' ' && !matches!(c, '\t' | '\n' | '\r' | '\x0C');
    match text.chars().enumerate().find(|(_, c)| is_refused(c)) {
        Some((at, c)) => Err(TextError::Refused { code: c.into(), at }),
        None => Ok(()),
    }
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
                Form::$form.check(text, $most).map(Self)
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
                    .pattern(Some(Form::$form.pattern()))
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
    Title: OneLine, 1 to 1000;
    /// What a position answers, in one sentence of plain text.
    Statement: OneLine, 1 to 1000;
    /// What an argument claims, in one sentence of plain text.
    Claim: OneLine, 1 to 1000;
    /// A short explanation, in Markdown.
    Summary: ManyLines, 0 to 50000;
    /// The longer form of an argument, in Markdown.
    Body: ManyLines, 0 to 50000;
    /// A word or a few to find topics by.
    Tag: OneLine, 1 to 100;
    /// The name of an argumentation scheme, such as "Expert Opinion".
    Scheme: OneLine, 1 to 200;
    /// A name: of an author, a publisher, a format.
    Name: OneLine, 1 to 300;
    /// What a key is for.
    Label: OneLine, 1 to 200;
    /// The terms under which a text may be used: an SPDX identifier or a sentence.
    Licence: OneLine, 1 to 300;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;
    use utoipa::PartialSchema;

    use super::*;

    #[test]
    fn a_text_is_composed_before_it_is_kept() {
        assert_eq!(Title::parse("e\u{301}").unwrap().as_str(), "\u{e9}");
    }

    #[test]
    fn a_line_is_trimmed_and_holds_no_line_break() {
        assert_eq!(
            Claim::parse("  Openness is a means. \n").unwrap().as_str(),
            "Openness is a means."
        );
        for line_break in ['\n', '\r', '\u{B}', '\u{C}', '\u{2028}', '\u{2029}'] {
            let text = format!(" a{line_break}b");
            assert_eq!(Claim::parse(&text), Err(TextError::LineBreak { at: 2 }), "{text:?}");
        }
    }

    #[test]
    fn a_line_with_nothing_to_see_is_empty() {
        for text in [
            "",
            " \t ",
            "\u{3000}",
            "\u{200B}",
            "\u{AD}\u{2060}",
            "\u{200F}",
            "\u{3164}",
            "\u{2800}",
            "\u{FE0F}\u{200D}",
            " \u{34F} ",
        ] {
            assert_eq!(Claim::parse(text), Err(TextError::Empty), "{text:?}");
        }
    }

    #[test]
    fn characters_that_no_text_may_have_are_refused_where_they_stand() {
        for c in [
            '\0', '\u{1B}', '\u{7F}', '\u{85}', '\u{9F}', '\u{FDD0}', '\u{FEFF}', '\u{FFFE}',
            '\u{FFFF}',
        ] {
            let refused = TextError::Refused { code: c.into(), at: 2 };
            assert_eq!(Title::parse(&format!("ab{c}c")), Err(refused.clone()), "{c:?}");
            assert_eq!(Body::parse(&format!("ab{c}c")), Err(refused), "{c:?}");
        }
        assert_eq!(Body::parse("a\r\nb"), Err(TextError::Refused { code: 13, at: 1 }));
        assert!(Body::parse("a\tb\nc").is_ok());
    }

    #[test]
    fn a_line_cannot_be_made_to_read_as_another() {
        let error = Title::parse(" Vote \u{202E}oN").unwrap_err();

        assert_eq!(error, TextError::Direction { code: 0x202E, at: 6 });
        assert_eq!(
            error.to_string(),
            "has the character U+202E at character 6, which can make a line read as another; the \
             marks U+200E, U+200F and U+061C are allowed for text that runs both ways"
        );
        assert!(Body::parse("A paragraph \u{202B}ends\u{202C} it.").is_ok());
    }

    #[test]
    fn what_real_languages_and_emoji_need_is_kept() {
        for text in [
            "نامه\u{200C}ای",
            "क्\u{200D}ष",
            "\u{200F}שלום (API)\u{200F}",
            "\u{61C}12",
            "👩\u{200D}👩\u{200D}👧",
            "🏳\u{FE0F}\u{200D}🌈",
            "🏴\u{E0067}\u{E0062}\u{E007F}",
            "葛\u{E0100}",
            "Việt",
            "ก็ไม่",
        ] {
            assert_eq!(Claim::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn marks_cannot_be_piled_up() {
        let piled = |marks: usize| format!("Z{}algo", "\u{336}".repeat(marks));

        assert!(Title::parse(&piled(MOST_MARKS)).is_ok());
        assert_eq!(Title::parse(&piled(MOST_MARKS + 1)), Err(TextError::Flood { at: 1 }));
        assert_eq!(Body::parse(&piled(5000)), Err(TextError::Flood { at: 1 }));
        // Not only the marks of European scripts.
        assert!(Title::parse(&format!("ส{}", "\u{E47}".repeat(31))).is_err());
    }

    #[test]
    fn a_text_is_bounded_as_given_and_as_kept() {
        let too_long = |length| Err(TextError::TooLong { length, most: 100 });

        assert!(Tag::parse(&"🦙".repeat(100)).is_ok());
        assert_eq!(Tag::parse(&"🦙".repeat(101)), too_long(101));
        assert_eq!(Tag::parse(&"e\u{301}".repeat(51)), too_long(102));
        assert_eq!(Tag::parse(&format!("{}a", " ".repeat(100))), too_long(101));
        // Hebrew and Devanagari letters of which Unicode keeps no composed form.
        assert_eq!(Tag::parse(&"\u{FB2C}".repeat(40)), too_long(120));
    }

    #[test]
    fn normalisation_makes_nothing_of_another_kind() {
        let sets = [REFUSED, LINE_BREAKS, DIRECTIONS, SPACES, INVISIBLE];
        let kind = |c: char| sets.map(|set| is_in(set, c));
        for c in '\0'..=char::MAX {
            assert!(std::iter::once(c).nfc().all(|composed| kind(composed) == kind(c)), "{c:?}");
        }
    }

    #[test]
    fn white_space_is_that_of_unicode_without_the_control() {
        for c in '\0'..=char::MAX {
            let is_space = is_in(SPACES, c) || is_in(LINE_BREAKS, c);
            assert_eq!(is_space, c.is_whitespace() && c != '\u{85}', "{c:?}");
        }
    }

    type Parse = fn(&str) -> Result<String, TextError>;

    /// Every checked text: its name, its bound, its schema and its check.
    fn all() -> Vec<(&'static str, usize, jsonschema::Validator, Parse)> {
        macro_rules! all {
            ($($name:ident),*) => {
                vec![$((
                    stringify!($name),
                    $name::MAX,
                    jsonschema::validator_for(&serde_json::to_value($name::schema()).unwrap()).unwrap(),
                    |text| $name::parse(text).map(|text| text.0),
                )),*]
            };
        }
        all!(Title, Statement, Claim, Summary, Body, Tag, Scheme, Name, Licence)
    }

    /// What no pattern can say: see the head of this module.
    fn is_beyond_patterns(text: &str, most: usize) -> bool {
        let composed: Vec<char> = text.nfc().collect();
        composed.len() > most
            || composed
                .chunk_by(|a, b| is_combining_mark(*a) == is_combining_mark(*b))
                .any(|run| run.len() > 30 && is_combining_mark(run[0]))
    }

    /// Texts with what is hard in them, some of them of about the length of a tag.
    fn hard_text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => prop::sample::select(vec![
                "", " ", "\t", "\n", "\r", "\r\n", "\u{B}", "\u{C}", "\0", "\u{1B}", "\u{1F}", "\u{7F}",
                "\u{85}", "\u{9F}", "\u{A0}", "\u{AD}", "\u{34F}", "\u{61C}", "\u{1680}", "\u{180E}",
                "\u{2003}", "\u{200B}", "\u{200D}", "\u{200E}", "\u{2028}", "\u{2029}", "\u{202A}",
                "\u{202E}", "\u{202F}", "\u{205F}", "\u{2060}", "\u{2066}", "\u{2069}", "\u{2800}",
                "\u{3000}", "\u{3164}", "\u{FDD0}", "\u{FE0F}", "\u{FEFF}", "\u{FFF9}", "\u{FFFD}",
                "\u{FFFE}", "\u{FFFF}", "\u{1FFFE}", "\u{E0001}", "\u{10FFFF}",
            ]).prop_map(str::to_owned),
            4 => prop::sample::select(vec![
                "a", "\u{e9}", "e\u{301}", "\u{301}", "\u{FB2C}", "\u{958}", "🦙", "👩\u{200D}👧", "ש", "ก็",
            ]).prop_map(str::to_owned),
            2 => any::<char>().prop_map(String::from),
            1 => (any::<char>(), 20usize..120).prop_map(|(c, n)| c.to_string().repeat(n)),
            1 => (prop::sample::select(vec!["a", " ", "e\u{301}", "\u{FB2C}", "🦙"]), 30usize..102)
                .prop_map(|(piece, n)| piece.repeat(n)),
        ];
        prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn a_text_is_accepted_if_and_only_if_it_fits_its_schema(text in hard_text()) {
            thread_local!(static ALL: Vec<(&'static str, usize, jsonschema::Validator, Parse)> = all());
            ALL.with(|all| {
                for (name, most, schema, parse) in all {
                    let (fits, parsed) = (schema.is_valid(&Value::from(text.as_str())), parse(&text));
                    if !is_beyond_patterns(&text, *most) {
                        prop_assert_eq!(fits, parsed.is_ok(), "{} {:?}", name, parsed);
                    }
                    if let Ok(kept) = parsed {
                        prop_assert!(fits, "{}", name);
                        // What is given back can be given again.
                        prop_assert_eq!(parse(&kept), Ok(kept.clone()), "{}", name);
                    }
                }
                Ok(())
            })?;
        }
    }

    #[test]
    fn the_bounds_of_the_schema_are_those_of_the_text() {
        for (name, most, schema, parse) in all() {
            for (length, fits) in [(most, true), (most + 1, false)] {
                for text in [
                    "a".repeat(length),
                    "🦙".repeat(length),
                    format!("{}a", " ".repeat(length - 1)),
                ] {
                    assert_eq!(
                        schema.is_valid(&Value::from(text.as_str())),
                        fits,
                        "{name} {length}"
                    );
                    assert_eq!(parse(&text).is_ok(), fits, "{name} {length}");
                }
            }
        }
    }
}
