//! Examples, small ones drawn as text and great ones on a small stack.

use std::fmt::Write;

use super::*;
use crate::domain::kinds::RelationKind;
use crate::graph::debate::Relation;
use crate::graph::node::PositionIndex;

pub(super) fn whole(debate: &Debate) -> Outline {
    Outline::to_depth(debate, u32::MAX)
}

pub(in crate::graph) fn p(index: usize) -> Node {
    Node::Position(PositionIndex(index))
}

pub(in crate::graph) fn a(index: usize) -> Node {
    Node::Argument(ArgumentIndex(index))
}

pub(in crate::graph) fn r(index: usize) -> Node {
    Node::Relation(RelationIndex(index))
}

pub(in crate::graph) fn supports(premises: &[usize], target: Node) -> Relation {
    let premises = premises.iter().copied().map(ArgumentIndex).collect();
    Relation { kind: RelationKind::Supports, premises, target }
}

pub(in crate::graph) fn attacks(premises: &[usize], target: Node) -> Relation {
    Relation { kind: RelationKind::Attacks, ..supports(premises, target) }
}

pub(in crate::graph) fn debate(
    positions: usize,
    arguments: usize,
    relations: &[Relation],
) -> Debate {
    Debate::new(positions, arguments, relations.to_vec()).unwrap()
}

/// The outline as indented text, walked as a caller walks it. A reference is in parentheses, and
/// what is below a node follows it after a plus, where there is anything.
fn drawn(debate: &Debate) -> String {
    let outline = whole(debate);
    let mut text = String::from("\n");
    for position in debate.positions() {
        draw_node(&outline, Node::Position(position), 0, &mut text);
    }
    for argument in outline.unreached_arguments() {
        draw_node(&outline, Node::Argument(*argument), 0, &mut text);
    }
    for relation in outline.unreached_relations() {
        draw_relation(&outline, *relation, 0, &mut text);
    }
    text
}

fn draw_node(outline: &Outline, node: Node, indent: usize, text: &mut String) {
    let below = match outline.below(node) {
        0 => String::new(),
        below => format!(" +{below}"),
    };
    writeln!(text, "{:indent$}{node}{below}", "").unwrap();
    for relation in outline.relations_onto(node) {
        draw_relation(outline, *relation, indent + 2, text);
    }
}

fn draw_relation(outline: &Outline, relation: RelationIndex, indent: usize, text: &mut String) {
    let below = outline.below(Node::Relation(relation));
    writeln!(text, "{:indent$}{} +{below}", "", Node::Relation(relation)).unwrap();
    for (argument, appearance) in outline.premises(relation) {
        match appearance {
            Appearance::Unfolded => draw_node(outline, Node::Argument(argument), indent + 2, text),
            Appearance::Reference => {
                writeln!(text, "{:1$}({2})", "", indent + 2, Node::Argument(argument)).unwrap();
            }
        }
    }
    for undercut in outline.relations_onto(Node::Relation(relation)) {
        draw_relation(outline, *undercut, indent + 2, text);
    }
}

#[test]
fn arguments_hang_below_their_positions_supports_first() {
    let debate = debate(2, 3, &[attacks(&[0], p(0)), supports(&[1], p(0)), supports(&[2], a(0))]);

    assert_eq!(
        drawn(&debate),
        "
position 0 +3
  relation 1 +1
    argument 1
  relation 0 +2
    argument 0 +1
      relation 2 +1
        argument 2
position 1
"
    );
}

#[test]
fn an_undercut_hangs_below_the_relation_after_its_premises() {
    let debate = debate(1, 3, &[supports(&[0], p(0)), attacks(&[1], r(0)), supports(&[2], a(0))]);

    assert_eq!(
        drawn(&debate),
        "
position 0 +3
  relation 0 +3
    argument 0 +1
      relation 2 +1
        argument 2
    relation 1 +1
      argument 1
"
    );
}

#[test]
fn an_argument_met_again_is_a_reference() {
    let debate = debate(
        2,
        2,
        &[supports(&[0], p(0)), attacks(&[0], p(1)), supports(&[1], a(0)), attacks(&[1], p(0))],
    );

    assert_eq!(
        drawn(&debate),
        "
position 0 +3
  relation 0 +2
    argument 0 +1
      relation 2 +1
        argument 1
  relation 3 +1
    (argument 1)
position 1 +1
  relation 1 +1
    (argument 0)
"
    );
}

#[test]
fn linked_premises_are_met_together() {
    let debate = debate(1, 2, &[supports(&[0, 1], p(0)), supports(&[1], a(0))]);

    assert_eq!(
        drawn(&debate),
        "
position 0 +3
  relation 0 +3
    argument 0 +1
      relation 1 +1
        (argument 1)
    argument 1
"
    );
}

#[test]
fn a_premise_named_twice_is_unfolded_once() {
    let debate = debate(1, 1, &[supports(&[0, 0], p(0))]);

    assert_eq!(
        drawn(&debate),
        "
position 0 +2
  relation 0 +2
    argument 0
    (argument 0)
"
    );
}

#[test]
fn a_cycle_of_arguments_ends_in_a_reference() {
    let debate = debate(1, 2, &[supports(&[0], p(0)), attacks(&[1], a(0)), attacks(&[0], a(1))]);

    assert_eq!(
        drawn(&debate),
        "
position 0 +3
  relation 0 +3
    argument 0 +2
      relation 1 +2
        argument 1 +1
          relation 2 +1
            (argument 0)
"
    );
}

#[test]
fn what_no_position_reaches_comes_after_roots_before_cycles() {
    // 1 and 2 attack each other; 0 supports 1; 4 is premise of nothing, and 3 supports it.
    let relations =
        [attacks(&[1], a(2)), attacks(&[2], a(1)), supports(&[0], a(1)), supports(&[3], a(4))];

    assert_eq!(
        drawn(&debate(0, 5, &relations)),
        "
argument 4 +1
  relation 3 +1
    argument 3
argument 0
argument 1 +3
  relation 2 +1
    (argument 0)
  relation 1 +2
    argument 2 +1
      relation 0 +1
        (argument 1)
"
    );
}

#[test]
fn a_cycle_of_relations_stands_at_the_top_once() {
    let debate = debate(1, 3, &[attacks(&[2], r(1)), attacks(&[0], r(2)), attacks(&[1], r(1))]);

    assert_eq!(
        drawn(&debate),
        "
position 0
argument 0
argument 1
argument 2
relation 1 +3
  (argument 0)
  relation 0 +1
    (argument 2)
  relation 2 +1
    (argument 1)
"
    );
}

#[test]
fn a_relation_onto_itself_stands_at_the_top_once() {
    let debate = debate(0, 1, &[attacks(&[0], r(0))]);

    assert_eq!(drawn(&debate), "\nargument 0\nrelation 0 +1\n  (argument 0)\n");
}

#[test]
fn a_relation_without_premises_is_shown_all_the_same() {
    let debate = debate(1, 1, &[supports(&[], p(0)), attacks(&[0], r(0))]);

    assert_eq!(
        drawn(&debate),
        "
position 0 +1
  relation 0 +1
    relation 1 +1
      argument 0
"
    );
}

#[test]
fn a_cut_outline_unfolds_an_argument_where_it_is_still_shown() {
    // 1 is first met at depth 2, below 0, and once more at depth 1.
    let debate = debate(1, 2, &[supports(&[0], p(0)), supports(&[1], a(0)), attacks(&[1], p(0))]);

    let all = whole(&debate);
    let cut = Outline::to_depth(&debate, 1);

    let one = |outline: &Outline, relation| outline.premises(RelationIndex(relation)).next();
    assert_eq!(one(&all, 2), Some((ArgumentIndex(1), Appearance::Reference)));
    assert_eq!(one(&cut, 2), Some((ArgumentIndex(1), Appearance::Unfolded)));
    assert_eq!([p(0), a(0), a(1)].map(|node| cut.hidden_onto(node)), [None, Some(1), None]);
    assert_eq!(Outline::to_depth(&debate, 0).hidden_onto(p(0)), Some(3));
    assert_eq!(Outline::to_depth(&debate, 2), all);
}

#[test]
fn an_empty_debate_has_an_empty_outline() {
    let outline = whole(&debate(0, 0, &[]));

    assert!(outline.unreached_arguments().is_empty());
    assert!(outline.unreached_relations().is_empty());
    assert_eq!(outline.below(a(0)), 0);
    assert_eq!(outline.relations_onto(p(0)), []);
    assert_eq!(outline.premises(RelationIndex(0)).len(), 0);
}

const MANY: usize = 100_000;

/// The outline, made and dropped on a stack that any recursion over the debate would exhaust.
fn on_a_small_stack(positions: usize, arguments: usize, relations: Vec<Relation>) -> Outline {
    std::thread::Builder::new()
        .stack_size(256 * 1024)
        .spawn(move || whole(&Debate::new(positions, arguments, relations).unwrap()))
        .unwrap()
        .join()
        .unwrap()
}

#[test]
fn a_chain_of_arguments_needs_no_deep_stack() {
    let target = |i: usize| i.checked_sub(1).map_or(p(0), a);
    let outline = on_a_small_stack(1, MANY, (0..MANY).map(|i| supports(&[i], target(i))).collect());

    assert_eq!(outline.below(p(0)), 100_000);
    assert_eq!(outline.below(a(0)), 99_999);
    assert_eq!(outline.below(a(MANY - 1)), 0);
}

#[test]
fn a_chain_of_undercuts_needs_no_deep_stack() {
    let target = |i: usize| i.checked_sub(1).map_or(p(0), r);
    let outline = on_a_small_stack(1, MANY, (0..MANY).map(|i| attacks(&[i], target(i))).collect());

    assert_eq!(outline.below(p(0)), 100_000);
    assert_eq!(outline.below(r(MANY - 1)), 1);
}

#[test]
fn a_star_of_arguments_is_as_wide_as_it_is() {
    let outline = on_a_small_stack(1, MANY, (0..MANY).map(|i| supports(&[i], p(0))).collect());

    assert_eq!(outline.below(p(0)), 100_000);
    assert_eq!(outline.relations_onto(p(0)).len(), MANY);
}

#[test]
fn an_argument_in_thousands_of_relations_is_unfolded_once() {
    let relations = (0..10_000).map(|i| supports(&[0], p(i))).collect();
    let outline = on_a_small_stack(10_000, 1, relations);

    assert!((0..10_000).all(|i| outline.below(p(i)) == 1));
    let unfolded =
        |i: &usize| outline.premises(RelationIndex(*i)).any(|(_, it)| it == Appearance::Unfolded);
    assert_eq!((0..10_000).filter(unfolded).collect::<Vec<_>>(), [0]);
}

#[test]
fn a_great_cycle_of_arguments_is_cut_at_the_first() {
    let relations = (0..MANY).map(|i| attacks(&[i], a((i + 1) % MANY))).collect();
    let outline = on_a_small_stack(0, MANY, relations);

    assert_eq!(outline.unreached_arguments(), [ArgumentIndex(0)]);
    assert_eq!(outline.below(a(0)), 100_000);
}

#[test]
fn a_great_cycle_of_relations_is_cut_at_the_first() {
    let relations = (0..MANY).map(|i| attacks(&[0], r((i + 1) % MANY))).collect();
    let outline = on_a_small_stack(0, 1, relations);

    assert_eq!(outline.unreached_relations(), [RelationIndex(0)]);
    assert_eq!(outline.relations_onto(r(1)), []);
}

#[test]
fn thousands_of_small_cycles_of_relations_are_each_cut_once() {
    // Each pair bears on itself; that no pair is walked twice keeps this linear.
    let relations = (0..MANY).map(|i| attacks(&[0], r(i ^ 1))).collect();
    let outline = on_a_small_stack(0, 1, relations);

    assert_eq!(outline.unreached_relations().len(), MANY / 2);
}

#[test]
fn every_argument_against_every_other_is_unfolded_once() {
    for size in 1..=8 {
        let pairs = (0..size).flat_map(|i| (0..size).map(move |j| attacks(&[i], a(j))));
        let outline = on_a_small_stack(0, size, pairs.collect());

        assert_eq!(outline.unreached_arguments(), [ArgumentIndex(0)]);
        assert_eq!(outline.below(a(0)), u32::try_from(size * size).unwrap());
    }
}
