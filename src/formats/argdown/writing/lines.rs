//! The lines of a text, put together before it is known which titles are needed.

use std::collections::HashMap;

use super::plan::{Node, Plan};
use super::text;
use crate::formats::argdown::inline;
use crate::formats::argdown::syntax::{Data, Sort};

/// A part of a text.
#[derive(Debug)]
pub(super) enum Part {
    Text(String),
    /// A title, with what it says where it is defined.
    Node {
        node: usize,
        is_definition: bool,
        begins_line: bool,
        indent: usize,
    },
}

/// What the reader understands of data, so that it must not be old.
const UNDERSTOOD: [&str; 8] =
    ["body", "summary", "slug", "scheme", "rephrases", "position", "language", "joins"];

/// The text of all parts.
pub(super) fn render(parts: &[Part], plan: &Plan<'_>) -> String {
    let mut mentions: HashMap<usize, usize> = HashMap::new();
    for part in parts {
        if let Part::Node { node, .. } = part {
            *mentions.entry(*node).or_default() += 1;
        }
    }
    let mut out = String::new();
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Node { node, is_definition, begins_line, indent } => {
                let Some(it) = plan.nodes.get(*node) else { continue };
                let is_untitled =
                    it.is_untitled && it.sort == Sort::Statement && mentions.get(node) == Some(&1);
                if *is_definition {
                    define(it, is_untitled, *begins_line, *indent, &mut out);
                } else {
                    out.push_str(&titled(it.sort, &it.title));
                }
            }
        }
    }
    out
}

pub(super) fn titled(sort: Sort, title: &str) -> String {
    match sort {
        Sort::Statement => format!("[{title}]"),
        Sort::Argument => format!("<{title}>"),
    }
}

/// Whether the lines of a source mean the same wherever they stand.
fn goes_anywhere(source: &str) -> bool {
    source.lines().skip(1).map(str::trim_start).all(|line| {
        let first = line.chars().next();
        !(first.is_none_or(|c| "-+<>_(*#".contains(c) || c.is_ascii_digit()))
    })
}

/// What of the data is not said in what is written as it was; `None` if that is old.
fn left_to_say(node: &Node) -> Option<Data> {
    let said = node.found.data("data");
    let is_old = UNDERSTOOD.iter().any(|key| {
        let counts =
            node.data.contains_key(*key) || matches!(*key, "position" | "rephrases" | "joins");
        said.contains_key(*key) && counts && said.get(*key) != node.data.get(*key)
    });
    if is_old {
        return None;
    }
    let fields = node.data.iter().filter(|(key, _)| !said.contains_key(*key));
    Some(fields.map(|(key, value)| (key.clone(), value.clone())).collect())
}

fn define(node: &Node, is_untitled: bool, begins_line: bool, indent: usize, out: &mut String) {
    let source = node.found.text("source").filter(|_| node.is_as_it_was);
    let source = source.filter(|it| goes_anywhere(it)).zip(left_to_say(node));
    let source = source.filter(|(it, _)| {
        let begins_alike = text::escaped_at_start(it).starts_with('\\');
        !(is_untitled && (begins_line && begins_alike || inline::head(it).is_some()))
    });
    if let Some((source, data)) = source {
        let says = node.found.text("text").is_some_and(|it| !it.is_empty());
        if !is_untitled {
            out.push_str(&titled(node.sort, &node.title));
            if says {
                out.push(':');
            }
            if !source.is_empty() {
                out.push(' ');
            }
        }
        out.push_str(&source);
        put_data(&data, indent, true, out);
        return;
    }
    let mut words = if is_untitled && begins_line {
        text::escaped_at_start(&node.text)
    } else {
        text::escaped(&node.text)
    };
    for tag in node.found.texts("tags") {
        words = words.replacen(&format!("\\#{tag}"), &format!("#{tag}"), 1).replacen(
            &format!("\\#({tag})"),
            &format!("#({tag})"),
            1,
        );
    }
    if !is_untitled {
        out.push_str(&titled(node.sort, &node.title));
        out.push_str(": ");
    }
    out.push_str(&words);
    let mut data = node.found.data("data");
    data.retain(|key, _| !UNDERSTOOD.contains(&key.as_str()));
    data.extend(node.data.clone());
    put_data(&data, indent, false, out);
}

/// Writes data: short ones behind the text, long ones on a line of their own.
pub(super) fn put_data(data: &Data, indent: usize, on_own_line: bool, out: &mut String) {
    const SHORT: usize = 60;
    if data.is_empty() {
        return;
    }
    let written = text::data(data);
    if written.len() <= SHORT && !on_own_line {
        out.push(' ');
    } else {
        out.push('\n');
        out.push_str(&" ".repeat(indent + 2));
    }
    out.push_str(&written);
}
