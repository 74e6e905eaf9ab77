//! The examples of the document: exchanges with the seeded program.
//!
//! They are answers that the program really gave. A test (`tests/api/examples.rs`) has it give
//! them again, and records them anew when it is asked to.

use serde::Deserialize;
use serde_json::Value;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{Content, OpenApi, RefOr};

use super::{PROBLEM, exports, is_json, operations};
use crate::imports::Readable;

const RECORDED: &str = include_str!("../../openapi/examples.json");

/// One request, and what the seeded program answered.
#[derive(Debug, Clone, Deserialize)]
struct Exchange {
    /// The operation that was asked.
    operation: String,
    /// The path, with its query.
    path: String,
    /// What was sent.
    #[serde(default)]
    body: Option<Value>,
    /// What was sent, where that is no JSON.
    #[serde(default)]
    file: Option<File>,
    status: u16,
    /// What was answered, where a document can show it.
    #[serde(default)]
    answer: Option<Value>,
}

impl Exchange {
    fn query(&self) -> &str {
        self.path.split_once('?').map_or("", |(_, query)| query)
    }
}

/// A file that was sent.
#[derive(Debug, Clone, Deserialize)]
struct File {
    media_type: String,
    text: String,
}

/// Gives every operation its examples, and the problems theirs.
pub fn add(document: &mut OpenApi) {
    // A test demands that the file can be read and names every operation.
    let exchanges: Vec<Exchange> = serde_json::from_str(RECORDED).unwrap_or_default();
    let (refused, done): (Vec<_>, Vec<_>) =
        exchanges.into_iter().partition(|exchange| exchange.status >= 400);
    for (path, item) in &mut document.paths.paths {
        for (_, operation) in operations(item) {
            let id = operation.operation_id.clone().unwrap_or_default();
            let mut exchanges = done.iter().filter(|exchange| exchange.operation == id).peekable();
            if let Some(first) = exchanges.peek() {
                add_request(path, operation, first);
            }
            for exchange in exchanges {
                add_file(operation, exchange);
                add_answer(operation, exchange);
            }
        }
    }
    add_problems(document, &refused);
}

fn add_request(template: &str, operation: &mut Operation, exchange: &Exchange) {
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(it) = parameter
            && let Some(value) = parameter_value(template, &exchange.path, it)
        {
            *parameter = ParameterBuilder::from(it.clone()).example(Some(value)).build().into();
        }
    }
    if let (Some(RefOr::T(request)), Some(body)) = (&mut operation.request_body, &exchange.body) {
        request.content.values_mut().for_each(|content| set_example(content, body));
    }
}

/// A file is an example of its format, whichever media type names that.
fn add_file(operation: &mut Operation, exchange: &Exchange) {
    if let (Some(RefOr::T(request)), Some(file)) = (&mut operation.request_body, &exchange.file)
        && let Some(format) = Readable::of_media_type(&file.media_type)
    {
        for media_type in format.format().media_types() {
            if let Some(content) = request.content.get_mut(*media_type) {
                set_example(content, &in_file(media_type, &file.text));
            }
        }
    }
}

/// A file as an example of its media type: a JSON value, or its text.
fn in_file(media_type: &str, text: &str) -> Value {
    let json = is_json(media_type).then(|| serde_json::from_str(text).ok()).flatten();
    json.unwrap_or_else(|| text.into())
}

fn add_answer(operation: &mut Operation, exchange: &Exchange) {
    let only =
        exports::is_export(operation).then(|| exports::media_type(exchange.query())).flatten();
    let response = operation.responses.responses.get_mut(&exchange.status.to_string());
    if let (Some(RefOr::T(response)), Some(answer)) = (response, &exchange.answer) {
        for (media_type, content) in &mut response.content {
            if only.is_none_or(|only| only == media_type) {
                set_example(content, answer);
            }
        }
    }
}

fn set_example(content: &mut RefOr<Content>, example: &Value) {
    if let RefOr::T(content) = content {
        content.example.get_or_insert_with(|| example.clone());
    }
}

/// The value that a parameter has in a path.
fn parameter_value(template: &str, path: &str, parameter: &Parameter) -> Option<Value> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let text = match parameter.parameter_in {
        ParameterIn::Path => {
            let wanted = format!("{{{}}}", parameter.name);
            let place = template.split('/').position(|segment| segment == wanted)?;
            path.split('/').nth(place)?.to_owned()
        }
        ParameterIn::Query => {
            let mut pairs = url::form_urlencoded::parse(query.as_bytes());
            pairs.find(|(name, _)| *name == parameter.name)?.1.into_owned()
        }
        ParameterIn::Header | ParameterIn::Cookie | ParameterIn::QueryString => return None,
    };
    if let Some(RefOr::T(Schema::Array(_))) = &parameter.schema {
        return Some(text.split(',').collect());
    }
    // Numbers and booleans are written in a path as they are in JSON; what is neither is a text.
    let value =
        serde_json::from_str(&text).ok().filter(|it: &Value| it.is_i64() || it.is_boolean());
    Some(value.unwrap_or_else(|| text.into()))
}

/// Gives the answer that all operations share an example of each problem that was recorded.
fn add_problems(document: &mut OpenApi, refused: &[Exchange]) {
    let Some(components) = &mut document.components else { return };
    let Some(RefOr::T(response)) = components.responses.get_mut(PROBLEM) else { return };
    for content in response.content.values_mut() {
        let RefOr::T(content) = content else { continue };
        for answer in refused.iter().filter_map(|exchange| exchange.answer.as_ref()) {
            let text = |field: &str| answer.get(field).and_then(Value::as_str).unwrap_or_default();
            let example =
                ExampleBuilder::new().summary(text("title")).value(Some(answer.clone())).build();
            content.examples.insert(text("code").to_owned(), example.into());
        }
    }
}
