//! Telling a format by the beginning of a text and the name of its file.

/// The beginning of a text, and what its file is called.
#[derive(Debug, Clone, Copy)]
pub struct Beginning<'a> {
    /// The first bytes.
    bytes: &'a [u8],
    /// The name of the file, with its ending.
    file_name: Option<&'a str>,
}

impl<'a> Beginning<'a> {
    /// How many bytes are looked at.
    pub const LENGTH: usize = 64 * 1024;

    /// The beginning of a text; what is beyond [`Self::LENGTH`] is not looked at.
    pub fn new(bytes: &'a [u8], file_name: Option<&'a str>) -> Self {
        let bytes = bytes.get(..Self::LENGTH).unwrap_or(bytes);
        Self { bytes: bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes), file_name }
    }

    /// The text, as far as it is UTF-8.
    pub fn text(&self) -> &'a str {
        match std::str::from_utf8(self.bytes) {
            Ok(text) => text,
            Err(error) => {
                let (valid, _) = self.bytes.split_at(error.valid_up_to());
                std::str::from_utf8(valid).unwrap_or_default()
            }
        }
    }

    /// The name of the file, with its ending.
    pub fn file_name(&self) -> Option<&'a str> {
        self.file_name
    }

    /// The first line that is not blank.
    pub fn first_line(&self) -> &'a str {
        self.text().lines().find(|line| !line.trim().is_empty()).unwrap_or_default()
    }

    /// The names of the fields of the JSON object that the text begins with, as far as it goes, each
    /// as it is written. Empty for what is no object.
    pub fn json_fields(&self) -> Vec<&'a str> {
        let text = self.text();
        let (mut depth, mut fields) = (0_u32, Vec::new());
        let mut chars = text.char_indices().peekable();
        let mut last: Option<&str> = None;
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    let mut end = None;
                    while let Some((at, c)) = chars.next() {
                        match c {
                            '\\' => _ = chars.next(),
                            '"' => {
                                end = Some(at);
                                break;
                            }
                            _ => {}
                        }
                    }
                    last = end.and_then(|end| text.get(at + 1..end));
                }
                ':' if depth == 1 => fields.extend(last.take()),
                '{' => depth += 1,
                '[' if depth > 0 => depth += 1,
                '}' | ']' if depth > 1 => depth -= 1,
                ' ' | '\t' | '\r' | '\n' | ',' => {}
                _ if depth == 0 => return Vec::new(),
                '}' | ']' => break,
                _ => {}
            }
        }
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::{Format, recognised};

    fn fields(text: &str) -> Vec<&str> {
        Beginning::new(text.as_bytes(), None).json_fields()
    }

    #[test]
    fn the_fields_of_an_object_are_told_even_of_one_that_is_cut() {
        assert_eq!(
            fields(r#" {"a": {"x": 1}, "b\"": ["y", {"z": 2}], "c": "d", "e"#),
            ["a", "b\\\"", "c"]
        );
        assert_eq!(fields("{\"a\": 1}\n{\"b\": 2}"), ["a"]);
        assert!(fields("[{\"a\": 1}]").is_empty());
        assert!(fields("a: {\"b\": 1}").is_empty());
    }

    #[test]
    fn the_longest_ending_of_a_file_tells_its_format() {
        let told = |name: &str| recognised(&Beginning::new(b"", Some(name))).map(Format::name);

        assert_eq!(told("x.json"), Some("json"));
        assert_eq!(told("x.AIF.json"), Some("aif"));
        assert_eq!(told("x.xaif.json"), Some("xaif"));
        assert_eq!(told("aif.json"), Some("json"));
        assert_eq!(told("x.argdown.md"), Some("argdown"));
        assert_eq!(told("x.md"), None);
        assert_eq!(told("json"), None);
    }
}
