//! The texts and the slugs of what is made of an argument, each made of what the file says and of
//! nothing else.

use super::WORDLESS;
use crate::domain::slug::Slug;
use crate::domain::text::{Body, Claim, Title, sha256_hex};
use crate::formats::note::{Note, NoteCode};
use crate::formats::place::Place;
use crate::formats::taming::{self, ManyLines, OneLine, TamedPair};

/// What a topic without a name is called.
const NAMELESS: &str = "Untitled topic";

/// The slug that a text suggests, told apart from all others by a digest.
pub(super) fn told_apart(text: &str, key: &str, fallback: &str) -> Slug {
    with_digest(&Slug::derive(text, fallback), key)
}

/// The slug, told apart from its like by a digest.
pub(super) fn with_digest(slug: &Slug, key: &str) -> Slug {
    let digest: String = sha256_hex(key.as_bytes()).chars().take(8).collect();
    let fits = |slug: &Slug| Slug::parse(&format!("{slug}-{digest}"));
    // A numbered slug of one that has a digest already may leave no room for another.
    fits(slug).or_else(|_| fits(&Slug::derive(slug.as_str(), "a"))).unwrap_or_else(|_| slug.clone())
}

/// The slug of an argument that has this id: the id itself, if that can be seen in it.
pub(super) fn of_id(id: &str) -> Slug {
    let slug = Slug::derive(id, "argument");
    let seen = slug.as_str().bytes().filter(u8::is_ascii_alphanumeric);
    let letters = id.bytes().filter(u8::is_ascii_alphanumeric).map(|it| it.to_ascii_lowercase());
    let is_plain = id.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_:./ ".contains(&it));
    if is_plain && letters.eq(seen) { slug } else { with_digest(&slug, id) }
}

/// What a topic is called that has this title in the file.
pub(super) fn title(text: &str, at: &Place, notes: &mut Vec<Note>) -> Option<Title> {
    let tamed = taming::line(text, at, notes);
    tamed.or_else(|| taming::line(NAMELESS, at, notes)).map(|it| it.text)
}

/// The texts of the record that says what a conclusion or a premise says.
pub(super) fn worded<Short: OneLine, Long: ManyLines>(
    text: &str,
    at: &Place,
    notes: &mut Vec<Note>,
) -> Option<TamedPair<Short, Long>> {
    taming::pair(text, at, notes).or_else(|| taming::pair(WORDLESS, at, notes))
}

/// Whether there is nothing to see in a text.
pub(super) fn is_wordless(text: &str) -> bool {
    // Most texts are told by their first character.
    !text.chars().next().is_some_and(char::is_alphanumeric)
        && taming::pair::<Claim, Body>(text, &Place::default(), &mut Vec::new()).is_none()
}

/// Says that there is nothing to see in a text.
pub(super) fn wordless(what: &str, at: &Place) -> Note {
    let detail = format!("the {what} has no text that could be seen");
    Note::warning(NoteCode::Guessed, at.clone(), detail, format!("it says `{WORDLESS}`"))
}

/// The text of a record.
pub(super) fn written<Short, Long>(short: &Short, long: &Long) -> String
where
    Short: OneLine + PartialEq + ToString,
    Long: ManyLines + PartialEq + ToString,
{
    if *long == Long::default() {
        return short.to_string();
    }
    // A text that was too long for one line stands whole in the longer field.
    let whole = long.to_string();
    if taming::is_still(&whole, short, long) {
        whole
    } else {
        format!("{}\n\n{whole}", short.to_string())
    }
}

/// Whether a record still says what it was made to say of a text.
pub(super) fn is_still<Short, Long>(text: &str, short: &Short, long: &Long) -> bool
where
    Short: OneLine + PartialEq,
    Long: ManyLines + PartialEq,
{
    worded::<Short, Long>(text, &Place::default(), &mut Vec::new())
        .is_some_and(|it| it.short == *short && it.long == *long)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_an_argument_is_its_slug_where_nothing_of_it_is_lost() {
        let slug = |id: &str| of_id(id).to_string();
        assert_eq!(slug("Sb38112c8-A443a9828"), "sb38112c8-a443a9828");
        assert_eq!(
            slug("671509c8-2019-04-17T11:47:34Z-00007-000"),
            "671509c8-2019-04-17t11-47-34z-00007-000"
        );
        assert_ne!(slug("ä"), slug("a"));
        assert_ne!(slug(&"a-b ".repeat(40)), slug(&"a-b ".repeat(41)));
        assert!(slug("").starts_with("argument-"));
    }

    #[test]
    fn a_slug_has_room_for_its_digest() {
        let long = Slug::derive(&"word ".repeat(40), "a").numbered(1_000_000);
        let one = with_digest(&with_digest(&with_digest(&long, "a"), "b"), "c");
        assert_ne!(one, with_digest(&with_digest(&with_digest(&long, "a"), "b"), "d"));
    }
}
