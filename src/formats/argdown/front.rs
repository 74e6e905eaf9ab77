//! The frontmatter: YAML between lines of `=`, before all else but comments.

use super::data;
use super::syntax::Data;
use crate::formats::note::{Note, NoteCode};
use crate::formats::place::Place;

/// The frontmatter of a text.
#[derive(Debug, Clone, Default)]
pub(super) struct Front {
    /// As it is written, without the lines of `=`.
    pub raw: String,
    pub fields: Data,
}

impl Front {
    /// A setting inside a group of settings.
    pub(super) fn setting(&self, group: &str, name: &str) -> Option<&serde_json::Value> {
        self.fields.get(group)?.get(name)
    }

    pub(super) fn removes_tags(&self) -> bool {
        self.setting("model", "removeTagsFromText")
            .and_then(serde_json::Value::as_bool)
            .unwrap_or_default()
    }

    pub(super) fn is_strict(&self) -> bool {
        self.setting("model", "mode").and_then(serde_json::Value::as_str) == Some("strict")
    }
}

/// The frontmatter, and where the text after it begins.
pub(super) fn split(text: &str, notes: &mut Vec<Note>) -> (Option<Front>, usize) {
    let begin = after_comments(text);
    let rest = text.get(begin..).unwrap_or_default();
    if !rest.starts_with("===") {
        return (None, 0);
    }
    let line = text.get(..begin).unwrap_or_default().matches('\n').count() + 1;
    let place = Place::line(u64::try_from(line).unwrap_or(u64::MAX));
    let inner = rest.trim_start_matches('=');
    let opening = rest.len() - inner.len();
    // A value may hold `=`; the end is best found at the beginning of a line.
    let end = inner.find("\n===").map(|at| at + 1).or_else(|| inner.find("==="));
    let Some(end) = end else {
        let detail = "the frontmatter has no end: a line of `===` is missing";
        notes.push(Note::error(NoteCode::Malformed, place, detail, "it is read as text"));
        return (None, 0);
    };
    let raw = inner.get(..end).unwrap_or_default();
    let closing = inner.get(end..).unwrap_or_default();
    let after = begin + opening + end + (closing.len() - closing.trim_start_matches('=').len());
    let fields = data::mapping(raw).unwrap_or_else(|error| {
        let detail = format!("the frontmatter is no YAML that can be read: {error}");
        let instead = "it is kept as it is, and says nothing";
        notes.push(Note::warning(NoteCode::Malformed, place, detail, instead));
        Data::new()
    });
    (Some(Front { raw: raw.trim_matches(['\r', '\n']).to_owned(), fields }), after)
}

/// Where what is no comment begins.
fn after_comments(text: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let trimmed = rest.trim_start();
        at += rest.len() - trimmed.len();
        let end = if trimmed.starts_with("//") {
            trimmed.find('\n').map(|end| end + 1)
        } else if trimmed.starts_with("/*") {
            trimmed.find("*/").map(|end| end + 2)
        } else if trimmed.starts_with("<!--") {
            trimmed.find("-->").map(|end| end + 3)
        } else {
            None
        };
        match end {
            Some(end) => at += end,
            None => return at,
        }
    }
}
