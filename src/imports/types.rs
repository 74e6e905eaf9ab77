//! How an import is asked for.

use std::fmt;

use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::{Mode, Settings};
use crate::domain::input::{At, FaultCode, Faults, FromJson};
use crate::domain::text::Name;
use crate::formats::{self, Format, Reader};
use crate::http::extract::Flag;
use crate::http::parameters::parameters;

parameters! {
    /// How a file is imported.
    pub struct ImportParameters {
        /// The format of the file. Without it, the one that `Content-Type` names; without that, the one
        /// that is recognised.
        #[param(inline)]
        pub format: Option<Readable>,
        /// `true` gives the same report and changes nothing.
        #[param(inline)]
        pub dry_run: Option<Flag>,
        /// What becomes of the rest when a part cannot be taken.
        #[param(inline)]
        pub mode: Option<Mode>,
        /// `true` makes each topic of the file equal to it: what the topic has beyond it is deleted.
        #[param(inline)]
        pub prune: Option<Flag>,
        /// What the file is called: the title of what has no other.
        #[param(inline)]
        pub name: Option<Name>,
    }
}

impl ImportParameters {
    /// The settings for a file of this format.
    pub fn settings(&self, format: Readable) -> Settings {
        let is_set = |flag: Option<Flag>| flag.is_some_and(|flag| flag.0);
        Settings {
            format: format.0.name(),
            mode: self.mode.unwrap_or_default(),
            dry_run: is_set(self.dry_run),
            prune: is_set(self.prune),
            scattered: format.scatters_topics(),
        }
    }
}

/// A format that can be read.
#[derive(Clone, Copy)]
pub struct Readable(&'static dyn Format);

impl Readable {
    /// All of them, in the order of the list of formats.
    pub fn all() -> impl Iterator<Item = Self> {
        formats::ALL.iter().copied().filter_map(Self::of)
    }

    /// The format, if it can be read.
    pub fn of(format: &'static dyn Format) -> Option<Self> {
        format.reader().map(|_reader| Self(format))
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        formats::named(name).and_then(Self::of)
    }

    /// The one that this media type names.
    pub fn of_media_type(media_type: &str) -> Option<Self> {
        formats::of_media_type(media_type).and_then(Self::of)
    }

    /// The format.
    pub fn format(self) -> &'static dyn Format {
        self.0
    }

    /// Whether a topic may come in several pieces.
    pub fn scatters_topics(self) -> bool {
        self.0.reader().is_some_and(Reader::scatters_topics)
    }
}

impl fmt::Debug for Readable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

impl fmt::Display for Readable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

/// The names of all formats that can be read.
pub fn names() -> Vec<&'static str> {
    Readable::all().map(|format| format.0.name()).collect()
}

impl FromJson for Readable {
    fn from_json(value: serde_json::Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let name = String::from_json(value, at, faults)?;
        let known = Self::named(&name);
        if known.is_none() {
            faults.push(
                at,
                FaultCode::NotAllowed,
                format!("must be one of: {}", names().join(" ")),
            );
        }
        known
    }
}

impl utoipa::PartialSchema for Readable {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names())).build().into()
    }
}

impl utoipa::ToSchema for Readable {}
