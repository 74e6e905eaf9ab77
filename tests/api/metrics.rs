//! What the program counts of itself, as Prometheus reads it from the admin listener.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse};
use debatebase::app;
use debatebase::http::middleware::around;
use debatebase::metrics::{Answered, Metrics, PoolState};
use diesel_async::SimpleAsyncConnection;
use serde_json::json;

use crate::contract::operations;
use crate::support::{TestApp, somebody_waits};

/// The series of an exposition, by name with labels.
struct Scrape(BTreeMap<String, f64>);

impl Scrape {
    fn parse(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let series = lines.map(|line| {
            let (series, value) = line.rsplit_once(' ').unwrap();
            (series.to_owned(), value.parse().unwrap())
        });
        Self(series.collect())
    }

    async fn of(app: &TestApp) -> Self {
        let (media_type, text) = ask_admin(app, "/metrics").await;
        assert_eq!(
            media_type, "application/openmetrics-text; version=1.0.0; charset=utf-8",
            "{text}"
        );
        assert!(text.ends_with("# EOF\n"), "{text}");
        Self::parse(&text)
    }

    #[track_caller]
    fn value(&self, series: &str) -> f64 {
        let value = self.0.get(series);
        *value.unwrap_or_else(|| panic!("no {series} in {:#?}", self.0.keys()))
    }

    /// The labels and values of all series of one name.
    fn series(&self, name: &str) -> Vec<(&str, f64)> {
        let begin = format!("{name}{{");
        let named = self.0.iter().filter_map(|(series, value)| {
            Some((series.strip_prefix(&begin)?.strip_suffix('}')?, *value))
        });
        named.collect()
    }
}

/// A pool that has nothing and is asked for nothing.
pub const NO_POOL: PoolState = PoolState { max: 0, size: 0, idle: 0, waiting: 0 };

/// Counts an answer that was never given.
pub fn answered(metrics: &Metrics, status: u16) {
    metrics.answered(Answered {
        route: Some("/v1/topics".to_owned()),
        method: "POST",
        status,
        begun: Instant::now(),
        body_bytes: 0,
        is_replayed: false,
    });
}

async fn ask_admin(app: &TestApp, path: &str) -> (String, String) {
    let service = init_service(app::build_admin(app.state())).await;
    let request = TestRequest::get().uri(path).to_request();
    let answer = call_service(&service, request).await;
    let media_type = answer.headers().get("content-type").unwrap().to_str().unwrap().to_owned();
    let body = read_body(answer).await;
    (media_type, String::from_utf8(body.to_vec()).unwrap())
}

#[actix_web::test]
async fn requests_are_counted_by_the_pattern_of_their_route_method_and_status() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    app.topic("alpaca").await;

    app.get("/v1/topics/llama").await.expect(200);
    app.get("/v1/topics/alpaca").await.expect(200);
    app.get("/v1/topics/no-such-topic").await.expect(404);
    app.get("/v1/topics/llama").if_none_match("\"1\"").await.expect(304);
    app.ask(Method::HEAD, "/v1/topics/llama").await.expect(200);
    app.patch("/v1/topics/llama", json!({"summary": "Changed."})).await.expect(200);
    app.get("/v1/topics?unknown=1").await.expect(400);
    app.delete("/v1/topics").await.expect(405);
    app.get("/no/such/address").await.expect(404);
    app.get("/nor/this").await.expect(404);

    let scrape = Scrape::of(&app).await;
    let counted = scrape.series("debatebase_http_requests_total");
    let topic = r#"route="/v1/topics/{topic}""#;
    assert_eq!(
        counted,
        [
            (r#"route="/v1/topics",method="DELETE",status="405""#, 1.0),
            (r#"route="/v1/topics",method="GET",status="400""#, 1.0),
            (r#"route="/v1/topics",method="POST",status="201""#, 2.0),
            (&*format!(r#"{topic},method="GET",status="200""#), 2.0),
            (&*format!(r#"{topic},method="GET",status="304""#), 1.0),
            (&*format!(r#"{topic},method="GET",status="404""#), 1.0),
            (&*format!(r#"{topic},method="HEAD",status="200""#), 1.0),
            (&*format!(r#"{topic},method="PATCH",status="200""#), 1.0),
            (r#"route="unmatched",method="GET",status="404""#, 2.0),
        ]
    );
    let durations = scrape.series("debatebase_http_request_duration_seconds_count");
    assert_eq!(durations.iter().map(|(_, count)| count).sum::<f64>(), 12.0);
    assert!(durations.contains(&(&format!(r#"{topic},method="GET""#), 4.0)), "{durations:?}");
    let until_forever = format!(
        r#"debatebase_http_request_duration_seconds_bucket{{le="+Inf",{topic},method="GET"}}"#
    );
    assert_eq!(scrape.value(&until_forever), 4.0);
}

#[actix_web::test]
async fn the_length_of_bodies_is_counted() {
    let app = TestApp::start().await;

    let sent =
        app.get("/health/live").await.text().len() + app.get("/health/live").await.text().len();
    app.ask(Method::HEAD, "/health/live").await.expect(200);

    let counted = Scrape::of(&app)
        .await
        .value(r#"debatebase_http_response_body_bytes_total{route="/health/live"}"#);
    assert_eq!(counted, f64::from(u32::try_from(sent).unwrap()));
}

#[actix_web::test]
async fn every_label_has_few_values_whatever_clients_send() {
    let app = TestApp::start().await;
    for number in 0..30 {
        app.get(&format!("/v1/topics/topic-{number}")).await.expect(404);
        app.get(&format!("/v1/topics/a/positions/{number}")).await.expect(404);
        app.get(&format!("/nothing/{number}")).await.expect(404);
        app.get(&format!("/docs/{number}.js")).await.expect(404);
        app.ask(format!("METHOD{number}").parse().unwrap(), "/v1/topics").await.expect(405);
    }

    let scrape = Scrape::of(&app).await;

    let mut values = BTreeMap::<String, BTreeSet<String>>::new();
    for series in scrape.0.keys().filter_map(|series| series.split_once('{')) {
        for label in series.1.trim_end_matches('}').split("\",") {
            let (name, value) = label.split_once("=\"").unwrap();
            let value = value.trim_end_matches('"').to_owned();
            values.entry(name.to_owned()).or_default().insert(value);
        }
    }
    let documented: BTreeSet<String> = operations().into_iter().map(|it| it.path).collect();
    let others = ["unmatched", "/docs/{file:.*}"];
    for route in &values["route"] {
        assert!(documented.contains(route) || others.contains(&route.as_str()), "{route}");
    }
    let words = |label: &str| values[label].iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(words("method"), ["GET", "other"]);
    assert_eq!(words("status"), ["404", "405"]);
    assert_eq!(words("kind"), ["long_read", "read", "snapshot", "write"]);
    assert_eq!(words("state"), ["idle", "in_use"]);
    assert_eq!(words("reason"), ["ambiguous", "busy", "not_found", "unreachable"]);
    let names: Vec<&str> = values.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "commit", "kind", "le", "method", "reason", "result", "route", "state", "status",
            "version"
        ]
    );
}

#[actix_web::test]
async fn what_the_database_is_used_for_is_measured_at_the_door() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    app.source("text", "A text that is not long.").await;
    // A key would be looked up, and noted as used.
    let app = app.restarted().await.without_key();
    debatebase::access::forget_old_answers(app.db()).await.unwrap();

    for _ in 0..3 {
        app.get("/v1/topics/llama").await.expect(200);
    }
    app.get("/v1/topics/llama/outline").await.expect(200);
    app.get("/v1/sources/text/text").await.expect(200);

    let scrape = Scrape::of(&app).await;
    let held = |kind| {
        scrape.value(&format!(r#"debatebase_database_duration_seconds_count{{kind="{kind}"}}"#))
    };
    let waited = |kind| {
        let name = "debatebase_database_connection_wait_seconds_count";
        scrape.value(&format!(r#"{name}{{kind="{kind}"}}"#))
    };
    // Whether an outline is ready is a short read.
    for (kind, times) in [("read", 4.0), ("long_read", 1.0), ("snapshot", 1.0), ("write", 1.0)] {
        assert_eq!((held(kind), waited(kind)), (times, times), "{kind}");
    }
    // Of 24 connections, 4 are shared.
    assert_eq!(scrape.value("debatebase_database_pool_max_connections"), 20.0);
    assert_eq!(scrape.value(r#"debatebase_database_pool_connections{state="idle"}"#), 1.0);
    assert_eq!(scrape.value(r#"debatebase_database_pool_connections{state="in_use"}"#), 0.0);
    assert_eq!(scrape.value("debatebase_database_pool_waiting"), 0.0);
    assert_eq!(scrape.value("debatebase_database_shared_connections"), 4.0);
}

#[actix_web::test]
async fn what_is_in_flight_is_seen_and_so_is_the_connection_it_uses() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    let mut holder = app.connection().await;
    let mut watcher = app.connection().await;
    holder.batch_execute("begin; lock table topics in exclusive mode").await.unwrap();

    let patch = app.patch("/v1/topics/llama", json!({"summary": "Held."})).into_future();
    let patched = actix_web::rt::spawn(patch);
    somebody_waits(&mut watcher).await;
    let during = Scrape::of(&app).await;
    holder.batch_execute("commit").await.unwrap();
    patched.await.unwrap().expect(200);
    let after = Scrape::of(&app).await;

    let in_use = r#"debatebase_database_pool_connections{state="in_use"}"#;
    assert_eq!(during.value("debatebase_http_requests_in_flight"), 1.0);
    assert_eq!(during.value(in_use), 1.0);
    assert_eq!(after.value("debatebase_http_requests_in_flight"), 0.0);
    assert_eq!(after.value(in_use), 0.0);
}

#[actix_web::test]
async fn who_gets_no_connection_is_counted() {
    let app = TestApp::start().await;
    app.db().close();

    app.get("/v1/topics").await.expect(503);
    app.post("/v1/topics", json!({"title": "Will it be written?"})).await.expect(503);

    let scrape = Scrape::of(&app).await;
    let failures = |reason| {
        let name = "debatebase_database_connection_failures_total";
        scrape.value(&format!(r#"{name}{{reason="{reason}"}}"#))
    };
    assert_eq!((failures("unreachable"), failures("busy")), (2.0, 0.0));
}

#[actix_web::test]
async fn refused_quotes_are_counted_by_why() {
    let app = TestApp::start().await;
    app.topic("llama").await.position("yes").await;
    app.source("text", "It is so. It is not so. It is so.").await;
    let quote = |exact: &str| {
        let new = json!({"source": "text", "backs": {"position": "yes"}, "exact": exact});
        app.post("/v1/topics/llama/citations", new)
    };

    quote("It is not so.").await.expect(201);
    quote("It was so.").await.expect(409);
    quote("It will be so.").await.expect(409);
    quote("It is so.").await.expect(409);

    let scrape = Scrape::of(&app).await;
    let refused =
        |reason| scrape.value(&format!(r#"debatebase_quotes_refused_total{{reason="{reason}"}}"#));
    assert_eq!((refused("not_found"), refused("ambiguous")), (2.0, 1.0));
}

#[actix_web::test]
async fn replays_are_counted_by_their_answers() {
    let metrics = Metrics::default();
    let replayed =
        async || HttpResponse::Created().insert_header(("idempotency-replayed", "true")).finish();
    let app = App::new()
        .app_data(Data::new(metrics.clone()))
        .route("/first", web::to(HttpResponse::Created))
        .route("/replayed", web::to(replayed))
        .wrap(from_fn(around));
    let service = init_service(app).await;

    for path in ["/first", "/replayed", "/replayed"] {
        let request = TestRequest::post().uri(path).to_request();
        call_service(&service, request).await;
    }

    let scrape = Scrape::parse(&metrics.to_text(NO_POOL).unwrap());
    assert_eq!(scrape.value("debatebase_idempotent_replays_total"), 2.0);
}

#[test]
fn what_the_limiter_refused_is_counted_apart() {
    let metrics = Metrics::default();

    for status in [200, 429, 429] {
        answered(&metrics, status);
    }

    let scrape = Scrape::parse(&metrics.to_text(NO_POOL).unwrap());
    let limited = scrape.series("debatebase_rate_limited_requests_total");
    assert_eq!(limited, [(r#"route="/v1/topics",method="POST""#, 2.0)]);
}

#[actix_web::test]
async fn which_program_it_is_and_since_when_is_among_them() {
    let before = f64::from(u32::try_from(chrono::Utc::now().timestamp()).unwrap());
    let app = TestApp::start().await;

    let scrape = Scrape::of(&app).await;

    let commit = option_env!("GIT_COMMIT").unwrap_or("unknown");
    let version = env!("CARGO_PKG_VERSION");
    let build = format!(r#"debatebase_build_info{{version="{version}",commit="{commit}"}}"#);
    assert_eq!(scrape.value(&build), 1.0);
    assert!(scrape.value("process_start_time_seconds") >= before);
}

#[actix_web::test]
async fn the_admin_listener_has_the_health_pages_and_is_not_counted() {
    let app = TestApp::start().await;

    for path in ["/health/live", "/health/ready", "/version"] {
        let (media_type, _) = ask_admin(&app, path).await;
        assert_eq!(media_type, "application/json", "{path}");
    }
    let (media_type, problem) = ask_admin(&app, "/v1/topics").await;

    assert_eq!(media_type, "application/problem+json", "{problem}");
    assert!(problem.contains("not-found"), "{problem}");
    assert_eq!(Scrape::of(&app).await.series("debatebase_http_requests_total"), []);
}

#[actix_web::test]
async fn the_public_has_no_metrics() {
    let app = TestApp::start().await;

    assert_eq!(app.get("/metrics").await.problem(), (404, "not-found".to_owned()));
}
