//! Conditional requests: nothing is changed that has changed since it was read, and nothing is
//! sent that the client has already.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Answer, TestApp, kinds};

/// A tag that some version other than the first or second has.
const STALE: &str = "\"7\"";

fn is_412(answer: &Answer) {
    assert_eq!(answer.problem(), (412, "precondition-failed".to_owned()), "{answer}");
}

#[actix_web::test]
async fn a_stale_version_stops_every_change() {
    let app = TestApp::start().await;
    app.debate().await;

    for kind in kinds() {
        let before = app.get(&kind.path()).await.expect(200);
        for tag in [STALE, "\"0\", \"2\"", "W/\"1\"", "\"\"", "\"01\""] {
            is_412(&app.put(&kind.path(), kind.put.clone()).if_match(tag).await);
            is_412(&app.patch(&kind.path(), kind.patch.clone()).if_match(tag).await);
            is_412(&app.delete(&kind.path()).if_match(tag).await);
        }
        assert_eq!(app.get(&kind.path()).await.json(), before.json());
    }
    let answer = app.delete("/v1/topics/llama").if_match(STALE).await;
    assert_snapshot!(answer, @r#"
    412 application/problem+json
    {
      "code": "precondition-failed",
      "detail": "The record is now in version \"1\"; `If-Match` names no such strong tag.",
      "instance": "/v1/topics/llama",
      "request_id": "[request]",
      "status": 412,
      "title": "The record is not in the state that you asked for",
      "type": "/problems/precondition-failed"
    }
    "#);
}

#[actix_web::test]
async fn the_current_version_lets_a_change_pass() {
    let app = TestApp::start().await;
    app.debate().await;

    for kind in kinds() {
        let patch = app.patch(&kind.path(), kind.patch.clone()).if_match("\"1\"").await.expect(200);
        assert_eq!(patch.etag(), "\"2\"");
        let put = app.put(&kind.path(), kind.put.clone()).if_match("\"7\",\"2\"").await.expect(200);
        assert_eq!(put.etag(), "\"3\"");
        is_412(&app.patch(&kind.path(), kind.patch.clone()).if_match("\"2\"").await);
        app.patch(&kind.path(), kind.patch.clone()).if_match("*").await.expect(200);
    }
    // What is used is deleted after what uses it.
    let [topic, position, argument, relation, citation, source] = kinds();
    for kind in [citation, relation, argument, position, source, topic] {
        let is_never_used = ["llama", "price"].contains(&kind.slug);
        let query = if is_never_used { "" } else { "?cascade=true" };
        app.delete(&format!("{}{query}", kind.path())).if_match("\"4\"").await.expect(204);
        app.get(&kind.path()).await.expect(404);
    }
}

#[actix_web::test]
async fn a_condition_in_several_headers_is_one_list() {
    let app = TestApp::start().await;
    app.debate().await;
    let path = "/v1/topics/llama";

    let tags = "\"a,b\" , W/\"x\",\"1\"";
    app.patch(path, serde_json::json!({})).if_match(tags).await.expect(200);
    app.get(path).if_none_match(tags).await.expect(304);
}

#[actix_web::test]
async fn what_is_not_there_has_no_version_to_match() {
    let app = TestApp::start().await;
    app.debate().await;

    for kind in kinds() {
        for tag in ["*", "\"1\""] {
            is_412(&app.put(&kind.free_path(), kind.put.clone()).if_match(tag).await);
            app.patch(&kind.free_path(), kind.patch.clone()).if_match(tag).await.expect(404);
            app.delete(&kind.free_path()).if_match(tag).await.expect(404);
        }
        app.get(&kind.free_path()).await.expect(404);
    }
}

#[actix_web::test]
async fn a_put_may_ask_that_the_record_is_not_in_a_state() {
    let app = TestApp::start().await;
    app.debate().await;

    for kind in kinds() {
        is_412(&app.put(&kind.path(), kind.put.clone()).if_none_match("\"1\"").await);
        app.put(&kind.path(), kind.put.clone()).if_none_match("\"7\"").await.expect(200);
    }
}

#[actix_web::test]
async fn a_condition_of_nothing_is_refused_and_not_taken_for_none() {
    let app = TestApp::start().await;
    app.debate().await;

    for empty in ["", "  "] {
        let answer =
            app.patch("/v1/topics/llama", json!({"summary": "Lost."})).if_match(empty).await;
        assert_eq!(answer.problem(), (400, "bad-header".to_owned()), "{answer}");
    }
    // But a list may have empty elements.
    app.patch("/v1/topics/llama", json!({"summary": "Kept."}))
        .if_match(", \"7\" ,, \"1\",")
        .await
        .expect(200);
}

#[actix_web::test]
async fn a_put_may_ask_to_create_only() {
    let app = TestApp::start().await;
    app.debate().await;

    for kind in kinds() {
        is_412(&app.put(&kind.path(), kind.put.clone()).if_none_match("*").await);
        app.put(&kind.free_path(), kind.put.clone()).if_none_match("*").await.expect(201);
        is_412(&app.put(&kind.free_path(), kind.put.clone()).if_none_match("*").await);
        assert_eq!(app.get(&kind.path()).await.number_at("/version"), 1);
    }
}

#[actix_web::test]
async fn a_client_that_has_the_record_is_spared_it() {
    let app = TestApp::start().await;
    app.debate().await;

    for kind in kinds() {
        for tag in ["\"1\"", "W/\"1\"", "\"0\", \"1\"", "*"] {
            let answer = app.without_key().get(&kind.path()).if_none_match(tag).await;
            assert_eq!((answer.status(), answer.text(), answer.etag()), (304, "", "\"1\""));
            assert_eq!(answer.header("cache-control"), Some("public, no-cache"));
        }
        app.patch(&kind.path(), kind.patch.clone()).await.expect(200);
        let answer = app.get(&kind.path()).if_none_match("\"1\"").await.expect(200);
        assert_eq!(answer.etag(), "\"2\"");
    }
}

#[actix_web::test]
async fn a_header_that_is_no_entity_tag_is_refused() {
    let app = TestApp::start().await;
    app.debate().await;

    for bad in ["1", "\"1", "1\"", "\"1\" \"2\"", "\"1\";", "w/\"1\"", "\"1\", *"] {
        let answer = app.delete("/v1/topics/llama").if_match(bad).await;
        assert_eq!(answer.problem(), (400, "bad-header".to_owned()), "{bad}");
        let answer = app.get("/v1/topics/llama").if_none_match(bad).await;
        assert_eq!(answer.problem(), (400, "bad-header".to_owned()), "{bad}");
    }
    let answer = app.delete("/v1/topics/llama").if_match("1").await;
    assert_snapshot!(answer, @r#"
    400 application/problem+json
    {
      "code": "bad-header",
      "detail": "There is one fault, named in `errors`.",
      "errors": [
        {
          "code": "bad-format",
          "detail": "must be `*` or entity tags in double quotes, as in \"3\"",
          "header": "if-match"
        }
      ],
      "instance": "/v1/topics/llama",
      "request_id": "[request]",
      "status": 400,
      "title": "A header is not right",
      "type": "/problems/bad-header"
    }
    "#);
}

#[actix_web::test]
async fn errors_and_answers_to_changes_are_not_to_be_stored() {
    let app = TestApp::start().await;
    app.debate().await;

    let read = app.without_key().get("/v1/topics/llama").await.expect(200);
    assert_eq!(read.header("cache-control"), Some("public, no-cache"));
    let vary = read.header("vary").unwrap();
    assert!(vary.starts_with("Accept, Accept-Encoding, Authorization"), "{vary}");
    for answer in [
        app.get("/v1/topics/nowhere").await,
        app.patch("/v1/topics/llama", serde_json::json!({})).await,
        app.delete("/v1/topics/llama/citations/price").await,
    ] {
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer}");
    }
}
