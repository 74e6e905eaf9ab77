//! DOT, for Graphviz. Sources and the terms of their use stand in comments at the end.

use super::drawing::{Arrow, Drawing, Key, Node, label, wrapped};
use super::exporting::{Export, attribution};
use super::note::Note;
use super::writing::Debate;
use crate::domain::kinds::RelationKind;

/// DOT.
pub const DOT: Export = Export {
    name: "dot",
    title: "DOT (Graphviz)",
    media_type: "text/vnd.graphviz",
    media_types: &["text/vnd.graphviz"],
    endings: &["dot", "gv"],
    holds: super::mermaid::DRAWN,
    write,
};

/// About how many characters a line of a box has.
const WIDTH: usize = 40;

fn write(debate: &Debate<'_>, _: &mut Vec<Note>) -> String {
    let drawing = Drawing::of(debate, false);
    let mut text = format!(
        "digraph debate {{\n  graph [rankdir=BT, label={}, labelloc=t, fontname=\"sans-serif\"];\n  \
         node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"sans-serif\"];\n  \
         edge [fontname=\"sans-serif\", fontsize=10];\n\n",
        quoted(debate.topic.title.as_str())
    );
    for (key, node) in &drawing.nodes {
        text.push_str(&match node {
            Node::Position(it) => {
                let style = "shape=box, style=filled, fillcolor=lightgrey";
                format!("  {key} [label={}, {style}];\n", quoted(it.statement.as_str()))
            }
            Node::Argument(it) => format!("  {key} [label={}];\n", quoted(it.claim.as_str())),
            Node::Step(it) => {
                let style = "shape=ellipse, style=solid, fontsize=10";
                format!("  {key} [label={}, {style}];\n", quoted(&label(it)))
            }
        });
    }
    text.push('\n');
    for arrow in &drawing.arrows {
        text.push_str(&format!("  {} -> {} [{}];\n", arrow.from, arrow.to, looks(arrow)));
    }
    text.push_str("}\n");
    if !debate.sources.is_empty() {
        text.push_str("\n// Sources\n");
        for source in debate.sources {
            text.push_str(&format!("// - {}\n", attribution(source)));
        }
    }
    text
}

/// How an arrow looks.
fn looks(arrow: &Arrow<'_>) -> String {
    if arrow.is_premise {
        return "arrowhead=none".to_owned();
    }
    let relation = arrow.relation;
    let mut looks = match relation.kind {
        RelationKind::Supports => "color=darkgreen".to_owned(),
        RelationKind::Attacks => "color=red, arrowhead=vee".to_owned(),
        RelationKind::Rephrases => "color=grey, style=dashed".to_owned(),
    };
    if relation.symmetric {
        looks.push_str(", dir=both");
    }
    if !matches!(arrow.from, Key::Step(_)) {
        looks.push_str(&format!(", label={}", quoted(&label(relation))));
    }
    looks
}

/// A text as a quoted string that shows it: Graphviz reads escapes and HTML entities in labels.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for (at, line) in wrapped(text, WIDTH).iter().enumerate() {
        if at > 0 {
            quoted.push_str("\\n");
        }
        for c in line.chars() {
            match c {
                '"' => quoted.push_str("\\\""),
                '\\' => quoted.push_str("\\\\"),
                '&' => quoted.push_str("&amp;"),
                _ => quoted.push(c),
            }
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_shows_its_text_and_nothing_else() {
        assert_eq!(quoted(r#"a "b" \N \" &lt; <b>"#), r#""a \"b\" \\N \\\" &amp;lt; <b>""#);
    }
}
