//! Texts that are meant to break a reader: each is read in bounded time, on a small stack.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::formats::writing::Debate;

/// Reads a text soon, writes what it says, and tells what was read.
fn soon(what: &str, text: &str) -> Collected {
    let begun = Instant::now();
    let found = read(text);
    let taken = begun.elapsed();
    assert!(taken < Duration::from_secs(40), "{what} took {taken:?}");
    found
}

fn soon_and_back(what: &str, text: &str) -> Collected {
    let found = soon(what, text);
    let begun = Instant::now();
    let debate = Debate::first_of(&found.document).unwrap();
    let written = Argdown.write(&debate, &mut Vec::new());
    let taken = begun.elapsed();
    assert!(taken < Duration::from_secs(40), "writing {what} took {taken:?}");
    let again = soon(what, &written);
    assert_eq!(
        again.document.topics[0].relations.len(),
        found.document.topics[0].relations.len(),
        "{what}"
    );
    found
}

fn indented(levels: usize) -> String {
    let mut text = "[T]: Thesis\n".to_owned();
    for level in 1..=levels {
        text.push_str(&format!("{}- <A{level}>: text\n", " ".repeat(level)));
    }
    text
}

#[test]
fn relations_nest_as_deep_as_anybody_likes() {
    assert_eq!(soon_and_back("100 levels", &indented(100)).document.topics[0].relations.len(), 100);
    assert_eq!(
        soon_and_back("2,000 levels", &indented(2_000)).document.topics[0].relations.len(),
        2_000
    );
    let flat: String = (0..20_000).map(|at| format!("  - <A{at}>\n")).collect();
    assert_eq!(
        soon_and_back("20,000 cons", &format!("[T]: t\n{flat}")).document.topics[0].relations.len(),
        20_000
    );
}

#[test]
fn an_inference_has_as_many_premises_as_fit_a_relation() {
    let premises: String = (1..=200_000).map(|at| format!("({at}) P{at}\n")).collect();
    let found = soon("200,000 premises", &format!("{premises}----\n(200001) C\n"));

    assert!(found.notes.iter().any(|it| it.code == NoteCode::TooMuch));
    assert_eq!(found.document.topics[0].relations[0].premises.len(), 32_000);
}

#[test]
fn what_never_closes_is_looked_for_once() {
    let many = |what: &str| what.repeat(20_000);
    for what in [
        "[", "{", "<", "/*", "<!--", "(", "#(", "@[", "@<", "*a", "_a ", "**a ", "\\", "{\"",
        "[a](", ":a", ".", "===", "-", "{a: ", "<!-- ", "}", "]", "#",
    ] {
        soon(what, &many(what));
        soon(what, &format!("[T]: {}", many(what)));
        soon(what, &many(&format!("{what}\n")));
        soon(what, &many(&format!("{what}\n\n")).chars().take(20_000).collect::<String>());
    }
    soon("frontmatter", &format!("===\n{}", many("a: 1\n")));
    soon("one long line", &format!("[T]: {}", "word ".repeat(100_000)));
    soon("no spaces", &"a".repeat(500_000));
}

#[test]
fn data_that_grow_are_refused() {
    let bomb = "[T]: t {a: &a [x,x,x], b: &b [*a,*a,*a], c: &c [*b,*b,*b], d: [*c,*c,*c]}\n";
    let deep = format!("[T]: t {{a: {}{}}}\n", "[".repeat(100_000), "]".repeat(100_000));
    for text in [bomb, deep.as_str()] {
        let found = soon("data", text);
        assert!(found.notes.iter().any(|it| it.code == NoteCode::Malformed), "{:?}", found.notes);
    }
}

proptest! {
    #[test]
    fn any_text_is_read(text in any::<String>()) {
        prop_assert_eq!(read(&text).document.topics.len(), 1);
    }

    #[test]
    fn any_text_of_what_means_something_is_read_and_written(
        parts in prop::collection::vec(prop::sample::select(PARTS), 0..40)
    ) {
        let text = parts.concat();
        let found = read(&text);
        let debate = Debate::first_of(&found.document).unwrap();
        let written = Argdown.write(&debate, &mut Vec::new());
        prop_assert_eq!(read(&written).document.topics.len(), 1);
    }
}

const PARTS: &[&str] = &[
    "[A]", "[B]:", "<C>", "<D>:", " text ", "\n", "\n\n", "  + ", "  - ", "  <_ ", "  >< ",
    "    -> ", "(1)", "(2)", "\n----\n", "\n--\n", "{a: 1}", "{", "}", "#tag", "#(a b)", "*", "**",
    "_", "\\", "// c\n", "/* c */", "<!--", "-->", "===\n", "# ", "\r\n", "@[A]", "[l](u)",
    "\u{1}", "\u{0}", "ä", "😀", "* ", "1. ",
];
