//! Shortcodes: names for symbols, between two dots or two colons.

const NAMED: &[(&str, &str)] = &[
    ("A", "∀"),
    ("E", "∃"),
    ("O", "𝗢"),
    ("P", "𝗣"),
    ("->", "→"),
    ("<->", "↔"),
    ("~", "¬"),
    ("^", "∧"),
    ("v", "∨"),
    ("v_", "⊻"),
    ("<>", "◇"),
    ("[]", "◻"),
    ("happy", "😀"),
    ("smile", "☺"),
    ("smiley", "☺"),
    ("laugh", "😆"),
    ("lol", "😆"),
    ("rofl", "🤣"),
    ("joy", "😂"),
    ("heart", "❤"),
    ("?", "❓"),
    ("question", "❓"),
    ("love", "😍"),
    ("wink", "😉"),
    ("shush", "🤫"),
    ("meh", "😐"),
    ("eye-roll", "🙄"),
    ("eyes", "🙄"),
    ("sad", "😢"),
    ("disappointed", "😞"),
    ("scream", "😱"),
    ("+1", "👍"),
    ("up", "👍"),
    ("-1", "👎"),
    ("down", "👎"),
    ("think", "🤔"),
    ("star", "⭐"),
    ("y", "✔"),
    ("agree", "✔"),
    ("n", "❌"),
    ("disagree", "❌"),
];

/// The symbol that a text begins with the shortcode of, and the length of that. It stands alone:
/// the dots of `A.E.` are none.
pub(super) fn at_start(rest: &str, before: Option<char>) -> Option<(&'static str, usize)> {
    const LONGEST: usize = 16;
    let mark = rest.chars().next().filter(|c| matches!(c, '.' | ':'))?;
    if before.is_some_and(|c| c.is_alphanumeric() || c == mark) {
        return None;
    }
    let inside = rest.get(1..)?;
    let end = inside.bytes().take(LONGEST).position(|byte| u32::from(byte) == u32::from(mark))?;
    let name = inside.get(..end)?;
    let after = inside.get(end + 1..)?.chars().next();
    if after.is_some_and(char::is_alphanumeric) {
        return None;
    }
    let (_, symbol) = NAMED.iter().find(|(known, _)| *known == name)?;
    Some((symbol, end + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortcode_is_known_and_stands_alone() {
        assert_eq!(at_start(".->. q", Some(' ')), Some(("→", 4)));
        assert_eq!(at_start(":heart:", None), Some(("❤", 7)));
        assert_eq!(at_start(".E. Housman", Some('A')), None);
        assert_eq!(at_start(".x.", None), None);
        assert_eq!(at_start(".v.x", None), None);
        assert_eq!(at_start(".", None), None);
    }
}
