//! The OpenAPI document: what is committed, what is served, and what the program does are one.

use std::collections::BTreeSet;
use std::path::Path;

use actix_web::http::Method;
use actix_web::introspection::IntrospectionTree;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::web::Data;
use debatebase::{api_document, app, docs};
use serde_json::{Map, Value, json};

use crate::support::TestApp;

/// The document as the program composes it.
pub fn document() -> Value {
    serde_json::from_str(&api_document::to_json(&api_document::compose())).unwrap()
}

/// An operation of the document.
pub struct Operation {
    pub id: String,
    pub method: Method,
    pub path: String,
    pub item: Map<String, Value>,
}

/// Every operation of the document.
pub fn operations() -> Vec<Operation> {
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    let items = paths.iter().flat_map(|(path, item)| {
        let item = item.as_object().unwrap().iter();
        item.map(move |(method, operation)| Operation {
            id: operation["operationId"].as_str().unwrap().to_owned(),
            method: method.to_uppercase().parse().unwrap(),
            path: path.clone(),
            item: operation.as_object().unwrap().clone(),
        })
    });
    items.collect()
}

#[test]
fn the_committed_document_is_what_the_handlers_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    let composed = api_document::to_json(&api_document::compose());

    let mut lines = committed.lines().zip(composed.lines()).enumerate();
    if let Some((number, (old, new))) = lines.find(|(_, (old, new))| old != new) {
        let line = number + 1;
        panic!("run `make openapi`: line {line} of openapi/openapi.json\nis  {old}\nnot {new}");
    }
    assert!(committed == composed, "run `make openapi`: openapi/openapi.json has another length");
}

#[actix_web::test]
async fn the_document_that_is_served_is_the_committed_one() {
    let app = TestApp::start().await;

    let served = app.get("/openapi.json").await.expect(200);

    assert_eq!(served.text(), api_document::to_json(&api_document::compose()));
    let spared = app.get("/openapi.json").if_none_match(served.etag()).await;
    assert_eq!((spared.status(), spared.text()), (304, ""));
}

#[test]
fn the_document_says_whose_it_is() {
    let document = document();

    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["title"], "Debatebase");
    assert_eq!(document["info"]["license"]["name"], "MIT OR Apache-2.0");
    assert_eq!(document["info"]["contact"]["name"], "The Debatebase contributors");
    let tags: Vec<&str> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        tags,
        [
            "Topics",
            "Tags",
            "Positions",
            "Arguments",
            "Relations",
            "Citations",
            "Sources",
            "Imports",
            "Exports",
            "Keys",
            "Search",
            "Discovery",
            "Views",
            "Graph",
            "Service"
        ]
    );
}

#[test]
fn no_reference_dangles_and_no_schema_is_left_over() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(to)) = fields.get("$ref") {
                    found.insert(to.clone());
                }
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let document = document();
    let mut used = BTreeSet::new();
    references(&document, &mut used);

    for reference in &used {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        let reference = format!("#/components/schemas/{name}");
        assert!(used.contains(&reference), "nothing uses the schema {name}");
    }
}

#[test]
fn every_operation_says_what_it_is() {
    let document = document();
    let tags = document["tags"].as_array().unwrap();
    let mut ids = BTreeSet::new();
    for Operation { id, item, .. } in operations() {
        assert!(!item["summary"].as_str().unwrap().is_empty(), "{id} has no summary");
        assert!(item["description"].is_string(), "{id} has no description");
        let tag = &item["tags"][0];
        assert!(tags.iter().any(|known| known["name"] == *tag), "{id} has the tag {tag}");
        for parameter in item.get("parameters").and_then(Value::as_array).into_iter().flatten() {
            let name = &parameter["name"];
            assert!(parameter["description"].is_string(), "{id}: {name} has no description");
        }
        let responses = item["responses"].as_object().unwrap();
        for statuses in ["4XX", "5XX"] {
            assert_eq!(responses[statuses]["$ref"], "#/components/responses/Problem", "{id}");
        }
        let success = responses.keys().filter(|status| status.starts_with('2'));
        assert!(success.count() > 0, "{id} never succeeds");
        assert!(ids.insert(id.clone()), "there are two operations {id}");
    }
}

#[test]
fn every_description_ends_where_it_should() {
    // A doc comment that became a description keeps no spaces of its own.
    fn descriptions(value: &Value, at: &str) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(text)) = fields.get("description") {
                    assert_eq!(text.trim(), text, "{at}");
                    assert!(!text.is_empty(), "{at}");
                }
                fields
                    .iter()
                    .for_each(|(name, value)| descriptions(value, &format!("{at}/{name}")));
            }
            Value::Array(items) => items.iter().for_each(|item| descriptions(item, at)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut document = document();
    // What answers say in their examples is not the document's.
    document["paths"] = json!({});
    descriptions(&document, "");
}

#[actix_web::test]
async fn the_routes_and_the_document_are_the_same() {
    let app = TestApp::start().await;
    let service = init_service(app::build(app.state())).await;
    let answer = call_service(&service, TestRequest::get().uri("/version").to_request()).await;
    let tree = answer.request().app_data::<Data<IntrospectionTree>>().unwrap();
    let report: Vec<Value> = serde_json::from_str(&tree.report_as_json()).unwrap();

    let routes: BTreeSet<(String, String)> = report
        .iter()
        .filter(|item| item["resource_type"] != "scope")
        .flat_map(|item| {
            let path = without_expressions(item["full_path"].as_str().unwrap());
            let methods = item["methods"].as_array().unwrap().iter();
            methods.map(move |method| (method.as_str().unwrap().to_owned(), path.clone()))
        })
        .collect();

    let documented = operations().into_iter().map(|it| (it.method.to_string(), it.path));
    let pages = docs::PAGES.iter().map(|page| ("GET".to_owned(), (*page).to_owned()));
    let expected: BTreeSet<(String, String)> = documented.chain(pages).collect();
    assert_eq!(routes, expected);
    let unreachable: Vec<&Value> =
        report.iter().filter(|item| item["potentially_unreachable"] == true).collect();
    assert!(unreachable.is_empty(), "{unreachable:#?}");
}

/// A path without the regular expressions of its parameters: `/docs/{file:.*}` is `/docs/{file}`.
fn without_expressions(path: &str) -> String {
    let segments = path.split('/').map(|segment| match segment.split_once(':') {
        Some((name, _)) if name.starts_with('{') => format!("{name}}}"),
        _ => segment.to_owned(),
    });
    segments.collect::<Vec<_>>().join("/")
}

/// A schema with everything that it may refer to.
fn validator(document: &Value, schema: &Value) -> jsonschema::Validator {
    let whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "allOf": [schema],
        "components": document["components"],
    });
    jsonschema::validator_for(&whole).unwrap()
}

#[test]
fn every_body_has_an_example_that_fits_its_schema() {
    let document = document();
    // They answer whole documents, pages for people, or all that there is.
    let without = ["export_everything", "get_openapi", "get_native_schema", "get_problem_page"];
    for Operation { id, item, .. } in operations() {
        let request = item.get("requestBody");
        let answers = item["responses"].as_object().unwrap().values();
        let bodies = request.into_iter().chain(answers).filter_map(|body| body.get("content"));
        for (media_type, content) in bodies.flat_map(|content| content.as_object().unwrap()) {
            if without.contains(&id.as_str()) {
                continue;
            }
            let example = content
                .get("example")
                .unwrap_or_else(|| panic!("{id}: {media_type} has no example"));
            let validator = validator(&document, &content["schema"]);
            if let Err(error) = validator.validate(example) {
                panic!("{id}: the example of {media_type} does not fit: {error}");
            }
        }
    }
    let problem =
        &document["components"]["responses"]["Problem"]["content"]["application/problem+json"];
    let validator = validator(&document, &problem["schema"]);
    let examples = problem["examples"].as_object().unwrap();
    assert!(examples.len() >= 4);
    for (name, example) in examples {
        assert!(validator.is_valid(&example["value"]), "{name}");
    }
}
