//! What a curator works through next: the findings about a debate.

use super::bearing::Bearing;
use super::circles::circles;
use super::debate::Debate;
use super::node::{ArgumentIndex, Node, PositionIndex, RelationIndex};
use crate::domain::kinds::RelationKind;

/// What is found in a debate. Each list is in the order of the debate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Findings {
    /// How many relations lead from the furthest argument to its nearest position.
    pub depth: u32,
    /// Relations onto relations.
    pub undercuts: usize,
    /// Arguments that nothing attacks, and no relation of which they are a premise is attacked.
    pub unanswered: Vec<ArgumentIndex>,
    /// Arguments that nothing supports.
    pub unsupported: Vec<ArgumentIndex>,
    /// Positions that relations only support, or only attack.
    pub one_sided: Vec<PositionIndex>,
    /// Positions that nothing bears on.
    pub bare: Vec<PositionIndex>,
    /// Arguments from which no way leads to a position.
    pub orphans: Vec<ArgumentIndex>,
    /// Arguments and relations that bear on themselves through each other, in groups.
    pub circles: Vec<Vec<Node>>,
}

/// How many relations of each kind bear on a node directly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Balance {
    /// Those that support it.
    pub supports: usize,
    /// Those that attack it.
    pub attacks: usize,
    /// Those that rephrase it.
    pub rephrases: usize,
}

impl Balance {
    /// What bears on a node directly.
    pub fn of(debate: &Debate, node: Node) -> Self {
        let count = |kind| {
            let of_kind =
                |it: &&RelationIndex| debate.relation(**it).is_some_and(|it| it.kind == kind);
            debate.incoming(node).iter().filter(of_kind).count()
        };
        Self {
            supports: count(RelationKind::Supports),
            attacks: count(RelationKind::Attacks),
            rephrases: count(RelationKind::Rephrases),
        }
    }

    /// All relations of a debate.
    pub fn of_all(debate: &Debate) -> Self {
        let count = |kind| debate.relations().filter(|(_, it)| it.kind == kind).count();
        Self {
            supports: count(RelationKind::Supports),
            attacks: count(RelationKind::Attacks),
            rephrases: count(RelationKind::Rephrases),
        }
    }

    fn is_one_sided(self) -> bool {
        (self.supports == 0) != (self.attacks == 0)
    }
}

impl Findings {
    /// Looks through a debate, in time linear in its size.
    pub fn of(bearing: &Bearing<'_>) -> Self {
        let debate = bearing.debate();
        let balance = |node| Balance::of(debate, node);
        let is_attacked = |node| balance(node).attacks > 0;
        let distance = |argument| bearing.distance(Node::Argument(argument));
        let is_unanswered = |argument: &ArgumentIndex| {
            let relations = bearing.premise_of(*argument).iter().copied().map(Node::Relation);
            !std::iter::once(Node::Argument(*argument)).chain(relations).any(is_attacked)
        };
        let is_onto_relation = |(_, relation): &(_, &super::debate::Relation)| {
            matches!(relation.target, Node::Relation(_))
        };
        Self {
            depth: debate.arguments().filter_map(distance).max().unwrap_or(0),
            undercuts: debate.relations().filter(is_onto_relation).count(),
            unanswered: debate.arguments().filter(is_unanswered).collect(),
            unsupported: debate
                .arguments()
                .filter(|argument| balance(Node::Argument(*argument)).supports == 0)
                .collect(),
            one_sided: debate
                .positions()
                .filter(|position| balance(Node::Position(*position)).is_one_sided())
                .collect(),
            bare: debate
                .positions()
                .filter(|position| debate.incoming(Node::Position(*position)).is_empty())
                .collect(),
            orphans: debate.arguments().filter(|it| distance(*it).is_none()).collect(),
            circles: circles(bearing),
        }
    }
}

#[cfg(test)]
mod tests;
