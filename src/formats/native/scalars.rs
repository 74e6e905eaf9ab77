//! Texts as YAML writes them: in the way that reads best of those that give them back exactly.

use std::fmt::Write as _;

/// Words that are no text where they stand alone, to some reader or other.
const RESERVED: &[&str] =
    &["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"];

/// The longest line of a folded text.
const WIDTH: usize = 100;
/// Where the indentation leaves less than this, lines become longer.
const LEAST_WIDTH: usize = 40;

/// A text of one line: as it is where every reader takes it as text, as slugs and schemes mostly are;
/// else in quotes.
pub(super) fn word(text: &str) -> String {
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | ' '))
        && !text.ends_with(' ')
        && !RESERVED.contains(&text.to_ascii_lowercase().as_str());
    if is_plain { text.to_owned() } else { quoted(text) }
}

/// A text in double quotes, in one line.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            _ if is_shown(c) => quoted.push(c),
            // Writing to a String cannot fail.
            _ => _ = write!(quoted, "\\u{:04x}", u32::from(c)),
        }
    }
    quoted.push('"');
    quoted
}

/// Whether a character stands in YAML as itself, and is no break of a line to any reader.
fn is_shown(c: char) -> bool {
    !matches!(
        c,
        '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{fdd0}'..='\u{fdef}'
            | '\u{feff}'
            | '\u{fffe}'..='\u{ffff}'
    )
}

/// A text of any length as the value of a field or an item, whose own lines are indented so far: in
/// quotes, or as a block after its indicator. Ends without a line break.
pub(super) fn block(text: &str, indent: usize) -> String {
    if is_literal(text) {
        return literal(text, indent);
    }
    let is_long = text.chars().count() > WIDTH;
    let edges = text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace);
    if is_long && !edges && text.chars().all(is_shown) {
        return folded(text, indent);
    }
    quoted(text)
}

/// Whether a text has several lines that a block can hold: one that begins with white space needs
/// more said of it than people care to read.
fn is_literal(text: &str) -> bool {
    text.trim_end_matches('\n').contains('\n')
        && !text.starts_with(char::is_whitespace)
        && text.chars().all(|c| c == '\n' || c == '\t' || is_shown(c))
}

/// Line by line as it is (YAML 1.2.2, section 8.1.2).
fn literal(text: &str, indent: usize) -> String {
    let body = text.trim_end_matches('\n');
    let mark = match text.len() - body.len() {
        0 => "|-",
        1 => "|",
        _ => "|+",
    };
    let mut block = mark.to_owned();
    let kept = text.strip_suffix('\n').unwrap_or(text);
    for line in kept.split('\n') {
        block.push('\n');
        if !line.is_empty() {
            indented(&mut block, indent);
            block.push_str(line);
        }
    }
    block
}

/// One paragraph in lines of a readable length, divided where one space stands between words (YAML
/// 1.2.2, section 8.1.3).
fn folded(text: &str, indent: usize) -> String {
    let width = WIDTH.saturating_sub(indent).max(LEAST_WIDTH);
    let mut block = ">-".to_owned();
    let mut length = width;
    let words: Vec<&str> = text.split(' ').collect();
    let mut is_before_space = false;
    for (at, word) in words.iter().enumerate() {
        let size = word.chars().count();
        // Two spaces have an empty word between them, and the line is not divided there.
        let may_break =
            !word.is_empty() && !is_before_space && !word.starts_with(char::is_whitespace);
        if at == 0 || may_break && length + 1 + size > width {
            block.push('\n');
            indented(&mut block, indent);
            length = size;
        } else {
            block.push(' ');
            length += 1 + size;
        }
        block.push_str(word);
        is_before_space = word.is_empty() || word.ends_with(char::is_whitespace);
    }
    block
}

pub(super) fn indented(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::formats::native::yaml;

    fn read(text: &str) -> serde_json::Value {
        yaml::parse(text).map_or_else(|fault| panic!("{fault:?}\n{text}"), |(value, _)| value)
    }

    #[test]
    fn words_are_in_quotes_where_they_would_be_something_else() {
        for plain in ["openness", "Cause to Effect", "a-2", "e3"] {
            assert_eq!(word(plain), plain);
        }
        for other in ["no", "1e3", "2024-07-23", "a: b", "- a", "a ", "", "Null", "é"] {
            assert!(word(other).starts_with('"'), "{other}");
        }
    }

    #[test]
    fn long_texts_are_blocks_that_people_can_read() {
        assert_eq!(block("One.\n\nTwo.\n", 4), "|\n    One.\n\n    Two.");
        assert_eq!(block("One.\nTwo.", 2), "|-\n  One.\n  Two.");
        let text = "word ".repeat(30);
        assert_eq!(
            block(text.trim_end(), 60),
            format!(
                ">-{}",
                format!("\n{}{}", " ".repeat(60), "word ".repeat(8).trim_end()).repeat(3)
            ) + &format!("\n{}{}", " ".repeat(60), "word ".repeat(6).trim_end())
        );
        assert_eq!(block("  indented\nmore", 2), "\"  indented\\nmore\"");
    }

    fn hard_text() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "([a-c #:'\"\\\\|>?*&!%@`,\\[\\]{}-]|  |\n|\n\n|\t| \n|\n  |---|\\.\\.\\.|\r|\u{85}|\u{2028}|\u{feff}|\u{a0}|é|\u{1f600}){0,40}",
            "[a-z]{1,12}( {1,2}[#a-z:-]{1,12}|\u{3000}| \u{a0}a){5,60}",
            "[a-z]{1,12}(\n[ \t#a-z:-]{0,30}){1,12}",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn a_text_comes_back_however_it_is_written(text in hard_text(), indent in 1..30_usize) {
            let outer = " ".repeat(indent - 1);
            let (word, quoted, block) = (word(&text), quoted(&text), block(&text, indent));
            let written = format!(
                "{outer}w: {word}\n{outer}q: {quoted}\n{outer}b: {block}\n{outer}f: {{{quoted}: [{quoted}, {word}]}}\n{outer}l:\n{outer}- {block}\n{outer}- x\n"
            );
            if text.len() <= 200 {
                let is = json!({"w": text, "q": text, "b": text, "f": {text.clone(): [text, text]}, "l": [text, "x"]});
                prop_assert_eq!(read(&written), is, "{}", written);
            }
        }
    }
}
