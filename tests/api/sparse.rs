//! Sparse answers: only the fields that are asked for.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::contract::{Operation, document, operations};
use crate::support::{TestApp, kinds};

const SPARSE: &str = "application/vnd.debatebase.sparse+json";

#[actix_web::test]
async fn a_record_is_given_with_the_fields_that_are_asked_for() {
    let app = TestApp::start().await;
    app.debate().await;

    for kind in kinds() {
        let whole = app.get(&kind.path()).await.expect(200);
        let sparse = app.get(&format!("{}?fields=slug,version", kind.path())).await.expect(200);
        let list = app.get(&format!("{}?fields=slug", kind.list)).await.expect(200);

        assert_eq!(sparse.json(), json!({"slug": kind.slug, "version": whole.at("/version")}));
        assert_eq!(sparse.header("content-type"), Some(SPARSE));
        let slugs = |it: &Value| it.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert!(list.at("/data").as_array().unwrap().iter().all(|it| slugs(it) == ["slug"]));
    }
}

#[actix_web::test]
async fn the_entity_tag_does_not_depend_on_the_fields() {
    let app = TestApp::start().await;
    app.debate().await;

    for kind in kinds() {
        for path in [kind.path(), kind.list.to_owned()] {
            let whole = app.get(&path).await.expect(200);
            let sparse = app.get(&format!("{path}?fields=slug")).await.expect(200);
            let spared = app.get(&format!("{path}?fields=id")).if_none_match(whole.etag()).await;

            assert_eq!(whole.etag(), sparse.etag());
            assert_eq!((spared.status(), spared.text()), (304, ""));
        }
    }
}

#[actix_web::test]
async fn the_quotes_of_a_source_are_given_sparsely_too() {
    let app = TestApp::start().await;
    app.debate().await;

    let whole = app.get("/v1/sources/text/citations").await.expect(200);
    let path = "/v1/sources/text/citations?fields=slug&expand=arguments";
    let sparse = app.get(path).await.expect(200);

    let price = sparse.at("/data/0");
    assert_eq!(price["slug"], json!("price"));
    assert_eq!(price["expanded"]["arguments"][0]["slug"], json!("cheap"));
    assert_eq!(price.as_object().unwrap().len(), 2);
    assert_eq!(sparse.at("/coverage"), whole.at("/coverage"));
    assert_eq!(sparse.header("content-type"), Some(SPARSE));
    assert_eq!(sparse.etag(), whole.etag());
}

#[actix_web::test]
async fn what_has_no_version_is_given_sparsely_too() {
    let app = TestApp::start().await;
    app.debate().await;
    app.patch("/v1/topics/llama", json!({"tags": ["ai"]})).await.expect(200);

    let key = app.get("/v1/keys?limit=1").await.text_at("/data/0/id");
    for (path, fields, given) in [
        ("/v1/search?q=cheap&kind=argument", "slug,title", "/data/0"),
        ("/v1/tags?sort=name", "name", "/data/0"),
        ("/v1/tags/ai?", "topics", ""),
        ("/v1/keys?limit=1", "label,scopes", "/data/0"),
        (&format!("/v1/keys/{key}?"), "id", ""),
    ] {
        let whole = app.get(path).await.expect(200);
        let sparse = app.get(&format!("{path}&fields={fields}")).await.expect(200);

        let (whole_record, record) = (whole.at(given), sparse.at(given));
        let record = record.as_object().unwrap();
        assert_eq!(record.keys().map(String::as_str).collect::<Vec<_>>().join(","), fields);
        assert!(record.iter().all(|(name, value)| whole_record[name] == *value), "{sparse}");
        assert_eq!(sparse.header("etag"), whole.header("etag"));
        assert_eq!(sparse.header("content-type"), Some(SPARSE));
    }
}

#[actix_web::test]
async fn a_page_may_show_other_fields_than_the_one_before() {
    let app = TestApp::start().await;
    let topic = app.debate().await;

    let first = app.get(&topic.path("/arguments?limit=2&fields=id")).await.expect(200);
    let cursor = first.text_at("/page/next_cursor");
    let rest = app.get(&topic.path(&format!("/arguments?fields=slug&cursor={cursor}"))).await;

    assert_eq!(rest.expect(200).slugs(), ["unknown"]);
}

#[actix_web::test]
async fn a_field_that_a_record_does_not_have_is_refused() {
    let app = TestApp::start().await;
    app.debate().await;

    for kind in kinds() {
        for wrong in ["", "slug,", "slug,colour", "Slug"] {
            let answer = app.get(&format!("{}?fields={wrong}", kind.path())).await;
            assert_eq!(answer.status(), 400, "{answer}");
            assert_eq!(answer.faults(), [("fields".to_owned(), "not-allowed".to_owned())]);
        }
    }
}

#[actix_web::test]
async fn whatever_is_put_together_is_given_sparsely_too() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    topic.argument("cheaper").await;
    topic.relation("cheaper-yet", "supports", &["cheaper"], json!({"argument": "cheap"})).await;
    app.topic("another").await;
    for topic in ["llama", "another"] {
        app.patch(&format!("/v1/topics/{topic}"), json!({"tags": ["ai"]})).await.expect(200);
    }

    for (below, fields, given) in [
        ("/outline?depth=1", "topic,positions", ""),
        ("/outline?root=argument:cheap", "root", ""),
        ("/graph?", "edges", ""),
        ("/arguments/cheap/ancestors?limit=1", "positions,complete", ""),
        ("/arguments/cheap/path?to=yes", "direction", ""),
        ("/arguments/cheap/descendants?limit=1", "slug,depth", "/data/0"),
        ("/arguments/cheap/similar?", "likeness", "/data/0"),
        ("/arguments/cheap/similar?across=true", "slug,topic", "/data/0"),
        ("/similar?claim=It+is+cheap.", "slug", "/data/0"),
        ("/related?", "slug,shared_tags", "/data/0"),
        ("/statistics?limit=1", "counts,bare", ""),
        ("/statistics/unquoted?limit=1", "text", "/data/0"),
    ] {
        let path = topic.path(below);
        let whole = app.get(&path).await.expect(200);
        let sparse = app.get(&format!("{path}&fields={fields}")).await.expect(200);
        let spared = app.get(&format!("{path}&fields={fields}")).if_none_match(whole.etag()).await;

        let (whole_record, record) = (whole.at(given), sparse.at(given));
        let record = record.as_object().unwrap();
        assert_eq!(record.keys().map(String::as_str).collect::<Vec<_>>().join(","), fields);
        assert!(record.iter().all(|(name, value)| whole_record[name] == *value), "{sparse}");
        assert_eq!(sparse.etag(), whole.etag());
        assert_eq!(sparse.header("content-type"), Some(SPARSE));
        assert_eq!((spared.status(), spared.text()), (304, ""));
    }
}

#[actix_web::test]
async fn a_search_by_its_body_is_given_sparsely_too() {
    let app = TestApp::start().await;
    app.debate().await;

    let asked = json!({"q": "cheap", "kind": "argument", "fields": ["slug", "title"]});
    let sparse = app.post("/v1/search", asked).await.expect(200);

    assert_eq!(sparse.at("/data/0").as_object().unwrap().len(), 2);
    assert_eq!(sparse.header("content-type"), Some(SPARSE));
}

/// The query parameter `fields` of an operation, if it has one.
fn fields_of(operation: &Operation) -> Option<Value> {
    let parameters = operation.item.get("parameters")?.as_array().unwrap();
    parameters.iter().find(|it| it["name"] == "fields").cloned()
}

#[test]
fn whatever_is_read_as_json_can_be_read_sparsely() {
    let without = [
        // What the service says of itself is short, and the document is read as a whole.
        "get_live",
        "get_ready",
        "get_version",
        "get_openapi",
        // A file is as its format has it.
        "export_topic",
    ];
    let is_read = |operation: &Operation| {
        let json = &operation.item["responses"]["200"]["content"]["application/json"];
        operation.method == Method::GET && json.is_object()
    };
    for operation in operations().into_iter().filter(is_read) {
        let is_sparse = fields_of(&operation).is_some();
        assert_eq!(is_sparse, !without.contains(&operation.id.as_str()), "{}", operation.id);
    }
}

#[test]
fn the_document_lists_the_fields_that_there_are() {
    let schemas = &document()["components"]["schemas"];
    let properties = |schema: &Value| {
        let name = schema["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
        schemas[name]["properties"].as_object().unwrap().clone()
    };

    for operation in operations() {
        let Some(fields) = fields_of(&operation) else { continue };
        let answer = &operation.item["responses"]["200"]["content"][SPARSE]["schema"];
        let mut given = properties(answer);
        if let Some(list) = given.get("data") {
            given = properties(&list["items"]);
        }
        given.remove("expanded");
        let names: Vec<&str> = given.keys().map(String::as_str).collect();

        assert_eq!(fields["schema"]["items"]["enum"], json!(names), "{}", operation.id);
        assert_eq!((&fields["style"], &fields["explode"]), (&json!("form"), &json!(false)));
    }
}
