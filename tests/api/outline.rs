//! The outline: a debate as a reader meets it.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::TestApp;

/// The shape of an outline in lines: what stands under what, `*` for what is repeated, `+n` for
/// what the depth hid.
fn shape(outline: &Value) -> String {
    let mut lines = Vec::new();
    for position in outline["positions"].as_array().unwrap() {
        lines.push(format!("{}{}", position["slug"].as_str().unwrap(), below(position)));
        push_relations(position, 1, &mut lines);
    }
    for argument in outline["unplaced"]["arguments"].as_array().unwrap() {
        lines.push(format!("unplaced: {}{}", argument["slug"].as_str().unwrap(), below(argument)));
        push_relations(argument, 1, &mut lines);
    }
    for relation in outline["unplaced"]["relations"].as_array().unwrap() {
        push_relation(relation, 0, &mut lines);
    }
    lines.join("\n")
}

fn below(node: &Value) -> String {
    node.get("below").map_or_else(String::new, |below| format!(" +{below}"))
}

fn push_relations(node: &Value, level: usize, lines: &mut Vec<String>) {
    for relation in node["relations"].as_array().unwrap() {
        push_relation(relation, level, lines);
    }
}

fn push_relation(relation: &Value, level: usize, lines: &mut Vec<String>) {
    let indent = "  ".repeat(level);
    let word = |field: &str| relation[field].as_str().unwrap().to_owned();
    lines.push(format!("{indent}[{} {}]{}", word("kind"), word("slug"), below(relation)));
    for argument in relation["premises"].as_array().unwrap() {
        let star = if argument["repeated"] == json!(true) { "*" } else { "" };
        let slug = argument["slug"].as_str().unwrap();
        lines.push(format!("{indent}- {slug}{star}{}", below(argument)));
        push_relations(argument, level + 1, lines);
    }
    push_relations(relation, level + 1, lines);
}

#[actix_web::test]
async fn an_outline_nests_arguments_under_positions_and_undercuts_under_their_relation() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    topic.argument("deep").await;
    topic.relation("deep-down", "supports", &["deep"], json!({"argument": "cheap"})).await;

    let outline = app.get(&topic.path("/outline")).await.expect(200).json();

    // Linked premises stand together; an argument met again is marked.
    assert_snapshot!(shape(&outline), @r#"
    yes
      [supports cheap-is-good]
      - cheap
        [supports deep-down]
        - deep
        [attacks doubt]
        - unknown
    no
      [attacks risk]
      - safe
      - unknown*
    "#);
}

#[actix_web::test]
async fn an_outline_has_everything_that_a_reader_needs() {
    let app = TestApp::start().await;
    app.source("text", "Words that matter.").await;
    let topic = app.topic("llama").await;
    topic.position("yes").await;
    topic.argument("cheap").await;
    topic.relation("so", "supports", &["cheap"], json!({"position": "yes"})).await;
    for (slug, backs) in [
        ("of-topic", json!({"topic": "llama"})),
        ("of-position", json!({"position": "yes"})),
        ("of-argument", json!({"argument": "cheap"})),
        ("of-relation", json!({"relation": "so"})),
    ] {
        topic.citation(slug, "text", "that", backs).await;
    }

    assert_snapshot!(app.get(&topic.path("/outline")).await, @r#"
    200 application/json
    {
      "citations": [
        {
          "end": 10,
          "exact": "that",
          "id": "[id]",
          "slug": "of-topic",
          "source": "text",
          "start": 6
        }
      ],
      "positions": [
        {
          "citations": [
            {
              "end": 10,
              "exact": "that",
              "id": "[id]",
              "slug": "of-position",
              "source": "text",
              "start": 6
            }
          ],
          "id": "[id]",
          "rank": 0,
          "relations": [
            {
              "citations": [
                {
                  "end": 10,
                  "exact": "that",
                  "id": "[id]",
                  "slug": "of-relation",
                  "source": "text",
                  "start": 6
                }
              ],
              "id": "[id]",
              "kind": "supports",
              "premises": [
                {
                  "body": "",
                  "citations": [
                    {
                      "end": 10,
                      "exact": "that",
                      "id": "[id]",
                      "slug": "of-argument",
                      "source": "text",
                      "start": 6
                    }
                  ],
                  "claim": "There is a reason: cheap.",
                  "id": "[id]",
                  "language": "en",
                  "relations": [],
                  "repeated": false,
                  "slug": "cheap"
                }
              ],
              "relations": [],
              "scheme": null,
              "slug": "so",
              "symmetric": false
            }
          ],
          "slug": "yes",
          "statement": "It is yes.",
          "summary": ""
        }
      ],
      "revision": 8,
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
      },
      "unplaced": {
        "arguments": [],
        "relations": []
      }
    }
    "#);
}

#[actix_web::test]
async fn relations_come_by_kind_and_then_by_age() {
    let app = TestApp::start().await;
    let topic = app.topic("llama").await;
    topic.position("yes").await;
    for (slug, kind) in [
        ("r1", "rephrases"),
        ("a1", "attacks"),
        ("s1", "supports"),
        ("a2", "attacks"),
        ("s2", "supports"),
        ("r2", "rephrases"),
    ] {
        topic.argument(slug).await;
        topic.relation(slug, kind, &[slug], json!({"position": "yes"})).await;
    }

    let outline = app.get(&topic.path("/outline")).await.expect(200);

    let relations = outline.at("/positions/0/relations");
    let slugs: Vec<_> = relations.as_array().unwrap().iter().map(|it| it["slug"].clone()).collect();
    assert_eq!(slugs, ["s1", "s2", "a1", "a2", "r1", "r2"]);
}

#[actix_web::test]
async fn positions_come_by_rank() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    app.patch(&topic.path("/positions/no"), json!({"rank": -5})).await.expect(200);

    let outline = app.get(&topic.path("/outline?depth=0")).await.expect(200);

    assert_eq!(outline.at("/positions/0/slug"), json!("no"));
    assert_eq!(outline.at("/positions/0/rank"), json!(-5));
}

#[actix_web::test]
async fn a_cycle_of_arguments_ends() {
    let app = TestApp::start().await;
    let topic = app.topic("llama").await;
    topic.position("yes").await;
    for argument in ["a", "b", "c", "x", "y"] {
        topic.argument(argument).await;
    }
    topic.relation("in", "supports", &["a"], json!({"position": "yes"})).await;
    topic.relation("ab", "attacks", &["b"], json!({"argument": "a"})).await;
    topic.relation("bc", "attacks", &["c"], json!({"argument": "b"})).await;
    topic.relation("ca", "attacks", &["a"], json!({"argument": "c"})).await;
    topic.relation("aa", "rephrases", &["a"], json!({"argument": "a"})).await;
    // A cycle that no position reaches.
    topic.relation("xy", "supports", &["x"], json!({"argument": "y"})).await;
    topic.relation("yx", "supports", &["y"], json!({"argument": "x"})).await;

    let outline = app.get(&topic.path("/outline")).await.expect(200).json();

    assert_snapshot!(shape(&outline), @r#"
    yes
      [supports in]
      - a
        [attacks ab]
        - b
          [attacks bc]
          - c
            [attacks ca]
            - a*
        [rephrases aa]
        - a*
    unplaced: x
      [supports yx]
      - y
        [supports xy]
        - x*
    "#);
}

#[actix_web::test]
async fn a_cycle_of_relations_ends() {
    let app = TestApp::start().await;
    let topic = app.topic("llama").await;
    topic.position("yes").await;
    topic.argument("a").await;
    topic.relation("one", "attacks", &["a"], json!({"position": "yes"})).await;
    topic.relation("two", "attacks", &["a"], json!({"relation": "one"})).await;
    let closing = json!({"target": {"relation": "two"}});
    app.patch(&topic.path("/relations/one"), closing).await.expect(200);

    let outline = app.get(&topic.path("/outline")).await.expect(200).json();

    assert_snapshot!(shape(&outline), @r#"
    yes
    unplaced: a
    [attacks one]
    - a*
      [attacks two]
      - a*
    "#);
}

#[actix_web::test]
async fn what_no_position_reaches_is_shown_apart() {
    let app = TestApp::start().await;
    let topic = app.topic("llama").await;
    topic.position("yes").await;
    for argument in ["idle", "reason", "claim"] {
        topic.argument(argument).await;
    }
    topic.relation("so", "supports", &["reason"], json!({"argument": "claim"})).await;

    let outline = app.get(&topic.path("/outline")).await.expect(200).json();

    assert_snapshot!(shape(&outline), @r#"
    yes
    unplaced: idle
    unplaced: claim
      [supports so]
      - reason
    "#);
}

#[actix_web::test]
async fn a_depth_cuts_the_outline_and_says_how_much_is_below() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    app.patch(&topic.path("/relations/risk"), json!({"premises": ["safe"]})).await.expect(200);
    topic.argument("deep").await;
    topic.relation("deep-down", "supports", &["deep"], json!({"argument": "cheap"})).await;
    let cut = async |depth: u32| {
        let path = topic.path(&format!("/outline?depth={depth}"));
        shape(&app.get(&path).await.expect(200).json())
    };

    assert_snapshot!(cut(0).await, @r#"
    yes +3
    no +1
    "#);
    assert_snapshot!(cut(1).await, @r#"
    yes
      [supports cheap-is-good] +1
      - cheap +1
    no
      [attacks risk]
      - safe
    "#);
    let whole = shape(&app.get(&topic.path("/outline")).await.json());
    for depth in [2, 3, 100] {
        assert_eq!(cut(depth).await, whole);
    }
}

#[actix_web::test]
async fn what_is_repeated_stands_in_full_in_the_same_answer() {
    let app = TestApp::start().await;
    let topic = app.debate().await;

    for depth in 1..4 {
        let path = topic.path(&format!("/outline?depth={depth}"));
        let outline = app.get(&path).await.expect(200).json();
        let (mut repeated, mut full) = (Vec::new(), Vec::new());
        sort_out(&outline, &mut repeated, &mut full);
        full.sort();
        assert!(full.is_sorted_by(|a, b| a < b), "at depth {depth}, one stands in full twice");
        for slug in repeated {
            assert!(full.contains(&slug), "at depth {depth}, {slug} stands nowhere in full");
        }
    }
}

/// The slugs of the arguments anywhere in an outline: those that are repeated, and those in full.
fn sort_out(value: &Value, repeated: &mut Vec<String>, full: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            match fields.get("repeated") {
                Some(Value::Bool(true)) => repeated.push(fields["slug"].to_string()),
                Some(_) => full.push(fields["slug"].to_string()),
                None => {}
            }
            fields.values().for_each(|value| sort_out(value, repeated, full));
        }
        Value::Array(items) => items.iter().for_each(|item| sort_out(item, repeated, full)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[actix_web::test]
async fn a_depth_is_a_whole_number_from_0_to_100() {
    let app = TestApp::start().await;
    let topic = app.debate().await;

    for depth in ["-1", "101", "all", "", "1.0"] {
        let answer = app.get(&topic.path(&format!("/outline?depth={depth}"))).await;
        assert_eq!(answer.faults(), [("depth".to_owned(), "out-of-range".to_owned())], "{depth}");
    }
}

#[actix_web::test]
async fn an_outline_as_deep_as_a_program_can_bear_is_cut_there() {
    let app = TestApp::start().await;
    let topic = app.topic("llama").await;
    topic.position("yes").await;
    let mut target = json!({"position": "yes"});
    for n in 0..120 {
        let slug = format!("level-{n}");
        let new = json!({"slug": slug, "claim": "Deeper.", "supports": [target]});
        app.post(&topic.path("/arguments"), new).await.expect(201);
        target = json!({"argument": slug});
    }

    // Its JSON is nested deeper than serde_json reads by default, so it is searched as text.
    let outline = app.get(&topic.path("/outline")).await.expect(200);

    assert!(outline.text().contains("\"level-99\""));
    assert!(!outline.text().contains("\"level-100\""));
    assert!(outline.text().contains("\"below\":20"));
}

#[actix_web::test]
async fn an_empty_topic_has_an_empty_outline() {
    let app = TestApp::start().await;
    let topic = app.topic("llama").await;

    let outline = app.get(&topic.path("/outline")).await.expect(200);

    assert_eq!(outline.at("/positions"), json!([]));
    assert_eq!(outline.at("/unplaced"), json!({"arguments": [], "relations": []}));
    assert_eq!(outline.at("/topic"), app.get(&topic.path("")).await.json());
}

#[actix_web::test]
async fn a_client_that_has_the_outline_is_spared_it() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    let first = app.get(&topic.path("/outline")).await.expect(200);
    assert_eq!(first.etag(), format!("\"{}\"", first.number_at("/revision")));

    let spared = app.get(&topic.path("/outline")).if_none_match(first.etag()).await;
    app.patch(&topic.path("/relations/doubt"), json!({"scheme": "Sign"})).await.expect(200);
    let second = app.get(&topic.path("/outline")).if_none_match(first.etag()).await;

    assert_eq!((spared.status(), spared.text(), spared.etag()), (304, "", first.etag()));
    assert_eq!(second.status(), 200);
    assert_ne!(second.etag(), first.etag());
}

#[actix_web::test]
async fn the_outline_of_a_topic_that_is_not_there_is_not_found() {
    let app = TestApp::start().await;

    for path in ["/v1/topics/nowhere/outline", "/v1/topics/nowhere/graph"] {
        assert_eq!(app.get(path).await.problem(), (404, "not-found".to_owned()));
    }
}
