//! Citations: verified quotes, each tied to what it backs.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::TestApp;

#[actix_web::test]
async fn a_new_citation_is_answered_with_the_place_of_its_words() {
    let app = TestApp::start().await;
    let topic = app.debate().await;

    let answer = app
        .post(
            &topic.path("/citations"),
            json!({"source": "text", "backs": {"position": "no"}, "exact": "Open models are safe."}),
        )
        .await;

    assert_eq!(answer.etag(), "\"1\"");
    assert_snapshot!(answer, @r#"
    201 application/json
    location: /v1/topics/llama/citations/no-open-models-are-safe
    {
      "backs": {
        "position": "no"
      },
      "created_at": "[time]",
      "end": 44,
      "exact": "Open models are safe.",
      "id": "[id]",
      "origin": null,
      "prefix": "Open models are cheap. ",
      "slug": "no-open-models-are-safe",
      "source": "text",
      "start": 23,
      "suffix": " Nobody knows who trains them.",
      "topic_id": "[id]",
      "updated_at": "[time]",
      "version": 1
    }
    "#);
}

#[actix_web::test]
async fn a_citation_backs_any_record_of_its_topic_or_the_topic_itself() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    let id = app.get(&topic.path("")).await.text_at("/id");

    for (given, kept) in [
        (json!({"topic": "llama"}), json!({"topic": "llama"})),
        (json!({"topic": id}), json!({"topic": "llama"})),
        (json!({"position": "yes"}), json!({"position": "yes"})),
        (json!({"argument": "safe"}), json!({"argument": "safe"})),
        (json!({"relation": "risk"}), json!({"relation": "risk"})),
    ] {
        let new = json!({"source": "text", "backs": given, "exact": "Nobody knows"});
        let answer = app.post(&topic.path("/citations"), new).await.expect(201);
        assert_eq!(answer.at("/backs"), kept);
    }
}

#[actix_web::test]
async fn a_citation_backs_one_record_that_is_there() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    let other = app.topic("alpaca").await;
    let elsewhere = other.argument("elsewhere").await.text_at("/id");

    let (invalid, misfit) = (422, 409);
    for (backs, status, place, code) in [
        (json!({}), invalid, "/backs", "missing"),
        (json!({"topic": "llama", "position": "yes"}), invalid, "/backs", "not-allowed"),
        (json!({"argument": "cheap", "position": "yes"}), invalid, "/backs", "not-allowed"),
        (json!({"topic": "alpaca"}), misfit, "/backs/topic", "not-allowed"),
        (json!({"position": "nowhere"}), misfit, "/backs/position", "not-found"),
        (json!({"argument": elsewhere}), misfit, "/backs/argument", "not-found"),
        (json!({"relation": "nowhere"}), misfit, "/backs/relation", "not-found"),
        (json!({"citation": "price"}), invalid, "/backs/citation", "unknown"),
    ] {
        let new = json!({"source": "text", "backs": backs, "exact": "Nobody knows"});
        let answer = app.post(&topic.path("/citations"), new).await.expect(status);
        assert_eq!(answer.faults()[0], (place.to_owned(), code.to_owned()), "{answer}");
    }
}

#[actix_web::test]
async fn only_a_source_with_a_text_can_be_quoted() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    app.post("/v1/sources", json!({"slug": "book", "title": "A book"})).await.expect(201);

    let backs = json!({"topic": "llama"});
    let new = json!({"source": "book", "backs": backs, "exact": "Words."});
    let without_text = app.post(&topic.path("/citations"), new).await;
    let new = json!({"source": "nowhere", "backs": backs, "exact": "Words."});
    let nowhere = app.post(&topic.path("/citations"), new).await;

    assert_eq!(without_text.faults(), [("/exact".to_owned(), "quote-not-found".to_owned())]);
    assert_eq!(nowhere.faults(), [("/source".to_owned(), "not-found".to_owned())]);
}

#[actix_web::test]
async fn a_slug_is_derived_from_the_words_and_what_they_back() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    let new = json!({"source": "text", "backs": {"position": "yes"}, "exact": "Nobody knows"});

    let first = app.post(&topic.path("/citations"), new.clone()).await.expect(201);
    let second = app.post(&topic.path("/citations"), new).await.expect(201);

    assert_eq!(first.text_at("/slug"), "yes-nobody-knows");
    assert_eq!(second.text_at("/slug"), "yes-nobody-knows-2");
}

#[actix_web::test]
async fn a_patch_has_the_quote_checked_anew() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    app.source("other", "Elsewhere it says: Open models are cheap.").await;
    let path = topic.path("/citations/price");

    let refused = app.patch(&path, json!({"exact": "Open models are expensive."})).await;
    let moved = app.patch(&path, json!({"source": "other"})).await.expect(200);
    let narrowed = app.patch(&path, json!({"exact": "cheap"})).await.expect(200);
    let turned = app.patch(&path, json!({"backs": {"topic": "llama"}})).await.expect(200);

    assert_eq!(refused.faults(), [("/exact".to_owned(), "quote-not-found".to_owned())]);
    assert_eq!((moved.number_at("/start"), moved.at("/source")), (19, json!("other")));
    assert_eq!((narrowed.number_at("/start"), narrowed.number_at("/end")), (35, 40));
    assert_eq!(turned.at("/backs"), json!({"topic": "llama"}));
    assert_eq!(turned.number_at("/version"), 4);
}

#[actix_web::test]
async fn a_patch_of_something_else_keeps_the_place_among_equal_words() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    let new = json!({"slug": "open", "source": "text", "backs": {"topic": "llama"}, "exact": "Open", "start": 23});
    app.post(&topic.path("/citations"), new).await.expect(201);

    let patch = json!({"origin": {"format": "aif"}});
    let answer = app.patch(&topic.path("/citations/open"), patch).await.expect(200);

    assert_eq!(answer.number_at("/start"), 23);
}

#[actix_web::test]
async fn putting_makes_a_citation_and_replaces_the_one_that_is_there() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    let path = topic.path("/citations/new");
    let first = json!({
        "source": "text", "backs": {"topic": "llama"}, "exact": "Nobody", "origin": {"format": "aif"},
    });

    let made = app.put(&path, first).await.expect(201);
    let second =
        json!({"source": "text", "backs": {"relation": "risk"}, "exact": "who trains them"});
    let replaced = app.put(&path, second).await.expect(200);

    assert_eq!(made.header("location"), Some(path.as_str()));
    assert_eq!(replaced.at("/id"), made.at("/id"));
    assert_eq!(replaced.at("/backs"), json!({"relation": "risk"}));
    assert_eq!(replaced.at("/origin"), Value::Null);
    assert_eq!(replaced.number_at("/version"), 2);
}

#[actix_web::test]
async fn citations_are_found_by_source_and_what_they_back() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    app.source("other", "Other words.").await;
    topic.citation("of-topic", "other", "Other", json!({"topic": "llama"})).await;
    topic.citation("of-position", "text", "safe", json!({"position": "yes"})).await;
    topic.citation("of-relation", "text", "Nobody", json!({"relation": "risk"})).await;

    for (query, found) in [
        ("", vec!["price", "of-topic", "of-position", "of-relation"]),
        ("?source=other", vec!["of-topic"]),
        ("?source=text&position=yes", vec!["of-position"]),
        ("?argument=cheap", vec!["price"]),
        ("?relation=risk", vec!["of-relation"]),
        ("?relation=doubt", vec![]),
        ("?sort=slug", vec!["of-position", "of-relation", "of-topic", "price"]),
    ] {
        let answer = app.get(&topic.path(&format!("/citations{query}"))).await.expect(200);
        assert_eq!(answer.slugs(), found, "{query}");
    }
}

#[actix_web::test]
async fn a_deleted_citation_is_gone_and_what_it_backed_stays() {
    let app = TestApp::start().await;
    let topic = app.debate().await;

    let answer = app.delete(&topic.path("/citations/price")).await;

    assert_eq!((answer.status(), answer.text()), (204, ""));
    app.get(&topic.path("/citations/price")).await.expect(404);
    app.delete(&topic.path("/citations/price")).await.expect(404);
    app.get(&topic.path("/arguments/cheap")).await.expect(200);
}

#[actix_web::test]
async fn a_patch_of_the_context_chooses_among_equal_words() {
    let app = TestApp::start().await;
    let topic = app.topic("cats").await;
    app.source("cats", "cat sat here. cat sat there.").await;
    let sat = json!({"source": "cats", "exact": "sat", "start": 4, "backs": {"topic": "cats"}});
    app.put(&topic.path("/citations/sat"), sat).await.expect(201);
    let patch = async |patch: Value| app.patch(&topic.path("/citations/sat"), patch).await;

    assert_eq!(patch(json!({"suffix": " there"})).await.number_at("/start"), 18);
    assert_eq!(patch(json!({"prefix": "cat ", "suffix": " here"})).await.number_at("/start"), 4);
    let nowhere = patch(json!({"prefix": "dog "})).await;
    assert_eq!(nowhere.faults(), [("/exact".to_owned(), "quote-not-found".to_owned())]);
    assert_eq!(patch(json!({"origin": null})).await.number_at("/version"), 3);
}
