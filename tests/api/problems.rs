//! Problems: every answer of 400 and above has one form, whoever found the fault.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use actix_web::http::Method;
use actix_web::{HttpServer, rt};
use debatebase::app;
use debatebase::http::body;
use debatebase::http::problem::Code;
use insta::assert_snapshot;
use serde_json::json;

use crate::support::TestApp;

#[actix_web::test]
async fn an_unknown_address_is_not_found() {
    let app = TestApp::start().await;
    app.topic("llama").await;

    for path in [
        "/v2/topics",
        "/v1",
        "/v1/",
        "/v1/topics/",
        "/v1/topics/llama/",
        "/v1//topics",
        "/V1/topics",
        "/v1/topics/llama/opinions",
        "/v1/topics/llama/positions/",
        "/v1/topics/llama/positions/a/b",
        "/v1/topics/Llama",
        "/v1/topics/%00",
        "/v1/topics/%FF",
        "/v1/topics/a%2Fb",
        "/v1/topics/..",
        "/problems/unheard-of",
    ] {
        let answer = app.get(path).await;
        assert_eq!(answer.problem(), (404, "not-found".to_owned()), "{path}");
    }
    assert_snapshot!(app.get("/v2/topics").await, @r#"
    404 application/problem+json
    {
      "code": "not-found",
      "detail": "There is no such address. `/docs/` lists those that there are.",
      "instance": "/v2/topics",
      "request_id": "[request]",
      "status": 404,
      "title": "There is nothing at this address",
      "type": "/problems/not-found"
    }
    "#);
}

#[actix_web::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let app = TestApp::start().await;
    let item = "GET, HEAD, PUT, PATCH, DELETE";

    for (method, path, allow) in [
        (Method::DELETE, "/v1/topics", "GET, HEAD, POST"),
        (Method::PUT, "/v1/sources", "GET, HEAD, POST"),
        (Method::POST, "/v1/topics/llama", item),
        (Method::POST, "/v1/sources/text", item),
        (Method::POST, "/v1/topics/llama/positions/yes", item),
        (Method::POST, "/v1/topics/llama/citations/price", item),
        (Method::PATCH, "/v1/topics/llama/arguments", "GET, HEAD, POST"),
        (Method::PATCH, "/v1/topics/llama/relations", "GET, HEAD, POST"),
        (Method::POST, "/v1/sources/text/text", "GET, HEAD"),
        (Method::DELETE, "/v1/sources/text/citations", "GET, HEAD"),
        (Method::POST, "/v1/topics/llama/outline", "GET, HEAD"),
        (Method::DELETE, "/v1/topics/llama/graph", "GET, HEAD"),
        (Method::POST, "/health/live", "GET, HEAD"),
        (Method::TRACE, "/v1/topics", "GET, HEAD, POST"),
        (Method::from_bytes(b"BREW").unwrap(), "/openapi.json", "GET, HEAD"),
    ] {
        let answer = app.ask(method, path).await;
        assert_eq!(answer.problem(), (405, "method-not-allowed".to_owned()), "{path}");
        assert_eq!(answer.header("allow"), Some(allow), "{path}");
    }
    assert_snapshot!(app.ask(Method::DELETE, "/v1/topics").await, @r#"
    405 application/problem+json
    allow: GET, HEAD, POST
    {
      "code": "method-not-allowed",
      "detail": "DELETE is not taken here; GET, HEAD, POST are.",
      "instance": "/v1/topics",
      "request_id": "[request]",
      "status": 405,
      "title": "This address does not take this method",
      "type": "/problems/method-not-allowed"
    }
    "#);
}

#[actix_web::test]
async fn a_body_must_be_json_and_say_so() {
    let app = TestApp::start().await;
    let good = r#"{"title": "Is it?"}"#;

    for media_type in ["text/plain", "application/xml", "application/json-patch+json", "json", ""] {
        let answer = app.ask(Method::POST, "/v1/topics").body(media_type, good).await;
        assert_eq!(answer.problem(), (415, "unsupported-media-type".to_owned()), "{media_type}");
    }
    for media_type in ["Application/JSON", "application/json;charset=UTF-8"] {
        app.ask(Method::POST, "/v1/topics").body(media_type, good).await.expect(201);
    }
    assert_snapshot!(app.ask(Method::POST, "/v1/topics").await, @r#"
    415 application/problem+json
    {
      "code": "unsupported-media-type",
      "detail": "There is no `Content-Type`; send `application/json`.",
      "instance": "/v1/topics",
      "request_id": "[request]",
      "status": 415,
      "title": "The body is of a type that is not taken here",
      "type": "/problems/unsupported-media-type"
    }
    "#);
}

#[actix_web::test]
async fn broken_json_is_told_its_line_and_column() {
    let app = TestApp::start().await;
    let post =
        |body: &'static [u8]| app.ask(Method::POST, "/v1/topics").body("application/json", body);

    for body in [
        &b"{"[..],
        b"{\"title\": \"Is it?\"} x",
        b"{'title': 'Is it?'}",
        b"{\"title\": \"\xff\"}",
        b"{\"title\": \"\\ud800\"}",
        b"{\"title\": NaN}",
        b"\xef\xbb\xbf{}",
    ] {
        let answer = post(body).await;
        assert_eq!(answer.problem(), (400, "bad-json".to_owned()), "{answer}");
        assert!(answer.text_at("/detail").contains("line 1 column"), "{answer}");
    }
    for body in [&b""[..], b" \n"] {
        let answer = post(body).await;
        assert_eq!(answer.problem(), (400, "bad-json".to_owned()));
        assert_eq!(answer.text_at("/detail"), "The body is empty.");
    }
    assert_snapshot!(post(b"{\n  \"title\": \"Is it?\",\n}").await, @r#"
    400 application/problem+json
    {
      "code": "bad-json",
      "detail": "The body is not JSON: trailing comma at line 3 column 1.",
      "instance": "/v1/topics",
      "request_id": "[request]",
      "status": 400,
      "title": "The body is not JSON",
      "type": "/problems/bad-json"
    }
    "#);
}

#[actix_web::test]
async fn json_nested_too_deeply_is_refused_and_not_a_crash() {
    let app = TestApp::start().await;
    let deep = format!("{{\"title\": {}", "[".repeat(100_000));

    let answer = app.ask(Method::POST, "/v1/topics").body("application/json", deep).await;

    assert_eq!(answer.problem(), (400, "bad-json".to_owned()));
}

#[actix_web::test]
async fn a_field_given_twice_is_refused() {
    let app = TestApp::start().await;

    let twice = "{\"title\": \"a\",\n \"title\": \"b\"}";
    let answer = app.ask(Method::POST, "/v1/topics").body("application/json", twice).await;

    assert_eq!(answer.problem(), (400, "bad-json".to_owned()));
    assert_eq!(
        answer.text_at("/detail"),
        "The body cannot be read: the field `title` is given twice at line 2 column 8."
    );
}

#[actix_web::test]
async fn a_body_in_another_coding_is_refused() {
    let app = TestApp::start().await;
    let ask = || app.ask(Method::POST, "/v1/topics");

    for media_type in
        ["application/json; charset=utf-16", "application/json;charset=\"iso-8859-1\""]
    {
        let answer = ask().body(media_type, "{\"title\": \"a\"}").await;
        assert_eq!(answer.problem(), (415, "unsupported-media-type".to_owned()), "{media_type}");
    }
    let packed =
        ask().body("application/json", "{\"title\": \"a\"}").header("content-encoding", "gzip");
    assert_eq!(packed.await.problem(), (415, "unsupported-media-type".to_owned()));
    ask().body("application/json; charset=\"UTF-8\"", "{\"title\": \"a\"}").await.expect(201);
}

#[actix_web::test]
async fn a_body_that_says_it_is_too_large_is_not_waited_for() {
    let app = TestApp::start().await;

    let head = format!(
        "POST /v1/topics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: 999999999999\r\n\r\n{{",
        app.key()
    );
    let answer = over_tcp(&app, head).await;

    assert!(answer.starts_with("HTTP/1.1 413 Payload Too Large\r\n"), "{answer}");
    assert!(answer.contains("\"body-too-large\""), "{answer}");
}

#[actix_web::test]
async fn a_body_of_another_json_type_is_a_fault_of_the_whole() {
    let app = TestApp::start().await;

    for body in ["null", "[]", "1", "\"text\"", "true"] {
        let answer = app.ask(Method::POST, "/v1/topics").body("application/json", body).await;
        assert_eq!(answer.faults(), [(String::new(), "wrong-type".to_owned())], "{body}");
    }
}

#[actix_web::test]
async fn a_body_beyond_the_bound_is_refused() {
    let app = TestApp::start().await;
    let too_large = vec![b' '; body::LARGEST + 1];

    let answer = app.ask(Method::POST, "/v1/sources").body("application/json", too_large).await;

    assert_snapshot!(answer, @r#"
    413 application/problem+json
    {
      "code": "body-too-large",
      "detail": "At most 12000000 bytes are taken here at once.",
      "instance": "/v1/sources",
      "request_id": "[request]",
      "status": 413,
      "title": "The body is too large",
      "type": "/problems/body-too-large"
    }
    "#);
}

#[actix_web::test]
async fn an_unknown_parameter_is_told_the_nearest_one() {
    let app = TestApp::start().await;
    app.debate().await;

    for (path, detail) in [
        ("/v1/topics?limt=5", "is not known here; did you mean `limit`?"),
        ("/v1/sources?Q=x", "is not known here; did you mean `q`?"),
        ("/v1/topics/llama/arguments?postion=yes", "is not known here; did you mean `position`?"),
        ("/v1/topics/llama/outline?dept=1", "is not known here; did you mean `depth`?"),
        ("/v1/topics/llama?field=title", "is not known here; did you mean `fields`?"),
        ("/v1/topics/llama/graph?depth=2", "is not known here; known are: fields"),
        ("/v1/sources/text/text?page=2", "is not known here; nothing is"),
    ] {
        let answer = app.get(path).await;
        assert_eq!(answer.problem(), (400, "bad-parameter".to_owned()), "{path}");
        assert_eq!(answer.text_at("/errors/0/detail"), detail, "{path}");
    }
    let answer = app.delete("/v1/topics/llama/positions/yes?cascde=true").await;
    assert_eq!(answer.text_at("/errors/0/detail"), "is not known here; did you mean `cascade`?");
    let answer = app.delete("/v1/topics/llama?cascade=true").await;
    assert_eq!(answer.faults(), [("cascade".to_owned(), "unknown".to_owned())]);
    let answer = app.post("/v1/topics?dry_run=true", json!({"title": "Is it?"})).await;
    assert_eq!(answer.faults(), [("dry_run".to_owned(), "unknown".to_owned())]);
}

#[actix_web::test]
async fn a_flag_is_true_or_false() {
    let app = TestApp::start().await;
    app.debate().await;

    for value in ["1", "yes", "TRUE", ""] {
        let answer = app.delete(&format!("/v1/sources/text?cascade={value}")).await;
        assert_eq!(answer.faults(), [("cascade".to_owned(), "not-allowed".to_owned())]);
    }
    app.delete("/v1/sources/text?cascade=false").await.expect(409);
}

#[actix_web::test]
async fn the_id_of_a_request_is_the_client_s_own_if_it_is_a_plain_word() {
    let app = TestApp::start().await;

    let own = app.get("/v1/nowhere").header("x-request-id", "a-1_b.c:D").await;
    assert_eq!(own.header("x-request-id"), Some("a-1_b.c:D"));
    assert_eq!(own.text_at("/request_id"), "a-1_b.c:D");

    for strange in ["a b", "\"quoted\"", "", &"a".repeat(65), "${jndi}"] {
        let answer = app.get("/v1/nowhere").header("x-request-id", strange).await;
        let id = answer.text_at("/request_id");
        assert!(uuid::Uuid::parse_str(&id).is_ok(), "{id}");
        assert_eq!(answer.header("x-request-id"), Some(id.as_str()));
    }
}

#[actix_web::test]
async fn a_problem_names_the_path_but_not_the_query() {
    let app = TestApp::start().await;

    let answer = app.get("/v1/topics/nowhere/positions?limit=5").await.expect(404);

    assert_eq!(answer.text_at("/instance"), "/v1/topics/nowhere/positions");
}

#[actix_web::test]
async fn every_problem_has_a_page_that_explains_it() {
    let app = TestApp::start().await;

    for code in Code::ALL {
        let page = app.get(&code.type_path()).await.expect(200);
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        assert!(page.text().contains(code.title()), "{page}");
    }
}

/// Sends a request over a real socket, and gives all that comes back until the server closes.
pub async fn over_tcp(app: &TestApp, request: impl Into<Vec<u8>>) -> String {
    let answer = |stream: &mut TcpStream| {
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        assert!(read.is_ok() || !answer.is_empty(), "{read:?}");
        String::from_utf8(answer).unwrap()
    };
    on_a_socket(app, request.into(), answer).await
}

/// Sends the beginning of a request over a real socket, and hangs up.
pub async fn broken_off(app: &TestApp, request: Vec<u8>) {
    let hang_up = |stream: &mut TcpStream| {
        stream.shutdown(Shutdown::Write).unwrap();
        // Nobody answers those who are gone; all that comes is the end.
        let mut rest = Vec::new();
        _ = stream.read_to_end(&mut rest);
    };
    on_a_socket(app, request, hang_up).await;
}

/// Serves an application as the program does, for one request.
pub async fn on_a_socket<T: Send + 'static>(
    app: &TestApp,
    request: Vec<u8>,
    then: impl FnOnce(&mut TcpStream) -> T + Send + 'static,
) -> T {
    let state = app.state().clone();
    let server = HttpServer::new(move || app::build(&state))
        .workers(1)
        .h1_allow_half_closed(false)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
    let address: SocketAddr = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    let running = rt::spawn(server);
    let exchange = rt::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        // A server that has seen enough may answer before it has read all, and hang up.
        _ = stream.write_all(&request);
        then(&mut stream)
    });
    let answer = exchange.await.unwrap();
    handle.stop(false).await;
    running.await.unwrap().unwrap();
    answer
}

#[actix_web::test]
async fn head_answers_as_get_does_without_the_body() {
    let app = TestApp::start().await;
    app.debate().await;

    for path in ["/v1/topics", "/v1/topics/llama", "/v1/sources/text/text", "/v1/nowhere"] {
        let ask = |method: &str| {
            format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        };
        let get = over_tcp(&app, ask("GET")).await;
        let head = over_tcp(&app, ask("HEAD")).await;

        let (get_head, get_body) = get.split_once("\r\n\r\n").unwrap();
        let (head_head, head_body) = head.split_once("\r\n\r\n").unwrap();
        assert_eq!(head_body, "", "{path}");
        assert!(get_head.contains(&format!("content-length: {}", get_body.len())), "{get}");
        let lines = |head: &str| {
            let mut lines: Vec<String> = head
                .lines()
                .filter(|line| {
                    // The last one is a set, which each server writes in an order of its own.
                    let own = ["date:", "x-request-id:", "access-control-expose-headers:"];
                    !own.iter().any(|name| line.starts_with(name))
                })
                .map(str::to_owned)
                .collect();
            lines.sort();
            lines
        };
        assert_eq!(lines(head_head), lines(get_head), "{path}");
    }
}

#[actix_web::test]
async fn a_request_that_is_no_http_does_not_stop_the_server() {
    let app = TestApp::start().await;

    let answer = over_tcp(&app, "no http at all\r\n\r\n").await;

    assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
}
