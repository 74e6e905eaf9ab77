//! Which nodes become relations, and which become positions.
//!
//! An RA, CA or MA becomes a relation for each of its conclusions, if it has a premise and its
//! conclusions lead to an I-node in the end: S-nodes that only lead to one another in a circle
//! would be relations onto nothing. The **primary** relation of a node is the one that others bear
//! on; its conclusion is the node's first I, or else its first S-node that is nearer to an I. So no
//! relation bears on itself, however long the way.
//!
//! A **root** is a conclusion that is the premise of nothing. An I-node that only rephrases another
//! is no root, although it supports and attacks nothing: what it says again is the answer, and a
//! position cannot be a premise. What an export told to be a position is one, whatever bears on it.

use std::collections::{HashMap, HashSet, VecDeque};

use super::nodeset::{Kind, Nodeset};
use super::told::Told;

/// The most premises of one relation: the database numbers them with a smallint.
pub(super) const MOST_PREMISES: usize = 32_000;

/// The most premises of all relations of a nodeset: a node with as many conclusions as premises
/// would otherwise have the square of them.
const MOST_IN_ALL: usize = 2_000_000;

/// A relation to be made of a node. Nodes and edges are named by their places in the nodeset.
#[derive(Debug)]
pub(super) struct Related {
    pub node: usize,
    /// The edge to its conclusion.
    pub edge: usize,
    /// How many relations it is away from an I-node.
    pub depth: usize,
    /// Whether it is the one that stands for the node.
    pub is_primary: bool,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Relating {
    /// The relations, those borne on before those that bear on them.
    pub relations: Vec<Related>,
    /// The edges from premises, by node.
    pub premises: Vec<Vec<usize>>,
    /// The I-nodes that become positions.
    pub positions: HashSet<usize>,
    /// Those of them that are premises as well, and so arguments too.
    pub twins: HashSet<usize>,
    /// The edges that make relations.
    pub used: HashSet<usize>,
    /// The nodes with more premises or conclusions than are taken.
    pub too_many: Vec<usize>,
}

/// Finds what becomes of each node; `told` is what an export told of some.
pub(super) fn relate(set: &Nodeset, told: &HashMap<usize, Told>) -> Relating {
    let mut found = Relating { premises: vec![Vec::new(); set.nodes.len()], ..Relating::default() };
    let kind = |node: usize| set.nodes.get(node).map_or(Kind::Unknown, |node| node.kind);
    let mut conclusions: Vec<Vec<usize>> = vec![Vec::new(); set.nodes.len()];
    for (at, edge) in set.edges.iter().enumerate() {
        let (from, to) = (kind(edge.from), kind(edge.to));
        if from == Kind::Information && to.relates() {
            found.premises.get_mut(edge.to).into_iter().for_each(|it| it.push(at));
        } else if from.relates() && (to == Kind::Information || to.relates()) {
            conclusions.get_mut(edge.from).into_iter().for_each(|it| it.push(at));
        }
    }
    let depth = depths(set, &mut found, &conclusions);
    let mut premises_left = MOST_IN_ALL;
    for (node, edges) in conclusions.iter().enumerate() {
        let Some(own) = depth.get(node).copied().flatten() else { continue };
        let reach = |at: usize| {
            let to = set.edges.get(at)?.to;
            if kind(to) == Kind::Information { Some(0) } else { depth.get(to).copied().flatten() }
        };
        let mut has_primary = false;
        for at in edges {
            let Some(reached) = reach(*at) else { continue };
            let count = found.premises.get(node).map_or(0, Vec::len);
            let Some(left) = premises_left.checked_sub(count) else {
                found.too_many.push(node);
                break;
            };
            premises_left = left;
            let is_primary = !has_primary && reached + 1 == own;
            has_primary |= is_primary;
            found.relations.push(Related { node, edge: *at, depth: reached + 1, is_primary });
        }
    }
    found.relations.sort_by_key(|it| (it.depth, it.node));
    // What bears on a node that is left out for its size is left out with it.
    let mut whole: HashSet<usize> = HashSet::new();
    found.relations.retain(|it| {
        let to = set.edges.get(it.edge).map_or(usize::MAX, |edge| edge.to);
        let stays = kind(to) == Kind::Information || whole.contains(&to);
        if stays && it.is_primary {
            whole.insert(it.node);
        }
        stays
    });
    found.relations.retain(|it| whole.contains(&it.node));
    for it in &found.relations {
        found.used.insert(it.edge);
        found.used.extend(found.premises.get(it.node).into_iter().flatten());
    }
    choose_positions(set, told, &mut found);
    found
}

/// How far each node that becomes a relation is from an I-node, in relations.
fn depths(set: &Nodeset, found: &mut Relating, conclusions: &[Vec<usize>]) -> Vec<Option<usize>> {
    let mut bearing: Vec<Vec<usize>> = vec![Vec::new(); set.nodes.len()];
    let mut depth: Vec<Option<usize>> = vec![None; set.nodes.len()];
    let mut next = VecDeque::new();
    for (node, edges) in conclusions.iter().enumerate() {
        let premises = found.premises.get(node).map_or(0, Vec::len);
        if premises > MOST_PREMISES {
            found.too_many.push(node);
        }
        if premises == 0 || premises > MOST_PREMISES {
            continue;
        }
        for edge in edges.iter().filter_map(|at| set.edges.get(*at)) {
            if set.nodes.get(edge.to).is_some_and(|to| to.kind == Kind::Information) {
                let own = depth.get_mut(node).filter(|own| own.is_none());
                if let Some(own) = own {
                    *own = Some(1);
                    next.push_back((node, 1));
                }
            } else {
                bearing.get_mut(edge.to).into_iter().for_each(|it| it.push(node));
            }
        }
    }
    while let Some((node, far)) = next.pop_front() {
        for bearer in bearing.get(node).into_iter().flatten() {
            if let Some(own) = depth.get_mut(*bearer).filter(|own| own.is_none()) {
                *own = Some(far + 1);
                next.push_back((*bearer, far + 1));
            }
        }
    }
    depth
}

fn choose_positions(set: &Nodeset, told: &HashMap<usize, Told>, found: &mut Relating) {
    let count = set.nodes.len();
    let (mut concluded, mut attacked) = (vec![0_usize; count], vec![0_usize; count]);
    let (mut is_premise, mut bears) = (vec![false; count], vec![false; count]);
    for it in &found.relations {
        let kind = set.nodes.get(it.node).map(|node| node.kind);
        let to = set.edges.get(it.edge).map_or(usize::MAX, |edge| edge.to);
        concluded.get_mut(to).into_iter().for_each(|n| *n += 1);
        if kind == Some(Kind::Conflict) {
            attacked.get_mut(to).into_iter().for_each(|n| *n += 1);
        }
        if !it.is_primary {
            continue;
        }
        let premises = found.premises.get(it.node).into_iter().flatten();
        for from in premises.filter_map(|at| set.edges.get(*at)).map(|edge| edge.from) {
            is_premise.get_mut(from).into_iter().for_each(|it| *it = true);
            if kind != Some(Kind::Rephrase) {
                bears.get_mut(from).into_iter().for_each(|it| *it = true);
            }
        }
    }
    let is = |flags: &[bool], node: usize| flags.get(node).copied().unwrap_or_default();
    let of = |counts: &[usize], node: usize| counts.get(node).copied().unwrap_or_default();
    let is_information =
        |node: &usize| set.nodes.get(*node).is_some_and(|it| it.kind == Kind::Information);
    let is_told = |node: &usize| told.get(node).is_some_and(|it| it.position.is_some());
    let is_conclusion = |node: &usize| of(&concluded, *node) > 0 && is_information(node);
    let is_root = |node: &usize| !is(&is_premise, *node) && !told.contains_key(node);
    found.positions =
        (0..count).filter(|it| is_conclusion(it) && is_root(it) || is_told(it)).collect();
    found.twins = found.positions.iter().copied().filter(|it| is(&is_premise, *it)).collect();
    let is_all_told = || (0..count).filter(is_information).all(|it| told.contains_key(&it));
    if found.positions.is_empty() && !is_all_told() {
        // Of nodes that are alike in this the first of the file is taken.
        let chosen = (0..count).filter(is_conclusion).min_by_key(|node| {
            let most = std::cmp::Reverse;
            (is(&bears, *node), most(of(&attacked, *node)), most(of(&concluded, *node)))
        });
        found.positions.extend(chosen);
        found.twins.extend(chosen);
    }
}
