//! Expanded records: every record that can be asked for with others has a place for them.

use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, RefBuilder, Schema, Type};
use utoipa::openapi::{OpenApi, Ref, RefOr};

use crate::http::expand::{EXPANDED, INCOMPLETE, Kind, MOST, Name};

/// Gives the schemas of records the field that their expansions stand in.
pub fn add(document: &mut OpenApi) {
    let Some(components) = &mut document.components else { return };
    for kind in Kind::ALL.into_iter().filter(|kind| !kind.neighbours().is_empty()) {
        let name = format!("Expanded{}", kind.schema_name());
        let place = RefBuilder::new()
            .ref_location_from_schema_name(&name)
            .description(Some("What was asked for with it by `expand`; else left out."));
        if let Some(RefOr::T(Schema::Object(record))) =
            components.schemas.get_mut(kind.schema_name())
        {
            record.properties.insert(EXPANDED.to_owned(), place.build().into());
        }
        components.schemas.insert(name, expansion(kind).into());
    }
}

fn expansion(kind: Kind) -> Schema {
    let mut object = ObjectBuilder::new().schema_type(Type::Object).description(Some(format!(
        "What was asked for with a {} by `expand`: of these fields, those that were named.",
        kind.schema_name().to_lowercase()
    )));
    for (name, told) in kind.neighbours() {
        let record = name.kind().schema_name();
        let field: RefOr<Schema> = if *name == Name::Source {
            let source = RefBuilder::new().ref_location_from_schema_name(record);
            source.description(Some(*told)).build().into()
        } else {
            let list = ArrayBuilder::new().items(Ref::from_schema_name(record));
            list.description(Some(*told)).into()
        };
        object = object.property(name.as_str(), field);
    }
    let names = kind.neighbours().iter().map(|(name, _)| name.as_str());
    let name = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names));
    let told = format!(
        "The names of what lacks some here, because the answer has {MOST} records beside its own \
         already; left out where nothing does."
    );
    let incomplete = ArrayBuilder::new().items(name).min_items(Some(1)).description(Some(told));
    object.property(INCOMPLETE, incomplete).into()
}
