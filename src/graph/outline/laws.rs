//! Laws that hold for every debate.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::tests::{a, p, r, whole};
use super::*;
use crate::domain::kinds::RelationKind;
use crate::graph::debate::Relation;

/// Any small debate: cycles, self-targets, repeated and missing premises included.
pub(in crate::graph) fn any_debate() -> impl Strategy<Value = Debate> {
    let kind = prop::sample::select(RelationKind::ALL);
    let premises = prop::collection::vec(any::<prop::sample::Index>(), 0..4);
    let relation = (kind, premises, any::<prop::sample::Index>());
    (0..3usize, 0..10usize, prop::collection::vec(relation, 0..20)).prop_map(
        |(positions, arguments, relations)| {
            let size = relations.len();
            let targets: Vec<Node> = (0..positions)
                .map(p)
                .chain((0..arguments).map(a))
                .chain((0..size).map(r))
                .collect();
            let relations = relations.into_iter().map(|(kind, premises, target)| {
                let count = if arguments == 0 { 0 } else { premises.len() };
                let premises =
                    premises[..count].iter().map(|i| ArgumentIndex(i.index(arguments))).collect();
                Relation { kind, premises, target: targets[target.index(targets.len())] }
            });
            Debate::new(positions, arguments, relations.collect()).unwrap()
        },
    )
}

/// Everything that a caller's walk meets: each relation, and each argument with its appearance.
/// The premises of a relation are met together.
#[derive(Default)]
struct Walked {
    relations: Vec<RelationIndex>,
    arguments: Vec<(ArgumentIndex, Appearance)>,
    /// How many arguments the cuts hide, for a walk that heeds them.
    hidden: usize,
    heeds_cuts: bool,
}

impl Walked {
    /// The walk through all that there is.
    fn of(debate: &Debate) -> Self {
        Self::default().through_the_tops(debate, &whole(debate))
    }

    /// The walk through what is shown.
    fn shown(debate: &Debate, outline: &Outline) -> Self {
        Self { heeds_cuts: true, ..Self::default() }.through_the_tops(debate, outline)
    }

    fn through_the_tops(mut self, debate: &Debate, outline: &Outline) -> Self {
        for position in debate.positions() {
            self.node(outline, Node::Position(position));
        }
        for argument in outline.unreached_arguments() {
            self.arguments.push((*argument, Appearance::Unfolded));
            self.node(outline, Node::Argument(*argument));
        }
        for relation in outline.unreached_relations() {
            self.relation(outline, *relation);
        }
        self
    }

    fn node(&mut self, outline: &Outline, node: Node) {
        if let Some(hidden) = outline.hidden_onto(node).filter(|_| self.heeds_cuts) {
            self.hidden += usize::try_from(hidden).unwrap();
            return;
        }
        for relation in outline.relations_onto(node) {
            self.relation(outline, *relation);
        }
    }

    fn relation(&mut self, outline: &Outline, relation: RelationIndex) {
        // Were a cycle left in the outline, the walk would not end but overflow the stack.
        self.relations.push(relation);
        self.arguments.extend(outline.premises(relation));
        for (argument, appearance) in outline.premises(relation) {
            if appearance == Appearance::Unfolded {
                self.node(outline, Node::Argument(argument));
            }
        }
        self.node(outline, Node::Relation(relation));
    }

    fn unfolded(&self) -> Vec<ArgumentIndex> {
        let unfolded = |it: &&(_, Appearance)| it.1 == Appearance::Unfolded;
        self.arguments.iter().filter(unfolded).map(|it| it.0).collect()
    }
}

/// How many arguments a caller's walk finds below a node.
fn counted_below(outline: &Outline, node: Node) -> u32 {
    let mut walked = Walked::default();
    match node {
        Node::Relation(relation) => walked.relation(outline, relation),
        Node::Position(_) | Node::Argument(_) => walked.node(outline, node),
    }
    u32::try_from(walked.arguments.len()).unwrap()
}

/// What bears, at any remove, on any position: found without an outline, by repetition.
fn reached_from_positions(debate: &Debate) -> BTreeSet<Node> {
    let mut reached: BTreeSet<Node> = debate.positions().map(Node::Position).collect();
    loop {
        let before = reached.len();
        for (index, relation) in debate.relations() {
            if reached.contains(&relation.target) {
                reached.insert(Node::Relation(index));
                reached.extend(relation.premises.iter().copied().map(Node::Argument));
            }
        }
        if reached.len() == before {
            return reached;
        }
    }
}

proptest! {
    #[test]
    fn every_argument_is_unfolded_exactly_once(debate in any_debate()) {
        let mut unfolded = Walked::of(&debate).unfolded();
        unfolded.sort();
        prop_assert_eq!(unfolded, debate.arguments().collect::<Vec<_>>());
    }

    #[test]
    fn every_relation_appears_exactly_once(debate in any_debate()) {
        let mut relations = Walked::of(&debate).relations;
        relations.sort();
        let all: Vec<_> = debate.relations().map(|(index, _)| index).collect();
        prop_assert_eq!(relations, all);
    }

    #[test]
    fn every_premise_is_shown_in_its_place(debate in any_debate()) {
        let outline = whole(&debate);
        for (index, relation) in debate.relations() {
            let shown: Vec<_> = outline.premises(index).map(|(argument, _)| argument).collect();
            prop_assert_eq!(&shown, &relation.premises);
        }
    }

    #[test]
    fn only_what_stands_at_the_top_is_not_below_its_target(debate in any_debate()) {
        let outline = whole(&debate);
        let relations = debate.relations().map(|(index, _)| Node::Relation(index));
        let nodes = debate.positions().map(Node::Position);
        for node in nodes.chain(debate.arguments().map(Node::Argument)).chain(relations) {
            let expected: Vec<_> = debate
                .incoming(node)
                .iter()
                .copied()
                .filter(|relation| !outline.unreached_relations().contains(relation))
                .collect();
            prop_assert_eq!(outline.relations_onto(node), expected);
        }
    }

    #[test]
    fn an_argument_is_unfolded_where_it_is_first_met(debate in any_debate()) {
        let mut met = BTreeSet::new();
        for (argument, appearance) in Walked::of(&debate).arguments {
            prop_assert_eq!(met.insert(argument), appearance == Appearance::Unfolded);
        }
    }

    #[test]
    fn below_is_what_a_walk_counts(debate in any_debate()) {
        let outline = whole(&debate);
        let relations = debate.relations().map(|(index, _)| Node::Relation(index));
        let nodes = debate.positions().map(Node::Position);
        for node in nodes.chain(debate.arguments().map(Node::Argument)).chain(relations) {
            prop_assert_eq!(outline.below(node), counted_below(&outline, node), "{}", node);
        }
    }

    #[test]
    fn below_adds_up_to_all_premises(debate in any_debate()) {
        let outline = whole(&debate);
        let positions = debate.positions().map(Node::Position);
        let arguments = outline.unreached_arguments().iter().copied().map(Node::Argument);
        let relations = outline.unreached_relations().iter().copied().map(Node::Relation);
        let below: u32 =
            positions.chain(arguments).chain(relations).map(|top| outline.below(top)).sum();
        let premises: usize = debate.relations().map(|(_, relation)| relation.premises.len()).sum();
        prop_assert_eq!(usize::try_from(below), Ok(premises));
    }

    #[test]
    fn what_bears_on_a_position_is_below_a_position(debate in any_debate()) {
        let outline = whole(&debate);
        let mut walked = Walked::default();
        for position in debate.positions() {
            walked.node(&outline, Node::Position(position));
        }
        let below: BTreeSet<Node> = walked.arguments.iter().map(|(it, _)| Node::Argument(*it)).collect();
        let mut reached = reached_from_positions(&debate);
        reached.retain(|node| matches!(node, Node::Argument(_)));
        prop_assert_eq!(below, reached);
    }

    #[test]
    fn what_stands_at_the_top_does_not_depend_on_the_depth(debate in any_debate(), depth in 0..6u32) {
        let (all, cut) = (whole(&debate), Outline::to_depth(&debate, depth));
        prop_assert_eq!(cut.unreached_arguments(), all.unreached_arguments());
        prop_assert_eq!(cut.unreached_relations(), all.unreached_relations());
    }

    #[test]
    fn what_is_shown_as_a_reference_is_shown_unfolded_once(debate in any_debate(), depth in 0..6u32) {
        let shown = Walked::shown(&debate, &Outline::to_depth(&debate, depth));
        let mut unfolded = shown.unfolded();
        unfolded.sort();
        prop_assert!(unfolded.is_sorted_by(|a, b| a < b));
        for (argument, _) in shown.arguments {
            prop_assert!(unfolded.contains(&argument));
        }
    }

    #[test]
    fn what_is_shown_and_what_is_hidden_is_all_there_is(debate in any_debate(), depth in 0..6u32) {
        let outline = Outline::to_depth(&debate, depth);
        let shown = Walked::shown(&debate, &outline);
        let premises: usize = debate.relations().map(|(_, relation)| relation.premises.len()).sum();
        let tops = outline.unreached_arguments().len();
        prop_assert_eq!(shown.arguments.len() - tops + shown.hidden, premises);
    }

    #[test]
    fn a_depth_beyond_the_deepest_cuts_nothing(debate in any_debate()) {
        prop_assert_eq!(Outline::to_depth(&debate, 40), whole(&debate));
    }

    #[test]
    fn the_same_debate_has_the_same_outline(debate in any_debate()) {
        prop_assert_eq!(whole(&debate), whole(&debate.clone()));
    }
}
