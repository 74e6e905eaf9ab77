//! The debate: so many positions and arguments, and the relations between them.
//!
//! **Every index in it exists.** That is checked once, when the value is made; what is read
//! from it afterwards needs no doubt. Nothing else is demanded: relations may form cycles,
//! premises may be repeated, and a relation that lost its premises is still a relation.

use super::node::{ArgumentIndex, Node, PerNode, PositionIndex, RelationIndex};
use crate::domain::kinds::RelationKind;

/// Premises that together bear on a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// Which way the premises bear on the target.
    pub kind: RelationKind,
    /// The arguments that hold together, in their order.
    pub premises: Vec<ArgumentIndex>,
    /// What they bear on.
    pub target: Node,
}

/// The positions, arguments and relations of one topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Debate {
    positions: usize,
    arguments: usize,
    relations: Vec<Relation>,
    incoming: PerNode<Vec<RelationIndex>>,
}

/// A relation names a premise or a target that the debate does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("relation {} names {node}, which the debate does not have", relation.0)]
pub struct UnknownNode {
    /// The relation that names it.
    pub relation: RelationIndex,
    /// The premise or the target that is missing.
    pub node: Node,
}

impl Debate {
    /// The debate of so many positions and arguments, and these relations, in order of creation.
    ///
    /// # Errors
    /// The first premise or target that does not exist.
    pub fn new(
        positions: usize,
        arguments: usize,
        relations: Vec<Relation>,
    ) -> Result<Self, UnknownNode> {
        let mut incoming = PerNode::<Vec<_>>::new(positions, arguments, relations.len());
        for (relation, Relation { premises, target, .. }) in indexed(&relations) {
            let premises = premises.iter().copied().map(Node::Argument);
            for node in premises.chain([*target]) {
                incoming.get(node).ok_or(UnknownNode { relation, node })?;
            }
        }
        for kind in RelationKind::ALL {
            for (index, relation) in indexed(&relations).filter(|(_, it)| it.kind == *kind) {
                if let Some(onto) = incoming.get_mut(relation.target) {
                    onto.push(index);
                }
            }
        }
        Ok(Self { positions, arguments, relations, incoming })
    }

    /// The positions, by rank.
    pub fn positions(&self) -> impl ExactSizeIterator<Item = PositionIndex> + use<> {
        (0..self.positions).map(PositionIndex)
    }

    /// The arguments, in order of creation.
    pub fn arguments(&self) -> impl ExactSizeIterator<Item = ArgumentIndex> + use<> {
        (0..self.arguments).map(ArgumentIndex)
    }

    /// The relations, in order of creation.
    pub fn relations(&self) -> impl ExactSizeIterator<Item = (RelationIndex, &Relation)> {
        indexed(&self.relations)
    }

    /// One relation; none where the debate has no such relation.
    pub fn relation(&self, index: RelationIndex) -> Option<&Relation> {
        self.relations.get(index.0)
    }

    /// The relations onto a node: supports, attacks, rephrases, each in order of creation.
    ///
    /// A node that the debate does not have has none.
    pub fn incoming(&self, node: Node) -> &[RelationIndex] {
        self.incoming.get(node).map_or(&[], Vec::as_slice)
    }

    /// A table with an entry for each node of this debate, all at their default.
    pub(super) fn table<T: Clone + Default>(&self) -> PerNode<T> {
        PerNode::new(self.positions, self.arguments, self.relations.len())
    }
}

fn indexed(relations: &[Relation]) -> impl ExactSizeIterator<Item = (RelationIndex, &Relation)> {
    relations.iter().enumerate().map(|(index, relation)| (RelationIndex(index), relation))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relation(kind: RelationKind, premise: usize, target: Node) -> Relation {
        Relation { kind, premises: vec![ArgumentIndex(premise)], target }
    }

    #[test]
    fn what_comes_in_is_ordered_by_kind_and_then_by_creation() {
        use RelationKind::{Attacks, Rephrases, Supports};
        let position = Node::Position(PositionIndex(0));
        let kinds = [Rephrases, Attacks, Supports, Attacks, Supports, Rephrases];

        let relations = kinds.map(|kind| relation(kind, 0, position)).to_vec();
        let debate = Debate::new(1, 1, relations).unwrap();

        assert_eq!(debate.incoming(position), [2, 4, 1, 3, 0, 5].map(RelationIndex));
        assert_eq!(debate.incoming(Node::Argument(ArgumentIndex(0))), []);
    }

    #[test]
    fn a_premise_that_does_not_exist_is_refused() {
        let known = relation(RelationKind::Supports, 1, Node::Position(PositionIndex(0)));
        let unknown = relation(RelationKind::Supports, 2, Node::Position(PositionIndex(0)));

        let refused = Debate::new(1, 2, vec![known, unknown]).unwrap_err();

        let node = Node::Argument(ArgumentIndex(2));
        assert_eq!(refused, UnknownNode { relation: RelationIndex(1), node });
        assert_eq!(
            refused.to_string(),
            "relation 1 names argument 2, which the debate does not have"
        );
    }

    #[test]
    fn a_target_that_does_not_exist_is_refused() {
        let targets = [
            Node::Position(PositionIndex(1)),
            Node::Argument(ArgumentIndex(1)),
            Node::Relation(RelationIndex(1)),
            Node::Position(PositionIndex(usize::MAX)),
        ];
        for node in targets {
            let refused = Debate::new(1, 1, vec![relation(RelationKind::Attacks, 0, node)]);
            assert_eq!(refused, Err(UnknownNode { relation: RelationIndex(0), node }));
        }
    }

    #[test]
    fn a_relation_may_bear_on_a_later_one_and_on_itself() {
        let later = relation(RelationKind::Attacks, 0, Node::Relation(RelationIndex(1)));
        let itself = relation(RelationKind::Attacks, 0, Node::Relation(RelationIndex(1)));

        let debate = Debate::new(0, 1, vec![later, itself]).unwrap();

        assert_eq!(
            debate.incoming(Node::Relation(RelationIndex(1))),
            [RelationIndex(0), RelationIndex(1)]
        );
    }

    #[test]
    fn a_node_that_does_not_exist_has_nothing_onto_it() {
        let debate = Debate::new(0, 0, Vec::new()).unwrap();

        assert_eq!(debate.incoming(Node::Position(PositionIndex(0))), []);
        assert_eq!(debate.relation(RelationIndex(0)), None);
    }
}
