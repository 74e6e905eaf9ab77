//! Slips of all kinds, made by chance, and the same ones in every run.

/// Numbers by chance (`SplitMix64`), the same ones for the same seed.
#[derive(Debug)]
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 if there is none.
    pub fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap().max(1);
        usize::try_from(self.next() % end).unwrap()
    }

    pub fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    /// A part of something so long, at most `most` of it.
    fn part(&mut self, length: usize, most: usize) -> std::ops::Range<usize> {
        let from = self.below(length + 1);
        from..(from + 1 + self.below(most)).min(length)
    }
}

/// What means something in one format or another.
const SIGNS: &[&[u8]] = &[
    b"\"",
    b"'",
    b"`",
    b"{",
    b"}",
    b"[",
    b"]",
    b"(",
    b")",
    b"<",
    b">",
    b"\\",
    b",",
    b":",
    b"#",
    b"@",
    b"&a ",
    b"*a",
    b"|",
    b">-",
    b"? ",
    b"!!binary ",
    b"- ",
    b"-",
    b"---\n",
    b"===\n",
    b"\n\n",
    b"\n",
    b"\r",
    b"\r\n",
    b"\t",
    b" ",
    b"    ",
    b"/*",
    b"*/",
    b"//",
    b"<!--",
    b"-->",
    b"->",
    b"<_ ",
    b"><",
    b"(1) ",
    b"1. ",
    b"1.1. Con: ",
    b"-> See 1.",
    b"Discussion Title: ",
    b"null",
    b"true",
    b"{}",
    b"[]",
    b"\"\"",
    b"\\u0000",
    b"\\ud800",
    b"\"AIF\":",
    b"\"nodeID\":",
    b"&amp;",
    b"&#0;",
    b"<br>",
    b"=1+1",
    "\u{feff}".as_bytes(),
    "\u{2028}".as_bytes(),
    "\u{202e}".as_bytes(),
    "\u{301}".as_bytes(),
    "\u{1f469}\u{200d}\u{1f4bb}".as_bytes(),
    "\u{85}".as_bytes(),
    "\u{1}".as_bytes(),
];

const EXTREME: &[&[u8]] = &[
    b"0",
    b"-1",
    b"1e999",
    b"2147483648",
    b"-2147483649",
    b"9223372036854775808",
    b"18446744073709551616",
    b"1.5",
    b"0x7fffffff",
    b"00",
    b"99999999999999999999999999999999999999",
    b"NaN",
    b".inf",
];

const NO_TEXT: &[&[u8]] =
    &[b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"\x80"];

/// Makes one to four slips. `other` is another text, from which pieces may come.
pub fn mutated(text: &[u8], other: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut text = text.to_vec();
    for _ in 0..=chance.below(4) {
        slip(&mut text, other, chance);
    }
    text
}

fn slip(text: &mut Vec<u8>, other: &[u8], chance: &mut Chance) {
    let at = chance.below(text.len() + 1);
    match chance.below(16) {
        0 => {
            if let Some(byte) = text.get_mut(at) {
                *byte ^= 1 << chance.below(8);
            }
        }
        1 => drop(text.drain(chance.part(text.len(), 40))),
        2 => drop(text.drain(chance.part(text.len(), 2_000))),
        3 => {
            let again = text[chance.part(text.len(), 400)].to_vec();
            put(text, at, &again);
        }
        4 => {
            let piece = &other[chance.part(other.len(), 400)];
            put(text, at, piece);
        }
        5 => text.truncate(at),
        6 => swap_lines(text, chance),
        7 => number(text, chance),
        8 | 9 => put(text, at, chance.one_of(SIGNS)),
        10 => put(text, at, b"\0"),
        11 => put(text, at, chance.one_of(NO_TEXT)),
        12 => again(text, chance),
        13 | 14 => made_equal(text, chance),
        _ => {
            let sign = chance.one_of(SIGNS).repeat(1 + chance.below(300));
            put(text, at, &sign);
        }
    }
}

fn put(text: &mut Vec<u8>, at: usize, piece: &[u8]) {
    text.splice(at..at, piece.iter().copied());
}

fn swap_lines(text: &mut Vec<u8>, chance: &mut Chance) {
    let mut lines: Vec<&[u8]> = text.split_inclusive(|it| *it == b'\n').collect();
    let (one, other) = (chance.below(lines.len()), chance.below(lines.len()));
    if !lines.is_empty() {
        lines.swap(one, other);
    }
    *text = lines.concat();
}

/// The same line, or the same field, again.
fn again(text: &mut Vec<u8>, chance: &mut Chance) {
    let end = chance.one_of(b"\n,}");
    let mut parts: Vec<&[u8]> = text.split_inclusive(|it| *it == end).collect();
    let at = chance.below(parts.len());
    if let Some(part) = parts.get(at).copied() {
        parts.insert(at, part);
    }
    *text = parts.concat();
}

/// Runs of bytes that are alike.
fn runs(text: &[u8], is_alike: impl Fn(&u8) -> bool) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for at in (0..text.len()).filter(|at| is_alike(&text[*at])) {
        match runs.last_mut().filter(|it| it.end == at) {
            Some(run) => run.end += 1,
            None => runs.push(at..at + 1),
        }
    }
    runs
}

fn number(text: &mut Vec<u8>, chance: &mut Chance) {
    let numbers = runs(text, u8::is_ascii_digit);
    if !numbers.is_empty() {
        let place = numbers[chance.below(numbers.len())].clone();
        text.splice(place, chance.one_of(EXTREME).iter().copied());
    }
}

/// Makes a word, which may be an id, what another one is.
fn made_equal(text: &mut Vec<u8>, chance: &mut Chance) {
    let words = runs(text, |it| it.is_ascii_alphanumeric() || *it == b'-');
    if !words.is_empty() {
        let (one, other) = (chance.below(words.len()), chance.below(words.len()));
        let word = text[words[one].clone()].to_vec();
        text.splice(words[other].clone(), word);
    }
}
