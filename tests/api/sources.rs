//! Sources: the texts that are quoted, kept to the byte.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::TestApp;

#[actix_web::test]
async fn a_new_source_is_answered_without_its_text_but_with_its_digest() {
    let app = TestApp::start().await;

    let answer = app
        .post(
            "/v1/sources",
            json!({
                "title": "Why Llama?", "authors": ["Ada Lovelace", "Grace Hopper"], "publisher": "The Gazette",
                "published_on": "2024-07-23", "url": "https://example.org/llama", "licence": "CC-BY-4.0",
                "text": "abc",
            }),
        )
        .await;

    assert_eq!(answer.etag(), "\"1\"");
    assert_snapshot!(answer, @r#"
    201 application/json
    location: /v1/sources/why-llama
    {
      "authors": [
        "Ada Lovelace",
        "Grace Hopper"
      ],
      "created_at": "[time]",
      "id": "[id]",
      "licence": "CC-BY-4.0",
      "origin": null,
      "published_on": "2024-07-23",
      "publisher": "The Gazette",
      "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      "slug": "why-llama",
      "text_length": 3,
      "title": "Why Llama?",
      "updated_at": "[time]",
      "url": "https://example.org/llama",
      "version": 1
    }
    "#);
}

#[actix_web::test]
async fn a_text_is_kept_to_the_byte() {
    let app = TestApp::start().await;
    // No normalisation, no trimming, no change of line ends.
    let text = "\u{feff} Cafe\u{301}\r\n\t🦙 and \u{202e}𝒳\u{c}\n\n ";
    app.source("odd", text).await;

    let answer = app.get("/v1/sources/odd/text").await.expect(200);

    assert_eq!(answer.text(), text);
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    let source = app.get("/v1/sources/odd").await;
    assert_eq!(source.number_at("/text_length"), i64::try_from(text.chars().count()).unwrap());
}

#[actix_web::test]
async fn a_text_has_the_version_of_its_source() {
    let app = TestApp::start().await;
    app.source("text", "abc").await;

    let first = app.get("/v1/sources/text/text").await.expect(200);
    let spared = app.get("/v1/sources/text/text").if_none_match(first.etag()).await;
    app.patch("/v1/sources/text", json!({"text": "abcd"})).await.expect(200);
    let second = app.get("/v1/sources/text/text").if_none_match(first.etag()).await;

    assert_eq!((spared.status(), spared.text()), (304, ""));
    assert_eq!((second.status(), second.text(), second.etag()), (200, "abcd", "\"2\""));
}

#[actix_web::test]
async fn a_source_without_a_text_has_none_to_give() {
    let app = TestApp::start().await;
    app.post("/v1/sources", json!({"slug": "book", "title": "A book"})).await.expect(201);

    let source = app.get("/v1/sources/book").await.expect(200);
    let text = app.get("/v1/sources/book/text").await;
    let citations = app.get("/v1/sources/book/citations").await.expect(200);

    assert_eq!(source.at("/text_length"), Value::Null);
    assert_eq!(source.at("/sha256"), Value::Null);
    assert_eq!(text.problem(), (404, "not-found".to_owned()));
    assert_eq!(citations.at("/coverage"), Value::Null);
}

#[actix_web::test]
async fn an_empty_text_is_a_text() {
    let app = TestApp::start().await;

    let source = app.source("empty", "").await;

    assert_eq!(source.number_at("/text_length"), 0);
    assert_eq!(app.get("/v1/sources/empty/text").await.expect(200).text(), "");
    let coverage = app.get("/v1/sources/empty/citations").await.at("/coverage");
    assert_eq!(coverage, json!({"quoted": 0, "total": 0, "unquoted": []}));
}

#[actix_web::test]
async fn a_patch_of_the_rest_leaves_the_text_and_its_quotes() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    let quote = app.get(&topic.path("/citations/price")).await;

    let patch = json!({"authors": ["Ada Lovelace"], "published_on": null});
    let answer = app.patch("/v1/sources/text", patch).await.expect(200);

    assert_eq!(answer.at("/authors"), json!(["Ada Lovelace"]));
    assert_eq!(answer.number_at("/version"), 2);
    assert_eq!(app.get("/v1/sources/text/text").await.text(), crate::support::TEXT);
    assert_eq!(app.get(&topic.path("/citations/price")).await.json(), quote.json());
}

#[actix_web::test]
async fn the_quotes_of_a_source_come_in_text_order_from_every_topic() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    topic.citation("late", "text", "trains them", json!({"topic": "llama"})).await;
    topic.citation("early", "text", "cheap", json!({"position": "yes"})).await;
    let other = app.topic("alpaca").await;
    other.citation("elsewhere", "text", "Nobody", json!({"topic": "alpaca"})).await;

    let answer = app.get("/v1/sources/text/citations").await.expect(200);

    assert_eq!(answer.slugs(), ["price", "early", "elsewhere", "late"]);
}

#[actix_web::test]
async fn coverage_tells_what_of_the_text_is_quoted_whichever_page_it_is() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    // Overlapping quotes count once.
    topic.citation("early", "text", "are cheap. Open", json!({"position": "yes"})).await;

    let whole = app.get("/v1/sources/text/citations?count=exact").await.expect(200);
    let page = app.get("/v1/sources/text/citations?limit=1").await.expect(200);

    assert_eq!(whole.number_at("/page/total"), 2);
    assert_eq!(whole.at("/coverage"), page.at("/coverage"));
    assert_snapshot!(format!("{:#}", whole.at("/coverage")), @r#"
    {
      "quoted": 27,
      "total": 74,
      "unquoted": [
        {
          "start": 28,
          "end": 74,
          "text": "models are safe. Nobody knows who trains them."
        }
      ]
    }
    "#);
}

#[actix_web::test]
async fn sources_are_found_by_the_beginning_of_their_title() {
    let app = TestApp::start().await;
    for title in ["Why Llama?", "why not", "Because"] {
        app.post("/v1/sources", json!({"title": title})).await.expect(201);
    }

    let why = app.get("/v1/sources?q=WHY&sort=created").await.expect(200);
    let all = app.get("/v1/sources").await.expect(200);

    assert_eq!(why.slugs(), ["why-llama", "why-not"]);
    assert_eq!(all.slugs(), ["because", "why-not", "why-llama"]);
}

#[actix_web::test]
async fn putting_makes_a_source_and_replaces_the_one_that_is_there() {
    let app = TestApp::start().await;

    let first = json!({"title": "A text", "authors": ["Ada Lovelace"], "text": "abc"});
    let made = app.put("/v1/sources/text", first).await.expect(201);
    let replaced = app.put("/v1/sources/text", json!({"title": "A book"})).await.expect(200);

    assert_eq!(made.header("location"), Some("/v1/sources/text"));
    assert_eq!(replaced.at("/id"), made.at("/id"));
    assert_eq!(replaced.at("/authors"), json!([]));
    assert_eq!(replaced.at("/sha256"), Value::Null);
    app.get("/v1/sources/text/text").await.expect(404);
}
