//! Expanded records: every record that can be asked for with others has a place for them.

use std::slice;

use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, RefBuilder, Schema, Type};
use utoipa::openapi::{Components, OpenApi, Ref, RefOr};

use crate::analysis::{DescendantArgument, Finding};
use crate::discovery::SimilarArgument;
use crate::http::expand::{EXPANDED, Expandable, INCOMPLETE, Kind, MOST, Name, names};
use crate::search::Hit;

/// What is no record itself, but tells of one that can be expanded.
fn tellers() -> [(&'static str, &'static [Kind]); 4] {
    [
        ("DescendantArgument", DescendantArgument::KINDS),
        ("SimilarArgument", SimilarArgument::KINDS),
        ("Finding", Finding::KINDS),
        ("Hit", Hit::KINDS),
    ]
}

/// Gives the schemas of records, and of what tells of them, the field that expansions stand in.
pub fn add(document: &mut OpenApi) {
    let Some(components) = &mut document.components else { return };
    for kind in &Kind::ALL {
        let record = kind.schema_name();
        components
            .schemas
            .insert(expanded(record), expansion(record, slice::from_ref(kind)).into());
        add_place(components, record, record);
    }
    for (teller, kinds) in tellers() {
        if let [kind] = kinds {
            add_place(components, teller, kind.schema_name());
        } else {
            components.schemas.insert(expanded(teller), expansion(teller, kinds).into());
            add_place(components, teller, teller);
        }
    }
}

fn expanded(name: &str) -> String {
    format!("Expanded{name}")
}

/// Gives a schema the field in which the expansion of a schema stands.
fn add_place(components: &mut Components, name: &str, of: &str) {
    let place = RefBuilder::new()
        .ref_location_from_schema_name(expanded(of))
        .description(Some("What was asked for with it by `expand`; else left out."));
    if let Some(RefOr::T(Schema::Object(record))) = components.schemas.get_mut(name) {
        record.properties.insert(EXPANDED.to_owned(), place.build().into());
    }
}

/// What a name gives with a record of one of these kinds.
fn told(kinds: &[Kind], name: Name) -> String {
    let told = kinds.iter().filter_map(|kind| {
        let (_, told) = kind.neighbours().iter().find(|(its, _)| *its == name)?;
        Some((kind, told))
    });
    match kinds {
        [_] => told.map(|(_, told)| (*told).to_owned()).collect(),
        _ => {
            let told = told.map(|(kind, told)| format!("Of {}: {told}", one(kind.schema_name())));
            told.collect::<Vec<_>>().join(" ")
        }
    }
}

/// The word for one such record.
fn one(name: &str) -> String {
    let article = if name.starts_with('A') { "an" } else { "a" };
    format!("{article} {}", name.to_lowercase())
}

fn expansion(record: &str, kinds: &[Kind]) -> Schema {
    let mut object = ObjectBuilder::new().schema_type(Type::Object).description(Some(format!(
        "What was asked for with {} by `expand`: of these fields, those that were named.",
        one(record)
    )));
    let names = names(kinds);
    for name in &names {
        let record = name.kind().schema_name();
        let told = told(kinds, *name);
        let field: RefOr<Schema> = if *name == Name::Source {
            let source = RefBuilder::new().ref_location_from_schema_name(record);
            source.description(Some(told)).build().into()
        } else {
            let list = ArrayBuilder::new().items(Ref::from_schema_name(record));
            list.description(Some(told)).into()
        };
        object = object.property(name.as_str(), field);
    }
    let names = names.iter().map(|name| name.as_str());
    let name = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names));
    let told = format!(
        "The names of what lacks some here, because the answer has {MOST} records beside its own \
         already; left out where nothing does."
    );
    let incomplete = ArrayBuilder::new().items(name).min_items(Some(1)).description(Some(told));
    object.property(INCOMPLETE, incomplete).into()
}
