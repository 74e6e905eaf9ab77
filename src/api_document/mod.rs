//! Composes the OpenAPI document from the handlers, and says once what holds for all of them.

mod examples;
mod links;

use actix_web::App;
use utoipa::OpenApi;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required};
use utoipa_actix_web::AppExt;

use crate::domain::kinds::RelationKind;
use crate::http::conditions;
use crate::http::problem::ProblemDocument;

/// What the document says of the service as a whole.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Debatebase",
        description = "An open, API-first knowledge base of debates: **topics** (questions people disagree about), \
            **positions** (the answers they defend) and **arguments** (the reasons, and what attacks or undercuts \
            them), every one of them tied by a **verified quote** to the source it came from.\n\n\
            Wherever a path or a field names a record, its id and its slug both work. Lists come in pages: \
            follow `page.next_cursor` (or the `Link` header). Every record has a `version`, which is its `ETag`: \
            send it as `If-Match` to change nothing that has changed since, as `If-None-Match` to be spared what \
            you have. Every answer of 400 and above is a problem (RFC 9457) whose `type` opens a page that \
            explains it, and whose `errors` name every fault of the input. Unknown fields and parameters are faults.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
        contact(name = "The Debatebase contributors"),
    ),
    servers((url = "/", description = "This server")),
    components(schemas(ProblemDocument)),
    tags(
        (name = "Topics", description = "The questions under debate."),
        (name = "Positions", description = "The answers to a topic, in the order of their rank."),
        (name = "Arguments", description = "The reasons, one claim each."),
        (name = "Relations", description = "Premises that support, attack or rephrase a position, an argument, or another relation (an undercut)."),
        (name = "Citations", description = "Verified quotes, each tied to what it backs."),
        (name = "Sources", description = "The texts that are quoted, and how much of them is."),
        (name = "Views", description = "A topic with everything below it, in one answer."),
        (name = "Service", description = "The service itself: its health, and its documentation."),
    )
)]
struct Base;

/// The whole document.
pub fn compose() -> utoipa::openapi::OpenApi {
    let mut document = App::new()
        .into_utoipa_app()
        .openapi(Base::openapi())
        .configure(crate::app::routes)
        .split_for_parts()
        .1;
    for item in document.paths.paths.values_mut() {
        for (method, operation) in operations(item) {
            add_problem(operation);
            add_conditions(method, operation);
            if method == "PATCH" {
                add_merge_patch(operation);
            }
        }
    }
    if let Some(components) = &mut document.components {
        components.responses.insert(PROBLEM.to_owned(), problem_response().into());
        components.schemas.iter_mut().for_each(|(name, schema)| name_items(name, schema));
        if let Some(relation) = components.schemas.get_mut("NewRelation") {
            forbid_symmetry(relation);
        }
    }
    links::add(&mut document);
    examples::add(&mut document);
    document
}

/// The document as it is committed and served.
pub fn to_json(document: &utoipa::openapi::OpenApi) -> String {
    // A document made of strings and numbers always serialises.
    let mut json = document.to_pretty_json().unwrap_or_default();
    json.push('\n');
    json
}

/// The methods that an address takes.
pub fn methods(item: &PathItem) -> Vec<&'static str> {
    by_method(item).map(|(method, _)| method).collect()
}

/// The methods of an address that take query parameters.
pub fn methods_with_query(item: &PathItem) -> Vec<&'static str> {
    let takes = |operation: &Operation| {
        let parameters = operation.parameters.iter().flatten();
        parameters.into_iter().any(|parameter| match parameter {
            RefOr::T(parameter) => parameter.parameter_in == ParameterIn::Query,
            RefOr::Ref(_) => false,
        })
    };
    by_method(item).filter(|(_, operation)| takes(operation)).map(|(method, _)| method).collect()
}

fn by_method(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    let all = [
        ("GET", &item.get),
        ("HEAD", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ];
    all.into_iter()
        .filter_map(|(method, operation)| operation.as_ref().map(|operation| (method, operation)))
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("GET", item.get.as_mut()),
        ("POST", item.post.as_mut()),
        ("PUT", item.put.as_mut()),
        ("PATCH", item.patch.as_mut()),
        ("DELETE", item.delete.as_mut()),
    ];
    all.into_iter().filter_map(|(method, operation)| operation.map(|operation| (method, operation)))
}

/// The name of the answer that every operation can give.
const PROBLEM: &str = "Problem";

fn problem_response() -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(PROBLEM))).build();
    ResponseBuilder::new()
        .description("A problem: what went wrong, where, and how to mend it")
        .content("application/problem+json", content)
        .build()
}

/// Every operation can fail, and always in the same way. Said once, here.
fn add_problem(operation: &mut Operation) {
    for statuses in ["4XX", "5XX"] {
        let problem = Ref::from_response_name(PROBLEM);
        operation.responses.responses.insert(statuses.to_owned(), problem.into());
    }
}

/// A patch is a JSON Merge Patch, and has a media type of its own (RFC 7396).
fn add_merge_patch(operation: &mut Operation) {
    if let Some(RefOr::T(request)) = &mut operation.request_body
        && let Some(content) = request.content.get("application/json").cloned()
    {
        request.content.insert("application/merge-patch+json".to_owned(), content);
    }
}

/// The items of a page have a name of their own, which utoipa does not use inside a generic type.
fn name_items(name: &str, schema: &mut RefOr<Schema>) {
    let Some(item) = name.strip_prefix("Page_") else { return };
    if let RefOr::T(Schema::Object(page)) = schema
        && let Some(RefOr::T(Schema::Array(list))) = page.properties.get_mut("data")
    {
        list.items = RefOr::Ref(Ref::from_schema_name(item)).into();
    }
}

/// Only an attack is symmetric. What one field asks of another is beyond derived schemas.
fn forbid_symmetry(relation: &mut RefOr<Schema>) {
    if let RefOr::T(Schema::Object(relation)) = relation {
        let symmetric_without_attack = serde_json::json!({
            "required": ["kind", "symmetric"],
            "properties": {
                "kind": { "enum": [RelationKind::Supports, RelationKind::Rephrases] },
                "symmetric": { "const": true },
            },
        });
        relation.extensions = Some(Extensions::from_iter([("not", symmetric_without_attack)]));
    }
}

/// Whatever has an entity tag takes conditions. Said once, here.
fn add_conditions(method: &str, operation: &mut Operation) {
    let tagged =
        operation.tags.as_ref().is_some_and(|tags| tags.iter().all(|tag| tag != "Service"));
    if !tagged {
        return;
    }
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let tags = SchemaFormat::Custom("entity-tags".to_owned());
    let mut add = |name: &str, description: &str| {
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(description))
            .schema(Some(text().format(Some(tags.clone())).pattern(Some(conditions::TAGS)).build()))
            .build();
        operation.parameters.get_or_insert_default().push(parameter.into());
    };
    match method {
        "GET" => add("If-None-Match", "The `ETag` of the answer you have: 304 if it still holds."),
        "PUT" => {
            add("If-Match", "The `ETag` of what you read: 412 if it has changed since.");
            add("If-None-Match", "`*` to create only: 412 if there is one already.");
        }
        "PATCH" | "DELETE" => {
            add("If-Match", "The `ETag` of what you read: 412 if it has changed since.");
        }
        _ => {}
    }
    let header = |schema: ObjectBuilder, description: &str| {
        let schema = Some(schema.build());
        HeaderBuilder::new().schema(schema).description(Some(description.to_owned())).build()
    };
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        if status == "200" || status == "201" {
            let tag = text().pattern(Some(conditions::TAG));
            let tag = header(tag, "The state of what was answered; a strong entity tag.");
            response.headers.insert("ETag".to_owned(), tag.into());
        }
        if status == "201" {
            let location = SchemaFormat::Custom("uri-reference".to_owned());
            let location = text().format(Some(location));
            let location = header(location, "The address of the record.");
            response.headers.insert("Location".to_owned(), location.into());
        }
    }
    if method == "GET" {
        let unchanged = ResponseBuilder::new().description("You have it already").build();
        operation.responses.responses.insert("304".to_owned(), RefOr::T(unchanged));
    }
}
