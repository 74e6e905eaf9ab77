//! Writing a debate as a curator writes it: what bears on something stands under it.
//!
//! An argument is written where it bears on what is nearest to the question, and there where it
//! speaks for something rather than against; wherever else it bears, it is named. What no tree can hold stands in the topic's own lists: arguments that bear on nothing or that bear
//! on one another in a circle, those deeper than people can follow, and relations that nothing
//! leads to. Lists keep the order of what bears on one thing in one way. **Law:** what is read
//! of such a text is written again to the byte.

mod bearing;
mod lines;
mod quotes;
mod topics;

use self::lines::{Lines, flow, flow_mapping, has_short_names};
use super::scalars::{quoted, word};
use super::yaml::MAX_NAME;
use super::{VERSION, flat};
use crate::domain::origin::Origin;
use crate::domain::text::Name;
use crate::formats::document::SourceRecord;
use crate::formats::writing::Debate;

/// Writes a topic and its sources.
pub(super) fn write(debate: &Debate<'_>) -> String {
    let mut lines = Lines::default();
    lines.field("debatebase", &VERSION.to_string());
    if !debate.sources.is_empty() {
        lines.gap();
        lines.inside("sources", |lines| {
            for source in debate.sources {
                lines.gap_in_list();
                lines.open_item();
                write_source(lines, source);
                lines.close();
            }
        });
    }
    lines.gap();
    lines.inside("topics", |lines| topics::write(lines, debate));
    lines.into_text()
}

fn write_source(lines: &mut Lines, source: &SourceRecord) {
    lines.field("slug", &word(source.slug.as_str()));
    lines.sentence("title", source.title.as_str());
    lines.words("authors", source.authors.iter().map(Name::as_str));
    if let Some(publisher) = &source.publisher {
        lines.sentence("publisher", publisher.as_str());
    }
    if let Some(date) = &source.published_on {
        lines.field("published_on", &flat::date(date));
    }
    if let Some(url) = &source.url {
        lines.sentence("url", &url.to_string());
    }
    if let Some(licence) = &source.licence {
        lines.field("licence", &word(licence.as_str()));
    }
    if let Some(text) = &source.text {
        // An empty text is a text all the same.
        match text.as_str() {
            "" => lines.sentence("text", ""),
            text => lines.text("text", text),
        }
    }
    write_origin(lines, source.origin.as_ref());
}

fn write_origin(lines: &mut Lines, origin: Option<&Origin>) {
    let Some(origin) = origin else { return };
    let mut fields = vec![("format", word(origin.format.as_str()))];
    fields.extend(origin.id.as_ref().map(|id| ("id", quoted(id.as_str()))));
    match flat::origin_fields(origin, has_short_names) {
        None => lines.field("origin", &flow_mapping(&fields)),
        Some(rest) => lines.inside("origin", |lines| {
            fields.iter().for_each(|(name, value)| lines.field(name, value));
            lines.field("fields", &flow(&rest));
        }),
    }
}
