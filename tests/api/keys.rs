//! Keys: made, listed, rotated and ended, over HTTP and at the command line.

use debatebase::access::key::{Key, PATTERN};
use diesel::sql_query;
use diesel::sql_types::{Bool, Text};
use diesel_async::RunQueryDsl;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::TestApp;

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Bool)]
    is_hash: bool,
}

#[actix_web::test]
async fn a_key_is_made_and_shown_once() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    let new = json!({
        "label": "  The importer of the club ",
        "scopes": ["import", "write"],
        "topics": ["llama"],
        "expires_in": 3600,
    });

    let made = app.post("/v1/keys", new).await.expect(201);

    assert_snapshot!(made, @r#"
    201 application/json
    location: /v1/keys/[id]
    {
      "created_at": "[time]",
      "expires_at": "[time]",
      "id": "[id]",
      "key": "[key]",
      "label": "The importer of the club",
      "last_used_at": "[time]",
      "revoked_at": null,
      "scopes": [
        "import",
        "write"
      ],
      "topics": [
        "llama"
      ]
    }
    "#);
    let path = made.header("location").unwrap();
    let found = app.get(path).await.expect(200);
    assert_eq!(found.json().get("key"), None);
    let list = app.get("/v1/keys?count=exact").await.expect(200);
    assert_eq!(list.at("/data/0"), found.json());
    assert_eq!(list.number_at("/page/total"), 2);
}

#[actix_web::test]
async fn of_a_key_only_a_hash_is_stored() {
    let app = TestApp::start().await;
    let (id, key) = app.given_key(&["read"], &[]).await;
    let secret = Key::parse(&key).unwrap().digest();
    let hash: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();

    let row: Row = sql_query(format!(
        "select keys::text as text, secret_sha256 = '\\x{hash}' as is_hash from keys where id = '{id}'"
    ))
    .get_result(&mut app.connection().await)
    .await
    .unwrap();

    assert!(row.is_hash);
    assert!(!row.text.contains(&key[27..]));
}

#[actix_web::test]
async fn what_cannot_be_a_key_is_refused() {
    let app = TestApp::start().await;
    for (new, faults) in [
        (json!({}), vec![("/label", "missing"), ("/scopes", "missing")]),
        (json!({"label": "A", "scopes": []}), vec![("/scopes", "too-few")]),
        (json!({"label": "A", "scopes": ["read", "read"]}), vec![("/scopes/1", "duplicate")]),
        (json!({"label": "A", "scopes": ["root"]}), vec![("/scopes/0", "not-allowed")]),
        (json!({"label": "A", "scopes": ["read"], "topics": []}), vec![("/topics", "too-few")]),
        (
            json!({"label": "A", "scopes": ["read"], "topics": ["gone", "lost"]}),
            vec![("/topics/0", "not-found"), ("/topics/1", "not-found")],
        ),
        (
            json!({"label": "A", "scopes": ["read"], "expires_in": 0}),
            vec![("/expires_in", "out-of-range")],
        ),
        (
            json!({"label": "A", "scopes": ["read"], "expires_in": 1.5}),
            vec![("/expires_in", "out-of-range")],
        ),
    ] {
        let answer = app.post("/v1/keys", new.clone()).await;
        let told: Vec<_> = answer.faults();
        let faults: Vec<_> =
            faults.iter().map(|(at, what)| ((*at).to_owned(), (*what).to_owned())).collect();
        assert_eq!(told, faults, "{new}");
    }
}

#[actix_web::test]
async fn a_revoked_key_works_no_more_and_stays_listed() {
    let app = TestApp::start().await;
    let (id, key) = app.given_key(&["write"], &[]).await;
    let holder = app.with_key(&key);
    holder.get("/v1/topics").await.expect(200);

    app.post(&format!("/v1/keys/{id}/revoke"), json!({})).await.expect(200);

    let refused = holder.get("/v1/topics").await;
    assert_eq!(refused.problem(), (401, "bad-key".to_owned()));
    let revoked_at = app.get(&format!("/v1/keys/{id}")).await.at("/revoked_at");
    assert!(revoked_at.is_string());
    app.post(&format!("/v1/keys/{id}/revoke"), json!({})).await.expect(200);
    assert_eq!(app.get(&format!("/v1/keys/{id}")).await.at("/revoked_at"), revoked_at);
}

#[actix_web::test]
async fn a_rotated_key_works_beside_the_new_one_for_the_overlap() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    let (id, old) = app.given_key(&["write"], &["llama"]).await;

    let rotated =
        app.post(&format!("/v1/keys/{id}/rotate"), json!({"overlap": 600})).await.expect(201);

    let new = rotated.text_at("/key");
    assert_ne!(new, old);
    assert_eq!(
        (rotated.at("/scopes"), rotated.at("/topics")),
        (json!(["write"]), json!(["llama"]))
    );
    for key in [&old, &new] {
        let patch = json!({"summary": key[30..40]});
        app.with_key(key).patch("/v1/topics/llama", patch).await.expect(200);
    }
    let ended = format!(
        "update keys set expires_at = expires_at - interval '10 minutes' where id = '{id}'"
    );
    sql_query(ended).execute(&mut app.connection().await).await.unwrap();
    app.with_key(&old).get("/v1/topics").await.expect(401);
    app.with_key(&new).get("/v1/topics").await.expect(200);
    let again = app.post(&format!("/v1/keys/{id}/rotate"), json!({})).await;
    assert_eq!(again.problem(), (409, "key-ended".to_owned()));
}

#[actix_web::test]
async fn however_often_it_is_rotated_a_key_lives_as_long() {
    let app = TestApp::start().await;
    let lasting = app.given_key(&["read"], &[]).await.0;
    let new = json!({"label": "For a day", "scopes": ["read"], "expires_in": 86_400});
    let passing = app.post("/v1/keys", new).await.expect(201).text_at("/id");

    // Who has lost the answer rotates again.
    for _ in 0..2 {
        let rotate = |id: &str| app.post(&format!("/v1/keys/{id}/rotate"), json!({"overlap": 60}));
        assert_eq!(rotate(&lasting.to_string()).await.expect(201).at("/expires_at"), Value::Null);
        let second = rotate(&passing).await.expect(201).text_at("/expires_at");
        let left = second.parse::<chrono::DateTime<chrono::Utc>>().unwrap() - chrono::Utc::now();
        assert!(left > chrono::Duration::hours(23), "{left}");
    }
}

#[actix_web::test]
async fn rotating_with_no_overlap_ends_the_old_key_at_once() {
    let app = TestApp::start().await;
    let (id, old) = app.given_key(&["read"], &[]).await;

    app.post(&format!("/v1/keys/{id}/rotate"), json!({"overlap": 0})).await.expect(201);

    app.with_key(&old).get("/v1/topics").await.expect(401);
}

#[actix_web::test]
async fn it_is_known_when_a_key_was_last_used() {
    let app = TestApp::start().await;
    let (id, key) = app.given_key(&["read"], &[]).await;
    let path = format!("/v1/keys/{id}");
    assert_eq!(app.get(&path).await.at("/last_used_at"), Value::Null);

    app.with_key(&key).get("/v1/topics").await.expect(200);

    // Noted beside the request.
    let noted = async {
        while app.get(&path).await.at("/last_used_at").is_null() {
            actix_web::rt::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    actix_web::rt::time::timeout(std::time::Duration::from_secs(20), noted).await.unwrap();
}

#[actix_web::test]
async fn the_topics_of_a_key_that_are_gone_do_not_make_it_reach_more() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    let (id, key) = app.given_key(&["write"], &["llama"]).await;

    app.delete("/v1/topics/llama").await.expect(204);
    app.topic("llama").await;

    assert_eq!(app.get(&format!("/v1/keys/{id}")).await.at("/topics"), json!([]));
    let refused = app.with_key(&key).patch("/v1/topics/llama", json!({"summary": "Mine."})).await;
    assert_eq!(refused.problem(), (403, "out-of-reach".to_owned()));
}

#[actix_web::test]
async fn keys_come_in_pages() {
    let app = TestApp::start().await;
    for _ in 0..4 {
        app.given_key(&["read"], &[]).await;
    }

    let first = app.get("/v1/keys?limit=3").await.expect(200);
    let cursor = first.text_at("/page/next_cursor");
    let second = app.get(&format!("/v1/keys?limit=3&cursor={cursor}")).await.expect(200);

    assert_eq!(second.at("/data").as_array().unwrap().len(), 2);
    assert_eq!(second.at("/page/next_cursor"), Value::Null);
    let unchanged = app.get("/v1/keys?limit=3").if_none_match(first.etag()).await;
    assert!([200, 304].contains(&unchanged.status()));
}

#[test]
fn the_pattern_of_the_document_is_the_one_for_scanners() {
    let document = crate::contract::document();

    let pattern =
        &document["components"]["schemas"]["MadeKey"]["allOf"][1]["properties"]["key"]["pattern"];

    assert_eq!(*pattern, json!(format!("^{PATTERN}$")));
}
