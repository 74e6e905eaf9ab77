//! The formats in which debates are written, and the one value they all become.
//!
//! A format reads its text into a [`document::Document`]: flat lists of records that name one
//! another by slug, with a [`note::Note`] for each thing that it could not hold; and it writes
//! such a debate. What stores debates knows that value and no format.
//!
//! A format is one file or folder here that implements [`Format`], and a line in [`ALL`].
//!
//! **No I/O**: a format is given bytes, and a function for the files that the text names.
//! **Nothing is dropped in silence, and nothing in a file can crash or hang a reader.**

pub mod document;
pub mod note;
pub mod place;
pub mod reading;
pub mod recognising;
pub mod taming;
pub mod writing;

mod drawing;
mod exporting;
mod json;
mod names;
mod origins;

pub mod aif;
pub mod argdown;
pub mod args_me;
pub mod csv;
pub mod dot;
pub mod frameworks;
pub mod graphml;
pub mod json_ld;
pub mod kialo;
pub mod markdown;
pub mod mermaid;
pub mod native;

#[cfg(test)]
pub(crate) mod generating;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod laws;

use std::fmt;

use note::Note;
use reading::{Input, Sink, Stopped};
use recognising::Beginning;
use writing::Debate;

/// A format in which debates are written.
pub trait Format: fmt::Debug + Send + Sync {
    /// What it is called in parameters and in an `origin`: lower-case words joined by hyphens.
    fn name(&self) -> &'static str;

    /// What it is called among people.
    fn title(&self) -> &'static str;

    /// The media type of what it writes.
    fn media_type(&self) -> &'static str;

    /// The media types that name it in `Content-Type` and `Accept`, without parameters. One that
    /// several formats have, such as `application/json`, does not name any of them but the first.
    fn media_types(&self) -> &'static [&'static str];

    /// The endings of its files without the first dot, the usual one first.
    fn endings(&self) -> &'static [&'static str];

    /// Whether a text that begins like this is surely written in it.
    fn fits(&self, beginning: &Beginning<'_>) -> bool {
        let _ = beginning;
        false
    }

    /// How it is read, if it is.
    fn reader(&self) -> Option<&dyn Reader> {
        None
    }

    /// How it is written, if it is.
    fn writer(&self) -> Option<&dyn Writer> {
        None
    }
}

/// Reads a format.
pub trait Reader {
    /// Reads a text to its end, and gives the sink what it finds: pieces and notes, in the order of
    /// the file. An error says why nobody wanted the rest.
    fn read(&self, input: &mut Input<'_>, sink: &mut dyn Sink) -> Result<(), Stopped>;

    /// Whether a topic may come in several pieces, far from one another.
    fn scatters_topics(&self) -> bool {
        false
    }
}

/// Writes a format.
pub trait Writer: Send + Sync {
    /// Writes one topic with what is in it. What the format cannot hold is noted, item by item.
    fn write(&self, debate: &Debate<'_>, losses: &mut Vec<Note>) -> String;
}

/// Every format, in the order in which a text is tried.
pub const ALL: &[&dyn Format] = &[
    &native::Yaml,
    &native::Json,
    &native::Ndjson,
    &aif::Aif,
    &aif::Xaif,
    &argdown::Argdown,
    &kialo::Kialo,
    &args_me::ArgsMe,
    &json_ld::JSON_LD,
    &csv::CSV,
    &graphml::GRAPHML,
    &dot::DOT,
    &mermaid::MERMAID,
    &frameworks::APX,
    &frameworks::TGF,
    &markdown::MARKDOWN,
];

/// The format of this name.
pub fn named(name: &str) -> Option<&'static dyn Format> {
    ALL.iter().copied().find(|format| format.name() == name)
}

/// The format that a media type names, given without parameters.
pub fn of_media_type(media_type: &str) -> Option<&'static dyn Format> {
    ALL.iter().copied().find(|format| format.media_types().contains(&media_type))
}

/// Of these formats the one whose files are called like this: of the endings that a name has the
/// longest counts, so that `x.aif.json` is AIF.
pub fn of_file_name(
    name: &str,
    formats: impl Iterator<Item = &'static dyn Format>,
) -> Option<&'static dyn Format> {
    let name = name.to_ascii_lowercase();
    let is_there =
        |ending: &&str| name.strip_suffix(ending).is_some_and(|before| before.ends_with('.'));
    let longest = |format: &'static dyn Format| {
        let endings = format.endings().iter().copied().filter(is_there);
        Some((endings.map(str::len).max()?, format))
    };
    // Of several of one length the first.
    let best =
        formats.filter_map(longest).reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.map(|(_, format)| format)
}

/// The format that can be read and is surely meant by the beginning of a text, or else by the name of
/// its file.
pub fn recognised(beginning: &Beginning<'_>) -> Option<&'static dyn Format> {
    let readable = ALL.iter().copied().filter(|format| format.reader().is_some());
    let by_text = readable.clone().find(|format| format.fits(beginning));
    by_text.or_else(|| of_file_name(beginning.file_name()?, readable))
}
