//! Composes the OpenAPI document from the handlers, and says once what holds for all of them.

mod examples;
mod expansion;
mod exports;
mod imports;
mod links;
mod sparse;

use actix_web::App;
use utoipa::OpenApi;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required};
use utoipa_actix_web::AppExt;

use crate::domain::kinds::RelationKind;
use crate::http::problem::ProblemDocument;
use crate::http::{conditions, idempotency};

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
            you have. Reading what is published needs no key; writing, and seeing drafts, needs one, as \
            `Authorization: Bearer dbk_…`. Every change may be sent again under the same `Idempotency-Key`, and is \
            made once; a file that is imported again changes nothing by itself. Every answer of 400 and above is a problem (RFC 9457) whose `type` opens a page that \
            explains it, and whose `errors` name every fault of the input. Unknown fields and parameters are faults.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
        contact(name = "The Debatebase contributors"),
    ),
    servers((url = "/", description = "This server")),
    components(schemas(ProblemDocument)),
    tags(
        (name = "Topics", description = "The questions under debate."),
        (name = "Tags", description = "The words that topics are found by, across all topics."),
        (name = "Positions", description = "The answers to a topic, in the order of their rank."),
        (name = "Arguments", description = "The reasons, one claim each."),
        (name = "Relations", description = "Premises that support, attack or rephrase a position, an argument, or another relation (an undercut)."),
        (name = "Citations", description = "Verified quotes, each tied to what it backs."),
        (name = "Sources", description = "The texts that are quoted, and how much of them is."),
        (name = "Imports", description = "Debates out of files, in the formats of the field."),
        (name = "Exports", description = "Topics as files, in the formats of the field, and everything as one stream."),
        (name = "Keys", description = "What allows programs and people to write, and to see drafts."),
        (name = "Search", description = "All that has words, found by them."),
        (name = "Discovery", description = "What says much the same, and what goes with a topic."),
        (name = "Views", description = "A topic with everything below it, in one answer."),
        (name = "Graph", description = "Questions to the debate as a graph: what bears on what, which way, and what is missing."),
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
            add_location(operation);
            add_security(method, operation);
            if imports::is_import(operation) {
                imports::add(operation);
            } else {
                add_idempotency(method, operation);
            }
            if exports::is_export(operation) {
                exports::add(operation);
            }
            if method == "PATCH" {
                add_merge_patch(operation);
            }
        }
    }
    if let Some(components) = &mut document.components {
        components.security_schemes.insert(KEY.to_owned(), key_scheme().into());
        components.responses.insert(PROBLEM.to_owned(), problem_response().into());
        components.schemas.iter_mut().for_each(|(name, schema)| name_items(name, schema));
        if let Some(relation) = components.schemas.get_mut("NewRelation") {
            forbid_symmetry(relation);
        }
    }
    links::add(&mut document);
    expansion::add(&mut document);
    examples::add(&mut document);
    sparse::add(&mut document);
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

/// Whether a file of this media type is one JSON value.
fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json")
}

/// Whether a file of this media type is one value with a schema, rather than a text.
fn is_data(media_type: &str) -> bool {
    is_json(media_type) || media_type.ends_with("yaml")
}

/// What a file of this media type may be.
fn file(media_type: &str, title: &str) -> ObjectBuilder {
    let kind = if is_data(media_type) { SchemaType::AnyValue } else { Type::String.into() };
    ObjectBuilder::new().schema_type(kind).description(Some(title))
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

/// The name of the one way to say who is calling.
const KEY: &str = "key";

fn key_scheme() -> SecurityScheme {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("dbk_…")
        .description(Some(
            "A key that this server made: `Authorization: Bearer dbk_…`. Its scopes are `read` \
             (drafts, too), `write` and `import` (each with `read`), and `admin` (everything).",
        ))
        .build();
    SecurityScheme::Http(bearer)
}

/// Whether an operation is about the service itself, which has no keys.
fn is_service(operation: &Operation) -> bool {
    operation.tags.iter().flatten().any(|tag| tag == "Service")
}

/// Whether an operation changes nothing. A search may have its parameters in a body.
fn is_read(method: &str, operation: &Operation) -> bool {
    method == "GET" || operation.tags.iter().flatten().any(|tag| tag == "Search")
}

/// Who may call an operation. Said once, here; a test compares it with what the handlers demand.
fn add_security(method: &str, operation: &mut Operation) {
    let with_key = SecurityRequirement::new(KEY, Vec::<String>::new());
    let is_about_keys = operation.tags.iter().flatten().any(|tag| tag == "Keys");
    let (requirements, needs) = match method {
        _ if is_service(operation) => (Vec::new(), ""),
        _ if is_about_keys => (vec![with_key], "Needs a key with the scope `admin`."),
        _ if imports::is_import(operation) => {
            (vec![with_key], "Needs a key with the scope `import` that is bound to no topic.")
        }
        _ if is_read(method, operation) => (
            vec![SecurityRequirement::default(), with_key],
            "Needs no key; with one that has the scope `read`, drafts are seen, too.",
        ),
        _ => (vec![with_key], "Needs a key with the scope `write`."),
    };
    operation.security = Some(requirements);
    if !needs.is_empty() {
        let told = operation.description.take().filter(|text| !text.is_empty());
        let told = told.map_or_else(|| needs.to_owned(), |text| format!("{text}\n\n{needs}"));
        operation.description = Some(told);
    }
}

/// Whatever makes a record says where it is.
fn add_location(operation: &mut Operation) {
    if let Some(RefOr::T(response)) = operation.responses.responses.get_mut("201") {
        let address = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::Custom("uri-reference".to_owned())));
        let header = HeaderBuilder::new()
            .schema(Some(address.build()))
            .description(Some("The address of the record.".to_owned()))
            .build();
        response.headers.insert("Location".to_owned(), header.into());
    }
}

/// Every change may be sent again under the same name.
fn add_idempotency(method: &str, operation: &mut Operation) {
    if is_read(method, operation) || is_service(operation) {
        return;
    }
    let name = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::Custom("idempotency-key".to_owned())))
        .pattern(Some(idempotency::PATTERN))
        .min_length(Some(1))
        .max_length(Some(257))
        .build();
    let parameter = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "A name for this change, such as a new UUID. The same request under the same name, \
             within 24 hours, is given the answer of the first and changes nothing.",
        ))
        .schema(Some(name))
        .build();
    operation.parameters.get_or_insert_default().push(parameter.into());
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && status.starts_with('2')
        {
            let replayed =
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["true"])).build();
            let header = HeaderBuilder::new()
                .schema(Some(replayed))
                .description(Some("That the answer was given before, and nothing was changed now."))
                .build();
            response.headers.insert("Idempotency-Replayed".to_owned(), header.into());
        }
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
    // Keys have no versions: what they allow never changes. Nor has the report of an import.
    let is_versioned = !is_service(operation)
        && !imports::is_import(operation)
        && (method == "GET" || !is_read(method, operation))
        && operation.operation_id.as_deref() != Some("export_everything")
        && !operation.tags.iter().flatten().any(|tag| tag == "Keys")
        // A tag is counted, not versioned: what tells its state is of use to who reads it only.
        && (method == "GET" || !operation.tags.iter().flatten().any(|tag| tag == "Tags"));
    if !is_versioned {
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
    }
    if method == "GET" {
        let unchanged = ResponseBuilder::new().description("You have it already").build();
        operation.responses.responses.insert("304".to_owned(), RefOr::T(unchanged));
    }
}
