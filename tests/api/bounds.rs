//! Bounds: how large a request may be, how long it may take, and who it may keep waiting.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use actix_web::http::Method;
use actix_web::{HttpServer, rt};
use debatebase::app;
use debatebase::db::{Db, Patience};
use debatebase::http::body;
use debatebase::http::problem::Problem;
use debatebase::metrics::Work;
use diesel::sql_query;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use serde_json::json;

use crate::support::{TestApp, nobody_waits, somebody_waits};

#[actix_web::test]
async fn each_address_takes_bodies_as_large_as_its_records_can_be() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    let padded = |size: usize| [b"{}".to_vec(), vec![b' '; size - 2]].concat();

    for (path, largest) in [
        ("/v1/topics", body::LIMIT),
        ("/v1/topics/llama/positions", body::LIMIT),
        ("/v1/topics/llama/relations", body::LIMIT),
        ("/v1/topics/llama/citations", body::LIMIT),
        ("/v1/topics/llama/arguments", body::LARGEST),
        ("/v1/sources", body::LARGEST),
    ] {
        let send = |size| app.ask(Method::POST, path).body("application/json", padded(size));
        send(largest).await.expect(422);
        let answer = send(largest + 1).await;
        assert_eq!(answer.problem(), (413, "body-too-large".to_owned()), "{path}");
    }
}

#[actix_web::test]
async fn the_largest_valid_records_fit() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    // Each of these characters is written as twelve: the longest way that there is.
    let escaped = |length: usize| "\\ud83e\\udd99".repeat(length);
    let origin = format!("{{\"format\": \"aif\", \"rest\": \"{}\"}}", "x".repeat(990_000));
    let topic = format!(
        "{{\"title\": \"{}\", \"summary\": \"{}\", \"origin\": {origin}}}",
        escaped(1_000),
        escaped(50_000)
    );

    let answer = app.ask(Method::POST, "/v1/topics").body("application/json", topic).await;

    assert_ne!(answer.status(), 413, "{answer}");
}

#[actix_web::test]
async fn a_query_string_that_is_too_long_is_refused() {
    let app = TestApp::start().await;

    for path in ["/v1/topics", "/v1/topics/nowhere", "/health/live"] {
        let answer = app.get(&format!("{path}?q={}", "a".repeat(60_000))).await;
        assert_eq!(answer.problem(), (414, "uri-too-long".to_owned()), "{path}");
    }
    let answer = app.get(&format!("/v1/topics?cursor={}", "a".repeat(1_000))).await;
    assert_eq!(answer.problem(), (409, "bad-cursor".to_owned()));
}

/// Sends a request over a real socket and gives what comes back until the server closes.
async fn over_tcp(app: &TestApp, request: String) -> String {
    let state = app.state().clone();
    let server = HttpServer::new(move || app::build(&state)).workers(1).disable_signals();
    let server = server.bind(("127.0.0.1", 0)).unwrap();
    let address = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    let running = rt::spawn(server);
    let exchange = rt::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    });
    let answer = exchange.await.unwrap();
    handle.stop(false).await;
    running.await.unwrap().unwrap();
    answer
}

/// The head of a request whose body never ends.
fn unending(app: &TestApp) -> String {
    format!(
        "POST /v1/topics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{\"title\":",
        app.key()
    )
}

#[actix_web::test]
async fn a_body_that_does_not_end_is_not_waited_for() {
    let app = TestApp::with_settings(&["--body-timeout=1"]).await;

    let answer = over_tcp(&app, unending(&app)).await;

    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
    assert!(answer.contains("did not end within 1 seconds"), "{answer}");
}

#[actix_web::test]
async fn a_request_that_takes_too_long_is_told_how_to_find_out_what_became_of_it() {
    let app = TestApp::with_settings(&["--request-timeout=1", "--rate-limit-write=9/60"]).await;

    let answer = over_tcp(&app, unending(&app)).await;

    assert!(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{answer}");
    for part in [
        "content-type: application/problem+json\r\n",
        "retry-after: 5\r\n",
        "x-request-id: ",
        "ratelimit: \"write\";r=8;t=7\r\n",
        "\"code\":\"deadline-exceeded\"",
        "\"instance\":\"/v1/topics\"",
        "Idempotency-Key",
    ] {
        assert!(answer.contains(part), "{part} is not in\n{answer}");
    }
}

#[actix_web::test]
async fn a_change_that_waits_for_others_too_long_is_given_up_whole() {
    let app = TestApp::with_settings(&["--request-timeout=4"]).await;
    app.topic("llama").await;
    let mut other = app.connection().await;
    other.batch_execute("begin; select from topics for update").await.unwrap();

    let answer = app.patch("/v1/topics/llama", json!({"summary": "Mine."})).await;
    other.batch_execute("commit").await.unwrap();

    assert_eq!(answer.problem(), (503, "unavailable".to_owned()));
    assert_eq!(answer.header("retry-after"), Some("2"));
    assert!(answer.text_at("/detail").contains("Nothing was changed"), "{answer}");
    assert_eq!(app.get("/v1/topics/llama").await.number_at("/version"), 1);
}

#[actix_web::test]
async fn a_statement_that_takes_too_long_is_given_up() {
    let app = TestApp::start().await;
    let second = Duration::from_secs(1);
    let patience = Patience { statement: second, lock: second };
    let db = Db::for_requests(&app.database_url(), 4, 0, patience).unwrap();

    let read: Result<(), Problem> = db
        .alone(Work::LongRead, async |conn| {
            sql_query("select pg_sleep(60)").execute(conn).await?;
            Ok(())
        })
        .await;

    assert_eq!(read.unwrap_err().code().slug(), "unavailable");
    db.close();
}

#[actix_web::test]
async fn who_waits_for_a_connection_is_told_to_come_again() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    // One connection for reads to share, and one for everything else.
    let db = Db::new(&app.database_url(), 2).unwrap();
    let holder = db.clone();
    let held = rt::spawn(async move {
        let never = async |_: &mut _| std::future::pending::<Result<(), Problem>>().await;
        holder.alone(Work::LongRead, never).await
    });
    rt::task::yield_now().await;
    rt::time::sleep(Duration::from_millis(200)).await;

    let waited = db.alone(Work::LongRead, async |_| Ok(())).await;

    let problem = waited.unwrap_err();
    assert_eq!(problem.code().slug(), "unavailable");
    held.abort();
    _ = held.await;
    // What was held is given back.
    db.alone(Work::LongRead, async |_| Ok(())).await.unwrap();
    db.close();
}

#[actix_web::test]
async fn a_read_that_nobody_waits_for_is_cancelled_and_hits_nobody_else() {
    let app = TestApp::start().await;
    app.debate().await;
    let (mut other, mut watcher) = (app.connection().await, app.connection().await);
    other.batch_execute("begin; lock table topics in access exclusive mode").await.unwrap();

    for path in [
        "/v1/topics/llama/outline?depth=9",
        "/v1/topics/llama/graph",
        "/v1/topics?count=exact",
        "/v1/topics/llama/arguments?count=exact",
        "/v1/sources/text/citations",
    ] {
        let read = rt::spawn(app.get(path).into_future());
        somebody_waits(&mut watcher).await;
        read.abort();
        nobody_waits(&mut watcher).await;
    }
    other.batch_execute("commit").await.unwrap();
    for _ in 0..50 {
        app.get("/v1/topics/llama/outline").await.expect(200);
    }
}
