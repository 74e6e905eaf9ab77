//! Seeding: the essay's debates, and documents in the native format.

use std::collections::BTreeSet;

use debatebase::imports::seeds::{self, Loaded};
use debatebase::imports::{Report, Tally, apply};
use insta::assert_snapshot;
use serde_json::Value;

use crate::support::TestApp;

const ESSAY: &str = "open-source-llama-essay";

/// Reads a document that has no files beside it.
fn document(text: &str) -> Loaded {
    seeds::load("debate.yaml", text, &|file| Err(format!("there is no file `{file}`"))).unwrap()
}

/// Why a document cannot be read.
fn refusal(text: &str) -> String {
    let no_files = |file: &str| Err(format!("there is no file `{file}`"));
    seeds::load("debate.yaml", text, &no_files).unwrap_err().to_string()
}

/// Writes a document, which can be written.
async fn seed(app: &TestApp, document: &Loaded) -> Report {
    apply(app.db(), document).await.unwrap_or_else(|problem| panic!("{problem}"))
}

/// All items of a list, over all its pages.
async fn all(app: &TestApp, list: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), None);
    loop {
        let next = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let page = app.get(&format!("{list}?limit=100{next}")).await.expect(200);
        items.extend(page.at("/data").as_array().unwrap().clone());
        let Value::String(next) = page.at("/page/next_cursor") else { return items };
        cursor = Some(next);
    }
}

async fn topics(app: &TestApp) -> Vec<String> {
    let topics = all(app, "/v1/topics").await;
    topics.iter().map(|topic| topic["slug"].as_str().unwrap().to_owned()).collect()
}

const BELOW: [&str; 4] = ["positions", "arguments", "relations", "citations"];

/// Everything that there is, to be compared with what there is later.
async fn everything(app: &TestApp) -> Vec<Value> {
    let mut found = all(app, "/v1/topics").await;
    found.extend(all(app, "/v1/sources").await);
    for topic in topics(app).await {
        for below in BELOW {
            found.extend(all(app, &format!("/v1/topics/{topic}/{below}")).await);
        }
        let outline = app.get(&format!("/v1/topics/{topic}/outline")).await;
        found.push(outline.at("/revision"));
    }
    found
}

#[actix_web::test]
async fn the_essay_has_its_debates() {
    let app = TestApp::start().await;

    let report = seed(&app, &seeds::essay().unwrap()).await;

    assert_snapshot!(report, @"created 1 source, 5 topics, 12 positions, 32 arguments, 37 relations, 51 citations");
    let mut topics = topics(&app).await;
    topics.sort();
    assert_eq!(
        topics,
        [
            "judging-the-opening-of-llama",
            "llama-altruism-or-strategy",
            "open-source-ai-and-ordinary-users",
            "openness-end-or-means",
            "openness-or-diverse-competition",
        ]
    );
}

#[actix_web::test]
async fn the_essay_is_kept_to_the_byte() {
    let app = TestApp::seeded().await;

    let text = app.get(&format!("/v1/sources/{ESSAY}/text")).await.expect(200);

    assert_eq!(text.text(), include_str!("../../seeds/essay.txt"));
    let source = app.get(&format!("/v1/sources/{ESSAY}")).await;
    assert_eq!(source.at("/authors"), serde_json::json!([]));
    assert_eq!(source.number_at("/text_length"), 2586);
}

#[actix_web::test]
async fn every_position_and_argument_of_the_essay_rests_on_a_quote() {
    let app = TestApp::seeded().await;
    for topic in topics(&app).await {
        let citations = all(&app, &format!("/v1/topics/{topic}/citations")).await;
        let backed = |kind: &str| -> BTreeSet<String> {
            let names = citations.iter().filter_map(|citation| citation["backs"][kind].as_str());
            names.map(str::to_owned).collect()
        };
        for (list, kind) in [("positions", "position"), ("arguments", "argument")] {
            let backed = backed(kind);
            for record in all(&app, &format!("/v1/topics/{topic}/{list}")).await {
                let slug = record["slug"].as_str().unwrap();
                assert!(backed.contains(slug), "the {kind} {slug} of {topic} rests on nothing");
            }
        }
        assert!(backed("topic").contains(&topic), "{topic} rests on nothing");
    }
}

#[actix_web::test]
async fn every_sentence_of_the_essay_is_quoted() {
    let app = TestApp::seeded().await;

    let answer = app.get(&format!("/v1/sources/{ESSAY}/citations?limit=1")).await.expect(200);

    let unquoted: Vec<String> = answer
        .at("/coverage/unquoted")
        .as_array()
        .unwrap()
        .iter()
        .map(|passage| passage["text"].as_str().unwrap().trim().to_owned())
        .collect();
    let headings =
        ["The Real Objective", "The Competitive Logic", "Does Open Source Actually Benefit Users?"];
    assert_eq!(unquoted, headings);
}

#[actix_web::test]
async fn every_argument_of_the_essay_bears_on_a_position() {
    let app = TestApp::seeded().await;
    for topic in topics(&app).await {
        let outline = app.get(&format!("/v1/topics/{topic}/outline")).await.expect(200);
        assert_eq!(
            outline.at("/unplaced"),
            serde_json::json!({"arguments": [], "relations": []}),
            "{topic}"
        );
    }
}

#[actix_web::test]
async fn seeding_twice_changes_nothing() {
    let app = TestApp::seeded().await;
    let before = everything(&app).await;

    let report = seed(&app, &seeds::essay().unwrap()).await;

    assert_eq!(report.counts.writes(), 0);
    assert_snapshot!(report, @"left as it was 1 source, 5 topics, 12 positions, 32 arguments, 37 relations, 51 citations");
    assert_eq!(everything(&app).await, before);
}

/// A debate that changes from test to test.
const SMALL: &str = "
debatebase: 1
sources:
  - slug: text
    title: A text
    text: One reason. Another reason.
topics:
  - slug: small
    title: Is it small?
    source: text
    positions:
      - slug: it-is
        statement: It is.
        supported_by:
          - slug: one
            claim: There is one reason.
            quotes: [One reason.]
";

#[actix_web::test]
async fn an_edited_document_changes_what_was_edited_and_leaves_the_rest() {
    let app = TestApp::start().await;
    seed(&app, &document(SMALL)).await;
    let edited = SMALL.replace("There is one reason.", "There is a reason.").replace(
        "        statement: It is.\n",
        "        statement: It is.\n        attacked_by:\n          - {slug: two, claim: There is none., quotes: [Another reason.]}\n",
    );

    let report = seed(&app, &document(&edited)).await;

    assert_snapshot!(report, @"created 1 argument, 1 relation, 1 citation; changed 1 argument; left as it was 1 source, 1 topic, 1 position, 1 relation, 1 citation");
    assert_eq!(app.get("/v1/topics/small/arguments/one").await.number_at("/version"), 2);
    assert_eq!(app.get("/v1/topics/small").await.number_at("/version"), 1);
}

#[actix_web::test]
async fn what_a_document_does_not_name_stays() {
    let app = TestApp::start().await;
    seed(&app, &document(SMALL)).await;
    app.post("/v1/topics/small/arguments", serde_json::json!({"slug": "ours", "claim": "Ours."}))
        .await
        .expect(201);

    seed(&app, &document(SMALL)).await;

    app.get("/v1/topics/small/arguments/ours").await.expect(200);
}

#[actix_web::test]
async fn a_document_is_written_whole_or_not_at_all() {
    let app = TestApp::start().await;
    let before = everything(&app).await;
    let wrong = document(&SMALL.replace("[One reason.]", "[No reason.]"));

    let problem = apply(app.db(), &wrong).await.unwrap_err();

    assert_snapshot!(problem, @"debate.yaml: line 17, column 22: exact: these words do not stand in the source's text; the nearest passages are: 0–10 “One reason”; 12–26 “Another reason”");
    assert_eq!(everything(&app).await, before);
}

#[actix_web::test]
async fn every_quote_that_is_wrong_is_named() {
    let app = TestApp::start().await;
    let wrong = document(&SMALL.replace("[One reason.]", "[No reason., reason, One reason.]"));

    let problem = apply(app.db(), &wrong).await.unwrap_err();

    let text = problem.to_string();
    let places: Vec<&str> = text.lines().map(|line| &line[..38]).collect();
    assert_eq!(
        places,
        ["debate.yaml: line 17, column 22: exact", "debate.yaml: line 17, column 34: exact"]
    );
}

#[test]
fn a_document_that_is_wrong_is_refused_with_line_and_column() {
    let wrong =
        SMALL.replace("claim: There", "clam: There").replace("title: Is it small?", "title: 7");

    assert_snapshot!(refusal(&wrong), @r"
    debate.yaml: line 9, column 12: title: must be a string, not a number; put it in quotes to make it text
    debate.yaml: line 15, column 13: claim: is needed
    debate.yaml: line 16, column 13: clam: is not known here; did you mean `claim`?
    ");
}

#[test]
fn a_document_that_is_no_yaml_is_refused_with_line_and_column() {
    assert_snapshot!(refusal("debatebase: 1\ntopics: [\n"), @"debate.yaml: line 2, column 9: unclosed bracket '['");
}

#[actix_web::test]
async fn an_archived_topic_takes_no_document_but_an_equal_one() {
    let app = TestApp::start().await;
    let archived =
        SMALL.replace("    title: Is it small?", "    status: archived\n    title: Is it small?");
    seed(&app, &document(&archived)).await;

    let same = seed(&app, &document(&archived)).await;
    let other = document(&archived.replace("There is one", "There is a"));
    let problem = apply(app.db(), &other).await.unwrap_err();

    assert_eq!(same.counts.writes(), 0);
    assert_snapshot!(problem, @"debate.yaml: line 8, column 5: topics: The topic `small` is archived and takes no changes.");
}

#[actix_web::test]
async fn documents_written_at_once_take_turns() {
    let app = TestApp::start().await;
    let document = document(SMALL);

    let writes = (0..8).map(|_| apply(app.db(), &document));
    let reports = futures_util::future::join_all(writes).await;

    let created =
        reports.into_iter().filter(|report| report.as_ref().unwrap().counts.writes() > 0).count();
    assert_eq!(created, 1);
}

#[actix_web::test]
async fn documents_that_write_and_quote_each_others_sources_do_not_lock_each_other_out() {
    let app = TestApp::start().await;
    // Each writes one source anew and quotes the other, in a topic of its own.
    let text = |own: &str, other: &str, round: usize| {
        let own_source = format!("{{slug: {own}, title: T, text: 'Round {round}. One reason.'}}");
        let quote = |source: &str| format!("{{source: {source}, exact: One reason.}}");
        document(&format!(
            "debatebase: 1\nsources: [{own_source}]\ntopics:\n  - slug: about-{own}\n    title: Why?\n    \
             quotes: [{}, {}]\n",
            quote(own),
            quote(other)
        ))
    };
    for name in ["aa", "zz"] {
        app.source(name, "One reason.").await;
    }

    for round in 0..10 {
        let (a, z) = (text("aa", "zz", round), text("zz", "aa", round));
        let quote = serde_json::json!({"claim": format!("{round}."), "citations": [
            {"source": "zz", "exact": "One reason."}, {"source": "aa", "exact": "One reason."},
        ]});
        app.put("/v1/topics/about-aa", serde_json::json!({"title": "Why?"})).await;
        let ask = app.post("/v1/topics/about-aa/arguments", quote).into_future();
        let (a, z, asked) = tokio::join!(apply(app.db(), &a), apply(app.db(), &z), ask);
        assert!(a.is_ok() && z.is_ok(), "{a:?} {z:?}");
        asked.expect(201);
    }
}

#[test]
fn a_report_of_nothing_says_so() {
    assert_eq!(Tally::default(), Tally { created: 0, changed: 0, left: 0, removed: 0, failed: 0 });
    assert_snapshot!(Report::default(), @"nothing to do");
}
