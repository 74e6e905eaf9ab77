//! A debate as the nodes and arrows of a drawing, for the formats of graphs.
//!
//! A relation is an arrow from its premise to its target, unless something has to hang on it: several
//! premises, another relation, a quote. Then it is a small node of its own, as on argument maps, with
//! an arrow from each premise and one on to the target.

use std::collections::{HashMap, HashSet};

use super::document::{ArgumentRecord, BacksName, PositionRecord, RelationRecord, TargetName};
use super::writing::Debate;
use crate::domain::kinds::RelationKind;
use crate::domain::slug::Slug;

/// What is drawn as a node.
#[derive(Debug, Clone, Copy)]
pub(super) enum Node<'a> {
    /// A position.
    Position(&'a PositionRecord),
    /// An argument.
    Argument(&'a ArgumentRecord),
    /// A relation that something hangs on.
    Step(&'a RelationRecord),
}

/// The name of a node: which kind it is, and its place among those, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// A position.
    Position(usize),
    /// An argument.
    Argument(usize),
    /// A relation.
    Step(usize),
}

impl std::fmt::Display for Key {
    /// As in `a12`: letters and digits, a name in every format.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Position(number) => write!(f, "p{number}"),
            Self::Argument(number) => write!(f, "a{number}"),
            Self::Step(number) => write!(f, "r{number}"),
        }
    }
}

/// An arrow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrow<'a> {
    /// Where it begins.
    pub(super) from: Key,
    /// Where it ends.
    pub(super) to: Key,
    /// The relation that it is, or is a part of.
    pub(super) relation: &'a RelationRecord,
    /// Whether it only leads from a premise to the node of its relation.
    pub(super) is_premise: bool,
}

/// A drawing.
#[derive(Debug, Default)]
pub(super) struct Drawing<'a> {
    /// The nodes: positions, arguments, steps.
    pub(super) nodes: Vec<(Key, Node<'a>)>,
    /// The arrows, in the order of the relations.
    pub(super) arrows: Vec<Arrow<'a>>,
    keys: HashMap<TargetName, Key>,
}

impl<'a> Drawing<'a> {
    /// The drawing of a debate. `hangs_quotes` says whether quotes hang on relations.
    pub(super) fn of(debate: &Debate<'a>, hangs_quotes: bool) -> Self {
        let topic = debate.topic;
        let quoted = topic.citations.iter().filter(|_| hangs_quotes).filter_map(|it| {
            if let BacksName::Relation(slug) = &it.backs { Some(slug) } else { None }
        });
        let aimed_at = topic.relations.iter().filter_map(|it| {
            if let TargetName::Relation(slug) = &it.target { Some(slug) } else { None }
        });
        let hung: HashSet<&Slug> = quoted.chain(aimed_at).collect();
        let mut drawing = Self::default();
        for (position, number) in topic.positions.iter().zip(1..) {
            let name = TargetName::Position(position.slug.clone());
            drawing.put(name, Key::Position(number), Node::Position(position));
        }
        for (argument, number) in topic.arguments.iter().zip(1..) {
            let name = TargetName::Argument(argument.slug.clone());
            drawing.put(name, Key::Argument(number), Node::Argument(argument));
        }
        for (relation, number) in topic.relations.iter().zip(1..) {
            if relation.premises.len() > 1 || hung.contains(&relation.slug) {
                let name = TargetName::Relation(relation.slug.clone());
                drawing.put(name, Key::Step(number), Node::Step(relation));
            }
        }
        for relation in &topic.relations {
            drawing.put_arrows(relation);
        }
        drawing
    }

    fn put(&mut self, name: TargetName, key: Key, node: Node<'a>) {
        self.keys.insert(name, key);
        self.nodes.push((key, node));
    }

    fn put_arrows(&mut self, relation: &'a RelationRecord) {
        let step = self.key(&TargetName::Relation(relation.slug.clone()));
        let target = self.key(&relation.target);
        for premise in &relation.premises {
            let from = self.key(&TargetName::Argument(premise.clone()));
            if let (Some(from), Some(to)) = (from, step.or(target)) {
                let is_premise = step.is_some();
                self.arrows.push(Arrow { from, to, relation, is_premise });
            }
        }
        if let (Some(from), Some(to)) = (step, target) {
            self.arrows.push(Arrow { from, to, relation, is_premise: false });
        }
    }

    /// The node that has this name.
    pub(super) fn key(&self, name: &TargetName) -> Option<Key> {
        self.keys.get(name).copied()
    }
}

/// What an arrow or a step says: the kind of the relation, and its scheme.
pub(super) fn label(relation: &RelationRecord) -> String {
    let kind = match (relation.kind, &relation.target) {
        (RelationKind::Attacks, TargetName::Relation(_)) => "undercuts",
        (kind, _) => kind.as_str(),
    };
    let scheme = relation.scheme.as_ref().map(|it| format!(": {it}"));
    format!("{kind}{}", scheme.unwrap_or_default())
}

/// A text divided into lines of about so many characters, at its spaces.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut line, mut length) = (String::new(), 0);
    for word in text.split_whitespace() {
        let letters = word.chars().count();
        if length > 0 && length + 1 + letters > width {
            lines.push(std::mem::take(&mut line));
            length = 0;
        }
        if length > 0 {
            line.push(' ');
            length += 1;
        }
        line.push_str(word);
        length += letters;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_wrapped_at_its_spaces() {
        assert_eq!(wrapped("one two three four", 9), ["one two", "three", "four"]);
        assert_eq!(wrapped("immeasurable a", 5), ["immeasurable", "a"]);
        assert_eq!(wrapped("", 5), [""]);
    }
}
