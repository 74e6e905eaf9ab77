//! A debate made a tree: each argument stands in full in one place, and everywhere else as a link.
//!
//! That is the place it had in the text that it was read from, or else the first. What can be reached
//! from no position stands at the top itself.

use std::collections::{HashMap, HashSet};

use super::lines::Stance;
use super::records::Found;
use super::texts;
use crate::domain::kinds::RelationKind;
use crate::domain::slug::Slug;
use crate::formats::document::{ArgumentRecord, RelationRecord, TargetName};
use crate::formats::writing::Debate;

/// The largest number that is kept from an origin, so that others can follow it.
const LARGEST: u64 = 1_000_000_000;

/// A position or an argument: its place among the positions and, after them, the arguments.
pub(super) type Node = usize;

/// A claim under another one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    /// The relation that it shows.
    pub(super) relation: usize,
    /// What stands there.
    pub(super) premise: Node,
    /// Which way it bears on the one above.
    pub(super) stance: Stance,
    /// The last part of its number.
    pub(super) number: u64,
    /// Whether it stands there in full.
    pub(super) is_full: bool,
}

/// The tree.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// What stands under each node.
    pub(super) below: Vec<Vec<Edge>>,
    /// Where each node stands in full: its number, and the node above; none at the top.
    pub(super) above: Vec<Option<(Option<Node>, u64)>>,
    /// What stands at the top, with its number, in order.
    pub(super) top: Vec<(Node, u64)>,
    /// The positions that are written in place of an argument that says the same.
    pub(super) twins: HashMap<Node, Node>,
    /// Whether the topic is a question with what is at the top under it.
    pub(super) has_question: bool,
    /// The arguments that are premises somewhere.
    bearing: HashSet<Node>,
    /// The relation by which an argument had its place.
    prefers: HashMap<Node, usize>,
    deferred: Vec<(Node, usize)>,
}

/// Numbers what stands side by side: each by the number it had, the first where several had it, and
/// all others after those.
fn numbers(wanted: &[Option<u64>]) -> Vec<u64> {
    let mut taken = HashSet::new();
    let fits = |it: &u64| (1..=LARGEST).contains(it);
    let kept: Vec<Option<u64>> =
        wanted.iter().map(|it| it.filter(fits).filter(|it| taken.insert(*it))).collect();
    let mut last = taken.into_iter().max().unwrap_or(0);
    let mut next = || {
        last += 1;
        last
    };
    kept.into_iter().map(|it| it.unwrap_or_else(&mut next)).collect()
}

/// The tree that a debate makes.
pub(super) fn tree(debate: &Debate<'_>) -> Tree {
    let topic = debate.topic;
    let count = topic.positions.len() + topic.arguments.len();
    let mut tree =
        Tree { below: vec![Vec::new(); count], above: vec![None; count], ..Tree::default() };
    tree.put_edges(debate);
    tree.find_twins(debate);
    let positions = topic.positions.len();
    for position in 0..positions {
        tree.put_at_top(position);
    }
    for position in 0..positions {
        tree.place_below(position);
    }
    tree.place_deferred();
    // First what bears on nothing, then what is left: circles that nothing leads to.
    for is_bearing in [false, true] {
        for node in positions..count {
            if tree.bearing.contains(&node) == is_bearing && !tree.is_placed(node) {
                tree.put_at_top(node);
                tree.place_below(node);
                tree.place_deferred();
            }
        }
    }
    tree.number_top(debate);
    tree
}

impl Tree {
    /// The full number of what stands at a node.
    pub(super) fn id(&self, node: Node) -> String {
        let mut numbers = Vec::new();
        let mut at = Some(*self.twins.get(&node).unwrap_or(&node));
        while let Some((above, number)) = at.and_then(|at| self.above.get(at).copied().flatten()) {
            numbers.push(number);
            at = above;
        }
        let mut id = if self.has_question { "1.".to_owned() } else { String::new() };
        for number in numbers.iter().rev() {
            id.push_str(&number.to_string());
            id.push('.');
        }
        id
    }

    fn put_edges(&mut self, debate: &Debate<'_>) {
        let topic = debate.topic;
        let first_argument = topic.positions.len();
        let positions = topic.positions.iter().map(|it| &it.slug).zip(0..);
        let positions: HashMap<&Slug, Node> = positions.collect();
        let arguments = topic.arguments.iter().map(|it| &it.slug).zip(first_argument..);
        let arguments: HashMap<&Slug, Node> = arguments.collect();
        let relations = debate.by_slug().relations;
        for (at, relation) in topic.relations.iter().enumerate() {
            let target = match &relation.target {
                TargetName::Position(slug) => positions.get(slug),
                TargetName::Argument(slug) => arguments.get(slug),
                TargetName::Relation(slug) => step_premise(relations.get(slug).copied())
                    .and_then(|premise| arguments.get(premise)),
            };
            let stance = match relation.kind {
                RelationKind::Supports | RelationKind::Rephrases => Stance::Pro,
                RelationKind::Attacks => Stance::Con,
            };
            let found = Found::of(relation.origin.as_ref());
            for premise in relation.premises.iter().filter_map(|it| arguments.get(it)) {
                let Some(below) = target.and_then(|it| self.below.get_mut(*it)) else { continue };
                let premise = *premise;
                below.push(Edge { relation: at, premise, stance, number: 0, is_full: false });
                self.bearing.insert(premise);
                if found.as_ref().is_some_and(|it| !it.has("link")) {
                    self.prefers.entry(premise).or_insert(at);
                }
            }
        }
        for below in &mut self.below {
            let relations = below.iter().filter_map(|it| topic.relations.get(it.relation));
            let wanted: Vec<Option<u64>> =
                relations.map(|it| Found::of(it.origin.as_ref())?.number()).collect();
            below.iter_mut().zip(numbers(&wanted)).for_each(|(edge, number)| edge.number = number);
        }
    }

    /// Finds the arguments that say what a position says and were made for links to it.
    fn find_twins(&mut self, debate: &Debate<'_>) {
        let topic = debate.topic;
        let mut by_id = HashMap::new();
        for (node, position) in topic.positions.iter().enumerate() {
            let found = Found::of(position.origin.as_ref());
            if let Some(id) = found.and_then(|it| it.id) {
                by_id.entry(id).or_insert((node, position.statement.as_str()));
            }
        }
        for (node, argument) in (topic.positions.len()..).zip(&topic.arguments) {
            let Some(found) = Found::of(argument.origin.as_ref()) else { continue };
            let bears_only = self.bearing.contains(&node)
                && self.below.get(node).is_some_and(Vec::is_empty)
                && says_the_same(argument, &found);
            let Some((position, statement)) = found.id.and_then(|id| by_id.get(id)) else {
                continue;
            };
            if found.has("twin") && bears_only && *statement == argument.claim.as_str() {
                self.twins.insert(node, *position);
            }
        }
    }

    fn is_placed(&self, node: Node) -> bool {
        self.twins.contains_key(&node) || self.above.get(node).is_some_and(Option::is_some)
    }

    fn put_at_top(&mut self, node: Node) {
        self.top.push((node, 0));
        if let Some(above) = self.above.get_mut(node) {
            *above = Some((None, 0));
        }
    }

    /// Places what stands under a node for the first time, and under that.
    fn place_below(&mut self, node: Node) {
        let mut way = vec![(node, 0)];
        while let Some((node, next)) = way.last_mut() {
            let (node, at) = (*node, *next);
            *next += 1;
            let Some(edge) = self.below.get(node).and_then(|it| it.get(at)).copied() else {
                way.pop();
                continue;
            };
            if self.is_placed(edge.premise) {
                continue;
            }
            if self.prefers.get(&edge.premise).is_some_and(|it| *it != edge.relation) {
                self.deferred.push((node, at));
                continue;
            }
            self.place(node, at);
            way.push((edge.premise, 0));
        }
    }

    /// Places what was to have another place and did not get it.
    fn place_deferred(&mut self) {
        let mut next = 0;
        while let Some((node, at)) = self.deferred.get(next).copied() {
            next += 1;
            let edge = self.below.get(node).and_then(|it| it.get(at)).copied();
            if let Some(edge) = edge.filter(|edge| !self.is_placed(edge.premise)) {
                self.place(node, at);
                self.place_below(edge.premise);
            }
        }
        self.deferred.clear();
    }

    fn place(&mut self, node: Node, at: usize) {
        let Some(edge) = self.below.get_mut(node).and_then(|it| it.get_mut(at)) else { return };
        edge.is_full = true;
        if let Some(above) = self.above.get_mut(edge.premise) {
            *above = Some((Some(node), edge.number));
        }
    }

    /// Numbers what stands at the top, under the question if there must be one.
    fn number_top(&mut self, debate: &Debate<'_>) {
        let topic = debate.topic;
        let found: Vec<Option<Found<'_>>> =
            topic.positions.iter().map(|it| Found::of(it.origin.as_ref())).collect();
        let is_at_top = |it: &Option<Found<'_>>| it.as_ref().is_some_and(Found::is_at_top);
        let was_question = Found::of(topic.origin.as_ref()).is_some_and(|it| it.has("question"));
        let are_all_positions = self.top.len() == topic.positions.len();
        self.has_question = was_question
            || !are_all_positions
            || self.top.len() > 1 && !found.iter().all(is_at_top);
        let wanted: Vec<Option<u64>> = self
            .top
            .iter()
            .map(|(node, _)| {
                let found = found.get(*node)?.as_ref()?;
                found.number().filter(|_| found.is_at_top() != self.has_question)
            })
            .collect();
        for ((node, number), wanted) in self.top.iter_mut().zip(numbers(&wanted)) {
            *number = wanted;
            if let Some(above) = self.above.get_mut(*node) {
                *above = Some((None, *number));
            }
        }
    }
}

/// What stands for a relation: its first premise. Who attacks a step disputes that its reason is one.
fn step_premise(relation: Option<&RelationRecord>) -> Option<&Slug> {
    relation.and_then(|it| it.premises.first())
}

/// Whether an argument still says what it was made to say.
fn says_the_same(argument: &ArgumentRecord, found: &Found<'_>) -> bool {
    found.text("text").is_none_or(|it| texts::is_still(&it, &argument.claim, &argument.body))
}
