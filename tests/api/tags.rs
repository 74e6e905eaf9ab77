//! Tags: counted, renamed and merged across topics.

use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

impl TestApp {
    /// Given a topic with these tags.
    async fn tagged(&self, slug: &str, tags: &[&str]) {
        let new = json!({"slug": slug, "title": format!("Why {slug}?"), "tags": tags});
        self.post("/v1/topics", new).await.expect(201);
    }

    async fn tags_of(&self, slug: &str) -> Value {
        self.get(&format!("/v1/topics/{slug}")).await.expect(200).at("/tags")
    }
}

/// The tags of a page, as `name count`.
fn told(answer: &Answer) -> Vec<String> {
    let tag = |tag: &Value| format!("{} {}", tag["name"].as_str().unwrap(), tag["topics"]);
    answer.at("/data").as_array().unwrap().iter().map(tag).collect()
}

#[actix_web::test]
async fn tags_are_listed_with_how_many_topics_have_them() {
    let app = TestApp::start().await;
    app.tagged("one", &["b", "a"]).await;
    app.tagged("two", &["b", "c"]).await;

    let list = app.get("/v1/tags").await.expect(200);
    let counted = app.get("/v1/tags?count=exact&limit=1").await.expect(200);
    let tag = app.get("/v1/tags/b").await.expect(200);

    assert_eq!(told(&list), ["a 1", "b 2", "c 1"]);
    assert_eq!(counted.number_at("/page/total"), 3);
    assert_eq!(tag.json(), json!({"name": "b", "topics": 2}));
    for path in ["/v1/tags", "/v1/tags/b"] {
        let first = app.get(path).await.expect(200);
        app.get(path).if_none_match(first.etag()).await.expect(304);
    }
    app.tagged("three", &["b"]).await;
    assert_ne!(app.get("/v1/tags/b").await.etag(), tag.etag());
}

#[actix_web::test]
async fn the_list_of_tags_comes_in_pages_in_every_order() {
    let app = TestApp::start().await;
    app.tagged("one", &["a", "b", "c"]).await;
    app.tagged("two", &["b", "c", "d"]).await;
    app.tagged("three", &["c"]).await;

    for (sort, expected) in [
        ("name", ["a 1", "b 2", "c 3", "d 1"]),
        ("-name", ["d 1", "c 3", "b 2", "a 1"]),
        ("-topics", ["c 3", "b 2", "d 1", "a 1"]),
        ("topics", ["a 1", "d 1", "b 2", "c 3"]),
    ] {
        let mut found = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = app.get(&format!("/v1/tags?sort={sort}&limit=1{cursor}")).await.expect(200);
            found.extend(told(&page));
            let Some(next) = page.at("/page/next_cursor").as_str().map(str::to_owned) else {
                break;
            };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(found, expected, "{sort}");
    }
}

#[actix_web::test]
async fn tags_are_found_by_their_beginning() {
    let app = TestApp::start().await;
    app.tagged("one", &["Open source", "open access", "oak", "100%", "100 years"]).await;

    let open = app.get("/v1/tags?q=OPEN&count=exact").await.expect(200);
    let percent = app.get("/v1/tags?q=100%25").await.expect(200);

    assert_eq!(open.number_at("/page/total"), 2);
    assert_eq!(told(&open).len(), 2);
    assert_eq!(told(&percent), ["100% 1"]);
}

#[actix_web::test]
async fn only_topics_that_are_visible_are_counted() {
    let app = TestApp::start().await;
    app.tagged("public", &["shared"]).await;
    app.tagged("hidden", &["shared", "secret"]).await;
    app.patch("/v1/topics/hidden", json!({"status": "draft"})).await.expect(200);
    let reader = app.without_key();

    assert_eq!(told(&reader.get("/v1/tags").await.expect(200)), ["shared 1"]);
    assert_eq!(told(&app.get("/v1/tags").await.expect(200)), ["secret 1", "shared 2"]);
    assert_eq!(reader.get("/v1/tags?count=exact").await.number_at("/page/total"), 1);
    reader.get("/v1/tags/secret").await.expect(404);
}

#[actix_web::test]
async fn a_tag_is_renamed_in_every_topic() {
    let app = TestApp::start().await;
    app.tagged("one", &["a", "old", "z"]).await;
    app.tagged("two", &["old"]).await;
    app.tagged("other", &["a"]).await;
    app.patch("/v1/topics/two", json!({"status": "draft"})).await.expect(200);
    let before = app.get("/v1/topics/one").await.expect(200);

    let renamed = app.patch("/v1/tags/old", json!({"name": "new/er, 100%"})).await.expect(200);

    assert_eq!(renamed.json(), json!({"name": "new/er, 100%", "topics": 2}));
    assert_eq!(app.tags_of("one").await, json!(["a", "new/er, 100%", "z"]));
    assert_eq!(app.tags_of("two").await, json!(["new/er, 100%"]));
    let after = app.get("/v1/topics/one").await.expect(200);
    assert_eq!(after.number_at("/version"), before.number_at("/version") + 1);
    assert_ne!(after.at("/updated_at"), before.at("/updated_at"));
    assert_eq!(app.get("/v1/topics/one/positions").await.etag(), "\"2\"");
    assert_eq!(app.get("/v1/topics/other").await.number_at("/version"), 1);
    app.get("/v1/tags/old").await.expect(404);
    let there = app.get("/v1/tags/new%2Fer,%20100%25").await.expect(200);
    assert_eq!(there.json(), renamed.json());
}

#[actix_web::test]
async fn a_tag_becomes_one_with_another_only_if_that_is_meant() {
    let app = TestApp::start().await;
    app.tagged("one", &["AI", "ai", "z"]).await;
    app.tagged("two", &["AI"]).await;
    app.tagged("three", &["ai"]).await;

    let refused = app.patch("/v1/tags/AI", json!({"name": "ai"})).await;
    let tags = app.get("/v1/tags").await;
    let merged = app.patch("/v1/tags/AI?merge=true", json!({"name": "ai"})).await.expect(200);

    assert_eq!(refused.problem(), (409, "does-not-fit".to_owned()));
    assert_eq!(refused.faults(), [("/name".to_owned(), "not-allowed".to_owned())]);
    assert_eq!(told(&tags), ["AI 2", "ai 2", "z 1"]);
    assert_eq!(merged.json(), json!({"name": "ai", "topics": 3}));
    assert_eq!(app.tags_of("one").await, json!(["ai", "z"]));
    assert_eq!(app.tags_of("two").await, json!(["ai"]));
    for (slug, version) in [("one", 2), ("two", 2), ("three", 1)] {
        let topic = app.get(&format!("/v1/topics/{slug}")).await;
        assert_eq!(topic.number_at("/version"), version, "{slug}");
    }
}

#[actix_web::test]
async fn an_archived_topic_keeps_its_tags() {
    let app = TestApp::start().await;
    app.tagged("one", &["old"]).await;
    app.tagged("two", &["old"]).await;
    app.patch("/v1/topics/two", json!({"status": "archived"})).await.expect(200);

    let refused = app.patch("/v1/tags/old", json!({"name": "new"})).await;

    assert_eq!(refused.problem(), (409, "topic-archived".to_owned()));
    assert_eq!(app.tags_of("one").await, json!(["old"]));
}

#[actix_web::test]
async fn equal_means_untouched() {
    let app = TestApp::start().await;
    app.tagged("one", &["same"]).await;

    for patch in [json!({}), json!({"name": "same"}), json!({"name": " same "})] {
        let answer = app.patch("/v1/tags/same", patch).await.expect(200);
        assert_eq!(answer.json(), json!({"name": "same", "topics": 1}));
    }

    assert_eq!(app.get("/v1/topics/one").await.number_at("/version"), 1);
    app.patch("/v1/tags/none", json!({"name": "some"})).await.expect(404);
    let wrong = app.patch("/v1/tags/same", json!({"name": ""})).await;
    assert_eq!(wrong.status(), 422);
}

#[actix_web::test]
async fn a_key_that_is_bound_to_topics_renames_no_tag() {
    let app = TestApp::start().await;
    app.tagged("mine", &["old"]).await;
    let (_, key) = app.given_key(&["write"], &["mine"]).await;

    let refused = app.with_key(&key).patch("/v1/tags/old", json!({"name": "new"})).await;

    assert_eq!(refused.problem(), (403, "out-of-reach".to_owned()));
    assert_eq!(app.tags_of("mine").await, json!(["old"]));
}
