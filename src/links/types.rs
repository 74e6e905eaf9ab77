//! The ends of relations and citations, as clients write and read them.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::ids::{ArgumentRef, PositionRef, RelationRef};
use crate::domain::input::{At, FaultCode, Faults, FromJson, Object};
use crate::domain::slug::Slug;
use crate::http::extract::Flag;
use crate::http::parameters::parameters;

/// A record of the topic, named by id or slug: exactly one of the three.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum EndRef {
    /// The id or slug of a position.
    Position(PositionRef),
    /// The id or slug of an argument.
    Argument(ArgumentRef),
    /// The id or slug of a relation.
    Relation(RelationRef),
}

impl EndRef {
    /// The name of the field it is written in.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Position(_) => "position",
            Self::Argument(_) => "argument",
            Self::Relation(_) => "relation",
        }
    }

    /// The one that is given, or none; the name of the second one if there are several.
    pub fn one_of(
        position: Option<PositionRef>,
        argument: Option<ArgumentRef>,
        relation: Option<RelationRef>,
    ) -> Result<Option<Self>, &'static str> {
        let given = [
            ("position", position.is_some()),
            ("argument", argument.is_some()),
            ("relation", relation.is_some()),
        ];
        if let Some((second, _)) = given.into_iter().filter(|(_, is_given)| *is_given).nth(1) {
            return Err(second);
        }
        match (position, argument, relation) {
            (None, None, None) => Ok(None),
            (Some(position), _, _) => Ok(Some(Self::Position(position))),
            (None, Some(argument), _) => Ok(Some(Self::Argument(argument))),
            (_, _, Some(relation)) => Ok(Some(Self::Relation(relation))),
        }
    }
}

impl FromJson for EndRef {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let mut object = Object::open(value, at, &["position", "argument", "relation"], faults)?;
        let position = object.take("position", faults);
        let argument = object.take("argument", faults);
        let relation = object.take("relation", faults);
        match Self::one_of(position?, argument?, relation?) {
            Ok(Some(end)) => Some(end),
            Ok(None) => {
                let detail = "must name a record: one of `position`, `argument` and `relation`";
                faults.push(at, FaultCode::Missing, detail);
                None
            }
            Err(_) => {
                faults.push(at, FaultCode::NotAllowed, "must name one record, not several");
                None
            }
        }
    }
}

/// A record of the topic, named by its slug: exactly one of the three.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EndName {
    /// The slug of a position.
    Position(Slug),
    /// The slug of an argument.
    Argument(Slug),
    /// The slug of a relation.
    Relation(Slug),
}

impl EndName {
    /// The one that is there, of the three columns in which the database keeps it.
    pub fn of(
        position: Option<Slug>,
        argument: Option<Slug>,
        relation: Option<Slug>,
    ) -> Option<Self> {
        position
            .map(Self::Position)
            .or(argument.map(Self::Argument))
            .or(relation.map(Self::Relation))
    }

    /// The slug.
    pub fn slug(&self) -> &Slug {
        match self {
            Self::Position(slug) | Self::Argument(slug) | Self::Relation(slug) => slug,
        }
    }
}

parameters! {
    /// How to delete.
    pub struct Removal {
        /// Delete also the relations and citations that use the record, and what uses those;
        /// by default the answer is a 409 that names them.
        #[param(inline)]
        pub cascade: Option<Flag>,
    }
}

impl Removal {
    /// Whether what uses the record is deleted with it.
    pub fn cascades(&self) -> bool {
        self.cascade.is_some_and(|flag| flag.0)
    }
}
