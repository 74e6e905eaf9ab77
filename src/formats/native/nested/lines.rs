//! Lines of YAML: mappings and lists in one another, by indentation.

use serde_json::Value;

use crate::formats::native::scalars::{block, indented, quoted, word};

/// A text that is being written.
#[derive(Debug, Default)]
pub(super) struct Lines {
    text: String,
    indent: usize,
    /// Whether the next line is the first one of an item.
    begins_item: bool,
}

impl Lines {
    pub(super) fn into_text(self) -> String {
        self.text
    }

    fn begin(&mut self) {
        let indent = if self.begins_item { self.indent.saturating_sub(2) } else { self.indent };
        indented(&mut self.text, indent);
        if std::mem::take(&mut self.begins_item) {
            self.text.push_str("- ");
        }
    }

    fn name(&mut self, name: &str) {
        self.begin();
        self.text.push_str(name);
        self.text.push(':');
    }

    /// A field with a value that is written already.
    pub(super) fn field(&mut self, name: &str, value: &str) {
        self.name(name);
        self.text.push(' ');
        self.text.push_str(value);
        self.text.push('\n');
    }

    /// A field with a sentence: always in quotes, so that one looks like the other.
    pub(super) fn sentence(&mut self, name: &str, text: &str) {
        self.field(name, &quoted(text));
    }

    /// A field with a text of any length; an empty one is left out.
    pub(super) fn text(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            let value = block(text, self.indent + 2);
            self.field(name, &value);
        }
    }

    /// A field with a list of a few words, in one line; an empty one is left out.
    pub(super) fn words<'w>(&mut self, name: &str, words: impl Iterator<Item = &'w str>) {
        let words: Vec<String> = words.map(word).collect();
        if !words.is_empty() {
            self.field(name, &format!("[{}]", words.join(", ")));
        }
    }

    /// A field with a mapping, or a list, of what `inside` writes.
    pub(super) fn inside(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.open(name);
        inside(self);
        self.close();
    }

    /// Begins a field with a mapping or a list.
    pub(super) fn open(&mut self, name: &str) {
        self.name(name);
        self.text.push('\n');
        self.indent += 2;
    }

    /// Ends what was begun last.
    pub(super) fn close(&mut self) {
        self.indent -= 2;
    }

    /// Begins an item that is a mapping.
    pub(super) fn open_item(&mut self) {
        self.indent += 2;
        self.begins_item = true;
    }

    /// An item that is one word.
    pub(super) fn item_word(&mut self, text: &str) {
        self.item(&word(text));
    }

    /// An item that is a text of any length.
    pub(super) fn item_text(&mut self, text: &str) {
        let is_one_line = !text.contains('\n');
        let value = if is_one_line { quoted(text) } else { block(text, self.indent + 2) };
        self.item(&value);
    }

    fn item(&mut self, value: &str) {
        self.open_item();
        self.begin();
        self.close();
        self.text.push_str(value);
        self.text.push('\n');
    }

    /// An empty line, unless there is one or a list begins here.
    pub(super) fn gap_in_list(&mut self) {
        if !self.text.ends_with(":\n") {
            self.gap();
        }
    }

    /// An empty line, unless there is one.
    pub(super) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }
}

/// A mapping of a few fields in one line.
pub(super) fn flow_mapping(fields: &[(&str, String)]) -> String {
    let fields: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    format!("{{{}}}", fields.join(", "))
}

/// Any JSON value in one line. It nests no deeper than an origin's fields that are written so.
pub(super) fn flow(value: &Value) -> String {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{}: {}", quoted(name), flow(value)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
    }
}

/// Whether the names within a value are such as a document may have.
pub(super) fn has_short_names(value: &Value) -> bool {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(fields) => {
                if fields.keys().any(|name| name.len() > super::MAX_NAME) {
                    return false;
                }
                open.extend(fields.values());
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    true
}
