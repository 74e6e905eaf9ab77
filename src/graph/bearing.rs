//! What bears on what, through however many relations, and which way.
//!
//! A **way** leads up: from an argument to a relation of which it is a premise, from the relation
//! to its target, and on from there. Its length is the number of its relations. Its [`Sign`] is
//! the product of theirs: supporting and rephrasing keep it, attacking turns it round, so that who
//! attacks an attack speaks for what is attacked. A relation onto a relation (an undercut) counts
//! alike, for what it does to the inference: an attack on a support takes from its target, though
//! it says nothing against the target itself. So every way says whether it goes
//! [through an undercut](Way::undercuts). A symmetric attack is followed as it is written.

use std::collections::VecDeque;
use std::ops::Mul;

use super::debate::Debate;
use super::node::{ArgumentIndex, Node, PerNode, PositionIndex, RelationIndex};
use crate::domain::kinds::RelationKind;

/// Which way something bears on something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sign {
    /// It speaks for it.
    For,
    /// It speaks against it.
    Against,
}

impl Sign {
    /// What a relation of this kind does to its target.
    pub fn of(kind: RelationKind) -> Self {
        match kind {
            RelationKind::Supports | RelationKind::Rephrases => Self::For,
            RelationKind::Attacks => Self::Against,
        }
    }
}

impl Mul for Sign {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        if self == other { Self::For } else { Self::Against }
    }
}

/// A way up from an argument: the relations that it goes through.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way {
    /// The relations, each onto the next one or onto a premise of it; the last one onto the end.
    pub relations: Vec<RelationIndex>,
    /// Which way the argument bears on the end.
    pub sign: Sign,
    /// Whether one of the relations bears on another relation.
    pub undercuts: bool,
    /// Where it ends.
    pub end: Node,
}

impl Way {
    /// The way through these relations, to this end.
    pub(super) fn through(debate: &Debate, relations: Vec<RelationIndex>, end: Node) -> Self {
        let all = || relations.iter().filter_map(|index| debate.relation(*index));
        Self {
            sign: all().fold(Sign::For, |sign, it| sign * Sign::of(it.kind)),
            undercuts: all().any(|it| matches!(it.target, Node::Relation(_))),
            relations,
            end,
        }
    }
}

/// A debate, and the ways up in it.
#[derive(Debug)]
pub struct Bearing<'a> {
    debate: &'a Debate,
    /// The relations of which each argument is a premise, those nearest to a position first.
    premise_of: PerNode<Vec<RelationIndex>>,
    /// How many relations lead from each node to the nearest position, if any do; a relation counts
    /// itself.
    distance: PerNode<Option<u32>>,
}

impl<'a> Bearing<'a> {
    /// Finds the ways of a debate, in time almost linear in its size.
    pub fn of(debate: &'a Debate) -> Self {
        let mut premise_of = debate.table::<Vec<RelationIndex>>();
        for (index, relation) in debate.relations() {
            for premise in &relation.premises {
                let of = premise_of.get_mut(Node::Argument(*premise));
                if let Some(of) = of.filter(|of| of.last() != Some(&index)) {
                    of.push(index);
                }
            }
        }
        let distance = distances(debate);
        let far = |index: &RelationIndex| {
            distance.get(Node::Relation(*index)).copied().flatten().unwrap_or(u32::MAX)
        };
        for argument in debate.arguments() {
            if let Some(of) = premise_of.get_mut(Node::Argument(argument)) {
                of.sort_by_key(far);
            }
        }
        Self { debate, premise_of, distance }
    }

    /// The debate.
    pub fn debate(&self) -> &'a Debate {
        self.debate
    }

    /// How many relations lead from a node to the nearest position; none where none do.
    pub fn distance(&self, node: Node) -> Option<u32> {
        self.distance.get(node).copied().flatten()
    }

    /// The relations of which an argument is a premise, those nearest to a position first.
    pub fn premise_of(&self, argument: ArgumentIndex) -> &[RelationIndex] {
        self.premise_of.get(Node::Argument(argument)).map_or(&[], Vec::as_slice)
    }

    /// The step up from a node with this number: there are none from a position, and one from a
    /// relation.
    pub(super) fn step(&self, node: Node, number: usize) -> Option<Node> {
        match node {
            Node::Position(_) => None,
            Node::Argument(argument) => {
                self.premise_of(argument).get(number).copied().map(Node::Relation)
            }
            Node::Relation(_) if number > 0 => None,
            Node::Relation(relation) => self.debate.relation(relation).map(|it| it.target),
        }
    }

    /// All that an argument bears on, met by the shortest ways; or as much of it as is met before
    /// `to`.
    pub fn climb(&self, from: ArgumentIndex, to: Option<Node>) -> Climb<'a> {
        let debate = self.debate;
        let mut climb = Climb {
            debate,
            from,
            met: debate.table(),
            length: debate.table(),
            positions: Vec::new(),
        };
        let from = Node::Argument(from);
        let mut length = 0;
        let mut ahead = VecDeque::from([from]);
        while let Some(node) = ahead.pop_front().filter(|node| Some(*node) != to) {
            length = climb.length_to(node).unwrap_or(length);
            let mut number = 0;
            while let Some(next) = self.step(node, number) {
                number += 1;
                let Some(entry) = climb.met.get_mut(next).filter(|it| it.is_none()) else {
                    continue;
                };
                if next == from {
                    continue;
                }
                *entry = Some(node);
                if let Some(entry) = climb.length.get_mut(next) {
                    *entry = Some(length + usize::from(matches!(next, Node::Relation(_))));
                }
                // Entering a relation makes a way longer, leaving it for an argument does not.
                match next {
                    Node::Relation(_) => ahead.push_back(next),
                    Node::Argument(_) => ahead.push_front(next),
                    Node::Position(position) => {
                        climb.positions.push(position);
                        ahead.push_front(next);
                    }
                }
            }
        }
        climb
    }

    /// A shortest way up from an argument to a position or to another argument, if there is one;
    /// there is none to a relation.
    pub fn shortest(&self, from: ArgumentIndex, to: Node) -> Option<Way> {
        self.climb(from, Some(to)).way_to(to)
    }
}

/// What an argument bears on, each met by a shortest way.
#[derive(Debug)]
pub struct Climb<'a> {
    debate: &'a Debate,
    from: ArgumentIndex,
    /// The node before each node that was met, but for the first.
    met: PerNode<Option<Node>>,
    /// How many relations the ways have, the node itself among them if it is one.
    length: PerNode<Option<usize>>,
    positions: Vec<PositionIndex>,
}

impl Climb<'_> {
    /// The positions, the nearest first.
    pub fn positions(&self) -> &[PositionIndex] {
        &self.positions
    }

    /// How many relations the shortest way has by which a node was met, if it was.
    pub fn length_to(&self, to: Node) -> Option<usize> {
        self.length.get(to).copied().flatten()
    }

    /// The shortest way by which a position or an argument was met, if it was.
    pub fn way_to(&self, to: Node) -> Option<Way> {
        if matches!(to, Node::Relation(_)) {
            return None;
        }
        let way_back = std::iter::successors(Some(to), |node| self.met.get(*node).copied()?);
        let nodes: Vec<Node> = way_back.collect();
        if nodes.last() != Some(&Node::Argument(self.from)) {
            return None;
        }
        let relations = nodes.into_iter().rev().filter_map(relation);
        Some(Way::through(self.debate, relations.collect(), to))
    }
}

/// The relation that a node is.
pub(super) fn relation(node: Node) -> Option<RelationIndex> {
    match node {
        Node::Relation(relation) => Some(relation),
        Node::Position(_) | Node::Argument(_) => None,
    }
}

/// How many relations lead from each node to the nearest position, a relation counting itself.
fn distances(debate: &Debate) -> PerNode<Option<u32>> {
    let mut distance = debate.table::<Option<u32>>();
    let mut ahead = VecDeque::new();
    for position in debate.positions().map(Node::Position) {
        set(&mut distance, position, 0);
        ahead.push_back((position, 0));
    }
    while let Some((node, far)) = ahead.pop_front() {
        let onto = debate.incoming(node);
        for relation in onto.iter().filter_map(|it| Some((*it, debate.relation(*it)?))) {
            // The premises are as far as their relation, so that what is ahead stays in order.
            let premises = relation.1.premises.iter().copied().map(Node::Argument);
            for met in std::iter::once(Node::Relation(relation.0)).chain(premises) {
                if set(&mut distance, met, far + 1) {
                    ahead.push_back((met, far + 1));
                }
            }
        }
    }
    distance
}

/// Sets an entry that is not set yet, and says whether it was so.
fn set(distance: &mut PerNode<Option<u32>>, node: Node, value: u32) -> bool {
    let entry = distance.get_mut(node).filter(|entry| entry.is_none());
    entry.map(|entry| *entry = Some(value)).is_some()
}

#[cfg(test)]
mod tests;
