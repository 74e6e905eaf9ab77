//! Outlines that are kept in the database, ready to be sent: nobody can tell them from new ones.

use std::time::Duration;

use debatebase::db::Conn;
use diesel::sql_types::{BigInt, Binary, Integer};
use diesel::{OptionalExtension, QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use serde_json::json;
use tokio::time::sleep;

use crate::support::{Answer, TestApp};

const OUTLINE: &str = "/v1/topics/llama/outline";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    revision: i64,
}

async fn stored(conn: &mut Conn) -> Option<i64> {
    let row: Option<Row> =
        sql_query("select revision from outlines").get_result(conn).await.optional().unwrap();
    row.map(|row| row.revision)
}

/// Asks until an outline of the newest revision is stored.
async fn ready(app: &TestApp) -> Answer {
    let mut conn = app.connection().await;
    let outline = app.get(OUTLINE).await.expect(200);
    let newest = outline.json()["revision"].as_i64().unwrap();
    for _ in 0..200 {
        app.get(OUTLINE).await.expect(200);
        if stored(&mut conn).await == Some(newest) {
            return outline;
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("no outline was stored");
}

/// Puts another text in the place of the one that is stored.
async fn forge(conn: &mut Conn, text: &str) {
    let packed = zstd::encode_all(text.as_bytes(), 3).unwrap();
    sql_query("update outlines set packed = $1, length = $2")
        .bind::<Binary, _>(packed)
        .bind::<Integer, _>(i32::try_from(text.len()).unwrap())
        .execute(conn)
        .await
        .unwrap();
}

#[actix_web::test]
async fn an_outline_that_is_asked_for_again_is_sent_from_where_it_was_stored_byte_for_byte() {
    let app = TestApp::start().await;
    app.debate().await;
    let made = ready(&app).await;

    let again = app.get(OUTLINE).await.expect(200);

    assert_eq!(made.bytes(), again.bytes());
    for header in ["etag", "content-type", "cache-control", "vary"] {
        assert_eq!(made.header(header), again.header(header), "{header}");
    }
    app.get(OUTLINE).if_none_match(again.etag()).await.expect(304);

    // It is that one, indeed.
    forge(&mut app.connection().await, "{\"topic\":\"forged\"}").await;
    assert_eq!(app.get(OUTLINE).await.text(), "{\"topic\":\"forged\"}");
}

#[actix_web::test]
async fn an_outline_that_is_asked_for_once_between_two_changes_is_not_stored() {
    let app = TestApp::start().await;
    app.debate().await;
    for number in 0..3 {
        app.get(OUTLINE).await.expect(200);
        let claim = format!("Reason {number}");
        app.post("/v1/topics/llama/arguments", json!({"claim": claim})).await.expect(201);
    }
    sleep(Duration::from_millis(50)).await;

    assert_eq!(stored(&mut app.connection().await).await, None);
}

#[actix_web::test]
async fn a_stored_outline_is_not_shown_once_something_in_its_topic_has_changed() {
    let app = TestApp::start().await;
    app.debate().await;
    ready(&app).await;

    app.post("/v1/topics/llama/arguments", json!({"claim": "It is news."})).await.expect(201);
    assert!(app.get(OUTLINE).await.text().contains("It is news."));

    ready(&app).await;
    app.patch("/v1/topics/llama", json!({"title": "Another title"})).await.expect(200);
    assert_eq!(app.get(OUTLINE).await.json()["topic"]["title"], "Another title");

    ready(&app).await;
    app.patch("/v1/topics/llama", json!({"status": "draft"})).await.expect(200);
    app.without_key().get(OUTLINE).await.expect(404);
    ready(&app).await;
    app.without_key().get(OUTLINE).await.expect(404);

    app.delete("/v1/topics/llama").await.expect(204);
    app.get(OUTLINE).await.expect(404);
    assert_eq!(stored(&mut app.connection().await).await, None);
}

#[actix_web::test]
async fn what_another_build_of_the_program_stored_and_what_is_broken_is_not_shown() {
    let app = TestApp::start().await;
    app.debate().await;
    let made = ready(&app).await;
    let mut conn = app.connection().await;
    for damage in ["build = build + 1", "length = length - 1", "packed = 'not packed'"] {
        sql_query(format!("update outlines set {damage}")).execute(&mut conn).await.unwrap();

        assert_eq!(app.get(OUTLINE).await.expect(200).bytes(), made.bytes(), "{damage}");
    }
}

#[actix_web::test]
async fn a_part_of_an_outline_is_made_of_what_is_there() {
    let app = TestApp::start().await;
    app.debate().await;
    ready(&app).await;
    forge(&mut app.connection().await, "{\"topic\":\"forged\"}").await;

    for part in ["?depth=0", "?fields=topic", "?root=position:yes"] {
        let answer = app.get(&format!("{OUTLINE}{part}")).await;
        assert!(!answer.text().contains("forged"), "{part}: {}", answer.text());
    }
}
