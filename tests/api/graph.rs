//! The graph: a debate as a program meets it.

use std::collections::HashMap;

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Answer, TestApp};

/// The edges of a graph, by the slugs of their ends.
fn edges(graph: &Answer) -> Vec<String> {
    let nodes = graph.at("/nodes");
    let slugs: HashMap<_, _> = nodes
        .as_array()
        .unwrap()
        .iter()
        .map(|node| (node["id"].as_str().unwrap(), node["slug"].as_str().unwrap()))
        .collect();
    let edges = graph.at("/edges");
    let end = |id: &serde_json::Value| slugs[id.as_str().unwrap()];
    edges
        .as_array()
        .unwrap()
        .iter()
        .map(|edge| {
            format!(
                "{} {} {}",
                end(&edge["from"]),
                edge["role"].as_str().unwrap(),
                end(&edge["to"])
            )
        })
        .collect()
}

#[actix_web::test]
async fn a_graph_has_a_node_for_every_record_and_an_edge_for_every_end() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    topic.relation("onto", "rephrases", &["safe"], json!({"argument": "cheap"})).await;

    let graph = app.get(&topic.path("/graph")).await.expect(200);

    let slugs: Vec<_> =
        graph.at("/nodes").as_array().unwrap().iter().map(|it| it["slug"].clone()).collect();
    assert_eq!(
        slugs,
        ["yes", "no", "cheap", "safe", "unknown", "cheap-is-good", "doubt", "risk", "onto"]
    );
    assert_snapshot!(edges(&graph).join("\n"), @r#"
    cheap premise cheap-is-good
    cheap-is-good target yes
    unknown premise doubt
    doubt target cheap-is-good
    safe premise risk
    unknown premise risk
    risk target no
    safe premise onto
    onto target cheap
    "#);
}

#[actix_web::test]
async fn a_node_says_what_it_is() {
    let app = TestApp::start().await;
    let topic = app.topic("llama").await;
    topic.position("yes").await;
    topic.argument("cheap").await;
    topic.relation("so", "supports", &["cheap"], json!({"position": "yes"})).await;

    assert_snapshot!(app.get(&topic.path("/graph")).await, @r#"
    200 application/json
    {
      "edges": [
        {
          "from": "[id]",
          "role": "premise",
          "to": "[id]"
        },
        {
          "from": "[id]",
          "role": "target",
          "to": "[id]"
        }
      ],
      "nodes": [
        {
          "id": "[id]",
          "slug": "yes",
          "statement": "It is yes.",
          "type": "position"
        },
        {
          "claim": "There is a reason: cheap.",
          "id": "[id]",
          "slug": "cheap",
          "type": "argument"
        },
        {
          "id": "[id]",
          "kind": "supports",
          "scheme": null,
          "slug": "so",
          "symmetric": false,
          "type": "relation"
        }
      ],
      "revision": 4,
      "topic": {
        "created_at": "[time]",
        "id": "[id]",
        "language": "en",
        "origin": null,
        "slug": "llama",
        "status": "published",
        "summary": "",
        "tags": [],
        "title": "Is it right: llama?",
        "updated_at": "[time]",
        "version": 1
      }
    }
    "#);
}

#[actix_web::test]
async fn a_graph_bears_cycles() {
    let app = TestApp::start().await;
    let topic = app.topic("llama").await;
    topic.argument("a").await;
    topic.relation("self", "rephrases", &["a"], json!({"argument": "a"})).await;
    topic.relation("other", "attacks", &["a"], json!({"relation": "self"})).await;
    let closing = json!({"target": {"relation": "other"}});
    app.patch(&topic.path("/relations/self"), closing).await.expect(200);

    let graph = app.get(&topic.path("/graph")).await.expect(200);

    assert_eq!(
        edges(&graph),
        ["a premise self", "self target other", "a premise other", "other target self"]
    );
}

#[actix_web::test]
async fn a_client_that_has_the_graph_is_spared_it() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    let first = app.get(&topic.path("/graph")).await.expect(200);

    let spared = app.get(&topic.path("/graph")).if_none_match(first.etag()).await;
    topic.position("third").await;
    let second = app.get(&topic.path("/graph")).if_none_match(first.etag()).await;

    assert_eq!((spared.status(), spared.text()), (304, ""));
    assert_eq!((second.status(), second.at("/nodes").as_array().unwrap().len()), (200, 9));
}
