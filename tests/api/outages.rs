//! When the database is away, and when it is back.

use std::cell::Cell;
use std::time::Duration;

use actix_web::rt;
use actix_web::rt::time::{sleep, timeout};
use diesel::sql_query;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use futures_util::future::{join_all, join3};
use serde_json::json;

use crate::support::{Answer, OwnPostgres, TestApp};

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

#[actix_web::test]
async fn a_database_that_takes_no_changes_is_still_read() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    let url = app.database_url();
    let name = url.rsplit('/').next().unwrap();
    // As a standby is, or a primary whose disk is full. Connections that are opened from now on
    // begin so.
    let read_only = format!("alter database {name} set default_transaction_read_only = on");
    app.connection().await.batch_execute(&read_only).await.unwrap();
    let app = app.restarted().await;

    let change = app.patch("/v1/topics/llama", json!({"summary": "Now."})).await;

    assert_eq!(change.problem(), (503, "unavailable".to_owned()));
    assert_eq!(change.text_at("/detail"), "The database takes no changes just now.");
    assert_eq!(change.header("retry-after"), Some("2"));
    app.get("/v1/topics/llama").await.expect(200);
    app.get("/v1/topics/llama/outline").await.expect(200);
}

/// What a test has seen while a database was killed and came back.
#[derive(Default)]
struct Seen {
    done: Cell<u32>,
    refused: Cell<u32>,
    /// The number in the last change that was answered as done.
    acknowledged: Cell<u32>,
    is_over: Cell<bool>,
}

impl Seen {
    fn count(&self, answer: &Answer) {
        match answer.status() {
            200 => self.done.set(self.done.get() + 1),
            503 => {
                assert_eq!(answer.header("retry-after"), Some("2"), "{answer}");
                self.refused.set(self.refused.get() + 1);
            }
            _ => panic!("{answer}"),
        }
    }

    /// Writes one number after the other.
    async fn write(&self, app: &TestApp) {
        let mut number = 0;
        while !self.is_over.get() {
            number += 1;
            let patch = json!({"summary": number.to_string()});
            let answer = app.patch("/v1/topics/llama", patch).await;
            self.count(&answer);
            if answer.status() == 200 {
                self.acknowledged.set(number);
            }
        }
    }

    async fn read(&self, app: &TestApp, path: &str) {
        while !self.is_over.get() {
            self.count(&app.get(path).await);
        }
    }

    /// Waits until some more answers were of a kind.
    async fn more(&self, of: &Cell<u32>) {
        let enough = of.get() + 30;
        let seen = async {
            while of.get() < enough {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(Duration::from_secs(60), seen).await.expect("nothing happens");
    }
}

#[actix_web::test]
async fn a_database_that_is_killed_under_load_and_comes_back_loses_nothing_that_was_answered() {
    // Tests are not durable, but this one asks for it.
    let mut postgres = OwnPostgres::start(&["synchronous_commit=on"]);
    let app = TestApp::writing_to(&postgres).await;
    app.post("/v1/topics", json!({"slug": "llama", "title": "Is it?"})).await.expect(201);
    let seen = Seen::default();

    let story = async {
        seen.more(&seen.done).await;
        postgres.kill();
        seen.more(&seen.refused).await;
        let before = seen.acknowledged.get();
        let _postgres = rt::task::spawn_blocking(move || {
            postgres.start_again();
            postgres
        })
        .await
        .unwrap();
        seen.more(&seen.done).await;
        while seen.acknowledged.get() == before {
            sleep(Duration::from_millis(5)).await;
        }
        seen.is_over.set(true);
        _postgres
    };
    let reads = ["", "/outline", "/graph", "/positions?count=exact"]
        .map(|part| format!("/v1/topics/llama{part}"));
    let reads = join_all(reads.iter().map(|path| seen.read(&app, path)));
    let (_postgres, (), _) = join3(story, seen.write(&app), reads).await;

    let topic = app.get("/v1/topics/llama").await.expect(200);
    assert_eq!(topic.text_at("/summary"), seen.acknowledged.get().to_string());
    app.db().close();
}
