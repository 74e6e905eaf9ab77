//! Who may do what: every operation of the document, asked with every kind of key.

use std::collections::BTreeMap;

use actix_web::http::Method;
use debatebase::access::key::Key;
use debatebase::domain::ids::KeyId;
use debatebase::domain::slug::Slug;
use diesel::sql_query;
use diesel_async::RunQueryDsl;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::contract::{Operation, operations};
use crate::support::{Answer, TestApp};

impl TestApp {
    /// Given a key with these scopes, bound to these topics if there are any.
    pub async fn given_key(&self, scopes: &[&str], topics: &[&str]) -> (KeyId, String) {
        let mut new = json!({"label": "A key of a test", "scopes": scopes});
        if !topics.is_empty() {
            new["topics"] = json!(topics);
        }
        let made = self.post("/v1/keys", new).await.expect(201);
        let key = made.text_at("/key");
        (Key::parse(&key).unwrap().id(), key)
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Asker {
    WithoutKey,
    Malformed,
    Unknown,
    WrongSecret,
    Expired,
    Revoked,
    Read,
    Write,
    Import,
    Admin,
    BoundHere,
    BoundElsewhere,
}

/// What an operation demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Demands {
    /// Nothing: it is about the service itself, and looks at no key.
    Nothing,
    /// To see what it is asked for.
    Sight,
    /// To write in a topic.
    WriteInTopic,
    /// To write outside of all topics.
    Write,
    /// To import files.
    Import,
    /// To manage keys.
    Admin,
}

impl Demands {
    /// By what the document says.
    fn of(operation: &Operation) -> Self {
        let security = operation.item["security"].as_array().unwrap();
        let is_topics = operation.path.starts_with("/v1/topics/{topic}");
        match (security.as_slice(), &operation.method) {
            ([], _) => Self::Nothing,
            ([anonymous, _], _) if *anonymous == json!({}) => Self::Sight,
            ([_], _) if operation.path.starts_with("/v1/keys") => Self::Admin,
            ([_], _) if operation.path == "/v1/imports" => Self::Import,
            ([_], _) if is_topics => Self::WriteInTopic,
            ([_], _) => Self::Write,
            other => panic!("{}: {other:?}", operation.id),
        }
    }
}

/// The status and code that a draft's topic, and what is in it, is to be answered with; `None` for success.
fn expected(demands: Demands, asker: Asker) -> Option<(u16, &'static str)> {
    use Asker::*;
    let scope_missing = Some((403, "scope-missing"));
    match (demands, asker) {
        (Demands::Nothing, _) => None,
        (_, Malformed | Unknown | WrongSecret | Expired | Revoked) => Some((401, "bad-key")),
        (Demands::Sight, Read | Write | Import | Admin | BoundHere) => None,
        (Demands::Sight, WithoutKey | BoundElsewhere) => Some((404, "not-found")),
        (_, WithoutKey) => Some((401, "key-needed")),
        (Demands::Admin, Read | Write | Import | BoundHere | BoundElsewhere) => scope_missing,
        (Demands::WriteInTopic | Demands::Write, Read | Import) => scope_missing,
        (Demands::Import, Read | Write | BoundHere | BoundElsewhere) => scope_missing,
        (Demands::WriteInTopic, Write | Admin | BoundHere) => None,
        (Demands::WriteInTopic, BoundElsewhere) => Some((404, "not-found")),
        (Demands::Write, BoundHere | BoundElsewhere) => Some((403, "out-of-reach")),
        (Demands::Write, Write | Admin)
        | (Demands::Import, Import | Admin)
        | (Demands::Admin, Admin) => None,
    }
}

/// Given the debate `llama` as a draft, and a key of every kind.
async fn with_askers(app: &TestApp) -> BTreeMap<Asker, Option<String>> {
    app.debate().await;
    app.topic("elsewhere").await;
    app.patch("/v1/topics/elsewhere", json!({"tags": ["shared"]})).await.expect(200);
    app.patch("/v1/topics/llama", json!({"status": "draft"})).await.expect(200);
    let mut keys = BTreeMap::from([
        (Asker::WithoutKey, None),
        (Asker::Malformed, Some("dbk_letmein".to_owned())),
        (Asker::Unknown, Some(Key::generate().unwrap().reveal())),
    ]);
    // A clock that a test cannot wait for, and a secret that no key of the program has.
    let expired = Some("expires_at = now() - interval '1 second'");
    let another = Some("secret_sha256 = sha256('another')");
    for (asker, scopes, topics, change) in [
        (Asker::Read, "read", None, None),
        (Asker::Write, "write", None, None),
        (Asker::Import, "import", None, None),
        (Asker::Admin, "admin", None, None),
        (Asker::BoundHere, "write", Some("llama"), None),
        (Asker::BoundElsewhere, "write", Some("elsewhere"), None),
        (Asker::Expired, "admin", None, expired),
        (Asker::Revoked, "admin", None, None),
        (Asker::WrongSecret, "admin", None, another),
    ] {
        let (id, key) = app.given_key(&[scopes], topics.as_slice()).await;
        if asker == Asker::Revoked {
            app.post(&format!("/v1/keys/{id}/revoke"), json!({})).await.expect(200);
        }
        if let Some(change) = change {
            let change = format!("update keys set {change} where id = '{id}'");
            sql_query(change).execute(&mut app.connection().await).await.unwrap();
        }
        keys.insert(asker, Some(key));
    }
    keys
}

/// A request that is right in every other way, about the draft `llama` or something outside of it.
async fn ask(app: &TestApp, as_asker: &TestApp, operation: &Operation, turn: usize) -> Answer {
    let slug = Slug::derive(&format!("{} {turn}", operation.id), "x").to_string();
    let topic = &format!("/v1/topics/llama/{}", operation.path.split('/').nth(4).unwrap_or(""));
    // What is deleted, revoked or replaced is made for that.
    let kind = operation.id.split_once('_').unwrap().1;
    let new = match kind {
        "topic" => json!({"title": "Is it right?"}),
        "position" => json!({"statement": "It is right."}),
        "argument" => json!({"claim": "It costs little."}),
        "relation" => {
            json!({"kind": "attacks", "premises": ["safe"], "target": {"argument": "cheap"}})
        }
        "citation" => {
            json!({"source": "text", "exact": "Open models are safe.", "backs": {"position": "yes"}})
        }
        "source" => json!({"title": "A text"}),
        "key" => json!({"label": "Another", "scopes": ["read"]}),
        "by_body" => json!({"q": "cheap"}),
        _ => Value::Null,
    };
    if kind == "import" {
        let file = format!("debatebase: 1\ntopics: [{{slug: {slug}, title: Why?}}]\n");
        return as_asker.ask(Method::POST, &operation.path).body("application/yaml", file).await;
    }
    let is_at_item = operation.path.ends_with('}') && operation.method != Method::GET;
    let mut path = operation.path.replace("{topic}", "llama").replace("{code}", "invalid");
    path = path.replace("{finding}", "unquoted").replace("{tag}", "shared");
    if operation.id == "get_path" {
        path.push_str("?to=yes");
    }
    if is_at_item && !matches!(kind, "topic" | "tag" | "key") && operation.method != Method::PUT {
        let list = if kind == "source" { "/v1/sources" } else { topic };
        let mut given = new.clone();
        given["slug"] = json!(slug);
        app.post(list, given).await.expect(201);
    }
    if kind == "key" && operation.path.contains("{key}") {
        let (id, _) = app.given_key(&["read"], &[]).await;
        path = path.replace("{key}", &id.to_string());
    }
    if operation.id == "get_similar_to_claim" {
        path.push_str("?claim=It+costs+little.");
    }
    if operation.id == "search_records" {
        path.push_str("?q=cheap");
    }
    for (name, there) in [
        ("position", "yes"),
        ("argument", "cheap"),
        ("relation", "cheap-is-good"),
        ("citation", "price"),
        ("source", "text"),
    ] {
        let slug = if is_at_item { slug.as_str() } else { there };
        path = path.replace(&format!("{{{name}}}"), slug);
    }
    let body = match (&operation.method, kind) {
        (&Method::POST, _) if operation.id == "rotate_key" => json!({}),
        (&Method::POST, "topic") => json!({"title": format!("Is it right {turn}?")}),
        (&Method::POST | &Method::PUT, _) => new,
        (&Method::PATCH, _) => json!({}),
        _ => return as_asker.ask(operation.method.clone(), &path).await,
    };
    as_asker.ask(operation.method.clone(), &path).body("application/json", body.to_string()).await
}

#[actix_web::test]
async fn every_operation_is_for_those_whom_it_is_for() {
    let app = TestApp::start().await;
    let askers = with_askers(&app).await;
    let mut asked = 0;

    for operation in operations() {
        let demands = Demands::of(&operation);
        for (asker, key) in &askers {
            let as_asker = match key {
                Some(key) => app.with_key(key),
                None => app.without_key(),
            };
            let answer = ask(&app, &as_asker, &operation, asked).await;
            asked += 1;

            let told = format!("{} as {asker:?}: {answer}", operation.id);
            let is_hidden = operation.path.contains("{topic}");
            match expected(demands, *asker) {
                // Lists and sources are there for all; what of them is a draft's, is not.
                Some((404, _)) if !is_hidden => assert_eq!(answer.status(), 200, "{told}"),
                Some((status, code)) => {
                    assert_eq!(answer.problem(), (status, code.to_owned()), "{told}");
                    assert_eq!(
                        answer.header("www-authenticate").is_some(),
                        matches!(code, "bad-key" | "key-needed" | "scope-missing"),
                        "{told}"
                    );
                }
                None => assert!(
                    (200..300).contains(&answer.status()) || answer.status() == 503,
                    "{told}"
                ),
            }
            if let Some(key) = key {
                assert!(!answer.to_string().contains(key), "{told}");
            }
            if operation.id == "delete_topic" && answer.status() == 204 {
                app.delete("/v1/sources/text?cascade=true").await.expect(204);
                app.debate().await;
                app.patch("/v1/topics/llama", json!({"status": "draft"})).await.expect(200);
                rebind(&app, askers[&Asker::BoundHere].as_deref().unwrap()).await;
            }
        }
    }
    assert_eq!(asked, operations().len() * 12);
}

/// Binds a key to the topic `llama` that there is now.
async fn rebind(app: &TestApp, key: &str) {
    let id = Key::parse(key).unwrap().id();
    let topic = app.get("/v1/topics/llama").await.text_at("/id");
    let bind = format!("update keys set topic_ids = array['{topic}'::uuid] where id = '{id}'");
    sql_query(bind).execute(&mut app.connection().await).await.unwrap();
}

#[test]
fn the_document_says_who_may_call_what() {
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for operation in operations() {
        let demands = format!("{:?}", Demands::of(&operation));
        told.entry(demands).or_default().push(operation.id);
    }
    let told = told.iter().map(|(demands, ids)| format!("{demands}: {}", ids.join(" ")));

    assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @r"
    Admin: list_keys create_key get_key revoke_key rotate_key
    Import: create_import
    Nothing: get_live get_ready get_openapi get_problem_page get_native_schema get_version
    Sight: export_everything search_records search_by_body list_sources get_source list_source_citations get_source_text list_tags get_tag list_topics get_topic list_arguments get_argument get_ancestors list_descendants get_path get_similar list_citations get_citation export_topic get_graph get_outline list_positions get_position get_related list_relations get_relation get_similar_to_claim get_statistics list_findings
    Write: create_source put_source delete_source patch_source patch_tag create_topic
    WriteInTopic: put_topic delete_topic patch_topic create_argument put_argument delete_argument patch_argument create_citation put_citation delete_citation patch_citation create_position put_position delete_position patch_position create_relation put_relation delete_relation patch_relation
    ");
}

#[actix_web::test]
async fn a_key_bound_to_a_topic_sees_its_draft_and_no_other() {
    let app = TestApp::start().await;
    for slug in ["mine", "theirs"] {
        app.topic(slug).await;
        app.patch(&format!("/v1/topics/{slug}"), json!({"status": "draft"})).await.expect(200);
    }
    app.topic("public").await;
    let (_, key) = app.given_key(&["read"], &["mine"]).await;
    let bound = app.with_key(&key);

    let list = bound.get("/v1/topics?sort=slug&count=exact").await.expect(200);

    assert_eq!(list.slugs(), ["mine", "public"]);
    assert_eq!(list.number_at("/page/total"), 2);
    bound.get("/v1/topics/mine/outline").await.expect(200);
    for path in ["/v1/topics/theirs", "/v1/topics/theirs/outline", "/v1/topics/theirs/positions"] {
        bound.get(path).await.expect(404);
    }
    assert_eq!(bound.get("/v1/topics?status=draft").await.slugs(), ["mine"]);
}

#[actix_web::test]
async fn a_key_bound_to_a_topic_changes_what_is_in_it_and_nothing_else() {
    let app = TestApp::start().await;
    app.debate().await;
    app.topic("theirs").await;
    app.topic("hidden").await;
    app.patch("/v1/topics/hidden", json!({"status": "draft"})).await.expect(200);
    let (_, key) = app.given_key(&["write"], &["llama"]).await;
    let bound = app.with_key(&key);
    let new = || json!({"statement": "It is right."});

    bound.post("/v1/topics/llama/positions", new()).await.expect(201);
    bound.patch("/v1/topics/llama", json!({"summary": "Mine."})).await.expect(200);

    for (answer, refused) in [
        (bound.post("/v1/topics/theirs/positions", new()).await, (403, "out-of-reach")),
        (
            bound.patch("/v1/topics/theirs", json!({"summary": "Mine."})).await,
            (403, "out-of-reach"),
        ),
        (bound.delete("/v1/topics/theirs").await, (403, "out-of-reach")),
        (bound.post("/v1/topics", json!({"title": "Mine?"})).await, (403, "out-of-reach")),
        (bound.delete("/v1/sources/text").await, (403, "out-of-reach")),
        // A draft that it does not see is answered as one that is not there.
        (bound.put("/v1/topics/hidden", json!({"title": "Mine?"})).await, (404, "not-found")),
        (bound.put("/v1/topics/not-there", json!({"title": "Mine?"})).await, (404, "not-found")),
        (bound.delete("/v1/topics/hidden").await, (404, "not-found")),
    ] {
        assert_eq!(answer.problem(), (refused.0, refused.1.to_owned()), "{answer}");
    }
    assert_eq!(app.get("/v1/topics/theirs").await.number_at("/version"), 1);
}

#[actix_web::test]
async fn what_is_missing_is_told() {
    let app = TestApp::start().await;
    let (_, key) = app.given_key(&["read"], &[]).await;

    assert_snapshot!(app.without_key().post("/v1/topics", json!({"title": "May I?"})).await, @r#"
    401 application/problem+json
    www-authenticate: Bearer realm="debatebase"
    {
      "code": "key-needed",
      "detail": "This needs a key with the scope `write`, in the header `Authorization: Bearer dbk_…`.",
      "instance": "/v1/topics",
      "request_id": "[request]",
      "status": 401,
      "title": "This needs a key",
      "type": "/problems/key-needed"
    }
    "#);
    assert_snapshot!(app.with_key(&key).post("/v1/topics", json!({"title": "May I?"})).await, @r#"
    403 application/problem+json
    www-authenticate: Bearer realm="debatebase", error="insufficient_scope", scope="write"
    {
      "code": "scope-missing",
      "detail": "The key lacks the scope `write`.",
      "instance": "/v1/topics",
      "request_id": "[request]",
      "status": 403,
      "title": "The key does not allow this",
      "type": "/problems/scope-missing"
    }
    "#);
    assert_snapshot!(app.with_key("dbk_letmein").get("/v1/topics").await, @r#"
    401 application/problem+json
    www-authenticate: Bearer realm="debatebase", error="invalid_token"
    {
      "code": "bad-key",
      "detail": "The header `Authorization` is to be `Bearer` and a whole key, as it was shown when it was made: `dbk_…`.",
      "instance": "/v1/topics",
      "request_id": "[request]",
      "status": 401,
      "title": "The key is not valid",
      "type": "/problems/bad-key"
    }
    "#);
}

#[actix_web::test]
async fn only_a_bearer_key_in_the_header_is_taken() {
    let app = TestApp::start().await;
    let key = app.key().to_owned();
    let public = app.without_key();
    let bad = (401, "bad-key".to_owned());

    for header in [
        format!("Basic {key}"),
        key.clone(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        format!("Bearer {key}x"),
        format!("Bearer {}", key.to_uppercase()),
        format!("Bearer {key} {key}"),
    ] {
        let answer = public.get("/v1/topics").header("authorization", &header).await;
        assert_eq!(answer.problem(), bad, "{header}");
    }
    for header in [format!("bearer {key}"), format!("BEARER  {key}")] {
        public.get("/v1/topics").header("authorization", &header).await.expect(200);
    }
    // In an address it would be in logs and histories.
    let in_address = public.get(&format!("/v1/topics?access_token={key}")).await;
    assert_eq!(in_address.problem().1, "bad-parameter");
}

#[actix_web::test]
async fn what_a_key_shows_is_not_kept_by_caches() {
    let app = TestApp::start().await;
    app.topic("llama").await;

    let shown = app.get("/v1/topics/llama").await.expect(200);
    let public = app.without_key().get("/v1/topics/llama").await.expect(200);

    assert_eq!(shown.header("cache-control"), Some("no-store"));
    assert_eq!(public.header("cache-control"), Some("public, no-cache"));
    assert!(public.header("vary").unwrap().contains("Authorization"));
}

#[actix_web::test]
async fn a_key_that_is_bound_to_a_topic_imports_nothing() {
    let app = TestApp::start().await;
    app.topic("mine").await;
    let (_, key) = app.given_key(&["import"], &["mine"]).await;
    let file = "debatebase: 1\ntopics: [{slug: mine, title: Mine?}]\n";

    let answer = app.with_key(&key).ask(Method::POST, "/v1/imports").body("text/yaml", file).await;

    assert_eq!(answer.problem(), (403, "out-of-reach".to_owned()));
}
