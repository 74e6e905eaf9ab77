//! Changes that are sent again: made once, and answered alike.

use actix_web::http::Method;
use diesel::sql_query;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use futures_util::future::join_all;
use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Ask, TestApp, kinds, somebody_waits};

impl Ask {
    /// Under this name.
    fn named(self, name: &str) -> Self {
        self.header("idempotency-key", name)
    }
}

#[actix_web::test]
async fn a_change_of_any_kind_that_is_sent_again_is_given_its_first_answer() {
    let app = TestApp::start().await;
    app.debate().await;

    // The topic comes last: what is in it goes with it.
    for kind in kinds().into_iter().rev() {
        let (path, free) = (kind.path(), kind.free_path());
        // A record of its own, which nothing else uses, to be deleted.
        let spare = format!("{}/spare", kind.list);
        app.put(&spare, kind.put.clone()).await.expect(201);
        for (method, path, body) in [
            (Method::POST, kind.list, Some(kind.put.clone())),
            (Method::PUT, &free, Some(kind.put.clone())),
            (Method::PATCH, &path, Some(kind.patch.clone())),
            (Method::DELETE, &spare, None),
        ] {
            let send = || {
                let ask = app.ask(method.clone(), path).named("once");
                match &body {
                    Some(body) => ask.body("application/json", body.to_string()),
                    None => ask,
                }
            };
            sql_query("delete from kept_answers")
                .execute(&mut app.connection().await)
                .await
                .unwrap();

            let first = send().await;
            let again = send().await;

            assert!((200..300).contains(&first.status()), "{method} {path}: {first}");
            assert_eq!(again.header("idempotency-replayed"), Some("true"), "{method} {path}");
            assert_eq!(first.header("idempotency-replayed"), None);
            assert_eq!(again.status(), first.status());
            assert_eq!(again.text(), first.text());
            for name in ["etag", "location", "content-type"] {
                assert_eq!(again.header(name), first.header(name), "{name} of {method} {path}");
            }
        }
    }
}

#[actix_web::test]
async fn a_change_that_is_sent_again_is_made_once() {
    let app = TestApp::start().await;
    let new = json!({"title": "Is it right?"});

    let first = app.post("/v1/topics", new.clone()).named("\"open-it\"").await.expect(201);
    let again = app.post("/v1/topics", new.clone()).named("open-it").await.expect(201);
    let other = app.post("/v1/topics", new).named("open-another").await.expect(201);

    assert_eq!(again.text(), first.text());
    assert_ne!(other.text_at("/id"), first.text_at("/id"));
    assert_eq!(app.get("/v1/topics?count=exact").await.number_at("/page/total"), 2);
}

#[actix_web::test]
async fn fifty_sends_at_once_make_one_change() {
    let app = TestApp::start().await;
    let new = json!({"title": "Is it right?"});

    let sent = (0..50).map(|_| app.post("/v1/topics", new.clone()).named("once").into_future());
    let answers = join_all(sent).await;

    for answer in &answers {
        match answer.status() {
            201 => assert_eq!(answer.text_at("/slug"), "is-it-right"),
            _ => {
                assert_eq!(answer.problem(), (409, "still-running".to_owned()));
                assert_eq!(answer.header("retry-after"), Some("2"));
            }
        }
    }
    let first = answers
        .iter()
        .filter(|answer| answer.status() == 201 && answer.header("idempotency-replayed").is_none());
    assert_eq!(first.count(), 1);
    assert_eq!(app.get("/v1/topics?count=exact").await.number_at("/page/total"), 1);
    app.post("/v1/topics", new).named("once").await.expect(201);
}

#[actix_web::test]
async fn while_the_first_still_runs_another_is_told_to_wait() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    let mut conn = app.connection().await;
    conn.batch_execute("begin; select 1 from topics for update").await.unwrap();

    let patch = json!({"summary": "Changed."});
    let first = app.patch("/v1/topics/llama", patch.clone()).named("once").into_future();
    let first = actix_web::rt::spawn(first);
    somebody_waits(&mut app.connection().await).await;
    let second = app.patch("/v1/topics/llama", patch.clone()).named("once").await;
    conn.batch_execute("commit").await.unwrap();

    assert_eq!(second.problem(), (409, "still-running".to_owned()));
    let first = first.await.unwrap().expect(200);
    let third = app.patch("/v1/topics/llama", patch).named("once").await.expect(200);
    assert_eq!((third.text(), third.number_at("/version")), (first.text(), 2));
}

#[actix_web::test]
async fn another_request_under_the_same_name_is_refused() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    let title = |title: &str| json!({"title": title});
    app.post("/v1/topics", title("Is it right?")).named("once").await.expect(201);

    for other in [
        app.post("/v1/topics", title("Is it wrong?")).named("once"),
        app.post("/v1/sources", title("Is it right?")).named("once"),
        app.put("/v1/topics/llama", title("Is it right?")).named("once"),
        app.delete("/v1/topics/llama").named("once"),
        app.post("/v1/topics", title("Is it right?")).named("once").if_match("\"1\""),
    ] {
        assert_eq!(other.await.problem(), (422, "idempotency-key-reused".to_owned()));
    }
    let answer = app.delete("/v1/topics/llama").named("once").await;
    assert_snapshot!(answer, @r#"
    422 application/problem+json
    {
      "code": "idempotency-key-reused",
      "detail": "This `Idempotency-Key` was sent with another request within the last 24 hours.",
      "instance": "/v1/topics/llama",
      "request_id": "[request]",
      "status": 422,
      "title": "Another request had this Idempotency-Key",
      "type": "/problems/idempotency-key-reused"
    }
    "#);
}

#[actix_web::test]
async fn a_change_that_was_refused_is_tried_anew() {
    let app = TestApp::start().await;
    let new = json!({"statement": "It is right."});

    app.post("/v1/topics/llama/positions", new.clone()).named("once").await.expect(404);
    app.topic("llama").await;

    app.post("/v1/topics/llama/positions", new).named("once").await.expect(201);
}

#[actix_web::test]
async fn names_are_the_callers_own() {
    let app = TestApp::start().await;
    let (_, key) = app.given_key(&["write"], &[]).await;
    let new = json!({"title": "Is it right?"});

    let mine = app.post("/v1/topics", new.clone()).named("once").await.expect(201);
    let theirs = app.with_key(&key).post("/v1/topics", new).named("once").await.expect(201);

    assert_ne!(mine.text_at("/id"), theirs.text_at("/id"));
}

#[actix_web::test]
async fn who_may_not_do_it_is_not_given_the_answer_either() {
    let app = TestApp::start().await;
    let (id, key) = app.given_key(&["write"], &[]).await;
    let new = json!({"title": "Is it right?"});
    app.with_key(&key).post("/v1/topics", new.clone()).named("once").await.expect(201);

    app.post(&format!("/v1/keys/{id}/revoke"), json!({})).await.expect(200);

    app.with_key(&key).post("/v1/topics", new).named("once").await.expect(401);
}

#[actix_web::test]
async fn who_deleted_the_topic_of_a_key_is_told_so_again() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    let (_, key) = app.given_key(&["write"], &["llama"]).await;
    let bound = app.with_key(&key);

    bound.delete("/v1/topics/llama").named("once").await.expect(204);
    let again = bound.delete("/v1/topics/llama").named("once").await.expect(204);

    assert_eq!(again.header("idempotency-replayed"), Some("true"));
}

#[actix_web::test]
async fn an_answer_is_kept_for_a_day() {
    let app = TestApp::start().await;
    let new = json!({"title": "Is it right?"});
    let age = async |by: &str| {
        let age = format!("update kept_answers set created_at = created_at - interval '{by}'");
        sql_query(age).execute(&mut app.connection().await).await.unwrap();
    };
    let first = app.post("/v1/topics", new.clone()).named("once").await.expect(201);

    age("23 hours 59 minutes").await;
    let same = app.post("/v1/topics", new.clone()).named("once").await.expect(201);
    assert_eq!(debatebase::access::forget_old_answers(app.db()).await.unwrap(), 0);
    age("1 minute").await;
    let anew = app.post("/v1/topics", new).named("once").await.expect(201);

    assert_eq!(same.text_at("/id"), first.text_at("/id"));
    assert_ne!(anew.text_at("/id"), first.text_at("/id"));
    age("1 day").await;
    assert_eq!(debatebase::access::forget_old_answers(app.db()).await.unwrap(), 1);
}

#[actix_web::test]
async fn what_is_no_name_is_refused() {
    let app = TestApp::start().await;

    for name in ["", "\"\"", "two words", "a,b", "\"open", "a\\b", &"x".repeat(256)] {
        let answer = app.post("/v1/topics", json!({"title": "Is it right?"})).named(name).await;
        assert_eq!(answer.problem(), (400, "bad-header".to_owned()), "{name}");
        assert_eq!(answer.faults(), [("idempotency-key".to_owned(), "bad-format".to_owned())]);
    }
    // A read needs none, and takes no notice of one.
    app.get("/v1/topics").named("two words").await.expect(200);
}

#[actix_web::test]
async fn a_key_is_shown_once_also_to_those_who_ask_again() {
    let app = TestApp::start().await;
    let new = json!({"label": "The importer", "scopes": ["import"]});

    let first = app.post("/v1/keys", new.clone()).named("once").await.expect(201);
    let again = app.post("/v1/keys", new).named("once").await.expect(201);

    assert!(first.text_at("/key").starts_with("dbk_"));
    assert_eq!(again.at("/key"), json!(null));
    assert_eq!(again.at("/id"), first.at("/id"));
}
