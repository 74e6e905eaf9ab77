//! What a format could not hold as it is, and what was done instead.

use std::fmt;

use super::place::Place;

/// How much a note matters.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Nothing is lost: it is held in another way, and goes back as it was.
    Info,
    /// Something is lost or was guessed.
    Warning,
    /// A record, or the whole, cannot be taken.
    Error,
}

/// What kind of note it is: a closed list that clients may rely on.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum NoteCode {
    /// It is not written as the format demands.
    Malformed,
    /// It breaks a rule of the model.
    Invalid,
    /// It would be right if other things were stored.
    DoesNotFit,
    /// More or larger than is taken at once.
    TooMuch,
    /// It stands in `origin` alone, and goes back only to the same format.
    KeptAside,
    /// It is left out.
    LeftOut,
    /// A relation lacks a premise or a target.
    Incomplete,
    /// Characters were replaced.
    TextChanged,
    /// A text too long for its place stands whole in another, or loses its end.
    TextMoved,
    /// One of several readings was taken.
    Guessed,
    /// The same again, made one.
    Repeated,
    /// The target format has something like it, but not the same.
    Approximated,
    /// A quote does not stand in the text that it is said to be from.
    QuoteUnverified,
}

impl NoteCode {
    /// The word for it, on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Invalid => "invalid",
            Self::DoesNotFit => "does-not-fit",
            Self::TooMuch => "too-much",
            Self::KeptAside => "kept-aside",
            Self::LeftOut => "left-out",
            Self::Incomplete => "incomplete",
            Self::TextChanged => "text-changed",
            Self::TextMoved => "text-moved",
            Self::Guessed => "guessed",
            Self::Repeated => "repeated",
            Self::Approximated => "approximated",
            Self::QuoteUnverified => "quote-unverified",
        }
    }
}

/// One item of a report: what could not be held, where it stands, and what was done instead.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Note {
    /// How much it matters.
    pub severity: Severity,
    /// What kind of note it is.
    pub code: NoteCode,
    /// Where it stands.
    pub place: Place,
    /// What could not be held, for people.
    pub detail: String,
    /// What was done instead, or how to mend it.
    pub instead: String,
}

impl Note {
    /// Nothing is lost.
    pub fn info(
        code: NoteCode,
        place: Place,
        detail: impl Into<String>,
        instead: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Info,
            code,
            place,
            detail: detail.into(),
            instead: instead.into(),
        }
    }

    /// Something is lost or was guessed.
    pub fn warning(
        code: NoteCode,
        place: Place,
        detail: impl Into<String>,
        instead: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Warning, ..Self::info(code, place, detail, instead) }
    }

    /// A record, or the whole, cannot be taken.
    pub fn error(
        code: NoteCode,
        place: Place,
        detail: impl Into<String>,
        instead: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Error, ..Self::info(code, place, detail, instead) }
    }
}

impl fmt::Display for Note {
    /// As in `warning: line 12, column 5: the claim has 7,800 characters; it stands in the body`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        let place = self.place.to_string();
        write!(f, "{severity}: ")?;
        if !place.is_empty() {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.detail)?;
        if !self.instead.is_empty() {
            write!(f, "; {}", self.instead)?;
        }
        Ok(())
    }
}
