//! A list of JSON values cut into its elements, one at a time, however long it is.
//!
//! The text is an array, or an object with an array in its field `arguments`. Only brackets and
//! strings are looked at here. Where an element is broken, the next one is found by what no JSON can
//! have: a line end within a string, an object that begins where a name is due, a bracket that
//! closes another kind.

use std::io::{self, BufRead};

use crate::domain::input::At;

/// The largest element that is held, in bytes.
pub(super) const LARGEST: usize = 16 * 1024 * 1024;

/// The deepest nesting of which the kinds of brackets are remembered.
const DEEPEST: usize = 1_000;

/// The longest name of a field that is told, in bytes.
const LONGEST_NAME: usize = 100;

/// What comes next in the text.
#[derive(Debug)]
pub(super) enum Found<'e> {
    /// An element of the list.
    Element(Element<'e>),
    /// A field beside the list, which was passed over.
    Beside(String),
    /// The text is not as it should be at this line, and this was done about it.
    Broken(u64, &'static str, &'static str),
    /// There is nothing more.
    End,
}

/// An element of the list, as it is written.
#[derive(Debug)]
pub(super) struct Element<'e> {
    /// Its JSON pointer.
    pub pointer: String,
    /// The line on which it begins.
    pub line: u64,
    /// Its text; none of one that has more than [`LARGEST`] bytes.
    pub text: Option<&'e [u8]>,
}

/// Where in the text the reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    Start,
    /// Among the fields of the object around the list.
    Fields,
    /// Before an element of the list, or its end.
    List,
    /// After an element.
    AfterElement,
    /// After everything.
    After,
    End,
}

/// The elements of a text.
pub(super) struct Elements<'a> {
    bytes: Bytes<'a>,
    stand: Stand,
    /// Whether there is an object around the list.
    is_wrapped: bool,
    has_list: bool,
    index: usize,
    held: Vec<u8>,
    open: Open,
    /// Whether the last value had no end of its own.
    is_cut_off: bool,
}

impl<'a> Elements<'a> {
    pub(super) fn new(from: &'a mut dyn BufRead) -> Self {
        Self {
            bytes: Bytes { from, chunk: Vec::new(), at: 0, line: 1 },
            stand: Stand::Start,
            is_wrapped: false,
            has_list: false,
            index: 0,
            held: Vec::new(),
            open: Open::default(),
            is_cut_off: false,
        }
    }

    pub(super) fn next(&mut self) -> io::Result<Found<'_>> {
        loop {
            let next = self.bytes.peek_visible()?;
            match (self.stand, next) {
                (Stand::Start, Some(b'[')) => self.enter_list()?,
                (Stand::Start, Some(b'{')) => {
                    self.bytes.next()?;
                    (self.stand, self.is_wrapped) = (Stand::Fields, true);
                }
                (Stand::Start, Some(0xEF)) if self.bytes.line == 1 => self.pass_mark()?,
                (Stand::Start, _) => {
                    self.stand = Stand::End;
                    return Ok(self.broken("is no list of arguments", "nothing was read"));
                }
                (Stand::Fields, Some(b'"')) => {
                    let name = self.name()?;
                    if name == "arguments" && self.bytes.peek_visible()? == Some(b'[') {
                        self.enter_list()?;
                        continue;
                    }
                    self.cut(false)?;
                    return Ok(Found::Beside(name));
                }
                (Stand::Fields, Some(b',')) => _ = self.bytes.next()?,
                (Stand::Fields, Some(b'}')) => {
                    self.bytes.next()?;
                    self.stand = Stand::After;
                    if !self.has_list {
                        return Ok(self.broken("has no list `arguments`", "nothing was read"));
                    }
                }
                (Stand::Fields, _) => {
                    self.stand = Stand::End;
                    let detail = "the object around the list is broken";
                    return Ok(self.broken(detail, "what comes after it was not read"));
                }
                (Stand::List | Stand::AfterElement, Some(b',')) => {
                    self.bytes.next()?;
                    self.stand = Stand::List;
                }
                (Stand::List | Stand::AfterElement, Some(b']')) => {
                    self.bytes.next()?;
                    self.stand = if self.is_wrapped { Stand::Fields } else { Stand::After };
                }
                (Stand::List | Stand::AfterElement, None) => {
                    self.stand = Stand::End;
                    return Ok(self.broken("the list does not end", "the file is cut off"));
                }
                (Stand::List | Stand::AfterElement, Some(b'}' | b':')) => {
                    self.bytes.next()?;
                    let detail = "there is a bracket that closes nothing";
                    return Ok(self.broken(detail, "it was passed over"));
                }
                (Stand::AfterElement, Some(_)) => {
                    self.stand = Stand::List;
                    let detail = "there is no comma between two arguments";
                    return Ok(self.broken(detail, "both were read"));
                }
                (Stand::List, Some(_)) => return self.element(),
                (Stand::After, Some(_)) => {
                    self.stand = Stand::End;
                    return Ok(self.broken("there is more after the end", "it was not read"));
                }
                (Stand::After | Stand::End, _) => return Ok(Found::End),
            }
        }
    }

    fn broken(&self, detail: &'static str, instead: &'static str) -> Found<'static> {
        Found::Broken(self.bytes.line, detail, instead)
    }

    fn enter_list(&mut self) -> io::Result<()> {
        self.bytes.next()?;
        (self.stand, self.has_list, self.index) = (Stand::List, true, 0);
        Ok(())
    }

    /// Some editors begin a file with a byte order mark, which is no part of its text.
    fn pass_mark(&mut self) -> io::Result<()> {
        for byte in "\u{feff}".bytes() {
            if self.bytes.peek()? == Some(byte) {
                self.bytes.next()?;
            }
        }
        Ok(())
    }

    fn element(&mut self) -> io::Result<Found<'_>> {
        let line = self.bytes.line;
        let is_held = self.cut(true)?;
        let list = if self.is_wrapped { "/arguments" } else { "" };
        let pointer = At::Pointer(list).item(self.index).to_string();
        self.index += 1;
        self.stand = if self.is_cut_off { Stand::List } else { Stand::AfterElement };
        let text = is_held.then_some(self.held.as_slice());
        Ok(Found::Element(Element { pointer, line, text }))
    }

    /// The name of a field, with the colon after it.
    fn name(&mut self) -> io::Result<String> {
        self.bytes.next()?;
        self.held.clear();
        let mut is_escaped = false;
        while let Some(byte) = self.bytes.next()? {
            if byte == b'"' && !is_escaped {
                break;
            }
            is_escaped = byte == b'\\' && !is_escaped;
            if self.held.len() < LONGEST_NAME {
                self.held.push(byte);
            }
        }
        if self.bytes.peek_visible()? == Some(b':') {
            self.bytes.next()?;
        }
        Ok(String::from_utf8_lossy(&self.held).into_owned())
    }

    /// Passes one value, and holds its text if that is wanted. Gives whether it could be held.
    fn cut(&mut self, is_wanted: bool) -> io::Result<bool> {
        self.held.clear();
        // One large element is no reason to keep so much for all that come after it.
        self.held.shrink_to(64 * 1024);
        self.open.clear();
        let mut fits = true;
        // Whether this is in a string, and the last byte outside of strings that is no space.
        let (mut is_string, mut before) = (false, b'[');
        while let Some(byte) = self.bytes.peek()? {
            if is_string {
                match byte {
                    b'"' | b'\n' => is_string = false,
                    b'\\' => {
                        self.hold(byte, is_wanted, &mut fits);
                        self.bytes.next()?;
                        match self.bytes.peek()? {
                            Some(b'\n') | None => continue,
                            Some(_) => {}
                        }
                    }
                    _ => {}
                }
            } else {
                let begins_next = byte == b'{' && self.open.is_object() && before != b':';
                let is_end = self.open.is_empty() && matches!(byte, b',' | b']' | b'}' | b'\n');
                self.is_cut_off = begins_next;
                if begins_next || is_end || byte == b']' && !self.open.has_array() {
                    return Ok(fits);
                }
                match byte {
                    b'"' => is_string = true,
                    b'{' | b'[' => self.open.push(byte),
                    b'}' | b']' => self.open.close(byte),
                    _ => {}
                }
                if !byte.is_ascii_whitespace() {
                    before = byte;
                }
            }
            self.hold(self.bytes.current(), is_wanted, &mut fits);
            self.bytes.next()?;
            if matches!(byte, b'}' | b']') && !is_string && self.open.is_empty() {
                break;
            }
        }
        Ok(fits)
    }

    fn hold(&mut self, byte: u8, is_wanted: bool, fits: &mut bool) {
        if !is_wanted || !*fits {
            return;
        }
        if self.held.len() == LARGEST {
            *fits = false;
            self.held = Vec::new();
        } else {
            self.held.push(byte);
        }
    }
}

impl std::fmt::Debug for Elements<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Elements").field("index", &self.index).finish_non_exhaustive()
    }
}

/// The brackets that are open.
#[derive(Debug, Default)]
struct Open {
    kinds: Vec<u8>,
    arrays: usize,
    /// How many are open beyond those of which the kind is known.
    beyond: u64,
}

impl Open {
    fn clear(&mut self) {
        self.kinds.clear();
        (self.arrays, self.beyond) = (0, 0);
    }

    fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    fn is_object(&self) -> bool {
        self.beyond == 0 && self.kinds.last() == Some(&b'{')
    }

    fn has_array(&self) -> bool {
        self.arrays > 0 || self.beyond > 0
    }

    fn push(&mut self, bracket: u8) {
        if self.kinds.len() == DEEPEST {
            self.beyond += 1;
            return;
        }
        self.arrays += usize::from(bracket == b'[');
        self.kinds.push(bracket);
    }

    /// Closes the innermost bracket of this kind with all that is open within it.
    fn close(&mut self, bracket: u8) {
        if self.beyond > 0 {
            self.beyond -= 1;
            return;
        }
        let opening = if bracket == b'}' { b'{' } else { b'[' };
        while let Some(open) = self.kinds.pop() {
            self.arrays -= usize::from(open == b'[');
            if open == opening {
                break;
            }
        }
    }
}

/// Bytes, one at a time.
struct Bytes<'a> {
    from: &'a mut dyn BufRead,
    chunk: Vec<u8>,
    at: usize,
    line: u64,
}

impl Bytes<'_> {
    fn peek(&mut self) -> io::Result<Option<u8>> {
        if self.at == self.chunk.len() {
            let chunk = self.from.fill_buf()?;
            self.chunk.clear();
            self.chunk.extend_from_slice(chunk);
            self.at = 0;
            let length = self.chunk.len();
            self.from.consume(length);
        }
        Ok(self.chunk.get(self.at).copied())
    }

    /// The byte that was last peeked at.
    fn current(&self) -> u8 {
        self.chunk.get(self.at).copied().unwrap_or_default()
    }

    fn next(&mut self) -> io::Result<Option<u8>> {
        let byte = self.peek()?;
        self.at += usize::from(byte.is_some());
        self.line += u64::from(byte == Some(b'\n'));
        Ok(byte)
    }

    /// The next byte that is no white space of JSON.
    fn peek_visible(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.peek()? {
                Some(b' ' | b'\t' | b'\r' | b'\n') => _ = self.next()?,
                other => return Ok(other),
            }
        }
    }
}
