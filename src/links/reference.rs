//! The schemas of what names a record: an object with one field, which says its kind.
//!
//! Each kind has a schema of its own, so that generated clients have a type with a name for it.

use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, OneOfBuilder, Schema};
use utoipa::openapi::{Ref, RefOr};

/// How a record is named.
#[derive(Debug, Clone, Copy)]
pub enum By {
    /// By id or slug, as clients may write it.
    IdOrSlug,
    /// By slug, as clients read it.
    Slug,
}

impl By {
    /// The name of the schema of a record of this kind.
    fn name_of(self, kind: &str) -> String {
        let (first, rest) = kind.split_at_checked(1).unwrap_or_default();
        let suffix = match self {
            Self::IdOrSlug => "Ref",
            Self::Slug => "Name",
        };
        format!("{}{rest}{suffix}", first.to_ascii_uppercase())
    }

    /// A record of one of these kinds.
    pub fn one_of(self, description: &str, kinds: &[&str]) -> RefOr<Schema> {
        let one_of = OneOfBuilder::new().description(Some(description));
        let names = kinds.iter().map(|kind| Ref::from_schema_name(self.name_of(kind)));
        names.fold(one_of, OneOfBuilder::item).into()
    }

    /// The schemas that [`Self::one_of`] refers to.
    pub fn schemas_of(self, kinds: &[&str]) -> Vec<(String, RefOr<Schema>)> {
        kinds.iter().map(|kind| (self.name_of(kind), self.schema_of(kind))).collect()
    }

    fn schema_of(self, kind: &str) -> RefOr<Schema> {
        let (what, value) = match self {
            Self::IdOrSlug => ("id or slug", "Ref"),
            Self::Slug => ("slug", "Slug"),
        };
        let schema = ObjectBuilder::new()
            .description(Some(format!("The {what} of a record of the kind `{kind}`.")))
            .property(kind, Ref::from_schema_name(value))
            .required(kind);
        match self {
            // What is written is read strictly; what is read may have more one day.
            Self::IdOrSlug => schema
                .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)))
                .into(),
            Self::Slug => schema.into(),
        }
    }
}
