//! Arguments: the reasons, and what they carry when they are made.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::TestApp;

#[actix_web::test]
async fn a_new_argument_is_answered_with_its_address_and_its_version() {
    let app = TestApp::start().await;
    app.topic("llama").await;

    let answer =
        app.post("/v1/topics/llama/arguments", json!({"claim": "Meta aims at attention."})).await;

    assert_eq!(answer.etag(), "\"1\"");
    assert_snapshot!(answer, @r#"
    201 application/json
    location: /v1/topics/llama/arguments/meta-aims-at-attention
    {
      "body": "",
      "claim": "Meta aims at attention.",
      "created_at": "[time]",
      "id": "[id]",
      "language": "en",
      "origin": null,
      "slug": "meta-aims-at-attention",
      "topic_id": "[id]",
      "updated_at": "[time]",
      "version": 1
    }
    "#);
}

#[actix_web::test]
async fn an_argument_has_the_language_of_its_topic_unless_it_says_otherwise() {
    let app = TestApp::start().await;
    let german = json!({"slug": "llama", "title": "Ist Llama offen?", "language": "de"});
    app.post("/v1/topics", german).await.expect(201);
    let list = "/v1/topics/llama/arguments";

    let german = app.post(list, json!({"claim": "Ja."})).await.expect(201);
    let french = app.post(list, json!({"claim": "Oui.", "language": "fr"})).await.expect(201);

    assert_eq!(german.at("/language"), json!("de"));
    assert_eq!(french.at("/language"), json!("fr"));
}

#[actix_web::test]
async fn an_argument_carries_what_it_bears_on_and_what_it_rests_on() {
    let app = TestApp::start().await;
    let topic = app.debate().await;

    app.post(
        &topic.path("/arguments"),
        json!({
            "slug": "mixed", "claim": "It is mixed.",
            "supports": [{"position": "no"}, {"argument": "unknown"}],
            "attacks": [{"relation": "cheap-is-good"}],
            "rephrases": [{"argument": "safe"}],
            "citations": [{"source": "text", "exact": "Nobody knows"}],
        }),
    )
    .await
    .expect(201);

    let relations = app.get(&topic.path("/relations?premise=mixed")).await.expect(200);
    let made: Vec<_> = relations
        .at("/data")
        .as_array()
        .unwrap()
        .iter()
        .map(|relation| {
            assert_eq!(relation["premises"], json!(["mixed"]));
            (relation["slug"].clone(), relation["kind"].clone(), relation["target"].clone())
        })
        .collect();
    assert_eq!(
        made,
        [
            (json!("mixed-supports-no"), json!("supports"), json!({"position": "no"})),
            (json!("mixed-supports-unknown"), json!("supports"), json!({"argument": "unknown"})),
            (
                json!("mixed-attacks-cheap-is-good"),
                json!("attacks"),
                json!({"relation": "cheap-is-good"})
            ),
            (json!("mixed-rephrases-safe"), json!("rephrases"), json!({"argument": "safe"})),
        ]
    );
    let citations = app.get(&topic.path("/citations?argument=mixed")).await.expect(200);
    assert_eq!(citations.slugs(), ["mixed-nobody-knows"]);
}

#[actix_web::test]
async fn an_argument_is_not_made_when_something_it_carries_is_wrong() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    let before = topic.revision().await;

    for (carried, pointer, code) in [
        (
            json!({"supports": [{"position": "yes"}, {"position": "nowhere"}]}),
            "/supports/1/position",
            "not-found",
        ),
        (json!({"attacks": [{"argument": "nowhere"}]}), "/attacks/0/argument", "not-found"),
        (
            json!({"citations": [{"source": "text", "exact": "Open"}]}),
            "/citations/0/exact",
            "quote-ambiguous",
        ),
        (
            json!({"citations": [{"source": "nowhere", "exact": "Open"}]}),
            "/citations/0/source",
            "not-found",
        ),
    ] {
        let mut new = json!({"slug": "new", "claim": "New."});
        new.as_object_mut().unwrap().extend(carried.as_object().unwrap().clone());
        let answer = app.post(&topic.path("/arguments"), new).await;
        assert_eq!(answer.problem(), (409, "does-not-fit".to_owned()));
        assert_eq!(answer.faults(), [(pointer.to_owned(), code.to_owned())]);
    }

    app.get(&topic.path("/arguments/new")).await.expect(404);
    assert_eq!(topic.revision().await, before);
}

#[actix_web::test]
async fn putting_an_argument_again_adds_only_what_is_missing() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    let path = topic.path("/arguments/mixed");
    let whole = json!({
        "claim": "It is mixed.", "supports": [{"position": "no"}],
        "citations": [{"source": "text", "exact": "Nobody knows"}],
    });
    app.put(&path, whole.clone()).await.expect(201);
    let revision = topic.revision().await;

    let again = app.put(&path, whole.clone()).await.expect(200);
    let unchanged = topic.revision().await;
    let mut more = whole;
    more["attacks"] = json!([{"position": "yes"}]);
    app.put(&path, more).await.expect(200);

    assert_eq!(again.number_at("/version"), 1);
    assert_eq!(unchanged, revision);
    let relations = app.get(&topic.path("/relations?premise=mixed")).await.expect(200);
    assert_eq!(relations.slugs(), ["mixed-supports-no", "mixed-attacks-yes"]);
    let citations = app.get(&topic.path("/citations?argument=mixed")).await.expect(200);
    assert_eq!(citations.slugs().len(), 1);
}

#[actix_web::test]
async fn arguments_are_found_by_what_they_bear_on_and_how() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    topic.relation("chain", "rephrases", &["safe"], json!({"argument": "cheap"})).await;
    topic.argument("idle").await;

    for (query, found) in [
        ("", vec!["cheap", "safe", "unknown", "idle"]),
        ("?position=yes", vec!["cheap"]),
        ("?position=no", vec!["safe", "unknown"]),
        ("?position=no&relation=attacks", vec!["safe", "unknown"]),
        ("?position=no&relation=supports", vec![]),
        ("?argument=cheap", vec!["safe"]),
        ("?relation=attacks", vec!["safe", "unknown"]),
        ("?relation=rephrases", vec!["safe"]),
        ("?relation=supports&sort=-slug", vec!["cheap"]),
    ] {
        let answer = app.get(&topic.path(&format!("/arguments{query}"))).await.expect(200);
        assert_eq!(answer.slugs(), found, "{query}");
    }
}

#[actix_web::test]
async fn every_filter_narrows_the_list() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    topic.relation("cheap-is-safe", "supports", &["cheap"], json!({"argument": "safe"})).await;

    for (path, slugs) in [
        ("/arguments?position=yes", vec!["cheap"]),
        ("/arguments?position=yes&argument=safe", vec!["cheap"]),
        ("/arguments?position=no&argument=safe", vec![]),
        ("/relations?position=yes&premise=cheap", vec!["cheap-is-good"]),
        ("/relations?position=yes&argument=safe", vec![]),
        ("/citations?argument=cheap&source=text", vec!["price"]),
        ("/citations?argument=cheap&position=yes", vec![]),
    ] {
        assert_eq!(app.get(&topic.path(path)).await.expect(200).slugs(), slugs, "{path}");
    }
}

#[actix_web::test]
async fn a_filter_that_names_nothing_is_refused() {
    let app = TestApp::start().await;
    let topic = app.debate().await;

    let (absent, bad) = ((404, "not-found".to_owned()), (400, "bad-parameter".to_owned()));
    for (path, problem, parameter, code) in [
        ("/arguments?position=nowhere", &absent, "position", "not-found"),
        ("/arguments?position=yes&argument=nowhere", &absent, "argument", "not-found"),
        ("/arguments?position=No%20Slug", &bad, "position", "bad-format"),
        ("/arguments?relation=likes", &bad, "relation", "not-allowed"),
        ("/relations?premise=nowhere", &absent, "premise", "not-found"),
        ("/relations?argument=nowhere", &absent, "argument", "not-found"),
        ("/citations?source=nowhere", &absent, "source", "not-found"),
        ("/citations?relation=nowhere", &absent, "relation", "not-found"),
    ] {
        let answer = app.get(&topic.path(path)).await;
        assert_eq!(answer.problem(), *problem, "{path}");
        assert_eq!(answer.faults(), [(parameter.to_owned(), code.to_owned())], "{path}");
    }
}
