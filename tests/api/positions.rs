//! Positions: the answers to a topic, in the order of their rank.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::TestApp;

#[actix_web::test]
async fn a_new_position_is_answered_with_its_address_and_its_version() {
    let app = TestApp::start().await;
    app.topic("llama").await;

    let answer = app
        .post("/v1/topics/llama/positions", json!({"statement": "It is a matter of strategy."}))
        .await;

    assert_eq!(answer.etag(), "\"1\"");
    assert_snapshot!(answer, @r#"
    201 application/json
    location: /v1/topics/llama/positions/it-is-a-matter-of-strategy
    {
      "created_at": "[time]",
      "id": "[id]",
      "origin": null,
      "rank": 0,
      "slug": "it-is-a-matter-of-strategy",
      "statement": "It is a matter of strategy.",
      "summary": "",
      "topic_id": "[id]",
      "updated_at": "[time]",
      "version": 1
    }
    "#);
}

#[actix_web::test]
async fn positions_come_in_the_order_of_their_rank() {
    let app = TestApp::start().await;
    let topic = app.topic("llama").await;
    for slug in ["first", "second", "third"] {
        topic.position(slug).await;
    }

    app.patch("/v1/topics/llama/positions/third", json!({"rank": -1})).await.expect(200);

    let list = app.get("/v1/topics/llama/positions").await.expect(200);
    assert_eq!(list.slugs(), ["third", "first", "second"]);
}

#[actix_web::test]
async fn a_new_position_comes_after_all_that_are_there() {
    let app = TestApp::start().await;
    let topic = app.topic("llama").await;
    let ranked = json!({"slug": "far", "statement": "Far.", "rank": 7});
    app.post(&topic.path("/positions"), ranked).await.expect(201);

    let last = topic.position("last").await;
    let highest = json!({"slug": "highest", "statement": "Highest.", "rank": i32::MAX});
    app.post(&topic.path("/positions"), highest).await.expect(201);
    let beside = topic.position("beside").await;

    assert_eq!(last.number_at("/rank"), 8);
    assert_eq!(beside.number_at("/rank"), i64::from(i32::MAX));
}

#[actix_web::test]
async fn replacing_a_position_keeps_its_rank_unless_one_is_given() {
    let app = TestApp::start().await;
    let topic = app.topic("llama").await;
    topic.position("first").await;
    topic.position("second").await;
    let path = topic.path("/positions/first");

    let kept = app.put(&path, json!({"statement": "Still first."})).await.expect(200);
    let moved = app.put(&path, json!({"statement": "Still first.", "rank": 9})).await.expect(200);

    assert_eq!(kept.number_at("/rank"), 0);
    assert_eq!(moved.number_at("/rank"), 9);
}

#[actix_web::test]
async fn putting_under_a_free_slug_makes_a_position_after_the_others() {
    let app = TestApp::start().await;
    let topic = app.topic("llama").await;
    topic.position("first").await;

    let made = app
        .put(&topic.path("/positions/second"), json!({"statement": "Second."}))
        .await
        .expect(201);

    assert_eq!(made.header("location"), Some("/v1/topics/llama/positions/second"));
    assert_eq!(made.number_at("/rank"), 1);
}

#[actix_web::test]
async fn a_slug_is_unique_within_its_topic_only() {
    let app = TestApp::start().await;
    let llama = app.topic("llama").await;
    let alpaca = app.topic("alpaca").await;
    llama.position("yes").await;

    alpaca.position("yes").await;
    let again = app.post(&llama.path("/positions"), json!({"slug": "yes", "statement": "!"})).await;
    let derived = app.post(&llama.path("/positions"), json!({"statement": "Yes."})).await;

    assert_eq!(again.problem(), (409, "slug-taken".to_owned()));
    assert_eq!(derived.expect(201).text_at("/slug"), "yes-2");
}

#[actix_web::test]
async fn a_position_is_found_below_its_own_topic_only() {
    let app = TestApp::start().await;
    let llama = app.topic("llama").await;
    let alpaca = app.topic("alpaca").await;
    let id = llama.position("yes").await.text_at("/id");

    for name in ["yes", &id] {
        app.get(&llama.path(&format!("/positions/{name}"))).await.expect(200);
        let path = alpaca.path(&format!("/positions/{name}"));
        app.get(&path).await.expect(404);
        app.patch(&path, json!({"summary": "Stolen."})).await.expect(404);
        app.delete(&path).await.expect(404);
    }
    assert_eq!(app.get(&llama.path("/positions/yes")).await.at("/summary"), json!(""));
}

#[actix_web::test]
async fn a_position_of_a_topic_that_is_not_there_is_not_made() {
    let app = TestApp::start().await;

    let answer = app.post("/v1/topics/nowhere/positions", json!({"statement": "Yes."})).await;

    assert_snapshot!(answer, @r#"
    404 application/problem+json
    {
      "code": "not-found",
      "detail": "There is no topic `nowhere` here.",
      "instance": "/v1/topics/nowhere/positions",
      "request_id": "[request]",
      "status": 404,
      "title": "There is nothing at this address",
      "type": "/problems/not-found"
    }
    "#);
}
