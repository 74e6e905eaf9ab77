//! Topics: the questions under debate.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::TestApp;

#[actix_web::test]
async fn a_new_topic_is_answered_with_its_address_and_its_version() {
    let app = TestApp::start().await;

    let answer = app.post("/v1/topics", json!({"title": "Is open source AI good?"})).await;

    assert_eq!(answer.etag(), "\"1\"");
    assert_snapshot!(answer, @r#"
    201 application/json
    location: /v1/topics/is-open-source-ai-good
    {
      "created_at": "[time]",
      "id": "[id]",
      "language": "en",
      "origin": null,
      "slug": "is-open-source-ai-good",
      "status": "published",
      "summary": "",
      "tags": [],
      "title": "Is open source AI good?",
      "updated_at": "[time]",
      "version": 1
    }
    "#);
}

#[actix_web::test]
async fn a_topic_is_found_by_slug_and_by_id() {
    let app = TestApp::start().await;
    app.topic("llama").await;

    let by_slug = app.get("/v1/topics/llama").await.expect(200);
    let by_id = app.get(&format!("/v1/topics/{}", by_slug.text_at("/id"))).await.expect(200);

    assert_eq!(by_slug.json(), by_id.json());
}

#[actix_web::test]
async fn a_topic_that_is_not_there_is_not_found() {
    let app = TestApp::start().await;
    let nowhere = "/v1/topics/0192c0de-0000-7000-8000-000000000000";

    for answer in [
        app.get(nowhere).await,
        app.put(nowhere, json!({"title": "An id is given, not chosen"})).await,
        app.patch(nowhere, json!({})).await,
        app.delete(nowhere).await,
    ] {
        assert_eq!(answer.problem(), (404, "not-found".to_owned()));
    }
    assert_snapshot!(app.get("/v1/topics/nuclear-power").await, @r#"
    404 application/problem+json
    {
      "code": "not-found",
      "detail": "There is no topic `nuclear-power` here.",
      "instance": "/v1/topics/nuclear-power",
      "request_id": "[request]",
      "status": 404,
      "title": "There is nothing at this address",
      "type": "/problems/not-found"
    }
    "#);
}

#[actix_web::test]
async fn a_taken_slug_is_refused() {
    let app = TestApp::start().await;
    app.topic("llama").await;

    let answer = app.post("/v1/topics", json!({"slug": "llama", "title": "Again"})).await;

    assert_snapshot!(answer, @r#"
    409 application/problem+json
    {
      "code": "slug-taken",
      "detail": "There is a topic `llama` already: give another `slug`, leave it out to have one derived, or PUT to its address to replace the topic.",
      "instance": "/v1/topics",
      "request_id": "[request]",
      "status": 409,
      "title": "Another record already uses this slug",
      "type": "/problems/slug-taken"
    }
    "#);
}

#[actix_web::test]
async fn a_slug_that_is_derived_and_taken_gets_a_number() {
    let app = TestApp::start().await;
    let new = json!({"title": "Is Llama open?"});

    let mut slugs = Vec::new();
    for _ in 0..3 {
        slugs.push(app.post("/v1/topics", new.clone()).await.expect(201).text_at("/slug"));
    }

    assert_eq!(slugs, ["is-llama-open", "is-llama-open-2", "is-llama-open-3"]);
}

#[actix_web::test]
async fn a_title_without_a_latin_letter_has_a_slug_too() {
    let app = TestApp::start().await;

    for title in ["Ist Öffnung gut?", "開放是好的嗎？", "🦙?", "---", "?"] {
        let made = app.post("/v1/topics", json!({"title": title})).await.expect(201);
        let path = made.header("location").unwrap();
        assert_eq!(app.get(path).await.expect(200).at("/title"), json!(title));
    }
}

#[actix_web::test]
async fn putting_makes_a_topic_under_a_free_slug_and_replaces_the_one_that_is_there() {
    let app = TestApp::start().await;

    let made = app
        .put("/v1/topics/llama", json!({"title": "First", "tags": ["ai"], "summary": "Long."}))
        .await
        .expect(201);
    let replaced = app.put("/v1/topics/llama", json!({"title": "Second"})).await.expect(200);

    assert_eq!(made.header("location"), Some("/v1/topics/llama"));
    assert_eq!(replaced.header("location"), None);
    assert_eq!(replaced.etag(), "\"2\"");
    assert_eq!(replaced.at("/id"), made.at("/id"));
    // What is left out gets its default, unlike in a patch.
    assert_eq!(replaced.at("/tags"), json!([]));
    assert_eq!(replaced.at("/summary"), json!(""));
}

#[actix_web::test]
async fn a_slug_never_changes() {
    let app = TestApp::start().await;
    app.topic("llama").await;

    let put = app.put("/v1/topics/llama", json!({"slug": "alpaca", "title": "Llama"})).await;
    let patch = app.patch("/v1/topics/llama", json!({"slug": "alpaca"})).await;
    let made = app.put("/v1/topics/vicuna", json!({"slug": "alpaca", "title": "Llama"})).await;

    assert_eq!(put.faults(), [("/slug".to_owned(), "not-allowed".to_owned())]);
    assert_eq!(patch.faults(), [("/slug".to_owned(), "unknown".to_owned())]);
    assert_eq!(made.faults(), [("/slug".to_owned(), "not-allowed".to_owned())]);
    app.put("/v1/topics/llama", json!({"slug": "llama", "title": "The same"})).await.expect(200);
}

#[actix_web::test]
async fn a_patch_changes_what_it_names_and_leaves_the_rest() {
    let app = TestApp::start().await;
    let whole = json!({
        "slug": "llama", "title": "Is Llama open?", "summary": "On *Llama*.", "tags": ["ai", "meta"],
        "language": "en", "status": "published",
        "origin": {"format": "aif", "id": "17", "fields": {"depth": [1, null, {"x": 1.5}]}},
    });
    let made = app.post("/v1/topics", whole).await.expect(201);

    let patched = app.patch("/v1/topics/llama", json!({"tags": ["open"]})).await.expect(200);
    let cleared = app.patch("/v1/topics/llama", json!({"origin": null})).await.expect(200);

    let mut expected = made.json();
    expected["tags"] = json!(["open"]);
    expected["version"] = json!(2);
    expected["updated_at"] = patched.at("/updated_at");
    assert_eq!(patched.json(), expected);
    assert!(patched.text_at("/updated_at") > made.text_at("/updated_at"));
    assert_eq!(cleared.at("/origin"), Value::Null);
    assert_eq!(cleared.number_at("/version"), 3);
}

#[actix_web::test]
async fn a_patch_cannot_take_away_what_a_topic_must_have() {
    let app = TestApp::start().await;
    app.topic("llama").await;

    let answer = app.patch("/v1/topics/llama", json!({"title": null, "tags": null})).await;

    assert_eq!(
        answer.faults(),
        [
            ("/title".to_owned(), "wrong-type".to_owned()),
            ("/tags".to_owned(), "wrong-type".to_owned())
        ]
    );
}

#[actix_web::test]
async fn a_merge_patch_may_come_under_its_own_media_type() {
    let app = TestApp::start().await;
    app.topic("llama").await;

    let answer = app
        .patch("/v1/topics/llama", json!({}))
        .body("application/merge-patch+json; charset=utf-8", r#"{"summary": "New."}"#)
        .await
        .expect(200);

    assert_eq!(answer.at("/summary"), json!("New."));
}

#[actix_web::test]
async fn texts_are_normalised_and_trimmed() {
    let app = TestApp::start().await;

    let answer = app
        .post(
            "/v1/topics",
            json!({"title": "  Cafe\u{301}? \n", "summary": "a\n  b \n\n", "language": "PT-br"}),
        )
        .await
        .expect(201);

    assert_eq!(answer.at("/title"), json!("Caf\u{e9}?"));
    assert_eq!(answer.at("/summary"), json!("a\n  b"));
    assert_eq!(answer.at("/language"), json!("pt-BR"));
}

#[actix_web::test]
async fn topics_are_found_by_tag_status_language_and_the_beginning_of_their_title() {
    let app = TestApp::start().await;
    for (slug, title, rest) in [
        ("one", "Is 100% open?", json!({"tags": ["ai", "open source"], "language": "en"})),
        ("two", "IS IT CLOSED?", json!({"tags": ["ai"], "language": "de"})),
        ("three", "Ärger?", json!({"status": "draft"})),
        ("four", "What then?", json!({"tags": ["AI"], "status": "archived"})),
    ] {
        let mut new = json!({"slug": slug, "title": title});
        new.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        app.post("/v1/topics", new).await.expect(201);
    }

    for (query, found) in [
        ("tag=ai", vec!["one", "two"]),
        ("tag=open+source", vec!["one"]),
        ("tag=ai&language=DE", vec!["two"]),
        ("status=draft", vec!["three"]),
        ("status=archived", vec!["four"]),
        ("q=is", vec!["one", "two"]),
        ("q=IS%20100%25", vec!["one"]),
        ("q=%25", vec![]),
        ("q=_s", vec![]),
        ("q=%5C", vec![]),
        ("q=%C3%A4rger", vec!["three"]),
        ("q=what&status=archived", vec!["four"]),
        ("tag=none", vec![]),
    ] {
        let answer = app.get(&format!("/v1/topics?sort=created&{query}")).await.expect(200);
        assert_eq!(answer.slugs(), found, "{query}");
    }
}

#[actix_web::test]
async fn putting_says_nothing_of_the_status_unless_it_does() {
    let app = TestApp::start().await;
    let put = async |status: Option<&str>, title: &str| {
        let mut new = json!({"title": title});
        if let Some(status) = status {
            new["status"] = status.into();
        }
        app.put("/v1/topics/quiet", new).await
    };

    assert_eq!(put(Some("draft"), "One?").await.text_at("/status"), "draft");
    assert_eq!(put(None, "Two?").await.text_at("/status"), "draft");
    assert_eq!(put(Some("archived"), "Two?").await.text_at("/status"), "archived");
    assert_eq!(put(None, "Three?").await.problem(), (409, "topic-archived".to_owned()));
    assert_eq!(put(None, "Two?").await.expect(200).number_at("/version"), 3);
}
