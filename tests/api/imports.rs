//! Files that are imported over HTTP: of each format, in each way to say which one it is.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::Duration;

use actix_web::http::Method;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::problems::on_a_socket;
use crate::support::{Answer, Ask, TestApp};

/// A debate with a record of every kind.
pub const TRAMS: &str = r#"debatebase: 1
sources:
  - slug: leaflet
    title: A leaflet
    text: Trams are quiet. They carry many people.
topics:
  - slug: trams
    title: Should the town build trams?
    source: leaflet
    positions:
      - slug: build
        statement: It should.
        supported_by:
          - slug: quiet
            claim: Trams are quiet.
            quotes: [Trams are quiet.]
"#;

/// A support and an attack, as `AIFdb` gives them.
pub fn aif() -> Value {
    json!({
        "nodes": [
            {"nodeID": "1", "text": "Trams are quiet.", "type": "I", "timestamp": "2020-05-28 19:08:56"},
            {"nodeID": "2", "text": "Default Inference", "type": "RA", "timestamp": "2020-05-28 19:08:56"},
            {"nodeID": "3", "text": "The town should build trams.", "type": "I", "timestamp": "2020-05-28 19:08:56"},
        ],
        "edges": [
            {"edgeID": "4", "fromID": "1", "toID": "2", "formEdgeID": null},
            {"edgeID": "5", "fromID": "2", "toID": "3", "formEdgeID": null},
        ],
        "locutions": [],
    })
}

/// An argument for trams, as the corpus of args.me has it.
fn argument(topic: &str, id: &str) -> Value {
    let text = "Trams are quiet. They cost much. ";
    json!({
        "id": id,
        "conclusion": "The town should build trams.",
        "premises": [{"text": "Trams are quiet.", "stance": "PRO", "annotations": []}],
        "context": {
            "topic": topic,
            "sourceTitle": "Debate: Trams",
            "sourceText": text,
            "sourceTextPremiseStart": 0,
            "sourceTextPremiseEnd": 17,
        },
    })
}

fn args_me(arguments: &[Value]) -> Value {
    json!({ "arguments": arguments })
}

fn topic() -> Value {
    json!({"slug": "trams", "title": "Should the town build trams?"})
}

/// A topic as a line of a stream.
fn line() -> String {
    format!("{}\n", json!({"debatebase": 1, "topic": topic()}))
}

fn xaif() -> Value {
    json!({"AIF": aif(), "text": "", "OVA": {"firstname": "", "surname": "", "url": "", "nodes": [], "edges": []}})
}

impl TestApp {
    /// Imports a file: with these parameters, and of this media type.
    pub fn import(&self, query: &str, media_type: &str, file: impl Into<Vec<u8>>) -> Ask {
        self.ask(Method::POST, &format!("/v1/imports{query}")).body(media_type, file)
    }

    async fn is_there(&self, path: &str) -> bool {
        self.get(path).await.status() == 200
    }
}

/// What a report counts of a kind: created, changed, left, removed, failed.
fn counted(report: &Answer, kind: &str) -> [i64; 5] {
    ["created", "changed", "left", "removed", "failed"]
        .map(|what| report.number_at(&format!("/counts/{kind}/{what}")))
}

/// The sum over all kinds.
fn sum(report: &Answer) -> [i64; 5] {
    let kinds = ["sources", "topics", "positions", "arguments", "relations", "citations"];
    kinds
        .map(|kind| counted(report, kind))
        .into_iter()
        .fold([0; 5], |sum, of_kind| std::array::from_fn(|at| sum[at] + of_kind[at]))
}

#[actix_web::test]
async fn each_format_is_taken_by_its_media_type_by_its_name_and_by_its_looks() {
    let app = TestApp::start().await;
    for (format, media_type, file) in [
        ("yaml", "application/yaml", TRAMS.to_owned()),
        (
            "json",
            "application/vnd.debatebase+json",
            json!({"debatebase": 1, "topics": [topic()]}).to_string(),
        ),
        ("ndjson", "application/x-ndjson", line()),
        (
            "argdown",
            "text/argdown",
            "[Build]: It should.\n  + <Quiet>: They are quiet.\n".to_owned(),
        ),
        ("aif", "application/vnd.aif+json", aif().to_string()),
        ("xaif", "application/vnd.xaif+json", xaif().to_string()),
        ("args-me", "application/vnd.args-me+json", args_me(&[argument("Trams", "1")]).to_string()),
    ] {
        for (query, media_type) in [
            ("?dry_run=true", media_type.to_owned()),
            ("?dry_run=true", format!("{media_type}; charset=\"UTF-8\"")),
            (&*format!("?dry_run=true&format={format}"), "application/pdf".to_owned()),
            ("?dry_run=true", "application/octet-stream".to_owned()),
            ("?dry_run=true", "text/plain; charset=utf-8".to_owned()),
            ("?dry_run=true", "application/json".to_owned()),
        ] {
            let report = app.import(query, &media_type, file.as_str()).await.expect(200);
            assert_eq!(report.text_at("/format"), format, "{media_type}");
            assert_eq!(counted(&report, "topics"), [1, 0, 0, 0, 0], "{media_type}: {report}");
        }
    }
}

#[actix_web::test]
async fn a_topic_whose_arguments_lie_scattered_is_one_and_importing_it_again_changes_nothing() {
    let app = TestApp::start().await;
    let ids = 0..30;
    let arguments: Vec<Value> =
        ids.map(|id| argument(["Trams", "Buses"][id % 2], &format!("A{id}"))).collect();
    let file = args_me(&arguments).to_string();

    let first = app.import("", "application/json", file.as_str()).await.expect(200);

    assert_eq!(first.text_at("/format"), "args-me");
    assert_eq!(counted(&first, "topics"), [2, 0, 0, 0, 0], "{first}");
    assert_eq!(counted(&first, "positions"), [2, 0, 0, 0, 0], "{first}");
    assert_eq!(counted(&first, "sources"), [1, 0, 0, 0, 0], "{first}");
    for kind in ["arguments", "relations", "citations"] {
        assert_eq!(counted(&first, kind), [30, 0, 0, 0, 0], "{first}");
    }
    let again = app.import("", "application/json", file.as_str()).await.expect(200);
    assert_eq!(counted(&again, "topics"), [0, 0, 2, 0, 0], "{again}");
    assert_eq!(counted(&again, "sources"), [0, 0, 1, 0, 0], "{again}");
    for kind in ["arguments", "relations", "citations"] {
        assert_eq!(counted(&again, kind), [0, 0, 30, 0, 0], "{again}");
    }
    let topic = again.text_at("/topics/0/slug");
    let export = app.get(&format!("/v1/topics/{topic}/export?format=args-me")).await.expect(200);
    let written = export.json()["arguments"].as_array().unwrap().clone();
    assert_eq!(written.len(), 15);
    assert!(written.iter().all(|it| arguments.contains(it)), "{export}");
}

#[actix_web::test]
async fn a_file_of_an_unknown_format_is_told_which_there_are() {
    let app = TestApp::start().await;
    let named = app.import("?format=docx", "application/yaml", TRAMS).await;
    assert_eq!(named.problem(), (400, "bad-parameter".to_owned()));
    assert_eq!(named.faults(), [("format".to_owned(), "not-allowed".to_owned())]);
    assert!(named.text_at("/errors/0/detail").contains("yaml"), "{named}");

    for (media_type, file) in [
        ("application/pdf", TRAMS),
        ("application/yaml; charset=latin1", TRAMS),
        ("text/plain", "Once upon a time."),
        ("text/plain", "{\"once\": \"upon a time\"}"),
        ("application/octet-stream", ""),
    ] {
        let refused = app.import("", media_type, file).await;
        assert_eq!(refused.problem(), (415, "unsupported-media-type".to_owned()), "{media_type}");
        if !media_type.contains("latin1") {
            assert!(refused.text_at("/detail").contains("application/vnd.aif+json"), "{refused}");
        }
    }
}

#[actix_web::test]
async fn a_report_says_what_was_done() {
    let app = TestApp::start().await;

    let report = app.import("", "application/yaml", TRAMS).await.expect(200);

    assert_eq!(report.at("/applied"), true);
    assert_eq!(report.at("/dry_run"), false);
    assert_eq!(report.at("/notes"), json!([]));
    assert_eq!(report.at("/notes_total"), json!({"info": 0, "warning": 0, "error": 0}));
    for kind in ["sources", "topics", "positions", "arguments", "relations", "citations"] {
        assert_eq!(counted(&report, kind), [1, 0, 0, 0, 0], "{kind}");
    }
    assert_eq!(report.at("/topics"), json!([{"slug": "trams", "outcome": "created"}]));
    app.get("/v1/topics/trams/arguments/quiet").await.expect(200);
}

#[actix_web::test]
async fn importing_twice_changes_nothing() {
    let app = TestApp::start().await;
    app.import("", "application/yaml", TRAMS).await.expect(200);
    let before = app.get("/v1/topics/trams/outline").await.expect(200);

    let report = app.import("", "application/yaml", TRAMS).await.expect(200);

    assert_eq!(sum(&report), [0, 0, 6, 0, 0]);
    assert_eq!(app.get("/v1/topics/trams/outline").await.etag(), before.etag());
}

#[actix_web::test]
async fn a_dry_run_gives_the_report_and_changes_nothing() {
    let app = TestApp::start().await;

    let dry = app.import("?dry_run=true", "application/yaml", TRAMS).await.expect(200);
    let there = app.is_there("/v1/topics/trams").await;
    let wet = app.import("", "application/yaml", TRAMS).await.expect(200);

    assert!(!there);
    assert_eq!(dry.at("/dry_run"), true);
    assert_eq!(dry.at("/counts"), wet.at("/counts"));
}

#[actix_web::test]
async fn the_ids_of_the_file_are_told_with_those_they_became() {
    let app = TestApp::start().await;

    let report =
        app.import("?name=Nodes", "application/vnd.aif+json", aif().to_string()).await.expect(200);

    let mapping = report.at("/mapping");
    let of = |from: &str| {
        let mut mapped = mapping.as_array().unwrap().iter();
        mapped
            .find(|it| it["from"] == from)
            .unwrap_or_else(|| panic!("{from}: {mapping:#}"))
            .clone()
    };
    assert_eq!(of("1")["kind"], "argument");
    assert_eq!(of("2")["kind"], "relation");
    assert_eq!(of("3")["kind"], "position");
    let (topic, slug) = (of("1")["topic"].clone(), of("1")["slug"].clone());
    let path =
        format!("/v1/topics/{}/arguments/{}", topic.as_str().unwrap(), slug.as_str().unwrap());
    let argument = app.get(&path).await.expect(200);
    assert_eq!(argument.at("/id"), of("1")["id"]);
    assert_eq!(report.at("/mapping_is_cut"), false);
}

#[actix_web::test]
async fn a_broken_file_is_answered_with_every_fault_and_changes_nothing() {
    let app = TestApp::start().await;
    let broken =
        TRAMS.replace("claim: Trams", "clam: Trams").replace("title: Should", "titel: Should");

    let report = app.import("", "application/yaml", broken).await.expect(200);

    assert_eq!(report.at("/applied"), false);
    assert!(report.number_at("/notes_total/error") >= 2, "{report}");
    let lines: Vec<i64> =
        (0..2).map(|at| report.number_at(&format!("/notes/{at}/place/line"))).collect();
    assert_eq!(lines, [7, 8]);
    assert!(!app.is_there("/v1/sources/leaflet").await);
}

#[actix_web::test]
async fn a_broken_line_is_told_with_its_number_and_the_others_are_taken_one_by_one() {
    let app = TestApp::start().await;
    let stream =
        format!("{}{{\"debatebase\": 1, \"topic\"\n{}", line(), line().replace("trams", "buses"));

    let atomic = app.import("", "application/x-ndjson", stream.as_str()).await.expect(200);
    let there = app.is_there("/v1/topics/trams").await;
    let each = app.import("?mode=each", "application/x-ndjson", stream).await.expect(200);

    assert!(!there);
    assert_eq!(atomic.at("/applied"), false);
    for report in [&atomic, &each] {
        assert_eq!(report.number_at("/notes_total/error"), 1, "{report}");
        assert_eq!(report.number_at("/notes/0/place/line"), 2);
    }
    for slug in ["trams", "buses"] {
        assert!(app.is_there(&format!("/v1/topics/{slug}")).await, "{slug}");
    }
}

#[actix_web::test]
async fn a_quote_that_does_not_stand_in_its_source_is_told_where_it_is_written() {
    let app = TestApp::start().await;
    let wrong = TRAMS.replace("quotes: [Trams are quiet.]", "quotes: [Trams are loud.]");

    let report = app.import("", "application/yaml", wrong).await.expect(200);

    assert_eq!(report.at("/applied"), false, "{report}");
    assert_eq!(report.text_at("/notes/0/severity"), "error");
    assert!(!app.is_there("/v1/topics/trams").await);
}

#[actix_web::test]
async fn pruning_makes_a_topic_equal_to_the_file_and_not_pruning_leaves_the_rest() {
    let app = TestApp::start().await;
    app.import("", "application/yaml", TRAMS).await.expect(200);
    let own = json!({"slug": "ours", "claim": "Ours."});
    app.post("/v1/topics/trams/arguments", own).await.expect(201);

    app.import("", "application/yaml", TRAMS).await.expect(200);
    let stays = app.is_there("/v1/topics/trams/arguments/ours").await;
    let report = app.import("?prune=true", "application/yaml", TRAMS).await.expect(200);

    assert!(stays);
    assert_eq!(counted(&report, "arguments"), [0, 0, 1, 1, 0]);
    assert!(!app.is_there("/v1/topics/trams/arguments/ours").await);
}

/// A good topic, and one whose quote is wrong.
fn half_good() -> String {
    let bad =
        "  - slug: buses\n    title: Why?\n    source: leaflet\n    quotes: [Nowhere said.]\n";
    format!("{TRAMS}{bad}")
}

#[actix_web::test]
async fn atomic_is_all_or_nothing_and_each_takes_the_good_topics() {
    let app = TestApp::start().await;

    let atomic = app.import("?mode=atomic", "application/yaml", half_good()).await.expect(200);
    let there = app.is_there("/v1/topics/trams").await;
    let each = app.import("?mode=each", "application/yaml", half_good()).await.expect(200);

    assert!(!there);
    assert_eq!(atomic.at("/applied"), false);
    assert!(app.is_there("/v1/topics/trams").await);
    assert!(!app.is_there("/v1/topics/buses").await);
    assert_eq!(counted(&each, "topics")[4], 1, "{each}");
}

#[actix_web::test]
async fn a_file_may_come_packed() {
    let app = TestApp::start().await;
    let mut gzip = GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(TRAMS.as_bytes()).unwrap();
    let packed = gzip.finish().unwrap();
    let ask = |coding: &str, bytes: &[u8]| {
        let ask = app.import("?dry_run=true", "application/yaml", bytes);
        ask.header("content-encoding", coding)
    };

    ask("gzip", &packed).await.expect(200);
    ask("zstd", &zstd::encode_all(TRAMS.as_bytes(), 1).unwrap()).await.expect(200);
    ask("identity", TRAMS.as_bytes()).await.expect(200);

    assert_eq!(ask("gzip", TRAMS.as_bytes()).await.problem(), (400, "bad-request".to_owned()));
    assert_eq!(ask("gzip", &packed[..40]).await.problem(), (400, "bad-request".to_owned()));
    let unknown = ask("compress", TRAMS.as_bytes()).await;
    assert_eq!(unknown.problem(), (415, "unsupported-media-type".to_owned()));
}

#[actix_web::test]
async fn a_file_that_is_too_large_is_refused_packed_or_not() {
    let app = TestApp::with_settings(&["--import-largest=10000"]).await;
    let large = format!("{TRAMS}# {}\n", "x".repeat(20_000));
    let mut gzip = GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(large.as_bytes()).unwrap();
    let packed = gzip.finish().unwrap();
    assert!(packed.len() < 1_000);

    let plain = app.import("", "application/yaml", large).await;
    let unpacked =
        app.import("", "application/yaml", packed).header("content-encoding", "gzip").await;

    for refused in [plain, unpacked] {
        assert_eq!(refused.problem(), (413, "body-too-large".to_owned()));
        assert!(refused.text_at("/detail").contains("10000 bytes"), "{refused}");
    }
    assert!(!app.is_there("/v1/topics/trams").await);
}

#[actix_web::test]
async fn files_may_be_larger_than_other_bodies() {
    let app = TestApp::start().await;
    let large = format!("{TRAMS}# {}\n", "x".repeat(15_000_000));

    let report = app
        .import("", "application/yaml", large)
        // What would hold other bodies as a whole.
        .header("idempotency-key", "a-name")
        .await;

    report.expect(200);
    assert!(app.is_there("/v1/topics/trams").await);
}

#[actix_web::test]
async fn nobody_imports_where_nobody_writes() {
    let app = TestApp::read_only().await;

    let answer = app.import("", "application/yaml", TRAMS).await;

    assert_eq!(answer.problem(), (403, "read-only".to_owned()));
}

/// The head of a request that imports a file of YAML.
fn head(app: &TestApp, more: &str) -> String {
    format!(
        "POST /v1/imports HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/yaml\r\n{more}\r\n",
        app.key()
    )
}

fn whole(stream: &mut TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[actix_web::test]
async fn a_client_that_disappears_half_way_leaves_nothing() {
    let app = TestApp::start().await;
    let length = format!("Content-Length: {}\r\n", TRAMS.len() + 100);
    for (more, body) in [
        // All topics are there, but the file has not ended.
        (length.as_str(), TRAMS.to_owned()),
        ("Transfer-Encoding: chunked\r\n", format!("{:x}\r\n{TRAMS}\r\n", TRAMS.len())),
    ] {
        let request = format!("{}{body}", head(&app, more)).into_bytes();
        let disappear = |stream: &mut TcpStream| {
            sleep(Duration::from_millis(300));
            stream.shutdown(std::net::Shutdown::Both).unwrap();
        };
        on_a_socket(&app, request, disappear).await;
    }
    assert!(!app.is_there("/v1/topics/trams").await);
    assert!(!app.is_there("/v1/sources/leaflet").await);

    // Nothing is left behind that would be in the way.
    let report = app.import("", "application/yaml", TRAMS).await.expect(200);
    assert_eq!(sum(&report), [6, 0, 0, 0, 0]);
}

#[actix_web::test]
async fn a_file_may_come_slower_than_any_request_may_take() {
    let app = TestApp::with_settings(&["--request-timeout=2", "--body-timeout=1"]).await;
    let request = head(&app, &format!("Content-Length: {}\r\n", TRAMS.len())).into_bytes();

    let answer = on_a_socket(&app, request, |stream| {
        for part in TRAMS.as_bytes().chunks(TRAMS.len() / 7) {
            sleep(Duration::from_millis(500));
            stream.write_all(part).unwrap();
        }
        whole(stream)
    })
    .await;

    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(app.is_there("/v1/topics/trams").await);
}

#[actix_web::test]
async fn a_file_that_stops_coming_is_not_waited_for() {
    let app = TestApp::with_settings(&["--import-timeout=1"]).await;
    let request = format!("{}debatebase: 1\n", head(&app, "Content-Length: 100\r\n")).into_bytes();

    let answer = on_a_socket(&app, request, whole).await;

    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
    assert!(answer.contains("within 1 seconds"), "{answer}");
}

#[actix_web::test]
async fn a_client_that_asks_whether_to_go_on_is_told_to() {
    let app = TestApp::start().await;
    let more = format!("Content-Length: {}\r\nExpect: 100-continue\r\n", TRAMS.len());

    let answer = on_a_socket(&app, head(&app, &more).into_bytes(), |stream| {
        let mut told = [0; 25];
        stream.read_exact(&mut told).unwrap();
        assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n");
        stream.write_all(TRAMS.as_bytes()).unwrap();
        whole(stream)
    })
    .await;

    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}
