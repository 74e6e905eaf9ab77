//! Relations: premises that support, attack or rephrase a target.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::TestApp;

#[actix_web::test]
async fn a_new_relation_is_answered_with_its_ends_by_slug() {
    let app = TestApp::start().await;
    let topic = app.debate().await;

    let answer = app
        .post(
            &topic.path("/relations"),
            json!({
                "kind": "supports", "premises": ["unknown", "cheap"], "target": {"position": "no"},
                "scheme": "Cause to Effect",
            }),
        )
        .await;

    assert_eq!(answer.etag(), "\"1\"");
    assert_snapshot!(answer, @r#"
    201 application/json
    location: /v1/topics/llama/relations/unknown-supports-no
    {
      "created_at": "[time]",
      "id": "[id]",
      "kind": "supports",
      "origin": null,
      "premises": [
        "unknown",
        "cheap"
      ],
      "scheme": "Cause to Effect",
      "slug": "unknown-supports-no",
      "symmetric": false,
      "target": {
        "position": "no"
      },
      "topic_id": "[id]",
      "updated_at": "[time]",
      "version": 1
    }
    "#);
}

#[actix_web::test]
async fn ends_may_be_named_by_id() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    let premise = app.get(&topic.path("/arguments/safe")).await.text_at("/id");
    let target = app.get(&topic.path("/relations/cheap-is-good")).await.text_at("/id");

    let new = json!({"kind": "attacks", "premises": [premise], "target": {"relation": target}});
    let answer = app.post(&topic.path("/relations"), new).await.expect(201);

    assert_eq!(answer.at("/premises"), json!(["safe"]));
    assert_eq!(answer.at("/target"), json!({"relation": "cheap-is-good"}));
    assert_eq!(answer.at("/slug"), json!("safe-attacks-cheap-is-good"));
}

#[actix_web::test]
async fn the_premises_keep_their_order() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    let path = topic.path("/relations/risk");

    let turned = app.patch(&path, json!({"premises": ["unknown", "safe"]})).await.expect(200);
    let replaced = app.patch(&path, json!({"premises": ["cheap"]})).await.expect(200);

    assert_eq!(turned.at("/premises"), json!(["unknown", "safe"]));
    assert_eq!(turned.number_at("/version"), 2);
    assert_eq!(replaced.at("/premises"), json!(["cheap"]));
    assert_eq!(app.get(&path).await.json(), replaced.json());
}

#[actix_web::test]
async fn a_patch_may_turn_a_relation_to_another_target() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    let path = topic.path("/relations/doubt");

    for target in [
        json!({"argument": "cheap"}),
        json!({"position": "yes"}),
        json!({"relation": "risk"}),
        json!({"argument": "unknown"}),
    ] {
        let answer = app.patch(&path, json!({"target": target})).await.expect(200);
        assert_eq!(answer.at("/target"), target);
        assert_eq!(answer.at("/premises"), json!(["unknown"]));
    }
}

#[actix_web::test]
async fn a_relation_ends_at_records_of_its_own_topic() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    let other = app.topic("alpaca").await;
    let position = other.position("elsewhere").await.text_at("/id");
    let argument = other.argument("elsewhere").await.text_at("/id");

    let new =
        json!({"kind": "supports", "premises": ["cheap", argument], "target": {"position": "yes"}});
    let premise = app.post(&topic.path("/relations"), new).await;
    let new = json!({"kind": "supports", "premises": ["cheap"], "target": {"position": position}});
    let target = app.post(&topic.path("/relations"), new).await;

    assert_eq!(premise.faults(), [("/premises/1".to_owned(), "not-found".to_owned())]);
    assert_eq!(target.faults(), [("/target/position".to_owned(), "not-found".to_owned())]);
}

#[actix_web::test]
async fn a_relation_has_premises_each_of_them_once() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    let id = app.get(&topic.path("/arguments/cheap")).await.text_at("/id");

    for (premises, faults) in [
        (json!([]), vec![("/premises", "too-few")]),
        (json!(["cheap", "cheap"]), vec![("/premises/1", "duplicate")]),
        (json!(["cheap", id]), vec![("/premises/1", "duplicate")]),
        (
            json!(["x", "cheap", "y"]),
            vec![("/premises/0", "not-found"), ("/premises/2", "not-found")],
        ),
        (json!("cheap"), vec![("/premises", "wrong-type")]),
        (Value::Null, vec![("/premises", "wrong-type")]),
    ] {
        let new = json!({"kind": "supports", "premises": premises, "target": {"position": "yes"}});
        let faults: Vec<_> =
            faults.into_iter().map(|(at, code)| (at.to_owned(), code.to_owned())).collect();
        assert_eq!(app.post(&topic.path("/relations"), new).await.faults(), faults);
        let patch = json!({"premises": premises});
        assert_eq!(app.patch(&topic.path("/relations/risk"), patch).await.faults(), faults);
    }
}

#[actix_web::test]
async fn a_relation_has_one_target() {
    let app = TestApp::start().await;
    let topic = app.debate().await;

    for (target, place, code) in [
        (json!({}), "/target", "missing"),
        (json!({"position": "yes", "argument": "cheap"}), "/target", "not-allowed"),
        (json!({"positoin": "yes"}), "/target/positoin", "unknown"),
        (json!("yes"), "/target", "wrong-type"),
        (json!({"topic": "llama"}), "/target/topic", "unknown"),
    ] {
        let new = json!({"kind": "supports", "premises": ["cheap"], "target": target});
        let answer = app.post(&topic.path("/relations"), new).await.expect(422);
        assert_eq!(answer.faults()[0], (place.to_owned(), code.to_owned()), "{answer}");
    }
}

#[actix_web::test]
async fn a_relation_is_not_its_own_target() {
    let app = TestApp::start().await;
    let topic = app.debate().await;

    let answer =
        app.patch(&topic.path("/relations/risk"), json!({"target": {"relation": "risk"}})).await;

    assert_eq!(answer.problem(), (409, "does-not-fit".to_owned()));
    assert_eq!(answer.faults(), [("/target/relation".to_owned(), "not-allowed".to_owned())]);
}

#[actix_web::test]
async fn only_an_attack_is_symmetric() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    let path = topic.path("/relations/risk");
    app.patch(&path, json!({"symmetric": true})).await.expect(200);

    let refused = app.patch(&path, json!({"kind": "supports"})).await;
    let new = json!({"kind": "rephrases", "premises": ["cheap"], "target": {"argument": "safe"}, "symmetric": true});
    let made = app.post(&topic.path("/relations"), new).await;

    for answer in [refused, made] {
        assert_eq!(answer.faults(), [("/symmetric".to_owned(), "not-allowed".to_owned())]);
    }
    let both = json!({"kind": "supports", "symmetric": false});
    app.patch(&path, both).await.expect(200);
}

#[actix_web::test]
async fn relations_may_run_in_a_cycle() {
    let app = TestApp::start().await;
    let topic = app.debate().await;

    topic.relation("back", "attacks", &["safe"], json!({"relation": "doubt"})).await;
    let cycle = json!({"target": {"relation": "back"}});
    let answer = app.patch(&topic.path("/relations/doubt"), cycle).await.expect(200);

    assert_eq!(answer.at("/target"), json!({"relation": "back"}));
}

#[actix_web::test]
async fn relations_are_found_by_kind_target_and_premise() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    topic.relation("chain", "supports", &["safe"], json!({"argument": "cheap"})).await;

    for (query, found) in [
        ("", vec!["cheap-is-good", "doubt", "risk", "chain"]),
        ("?relation=attacks", vec!["doubt", "risk"]),
        ("?position=yes", vec!["cheap-is-good"]),
        ("?position=no", vec!["risk"]),
        ("?argument=cheap", vec!["chain"]),
        ("?premise=unknown", vec!["doubt", "risk"]),
        ("?premise=safe&relation=supports", vec!["chain"]),
        ("?premise=safe&position=yes", vec![]),
        ("?sort=-slug", vec!["risk", "doubt", "cheap-is-good", "chain"]),
    ] {
        let answer = app.get(&topic.path(&format!("/relations{query}"))).await.expect(200);
        assert_eq!(answer.slugs(), found, "{query}");
    }
}

#[actix_web::test]
async fn putting_makes_a_relation_and_replaces_the_one_that_is_there() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    let path = topic.path("/relations/new");
    let first = json!({"kind": "supports", "premises": ["cheap"], "target": {"position": "yes"}, "scheme": "Sign"});

    let made = app.put(&path, first).await.expect(201);
    let second = json!({"kind": "attacks", "premises": ["safe", "cheap"], "target": {"argument": "unknown"}});
    let replaced = app.put(&path, second).await.expect(200);

    assert_eq!(made.header("location"), Some(path.as_str()));
    assert_eq!(replaced.at("/id"), made.at("/id"));
    assert_eq!(replaced.at("/scheme"), Value::Null);
    assert_eq!(replaced.at("/premises"), json!(["safe", "cheap"]));
    assert_eq!(replaced.number_at("/version"), 2);
}
