//! How often one client may ask, and how it is told.

use actix_web::http::Method;
use debatebase::access::key::Key;
use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Answer, TestApp};

/// What an answer says of a limit.
fn standing(answer: &Answer) -> (Option<&str>, Option<&str>) {
    (answer.header("ratelimit-policy"), answer.header("ratelimit"))
}

#[actix_web::test]
async fn every_answer_says_how_much_is_left() {
    let app = TestApp::with_settings(&["--rate-limit-read", "600/60"]).await;

    let first = app.get("/v1/topics").await.expect(200);
    let second = app.get("/v1/topics/nowhere").await.expect(404);

    assert_eq!(standing(&first), (Some("\"read\";q=600;w=60"), Some("\"read\";r=599;t=1")));
    assert_eq!(standing(&second), (Some("\"read\";q=600;w=60"), Some("\"read\";r=598;t=1")));
}

#[actix_web::test]
async fn who_asks_too_often_is_told_when_to_come_again() {
    let app = TestApp::with_settings(&["--rate-limit-read", "2/1000"]).await;
    app.get("/v1/topics").await.expect(200);
    app.get("/v1/topics").await.expect(200);

    let answer = app.get("/v1/topics").await;

    assert_eq!(answer.problem(), (429, "too-many-requests".to_owned()));
    let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((400..=500).contains(&wait), "{wait}");
    assert_eq!(standing(&answer), (Some("\"read\";q=2;w=1000"), Some("\"read\";r=0;t=1000")));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[actix_web::test]
async fn reads_writes_and_imports_are_counted_apart() {
    let app = TestApp::with_settings(&[
        "--rate-limit-read=1/1000",
        "--rate-limit-write=1/1000",
        "--rate-limit-import=1/1000",
    ])
    .await;

    app.get("/v1/topics").await.expect(200);
    app.ask(Method::HEAD, "/v1/topics").await.expect(429);
    app.post("/v1/topics", json!({"title": "Is it?"})).await.expect(201);
    app.delete("/v1/topics/is-it").await.expect(429);
    let import = app.post("/v1/imports", json!({})).await;
    assert_eq!(import.header("ratelimit-policy"), Some("\"import\";q=1;w=1000"));
    app.get("/v1/imports/1").await.expect(429);
}

#[actix_web::test]
async fn addresses_are_counted_apart_and_networks_of_ipv6_together() {
    let app = TestApp::with_settings(&["--rate-limit-read=1/1000"]).await.without_key();
    let ask = |from: &str| app.get("/v1/topics").from(from);

    ask("192.0.2.1:1000").await.expect(200);
    ask("192.0.2.1:2000").await.expect(429);
    ask("[::ffff:192.0.2.1]:1000").await.expect(429);
    ask("192.0.2.2:1000").await.expect(200);
    ask("[2001:db8:1:2::3]:1000").await.expect(200);
    ask("[2001:db8:1:2:ffff::4]:1000").await.expect(429);
    ask("[2001:db8:1:3::3]:1000").await.expect(200);
}

#[actix_web::test]
async fn the_client_behind_a_proxy_is_counted_if_the_proxy_is_trusted() {
    let app =
        TestApp::with_settings(&["--rate-limit-read=1/1000", "--trusted-proxies=10.0.0.0/8"]).await;
    let app = app.without_key();
    let ask = |from: &str, forwarded: &str| {
        app.get("/v1/topics").from(from).header("x-forwarded-for", forwarded)
    };

    ask("10.0.0.1:1000", "192.0.2.1").await.expect(200);
    ask("10.0.0.2:1000", "192.0.2.1").await.expect(429);
    ask("10.0.0.1:1000", "192.0.2.2, 10.0.0.2").await.expect(200);
    // What a client says of itself stands before what the proxy says of it.
    ask("10.0.0.1:1000", "203.0.113.77, 192.0.2.1").await.expect(429);
    // Nobody else is believed.
    ask("192.0.2.9:1000", "203.0.113.1").await.expect(200);
    ask("192.0.2.9:1000", "203.0.113.2").await.expect(429);
}

#[actix_web::test]
async fn who_shows_a_key_is_counted_by_it_and_not_by_address() {
    let app = TestApp::with_settings(&["--rate-limit-read=3/1000"]).await;
    let (_, other) = app.given_key(&["read"], &[]).await;
    let left = async |app: &TestApp| {
        let answer = app.get("/v1/topics").await;
        answer.header("ratelimit").unwrap().split("r=").nth(1).unwrap()[..1].to_owned()
    };

    assert_eq!(left(&app).await, "2");
    assert_eq!(left(&app).await, "1");
    assert_eq!(left(&app.with_key(&other)).await, "2");
    // Each key counted for the address until it was known to be right.
    assert_eq!(left(&app.without_key()).await, "0");
    assert_eq!(left(&app).await, "0");
    app.get("/v1/topics").await.expect(429);
    app.with_key(&other).get("/v1/topics").await.expect(200);
}

#[actix_web::test]
async fn who_tries_keys_is_stopped_and_who_has_one_is_not() {
    let app = TestApp::with_settings(&["--rate-limit-read=4/1000"]).await;
    app.get("/v1/topics").await.expect(200);
    let guess = || Key::generate().unwrap().reveal();

    for wrong in [guess(), guess(), "dbk_letmein".to_owned()] {
        let answer = app.with_key(&wrong).get("/v1/topics").await;
        assert_eq!(answer.problem(), (401, "bad-key".to_owned()));
        assert!(answer.header("ratelimit").is_some());
    }
    let answer = app.with_key(&guess()).get("/v1/topics").await;

    assert_eq!(answer.problem(), (429, "too-many-requests".to_owned()));
    app.without_key().get("/v1/topics").await.expect(429);
    app.get("/v1/topics").await.expect(200);
}

#[actix_web::test]
async fn the_service_s_own_pages_are_under_no_limit() {
    let app = TestApp::with_settings(&["--rate-limit-read=1/1000"]).await;

    for path in ["/health/live", "/health/ready", "/version", "/docs/", "/openapi.json"] {
        for _ in 0..3 {
            let answer = app.get(path).await.expect(200);
            assert_eq!(standing(&answer), (None, None), "{path}");
        }
    }
}

#[actix_web::test]
async fn a_limit_can_be_off() {
    let app = TestApp::with_settings(&["--rate-limit-read=off"]).await;

    let answer = app.get("/v1/topics").await.expect(200);

    assert_eq!(standing(&answer), (None, None));
}

#[actix_web::test]
async fn the_refusal_says_what_is_allowed() {
    let app = TestApp::with_settings(&["--rate-limit-write=1/1"]).await;
    app.delete("/v1/topics/nowhere").await.expect(404);

    assert_snapshot!(app.delete("/v1/topics/nowhere").await, @r#"
    429 application/problem+json
    {
      "code": "too-many-requests",
      "detail": "1 requests of the class `write` are allowed in 1 seconds. Come again in 1 seconds.",
      "instance": "/v1/topics/nowhere",
      "request_id": "[request]",
      "status": 429,
      "title": "Too many requests came from you",
      "type": "/problems/too-many-requests"
    }
    "#);
}

#[actix_web::test]
async fn an_address_that_is_written_otherwise_is_under_the_same_limits() {
    let app = TestApp::with_settings(&["--rate-limit-read=2/1000"]).await;
    let public = app.without_key();

    public.get("/%761/topics").await.expect(200);
    app.with_key("dbk_letmein").get("/v%31/topics").await.expect(401);
    public.get("/%76%31/topics").await.expect(429);
}

#[actix_web::test]
async fn a_key_that_was_revoked_counts_for_the_address_again() {
    let app = TestApp::with_settings(&["--rate-limit-read=4/1000"]).await;
    let (id, key) = app.given_key(&["read"], &[]).await;
    let holder = app.with_key(&key);
    holder.get("/v1/topics").await.expect(200);
    app.post(&format!("/v1/keys/{id}/revoke"), json!({})).await.expect(200);

    let mut told: Vec<u16> = Vec::new();
    for _ in 0..5 {
        told.push(holder.get("/v1/topics").await.status());
    }

    assert_eq!(told, [401, 401, 401, 429, 429]);
}
