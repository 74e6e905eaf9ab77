//! Ids: a type for each kind of record, so that one is never taken for another.
//!
//! An id is a `UUIDv7` (RFC 9562 section 5.7): the order of ids is the order of creation.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use super::slug::Slug;

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident;)*) => {$(
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[serde(transparent)]
        #[diesel(sql_type = diesel::sql_types::Uuid)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id, later than every earlier one of this process.
            pub fn now() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        // In the document an id is a plain UUID: nobody is helped by six names for one shape.
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(
                        utoipa::openapi::KnownFormat::Uuid,
                    )))
                    .build()
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}

        super::sql::stored_as!($name, diesel::sql_types::Uuid, Uuid, |id| Ok(Self(id)), |this| this.0);
    )*};
}

ids! {
    /// Identifies a topic: one question under debate.
    TopicId;
    /// Identifies a position: one answer to a topic.
    PositionId;
    /// Identifies an argument: one reason.
    ArgumentId;
    /// Identifies a relation: premises that bear on a target.
    RelationId;
    /// Identifies a source: a text that somebody wrote.
    SourceId;
    /// Identifies a citation: a verified quote and what it backs.
    CitationId;
    /// Identifies a key: what allows its holder to write.
    KeyId;
}

/// How a client names a record: by its id or by its slug.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Ref<Id> {
    /// By id.
    Id(Id),
    /// By slug: unique for topics and sources, unique within the topic for the rest.
    Slug(Slug),
}

/// Names a topic.
pub type TopicRef = Ref<TopicId>;
/// Names a position.
pub type PositionRef = Ref<PositionId>;
/// Names an argument.
pub type ArgumentRef = Ref<ArgumentId>;
/// Names a relation.
pub type RelationRef = Ref<RelationId>;
/// Names a source.
pub type SourceRef = Ref<SourceId>;
/// Names a citation.
pub type CitationRef = Ref<CitationId>;

impl<Id> Ref<Id> {
    /// The form of a name, as a regular expression (ECMA-262): a slug, or what [`uuid`] reads.
    pub const PATTERN: &str = "^([a-z0-9]+(-[a-z0-9]+)*|[0-9A-Fa-f]{32}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$";
}

/// Reads a UUID in its usual form, with hyphens or without; not in braces or as a URN.
pub(super) fn uuid(text: &str) -> Option<Uuid> {
    matches!(text.len(), 32 | 36).then(|| Uuid::parse_str(text).ok()).flatten()
}

impl<Id: From<Uuid>> FromStr for Ref<Id> {
    type Err = super::slug::SlugError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match uuid(text) {
            Some(id) => Ok(Self::Id(id.into())),
            None => Slug::parse(text).map(Self::Slug),
        }
    }
}

impl<Id: fmt::Display> fmt::Display for Ref<Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Slug(slug) => slug.fmt(f),
        }
    }
}

impl<Id: fmt::Display> serde::Serialize for Ref<Id> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, Id: From<Uuid>> serde::Deserialize<'de> for Ref<Id> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl<Id> utoipa::PartialSchema for Ref<Id> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .min_length(Some(1))
            .max_length(Some(Slug::MAX))
            .pattern(Some(Self::PATTERN))
            .description(Some("The id or the slug of a record."))
            .build()
            .into()
    }
}

impl<Id> utoipa::ToSchema for Ref<Id> {
    fn name() -> std::borrow::Cow<'static, str> {
        "Ref".into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_id_is_written_with_hyphens_or_without() {
        for id in ["0192C0DE-0000-7000-8000-00000000000a", "0192c0de00007000800000000000000a"] {
            assert!(matches!(id.parse(), Ok(TopicRef::Id(_))), "{id}");
        }
        for text in [
            "{0192c0de-0000-7000-8000-000000000000}",
            "urn:uuid:0192c0de-0000-7000-8000-000000000000",
        ] {
            assert!(text.parse::<TopicRef>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_pattern_says_which_names_are_read(
            text in "[0-9a-fA-F]{32}|[0-9a-f]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-f]{12}|[a-z0-9A_-]{0,9}",
        ) {
            let name = json!({"type": "string", "pattern": TopicRef::PATTERN});
            let slug = json!({"type": "string", "pattern": Slug::PATTERN});
            prop_assert_eq!(jsonschema::is_valid(&name, &json!(text)), text.parse::<TopicRef>().is_ok());
            prop_assert_eq!(jsonschema::is_valid(&slug, &json!(text)), Slug::parse(&text).is_ok());
        }
    }
}
