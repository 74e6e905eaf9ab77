//! Deletion: refused while something else needs the record, or taking that along.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Answer, GivenTopic, TestApp};

/// The slugs of everything that is left below a topic.
async fn left(app: &TestApp, topic: &GivenTopic<'_>) -> [Vec<String>; 4] {
    let mut all = [const { Vec::new() }; 4];
    for (slugs, list) in all.iter_mut().zip(["positions", "arguments", "relations", "citations"]) {
        *slugs =
            app.get(&topic.path(&format!("/{list}?sort=slug&limit=100"))).await.expect(200).slugs();
    }
    all
}

/// The users that a refusal names.
fn users(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.problem(), (409, "in-use".to_owned()));
    let Value::Array(users) = answer.at("/users") else { panic!("{answer}") };
    users
        .iter()
        .map(|user| {
            let word = |field: &str| user[field].as_str().unwrap();
            format!("{} {}/{}", word("type"), word("topic"), word("slug"))
        })
        .collect()
}

#[actix_web::test]
async fn what_nothing_uses_is_deleted() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    topic.position("unused").await;
    topic.argument("unused").await;
    app.source("unused", "Words.").await;

    for path in [
        topic.path("/positions/unused"),
        topic.path("/arguments/unused"),
        topic.path("/relations/doubt"),
        topic.path("/citations/price"),
        "/v1/sources/unused".to_owned(),
    ] {
        let answer = app.delete(&path).await;
        assert_eq!((answer.status(), answer.text()), (204, ""), "{path}");
        app.get(&path).await.expect(404);
    }
}

#[actix_web::test]
async fn what_is_used_is_kept_and_its_users_are_named() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    topic.citation("of-yes", "text", "Nobody", json!({"position": "yes"})).await;
    topic.citation("of-risk", "text", "Nobody", json!({"relation": "risk"})).await;
    let before = left(&app, &topic).await;
    let revision = topic.revision().await;

    for (path, named) in [
        ("/positions/yes", vec!["relation llama/cheap-is-good", "citation llama/of-yes"]),
        ("/positions/no", vec!["relation llama/risk"]),
        ("/arguments/cheap", vec!["relation llama/cheap-is-good", "citation llama/price"]),
        ("/arguments/unknown", vec!["relation llama/doubt", "relation llama/risk"]),
        ("/relations/cheap-is-good", vec!["relation llama/doubt"]),
        ("/relations/risk", vec!["citation llama/of-risk"]),
        ("/relations/risk?cascade=false", vec!["citation llama/of-risk"]),
    ] {
        assert_eq!(users(&app.delete(&topic.path(path)).await), named, "{path}");
    }
    let answer = app.delete("/v1/sources/text").await;
    assert_eq!(
        users(&answer),
        ["citation llama/price", "citation llama/of-yes", "citation llama/of-risk"]
    );

    assert_eq!(left(&app, &topic).await, before);
    assert_eq!(topic.revision().await, revision);
    let answer = app.delete(&topic.path("/arguments/cheap")).await;
    assert_snapshot!(answer, @r#"
    409 application/problem+json
    {
      "code": "in-use",
      "detail": "2 record(s) still use it: see `users`.",
      "instance": "/v1/topics/llama/arguments/cheap",
      "request_id": "[request]",
      "status": 409,
      "title": "Other records still use this one",
      "type": "/problems/in-use",
      "users": [
        {
          "slug": "cheap-is-good",
          "topic": "llama",
          "type": "relation"
        },
        {
          "slug": "price",
          "topic": "llama",
          "type": "citation"
        }
      ]
    }
    "#);
}

#[actix_web::test]
async fn a_cascade_takes_along_what_uses_the_record_and_what_uses_that() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    topic.relation("doubt-of-doubt", "attacks", &["safe"], json!({"relation": "doubt"})).await;
    topic
        .citation("of-doubt-of-doubt", "text", "Nobody", json!({"relation": "doubt-of-doubt"}))
        .await;
    topic.citation("of-yes", "text", "Nobody", json!({"position": "yes"})).await;

    app.delete(&topic.path("/positions/yes?cascade=true")).await.expect(204);

    let [positions, arguments, relations, citations] = left(&app, &topic).await;
    assert_eq!(positions, ["no"]);
    // Arguments are nobody's users: they stay without what they bore on.
    assert_eq!(arguments, ["cheap", "safe", "unknown"]);
    assert_eq!(relations, ["risk"]);
    assert_eq!(citations, ["price"]);
}

#[actix_web::test]
async fn a_relation_goes_with_any_one_of_its_linked_premises() {
    let app = TestApp::start().await;
    let topic = app.debate().await;

    app.delete(&topic.path("/arguments/safe?cascade=true")).await.expect(204);

    let [_, arguments, relations, _] = left(&app, &topic).await;
    assert_eq!(arguments, ["cheap", "unknown"]);
    assert_eq!(relations, ["cheap-is-good", "doubt"]);
}

#[actix_web::test]
async fn a_chain_of_undercuts_goes_from_its_foot() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    let mut below = "doubt".to_owned();
    for n in 0..30 {
        let slug = format!("chain-{n}");
        topic.relation(&slug, "attacks", &["safe"], json!({"relation": below})).await;
        below = slug;
    }

    app.delete(&topic.path("/relations/chain-20?cascade=true")).await.expect(204);
    let kept = left(&app, &topic).await[2].len();
    app.delete(&topic.path("/relations/cheap-is-good?cascade=true")).await.expect(204);

    assert_eq!(kept, 3 + 20);
    assert_eq!(left(&app, &topic).await[2], ["risk"]);
}

#[actix_web::test]
async fn a_cycle_of_relations_goes_as_a_whole() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    topic.relation("a", "attacks", &["safe"], json!({"relation": "doubt"})).await;
    topic.relation("b", "attacks", &["cheap"], json!({"relation": "a"})).await;
    let closing = json!({"target": {"relation": "b"}});
    app.patch(&topic.path("/relations/doubt"), closing).await.expect(200);

    let refused = app.delete(&topic.path("/relations/a")).await;
    app.delete(&topic.path("/relations/a?cascade=true")).await.expect(204);

    assert_eq!(users(&refused), ["relation llama/b"]);
    assert_eq!(left(&app, &topic).await[2], ["cheap-is-good", "risk"]);
}

#[actix_web::test]
async fn an_argument_goes_with_a_cycle_of_arguments_but_not_the_others_of_it() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    topic.relation("one", "supports", &["cheap"], json!({"argument": "safe"})).await;
    topic.relation("two", "supports", &["safe"], json!({"argument": "cheap"})).await;

    app.delete(&topic.path("/arguments/cheap?cascade=true")).await.expect(204);

    let [_, arguments, relations, citations] = left(&app, &topic).await;
    assert_eq!(arguments, ["safe", "unknown"]);
    assert_eq!(relations, ["risk"]);
    assert_eq!(citations, Vec::<String>::new());
}

#[actix_web::test]
async fn a_source_takes_its_quotes_along_in_every_topic() {
    let app = TestApp::start().await;
    let llama = app.debate().await;
    let alpaca = app.topic("alpaca").await;
    alpaca.citation("elsewhere", "text", "Nobody", json!({"topic": "alpaca"})).await;
    let vicuna = app.topic("vicuna").await;
    let before = [llama.revision().await, alpaca.revision().await, vicuna.revision().await];

    app.delete("/v1/sources/text?cascade=true").await.expect(204);

    app.get("/v1/sources/text").await.expect(404);
    for topic in [&llama, &alpaca] {
        assert_eq!(left(&app, topic).await[3], Vec::<String>::new());
    }
    assert!(llama.revision().await > before[0]);
    assert!(alpaca.revision().await > before[1]);
    assert_eq!(vicuna.revision().await, before[2]);
}

#[actix_web::test]
async fn a_deleted_topic_takes_everything_below_it_along() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    topic.relation("on-argument", "attacks", &["safe"], json!({"argument": "cheap"})).await;
    topic.citation("of-risk", "text", "Nobody", json!({"relation": "risk"})).await;
    app.topic("alpaca").await;

    app.delete("/v1/topics/llama").await.expect(204);

    app.get("/v1/topics/llama").await.expect(404);
    app.get(&topic.path("/relations/risk")).await.expect(404);
    let source = app.get("/v1/sources/text/citations?count=exact").await.expect(200);
    assert_eq!(source.number_at("/page/total"), 0);
    app.delete("/v1/sources/text").await.expect(204);
    assert_eq!(app.get("/v1/topics").await.slugs(), ["alpaca"]);
}

#[actix_web::test]
async fn the_whole_essay_can_be_deleted() {
    let app = TestApp::seeded().await;

    for slug in app.get("/v1/topics").await.slugs() {
        app.delete(&format!("/v1/topics/{slug}")).await.expect(204);
    }
    app.delete("/v1/sources/open-source-llama-essay").await.expect(204);

    assert_eq!(app.get("/v1/topics").await.slugs(), Vec::<String>::new());
}

#[actix_web::test]
async fn a_slug_is_free_again_when_its_record_is_deleted() {
    let app = TestApp::start().await;
    let topic = app.topic("llama").await;
    let first = topic.position("yes").await.text_at("/id");
    app.delete(&topic.path("/positions/yes")).await.expect(204);

    let second = topic.position("yes").await.text_at("/id");

    assert_ne!(first, second);
    app.get(&topic.path(&format!("/positions/{first}"))).await.expect(404);
}
