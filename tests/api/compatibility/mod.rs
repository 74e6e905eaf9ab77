//! A change that would break a client of the last release is found, and told with its reason.

mod compare;

use std::path::Path;

use serde_json::{Value, json};

use compare::breaks;

use crate::contract::document;

#[test]
fn nothing_breaks_the_clients_of_the_last_release() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi/released.json");
    let released: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();

    let found = breaks(&released, &document());

    assert!(
        found.is_empty(),
        "this would break clients of the last release (openapi/released.json):\n{}",
        found.join("\n")
    );
}

/// A small document, to be changed.
fn small() -> Value {
    json!({
        "paths": {
            "/things": {
                "get": {
                    "operationId": "list_things",
                    "parameters": [
                        {"name": "q", "in": "query", "required": false,
                         "schema": {"type": "string", "minLength": 1, "maxLength": 9}},
                    ],
                    "responses": {"200": {
                        "headers": {"ETag": {"schema": {"type": "string"}}},
                        "content": {"application/json": {"schema": {
                            "type": "array", "items": {"$ref": "#/components/schemas/Thing"},
                        }}},
                    }},
                },
                "post": {
                    "operationId": "create_thing",
                    "security": [{}, {"key": ["write"]}],
                    "requestBody": {"required": true, "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/NewThing"}},
                    }},
                    "responses": {"201": {}, "4XX": {}},
                },
            },
        },
        "components": {"schemas": {
            "Thing": {
                "type": "object",
                "required": ["name", "kind"],
                "properties": {
                    "name": {"type": "string"},
                    "kind": {"type": "string", "enum": ["a", "b"]},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
                    "note": {"oneOf": [{"type": "string"}, {"type": "null"}]},
                },
            },
            "NewThing": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "pattern": "^[a-z]*$"},
                    "kind": {"type": "string", "enum": ["a", "b"]},
                    "size": {"oneOf": [{"type": "integer", "maximum": 9}, {"type": "null"}]},
                },
                "additionalProperties": false,
            },
        }},
    })
}

/// What is found when the value at `pointer` is another, or a new one is put there.
fn found_with(pointer: &str, value: Value) -> Vec<String> {
    let mut changed = small();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let name = name.replace("~1", "/");
    let parent = changed.pointer_mut(parent).unwrap();
    match parent.as_array_mut() {
        Some(items) => items.push(value),
        None => {
            parent.as_object_mut().unwrap().insert(name, value);
        }
    }
    breaks(&small(), &changed)
}

/// What is found when what is at `pointer` is gone.
fn found_without(pointer: &str) -> Vec<String> {
    let mut changed = small();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let name = name.replace("~1", "/");
    changed.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(&name).unwrap();
    breaks(&small(), &changed)
}

const GET: &str = "/paths/~1things/get";
const POST: &str = "/paths/~1things/post";
const THING: &str = "/components/schemas/Thing";
const NEW: &str = "/components/schemas/NewThing";
const ANSWER: &str = "GET /things → 200 application/json/items";
const BODY: &str = "POST /things body application/json";

#[test]
fn a_document_does_not_break_itself() {
    assert_eq!(breaks(&small(), &small()), [""; 0]);
    assert_eq!(breaks(&document(), &document()), [""; 0]);
}

#[test]
fn what_is_gone_breaks() {
    for (pointer, told) in [
        ("/paths/~1things", "GET /things: is no longer there".to_owned()),
        (POST, "POST /things: is no longer there".to_owned()),
        (&format!("{GET}/parameters"), "GET /things query q: is no longer taken".to_owned()),
        (&format!("{GET}/responses/200"), "GET /things → 200: is no longer answered".to_owned()),
        (
            &format!("{GET}/responses/200/headers"),
            "GET /things → 200 header ETag: is no longer given".to_owned(),
        ),
        (
            &format!("{GET}/responses/200/content"),
            "GET /things → 200 application/json: is no longer given".to_owned(),
        ),
        (&format!("{THING}/properties/note"), format!("{ANSWER}/note: is no longer given")),
        (&format!("{NEW}/properties/kind"), format!("{BODY}/kind: is no longer taken")),
        (&format!("{POST}/requestBody"), "POST /things body: is no longer taken".to_owned()),
    ] {
        assert_eq!(found_without(pointer)[0], told, "{pointer}");
    }
}

#[test]
fn what_is_needed_now_breaks() {
    let parameter = json!({"name": "page", "in": "query", "required": true});
    let optional = json!({"name": "page", "in": "query", "required": false});

    assert_eq!(
        found_with(&format!("{GET}/parameters/-"), parameter),
        ["GET /things query page: is new, and needed"]
    );
    assert_eq!(found_with(&format!("{GET}/parameters/-"), optional), [""; 0]);
    assert_eq!(
        found_with(&format!("{NEW}/required"), json!(["name", "kind"])),
        [format!("{BODY}/kind: is needed now")]
    );
}

#[test]
fn what_is_taken_more_narrowly_breaks() {
    for (pointer, value, told) in [
        (
            format!("{NEW}/properties/name/pattern"),
            json!("^[a-y]*$"),
            format!("{BODY}/name: is taken more narrowly: pattern"),
        ),
        (
            format!("{NEW}/properties/name/maxLength"),
            json!(9),
            format!("{BODY}/name: is taken more narrowly: maxLength was null, is 9"),
        ),
        (
            format!("{NEW}/properties/name/type"),
            json!("integer"),
            format!("{BODY}/name: is taken more narrowly: type"),
        ),
        (
            format!("{NEW}/properties/kind/enum"),
            json!(["a"]),
            format!("{BODY}/kind: is taken more narrowly: enum"),
        ),
        (
            format!("{NEW}/properties/size"),
            json!({"type": "integer", "maximum": 9}),
            format!("{BODY}/size: is taken more narrowly: type was \"null\""),
        ),
        (
            format!("{NEW}/properties/size/oneOf"),
            json!([{"type": "integer", "maximum": 8}, {"type": "null"}]),
            format!("{BODY}/size: is taken more narrowly: maximum was 9, is 8"),
        ),
        (
            format!("{GET}/parameters"),
            json!([{"name": "q", "in": "query", "required": false, "schema": {"type": "string", "minLength": 2}}]),
            "GET /things query q: is taken more narrowly: minLength was 1, is 2".to_owned(),
        ),
        (
            format!("{POST}/security"),
            json!([{"key": ["write"]}]),
            "POST /things: is not open any more to who has {}".to_owned(),
        ),
        (format!("{POST}/security"), json!([{}, {"key": ["admin"]}]), String::new()),
        (
            format!("{POST}/requestBody/content"),
            json!({"text/plain": {}}),
            format!("{BODY}: is no longer taken"),
        ),
        (
            format!("{POST}/operationId"),
            json!("make_thing"),
            "POST /things: has another operationId".to_owned(),
        ),
    ] {
        let found = found_with(&pointer, value);
        match found.as_slice() {
            [] => assert_eq!(told, "", "{pointer}"),
            found => {
                assert!(!told.is_empty() && found[0].starts_with(&told), "{pointer}: {found:?}");
            }
        }
    }
}

#[test]
fn what_is_given_more_widely_breaks() {
    for (pointer, value, told) in [
        (
            format!("{THING}/properties/kind/enum"),
            json!(["a", "b", "c"]),
            "/kind: is given more widely: enum",
        ),
        (
            format!("{THING}/properties/name/type"),
            json!(["string", "null"]),
            "/name: is given more widely: type",
        ),
        (format!("{THING}/required"), json!(["name"]), "/kind: is not always given any more"),
        (
            format!("{THING}/properties/note/oneOf"),
            json!([{"type": "string"}, {"type": "integer"}]),
            "/note: is given more widely: type",
        ),
    ] {
        let found = found_with(&pointer, value);
        assert!(found[0].starts_with(&format!("{ANSWER}{told}")), "{pointer}: {found:?}");
    }
    let found = found_with(&format!("{POST}/responses/202"), json!({}));
    assert_eq!(found, ["POST /things → 202: is a new answer, which no client expects"]);
    let html = json!({"application/json": {"schema": {}}, "text/html": {}});
    let found = found_with(&format!("{GET}/responses/200/content"), html);
    assert!(found.iter().any(|it| it.contains("text/html: is a new type")), "{found:?}");
}

#[test]
fn additions_break_nothing() {
    for (pointer, value) in [
        ("/paths/~1others", json!({"get": {"operationId": "list_others"}})),
        (&*format!("{POST}/responses/5XX"), json!({})),
        (&*format!("{GET}/description"), json!("Says more.")),
        (&*format!("{THING}/properties/more"), json!({"type": "string"})),
        (&*format!("{THING}/properties/kind/enum"), json!(["a"])),
        (&*format!("{THING}/properties/name/maxLength"), json!(10)),
        (&*format!("{THING}/properties/note"), json!({"type": "string"})),
        (&*format!("{NEW}/properties/more"), json!({"type": "string"})),
        (&*format!("{NEW}/properties/kind/enum"), json!(["a", "b", "c"])),
        (&*format!("{NEW}/properties/name"), json!({"type": "string"})),
        (&*format!("{NEW}/properties/size"), json!({"type": ["number", "null"]})),
        (&*format!("{NEW}/required"), json!([])),
    ] {
        assert_eq!(found_with(pointer, value), [""; 0], "{pointer}");
    }
}
