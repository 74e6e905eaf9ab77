//! What an import does to what is there: sent again, pruned, tried out, broken off, and beside others.

use std::fmt::Write;
use std::io::Write as _;
use std::net::Shutdown;
use std::sync::LazyLock;
use std::time::Duration;

use debatebase::formats::reading::no_files;
use debatebase::imports::reading::{EVENTS, Opened};
use debatebase::imports::{self, Event, Mode, Readable, Report, Settings};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::imports::{TRAMS, counted, sum};
use crate::problems::on_a_socket;
use crate::support::TestApp;

/// [`TRAMS`] with more of everything: a position, a reason against it, an undercut, a quote, and
/// another topic.
static MORE: LazyLock<String> = LazyLock::new(|| {
    let rest = r#"            attacked_by:
              - slug: bells
                claim: They have bells.
      - slug: wait
        statement: It should wait.
        attacked_by:
          - slug: many
            claim: They carry many people.
            quotes: [They carry many people.]
            via:
              undercut_by:
                - slug: empty
                  claim: They are empty at night.
  - slug: buses
    title: Should the town buy buses?
"#;
    format!("{TRAMS}{rest}")
});

/// Topics of so many arguments, each of which supports the one before, as a stream.
fn stream(topics: usize, arguments: usize) -> String {
    let mut stream = String::new();
    for topic in 0..topics {
        let reasons = (0..arguments).map(
            |at| json!({"slug": format!("reason-{at}"), "claim": format!("Because of {at}.")}),
        );
        let relations = (1..arguments).map(|at| {
            let premises = [format!("reason-{at}")];
            let target = format!("reason-{}", at - 1);
            json!({
                "slug": format!("relation-{at}"), "kind": "supports", "premises": premises,
                "target": {"argument": target},
            })
        });
        let topic = json!({
            "slug": format!("topic-{topic}"), "title": format!("Why {topic}?"),
            "arguments": reasons.collect::<Vec<_>>(), "relations": relations.collect::<Vec<_>>(),
        });
        writeln!(stream, "{}", json!({"debatebase": 1, "topic": topic})).unwrap();
    }
    stream
}

impl TestApp {
    /// All that is there, but for the trailer.
    async fn everything(&self) -> String {
        self.get("/v1/export").await.expect(200).text().to_owned()
    }

    async fn revision_of(&self, topic: &str) -> i64 {
        let answer = self.get(&format!("/v1/topics/{topic}/positions")).await.expect(200);
        answer.etag().trim_matches('"').parse().unwrap()
    }

    /// What an application holds that took nothing but this file.
    async fn only(media_type: &str, file: &str) -> String {
        let app = Self::start().await;
        app.import("", media_type, file).await.expect(200);
        app.everything().await
    }
}

#[actix_web::test]
async fn an_import_is_one_change_of_each_topic_and_the_same_again_is_none() {
    let app = TestApp::start().await;
    app.import("", "application/yaml", TRAMS).await.expect(200);
    let first = app.revision_of("trams").await;

    let more = app.import("", "application/yaml", MORE.as_str()).await.expect(200);
    let second = app.revision_of("trams").await;
    let again = app.import("", "application/yaml", MORE.as_str()).await.expect(200);

    assert_eq!(second, first + 1, "{more}");
    assert_eq!(app.revision_of("trams").await, second);
    assert_eq!(app.revision_of("buses").await, 1);
    let [created, changed, _, removed, failed] = sum(&again);
    assert_eq!([created, changed, removed, failed], [0; 4], "{again}");
    let left = json!([
        {"slug": "trams", "outcome": "left"}, {"slug": "buses", "outcome": "left"},
    ]);
    assert_eq!(again.at("/topics"), left, "in the order of the file");
}

#[actix_web::test]
async fn pruning_removes_records_of_every_kind_and_leaves_other_topics() {
    let app = TestApp::start().await;
    app.import("", "application/yaml", MORE.as_str()).await.expect(200);
    let before = app.revision_of("trams").await;

    let report = app.import("?prune=true", "application/yaml", TRAMS).await.expect(200);

    let removed = |kind: &str| counted(&report, kind)[3];
    assert_eq!(removed("positions"), 1, "{report}");
    assert_eq!(removed("arguments"), 3);
    assert_eq!(removed("relations"), 3);
    assert_eq!(removed("citations"), 1);
    assert_eq!(removed("topics") + removed("sources"), 0);
    assert_eq!(report.at("/topics"), json!([{"slug": "trams", "outcome": "changed"}]));
    assert_eq!(app.revision_of("trams").await, before + 1);
    app.get("/v1/topics/buses").await.expect(200);
    app.delete("/v1/topics/buses").await.expect(204);
    assert_eq!(app.everything().await, TestApp::only("application/yaml", TRAMS).await);
}

#[actix_web::test]
async fn a_trial_tells_what_the_import_then_does() {
    let app = TestApp::start().await;
    let broken = MORE.replace("quotes: [They carry many people.]", "quotes: [They carry nobody.]");
    for (query, file) in [
        ("mode=atomic", TRAMS),
        ("mode=atomic", MORE.as_str()),
        ("mode=each&prune=true", TRAMS),
        ("mode=each", broken.as_str()),
        ("mode=atomic", broken.as_str()),
    ] {
        let before = app.everything().await;
        let trial = app.import(&format!("?{query}&dry_run=true"), "application/yaml", file).await;
        assert_eq!(app.everything().await, before, "{query}");
        let import = app.import(&format!("?{query}"), "application/yaml", file).await;

        let told = |mut report: Value| {
            report["dry_run"] = Value::Null;
            report["applied"] = Value::Null;
            report
        };
        assert_eq!(told(trial.expect(200).json()), told(import.expect(200).json()), "{query}");
    }
}

/// Imports a stream whose topics are said to be scattered.
async fn scattered(app: &TestApp, mode: Mode, prune: bool, file: &str) -> Report {
    let (events, mut found) = mpsc::channel(EVENTS);
    let file = file.to_owned();
    let reading = std::thread::spawn(move || {
        // Each line is a file of its own: a stream does not name one topic twice.
        for line in file.lines() {
            let mut opened = Opened::new(line.as_bytes());
            let format = Readable::named("ndjson").unwrap();
            opened.read(format, None, &no_files, &events).unwrap();
        }
        events.blocking_send(Event::End).unwrap();
    });
    let settings = Settings { format: "ndjson", mode, dry_run: false, prune, scattered: true };
    let report = imports::run(app.db(), &settings, &mut found).await.unwrap();
    reading.join().unwrap();
    report
}

#[actix_web::test]
async fn a_topic_in_pieces_far_apart_is_pruned_of_what_none_of_them_has() {
    for mode in [Mode::Atomic, Mode::Each] {
        let app = TestApp::start().await;
        app.import("", "application/x-ndjson", stream(2, 5)).await.expect(200);
        // The last reason of the first topic is in none of its pieces; between them is a topic that
        // fills a batch.
        let piece = |reasons: &[usize]| {
            let mut line: Value = serde_json::from_str(stream(1, 4).trim()).unwrap();
            let of = |at: &Value| {
                let slug = at["slug"].as_str().unwrap();
                reasons.iter().any(|it| slug.ends_with(&format!("-{it}")))
            };
            for list in ["arguments", "relations"] {
                line["topic"][list].as_array_mut().unwrap().retain(of);
            }
            format!("{line}\n")
        };
        let large = stream(2, 2_000).lines().nth(1).unwrap().to_owned();
        let file = format!("{}{large}\n{}", piece(&[0, 1]), piece(&[0, 1, 2, 3]));
        let before = app.revision_of("topic-0").await;

        let report = scattered(&app, mode, true, &file).await;

        assert!(report.applied, "{:?}", report.notes);
        assert_eq!(report.counts.arguments.removed, 1, "{report}");
        assert_eq!(report.counts.relations.removed, 1, "{report}");
        assert_eq!(app.revision_of("topic-0").await, before + 1, "{mode:?}");
        let expected = format!("{}{large}\n", piece(&[0, 1, 2, 3]));
        let expected = TestApp::only("application/x-ndjson", &expected).await;
        assert_eq!(app.everything().await, expected);
    }
}

#[actix_web::test]
async fn a_client_that_disappears_leaves_whole_topics_and_finishes_by_sending_again() {
    let app = TestApp::start().await;
    // The first three fill a batch.
    let file = stream(4, 700);
    let cut = file.len() - 10_000;
    let request = format!(
        "POST /v1/imports?mode=each HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n",
        app.key(),
        cut,
        &file[..cut]
    );
    on_a_socket(&app, request.into_bytes(), |stream| {
        stream.flush().unwrap();
        // So that something of it is written.
        std::thread::sleep(Duration::from_secs(2));
        stream.shutdown(Shutdown::Both).unwrap();
    })
    .await;

    let whole: Vec<String> = {
        let all = TestApp::only("application/x-ndjson", &file).await;
        all.lines().map(str::to_owned).collect()
    };
    let there = app.everything().await;
    let topics: Vec<&str> = there.lines().filter(|line| line.contains("\"topic\"")).collect();
    assert!(topics.len() < 4, "the last one did not come");
    for topic in topics {
        assert!(whole.iter().any(|it| it == topic), "{}", &topic[..100]);
    }

    let report = app.import("?mode=each", "application/x-ndjson", file.as_str()).await.expect(200);

    assert_eq!(report.at("/applied"), true, "{report}");
    assert_eq!(app.everything().await.lines().collect::<Vec<_>>(), whole);
}

#[actix_web::test]
async fn imports_of_the_same_topics_at_once_all_succeed() {
    let app = TestApp::start().await;
    let small = stream(20, 3);
    let backwards: String = small.lines().rev().map(|line| format!("{line}\n")).collect();
    // Each of several batches.
    let large = stream(4, 450);

    let files = [&small, &backwards, &large, &small, &backwards, &large];
    let modes = ["atomic", "each", "atomic", "each", "atomic", "each"];
    let imports = files.iter().zip(modes).map(|(file, mode)| {
        let import = app.import(&format!("?mode={mode}"), "application/x-ndjson", file.as_str());
        async move { import.await }
    });

    let mut again = Vec::new();
    for (answer, (file, mode)) in join_all(imports).await.into_iter().zip(files.iter().zip(modes)) {
        match answer.status() {
            200 => assert_eq!(answer.at("/applied"), true, "{answer}"),
            // Several batches in one transaction may meet another writer in the wrong order.
            503 if mode == "atomic" && **file == large => again.push(file),
            _ => panic!("{answer}"),
        }
    }
    for file in again {
        app.import("", "application/x-ndjson", file.as_str()).await.expect(200);
    }
    for slug in ["topic-0", "topic-19"] {
        app.get(&format!("/v1/topics/{slug}")).await.expect(200);
    }
    let last =
        app.import("?dry_run=true", "application/x-ndjson", large.as_str()).await.expect(200);
    assert_eq!(sum(&last)[..2], [0, 0], "nothing of it is lost: {last}");
}

#[actix_web::test]
async fn more_premises_than_a_relation_holds_are_taken_without_it_and_told() {
    let app = TestApp::start().await;
    let count = 33_000;
    let reasons = (0..count).map(
        |at| json!({"nodeID": at.to_string(), "text": format!("Because of {at}."), "type": "I"}),
    );
    let ends = [
        json!({"nodeID": "ra", "text": "Default Inference", "type": "RA"}),
        json!({"nodeID": "end", "text": "Therefore.", "type": "I"}),
    ];
    let nodes: Vec<Value> = reasons.chain(ends).collect();
    let edges = (0..count)
        .map(|at| json!({"edgeID": at.to_string(), "fromID": at.to_string(), "toID": "ra"}))
        .chain([json!({"edgeID": "last", "fromID": "ra", "toID": "end"})]);
    let file = json!({"nodes": nodes, "edges": edges.collect::<Vec<_>>(), "locutions": []});

    let report = app.import("", "application/vnd.aif+json", file.to_string()).await.expect(200);

    assert_eq!(report.at("/applied"), true);
    assert!(report.at("/notes").to_string().contains("too-much"), "{}", report.at("/notes"));
    let reasons = counted(&report, "arguments")[0] + counted(&report, "positions")[0];
    assert_eq!(reasons, count + 1);
    assert_eq!(counted(&report, "relations")[0], 0);
}

#[actix_web::test]
async fn generated_debates_come_back_as_they_were() {
    let app = TestApp::start().await;
    let generated = include_str!("generated.ndjson");

    let report = app.import("", "application/x-ndjson", generated).await.expect(200);
    assert_eq!(report.at("/applied"), true, "{}", report.at("/notes"));
    let exported = app.everything().await;
    let again = app.import("?prune=true", "application/x-ndjson", exported.as_str()).await;
    let again = again.expect(200);
    let original = app.import("?prune=true", "application/x-ndjson", generated).await.expect(200);

    for report in [again, original] {
        let [created, changed, left, removed, failed] = sum(&report);
        assert_eq!([created, changed, removed, failed], [0; 4], "{}", report.at("/counts"));
        assert!(left > 500, "there is something: {left}");
    }
    assert_eq!(TestApp::only("application/x-ndjson", &exported).await, exported);
    // Each topic by itself, in every format that holds all.
    for line in exported.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let Some(slug) = line.pointer("/topic/slug").and_then(Value::as_str) else { continue };
        for (format, media_type) in [("yaml", "application/yaml"), ("json", "application/json")] {
            let path = format!("/v1/topics/{slug}/export?format={format}");
            let file = app.get(&path).await.expect(200).text().to_owned();
            let report = app.import("?prune=true", media_type, file).await.expect(200);
            let [created, changed, _, removed, failed] = sum(&report);
            assert_eq!([created, changed, removed, failed], [0; 4], "{slug} {format} {report}");
        }
    }
}

#[actix_web::test]
async fn what_a_key_shows_comes_back_as_that_key_showed_it() {
    let app = TestApp::start().await;
    app.import("", "application/yaml", MORE.as_str()).await.expect(200);
    for slug in ["secret", "hidden"] {
        let draft = json!({"slug": slug, "title": "Why?", "status": "draft"});
        app.post("/v1/topics", draft).await.expect(201);
    }
    let bound = json!({"label": "Bound", "scopes": ["read"], "topics": ["secret"]});
    let bound = app.post("/v1/keys", bound).await.expect(201).text_at("/key");

    for (asked, drafts) in [
        (app.without_key(), &[][..]),
        (app.with_key(&bound), &["secret"]),
        (app.with_key(app.key()), &["hidden", "secret"]),
    ] {
        let shown = asked.everything().await;
        let is_shown = |slug: &str| shown.contains(&format!("\"slug\":\"{slug}\""));
        for slug in ["secret", "hidden"] {
            assert_eq!(is_shown(slug), drafts.contains(&slug), "{slug} {drafts:?}");
        }
        assert_eq!(TestApp::only("application/x-ndjson", &shown).await, shown);
    }
}
