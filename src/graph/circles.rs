//! Circles: arguments and relations that bear on themselves through each other.
//!
//! Each is a strongly connected component of the ways up, found as Tarjan does, with a stack of
//! its own.

use super::bearing::Bearing;
use super::node::{Node, PerNode};

/// The groups in which from each node a way leads up to each other and back to itself. Arguments
/// come before relations, each in the order of the debate, and groups in the order of their first.
pub fn circles(bearing: &Bearing<'_>) -> Vec<Vec<Node>> {
    let debate = bearing.debate();
    let arguments = debate.arguments().map(Node::Argument);
    let relations = debate.relations().map(|(index, _)| Node::Relation(index));
    let mut walk = Walk {
        bearing,
        marks: debate.table(),
        met: 0,
        way: Vec::new(),
        unsettled: Vec::new(),
        found: Vec::new(),
    };
    for node in arguments.chain(relations) {
        if walk.mark(node).number == 0 {
            walk.through(node);
        }
    }
    walk.found.sort();
    walk.found
}

/// What is known of a node.
#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    /// In which order it was met, from 1; 0 if it was not yet.
    number: usize,
    /// The earliest node still unsettled that is reached from it.
    earliest: usize,
    is_unsettled: bool,
}

struct Walk<'a, 'b> {
    bearing: &'a Bearing<'b>,
    marks: PerNode<Mark>,
    met: usize,
    /// The nodes being walked through, each with the number of its next step.
    way: Vec<(Node, usize)>,
    unsettled: Vec<Node>,
    found: Vec<Vec<Node>>,
}

impl Walk<'_, '_> {
    fn mark(&self, node: Node) -> Mark {
        self.marks.get(node).copied().unwrap_or_default()
    }

    fn through(&mut self, first: Node) {
        self.enter(first);
        while let Some((node, number)) = self.way.last_mut() {
            let from = *node;
            let Some(next) = self.bearing.step(from, *number) else {
                self.way.pop();
                self.settle(from);
                continue;
            };
            *number += 1;
            let mark = self.mark(next);
            if matches!(next, Node::Position(_)) {
                continue;
            }
            if mark.number == 0 {
                self.enter(next);
            } else if mark.is_unsettled {
                self.lower(from, mark.number);
            }
        }
    }

    fn enter(&mut self, node: Node) {
        self.met += 1;
        if let Some(mark) = self.marks.get_mut(node) {
            *mark = Mark { number: self.met, earliest: self.met, is_unsettled: true };
        }
        self.way.push((node, 0));
        self.unsettled.push(node);
    }

    fn lower(&mut self, node: Node, earliest: usize) {
        if let Some(mark) = self.marks.get_mut(node) {
            mark.earliest = mark.earliest.min(earliest);
        }
    }

    /// Ends with a node: what it reaches is reached from the one before; or a group is complete.
    fn settle(&mut self, node: Node) {
        let Mark { number, earliest, .. } = self.mark(node);
        if let Some((before, _)) = self.way.last().copied() {
            self.lower(before, earliest);
        }
        if earliest < number {
            return;
        }
        let mut group = Vec::new();
        while let Some(last) = self.unsettled.pop() {
            if let Some(mark) = self.marks.get_mut(last) {
                mark.is_unsettled = false;
            }
            group.push(last);
            if last == node {
                break;
            }
        }
        let is_onto_itself = self.bearing.step(node, 0) == Some(node);
        if group.len() > 1 || is_onto_itself {
            group.sort();
            self.found.push(group);
        }
    }
}
