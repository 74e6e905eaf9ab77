//! The shape of a topic, and the names of what an answer shows of it.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::queries;
use super::types::{PositionBrief, RelationBrief, Step};
use crate::arguments::ArgumentBrief;
use crate::db::Conn;
use crate::domain::ids::{ArgumentId, PositionId, RelationId, TopicId};
use crate::graph::debate::Debate;
use crate::graph::node::{ArgumentIndex, Node, PositionIndex, RelationIndex};
use crate::http::problem::{Problem, Result};
use crate::links::EndName;
use crate::links::queries::End;
use crate::views::places::{self, Ends};

/// A topic as a debate, with the way back to its records.
#[derive(Debug)]
pub struct Shape {
    /// The debate.
    pub debate: Debate,
    /// The positions, by their index.
    pub positions: Vec<PositionId>,
    /// The arguments, by their index.
    pub arguments: Vec<ArgumentId>,
    /// The relations, by their index.
    pub relations: Vec<RelationId>,
}

impl Shape {
    /// Reads the shape of a topic.
    pub async fn read(conn: &Conn, topic: TopicId) -> Result<Self> {
        let positions = queries::position_ids(conn, topic).await?;
        let arguments = queries::argument_ids(conn, topic).await?;
        let links = queries::links(conn, topic).await?;
        let mut premises: HashMap<RelationId, Vec<ArgumentId>> = HashMap::new();
        for (relation, argument) in queries::premises(conn, topic).await? {
            premises.entry(relation).or_default().push(argument);
        }
        let ends = links.iter().map(|link| Ends {
            id: link.id,
            kind: link.kind,
            target: (link.target_position_id, link.target_argument_id, link.target_relation_id),
            premises: premises.get(&link.id).map_or(&[], Vec::as_slice),
        });
        let debate = places::debate(positions.iter().copied(), arguments.iter().copied(), ends)?;
        Ok(Self { debate, positions, arguments, relations: links.iter().map(|it| it.id).collect() })
    }

    /// The place of an argument.
    pub fn argument(&self, id: ArgumentId) -> Result<ArgumentIndex> {
        // The ids are in their order.
        self.arguments.binary_search(&id).map(ArgumentIndex).map_err(|_place| lost())
    }

    /// The place of a position or an argument.
    pub fn place(&self, end: End) -> Result<Node> {
        match end {
            End::Position(id) => self
                .positions
                .iter()
                .position(|known| *known == id)
                .map(|index| Node::Position(PositionIndex(index)))
                .ok_or_else(lost),
            End::Argument(id) => self.argument(id).map(Node::Argument),
            End::Relation(_) => Err(lost()),
        }
    }

    /// The id of a node.
    pub fn id(&self, node: Node) -> Option<Uuid> {
        match node {
            Node::Position(index) => self.positions.get(index.0).copied().map(Into::into),
            Node::Argument(index) => self.arguments.get(index.0).copied().map(Into::into),
            Node::Relation(index) => self.relations.get(index.0).copied().map(Into::into),
        }
    }
}

/// Everything is read of one state, so a record that is found is among those of the topic.
fn lost() -> Problem {
    Problem::internal(&std::io::Error::other("a record is not in its topic"))
}

/// What is shown of some nodes.
#[derive(Debug, Default)]
pub struct Names {
    positions: HashMap<PositionIndex, PositionBrief>,
    arguments: HashMap<ArgumentIndex, ArgumentBrief>,
    relations: HashMap<RelationIndex, RelationBrief>,
}

impl Names {
    /// Reads what is shown of these nodes.
    pub async fn read(
        conn: &Conn,
        topic: TopicId,
        shape: &Shape,
        nodes: impl IntoIterator<Item = Node>,
    ) -> Result<Self> {
        let mut wanted: HashMap<Uuid, Node> = HashMap::new();
        let (mut positions, mut arguments, mut relations) = (Vec::new(), Vec::new(), Vec::new());
        for node in nodes.into_iter().collect::<BTreeSet<Node>>() {
            match node {
                Node::Position(index) => positions.extend(shape.positions.get(index.0)),
                Node::Argument(index) => arguments.extend(shape.arguments.get(index.0)),
                Node::Relation(index) => relations.extend(shape.relations.get(index.0)),
            }
            wanted.extend(shape.id(node).map(|id| (id, node)));
        }
        let mut names = Self::default();
        if !positions.is_empty() {
            for brief in queries::positions(conn, topic, &positions).await? {
                if let Some(Node::Position(index)) = wanted.get(&brief.id.into()) {
                    names.positions.insert(*index, brief);
                }
            }
        }
        if !arguments.is_empty() {
            for brief in queries::arguments(conn, topic, &arguments).await? {
                if let Some(Node::Argument(index)) = wanted.get(&brief.id.into()) {
                    names.arguments.insert(*index, brief);
                }
            }
        }
        if !relations.is_empty() {
            for brief in queries::relations(conn, topic, &relations).await? {
                if let Some(Node::Relation(index)) = wanted.get(&brief.id.into()) {
                    names.relations.insert(*index, brief);
                }
            }
        }
        Ok(names)
    }

    /// What is shown of a position.
    pub fn position(&self, index: PositionIndex) -> Option<&PositionBrief> {
        self.positions.get(&index)
    }

    /// What is shown of an argument.
    pub fn argument(&self, index: ArgumentIndex) -> Option<&ArgumentBrief> {
        self.arguments.get(&index)
    }

    /// What is shown of a relation.
    pub fn relation(&self, index: RelationIndex) -> Option<&RelationBrief> {
        self.relations.get(&index)
    }

    /// The name of a node.
    pub fn end(&self, node: Node) -> Option<EndName> {
        match node {
            Node::Position(index) => {
                self.position(index).map(|it| EndName::Position(it.slug.clone()))
            }
            Node::Argument(index) => {
                self.argument(index).map(|it| EndName::Argument(it.slug.clone()))
            }
            Node::Relation(index) => {
                self.relation(index).map(|it| EndName::Relation(it.slug.clone()))
            }
        }
    }

    /// The step that a relation is.
    pub fn step(&self, debate: &Debate, index: RelationIndex) -> Option<Step> {
        let relation = self.relation(index)?;
        Some(Step {
            relation: relation.slug.clone(),
            kind: relation.kind,
            target: self.end(debate.relation(index)?.target)?,
        })
    }
}
