//! Statistics: a topic in numbers, and what a curator works through next.

use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

/// How many findings of a kind there are, and the slugs of the first.
fn findings(answer: &Answer, kind: &str) -> (i64, Vec<String>) {
    let first = answer.at(&format!("/{kind}/first"));
    let slug = |finding: &Value| finding["slug"].as_str().unwrap().to_owned();
    let slugs = first.as_array().unwrap().iter().map(slug).collect();
    (answer.number_at(&format!("/{kind}/count")), slugs)
}

#[actix_web::test]
async fn a_topic_is_told_in_numbers() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    topic.position("third").await;
    topic.argument("apart").await;

    let told = app.get(&topic.path("/statistics")).await.expect(200);

    assert_eq!(
        told.at("/counts"),
        json!({
            "positions": 3, "arguments": 4, "relations": 3, "supports": 1, "attacks": 2,
            "rephrases": 0, "undercuts": 1, "citations": 1, "sources": 1,
        })
    );
    assert_eq!(told.number_at("/depth"), 1);
    let balance = |at: usize| {
        let position = told.at(&format!("/positions/{at}"));
        (position["supports"].clone(), position["attacks"].clone(), position["arguments"].clone())
    };
    assert_eq!(balance(0), (json!(1), json!(0), json!({"for": 1, "against": 1, "both": 0})));
    assert_eq!(balance(1), (json!(0), json!(1), json!({"for": 0, "against": 2, "both": 0})));
    assert_eq!(balance(2), (json!(0), json!(0), json!({"for": 0, "against": 0, "both": 0})));
}

#[actix_web::test]
async fn what_is_missing_is_found() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    topic.position("third").await;
    topic.argument("apart").await;

    let told = app.get(&topic.path("/statistics")).await.expect(200);

    let expect = |kind: &str, slugs: &[&str]| {
        let slugs: Vec<String> = slugs.iter().map(|&it| it.to_owned()).collect();
        assert_eq!(findings(&told, kind), (i64::try_from(slugs.len()).unwrap(), slugs), "{kind}");
    };
    // An undercut answers `cheap`.
    expect("unanswered", &["safe", "unknown", "apart"]);
    expect("unsupported", &["safe", "unknown", "apart"]);
    expect("unquoted", &["safe", "unknown", "apart"]);
    expect("one_sided", &["yes", "no"]);
    expect("bare", &["third"]);
    expect("orphans", &["apart"]);
    expect("cycles", &[]);
}

#[actix_web::test]
async fn a_cycle_is_told_with_its_members() {
    let app = TestApp::start().await;
    let topic = app.topic("llama").await;
    for argument in ["a", "b", "c"] {
        topic.argument(argument).await;
    }
    topic.relation("there", "supports", &["b"], json!({"argument": "c"})).await;
    topic.relation("back", "attacks", &["c"], json!({"argument": "b"})).await;

    let told = app.get(&topic.path("/statistics")).await.expect(200);

    assert_eq!(findings(&told, "cycles"), (1, vec!["b".to_owned()]));
    assert_eq!(told.number_at("/cycles/first/0/size"), 4);
    assert_eq!(
        told.at("/cycles/first/0/members"),
        json!([{"argument": "b"}, {"argument": "c"}, {"relation": "there"}, {"relation": "back"}])
    );
}

#[actix_web::test]
async fn the_list_behind_a_number_comes_in_pages() {
    let app = TestApp::start().await;
    let topic = app.debate().await;

    let told = app.get(&topic.path("/statistics?limit=1")).await.expect(200);
    let path = topic.path("/statistics/unquoted");
    let first = app.get(&format!("{path}?limit=1&count=exact")).await.expect(200);
    let cursor = first.text_at("/page/next_cursor");
    let second = app.get(&format!("{path}?limit=1&cursor={cursor}&count=exact")).await.expect(200);

    assert_eq!(findings(&told, "unquoted"), (2, vec!["safe".to_owned()]));
    assert_eq!((first.slugs(), first.number_at("/page/total")), (vec!["safe".to_owned()], 2));
    assert_eq!(
        (second.slugs(), second.at("/page/next_cursor")),
        (vec!["unknown".to_owned()], json!(null))
    );
    for kind in ["unanswered", "unsupported", "one-sided", "bare", "orphans", "cycles"] {
        app.get(&topic.path(&format!("/statistics/{kind}"))).await.expect(200);
    }
    app.get(&topic.path("/statistics/beautiful")).await.expect(404);
}

#[actix_web::test]
async fn an_empty_topic_has_statistics() {
    let app = TestApp::start().await;
    let topic = app.topic("llama").await;

    let told = app.get(&topic.path("/statistics")).await.expect(200);

    assert_eq!((told.number_at("/depth"), told.number_at("/counts/arguments")), (0, 0));
}
