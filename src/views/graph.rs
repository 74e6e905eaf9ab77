//! The graph: nodes and edges, flat, for programs that draw or compute.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::outline::Rows;
use crate::domain::ids::{ArgumentId, PositionId, RelationId};
use crate::domain::kinds::RelationKind;
use crate::domain::slug::Slug;
use crate::domain::text::{Claim, Scheme, Statement};
use crate::http::parameters::parameters;
use crate::http::sparse::Fields;
use crate::topics::Topic;

parameters! {
    /// How much of the graph.
    pub struct GraphParameters with fields GraphFields {}
}

/// Some of the fields of a graph.
pub type GraphFields = Fields<GraphView>;

/// A topic as a graph. Relations are nodes too, as in AIF: edges lead from each premise to its
/// relation and from the relation to its target, so that linked premises and undercuts have
/// their place.
#[derive(Debug, Serialize, ToSchema)]
pub struct GraphView {
    /// The topic.
    pub topic: Topic,
    /// Counts every change in the topic; the `ETag` of the graph.
    #[schema(minimum = 1)]
    pub revision: i64,
    /// Positions by rank, then arguments and relations, oldest first.
    pub nodes: Vec<GraphNode>,
    /// What leads where.
    pub edges: Vec<GraphEdge>,
}

/// A node of the graph.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum GraphNode {
    /// An answer to the topic.
    Position {
        /// Its id.
        id: PositionId,
        /// Its slug.
        slug: Slug,
        /// What it answers.
        statement: Statement,
    },
    /// A reason.
    Argument {
        /// Its id.
        id: ArgumentId,
        /// Its slug.
        slug: Slug,
        /// What it claims.
        claim: Claim,
    },
    /// Premises that bear on a target.
    Relation {
        /// Its id.
        id: RelationId,
        /// Its slug.
        slug: Slug,
        /// Which way the premises bear on the target.
        kind: RelationKind,
        /// The argumentation scheme.
        #[schema(required)]
        scheme: Option<Scheme>,
        /// Whether both ends contradict each other.
        symmetric: bool,
    },
}

/// An edge of the graph.
#[derive(Debug, Serialize, ToSchema)]
pub struct GraphEdge {
    /// The id of the node it leaves.
    pub from: Uuid,
    /// The id of the node it reaches.
    pub to: Uuid,
    /// What it means.
    pub role: EdgeRole,
}

/// What an edge means.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EdgeRole {
    /// From an argument to the relation of which it is a premise.
    Premise,
    /// From a relation to what it bears on.
    Target,
}

/// Puts a graph together.
pub fn assemble(rows: Rows) -> GraphView {
    let edges = rows.relations.iter().flat_map(|row| {
        let relation: Uuid = row.id.into();
        let premises = row.premise_ids.iter().map(move |id| GraphEdge {
            from: (*id).into(),
            to: relation,
            role: EdgeRole::Premise,
        });
        let target: Option<Uuid> = row
            .target_position_id
            .map(Into::into)
            .or(row.target_argument_id.map(Into::into))
            .or(row.target_relation_id.map(Into::into));
        let target = target.map(|to| GraphEdge { from: relation, to, role: EdgeRole::Target });
        premises.chain(target)
    });
    let edges = edges.collect();
    let positions = rows.topic.positions.into_iter().map(|row| GraphNode::Position {
        id: row.id,
        slug: row.slug,
        statement: row.statement,
    });
    let arguments = rows.arguments.into_iter().map(|row| GraphNode::Argument {
        id: row.id,
        slug: row.slug,
        claim: row.claim,
    });
    let relations = rows.relations.into_iter().map(|row| GraphNode::Relation {
        id: row.id,
        slug: row.slug,
        kind: row.kind,
        scheme: row.scheme,
        symmetric: row.symmetric,
    });
    GraphView {
        nodes: positions.chain(arguments).chain(relations).collect(),
        edges,
        revision: rows.topic.revision,
        topic: rows.topic.topic,
    }
}
