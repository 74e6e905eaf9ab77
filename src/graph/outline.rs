//! The outline: the whole debate as a reader meets it, nested, from the top.
//!
//! Depth-first and in pre-order. The positions come in order, and below each node the relations
//! onto it. A relation shows its premises, which are met together because they hold only
//! together; then comes what is below each premise, then the relations onto the relation
//! (undercuts). **An argument is unfolded where it is first met**; met again, it is a
//! reference, and so every cycle ends. **A relation appears exactly once**: below its target.
//!
//! What no position reaches comes after. Arguments that are premise of nothing go first, in
//! index order; then the first of those left, with all that is below it, and so on until all are
//! placed. Relations may still be left, where their targets run in a cycle of relations: the first
//! relation of each such cycle stands at the top, and is not shown again below its target.
//!
//! # Depth
//! An outline may be cut at a depth, counted so: the premises of a relation onto a position are at
//! depth 1. The premises of a relation onto an argument at depth d, or onto a relation whose
//! premises are at depth d, are at depth d + 1. What stands at the top without a position is at
//! depth 1: an unreached argument, and the premises of an unreached relation. **Whatever is shown
//! as a reference is shown unfolded too**: what the cut hides is placed after all that is shown.

use std::collections::HashSet;
use std::ops::Range;

use super::debate::Debate;
use super::node::{ArgumentIndex, Node, PerNode, RelationIndex};

/// The reading order of a debate, and where in it each argument is unfolded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    unreached_arguments: Vec<ArgumentIndex>,
    unreached_relations: Vec<RelationIndex>,
    /// The relations onto all nodes, one node after the other, and which of them are onto which.
    relations: Vec<RelationIndex>,
    relations_onto: PerNode<Range<usize>>,
    /// The premises of all relations, one relation after the other, and which are whose.
    premises: Vec<(ArgumentIndex, Appearance)>,
    premises_of: PerNode<Range<usize>>,
    below: PerNode<u32>,
    is_cut: PerNode<bool>,
}

/// How an argument stands at one place of the outline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Appearance {
    /// Here it is met first, and what bears on it follows.
    Unfolded,
    /// It is unfolded elsewhere.
    Reference,
}

impl Outline {
    /// The outline of a debate, cut at a depth, in time linear in its size.
    pub fn to_depth(debate: &Debate, depth: u32) -> Self {
        let mut whole = Walk::new(debate, u32::MAX);
        for position in debate.positions() {
            whole.place(Node::Position(position));
        }
        whole.place_unreached_arguments();
        whole.place_unreached_relations();
        if whole.deepest <= depth {
            return whole.finish();
        }
        // What stands at the top is the same at every depth; what is unfolded where is not.
        let mut cut = Walk::new(debate, depth);
        cut.place_tops_of(&whole.outline);
        cut.place_hidden();
        cut.finish()
    }

    /// The outline of what is below one node, which stands at the top alone; the premises of the
    /// relations onto it are at depth 1.
    pub fn below_root(debate: &Debate, root: Node, depth: u32) -> Self {
        let mut whole = Walk::new(debate, u32::MAX);
        whole.place_root(root);
        if whole.deepest <= depth {
            return whole.finish();
        }
        let mut cut = Walk::new(debate, depth);
        cut.place_root(root);
        cut.place_hidden();
        cut.finish()
    }

    /// The relations that hang below a node, in reading order.
    ///
    /// They are those of [`Debate::incoming`], without the ones that
    /// [`Self::unreached_relations`] lists.
    pub fn relations_onto(&self, node: Node) -> &[RelationIndex] {
        slice(&self.relations, self.relations_onto.get(node))
    }

    /// The premises of a relation, in their order, and how each of them stands there.
    pub fn premises(
        &self,
        relation: RelationIndex,
    ) -> impl ExactSizeIterator<Item = (ArgumentIndex, Appearance)> + Clone {
        slice(&self.premises, self.premises_of.get(Node::Relation(relation))).iter().copied()
    }

    /// The arguments unfolded at the top, after the positions, because nothing above reaches them.
    pub fn unreached_arguments(&self) -> &[ArgumentIndex] {
        &self.unreached_arguments
    }

    /// The relations that stand at the top, after all else: one for each cycle of relations.
    pub fn unreached_relations(&self) -> &[RelationIndex] {
        &self.unreached_relations
    }

    /// How many arguments stand underneath a node, at any depth and each time they stand there,
    /// shown or hidden.
    ///
    /// For a relation its premises count; for an argument it is what is underneath the one place
    /// where it is unfolded, without itself.
    pub fn below(&self, node: Node) -> u32 {
        self.below.get(node).copied().unwrap_or_default()
    }

    /// Where the depth hides all relations onto a node: how many arguments stand there.
    pub fn hidden_onto(&self, node: Node) -> Option<u32> {
        let relations = self.relations_onto(node).iter();
        let hidden = relations.map(|relation| self.below(Node::Relation(*relation)));
        is_marked(&self.is_cut, node).then(|| hidden.fold(0, u32::saturating_add))
    }
}

/// The walk that makes an outline.
struct Walk<'a> {
    debate: &'a Debate,
    depth: u32,
    outline: Outline,
    /// What the outline shows already, or is about to show below the relation just met.
    placed: PerNode<bool>,
    /// Every node in the order it was met, with the node it is below.
    met: Vec<(Node, Option<Node>)>,
    /// The nodes at the depth, in the order they were met: nothing is below them yet.
    at_the_cut: Vec<Node>,
    /// The level of the lowest node met.
    deepest: u32,
}

/// A node that is to be met.
struct Ahead {
    node: Node,
    above: Option<Node>,
    /// The depth of an argument, of the premises of a relation; 0 for a position.
    level: u32,
}

impl<'a> Walk<'a> {
    fn new(debate: &'a Debate, depth: u32) -> Self {
        let outline = Outline {
            unreached_arguments: Vec::new(),
            unreached_relations: Vec::new(),
            relations: Vec::new(),
            relations_onto: debate.table(),
            premises: Vec::new(),
            premises_of: debate.table(),
            below: debate.table(),
            is_cut: debate.table(),
        };
        Self {
            debate,
            depth,
            outline,
            placed: debate.table(),
            met: Vec::new(),
            at_the_cut: Vec::new(),
            deepest: 0,
        }
    }

    /// Places what stands at the top of another outline of the same debate.
    fn place_tops_of(&mut self, whole: &Outline) {
        self.outline.unreached_arguments.clone_from(&whole.unreached_arguments);
        self.outline.unreached_relations.clone_from(&whole.unreached_relations);
        let arguments = whole.unreached_arguments.iter().copied().map(Node::Argument);
        let relations = whole.unreached_relations.iter().copied().map(Node::Relation);
        let positions = self.debate.positions().map(Node::Position);
        for top in positions.chain(arguments).chain(relations) {
            self.place(top);
        }
    }

    /// Places what the depth hides, without a depth.
    fn place_hidden(&mut self) {
        self.depth = u32::MAX;
        for node in std::mem::take(&mut self.at_the_cut) {
            let hidden: Vec<_> = self.meet_relations_onto(node).collect();
            set(&mut self.outline.is_cut, node, !hidden.is_empty());
            for relation in hidden {
                self.walk(Ahead { node: Node::Relation(relation), above: Some(node), level: 0 });
            }
        }
    }

    fn place_unreached_arguments(&mut self) {
        let mut is_premise = self.debate.table::<bool>();
        for (_, relation) in self.debate.relations() {
            for premise in &relation.premises {
                mark(&mut is_premise, Node::Argument(*premise));
            }
        }
        let (premises, roots): (Vec<_>, Vec<_>) = self
            .debate
            .arguments()
            .partition(|argument| is_marked(&is_premise, Node::Argument(*argument)));
        for argument in roots.into_iter().chain(premises) {
            if !is_marked(&self.placed, Node::Argument(argument)) {
                self.outline.unreached_arguments.push(argument);
                self.place(Node::Argument(argument));
            }
        }
    }

    fn place_unreached_relations(&mut self) {
        for (relation, _) in self.debate.relations() {
            if !is_marked(&self.placed, Node::Relation(relation)) {
                let first = self.first_of_cycle(relation);
                self.outline.unreached_relations.push(first);
                self.place(Node::Relation(first));
            }
        }
    }

    /// The first relation, by index, of the cycle that the targets from this one on run into.
    ///
    /// All positions and arguments are placed, so an unplaced relation bears on another one.
    /// Placing any of a cycle places all that leads to it, so none is passed here twice.
    fn first_of_cycle(&self, from: RelationIndex) -> RelationIndex {
        let mut passed = HashSet::new();
        let mut at = from;
        while passed.insert(at) {
            at = self.relation_targeted_by(at).unwrap_or(at);
        }
        let around = |relation: &RelationIndex| {
            self.relation_targeted_by(*relation).filter(|next| *next != at)
        };
        std::iter::successors(Some(at), around).min().unwrap_or(at)
    }

    fn relation_targeted_by(&self, relation: RelationIndex) -> Option<RelationIndex> {
        match self.debate.relation(relation)?.target {
            Node::Relation(target) => Some(target),
            Node::Position(_) | Node::Argument(_) => None,
        }
    }

    /// Puts a node at the top and, to the depth, everything not yet placed below it.
    fn place(&mut self, top: Node) {
        mark(&mut self.placed, top);
        let level = u32::from(!matches!(top, Node::Position(_)));
        self.walk(Ahead { node: top, above: None, level });
    }

    /// Puts a node at the top, above all that has a depth.
    fn place_root(&mut self, root: Node) {
        mark(&mut self.placed, root);
        self.walk(Ahead { node: root, above: None, level: 0 });
    }

    fn walk(&mut self, first: Ahead) {
        let mut ahead = vec![first];
        while let Some(Ahead { node, above, level }) = ahead.pop() {
            self.met.push((node, above));
            self.deepest = self.deepest.max(level);
            let below = |lower, level| Ahead { node: lower, above: Some(node), level };
            let first_below = ahead.len();
            if let Node::Relation(relation) = node {
                let premises = self.meet_premises(relation);
                ahead.extend(premises.map(|argument| below(Node::Argument(argument), level)));
            }
            if level < self.depth {
                let relations = self.meet_relations_onto(node);
                ahead.extend(relations.map(|it| below(Node::Relation(it), level + 1)));
            } else {
                self.at_the_cut.push(node);
            }
            // What was pushed last is met next.
            if let Some(below) = ahead.get_mut(first_below..) {
                below.reverse();
            }
        }
    }

    /// Shows the premises of a relation; gives those that are unfolded here.
    fn meet_premises(&mut self, relation: RelationIndex) -> impl Iterator<Item = ArgumentIndex> {
        let start = self.outline.premises.len();
        let premises = self.debate.relation(relation).map_or(&[][..], |it| it.premises.as_slice());
        for premise in premises {
            let appearance = if mark(&mut self.placed, Node::Argument(*premise)) {
                Appearance::Unfolded
            } else {
                Appearance::Reference
            };
            self.outline.premises.push((*premise, appearance));
        }
        let span = start..self.outline.premises.len();
        set(&mut self.outline.premises_of, Node::Relation(relation), span.clone());
        slice(&self.outline.premises, Some(&span))
            .iter()
            .filter(|(_, appearance)| *appearance == Appearance::Unfolded)
            .map(|(argument, _)| *argument)
    }

    /// Shows the relations onto a node, but for one that stands at the top; gives them.
    fn meet_relations_onto(&mut self, node: Node) -> impl Iterator<Item = RelationIndex> {
        let start = self.outline.relations.len();
        for relation in self.debate.incoming(node) {
            if mark(&mut self.placed, Node::Relation(*relation)) {
                self.outline.relations.push(*relation);
            }
        }
        let span = start..self.outline.relations.len();
        set(&mut self.outline.relations_onto, node, span.clone());
        slice(&self.outline.relations, Some(&span)).iter().copied()
    }

    /// Adds up what is below each node, from the last one met back to the first.
    fn finish(self) -> Outline {
        let Self { mut outline, met, .. } = self;
        for (node, above) in met.into_iter().rev() {
            if let Node::Relation(relation) = node {
                let premises = u32::try_from(outline.premises(relation).len()).unwrap_or(u32::MAX);
                if let Some(total) = outline.below.get_mut(node) {
                    *total = total.saturating_add(premises);
                }
            }
            let weight = outline.below(node);
            if let Some(total) = above.and_then(|above| outline.below.get_mut(above)) {
                *total = total.saturating_add(weight);
            }
        }
        outline
    }
}

/// Marks a node, and says whether that was new.
fn mark(marks: &mut PerNode<bool>, node: Node) -> bool {
    marks.get_mut(node).is_some_and(|marked| !std::mem::replace(marked, true))
}

fn is_marked(marks: &PerNode<bool>, node: Node) -> bool {
    marks.get(node).copied().unwrap_or_default()
}

fn set<T>(table: &mut PerNode<T>, node: Node, value: T) {
    if let Some(entry) = table.get_mut(node) {
        *entry = value;
    }
}

fn slice<'a, T>(items: &'a [T], span: Option<&Range<usize>>) -> &'a [T] {
    span.and_then(|span| items.get(span.clone())).unwrap_or_default()
}

#[cfg(test)]
pub(super) mod laws;
#[cfg(test)]
pub(super) mod tests;
