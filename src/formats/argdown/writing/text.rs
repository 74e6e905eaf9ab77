//! Texts and data as Argdown writes them, so that they are read as they were.

use serde_json::Value;

use crate::formats::argdown::shortcodes;
use crate::formats::argdown::syntax::Data;

/// A text with what would mean something else escaped.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let (mut before, mut chars) = (None, text.char_indices().peekable());
    while let Some((at, c)) = chars.next() {
        let after = chars.peek().map(|(_, c)| *c);
        let means = match c {
            '\\' | '[' | '<' | '{' | '}' | '\t' => true,
            '#' => after.is_some_and(|c| {
                c == '(' || c == '-' || c == '_' || c.is_alphanumeric() || !c.is_ascii()
            }),
            '*' => !(before == Some(' ') && after == Some(' ')),
            '_' => {
                !(before.is_some_and(char::is_alphanumeric)
                    && after.is_some_and(char::is_alphanumeric))
            }
            '@' => matches!(after, Some('[' | '<')),
            '/' => {
                matches!(after, Some('/' | '*')) && before != Some(':')
                    || before == Some('/') && after == Some('*')
            }
            ' ' => before == Some(' '),
            '-' | '=' => before == Some(c) || after == Some(c),
            '.' | ':' => shortcodes::at_start(text.get(at..).unwrap_or_default(), before).is_some(),
            _ => false,
        };
        if means {
            out.push('\\');
        }
        out.push(c);
        before = Some(c);
    }
    out
}

/// A text that begins a line, where more means something else.
pub(super) fn escaped_at_start(text: &str) -> String {
    let out = escaped(text);
    let mut chars = out.chars();
    match chars.next() {
        Some('+' | '-' | '>' | '<' | '_' | '(' | '=' | '#' | '*' | '~' | '@') => format!("\\{out}"),
        Some(c) if c.is_ascii_digit() => {
            // `1.` begins a list.
            let digits = out.bytes().take_while(u8::is_ascii_digit).count();
            match (out.get(..digits), out.get(digits..)) {
                (Some(number), Some(rest)) if rest.starts_with('.') => format!("{number}\\{rest}"),
                _ => out,
            }
        }
        Some(_) | None => out,
    }
}

/// Data in one line: as people write it where that is possible.
pub(super) fn data(fields: &Data) -> String {
    let is_plain = |key: &str| {
        key.chars().next().is_some_and(|c| c.is_ascii_alphabetic())
            && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
            && !matches!(key, "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n")
    };
    let all = Value::Object(fields.clone()).to_string();
    let is_easy = !all.contains('\\')
        && fields.keys().all(|key| is_plain(key))
        && all
            .chars()
            .all(|c| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}'));
    if !is_easy {
        return braces_escaped(&all);
    }
    let pairs =
        fields.iter().map(|(key, value)| format!("{key}: {}", braces_escaped(&spaced(value))));
    format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
}

/// JSON with a space after what separates.
fn spaced(value: &Value) -> String {
    let json = value.to_string();
    let (mut out, mut is_quoted, mut is_escaped) =
        (String::with_capacity(json.len()), false, false);
    for c in json.chars() {
        out.push(c);
        if std::mem::take(&mut is_escaped) {
            continue;
        }
        match c {
            '\\' => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            ',' | ':' if !is_quoted => out.push(' '),
            _ => {}
        }
    }
    out
}

/// JSON without braces in its texts, which would seem to end it.
fn braces_escaped(json: &str) -> String {
    let (mut out, mut is_quoted, mut is_escaped) =
        (String::with_capacity(json.len()), false, false);
    for c in json.chars() {
        if std::mem::take(&mut is_escaped) {
            out.push(c);
            continue;
        }
        match c {
            '\\' => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            '{' if is_quoted => {
                out.push_str("\\u007b");
                continue;
            }
            '}' if is_quoted => {
                out.push_str("\\u007d");
                continue;
            }
            // What YAML does not print.
            '\u{7F}'..='\u{9F}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{FEFF}'
            | '\u{FFFE}'
            | '\u{FFFF}'
                if is_quoted =>
            {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
                continue;
            }
            _ => {}
        }
        out.push(c);
    }
    out
}

/// A value in the frontmatter, which must not hold `=`.
pub(super) fn front(value: &Value) -> String {
    let json = braces_escaped(&spaced(value));
    let easy = value.as_str().filter(|text| {
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
        text.chars().all(is_word)
            && text.chars().next().is_some_and(char::is_alphabetic)
            && !matches!(
                text.to_ascii_lowercase().as_str(),
                "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n"
            )
    });
    easy.map_or_else(|| json.replace('=', "\\u003d"), str::to_owned)
}

/// The words of a slug, as a title.
pub(super) fn title_of(slug: &str) -> String {
    let words = slug.replace('-', " ");
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::text::Claim;
    use crate::formats::argdown::inline;
    use crate::formats::argdown::masking::Masked;

    fn read(text: &str) -> String {
        let masked = Masked::new(text, 0);
        inline::read(&masked, 0..text.len(), false, false, &mut Vec::new()).text
    }

    #[test]
    fn what_means_nothing_is_not_escaped() {
        for text in [
            "A claim, plain (and simple): 1 + 1 = 2; a-b.",
            "https://example.org/a_b",
            "It's 5 * 3 / 2.",
        ] {
            assert_eq!(escaped(text), text);
        }
    }

    #[test]
    fn data_read_as_people_write_them() {
        let value = serde_json::json!({"source": "C1a", "uses": [1, 2]});

        assert_eq!(data(value.as_object().unwrap()), "{source: \"C1a\", uses: [1, 2]}");
    }

    proptest! {
        #[test]
        fn a_claim_is_read_as_it_was_written(text in "[-a-zA-Z \t\\\\\\[\\]<>{}#*_@/.:+=(),;!^~|0-9ä\u{2028}😀]{1,40}") {
            let Ok(claim) = Claim::parse(&text) else { return Ok(()) };
            prop_assert_eq!(read(&escaped(claim.as_str())), claim.as_str());
            prop_assert_eq!(read(&escaped_at_start(claim.as_str())), claim.as_str());
            let titled = format!("[T]: {}\n", escaped(claim.as_str()));
            let parsed = crate::formats::argdown::Parsed::of(&titled, &mut Vec::new());
            prop_assert_eq!(&parsed.syntax.items[0].text, claim.as_str());
        }

        #[test]
        fn data_are_read_as_they_were_written(text in any::<String>(), key in "[a-z \\{\"]{1,6}") {
            let fields = Data::from_iter([(key, Value::String(text.replace('\0', "")))]);
            let written = data(&fields);
            let masked = Masked::new(&written, 0);
            prop_assert_eq!(masked.braces.get(&0), Some(&(written.len() - 1)), "{}", &written);
            prop_assert_eq!(super::super::super::data::mapping(&written), Ok(fields));
        }
    }
}
