//! JSON (RFC 8259) as a value, within bounds and without recursion, and the places in its text.
//!
//! A name that an object has twice is told, and the first value counts, as in YAML.

mod lexing;
mod locating;

use serde_json::{Map, Value};

use self::lexing::{Lexer, Token};
pub(super) use self::locating::{Wanted, locate, location};
use super::yaml::MAX_DEPTH;
use crate::domain::input::At;

/// The most names given twice that are told.
pub(super) const MANY_REPEATED: usize = 1_000;
/// The most bytes of the pointers that tell them: each has the names of all that is around it.
const MANY_BYTES: usize = 1_000_000;

/// Why a text is no JSON that is read here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct JsonFault {
    /// The byte of the text.
    pub(super) offset: usize,
    pub(super) detail: String,
    /// Whether it is JSON, and more than is read.
    pub(super) is_too_much: bool,
}

impl JsonFault {
    fn malformed(offset: usize, detail: impl Into<String>) -> Self {
        Self { offset, detail: detail.into(), is_too_much: false }
    }

    fn too_much(offset: usize, detail: impl Into<String>) -> Self {
        Self { offset, detail: detail.into(), is_too_much: true }
    }
}

/// What a text holds.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) value: Value,
    /// The pointers to the names that their object has already.
    pub(super) repeated: Vec<String>,
}

/// A list or an object that is not closed yet.
enum Open {
    List(Vec<Value>),
    Object { fields: Map<String, Value>, name: String, is_repeated: bool },
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    ValueOrEnd,
    Name,
    NameOrEnd,
    Colon,
    CommaOrEnd,
    Nothing,
}

impl Next {
    fn wanted(self) -> &'static str {
        match self {
            Self::Value => "a value",
            Self::ValueOrEnd => "a value or `]`",
            Self::Name => "a name in double quotes",
            Self::NameOrEnd => "a name in double quotes or `}`",
            Self::Colon => "`:`",
            Self::CommaOrEnd => "`,` or the end of what is open",
            Self::Nothing => "nothing more",
        }
    }
}

struct Parser {
    open: Vec<Open>,
    next: Next,
    values_left: usize,
    done: Option<Value>,
    repeated: Vec<String>,
    repeated_bytes: usize,
}

/// Reads a text that holds one value, of at most so many values in one another.
pub(super) fn parse(text: &str, most_values: usize) -> Result<Read, JsonFault> {
    let mut lexer = Lexer::new(text);
    let mut parser = Parser {
        open: Vec::new(),
        next: Next::Value,
        values_left: most_values,
        done: None,
        repeated: Vec::new(),
        repeated_bytes: 0,
    };
    while let Some((offset, token)) = lexer.next_token()? {
        parser.take(offset, token).map_err(|mut fault| {
            if fault.detail.starts_with("has more than") {
                fault.detail.push_str("; divide it into several files");
            }
            fault
        })?;
    }
    match parser.done {
        Some(value) => Ok(Read { value, repeated: parser.repeated }),
        None => {
            let detail = format!("ends where {} must stand", parser.next.wanted());
            Err(JsonFault::malformed(text.len(), detail))
        }
    }
}

impl Parser {
    fn take(&mut self, offset: usize, token: Token<'_>) -> Result<(), JsonFault> {
        let takes_value = matches!(self.next, Next::Value | Next::ValueOrEnd);
        match token {
            Token::OpenList if takes_value => {
                self.open(offset, Open::List(Vec::new()), Next::ValueOrEnd)
            }
            Token::OpenObject if takes_value => {
                let (fields, name) = (Map::new(), String::new());
                let object = Open::Object { fields, name, is_repeated: false };
                self.open(offset, object, Next::NameOrEnd)
            }
            Token::Text(text) if takes_value => self.scalar(offset, Value::String(text.into())),
            Token::Scalar(value) if takes_value => self.scalar(offset, value),
            Token::Text(text) if matches!(self.next, Next::Name | Next::NameOrEnd) => {
                self.name(offset, text.into())
            }
            Token::Colon if self.next == Next::Colon => {
                self.next = Next::Value;
                Ok(())
            }
            Token::Comma if self.next == Next::CommaOrEnd => {
                let is_list = matches!(self.open.last(), Some(Open::List(_)));
                self.next = if is_list { Next::Value } else { Next::Name };
                Ok(())
            }
            Token::CloseList if matches!(self.next, Next::ValueOrEnd | Next::CommaOrEnd) => {
                self.close(offset, true)
            }
            Token::CloseObject if matches!(self.next, Next::NameOrEnd | Next::CommaOrEnd) => {
                self.close(offset, false)
            }
            Token::OpenList
            | Token::CloseList
            | Token::OpenObject
            | Token::CloseObject
            | Token::Colon
            | Token::Comma
            | Token::Text(_)
            | Token::Scalar(_) => Err(self.unexpected(offset)),
        }
    }

    fn open(&mut self, offset: usize, open: Open, next: Next) -> Result<(), JsonFault> {
        self.count(offset)?;
        if self.open.len() == MAX_DEPTH {
            let detail = format!("nests more than {MAX_DEPTH} levels deep");
            return Err(JsonFault::too_much(offset, detail));
        }
        self.open.push(open);
        self.next = next;
        Ok(())
    }

    fn unexpected(&self, offset: usize) -> JsonFault {
        JsonFault::malformed(offset, format!("{} must stand here", self.next.wanted()))
    }

    fn count(&mut self, offset: usize) -> Result<(), JsonFault> {
        let left = self.values_left.checked_sub(1);
        self.values_left = left
            .ok_or_else(|| JsonFault::too_much(offset, "has more than the values that are read"))?;
        Ok(())
    }

    fn scalar(&mut self, offset: usize, value: Value) -> Result<(), JsonFault> {
        self.count(offset)?;
        self.put(value);
        Ok(())
    }

    fn name(&mut self, offset: usize, text: String) -> Result<(), JsonFault> {
        self.next = Next::Colon;
        let Some(Open::Object { fields, name, is_repeated }) = self.open.last_mut() else {
            return Err(self.unexpected(offset));
        };
        *is_repeated = fields.contains_key(&text);
        *name = text;
        if *is_repeated {
            let pointer = self.pointer();
            self.repeated_bytes += pointer.len();
            if self.repeated.len() == MANY_REPEATED || self.repeated_bytes > MANY_BYTES {
                return Err(JsonFault::too_much(offset, "has too many names that are given twice"));
            }
            self.repeated.push(pointer);
        }
        Ok(())
    }

    fn pointer(&self) -> String {
        self.open.iter().fold(String::new(), |at, open| match open {
            Open::List(items) => At::Pointer(&at).item(items.len()).to_string(),
            Open::Object { name, .. } => At::Pointer(&at).field(name).to_string(),
        })
    }

    /// Puts a whole value where it belongs.
    fn put(&mut self, value: Value) {
        self.next = Next::CommaOrEnd;
        match self.open.last_mut() {
            Some(Open::List(items)) => items.push(value),
            Some(Open::Object { fields, name, is_repeated }) => {
                if !*is_repeated {
                    fields.insert(std::mem::take(name), value);
                }
            }
            None => {
                self.next = Next::Nothing;
                self.done = Some(value);
            }
        }
    }

    fn close(&mut self, offset: usize, is_list: bool) -> Result<(), JsonFault> {
        let value = match (self.open.pop(), is_list) {
            (Some(Open::List(items)), true) => Value::Array(items),
            (Some(Open::Object { fields, .. }), false) => Value::Object(fields),
            _ => return Err(self.unexpected(offset)),
        };
        self.put(value);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Result<Read, JsonFault> {
        parse(text, 1_000)
    }

    #[test]
    fn a_name_given_twice_is_told_and_the_first_one_counts() {
        let read = read(r#"{"a": [0, {"b": 1, "b": [2], "c/d": 3, "c\u002fd": 4}]}"#).unwrap();

        assert_eq!(read.value, json!({"a": [0, {"b": 1, "c/d": 3}]}));
        assert_eq!(read.repeated, ["/a/1/b", "/a/1/c~1d"]);
    }

    #[test]
    fn what_is_no_json_is_refused_where_it_breaks() {
        for (bad, offset) in [
            ("", 0),
            ("{\"a\": }", 6),
            ("[1,]", 3),
            ("{\"a\": 1,}", 8),
            ("[1 2]", 3),
            ("{} {}", 3),
            ("[\"\\ud800\"]", 1),
            ("[1e999]", 1),
            ("[01]", 1),
            ("[NaN]", 1),
            ("[\"a\nb\"]", 3),
            ("{a: 1}", 1),
            ("[1}", 2),
            ("[\"a", 1),
            ("['a']", 1),
        ] {
            assert_eq!(read(bad).map_err(|it| it.offset).map(|_| ()), Err(offset), "{bad}");
        }
    }

    #[test]
    fn what_is_too_deep_or_too_many_is_refused() {
        let deep = |levels: usize| read(&("[".repeat(levels) + &"]".repeat(levels)));

        assert!(deep(MAX_DEPTH).is_ok());
        assert!(deep(MAX_DEPTH + 1).is_err_and(|it| it.is_too_much && it.offset == MAX_DEPTH));
        assert!(deep(1_000_000).is_err_and(|it| it.is_too_much));
        assert!(read(&format!("[{}0]", "0,".repeat(998))).is_ok());
        assert!(read(&format!("[{}0]", "0,".repeat(999))).is_err_and(|it| it.is_too_much));
        let twice = format!("{{\"{}\": {{{}\"a\":1}}}}", "x".repeat(500_000), "\"a\":1,".repeat(9));
        assert!(read(&twice).is_err_and(|it| it.is_too_much));
    }

    proptest! {
        #[test]
        fn what_is_read_and_what_is_refused_is_the_same_as_elsewhere(
            text in "([\\[\\]{}:,]|\"[a-z\\\\\"u0]{0,3}\"|true|false|null|-?[0-9]{1,3}(\\.[0-9])?(e[0-9])?| |\t){0,12}"
        ) {
            let there: Option<Value> = serde_json::from_str(&text).ok();
            let here = read(&text).ok().filter(|it| it.repeated.is_empty());
            prop_assert!(here.is_none() || there == here.map(|it| it.value));
            prop_assert!(there.is_none() || read(&text).is_ok());
        }

        #[test]
        fn what_is_written_is_read(text in any::<String>(), number in any::<f64>(), whole in any::<u64>()) {
            let value = json!({"a": [text, number, whole, null, true], text.clone(): {}});
            let written = serde_json::to_string_pretty(&value).unwrap();
            prop_assert_eq!(read(&written).unwrap().value, value);
        }
    }
}
