//! Finished answers in memory: given again for as long as they are true, and no longer.

use std::future::IntoFuture;
use std::time::{Duration, Instant};

use debatebase::db::changes::BOUND;
use diesel::sql_query;
use diesel_async::RunQueryDsl;
use futures_util::future::{join_all, poll_immediate};
use serde_json::json;

use crate::support::{Answer, GivenTopic, TestApp};

/// What an answer says of the cache.
fn came_from(answer: &Answer) -> &str {
    answer.header("server-timing").unwrap().trim_start_matches("cache;desc=")
}

/// An application that keeps answers, with a debate in it, asked without a key.
async fn keeping() -> (TestApp, TestApp) {
    let app = TestApp::keeping_answers().await;
    app.debate().await;
    let reader = app.without_key();
    (app, reader)
}

/// Asks until the answer is a kept one.
async fn kept(reader: &TestApp, path: &str) {
    for _ in 0..3 {
        if came_from(&reader.get(path).await.expect(200)) == "hit" {
            return;
        }
    }
    panic!("{path} is not kept");
}

#[actix_web::test]
async fn what_was_answered_before_is_answered_from_memory_byte_for_byte() {
    let (_, reader) = keeping().await;
    for path in [
        "/v1/topics",
        "/v1/topics/llama",
        "/v1/topics/llama/outline",
        "/v1/topics/llama/graph",
        "/v1/topics/llama/arguments?limit=1",
        "/v1/topics/llama/export?format=argdown",
        "/v1/search?q=open",
        "/v1/tags",
        "/v1/topics/llama/statistics?fields=counts",
    ] {
        let made = reader.get(path).await.expect(200);
        let again = reader.get(path).await.expect(200);

        assert_eq!((came_from(&made), came_from(&again)), ("miss", "hit"), "{path}");
        assert_eq!(made.bytes(), again.bytes(), "{path}");
        for header in ["etag", "content-type", "cache-control", "vary", "link"] {
            assert_eq!(made.header(header), again.header(header), "{path}: {header}");
        }
        assert_eq!(again.header("age"), Some("0"), "{path}");
        assert_ne!(made.header("x-request-id"), again.header("x-request-id"), "{path}");
    }
}

#[actix_web::test]
async fn each_coding_is_kept_as_it_was_sent() {
    let (_, reader) = keeping().await;
    let path = "/v1/topics/llama/outline";
    for coding in ["br", "zstd", "gzip"] {
        let ask = || reader.get(path).header("accept-encoding", coding);
        let (made, again) = (ask().await.expect(200), ask().await.expect(200));

        assert_eq!((came_from(&made), came_from(&again)), ("miss", "hit"), "{coding}");
        assert_eq!(again.header("content-encoding"), Some(coding));
        assert_eq!(made.bytes(), again.bytes(), "{coding}");
    }
}

#[actix_web::test]
async fn what_many_ask_at_once_is_made_once() {
    let (app, reader) = keeping().await;
    for path in ["/v1/topics/llama/outline", "/v1/search?q=open", "/v1/topics"] {
        let asked: Vec<_> = (0..20).map(|_| reader.get(path).into_future()).collect();
        let answers = join_all(asked).await;

        let made = answers.iter().filter(|answer| came_from(answer) == "miss").count();
        assert_eq!(made, 1, "{path}");
        for answer in answers {
            assert_eq!(answer.expect(200).bytes(), reader.get(path).await.bytes(), "{path}");
        }
    }

    // Neither an answer that is not kept nor one who goes away is a reason to wait for ever.
    let asked: Vec<_> = (0..5).map(|_| reader.get("/v1/topics/none").into_future()).collect();
    join_all(asked).await.into_iter().for_each(|answer| drop(answer.expect(404)));
    app.post("/v1/topics/llama/arguments", json!({"claim": "It is news."})).await.expect(201);
    let mut gone = reader.get("/v1/topics/llama/outline").into_future();
    let mut waiting = reader.get("/v1/topics/llama/outline").into_future();
    assert!(poll_immediate(&mut gone).await.is_none());
    assert!(poll_immediate(&mut waiting).await.is_none());
    drop(gone);
    assert!(waiting.await.expect(200).text().contains("It is news."));
}

#[actix_web::test]
async fn a_client_that_has_a_kept_state_is_told_so() {
    let (app, reader) = keeping().await;
    let path = "/v1/topics/llama/outline";
    // Also if nobody has asked before: the next who asks gets the whole of it from memory.
    let known = app.get("/v1/topics/llama").await.etag().to_owned();
    let first = reader.get("/v1/topics/llama").if_none_match(&known).await;
    let tag = reader.get(path).await.etag().to_owned();
    let unchanged = reader.get(path).if_none_match(&tag).await;

    assert_eq!(first.status(), 304);
    assert_eq!((unchanged.status(), came_from(&unchanged)), (304, "hit"));
    assert_eq!(unchanged.header("content-type"), None);
    assert_eq!(unchanged.header("etag"), Some(tag.as_str()));
}

#[actix_web::test]
async fn an_expanded_answer_is_given_whole_whatever_the_client_has() {
    let (_, reader) = keeping().await;
    let path = "/v1/topics/llama?expand=positions";
    let tag = reader.get(path).await.expect(200).header("etag").unwrap().to_owned();

    let again = reader.get(path).if_none_match(&tag).await.expect(200);

    assert_eq!(came_from(&again), "hit");
}

#[actix_web::test]
async fn a_change_is_shown_to_the_next_request_and_leaves_other_topics_in_memory() {
    let (app, reader) = keeping().await;
    app.topic("another").await;
    let (own, topic, other, list, search) = (
        "/v1/topics/llama/outline",
        "/v1/topics/llama",
        "/v1/topics/another/outline",
        "/v1/topics",
        "/v1/search?q=open",
    );
    for path in [own, topic, other, list, search] {
        kept(&reader, path).await;
    }

    app.post("/v1/topics/llama/arguments", json!({"claim": "It is news."})).await.expect(201);

    let after = |path: &'static str| async { came_from(&reader.get(path).await).to_owned() };
    assert_eq!(after(own).await, "miss");
    assert_eq!(after(other).await, "hit");
    // These show topics, and none of them changed; a search that finds little may find anything.
    assert_eq!(after(topic).await, "hit");
    assert_eq!(after(list).await, "hit");
    assert_eq!(after(search).await, "miss");

    app.patch("/v1/topics/llama", json!({"title": "Another title"})).await.expect(200);

    let titles = reader.get(list).await;
    assert_eq!(came_from(&titles), "miss");
    assert!(titles.text().contains("Another title"));
}

#[actix_web::test]
async fn a_search_is_kept_until_something_that_it_shows_changes() {
    let (app, reader) = keeping().await;
    let debate = GivenTopic::at(&app, "llama");
    app.source("words", "A cost is a cost. The cost is high. Whose cost?").await;
    app.source("other", "A cost is a cost.").await;
    for (slug, exact) in
        [("a", "A cost is a cost."), ("b", "The cost is high."), ("c", "Whose cost")]
    {
        debate.citation(slug, "words", exact, json!({"argument": "safe"})).await;
        let new = json!({"slug": format!("cost-{slug}"), "claim": "The cost counts.",
                         "supports": [{"position": "yes"}]});
        app.post("/v1/topics/llama/arguments", new).await.expect(201);
    }
    let (arguments, citations) =
        ("/v1/search?q=cost&kind=argument&limit=2", "/v1/search?q=cost&kind=citation&limit=2");

    for (path, body) in [
        ("/v1/topics/llama/arguments/unknown", json!({"claim": "Other words."})),
        // The words, but neither so high up nor alone.
        ("/v1/topics/llama/arguments/unknown", json!({"body": "It says cost, too."})),
        ("/v1/topics/llama", json!({"summary": "Other words."})),
        ("/v1/sources/text", json!({"publisher": "Others"})),
    ] {
        kept(&reader, arguments).await;
        app.patch(path, body.clone()).await.expect(200);
        assert_eq!(came_from(&reader.get(arguments).await), "hit", "{path} {body}");
    }

    for (search, path, body, news) in [
        (arguments, "/v1/topics/llama/arguments/cost-c", json!({"claim": "No cost!"}), "No cost!"),
        (arguments, "/v1/topics/llama", json!({"title": "Renamed?"}), "Renamed?"),
        (arguments, "/v1/topics/llama/positions/yes", json!({"statement": "Said."}), "Said."),
        (
            arguments,
            "/v1/topics/llama/relations/cost-c-supports-yes",
            json!({"kind": "attacks"}),
            "\"how\":\"attacks\"",
        ),
        (citations, "/v1/sources/words", json!({"title": "Retitled"}), "Retitled"),
        (
            citations,
            "/v1/topics/llama/citations/a",
            json!({"source": "other"}),
            "The text of other",
        ),
    ] {
        kept(&reader, search).await;
        app.patch(path, body.clone()).await.expect(200);
        let after = reader.get(search).await;
        assert_eq!(came_from(&after), "miss", "{path} {body}");
        assert!(after.text().contains(news), "{path} {body}: {}", after.text());
    }
    kept(&reader, arguments).await;
    app.patch("/v1/topics/llama", json!({"status": "draft"})).await.expect(200);
    assert_eq!(reader.get(arguments).await.at("/data"), json!([]));
}

#[actix_web::test]
async fn a_word_is_taken_for_another_as_soon_as_that_is_there() {
    let (app, reader) = keeping().await;
    let search = "/v1/search?q=wieghts";
    kept(&reader, search).await;

    app.post("/v1/topics/llama/arguments", json!({"claim": "Its weights."})).await.expect(201);

    assert!(reader.get(search).await.text().contains("Its weights."));
}

#[actix_web::test]
async fn what_is_expanded_out_of_its_topic_is_kept_until_other_topics_change() {
    let (app, reader) = keeping().await;
    let other = app.topic("another").await;
    other.argument("reason").await;
    let path = "/v1/topics/llama/citations?expand=source.citations";
    kept(&reader, path).await;

    other.citation("again", "text", "Open models are safe.", json!({"argument": "reason"})).await;

    assert!(reader.get(path).await.text().contains("\"again\""));
}

#[actix_web::test]
async fn what_a_key_shows_is_not_kept_and_not_given_to_others() {
    let (app, reader) = keeping().await;
    app.patch("/v1/topics/llama", json!({"status": "draft"})).await.expect(200);
    for _ in 0..3 {
        let own = app.get("/v1/topics/llama").await.expect(200);
        assert_eq!(came_from(&own), "bypass");
        reader.get("/v1/topics/llama").await.expect(404);
    }
    app.patch("/v1/topics/llama", json!({"status": "published"})).await.expect(200);
    kept(&reader, "/v1/topics/llama").await;

    app.patch("/v1/topics/llama", json!({"status": "draft"})).await.expect(200);

    reader.get("/v1/topics/llama").await.expect(404);
}

#[actix_web::test]
async fn what_another_program_changes_is_shown_soon() {
    let (app, reader) = keeping().await;
    let path = "/v1/topics/llama";
    kept(&reader, path).await;
    let change = "update topics set title = 'By another', version = version + 1, \
                  revision = revision + 1 where slug = 'llama'";
    sql_query(change).execute(&mut app.connection().await).await.unwrap();

    let changed = Instant::now();
    while !reader.get(path).await.text().contains("By another") {
        assert!(changed.elapsed() < BOUND, "it is still shown as it was");
        actix_web::rt::time::sleep(Duration::from_millis(5)).await;
    }
}

#[actix_web::test]
async fn nothing_is_given_from_memory_while_changes_cannot_be_heard_of() {
    let (app, reader) = keeping().await;
    kept(&reader, "/v1/topics/llama").await;

    app.stop_following();

    actix_web::rt::time::sleep(BOUND).await;
    let answer = reader.get("/v1/topics/llama").await.expect(200);
    assert_eq!(came_from(&answer), "bypass");
}
