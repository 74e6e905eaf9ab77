//! What bears on a node: everything below it, level by level, and which way.

use super::bearing::Sign;
use super::debate::Debate;
use super::node::{Node, PerNode, RelationIndex};

/// Something that bears on the node that was asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Descendant {
    /// An argument, or a relation.
    pub node: Node,
    /// How many relations the shortest ways from it have; a relation counts itself.
    pub depth: u32,
    /// Which way it bears, by its shortest ways.
    pub signs: Signs,
    /// The relation that begins the first of these ways; of a relation, itself.
    pub through: RelationIndex,
}

/// The signs of several ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Signs {
    is_for: bool,
    is_against: bool,
}

impl Signs {
    /// The sign of one way.
    pub fn one(sign: Sign) -> Self {
        Self { is_for: sign == Sign::For, is_against: sign == Sign::Against }
    }

    /// Those of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            is_for: self.is_for || other.is_for,
            is_against: self.is_against || other.is_against,
        }
    }

    /// Those of the ways that go on by a relation with this sign.
    #[must_use]
    pub fn by(self, sign: Sign) -> Self {
        match sign {
            Sign::For => self,
            Sign::Against => Self { is_for: self.is_against, is_against: self.is_for },
        }
    }

    /// The signs, each once.
    pub fn iter(self) -> impl Iterator<Item = Sign> {
        let all = [(self.is_for, Sign::For), (self.is_against, Sign::Against)];
        all.into_iter().filter(|(is_there, _)| *is_there).map(|(_, sign)| sign)
    }
}

/// Everything that bears on a node through at most so many relations, the nearest first, in time
/// linear in how much that is and in the number of nodes.
///
/// The node itself is not among it, even where it stands on a circle.
pub fn below(debate: &Debate, root: Node, depth: u32) -> Vec<Descendant> {
    let mut place = debate.table::<Option<usize>>();
    let mut found = Vec::new();
    let mut level: Vec<(Node, Signs)> = vec![(root, Signs::one(Sign::For))];
    let mut reached = 0;
    while !level.is_empty() && reached < depth {
        reached += 1;
        let first = found.len();
        for (node, signs) in level.drain(..) {
            for index in debate.incoming(node).iter().copied() {
                let Some(relation) = debate.relation(index) else { continue };
                let signs = signs.by(Sign::of(relation.kind));
                let premises = relation.premises.iter().copied().map(Node::Argument);
                for node in std::iter::once(Node::Relation(index)).chain(premises) {
                    let met = Descendant { node, depth: reached, signs, through: index };
                    if node != root {
                        meet(&mut found, &mut place, met);
                    }
                }
            }
        }
        let new = found.get(first..).unwrap_or_default();
        level.extend(new.iter().map(|it| (it.node, it.signs)));
    }
    found
}

/// Keeps what is met first, and the signs of what is met again in the same depth.
fn meet(found: &mut Vec<Descendant>, place: &mut PerNode<Option<usize>>, met: Descendant) {
    let Some(entry) = place.get_mut(met.node) else { return };
    match entry.and_then(|index| found.get_mut(index)) {
        Some(before) if before.depth == met.depth => before.signs = before.signs.and(met.signs),
        Some(_) => {}
        None => {
            *entry = Some(found.len());
            found.push(met);
        }
    }
}
