//! What browsers and caches are told: who may read what, in which coding, and what not to do with it.

use actix_web::http::Method;
use serde_json::json;

use crate::support::{Answer, TestApp};

/// A question that a browser asks before a page of another origin may send something.
async fn preflight(app: &TestApp, origin: &str, method: &str, headers: &str) -> Answer {
    app.ask(Method::OPTIONS, "/v1/topics")
        .header("origin", origin)
        .header("access-control-request-method", method)
        .header("access-control-request-headers", headers)
        .await
}

/// The names in a list of a header, in the order of the alphabet.
fn names(answer: &Answer, header: &str) -> Vec<String> {
    let list = answer.header(header).unwrap_or_else(|| panic!("no {header}: {answer}"));
    let mut names: Vec<String> = list.split(',').map(|name| name.trim().to_lowercase()).collect();
    names.sort();
    names
}

const EXPOSED: [&str; 8] = [
    "etag",
    "idempotency-replayed",
    "link",
    "location",
    "ratelimit",
    "ratelimit-policy",
    "retry-after",
    "x-request-id",
];

#[actix_web::test]
async fn the_pages_of_every_origin_may_read() {
    let app = TestApp::start().await;

    for (path, status) in [("/v1/topics", 200), ("/v1/nowhere", 404), ("/openapi.json", 200)] {
        let answer = app.get(path).header("origin", "https://anybody.example").await;
        assert_eq!(answer.status(), status);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{path}");
        assert_eq!(answer.header("access-control-allow-credentials"), None);
        assert_eq!(names(&answer, "access-control-expose-headers"), EXPOSED);
        assert!(names(&answer, "vary").contains(&"origin".to_owned()));
    }
    let may = preflight(&app, "https://anybody.example", "GET", "if-none-match").await.expect(200);
    assert_eq!(names(&may, "access-control-allow-methods"), ["get", "head"]);
    assert_eq!(may.header("access-control-max-age"), Some("3600"));
}

#[actix_web::test]
async fn no_page_of_another_origin_may_write_unless_it_is_named() {
    let app = TestApp::start().await;

    for (method, headers) in [("POST", "content-type"), ("DELETE", ""), ("GET", "authorization")] {
        let answer = preflight(&app, "https://anybody.example", method, headers).await;
        assert_eq!(answer.problem(), (400, "bad-request".to_owned()), "{method} {headers}");
        assert_eq!(answer.header("access-control-allow-methods"), None);
    }
}

#[actix_web::test]
async fn the_pages_of_named_origins_may_read_and_write_and_no_others() {
    let app = TestApp::with_settings(&[
        "--cors-origins=https://ours.example,http://localhost:3000",
        "--rate-limit-write=1/1000",
    ])
    .await;
    let ours = "https://ours.example";
    let sent =
        "authorization,content-type,if-match,if-none-match,idempotency-key,x-request-id,accept";

    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        for _ in 0..3 {
            let may = preflight(&app, ours, method, sent).await.expect(200);
            assert_eq!(may.header("access-control-allow-origin"), Some(ours), "{method}");
            assert_eq!(may.header("ratelimit"), None);
        }
        let other = preflight(&app, "https://other.example", method, "").await;
        assert_eq!(other.problem(), (400, "bad-request".to_owned()));
        assert_eq!(other.header("access-control-allow-origin"), None);
    }
    let new = json!({"title": "Is it?"});
    let made = app.post("/v1/topics", new.clone()).header("origin", ours).await.expect(201);
    assert_eq!(made.header("access-control-allow-origin"), Some(ours));
    // A page must be able to read why it was refused.
    let refused = app.post("/v1/topics", new).header("origin", ours).await.expect(429);
    assert_eq!(refused.header("access-control-allow-origin"), Some(ours));
    assert!(refused.header("retry-after").is_some());
    let other = app.get("/v1/topics").header("origin", "https://other.example").await;
    assert_eq!(other.header("access-control-allow-origin"), None);
}

#[actix_web::test]
async fn a_question_about_no_method_is_a_wrong_method() {
    let app = TestApp::start().await;

    let answer = app.ask(Method::OPTIONS, "/v1/topics").await;

    assert_eq!(answer.problem(), (405, "method-not-allowed".to_owned()));
}

#[actix_web::test]
async fn an_answer_comes_in_the_coding_that_the_client_likes_best() {
    let app = TestApp::seeded().await;
    let path = "/v1/topics/open-source-ai-and-ordinary-users/outline";
    let plain = app.get(path).await.expect(200);

    for (accepted, coding) in [
        ("gzip", Some("gzip")),
        ("gzip, deflate, br, zstd", Some("br")),
        ("zstd, gzip", Some("zstd")),
        ("gzip;q=1.0, br;q=0.5", Some("gzip")),
        ("br;q=0, gzip", Some("gzip")),
        ("deflate", None),
        ("identity, gzip;q=0.5", None),
        ("gzip;q=0", None),
        ("*", None),
        ("", None),
        ("\"nonsense", None),
    ] {
        let answer = app.get(path).header("accept-encoding", accepted).await.expect(200);
        assert_eq!(answer.header("content-encoding"), coding, "{accepted}");
        assert_eq!(answer.bytes().len() < plain.bytes().len() / 2, coding.is_some(), "{accepted}");
        assert_eq!(answer.etag(), plain.etag());
        assert_eq!(names(&answer, "vary"), names(&plain, "vary"), "{accepted}");
    }
    let varies = names(&plain, "vary");
    for name in ["accept", "accept-encoding", "authorization", "origin"] {
        assert_eq!(varies.iter().filter(|it| *it == name).count(), 1, "{name} in {varies:?}");
    }
}

#[actix_web::test]
async fn what_is_small_or_has_no_body_is_sent_as_it_is() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    let ask = |path: &str| app.get(path).header("accept-encoding", "gzip");

    for path in ["/version", "/v1/topics/llama", "/v1/nowhere"] {
        let answer = ask(path).await;
        assert!(answer.text().len() < 1_000);
        assert_eq!(answer.header("content-encoding"), None, "{path}");
    }
    let unchanged = ask("/v1/topics/llama").if_none_match("\"1\"").await.expect(304);
    assert_eq!(unchanged.header("content-encoding"), None);
}

#[actix_web::test]
async fn a_tag_got_with_a_compressed_answer_is_good_for_conditions() {
    let app = TestApp::start().await;
    let new = json!({"slug": "llama", "title": "Is it?", "summary": "Long. ".repeat(1_000)});
    app.post("/v1/topics", new).await.expect(201);

    let read = app.get("/v1/topics/llama").header("accept-encoding", "br").await.expect(200);
    assert_eq!(read.header("content-encoding"), Some("br"));
    let again = app.get("/v1/topics/llama").header("accept-encoding", "br");
    again.if_none_match(read.etag()).await.expect(304);
    let patch = app.patch("/v1/topics/llama", json!({"title": "Was it?"}));
    patch.header("accept-encoding", "zstd").if_match(read.etag()).await.expect(200);
    let stale = app.patch("/v1/topics/llama", json!({"title": "Never?"}));
    stale.if_match(read.etag()).await.expect(412);
}

#[actix_web::test]
async fn the_files_of_the_documentation_can_be_read_with_and_without_gzip() {
    let app = TestApp::start().await;

    for file in ["swagger-ui.css", "swagger-ui-bundle.js", "swagger-ui-standalone-preset.js"] {
        let path = format!("/docs/{file}");
        let plain = app.get(&path).await.expect(200);
        let packed = app.get(&path).header("accept-encoding", "gzip").await.expect(200);
        let other = app.get(&path).header("accept-encoding", "br").await.expect(200);

        assert_eq!(plain.header("content-encoding"), None, "{file}");
        assert!(std::str::from_utf8(plain.bytes()).is_ok(), "{file} is no text");
        assert_eq!(packed.header("content-encoding"), Some("gzip"), "{file}");
        assert!(packed.bytes().starts_with(b"\x1f\x8b"), "{file} is not gzip");
        assert_eq!(other.header("content-encoding"), Some("br"), "{file}");
        assert!(plain.header("vary").unwrap().contains("Accept-Encoding"), "{file}");
    }
}

#[actix_web::test]
async fn browsers_are_told_what_not_to_do_with_an_answer() {
    let app = TestApp::start().await;

    for path in ["/v1/topics", "/v1/nowhere", "/openapi.json", "/docs/", "/problems/invalid", "/"] {
        let answer = app.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), Some("cross-origin"), "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert_eq!(answer.header("server"), None, "{path}");
        assert_eq!(answer.header("x-powered-by"), None, "{path}");
    }
}
