//! Sparse answers: whatever can be asked for some of its fields can be given without the others.

use std::collections::HashSet;

use serde_json::Value;
use utoipa::openapi::path::{Operation, Parameter};
use utoipa::openapi::schema::{ArrayItems, Schema};
use utoipa::openapi::{Components, ContentBuilder, OpenApi, Ref, RefOr};

use super::operations;
use crate::http::sparse::SPARSE;

/// Gives every answer that can be sparse its second media type, with the schema of it.
pub fn add(document: &mut OpenApi) {
    let bodies = document.components.as_ref().map(with_fields).unwrap_or_default();
    let mut whole = Vec::new();
    for item in document.paths.paths.values_mut() {
        for (_, operation) in operations(item) {
            if takes_fields(operation) || body(operation).is_some_and(|it| bodies.contains(it)) {
                whole.extend(add_to(operation));
            }
        }
    }
    let Some(components) = &mut document.components else { return };
    while let Some(name) = whole.pop() {
        if components.schemas.contains_key(&sparse_name(&name)) {
            continue;
        }
        if let Some(RefOr::T(Schema::Object(schema))) = components.schemas.get(&name) {
            let mut sparse = schema.clone();
            match sparse.properties.get_mut("data") {
                // A page: its records are what lacks something.
                Some(RefOr::T(Schema::Array(page))) => {
                    if let ArrayItems::RefOrSchema(item) = &mut page.items
                        && let RefOr::Ref(record) = &mut **item
                        && let Some(name) = record.ref_location.rsplit('/').next()
                    {
                        whole.push(name.to_owned());
                        *record = Ref::from_schema_name(sparse_name(name));
                    }
                }
                Some(_) | None => sparse.required.clear(),
            }
            components.schemas.insert(sparse_name(&name), RefOr::T(sparse.into()));
        }
    }
}

fn sparse_name(name: &str) -> String {
    format!("Sparse{name}")
}

fn takes_fields(operation: &Operation) -> bool {
    let is_fields =
        |it: &RefOr<Parameter>| matches!(it, RefOr::T(parameter) if parameter.name == "fields");
    operation.parameters.iter().flatten().any(is_fields)
}

/// The schemas that have the field `fields`, as bodies have that say what is asked for.
fn with_fields(components: &Components) -> HashSet<String> {
    let has_fields = |(name, schema): (&String, &RefOr<Schema>)| match schema {
        RefOr::T(Schema::Object(it)) if it.properties.contains_key("fields") => Some(name.clone()),
        RefOr::T(_) | RefOr::Ref(_) => None,
    };
    components.schemas.iter().filter_map(has_fields).collect()
}

/// The name of the schema of an operation's body.
fn body(operation: &Operation) -> Option<&str> {
    let Some(RefOr::T(body)) = &operation.request_body else { return None };
    let RefOr::T(content) = body.content.get("application/json")? else { return None };
    let RefOr::Ref(schema) = content.schema.as_ref()? else { return None };
    schema.ref_location.rsplit('/').next()
}

/// Gives the answer of an operation its second media type; tells the name of the whole's schema.
fn add_to(operation: &mut Operation) -> Option<String> {
    let RefOr::T(response) = operation.responses.responses.get_mut("200")? else { return None };
    let RefOr::T(content) = response.content.get("application/json")? else { return None };
    let RefOr::Ref(whole) = content.schema.as_ref()? else { return None };
    let example = content.example.as_ref().map(shown);
    let name = whole.ref_location.rsplit('/').next()?.to_owned();
    let sparse = Ref::from_schema_name(sparse_name(&name));
    let content = ContentBuilder::new().schema(Some(sparse)).example(example).build();
    response.content.insert(SPARSE.to_owned(), content.into());
    Some(name)
}

/// What of an example is given to those who ask for what names a record.
fn shown(whole: &Value) -> Value {
    let mut shown = whole.clone();
    let shorten = |record: &mut Value| {
        if let Value::Object(fields) = record {
            fields.retain(|name, _| matches!(name.as_str(), "id" | "slug" | "name"));
        }
    };
    match shown.get_mut("data").and_then(Value::as_array_mut) {
        Some(page) => page.iter_mut().for_each(shorten),
        None => shorten(&mut shown),
    }
    shown
}
