//! Archived topics: readable, and closed to changes.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{TestApp, kinds};

/// Given the debate `llama`, archived.
async fn archived() -> TestApp {
    let app = TestApp::start().await;
    app.debate().await;
    app.patch("/v1/topics/llama", json!({"status": "archived"})).await.expect(200);
    app
}

#[actix_web::test]
async fn an_archived_topic_stays_readable() {
    let app = archived().await;

    for kind in kinds() {
        app.get(&kind.path()).await.expect(200);
        app.get(kind.list).await.expect(200);
    }
    app.get("/v1/topics/llama/graph").await.expect(200);
}

#[actix_web::test]
async fn an_archived_topic_refuses_every_change_below_it() {
    let app = archived().await;
    let before = app.get("/v1/topics/llama/positions").await;

    let below = kinds().into_iter().filter(|kind| kind.list.starts_with("/v1/topics/llama/"));
    for kind in below {
        for answer in [
            app.post(kind.list, kind.put.clone()).await,
            app.put(&kind.path(), kind.put.clone()).await,
            app.put(&kind.free_path(), kind.put.clone()).await,
            app.patch(&kind.path(), kind.patch.clone()).await,
            app.delete(&kind.path()).await,
            app.delete(&kind.path()).if_match("\"1\"").await,
        ] {
            assert_eq!(answer.problem(), (409, "topic-archived".to_owned()), "{answer}");
        }
    }
    assert_eq!(app.get("/v1/topics/llama/positions").await.etag(), before.etag());
}

#[actix_web::test]
async fn an_archived_topic_refuses_changes_to_itself() {
    let app = archived().await;

    for answer in [
        app.put("/v1/topics/llama", json!({"title": "New", "status": "archived"})).await,
        app.patch("/v1/topics/llama", json!({"title": "New"})).await,
        app.patch("/v1/topics/llama", json!({"title": "New", "status": "archived"})).await,
        app.delete("/v1/topics/llama").await,
    ] {
        assert_eq!(answer.problem(), (409, "topic-archived".to_owned()), "{answer}");
    }
    let answer = app.delete("/v1/topics/llama").await;
    assert_snapshot!(answer, @r#"
    409 application/problem+json
    {
      "code": "topic-archived",
      "detail": "The topic `llama` is archived and takes no changes.",
      "instance": "/v1/topics/llama",
      "request_id": "[request]",
      "status": 409,
      "title": "The topic is archived",
      "type": "/problems/topic-archived"
    }
    "#);
}

#[actix_web::test]
async fn asking_an_archived_topic_for_no_change_is_no_conflict() {
    let app = archived().await;

    let answer = app.patch("/v1/topics/llama", json!({"status": "archived"})).await.expect(200);

    assert_eq!(answer.number_at("/version"), 2);
}

#[actix_web::test]
async fn a_topic_is_taken_out_of_the_archive_by_its_status() {
    let app = archived().await;

    app.patch("/v1/topics/llama", json!({"status": "published", "title": "New"})).await.expect(200);

    let patch = json!({"summary": "Changed."});
    app.patch("/v1/topics/llama/positions/yes", patch).await.expect(200);
}

#[actix_web::test]
async fn a_new_text_moves_the_quotes_of_archived_topics_too() {
    let app = archived().await;
    let path = "/v1/topics/llama/citations/price";
    let text = app.get("/v1/sources/text/text").await.text().to_owned();

    let longer = json!({"text": format!("So it is. {text}")});
    app.patch("/v1/sources/text", longer).await.expect(200);

    assert_eq!(app.get(path).await.number_at("/start"), 10);
    let orphaning = app.patch("/v1/sources/text", json!({"text": "Gone."})).await;
    assert_eq!(orphaning.problem(), (409, "quotes-orphaned".to_owned()));
}

#[actix_web::test]
async fn a_source_that_an_archived_topic_quotes_is_not_deleted() {
    let app = archived().await;

    let plain = app.delete("/v1/sources/text").await;
    let cascade = app.delete("/v1/sources/text?cascade=true").await;

    assert_eq!(plain.problem(), (409, "in-use".to_owned()));
    assert_eq!(cascade.problem(), (409, "topic-archived".to_owned()));
    app.get("/v1/topics/llama/citations/price").await.expect(200);
}
