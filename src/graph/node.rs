//! The nodes of a debate, by dense index, and tables with an entry for each of them.

use std::fmt;

/// The place of a position among the positions of its debate, by rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PositionIndex(pub usize);

/// The place of an argument among the arguments of its debate, by creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArgumentIndex(pub usize);

/// The place of a relation among the relations of its debate, by creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelationIndex(pub usize);

/// What a relation can bear on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// An answer to the topic.
    Position(PositionIndex),
    /// A reason.
    Argument(ArgumentIndex),
    /// Another relation: what bears on it is an undercut.
    Relation(RelationIndex),
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Position(PositionIndex(index)) => write!(f, "position {index}"),
            Self::Argument(ArgumentIndex(index)) => write!(f, "argument {index}"),
            Self::Relation(RelationIndex(index)) => write!(f, "relation {index}"),
        }
    }
}

/// One entry for each node of a debate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PerNode<T> {
    positions: Vec<T>,
    arguments: Vec<T>,
    relations: Vec<T>,
}

impl<T: Clone + Default> PerNode<T> {
    /// A table of so many positions, arguments and relations, every entry at its default.
    pub(super) fn new(positions: usize, arguments: usize, relations: usize) -> Self {
        Self {
            positions: vec![T::default(); positions],
            arguments: vec![T::default(); arguments],
            relations: vec![T::default(); relations],
        }
    }
}

impl<T> PerNode<T> {
    /// The entry of a node; none where the debate has no such node.
    pub(super) fn get(&self, node: Node) -> Option<&T> {
        match node {
            Node::Position(PositionIndex(index)) => self.positions.get(index),
            Node::Argument(ArgumentIndex(index)) => self.arguments.get(index),
            Node::Relation(RelationIndex(index)) => self.relations.get(index),
        }
    }

    /// The entry of a node, to be changed; none where the debate has no such node.
    pub(super) fn get_mut(&mut self, node: Node) -> Option<&mut T> {
        match node {
            Node::Position(PositionIndex(index)) => self.positions.get_mut(index),
            Node::Argument(ArgumentIndex(index)) => self.arguments.get_mut(index),
            Node::Relation(RelationIndex(index)) => self.relations.get_mut(index),
        }
    }
}
