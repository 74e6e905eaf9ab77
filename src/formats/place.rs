//! Where in its file something is written.

use std::fmt;

use crate::domain::input::At;

/// Where in its file something is written, as far as the format can say it.
///
/// It stays with the record, so that a fault found later, such as a quote that does not stand in
/// the source's text, is shown where it can be mended.
#[derive(
    Debug,
    Clone,
    Default,
    PartialEq,
    Eq,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
#[serde(default)]
pub struct Place {
    /// A JSON Pointer (RFC 6901) into the document; in a format of lines, into that line. The empty
    /// string is the whole of it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub pointer: String,
    /// The line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The column in code points, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    /// The id that it has in the file: of a node, an argument, a claim. In an export, the slug of
    /// the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

impl Place {
    /// A line, and nothing nearer.
    pub fn line(line: u64) -> Self {
        Self { line: Some(line), ..Self::default() }
    }

    /// A place in a text.
    pub fn text(line: u64, column: u64) -> Self {
        Self { line: Some(line), column: Some(column), ..Self::default() }
    }

    /// What has this id.
    pub fn of_id(id: impl Into<String>) -> Self {
        Self { id: Some(id.into()), ..Self::default() }
    }

    /// The same place, said of what has this id.
    #[must_use]
    pub fn with_id(self, id: impl Into<String>) -> Self {
        Self { id: Some(id.into()), ..self }
    }

    /// The same place, on this line.
    #[must_use]
    pub fn on_line(self, line: u64) -> Self {
        Self { line: Some(line), ..self }
    }

    /// The pointer.
    pub fn as_str(&self) -> &str {
        &self.pointer
    }

    /// The place as the readers of the domain take it.
    pub fn at(&self) -> At<'_> {
        At::Pointer(&self.pointer)
    }
}

impl From<&At<'_>> for Place {
    fn from(at: &At<'_>) -> Self {
        Self { pointer: at.to_string(), ..Self::default() }
    }
}

impl fmt::Display for Place {
    /// As in `line 12, column 5, /nodes/3, 120042`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            self.line.map(|line| format!("line {line}")),
            self.column.map(|column| format!("column {column}")),
            (!self.pointer.is_empty()).then(|| self.pointer.clone()),
            self.id.clone(),
        ];
        f.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}
