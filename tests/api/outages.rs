//! When the database is away, and when it is back.

use std::time::Duration;

use actix_web::rt::time::{sleep, timeout};
use diesel::sql_query;
use diesel_async::RunQueryDsl;
use serde_json::json;

use crate::support::TestApp;

#[actix_web::test]
async fn a_service_without_its_database_lives_but_is_not_ready() {
    let app = TestApp::start().await;
    app.db().close();

    app.get("/health/live").await.expect(200);
    for path in ["/health/ready", "/v1/topics"] {
        let answer = app.get(path).await;
        assert_eq!(answer.problem(), (503, "unavailable".to_owned()), "{path}");
        assert_eq!(answer.header("retry-after"), Some("2"));
    }
}

#[actix_web::test]
async fn connections_that_were_lost_are_opened_again() {
    let app = TestApp::start().await;
    app.debate().await;
    app.get("/v1/topics/llama").await.expect(200);
    let end_all = "select pg_terminate_backend(pid) from pg_stat_activity \
                   where datname = current_database() and pid <> pg_backend_pid()";
    let ended = sql_query(end_all).execute(&mut app.connection().await).await.unwrap();
    assert!(ended >= 2, "only {ended} connections were open");

    // Until the loss is noticed, a request may be told to come again.
    let healed = async {
        loop {
            let read = app.get("/v1/topics/llama").await;
            let patch = json!({"summary": "Back again."});
            let written = app.patch("/v1/topics/llama", patch).await;
            match (read.status(), written.status()) {
                (200, 200) => break,
                (200 | 503, 200 | 503) => sleep(Duration::from_millis(5)).await,
                _ => panic!("{read}\n{written}"),
            }
        }
    };
    timeout(Duration::from_secs(20), healed).await.expect("it does not come back");
}
