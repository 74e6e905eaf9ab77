//! Paths between arguments and what they bear on, put together.

use std::collections::BTreeSet;

use super::shape::{Names, Shape};
use super::types::{
    AncestorsView, BearingPath, DescendantArgument, DescendantFilter, Direction, PathView,
    PositionInReach,
};
use crate::arguments::ArgumentBrief;
use crate::db::Conn;
use crate::graph::bearing::{Bearing, Sign, Way};
use crate::graph::debate::Debate;
use crate::graph::descent::{Descendant, below};
use crate::graph::node::{ArgumentIndex, Node, PositionIndex};
use crate::graph::ways::{Bounds, Ways};
use crate::http::beside::beside;
use crate::http::page::{After, Count, Key, Listing, Page};
use crate::http::problem::{Problem, Result};
use crate::links::queries::End;
use crate::topics::queries::Head;

/// How many relations all paths of an answer have, when no further path is begun.
const RELATIONS: usize = 20_000;

/// How many steps are taken to find the paths of an answer.
const STEPS: usize = 3_000_000;

/// What an argument bears on: the paths, so many at most.
pub async fn ancestors(
    conn: &Conn,
    topic: &Head,
    shape: Shape,
    argument: ArgumentIndex,
    limit: usize,
) -> Result<AncestorsView> {
    let bounds = Bounds { ways: limit, relations: RELATIONS, steps: STEPS };
    let (shape, found, reached) = beside(move || {
        let bearing = Bearing::of(&shape.debate);
        let found = Ways::from(&bearing, argument, bounds);
        let climb = bearing.climb(argument, None);
        let far = |position: &PositionIndex| {
            (*position, climb.length_to(Node::Position(*position)).unwrap_or_default())
        };
        let reached: Vec<(PositionIndex, usize)> = climb.positions().iter().map(far).collect();
        (shape, found, reached)
    })
    .await?;
    let on_ways = found.ways.iter().flat_map(|way| nodes(&shape.debate, way));
    let positions = reached.iter().map(|(position, _)| Node::Position(*position));
    let shown: BTreeSet<Node> =
        on_ways.chain(positions).chain([Node::Argument(argument)]).collect();
    let names = Names::read(conn, topic.id, &shape, shown.iter().copied()).await?;
    let count = |position, sign| {
        let there = |way: &&Way| way.end == Node::Position(position) && way.sign == sign;
        found.ways.iter().filter(there).count()
    };
    let in_reach = |(position, distance): (PositionIndex, usize)| {
        let brief = names.position(position)?.clone();
        Some(PositionInReach {
            id: brief.id,
            slug: brief.slug,
            statement: brief.statement,
            distance,
            for_it: count(position, Sign::For),
            against: count(position, Sign::Against),
        })
    };
    Ok(AncestorsView {
        revision: topic.revision,
        positions: reached.into_iter().filter_map(in_reach).collect(),
        paths: found.ways.iter().filter_map(|way| path(&shape.debate, &names, way)).collect(),
        complete: found.is_complete,
        arguments: others(&names, &shown, argument),
        argument: names.argument(argument).cloned().ok_or_else(unnamed)?,
    })
}

/// A shortest path between an argument and another record, in whichever direction there is one.
pub async fn between(
    conn: &Conn,
    topic: &Head,
    shape: Shape,
    argument: ArgumentIndex,
    other: End,
) -> Result<PathView> {
    let other = shape.place(other)?;
    let (shape, found) = beside(move || {
        let bearing = Bearing::of(&shape.debate);
        let up = bearing.shortest(argument, other).map(|way| (Direction::Up, way));
        let found = up.or_else(|| match other {
            Node::Argument(other) => {
                bearing.shortest(other, Node::Argument(argument)).map(|way| (Direction::Down, way))
            }
            Node::Position(_) | Node::Relation(_) => None,
        });
        (shape, found)
    })
    .await?;
    let on_way = found.iter().flat_map(|(_, way)| nodes(&shape.debate, way));
    let shown: BTreeSet<Node> = on_way.chain([Node::Argument(argument), other]).collect();
    let names = Names::read(conn, topic.id, &shape, shown.iter().copied()).await?;
    let (direction, way) = found.unzip();
    Ok(PathView {
        revision: topic.revision,
        other: names.end(other).ok_or_else(unnamed)?,
        direction,
        path: way.and_then(|way| path(&shape.debate, &names, &way)),
        arguments: others(&names, &shown, argument),
        argument: names.argument(argument).cloned().ok_or_else(unnamed)?,
    })
}

/// A page of the arguments that bear on an argument, the nearest first, each depth oldest first.
pub async fn descendants(
    conn: &Conn,
    topic: &Head,
    shape: Shape,
    argument: ArgumentIndex,
    listing: &Listing<DescendantFilter>,
) -> Result<Page<DescendantArgument>> {
    let depth = listing.filter.depth.map_or(u32::MAX, |depth| depth.0);
    let (shape, found) = beside(move || {
        let mut found = below(&shape.debate, Node::Argument(argument), depth);
        found.retain(|it| matches!(it.node, Node::Argument(_)));
        found.sort_by_key(|it| (it.depth, it.node));
        (shape, found)
    })
    .await?;
    let total = listing.count.map(|Count::Exact| i64::try_from(found.len()).unwrap_or(i64::MAX));
    let first = match &listing.after {
        None => 0,
        Some(after) => {
            let depth = u32::try_from(after.key.number()?).unwrap_or_default();
            let is_before =
                |it: &Descendant| (it.depth, shape.id(it.node)) <= (depth, Some(after.id));
            found.partition_point(is_before)
        }
    };
    let most = usize::try_from(listing.limit.with_lookahead()).unwrap_or_default();
    let shown: Vec<Descendant> = found.into_iter().skip(first).take(most).collect();
    let steps = shown.iter().flat_map(|it| {
        let target = shape.debate.relation(it.through).map(|relation| relation.target);
        [Some(it.node), Some(Node::Relation(it.through)), target].into_iter().flatten()
    });
    let names = Names::read(conn, topic.id, &shape, steps).await?;
    let argument = |it: &Descendant| {
        let Node::Argument(index) = it.node else { return None };
        let brief = names.argument(index)?.clone();
        Some(DescendantArgument {
            id: brief.id,
            topic_id: topic.id,
            slug: brief.slug,
            claim: brief.claim,
            depth: it.depth,
            stances: it.signs.iter().map(Into::into).collect(),
            through: names.step(&shape.debate, it.through)?,
        })
    };
    Ok(listing.page(shown.iter().filter_map(argument).collect(), total, |it| After {
        key: Key::Number(i32::try_from(it.depth).unwrap_or(i32::MAX)),
        id: it.id.into(),
    }))
}

/// What is named of a way: its relations, what they bear on, and the end.
fn nodes(debate: &Debate, way: &Way) -> Vec<Node> {
    let relations = way.relations.iter().copied();
    relations
        .flat_map(|index| [Some(Node::Relation(index)), debate.relation(index).map(|it| it.target)])
        .flatten()
        .chain([way.end])
        .collect()
}

fn path(debate: &Debate, names: &Names, way: &Way) -> Option<BearingPath> {
    let steps = way.relations.iter().map(|index| names.step(debate, *index));
    Some(BearingPath {
        to: names.end(way.end)?,
        stance: way.sign.into(),
        through_undercut: way.undercuts,
        steps: steps.collect::<Option<_>>()?,
    })
}

/// The arguments among what is shown, but for the one that was asked about.
fn others(names: &Names, shown: &BTreeSet<Node>, argument: ArgumentIndex) -> Vec<ArgumentBrief> {
    let others = shown.iter().filter_map(|node| match node {
        Node::Argument(index) if *index != argument => names.argument(*index).cloned(),
        Node::Argument(_) | Node::Position(_) | Node::Relation(_) => None,
    });
    others.collect()
}

/// Names are read of the state that the shape is of, so none is missing.
fn unnamed() -> Problem {
    Problem::internal(&std::io::Error::other("a record of the topic has no name"))
}
