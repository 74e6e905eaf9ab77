//! The reading, level by level, and the putting together.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use serde_json::{Map, Value};
use uuid::Uuid;

use super::queries;
use crate::access::Sight;
use crate::db::Conn;
use crate::domain::ids::TopicId;
use crate::http::expand::{
    EXPANDED, Expand, Expandable, Expanded, INCOMPLETE, Kind, MOST, Name, Wanted,
};
use crate::http::problem::Result;

/// A record of the answer, with what was asked for with it.
struct Node {
    id: Uuid,
    record: Map<String, Value>,
    lists: Vec<(Name, Vec<usize>)>,
    incomplete: Vec<Name>,
}

impl Node {
    fn new(id: Uuid, record: Map<String, Value>) -> Self {
        Self { id, record, lists: Vec::new(), incomplete: Vec::new() }
    }
}

/// What was asked for with these records, in their order; `None` if nothing was.
pub async fn of<T: Expandable>(
    conn: &Conn,
    sight: &Sight,
    records: &[T],
    expand: Option<&Expand<T>>,
) -> Result<Option<Vec<Expanded>>> {
    let Some(expand) = expand else { return Ok(None) };
    let mut tree = Tree {
        nodes: records.iter().map(|record| Node::new(record.id(), Map::new())).collect(),
        topics: records.iter().filter_map(T::topic_id).collect(),
        left: MOST,
    };
    let of_kind = |kind: Kind| {
        let all = records.iter().enumerate();
        all.filter(move |(_, it)| it.kind() == kind).map(|(at, _)| at).collect::<Vec<usize>>()
    };
    let mut levels: VecDeque<(Kind, &Wanted, Vec<usize>)> =
        T::KINDS.iter().map(|kind| (*kind, expand.wanted(), of_kind(*kind))).collect();
    while let Some((kind, wanted, parents)) = levels.pop_front() {
        for (name, below) in wanted.iter().filter(|(name, _)| kind.has(*name)) {
            let children = tree.read(conn, sight, kind, name, &parents).await?;
            levels.push_back((name.kind(), below, children));
        }
    }
    Ok(Some(tree.into_expansions(records.len())))
}

/// The records read so far: a record stands before those that were asked for with it, and in the
/// list of one other at most.
struct Tree {
    nodes: Vec<Node>,
    /// The topics that they stand in.
    topics: BTreeSet<TopicId>,
    /// How many more there may be.
    left: usize,
}

impl Tree {
    /// Reads what has this name with these records; gives the places of what was read.
    async fn read(
        &mut self,
        conn: &Conn,
        sight: &Sight,
        kind: Kind,
        name: Name,
        parents: &[usize],
    ) -> Result<Vec<usize>> {
        let ids: HashSet<Uuid> = self.at(parents).map(|node| node.id).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut ids: Vec<Uuid> = ids.into_iter().collect();
        ids.sort_unstable();
        let links = if kind == Kind::Source {
            let quotes = queries::quotes(conn, sight, &ids, self.left).await?;
            self.topics.extend(quotes.topics);
            quotes.links
        } else {
            let topics: Vec<TopicId> = self.topics.iter().copied().collect();
            queries::links(conn, kind, name, &topics, &ids, self.left).await?
        };
        let children: HashSet<Uuid> = links.pairs().map(|(_, child)| child).collect();
        let children: Vec<Uuid> = children.into_iter().collect();
        let records = queries::records(conn, name.kind(), &children).await?;
        let mut of_parent: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
        for (parent, child) in links.pairs() {
            of_parent.entry(parent).or_default().push(child);
        }
        let mut read = Vec::new();
        for &parent in parents {
            let Some(node) = self.nodes.get(parent) else { continue };
            let children = of_parent.get(&node.id).map(Vec::as_slice).unwrap_or_default();
            let mut is_complete = links.are_all_of(node.id);
            let mut list = Vec::with_capacity(children.len());
            // A record that was deleted since its link was read is not there any more.
            for (id, record) in children.iter().filter_map(|id| Some((*id, records.get(id)?))) {
                if self.left == 0 {
                    is_complete = false;
                    break;
                }
                self.left -= 1;
                list.push(self.nodes.len());
                self.nodes.push(Node::new(id, record.clone()));
            }
            read.extend_from_slice(&list);
            if let Some(node) = self.nodes.get_mut(parent) {
                node.lists.push((name, list));
                if !is_complete {
                    node.incomplete.push(name);
                }
            }
        }
        Ok(read)
    }

    fn at<'a>(&'a self, places: &'a [usize]) -> impl Iterator<Item = &'a Node> {
        places.iter().filter_map(|place| self.nodes.get(*place))
    }

    /// The expansions of the first records, put together from the last one on: so each is whole
    /// before it is put into another, and nothing calls itself.
    fn into_expansions(self, first: usize) -> Vec<Expanded> {
        let mut done: Vec<Value> = vec![Value::Null; self.nodes.len()];
        let mut expansions = Vec::with_capacity(first);
        for (place, node) in self.nodes.into_iter().enumerate().rev() {
            let mut expanded = Expanded::new();
            for (name, list) in node.lists {
                let mut records =
                    list.into_iter().filter_map(|at| done.get_mut(at).map(Value::take));
                if name != Name::Source {
                    expanded.insert(name.as_str().to_owned(), records.collect());
                } else if let Some(source) = records.next() {
                    expanded.insert(name.as_str().to_owned(), source);
                }
            }
            if !node.incomplete.is_empty() {
                let names = node.incomplete.iter().map(|name| name.as_str());
                expanded.insert(INCOMPLETE.to_owned(), names.collect());
            }
            if place < first {
                expansions.push(expanded);
                continue;
            }
            let mut record = node.record;
            if !expanded.is_empty() {
                record.insert(EXPANDED.to_owned(), Value::Object(expanded));
            }
            if let Some(slot) = done.get_mut(place) {
                *slot = Value::Object(record);
            }
        }
        expansions.reverse();
        expansions
    }
}
