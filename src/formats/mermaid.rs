//! Mermaid flowcharts. Sources and the terms of their use stand in comments at the end.

use super::drawing::{Arrow, Drawing, Key, Node, label};
use super::exporting::{Export, Holds, attribution};
use super::note::Note;
use super::writing::Debate;
use crate::domain::kinds::RelationKind;

/// Mermaid.
pub const MERMAID: Export = Export {
    name: "mermaid",
    title: "Mermaid",
    media_type: "text/vnd.mermaid",
    media_types: &["text/vnd.mermaid"],
    endings: &["mmd", "mermaid"],
    holds: DRAWN,
    write,
};

/// What a drawing shows.
pub(super) const DRAWN: Holds = Holds {
    summaries: false,
    bodies: false,
    tags: false,
    languages: false,
    status: false,
    quotes: false,
    ..Holds::ALL
};

fn write(debate: &Debate<'_>, _: &mut Vec<Note>) -> String {
    let drawing = Drawing::of(debate, false);
    let title = debate.topic.title.as_str();
    let mut text = format!("---\ntitle: {}\n---\nflowchart BT\n", in_frontmatter(title));
    for (key, node) in &drawing.nodes {
        text.push_str(&match node {
            Node::Position(it) => format!("  {key}[[\"{}\"]]\n", escaped(it.statement.as_str())),
            Node::Argument(it) => format!("  {key}[\"{}\"]\n", escaped(it.claim.as_str())),
            Node::Step(it) => format!("  {key}([\"{}\"])\n", escaped(&label(it))),
        });
    }
    for arrow in &drawing.arrows {
        text.push_str(&format!("  {} {} {}\n", arrow.from, looks(arrow), arrow.to));
    }
    if !debate.sources.is_empty() {
        text.push_str("  %% Sources\n");
        for source in debate.sources {
            // Mermaid looks for directives in comments too.
            let line = attribution(source).replace(['%', '{', '}'], " ");
            text.push_str(&format!("  %% - {line}\n"));
        }
    }
    text
}

/// How an arrow looks.
fn looks(arrow: &Arrow<'_>) -> String {
    let relation = arrow.relation;
    if arrow.is_premise {
        return "---".to_owned();
    }
    let line = match (relation.kind, relation.symmetric) {
        (RelationKind::Supports, _) => "-->",
        (RelationKind::Attacks, false) => "--x",
        (RelationKind::Attacks, true) => "x--x",
        (RelationKind::Rephrases, _) => "-.->",
    };
    if matches!(arrow.from, Key::Step(_)) {
        return line.to_owned();
    }
    format!("{line}|\"{}\"|", escaped(&label(relation)))
}

/// A text as Mermaid's entities: all that it, Markdown or HTML could take for something else.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut is_number = true;
    for c in text.chars() {
        // A number with a dot before all else would begin a list.
        let is_plain = c.is_ascii_alphanumeric()
            || matches!(c, ' ' | ',' | '\'' | '!' | '?')
            || matches!(c, '.' | '-') && !is_number
            // These stand for entities within Mermaid itself.
            || !c.is_ascii() && !matches!(c, '\u{FB02}' | '\u{B6}' | '\u{B0}' | '\u{DF}');
        is_number &= c.is_ascii_digit();
        match c {
            '"' => escaped.push_str("#quot;"),
            _ if is_plain => escaped.push(c),
            _ => escaped.push_str(&format!("#{};", u32::from(c))),
        }
    }
    escaped
}

/// A text as YAML and JSON have it, without what Mermaid looks for before it reads either.
fn in_frontmatter(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.replace('<', "\\u003c").replace('%', "\\u0025")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_no_syntax_of_mermaid() {
        assert_eq!(escaped(r#"say "a" & <b>; #x"#), "say #quot;a#quot; #38; #60;b#62;#59; #35;x");
        assert_eq!(escaped("1. a-b."), "1#46; a-b.");
        assert_eq!(escaped("- a"), "#45; a");
        assert_eq!(escaped("`%%{init: 1}%%`"), "#96;#37;#37;#123;init#58; 1#125;#37;#37;#96;");
    }
}
