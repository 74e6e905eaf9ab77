//! The debate that the records of a topic are: ids become the places of its nodes.

use std::collections::HashMap;

use uuid::Uuid;

use crate::domain::ids::{ArgumentId, PositionId, RelationId};
use crate::domain::kinds::RelationKind;
use crate::graph::debate::{Debate, Relation};
use crate::graph::node::{ArgumentIndex, Node, PositionIndex, RelationIndex};
use crate::http::problem::{Problem, Result};

/// A relation, with the ids of its ends.
#[derive(Debug)]
pub struct Ends<'a> {
    /// Its own.
    pub id: RelationId,
    /// Which way its premises bear on the target.
    pub kind: RelationKind,
    /// The one record that it bears on.
    pub target: (Option<PositionId>, Option<ArgumentId>, Option<RelationId>),
    /// Its premises, in their order.
    pub premises: &'a [ArgumentId],
}

/// The debate of these positions, arguments and relations, each at its place in the order given.
pub fn debate<'a>(
    positions: impl Iterator<Item = PositionId>,
    arguments: impl Iterator<Item = ArgumentId>,
    relations: impl Iterator<Item = Ends<'a>> + Clone,
) -> Result<Debate> {
    let positions = places(positions.map(Into::into));
    let arguments = places(arguments.map(Into::into));
    let places_of_relations = places(relations.clone().map(|it| it.id.into()));
    let linked = |ends: Ends<'_>| {
        let (position, argument, relation) = ends.target;
        let position = position.and_then(|id| positions.get(&id.into()));
        let argument = argument.and_then(|id| arguments.get(&id.into()));
        let relation = relation.and_then(|id| places_of_relations.get(&id.into()));
        let target = position
            .map(|index| Node::Position(PositionIndex(*index)))
            .or(argument.map(|index| Node::Argument(ArgumentIndex(*index))))
            .or(relation.map(|index| Node::Relation(RelationIndex(*index))))?;
        let premises = ends.premises.iter().map(|id| arguments.get(&(*id).into()));
        let premises = premises.map(|index| index.copied().map(ArgumentIndex));
        Some(Relation { kind: ends.kind, premises: premises.collect::<Option<_>>()?, target })
    };
    // Foreign keys keep all ends in the topic; an end that is missing all the same is a bug.
    let links: Option<Vec<Relation>> = relations.map(linked).collect();
    let links = links.ok_or_else(|| {
        Problem::internal(&std::io::Error::other("a relation ends outside its topic"))
    })?;
    Debate::new(positions.len(), arguments.len(), links).map_err(|error| Problem::internal(&error))
}

fn places(ids: impl Iterator<Item = Uuid>) -> HashMap<Uuid, usize> {
    ids.enumerate().map(|(index, id)| (id, index)).collect()
}
