//! Drafts: seen by those who may write, and nowhere by anybody else.

use actix_web::http::Method;
use insta::assert_snapshot;
use serde_json::json;

use crate::support::{TEXT, TestApp, kinds};

/// Given a published topic, and the debate `llama` as a draft.
async fn with_a_draft() -> TestApp {
    let app = TestApp::start().await;
    app.debate().await;
    app.topic("published").await;
    app.patch("/v1/topics/llama", json!({"status": "draft", "tags": ["ai"]})).await.expect(200);
    app
}

#[actix_web::test]
async fn those_who_may_write_see_drafts() {
    let app = with_a_draft().await;

    app.get("/v1/topics/llama").await.expect(200);
    let list = app.get("/v1/topics?count=exact&sort=slug").await.expect(200);

    assert_eq!(list.slugs(), ["llama", "published"]);
    assert_eq!(list.number_at("/page/total"), 2);
}

#[actix_web::test]
async fn a_draft_and_everything_below_it_is_not_there_for_the_public() {
    let app = with_a_draft().await;
    let public = app.without_key();
    let id = app.get("/v1/topics/llama").await.text_at("/id");

    for below in [
        "",
        "/positions",
        "/positions/yes",
        "/arguments",
        "/arguments/cheap",
        "/arguments?position=yes",
        "/arguments?position=nowhere",
        "/relations",
        "/relations/risk",
        "/citations",
        "/citations/price",
        "/outline",
        "/outline?depth=1",
        "/graph",
        "/arguments/cheap/ancestors",
        "/arguments/cheap/descendants",
        "/arguments/cheap/path?to=yes",
        "/arguments/cheap/similar",
        "/arguments/cheap/similar?across=true",
        "/similar?claim=It+costs+little.",
        "/related",
        "/statistics",
        "/statistics/orphans",
    ] {
        for name in ["llama", &id] {
            let path = format!("/v1/topics/{name}{below}");
            app.get(&path).if_none_match("\"x\"").await;
            let seen = public.get(&path).await;
            assert_eq!(seen.problem(), (404, "not-found".to_owned()), "{path}");
            // Nor does a condition tell that something is there.
            let guessed = public.get(&path).if_none_match("*").await;
            assert_eq!(guessed.problem(), (404, "not-found".to_owned()), "{path}");
        }
    }
}

#[actix_web::test]
async fn a_hidden_topic_is_answered_as_one_that_does_not_exist() {
    let app = with_a_draft().await;
    let public = app.without_key();

    let hidden = public.get("/v1/topics/llama/positions").await;
    let missing = public.get("/v1/topics/vicuna/positions").await;

    assert_eq!(hidden.to_string().replace("llama", "vicuna"), missing.to_string());
}

#[actix_web::test]
async fn drafts_are_in_no_list_and_no_count_for_the_public() {
    let app = with_a_draft().await;
    let public = app.without_key();

    for (query, slugs) in [
        ("", vec!["published"]),
        ("&status=published", vec!["published"]),
        ("&status=draft", vec![]),
        ("&tag=ai", vec![]),
        ("&q=is+it+right:+llama", vec![]),
        ("&sort=updated", vec!["published"]),
    ] {
        let list = public.get(&format!("/v1/topics?count=exact{query}")).await.expect(200);
        assert_eq!(list.slugs(), slugs, "{query}");
        assert_eq!(list.number_at("/page/total"), i64::try_from(slugs.len()).unwrap(), "{query}");
    }
}

#[actix_web::test]
async fn the_quotes_of_drafts_are_not_among_those_of_their_source_for_the_public() {
    let app = with_a_draft().await;
    let public = app.without_key();
    let path = "/v1/sources/text/citations?count=exact";

    let all = app.get(path).await.expect(200);
    let seen = public.get(path).await.expect(200);

    assert_eq!((all.slugs().len(), all.number_at("/coverage/quoted")), (1, 22));
    assert_eq!((seen.slugs().len(), seen.number_at("/coverage/quoted")), (0, 0));
    assert_eq!(seen.number_at("/page/total"), 0);
    assert_eq!(seen.at("/coverage/unquoted/0/text"), json!(TEXT));
}

#[actix_web::test]
async fn a_published_draft_is_seen_by_all() {
    let app = with_a_draft().await;
    let public = app.without_key();

    app.patch("/v1/topics/llama", json!({"status": "published"})).await.expect(200);

    public.get("/v1/topics/llama/arguments/cheap").await.expect(200);
    assert_eq!(public.get("/v1/sources/text/citations").await.slugs(), ["price"]);
}

#[actix_web::test]
async fn an_archived_topic_is_seen_by_all() {
    let app = with_a_draft().await;
    let public = app.without_key();

    app.patch("/v1/topics/llama", json!({"status": "archived"})).await.expect(200);

    public.get("/v1/topics/llama/outline").await.expect(200);
    assert_eq!(public.get("/v1/topics?status=archived").await.slugs(), ["llama"]);
}

#[actix_web::test]
async fn nobody_writes_on_a_server_that_is_read_only() {
    let app = TestApp::start().await;
    app.debate().await;
    let public = app.closed_to_changes().await;

    for kind in kinds() {
        for answer in [
            public.post(kind.list, kind.put.clone()).await,
            public.put(&kind.path(), kind.put.clone()).await,
            public.put(&kind.free_path(), kind.put.clone()).await,
            public.patch(&kind.path(), kind.patch.clone()).await,
            public.delete(&kind.path()).await,
            // Whatever else is wrong with the request.
            public.patch(&kind.free_path(), json!(7)).await,
            public.ask(Method::POST, kind.list).body("text/plain", "?").await,
        ] {
            assert_eq!(answer.problem(), (403, "read-only".to_owned()), "{}", kind.list);
        }
        assert_eq!(app.get(&kind.path()).await.number_at("/version"), 1);
    }
    let answer = public.delete("/v1/topics/llama").await;
    assert_snapshot!(answer, @r#"
    403 application/problem+json
    {
      "code": "read-only",
      "detail": "The operator of this server lets nobody write.",
      "instance": "/v1/topics/llama",
      "request_id": "[request]",
      "status": 403,
      "title": "This server takes no changes",
      "type": "/problems/read-only"
    }
    "#);
}

#[actix_web::test]
async fn a_server_that_is_read_only_lets_the_essay_be_read() {
    let app = TestApp::read_only().await;

    let topics = app.get("/v1/topics?sort=slug").await.expect(200);

    assert_eq!(topics.slugs().len(), 5);
    for slug in topics.slugs() {
        app.get(&format!("/v1/topics/{slug}/outline")).await.expect(200);
    }
}
