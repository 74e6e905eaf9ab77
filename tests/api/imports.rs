//! Files that are imported over HTTP: of each format, in each way to say which one it is.

use actix_web::http::Method;
use diesel::sql_types::BigInt;
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

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

    pub async fn is_there(&self, path: &str) -> bool {
        self.get(path).await.status() == 200
    }
}

/// What a report counts of a kind: created, changed, left, removed, failed.
pub fn counted(report: &Answer, kind: &str) -> [i64; 5] {
    ["created", "changed", "left", "removed", "failed"]
        .map(|what| report.number_at(&format!("/counts/{kind}/{what}")))
}

/// The sum over all kinds.
pub fn sum(report: &Answer) -> [i64; 5] {
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
        ("application/octet-stream", "?!"),
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
async fn an_import_of_several_batches_tells_postgresql_what_is_in_its_tables() {
    let app = TestApp::start().await;
    let arguments: Vec<Value> = (0..1_000)
        .map(|n| json!({"slug": format!("reason-{n}"), "claim": format!("Reason {n}.")}))
        .collect();
    let line = |n| {
        let topic = json!({"slug": format!("topic-{n}"), "title": "Long", "arguments": arguments});
        json!({"debatebase": 1, "topic": topic}).to_string()
    };
    let file = (0..5).map(line).collect::<Vec<_>>().join("\n");

    let report = app.import("", "application/x-ndjson", file.as_str()).await.expect(200);

    assert_eq!(counted(&report, "arguments"), [5_000, 0, 0, 0, 0], "{report}");
    let mut conn = app.connection().await;
    let known =
        sql_query("select reltuples::bigint as rows from pg_class where relname = 'arguments'");
    let known: Known = known.get_result(&mut conn).await.unwrap();
    assert!(known.rows >= 1_000, "{} rows are known of", known.rows);
}

#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

#[actix_web::test]
async fn nobody_imports_where_nobody_writes() {
    let app = TestApp::read_only().await;

    let answer = app.import("", "application/yaml", TRAMS).await;

    assert_eq!(answer.problem(), (403, "read-only".to_owned()));
}

#[actix_web::test]
async fn an_empty_body_is_no_file() {
    let app = TestApp::start().await;

    for path in ["/v1/imports", "/v1/imports?format=yaml", "/v1/imports?format=args-me"] {
        let refused = app.ask(Method::POST, path).await.expect(400);
        assert!(refused.text_at("/detail").contains("the body is empty"), "{path}: {refused}");
    }
}
