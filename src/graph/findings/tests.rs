//! What is found in small debates.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::graph::descent::below;
use crate::graph::outline::laws::any_debate;
use crate::graph::outline::tests::{a, attacks, debate, p, r, supports};

fn found(debate: &Debate) -> Findings {
    Findings::of(&Bearing::of(debate))
}

fn indices(arguments: &[ArgumentIndex]) -> Vec<usize> {
    arguments.iter().map(|it| it.0).collect()
}

#[test]
fn an_undercut_is_an_answer_too() {
    let relations = [supports(&[0], p(0)), supports(&[1], p(0)), attacks(&[2], r(0))];

    let found = found(&debate(1, 3, &relations));

    assert_eq!(indices(&found.unanswered), [1, 2]);
    assert_eq!(found.undercuts, 1);
}

#[test]
fn a_position_with_reasons_on_one_side_only_is_found() {
    let relations =
        [supports(&[0], p(0)), attacks(&[0], p(1)), supports(&[0], p(2)), attacks(&[0], p(2))];

    let found = found(&debate(4, 1, &relations));

    assert_eq!(found.one_sided, [PositionIndex(0), PositionIndex(1)]);
    assert_eq!(found.bare, [PositionIndex(3)]);
}

#[test]
fn what_leads_to_no_position_is_an_orphan() {
    let relations = [supports(&[0], p(0)), supports(&[1], a(0)), supports(&[2], a(3))];

    let found = found(&debate(1, 4, &relations));

    assert_eq!(indices(&found.orphans), [2, 3]);
    assert_eq!(indices(&found.unsupported), [1, 2]);
    assert_eq!(found.depth, 2);
}

#[test]
fn circles_are_found_also_among_relations() {
    let relations = [
        supports(&[0], a(1)),
        attacks(&[1], a(0)),
        supports(&[2], r(3)),
        attacks(&[2], r(2)),
        supports(&[3], r(4)),
        supports(&[1], p(0)),
    ];

    let found = found(&debate(1, 4, &relations));

    let circles = [vec![a(0), a(1), r(0), r(1)], vec![r(2), r(3)], vec![r(4)]];
    assert_eq!(found.circles, circles);
}

#[test]
fn a_circle_of_many_is_found_on_a_small_stack() {
    const SIZE: usize = 20_000;
    let around = |at| supports(&[at], a((at + 1) % SIZE));
    let debate = debate(0, SIZE, &(0..SIZE).map(around).collect::<Vec<_>>());
    let ask = move || found(&debate).circles.iter().map(Vec::len).collect::<Vec<_>>();

    let walked = std::thread::Builder::new().stack_size(128 * 1024).spawn(ask).unwrap();

    assert_eq!(walked.join().unwrap(), [2 * SIZE]);
}

proptest! {
    #[test]
    fn a_circle_is_what_bears_on_itself_through_each_other(debate in any_debate()) {
        let arguments = debate.arguments().map(Node::Argument);
        let relations = debate.relations().map(|(index, _)| Node::Relation(index));
        let nodes: Vec<Node> = arguments.chain(relations).collect();
        let up = |from: Node| -> BTreeSet<Node> {
            let bears = |onto: &Node| below(&debate, *onto, u32::MAX).iter().any(|it| it.node == from);
            // A relation bears on its target, and through it on what that bears on.
            nodes.iter().copied().filter(bears).collect()
        };
        let reached: Vec<BTreeSet<Node>> = nodes.iter().map(|node| up(*node)).collect();
        let together = |one: usize, other: usize| {
            // A premise is below its relation's target, but the relation itself lies between them.
            let onto_relation = |from: usize, to: usize| match nodes[to] {
                Node::Relation(index) => {
                    let premises = &debate.relation(index).unwrap().premises;
                    premises.iter().any(|it| {
                        let premise = Node::Argument(*it);
                        premise == nodes[from] || reached[from].contains(&premise)
                    })
                }
                Node::Argument(_) | Node::Position(_) => false,
            };
            let reaches = |from: usize, to: usize| {
                reached[from].contains(&nodes[to]) || onto_relation(from, to)
            };
            reaches(one, other) && reaches(other, one)
        };
        let circles = found(&debate).circles;
        for one in 0..nodes.len() {
            for other in 0..one {
                let is_together = circles
                    .iter()
                    .any(|it| it.contains(&nodes[one]) && it.contains(&nodes[other]));
                prop_assert_eq!(is_together, together(one, other), "{} {}", nodes[one], nodes[other]);
            }
        }
    }
}
