//! The tokens of a JSON text, with the bytes at which they begin.

use std::borrow::Cow;

use serde_json::{Number, Value};

use super::JsonFault;

/// A token.
#[derive(Debug, PartialEq)]
pub(super) enum Token<'t> {
    OpenList,
    CloseList,
    OpenObject,
    CloseObject,
    Colon,
    Comma,
    Text(Cow<'t, str>),
    /// A number, `true`, `false` or `null`.
    Scalar(Value),
}

/// Gives one token after the other.
#[derive(Debug)]
pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// The next token; none at the end of the text.
    pub(super) fn next_token(&mut self) -> Result<Option<(usize, Token<'t>)>, JsonFault> {
        while matches!(self.byte(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
        let start = self.at;
        let Some(first) = self.byte(start) else { return Ok(None) };
        self.at += 1;
        let token = match first {
            b'[' => Token::OpenList,
            b']' => Token::CloseList,
            b'{' => Token::OpenObject,
            b'}' => Token::CloseObject,
            b':' => Token::Colon,
            b',' => Token::Comma,
            b'"' => Token::Text(self.string(start)?),
            b'-' | b'0'..=b'9' => Token::Scalar(Value::Number(self.number(start)?)),
            _ => Token::Scalar(self.word(start)?),
        };
        Ok(Some((start, token)))
    }

    fn string(&mut self, start: usize) -> Result<Cow<'t, str>, JsonFault> {
        let mut has_escapes = false;
        loop {
            match self.byte(self.at) {
                None => return Err(JsonFault::malformed(start, "is a text that does not end")),
                Some(b'"') => break,
                Some(b'\\') => {
                    has_escapes = true;
                    self.at += 2;
                }
                Some(..b' ') => {
                    let detail = "is a control character, which a text has as an escape only";
                    return Err(JsonFault::malformed(self.at, detail));
                }
                Some(_) => self.at += 1,
            }
        }
        let inner = self.text.get(start + 1..self.at).unwrap_or_default();
        self.at += 1;
        if !has_escapes {
            return Ok(Cow::Borrowed(inner));
        }
        let quoted = self.text.get(start..self.at).unwrap_or_default();
        serde_json::from_str(quoted).map(Cow::Owned).map_err(|error| {
            JsonFault::malformed(start, format!("is no text: {}", without_place(&error)))
        })
    }

    fn number(&mut self, start: usize) -> Result<Number, JsonFault> {
        while matches!(self.byte(self.at), Some(b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')) {
            self.at += 1;
        }
        let digits = self.text.get(start..self.at).unwrap_or_default();
        serde_json::from_str(digits).map_err(|error| {
            JsonFault::malformed(start, format!("is no number: {}", without_place(&error)))
        })
    }

    fn word(&mut self, start: usize) -> Result<Value, JsonFault> {
        while matches!(self.byte(self.at), Some(b'a'..=b'z')) {
            self.at += 1;
        }
        match self.text.get(start..self.at) {
            Some("true") => Ok(Value::Bool(true)),
            Some("false") => Ok(Value::Bool(false)),
            Some("null") => Ok(Value::Null),
            _ => Err(JsonFault::malformed(start, "is nothing that JSON knows")),
        }
    }
}

/// What `serde_json` says without where: it was given a part of the text.
fn without_place(error: &serde_json::Error) -> String {
    let said = error.to_string();
    said.split(" at line ").next().unwrap_or_default().to_owned()
}
