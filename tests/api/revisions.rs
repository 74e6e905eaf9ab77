//! Revisions: every change in a topic advances the one tag of its lists and views, and no other
//! topic waits for it.

use std::time::Duration;

use debatebase::db::Conn;
use diesel_async::SimpleAsyncConnection;
use serde_json::json;
use tokio::time::{sleep, timeout};

use crate::support::{TestApp, kinds, somebody_waits};

/// Longer than anything here takes, unless it waits for what does not come.
const PATIENCE: Duration = Duration::from_secs(20);

#[actix_web::test]
async fn every_change_in_a_topic_advances_its_revision() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    let mut revision = topic.revision().await;

    for kind in kinds().into_iter().filter(|kind| kind.list.contains("llama")) {
        let made = app.post(kind.list, kind.put.clone()).await.expect(201);
        let made = made.header("location").unwrap().to_owned();
        for change in ["made", "put", "replaced", "patched", "deleted"] {
            match change {
                "made" => {}
                "put" => drop(app.put(&kind.free_path(), kind.put.clone()).await.expect(201)),
                "replaced" => drop(app.put(&kind.path(), kind.put.clone()).await.expect(200)),
                "patched" => drop(app.patch(&kind.path(), kind.patch.clone()).await.expect(200)),
                _ => drop(app.delete(&made).await.expect(204)),
            }
            let now = topic.revision().await;
            assert!(now > revision, "{} was {change}: {now}", kind.list);
            revision = now;
        }
    }
    app.patch("/v1/topics/llama", json!({"title": "New?"})).await.expect(200);
    assert!(topic.revision().await > revision);
}

#[actix_web::test]
async fn the_lists_and_views_of_a_topic_have_one_tag() {
    let app = TestApp::start().await;
    let topic = app.debate().await;

    let revision = format!("\"{}\"", topic.revision().await);
    for list in [
        "/positions",
        "/arguments",
        "/relations?limit=1",
        "/citations",
        "/outline",
        "/outline?depth=0",
        "/graph",
    ] {
        let answer = app.get(&topic.path(list)).await.expect(200);
        assert_eq!(answer.etag(), revision, "{list}");
        app.get(&topic.path(list)).if_none_match(&revision).await.expect(304);
    }
    app.patch("/v1/topics/llama/arguments/safe", json!({"body": "New."})).await.expect(200);
    for list in ["/positions", "/citations", "/outline", "/graph"] {
        app.get(&topic.path(list)).if_none_match(&revision).await.expect(200);
    }
}

#[actix_web::test]
async fn putting_what_is_there_changes_nothing() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    for kind in kinds() {
        app.put(&kind.path(), kind.put.clone()).await.expect(200);
    }
    let revision = topic.revision().await;

    for kind in kinds() {
        let before = app.get(&kind.path()).await.expect(200);
        let put = app.put(&kind.path(), kind.put.clone()).await.expect(200);
        let patch = app.patch(&kind.path(), json!({})).await.expect(200);
        assert_eq!(put.json(), before.json());
        assert_eq!(patch.json(), before.json());
        assert_eq!(put.etag(), before.etag());
    }
    assert_eq!(topic.revision().await, revision);
}

#[actix_web::test]
async fn patching_what_is_there_already_changes_nothing() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    for kind in kinds() {
        app.patch(&kind.path(), kind.patch.clone()).await.expect(200);
    }
    let revision = topic.revision().await;

    for kind in kinds() {
        let again = app.patch(&kind.path(), kind.patch.clone()).await.expect(200);
        assert_eq!(again.number_at("/version"), 2);
    }
    assert_eq!(topic.revision().await, revision);
}

#[actix_web::test]
async fn a_refused_change_advances_nothing() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    let revision = topic.revision().await;

    app.delete(&topic.path("/arguments/cheap")).await.expect(409);
    app.post(&topic.path("/positions"), json!({"slug": "yes", "statement": "!"})).await.expect(409);
    app.patch(&topic.path("/relations/risk"), json!({"premises": []})).await.expect(422);

    assert_eq!(topic.revision().await, revision);
}

#[actix_web::test]
async fn a_change_in_one_topic_is_none_in_another() {
    let app = TestApp::start().await;
    let llama = app.debate().await;
    let alpaca = app.topic("alpaca").await;
    let revision = llama.revision().await;

    alpaca.position("yes").await;

    assert_eq!(llama.revision().await, revision);
}

/// Locks a topic as a writer does, in a transaction that stays open.
async fn hold(app: &TestApp, slug: &str) -> Conn {
    let mut holder = app.connection().await;
    let lock = format!("begin; select from topics where slug = '{slug}' for no key update");
    holder.batch_execute(&lock).await.unwrap();
    holder
}

#[actix_web::test]
async fn writers_of_different_topics_do_not_wait_for_each_other() {
    let app = TestApp::start().await;
    app.debate().await;
    let alpaca = app.topic("alpaca").await;
    let holder = hold(&app, "llama").await;

    let writes = async {
        alpaca.position("yes").await;
        alpaca.argument("why").await;
        alpaca.relation("so", "supports", &["why"], json!({"position": "yes"})).await;
        alpaca.citation("quote", "text", "Nobody", json!({"argument": "why"})).await;
        app.topic("vicuna").await;
    };

    timeout(PATIENCE, writes).await.expect("a writer waited for another topic");
    drop(holder);
}

#[actix_web::test]
async fn readers_do_not_wait_for_a_writer() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    let holder = hold(&app, "llama").await;

    let reads = async {
        for kind in kinds() {
            app.get(&kind.path()).await.expect(200);
            app.get(kind.list).await.expect(200);
        }
        app.get(&topic.path("/outline")).await.expect(200);
    };

    timeout(PATIENCE, reads).await.expect("a reader waited for a writer");
    drop(holder);
}

#[actix_web::test]
async fn writers_of_one_topic_take_turns() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    let mut holder = hold(&app, "llama").await;

    let waiting = actix_web::rt::spawn(
        app.patch(&topic.path("/positions/yes"), json!({"summary": "Later."})).into_future(),
    );
    somebody_waits(&mut holder).await;
    assert!(!waiting.is_finished());
    let unchanged = app.get(&topic.path("/positions/yes")).await.expect(200);
    holder.batch_execute("commit").await.unwrap();
    let changed = timeout(PATIENCE, waiting).await.expect("it still waits").unwrap().expect(200);

    assert_eq!(unchanged.number_at("/version"), 1);
    assert_eq!(changed.number_at("/version"), 2);
}

#[actix_web::test]
async fn a_request_that_is_given_up_is_finished_all_the_same() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    let mut holder = hold(&app, "llama").await;

    let waiting = actix_web::rt::spawn(
        app.patch(&topic.path("/positions/yes"), json!({"summary": "Later."})).into_future(),
    );
    somebody_waits(&mut holder).await;
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    holder.batch_execute("commit").await.unwrap();

    let written = async {
        while app.get(&topic.path("/positions/yes")).await.number_at("/version") == 1 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, written).await.expect("the change was cut off");
}
