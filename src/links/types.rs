//! The ends of relations and citations, as clients write and read them.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::reference::By;

use crate::domain::ids::{ArgumentRef, PositionRef, RelationRef, TopicRef};
use crate::domain::input::{At, FaultCode, Faults, FromJson, Object};
use crate::domain::slug::Slug;
use crate::http::extract::Flag;
use crate::http::parameters::parameters;

/// A record of the topic, named by id or slug: exactly one of the three.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
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

    /// Those that are given.
    pub fn given(
        position: Option<PositionRef>,
        argument: Option<ArgumentRef>,
        relation: Option<RelationRef>,
    ) -> Vec<Self> {
        let ends = [
            position.map(Self::Position),
            argument.map(Self::Argument),
            relation.map(Self::Relation),
        ];
        ends.into_iter().flatten().collect()
    }
}

/// The one thing that is given of several that could be; or the fault that it is not one.
pub fn only<T>(given: Vec<T>, choice: &str, at: &At<'_>, faults: &mut Faults) -> Option<T> {
    let mut given = given.into_iter();
    match (given.next(), given.next()) {
        (Some(only), None) => return Some(only),
        (None, _) => faults.push(at, FaultCode::Missing, format!("must name {choice}")),
        (Some(_), Some(_)) => {
            faults.push(at, FaultCode::NotAllowed, "must name one record, not several");
        }
    }
    None
}

impl FromJson for EndRef {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let mut object = Object::open(value, at, &["position", "argument", "relation"], faults)?;
        let position = object.take("position", faults);
        let argument = object.take("argument", faults);
        let relation = object.take("relation", faults);
        let given = Self::given(position?, argument?, relation?);
        only(given, "a record: one of `position`, `argument` and `relation`", at, faults)
    }
}

/// The kinds of record that an end can be.
const KINDS: [&str; 3] = ["position", "argument", "relation"];

impl utoipa::PartialSchema for EndRef {
    fn schema() -> RefOr<Schema> {
        let what = "A record of the topic, named by id or slug: exactly one of the three.";
        By::IdOrSlug.one_of(what, &KINDS)
    }
}

impl ToSchema for EndRef {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((TopicRef::name().into(), <TopicRef as utoipa::PartialSchema>::schema()));
        schemas.extend(By::IdOrSlug.schemas_of(&KINDS));
    }
}

/// A record of the topic, named by its slug: exactly one of the three.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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

impl utoipa::PartialSchema for EndName {
    fn schema() -> RefOr<Schema> {
        By::Slug
            .one_of("A record of the topic, named by its slug: exactly one of the three.", &KINDS)
    }
}

impl ToSchema for EndName {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.extend(By::Slug.schemas_of(&KINDS));
    }
}

/// A position or an argument of the topic, as a query parameter names it: by id or slug, after its
/// kind and a colon where two records of different kinds have the slug.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceRef {
    /// The position that it may name.
    pub position: Option<PositionRef>,
    /// The argument that it may name, if there is no such position.
    pub argument: Option<ArgumentRef>,
}

impl PlaceRef {
    fn parse(text: &str) -> Option<Self> {
        let (kind, name) = match text.split_once(':') {
            Some((kind, name)) => (Some(kind), name),
            None => (None, text),
        };
        let (position, argument) = (name.parse().ok()?, name.parse().ok()?);
        match kind {
            None => Some(Self { position: Some(position), argument: Some(argument) }),
            Some("position") => Some(Self { position: Some(position), argument: None }),
            Some("argument") => Some(Self { position: None, argument: Some(argument) }),
            Some(_) => None,
        }
    }
}

impl FromJson for PlaceRef {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let place = Self::parse(&String::from_json(value, at, faults)?);
        if place.is_none() {
            let detail = "must be the id or slug of a position or an argument, as in `some-slug`, \
                          `position:some-slug` or `argument:some-slug`";
            faults.push(at, FaultCode::BadFormat, detail);
        }
        place
    }
}

impl utoipa::PartialSchema for PlaceRef {
    fn schema() -> RefOr<Schema> {
        let name = PositionRef::PATTERN.trim_start_matches('^');
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .min_length(Some(1))
            .max_length(Some("position:".len() + Slug::MAX))
            // Without a kind before it, a name is no longer than a slug.
            .pattern(Some(format!("^(?![^:]{{{}}})((position|argument):)?{name}", Slug::MAX + 1)))
            .build()
            .into()
    }
}

impl ToSchema for PlaceRef {}

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;
    use utoipa::PartialSchema;

    use super::*;

    proptest! {
        #[test]
        fn the_schema_of_a_place_says_which_are_read(
            text in "(position:|argument:|relation:|:)?([a-z0-9-]{0,9}|[a-z]{99,101}|[a-z]{108,110}|[0-9a-f]{32})",
        ) {
            let schema = serde_json::to_value(PlaceRef::schema()).unwrap();
            prop_assert_eq!(jsonschema::is_valid(&schema, &json!(text)), PlaceRef::parse(&text).is_some());
        }
    }
}
