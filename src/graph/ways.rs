//! Every way from an argument up to the positions that passes nothing twice.
//!
//! There may be exponentially many, so they are found one after the other and only so many: the
//! first is a shortest one. The walk is Johnson's for the circuits of a graph: what led nowhere
//! while some nodes were on the way is not tried again before one of these has left it. Between two
//! ways it takes time linear in the size of the debate, and it keeps its own stack.

use super::bearing::{Bearing, Way, relation};
use super::node::{ArgumentIndex, Node, PerNode};

/// How much is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// How many ways at most.
    pub ways: usize,
    /// After how many relations, in all ways together, no further way is given.
    pub relations: usize,
    /// After how many steps the walk ends.
    pub steps: usize,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ways {
    /// The ways; the first is a shortest one.
    pub ways: Vec<Way>,
    /// Whether there are no others.
    pub is_complete: bool,
}

impl Ways {
    /// The ways from an argument up to the positions.
    pub fn from(bearing: &Bearing<'_>, argument: ArgumentIndex, bounds: Bounds) -> Self {
        let debate = bearing.debate();
        let mut walk = Walk {
            bearing,
            way: Vec::new(),
            on_way: debate.table(),
            closed: debate.table(),
            waiting: debate.table(),
        };
        walk.enter(Node::Argument(argument));
        let mut found = Self { ways: Vec::new(), is_complete: true };
        let mut relations = 0;
        let mut steps = 0;
        while let Some(moved) = walk.go() {
            steps += 1;
            let Moved::To(end) = moved else {
                if steps >= bounds.steps {
                    found.is_complete = false;
                    break;
                }
                continue;
            };
            if found.ways.len() >= bounds.ways || relations >= bounds.relations {
                found.is_complete = false;
                break;
            }
            let through: Vec<_> = walk.way.iter().filter_map(|it| relation(it.node)).collect();
            relations += through.len();
            found.ways.push(Way::through(debate, through, end));
        }
        found
    }
}

/// The walk: the way so far, and what is known to lead nowhere as long as the way is this one.
struct Walk<'a, 'b> {
    bearing: &'a Bearing<'b>,
    way: Vec<Place>,
    on_way: PerNode<bool>,
    /// What is not entered: it is on the way, or leads nowhere but through what is.
    closed: PerNode<bool>,
    /// What opens when a node opens.
    waiting: PerNode<Vec<Node>>,
}

/// A node on the way.
struct Place {
    node: Node,
    /// The number of the next step from here.
    next: usize,
    /// Whether a way was found through here.
    leads_there: bool,
}

/// What a move of the walk came to.
enum Moved {
    /// Somewhere on the way.
    On,
    /// To a position.
    To(Node),
}

impl Walk<'_, '_> {
    /// One move; none when all has been walked.
    fn go(&mut self) -> Option<Moved> {
        let place = self.way.last_mut()?;
        let Some(next) = self.bearing.step(place.node, place.next) else {
            self.leave();
            return Some(Moved::On);
        };
        place.next += 1;
        if matches!(next, Node::Position(_)) {
            place.leads_there = true;
            return Some(Moved::To(next));
        }
        let is_open = self.closed.get(next).is_some_and(|closed| !closed);
        if is_open && self.bearing.distance(next).is_some() {
            self.enter(next);
        }
        Some(Moved::On)
    }

    fn enter(&mut self, node: Node) {
        mark(&mut self.closed, node, true);
        mark(&mut self.on_way, node, true);
        self.way.push(Place { node, next: 0, leads_there: false });
    }

    fn leave(&mut self) {
        let Some(Place { node, leads_there, .. }) = self.way.pop() else { return };
        mark(&mut self.on_way, node, false);
        if leads_there {
            self.open(node);
            if let Some(above) = self.way.last_mut() {
                above.leads_there = true;
            }
            return;
        }
        let mut number = 0;
        while let Some(next) = self.bearing.step(node, number) {
            number += 1;
            if let Some(waiting) = self.waiting.get_mut(next) {
                waiting.push(node);
            }
        }
    }

    /// Opens a node, and all that waits for it.
    fn open(&mut self, node: Node) {
        let mut ahead = vec![node];
        while let Some(node) = ahead.pop() {
            let is_on_way = self.on_way.get(node).copied().unwrap_or_default();
            if is_on_way || !self.closed.get(node).copied().unwrap_or_default() {
                continue;
            }
            mark(&mut self.closed, node, false);
            if let Some(waiting) = self.waiting.get_mut(node) {
                ahead.append(waiting);
            }
        }
    }
}

fn mark(marks: &mut PerNode<bool>, node: Node, value: bool) {
    if let Some(entry) = marks.get_mut(node) {
        *entry = value;
    }
}
