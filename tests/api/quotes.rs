//! Quotes: found where they stand, refused where they do not, and moved along with their text.

use insta::assert_snapshot;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::support::{Answer, GivenTopic, TestApp};

/// Given a topic and a source, quotes the source for the topic.
async fn quote(app: &TestApp, text: &str, selector: Value) -> Answer {
    let slug = format!("s{}", text.len());
    if app.get(&format!("/v1/sources/{slug}")).await.status() == 404 {
        app.source(&slug, text).await;
    }
    let mut new = json!({"source": slug, "backs": {"topic": "llama"}});
    new.as_object_mut().unwrap().extend(selector.as_object().unwrap().clone());
    app.post("/v1/topics/llama/citations", new).await
}

/// The place of a quote.
fn span(answer: &Answer) -> (i64, i64) {
    (answer.number_at("/start"), answer.number_at("/end"))
}

#[actix_web::test]
async fn places_are_counted_in_code_points() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    let text = "🦙🦙 e\u{301} 𝒳: a means, not an end 🦙";

    let words = quote(&app, text, json!({"exact": "a means"})).await.expect(201);
    let astral = quote(&app, text, json!({"exact": "𝒳"})).await.expect(201);
    let mark = quote(&app, text, json!({"exact": "e\u{301}"})).await.expect(201);

    assert_eq!(span(&words), (9, 16));
    assert_eq!(span(&astral), (6, 7));
    assert_eq!(span(&mark), (3, 5));
    assert_eq!(words.at("/prefix"), json!("🦙🦙 e\u{301} 𝒳: "));
}

#[actix_web::test]
async fn a_quote_is_not_normalised() {
    let app = TestApp::start().await;
    app.topic("llama").await;

    let answer = quote(&app, "Cafe\u{301}", json!({"exact": "Caf\u{e9}"})).await;

    assert_eq!(answer.faults(), [("/exact".to_owned(), "quote-not-found".to_owned())]);
}

#[actix_web::test]
async fn a_line_end_of_two_characters_counts_as_two() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    let text = "One.\r\nTwo.\r\nThree.";

    let after = quote(&app, text, json!({"exact": "Three."})).await.expect(201);
    let across = quote(&app, text, json!({"exact": "One.\r\nTwo."})).await.expect(201);

    assert_eq!(span(&after), (12, 18));
    assert_eq!(after.at("/prefix"), json!("One.\r\nTwo.\r\n"));
    assert_eq!(span(&across), (0, 10));
    quote(&app, text, json!({"exact": "One.\nTwo."})).await.expect(409);
}

#[actix_web::test]
async fn a_quote_keeps_32_characters_of_what_stands_around_it() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    let text = format!("{}X{}", "🦙".repeat(40), "é".repeat(40));

    let answer = quote(&app, &text, json!({"exact": "X"})).await.expect(201);

    assert_eq!(answer.at("/prefix"), json!("🦙".repeat(32)));
    assert_eq!(answer.at("/suffix"), json!("é".repeat(32)));
}

#[actix_web::test]
async fn a_whole_text_can_be_quoted() {
    let app = TestApp::start().await;
    app.topic("llama").await;

    let answer = quote(&app, "All of it.", json!({"exact": "All of it."})).await.expect(201);

    assert_eq!(span(&answer), (0, 10));
    assert_eq!((answer.at("/prefix"), answer.at("/suffix")), (json!(""), json!("")));
}

#[actix_web::test]
async fn a_right_place_decides_between_equal_words() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    let text = "open, open, open";

    for start in [0, 6, 12] {
        let selector = json!({"exact": "open", "start": start, "end": start + 4});
        let answer = quote(&app, text, selector).await.expect(201);
        assert_eq!(span(&answer), (start, start + 4));
    }
}

#[actix_web::test]
async fn a_wrong_place_is_mended_when_the_words_stand_once() {
    let app = TestApp::start().await;
    app.topic("llama").await;

    for (start, end) in [(0, 4), (8, 13), (7, 11), (9_999, 10_003), (i32::MAX, i32::MAX)] {
        let selector = json!({"exact": "open", "start": start, "end": end});
        let answer = quote(&app, "is this open?", selector).await.expect(201);
        assert_eq!(span(&answer), (8, 12));
    }
}

#[actix_web::test]
async fn context_decides_between_equal_words() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    let text = "open models, open code, open minds";

    let by_suffix = quote(&app, text, json!({"exact": "open", "suffix": " code"})).await;
    let by_prefix = quote(&app, text, json!({"exact": "open", "prefix": "code, "})).await;

    assert_eq!(span(&by_suffix.expect(201)), (13, 17));
    assert_eq!(span(&by_prefix.expect(201)), (24, 28));
}

#[actix_web::test]
async fn words_that_stand_more_than_once_are_refused_with_their_places() {
    let app = TestApp::start().await;
    app.topic("llama").await;

    let answer = quote(&app, "open models, open code", json!({"exact": "open"})).await;

    assert_snapshot!(answer, @r#"
    409 application/problem+json
    {
      "code": "does-not-fit",
      "detail": "There is one fault, named in `errors`.",
      "errors": [
        {
          "code": "quote-ambiguous",
          "detail": "these words stand 2 times in the source's text; give `prefix` or `suffix`, or `start`, to say which is meant: 0–4 “open models, open code”; 13–17 “open models, open code”",
          "pointer": "/exact"
        }
      ],
      "instance": "/v1/topics/llama/citations",
      "request_id": "[request]",
      "status": 409,
      "title": "The input does not fit what is there",
      "type": "/problems/does-not-fit"
    }
    "#);
}

#[actix_web::test]
async fn words_that_do_not_stand_there_are_refused_with_the_nearest_passages() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    let text = "None of this is sinister. Open source is a means, not an end. It is a tool.";

    let answer = quote(&app, text, json!({"exact": "Open source is a mean, not the end."})).await;

    assert_snapshot!(answer, @r#"
    409 application/problem+json
    {
      "code": "does-not-fit",
      "detail": "There is one fault, named in `errors`.",
      "errors": [
        {
          "code": "quote-not-found",
          "detail": "these words do not stand in the source's text; the nearest passages are: 26–60 “Open source is a means, not an end”",
          "pointer": "/exact"
        }
      ],
      "instance": "/v1/topics/llama/citations",
      "request_id": "[request]",
      "status": 409,
      "title": "The input does not fit what is there",
      "type": "/problems/does-not-fit"
    }
    "#);
}

#[actix_web::test]
async fn words_unlike_anything_in_the_text_are_refused_too() {
    let app = TestApp::start().await;
    app.topic("llama").await;

    for exact in ["zebra crossing", "…", " "] {
        let answer = quote(&app, "Open-source-is-a-means.", json!({"exact": exact})).await;
        assert_eq!(answer.faults(), [("/exact".to_owned(), "quote-not-found".to_owned())]);
    }
}

/// Given a source that two topics quote.
async fn quoted_twice(app: &TestApp) -> (GivenTopic<'_>, GivenTopic<'_>) {
    app.source("essay", "Open source is a means, not an end. Who benefits?").await;
    let (llama, alpaca) = (app.topic("llama").await, app.topic("alpaca").await);
    llama.citation("means", "essay", "a means", json!({"topic": "llama"})).await;
    alpaca.citation("who", "essay", "Who benefits?", json!({"topic": "alpaca"})).await;
    (llama, alpaca)
}

#[actix_web::test]
async fn a_new_text_moves_its_quotes_along() {
    let app = TestApp::start().await;
    let (llama, alpaca) = quoted_twice(&app).await;
    let before = app.get(&alpaca.path("/citations/who")).await;

    let text = "🦙 So: Open source is a means. 🦙 Who benefits? All?";
    let source = app.patch("/v1/sources/essay", json!({"text": text})).await.expect(200);

    assert_eq!(source.number_at("/version"), 2);
    let means = app.get(&llama.path("/citations/means")).await.expect(200);
    assert_eq!(span(&means), (21, 28));
    assert_eq!(means.at("/prefix"), json!("🦙 So: Open source is "));
    let who = app.get(&alpaca.path("/citations/who")).await.expect(200);
    assert_eq!(span(&who), (32, 45));
    assert_eq!(who.at("/suffix"), json!(" All?"));
    assert_eq!((who.number_at("/version"), before.number_at("/version")), (2, 1));
}

#[actix_web::test]
async fn a_quote_that_stays_where_it_is_keeps_its_version() {
    let app = TestApp::start().await;
    let (llama, alpaca) = quoted_twice(&app).await;
    let revision = llama.revision().await;

    let text = "Open source is a means, not an end, so they say and say again. Who benefits?";
    app.patch("/v1/sources/essay", json!({"text": text})).await.expect(200);

    let means = app.get(&llama.path("/citations/means")).await.expect(200);
    let who = app.get(&alpaca.path("/citations/who")).await.expect(200);
    assert_eq!(span(&means), (15, 22));
    // Its words stayed, and what stands around them changed.
    assert_eq!(means.at("/suffix"), json!(", not an end, so they say and sa"));
    assert_eq!(means.number_at("/version"), 2);
    assert_eq!(llama.revision().await, revision + 1);
    assert_eq!(who.number_at("/version"), 2);

    let text = format!("{text} {}", "Nothing near changes. ".repeat(3));
    app.patch("/v1/sources/essay", json!({"text": text})).await.expect(200);

    let means = app.get(&llama.path("/citations/means")).await.expect(200);
    assert_eq!(means.number_at("/version"), 2);
    assert_eq!(llama.revision().await, revision + 1);
}

#[actix_web::test]
async fn a_text_that_would_orphan_quotes_is_refused_and_names_them() {
    let app = TestApp::start().await;
    let (llama, _) = quoted_twice(&app).await;

    // One quote is gone, the other ambiguous.
    let text = "Who benefits? Open source is an end. Who benefits?";
    let answer = app.patch("/v1/sources/essay", json!({"text": text})).await;

    assert_snapshot!(answer, @r#"
    409 application/problem+json
    {
      "code": "quotes-orphaned",
      "detail": "2 citation(s) would be orphaned: see `orphans`.",
      "instance": "/v1/sources/essay",
      "orphans": [
        {
          "slug": "means",
          "topic": "llama",
          "type": "citation"
        },
        {
          "slug": "who",
          "topic": "alpaca",
          "type": "citation"
        }
      ],
      "request_id": "[request]",
      "status": 409,
      "title": "Quotes would lose their place in the text",
      "type": "/problems/quotes-orphaned"
    }
    "#);
    assert_eq!(app.get("/v1/sources/essay").await.number_at("/version"), 1);
    assert_eq!(app.get(&llama.path("/citations/means")).await.number_at("/version"), 1);
}

#[actix_web::test]
async fn a_text_cannot_be_taken_away_from_under_its_quotes() {
    let app = TestApp::start().await;
    quoted_twice(&app).await;

    for answer in [
        app.patch("/v1/sources/essay", json!({"text": null})).await,
        app.patch("/v1/sources/essay", json!({"text": ""})).await,
        app.put("/v1/sources/essay", json!({"title": "Without a text"})).await,
    ] {
        assert_eq!(answer.problem(), (409, "quotes-orphaned".to_owned()));
        let Value::Array(orphans) = answer.at("/orphans") else { panic!("{answer}") };
        assert_eq!(orphans.len(), 2);
    }
}

/// A text with what makes counting hard, and two places in it. Every part has a sign of its own, so
/// that what stands around a quote tells it from all others.
fn hard_text() -> impl Strategy<Value = (String, prop::sample::Index, prop::sample::Index)> {
    let pieces = prop::sample::select(vec![
        "🦙",
        "👩\u{200D}👩\u{200D}👧",
        "🏳\u{FE0F}\u{200D}🌈",
        "🇩🇪🇫🇷",
        "e\u{301}",
        "\u{e9}",
        "ก็",
        "\r\n",
        "\r",
        "𝒳",
        " \t",
        "\u{202E}",
        "\u{FEFF}",
        "\u{c}\u{85}",
    ]);
    let text = prop::collection::vec(pieces, 1..120).prop_map(|pieces| {
        let signs = '\u{4E00}'..;
        pieces.iter().zip(signs).map(|(piece, sign)| format!("{piece}{sign}")).collect::<String>()
    });
    (text, any::<prop::sample::Index>(), any::<prop::sample::Index>())
}

/// The code points of a text: its UTF-16 units, with the two of a pair made one.
fn points(text: &str) -> Vec<u32> {
    let mut points = Vec::new();
    for unit in text.encode_utf16().map(u32::from) {
        match points.last_mut() {
            Some(high @ 0xD800..0xDC00) => {
                *high = 0x10000 + ((*high - 0xD800) << 10) + (unit - 0xDC00);
            }
            _ => points.push(unit),
        }
    }
    points
}

/// The text that some code points are.
fn text_of(points: &[u32]) -> String {
    points.iter().map(|point| char::from_u32(*point).unwrap()).collect()
}

#[actix_web::test]
async fn every_slice_of_every_text_has_the_place_that_it_is_counted_to_have() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    let mut runner = TestRunner::default();
    let moved_by = "👩\u{200D}👧 before it\r\n";

    for case in 0..40 {
        let (text, a, b) = hard_text().new_tree(&mut runner).unwrap().current();
        let all = points(&text);
        let (a, b) = (a.index(all.len()), b.index(all.len()));
        let (start, end) = (a.min(b), a.max(b) + 1);
        let holds = |quote: &Answer, all: &[u32], start: usize, end: usize| {
            let place = |point: usize| i64::try_from(point).unwrap();
            assert_eq!(span(quote), (place(start), place(end)), "{text:?}: {quote}");
            assert_eq!(quote.text_at("/exact"), text_of(&all[start..end]));
            assert_eq!(quote.text_at("/prefix"), text_of(&all[start.saturating_sub(32)..start]));
            assert_eq!(quote.text_at("/suffix"), text_of(&all[end..all.len().min(end + 32)]));
        };
        let source = format!("/v1/sources/hard-{case}");
        app.put(&source, json!({"title": "T", "text": text})).await.expect(201);
        assert_eq!(app.get(&format!("{source}/text")).await.text(), text);

        let citation = format!("/v1/topics/llama/citations/hard-{case}");
        let quote = json!({
            "source": format!("hard-{case}"), "backs": {"topic": "llama"},
            "exact": text_of(&all[start..end]), "start": start, "end": end,
        });
        holds(&app.put(&citation, quote).await.expect(201), &all, start, end);

        let coverage = app.get(&format!("{source}/citations")).await.at("/coverage");
        assert_eq!(coverage["total"], all.len(), "{text:?}");
        assert_eq!(coverage["quoted"], end - start, "{text:?}");
        for passage in coverage["unquoted"].as_array().unwrap() {
            let place = |name: &str| usize::try_from(passage[name].as_u64().unwrap()).unwrap();
            let (from, to) = (place("start"), place("end"));
            assert!(to <= start || end <= from, "{text:?}");
            assert_eq!(passage["text"], text_of(&all[from..to.min(from + 500)]), "{text:?}");
        }

        let longer = format!("{moved_by}{text} after it");
        app.patch(&source, json!({"text": longer})).await.expect(200);
        let by = points(moved_by).len();
        let moved = app.get(&citation).await.expect(200);
        holds(&moved, &points(&longer), start + by, end + by);
    }
}
