//! The ways up and what is below, drawn from small debates, and compared with what is found by
//! trying everything.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::graph::debate::Relation;
use crate::graph::descent::below;
use crate::graph::outline::laws::any_debate;
use crate::graph::outline::tests::{a, attacks, debate, p, r, supports};
use crate::graph::ways::{Bounds, Ways};

const ALL: Bounds = Bounds { ways: usize::MAX, relations: usize::MAX, steps: usize::MAX };

fn ways(debate: &Debate, argument: usize, bounds: Bounds) -> Ways {
    Ways::from(&Bearing::of(debate), ArgumentIndex(argument), bounds)
}

fn relations(way: &Way) -> Vec<usize> {
    way.relations.iter().map(|it| it.0).collect()
}

#[test]
fn who_attacks_an_attack_speaks_for_what_is_attacked() {
    let debate = debate(1, 2, &[attacks(&[0], p(0)), attacks(&[1], a(0))]);

    let found = ways(&debate, 1, ALL);

    let way = Way {
        relations: vec![RelationIndex(1), RelationIndex(0)],
        sign: Sign::For,
        undercuts: false,
        end: p(0),
    };
    assert_eq!(found, Ways { ways: vec![way], is_complete: true });
}

#[test]
fn an_undercut_takes_from_what_the_inference_gives() {
    let relations = [
        supports(&[0], p(0)),
        attacks(&[0], p(1)),
        attacks(&[1], r(0)),
        attacks(&[1], r(1)),
        attacks(&[2], r(2)),
    ];
    let debate = debate(2, 3, &relations);

    let signs = |argument| -> Vec<_> {
        let found = ways(&debate, argument, ALL).ways;
        found.into_iter().map(|way| (way.end, way.sign, way.undercuts)).collect()
    };

    assert_eq!(signs(0), [(p(0), Sign::For, false), (p(1), Sign::Against, false)]);
    assert_eq!(signs(1), [(p(0), Sign::Against, true), (p(1), Sign::For, true)]);
    assert_eq!(signs(2), [(p(0), Sign::For, true)]);
}

#[test]
fn the_first_way_is_a_shortest_one() {
    let long = [supports(&[0], a(1)), supports(&[1], a(2)), supports(&[2], p(0))];
    let debate = debate(1, 3, &[&long[..], &[supports(&[0], p(0))]].concat());

    let found = ways(&debate, 0, ALL).ways;

    assert_eq!(found.iter().map(relations).collect::<Vec<_>>(), [vec![3], vec![0, 1, 2]]);
}

/// `size` diamonds in a row: two ways through each.
fn diamonds(size: usize) -> Debate {
    let diamond = |at: usize| {
        let below = 3 * at;
        let top = if at == 0 { p(0) } else { a(below - 3) };
        let side =
            |side: usize| [supports(&[below], a(below + side)), supports(&[below + side], top)];
        [side(1), side(2)].concat()
    };
    debate(1, 3 * size, &(0..size).flat_map(diamond).collect::<Vec<_>>())
}

#[test]
fn of_very_many_ways_so_many_are_given() {
    let debate = diamonds(2_000);
    let bounds = Bounds { ways: 7, ..ALL };

    let found = ways(&debate, 3 * 1_999, bounds);

    let different: BTreeSet<_> = found.ways.iter().map(relations).collect();
    assert_eq!((found.ways.len(), different.len(), found.is_complete), (7, 7, false));
}

#[test]
fn as_many_ways_as_may_be_given_are_all() {
    let debate = diamonds(3);

    for (most, given, is_complete) in [(7, 7, false), (8, 8, true), (9, 8, true)] {
        let found = ways(&debate, 6, Bounds { ways: most, ..ALL });
        assert_eq!((found.ways.len(), found.is_complete), (given, is_complete));
    }
}

#[test]
fn ways_that_lead_nowhere_cost_no_more_than_they_are() {
    // A mesh of sixty arguments that all bear on each other, and one way out right at the start.
    let mesh = (1..61).flat_map(|from| (1..61).map(move |to| supports(&[from], a(to))));
    let relations: Vec<_> = [supports(&[0], p(0)), supports(&[0], a(1)), supports(&[1], a(0))]
        .into_iter()
        .chain(mesh)
        .collect();

    let found = ways(&debate(1, 61, &relations), 0, Bounds { steps: 100_000, ..ALL });

    assert_eq!((found.ways.len(), found.is_complete), (1, true));
}

#[test]
fn a_long_chain_is_walked_on_a_small_stack() {
    const SIZE: usize = 10_000;
    let chain = |at| attacks(&[at], if at == 0 { p(0) } else { a(at - 1) });
    let debate = debate(1, SIZE, &(0..SIZE).map(chain).collect::<Vec<_>>());
    let ask = move || {
        let bearing = Bearing::of(&debate);
        let last = ArgumentIndex(SIZE - 1);
        let found = Ways::from(&bearing, last, ALL);
        let down = below(&debate, p(0), u32::MAX);
        let shortest = bearing.shortest(last, p(0));
        assert_eq!(found.ways.first().cloned(), shortest);
        (found.ways[0].relations.len(), found.ways[0].sign, down.len())
    };

    let walked = std::thread::Builder::new().stack_size(128 * 1024).spawn(ask).unwrap();

    assert_eq!(walked.join().unwrap(), (SIZE, Sign::For, 2 * SIZE));
}

#[test]
fn where_no_way_leads_there_is_none() {
    let debate = debate(1, 2, &[supports(&[0], p(0))]);
    let bearing = Bearing::of(&debate);

    assert_eq!(bearing.shortest(ArgumentIndex(0), a(1)), None);
    assert_eq!(bearing.shortest(ArgumentIndex(1), p(0)), None);
    assert_eq!(ways(&debate, 1, ALL), Ways { ways: Vec::new(), is_complete: true });
}

/// All ways up from an argument that pass nothing twice, by trying everything.
fn all_ways(debate: &Debate, from: ArgumentIndex) -> Vec<(Vec<RelationIndex>, Node)> {
    fn go(debate: &Debate, passed: &mut Vec<Node>, found: &mut Vec<(Vec<RelationIndex>, Node)>) {
        let at = *passed.last().unwrap();
        let up: Vec<Node> = match at {
            Node::Position(_) => {
                let through = passed.iter().copied().filter_map(relation);
                found.push((through.collect(), at));
                return;
            }
            Node::Relation(index) => vec![debate.relation(index).unwrap().target],
            Node::Argument(argument) => debate
                .relations()
                .filter(|(_, it): &(_, &Relation)| it.premises.contains(&argument))
                .map(|(index, _)| Node::Relation(index))
                .collect(),
        };
        for next in up {
            if !passed.contains(&next) {
                passed.push(next);
                go(debate, passed, found);
                passed.pop();
            }
        }
    }
    let mut found = Vec::new();
    go(debate, &mut vec![Node::Argument(from)], &mut found);
    found
}

/// What bears on a node, with its least depth and the signs at that depth, by repetition.
fn all_below(debate: &Debate, root: Node) -> BTreeMap<Node, (u32, BTreeSet<Sign>)> {
    let mut found = BTreeMap::from([(root, (0, BTreeSet::from([Sign::For])))]);
    for depth in 1.. {
        let mut new: BTreeMap<Node, (u32, BTreeSet<Sign>)> = BTreeMap::new();
        for (index, relation) in debate.relations() {
            let Some((at, signs)) = found.get(&relation.target) else { continue };
            if *at + 1 != depth {
                continue;
            }
            let premises = relation.premises.iter().copied().map(Node::Argument);
            for node in premises.chain([Node::Relation(index)]) {
                let signs = signs.iter().map(|sign| *sign * Sign::of(relation.kind));
                new.entry(node).or_insert((depth, BTreeSet::new())).1.extend(signs);
            }
        }
        new.retain(|node, _| !found.contains_key(node));
        if new.is_empty() {
            break;
        }
        found.extend(new);
    }
    found.remove(&root);
    found
}

proptest! {
    #[test]
    fn every_way_is_found_once(debate in any_debate()) {
        for argument in debate.arguments() {
            let all = all_ways(&debate, argument);
            prop_assume!(all.len() < 5_000);
            let found = ways(&debate, argument.0, ALL);
            prop_assert!(found.is_complete);
            let shortest = all.iter().map(|it| it.0.len()).min();
            prop_assert_eq!(found.ways.first().map(|it| it.relations.len()), shortest);
            for way in &found.ways {
                prop_assert_eq!(way, &Way::through(&debate, way.relations.clone(), way.end));
            }
            let given: Vec<_> = found.ways.into_iter().map(|it| (it.relations, it.end)).collect();
            let different: BTreeSet<_> = given.iter().cloned().collect();
            prop_assert_eq!(different.len(), given.len());
            prop_assert_eq!(different, all.into_iter().collect());
        }
    }

    #[test]
    fn the_shortest_way_is_as_long_as_the_depth(debate in any_debate()) {
        let bearing = Bearing::of(&debate);
        let positions = debate.positions().map(Node::Position);
        let arguments = debate.arguments().map(Node::Argument);
        let relations = debate.relations().map(|(index, _)| Node::Relation(index));
        let mut nearest = BTreeMap::new();
        for root in positions.chain(arguments).chain(relations) {
            let all = all_below(&debate, root);
            let found: BTreeMap<_, _> = below(&debate, root, u32::MAX)
                .into_iter()
                .map(|it| (it.node, (it.depth, it.signs.iter().collect::<BTreeSet<_>>())))
                .collect();
            prop_assert_eq!(&found, &all);
            let is_asked = |it: &ArgumentIndex| {
                Node::Argument(*it) != root && !matches!(root, Node::Relation(_))
            };
            for argument in debate.arguments().filter(is_asked) {
                let way = bearing.shortest(argument, root);
                let length = way.as_ref().map(|it| u32::try_from(it.relations.len()).unwrap());
                let known = all.get(&Node::Argument(argument));
                prop_assert_eq!(length, known.map(|it| it.0));
                prop_assert!(way.is_none_or(|it| known.unwrap().1.contains(&it.sign)));
            }
            if let Node::Position(_) = root {
                for (node, (depth, _)) in all {
                    let nearest = nearest.entry(node).or_insert(depth);
                    *nearest = depth.min(*nearest);
                }
            }
        }
        for argument in debate.arguments().map(Node::Argument) {
            prop_assert_eq!(bearing.distance(argument), nearest.get(&argument).copied());
        }
    }

    #[test]
    fn a_cut_descent_is_the_beginning_of_the_whole(debate in any_debate(), depth in 0..6u32) {
        for root in debate.arguments().map(Node::Argument) {
            let mut whole = below(&debate, root, u32::MAX);
            whole.retain(|it| it.depth <= depth);
            prop_assert_eq!(below(&debate, root, depth), whole);
        }
    }
}
