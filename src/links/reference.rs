//! The schema of what names a record: an object with one field, which says its kind.

use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    AdditionalProperties, ObjectBuilder, OneOfBuilder, RefBuilder, Schema,
};

use crate::domain::ids::TopicRef;

/// An object that names one record, by id or slug, under one of these fields.
pub fn one_reference(description: &str, fields: &[(&str, &str)]) -> RefOr<Schema> {
    let of_field = |(field, description): &(&str, &str)| {
        let name = RefBuilder::new()
            .ref_location_from_schema_name(TopicRef::name())
            .description(Some(*description));
        // Derived schemas of enums leave out that other fields are refused.
        ObjectBuilder::new()
            .property(*field, name)
            .required(*field)
            .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)))
    };
    let one_of = OneOfBuilder::new().description(Some(description));
    fields.iter().map(of_field).fold(one_of, OneOfBuilder::item).into()
}
