//! How an export is asked for, and what it could not hold.

use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::domain::input::{self, At, FaultCode, Faults, FromJson};
use crate::domain::slug::Slug;
use crate::formats::note::Note;
use crate::formats::{self, Format, Writer};
use crate::http::extract::Flag;
use crate::http::parameters::parameters;

parameters! {
    /// How a topic is exported.
    pub struct ExportParameters {
        /// The format. Without it, the one that `Accept` likes best; without that, the native format in
        /// JSON.
        #[param(inline)]
        pub format: Option<Writable>,
        /// `true` gives the report instead: what the format cannot hold, item by item.
        #[param(inline)]
        pub report: Option<Flag>,
    }
}

/// What a format could not hold of a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExportReport {
    /// The format.
    pub format: &'static str,
    /// The slug of the topic.
    pub topic: Slug,
    /// What is lost, or told in another way; empty if the format holds all.
    pub notes: Vec<Note>,
}

/// A format that can be written.
#[derive(Clone, Copy)]
pub struct Writable(&'static dyn Format, &'static dyn Writer);

impl Writable {
    /// All of them, in the order of the list of formats.
    pub fn all() -> impl Iterator<Item = Self> {
        formats::ALL.iter().copied().filter_map(Self::of)
    }

    fn of(format: &'static dyn Format) -> Option<Self> {
        Some(Self(format, format.writer()?))
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|it| it.0.name() == name)
    }

    /// The first one that a media range without parameters names; `*` stands for any.
    pub fn of_media_range(range: &str) -> Option<Self> {
        if range == "*/*" || range == "application/*" {
            return Self::named("json");
        }
        let is_meant = |it: &&str| match range.strip_suffix("/*") {
            Some(kind) => it.split('/').next() == Some(kind),
            None => *it == range,
        };
        let own = Self::all().find(|it| it.0.media_types().iter().any(is_meant));
        own.or_else(|| Self::all().find(|it| is_meant(&it.0.media_type())))
    }

    /// The one whose files are called like this.
    pub fn of_file_name(name: &str) -> Option<Self> {
        let writable = formats::ALL.iter().copied().filter(|it| it.writer().is_some());
        formats::of_file_name(name, writable).and_then(Self::of)
    }

    /// The format.
    pub fn format(self) -> &'static dyn Format {
        self.0
    }

    /// How it is written.
    pub fn writer(self) -> &'static dyn Writer {
        self.1
    }

    /// Whether several files of it may follow one another in one.
    pub fn can_be_joined(self) -> bool {
        self.0.name() == "ndjson"
    }

    /// The media type, with the encoding of what is text.
    pub fn content_type(self) -> String {
        let media_type = self.0.media_type();
        let is_json = media_type == "application/json" || media_type.ends_with("+json");
        if is_json { media_type.to_owned() } else { format!("{media_type}; charset=utf-8") }
    }
}

impl fmt::Debug for Writable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

/// The names of all formats that can be written.
pub fn names() -> Vec<&'static str> {
    Writable::all().map(|it| it.0.name()).collect()
}

impl FromJson for Writable {
    fn from_json(value: serde_json::Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let name = String::from_json(value, at, faults)?;
        let known = Self::named(&name);
        if known.is_none() {
            let names = names();
            let meant = input::nearest(&name, &names);
            let meant = meant.map_or_else(String::new, |it| format!("; did you mean `{it}`?"));
            let detail = format!("must be one of: {}{meant}", names.join(" "));
            faults.push(at, FaultCode::NotAllowed, detail);
        }
        known
    }
}

impl utoipa::PartialSchema for Writable {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names())).build().into()
    }
}

impl ToSchema for Writable {}
