//! Discovery: what says much the same, and which topics go with one.

use actix_web::http::Method;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Answer, GivenTopic, TestApp};

const CHEAP: &str = "Open models are cheap to run for small companies.";

impl GivenTopic<'_> {
    async fn claim(&self, app: &TestApp, slug: &str, claim: &str) {
        let new = json!({"slug": slug, "claim": claim});
        app.post(&self.path("/arguments"), new).await.expect(201);
    }
}

/// Given two topics, and a draft, that have an argument about the price of trams each.
async fn three_topics(app: &TestApp) -> GivenTopic<'_> {
    let topic = app.topic("trams").await;
    topic.claim(app, "cheap", "Trams are cheap in the long run.").await;
    topic.claim(app, "quiet", "Hardly anybody hears them.").await;
    let buses = app.topic("buses").await;
    buses.claim(app, "dear", "In the long run, trams are not cheap.").await;
    buses.claim(app, "flexible", "A bus goes where it is needed.").await;
    let draft = app.topic("draft").await;
    draft.claim(app, "hidden", "Trams are cheap in the long run!").await;
    app.patch("/v1/topics/draft", json!({"status": "draft"})).await.expect(200);
    topic
}

/// What was found, as `topic/argument`.
fn places(answer: &Answer) -> Vec<String> {
    let data = answer.at("/data");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let place = |it: &Value| format!("{}/{}", text(&it["topic"]["slug"]), text(&it["slug"]));
    data.as_array().unwrap().iter().map(place).collect()
}

/// A text as a query string has it.
fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[actix_web::test]
async fn arguments_of_the_topic_that_say_much_the_same_are_found() {
    let app = TestApp::start().await;
    let topic = app.topic("llama").await;
    topic.claim(&app, "price", "Open models cost less than closed ones.").await;
    topic.claim(&app, "price-again", "Closed models cost more; open ones less.").await;
    topic.claim(&app, "safety", "Nobody is responsible for what is done with it.").await;

    let similar = app.get(&topic.path("/arguments/price/similar")).await.expect(200);
    let alone = app.get(&topic.path("/arguments/safety/similar")).await.expect(200);

    assert_eq!(similar.slugs(), ["price-again"]);
    assert!(similar.at("/data/0/likeness").as_f64().unwrap() > 0.7, "{similar}");
    assert_eq!(similar.json()["data"][0].get("topic"), None);
    assert_eq!(alone.at("/data"), json!([]));
}

#[actix_web::test]
async fn arguments_of_other_topics_are_found_with_their_topic() {
    let app = TestApp::start().await;
    let topic = three_topics(&app).await;

    let similar = app.get(&topic.path("/arguments/cheap/similar?across=true")).await.expect(200);
    let one = app.get(&topic.path("/arguments/cheap/similar?across=true&limit=1")).await;
    let here = app.get(&topic.path("/arguments/cheap/similar?across=false")).await.expect(200);

    assert_eq!(places(&similar), ["draft/hidden", "buses/dear"]);
    assert_eq!(similar.text_at("/data/1/topic/title"), "Is it right: buses?");
    assert_eq!(places(&one.expect(200)), ["draft/hidden"]);
    assert_eq!(here.at("/data"), json!([]));
}

#[actix_web::test]
async fn what_is_like_a_claim_is_found_while_it_is_written() {
    let app = TestApp::start().await;
    let topic = three_topics(&app).await;
    let like = |claim: &str, more: &str| {
        app.get(&topic.path(&format!("/similar?claim={}{more}", escaped(claim))))
    };

    assert_eq!(like("Trams are ch", "").await.expect(200).slugs(), ["cheap"]);
    assert_eq!(
        places(&like("In the long run trams are cheap", "&across=true").await.expect(200)),
        ["trams/cheap", "draft/hidden", "buses/dear"]
    );
    // Other topics are searched for words of the language that is named.
    let german = like("trams are cheap", "&across=true&language=de").await.expect(200);
    assert_eq!(places(&german), ["trams/cheap"]);
}

#[actix_web::test]
async fn what_is_in_drafts_is_like_nothing_for_the_public() {
    let app = TestApp::start().await;
    let topic = three_topics(&app).await;
    app.patch("/v1/topics/trams", json!({"tags": ["traffic"]})).await.expect(200);
    app.patch("/v1/topics/draft", json!({"tags": ["traffic"]})).await.expect(200);
    let public = app.without_key();
    let (_, key) = app.given_key(&["read"], &["buses"]).await;

    for asker in [public, app.with_key(&key)] {
        for path in
            ["/arguments/cheap/similar?across=true", "/similar?across=true&claim=Trams+are+cheap"]
        {
            let similar = asker.get(&topic.path(path)).await.expect(200);
            assert!(places(&similar).contains(&"buses/dear".to_owned()), "{similar}");
            assert!(!similar.to_string().contains("hidden"), "{similar}");
        }
        let related = asker.get(&topic.path("/related")).await.expect(200);
        assert!(!related.to_string().contains("draft"), "{related}");
    }
    assert!(app.get(&topic.path("/related")).await.slugs().contains(&"draft".to_owned()));
}

#[actix_web::test]
async fn an_answer_about_all_topics_is_another_when_another_topic_changes() {
    let app = TestApp::start().await;
    let topic = three_topics(&app).await;
    let path = topic.path("/arguments/cheap/similar?across=true");
    let first = app.get(&path).await.expect(200);

    app.get(&path).if_none_match(first.etag()).await.expect(304);
    app.delete("/v1/topics/buses/arguments/dear").await.expect(204);
    let second = app.get(&path).if_none_match(first.etag()).await.expect(200);

    assert_eq!(places(&second), ["draft/hidden"]);
    let here = app.get(&topic.path("/arguments/cheap/similar")).await.expect(200);
    assert_eq!(here.etag(), format!("\"{}\"", topic.revision().await));
}

#[actix_web::test]
async fn any_claim_may_be_asked_about() {
    let app = TestApp::start().await;
    let topic = three_topics(&app).await;
    topic.claim(&app, "japanese", "路面電車 は 安い").await;
    topic.claim(&app, "russian", "Трамваи дёшевы").await;

    for claim in [
        "?",
        "'\"\\:*&|!<->()",
        "the of and",
        "🚋🚋",
        "!4tram",
        "路面電車",
        &"tram ".repeat(199),
        &"x".repeat(1000),
    ] {
        for across in ["false", "true"] {
            let path = format!("/similar?across={across}&claim={}", escaped(claim));
            app.get(&topic.path(&path)).await.expect(200);
        }
    }
    for (claim, slug) in [("安い 路面電車", "japanese"), ("трамваи дешевы", "russian")]
    {
        let path = format!("/similar?across=true&claim={}", escaped(claim));
        let found = app.get(&topic.path(&path)).await.expect(200);
        assert!(found.slugs().contains(&slug.to_owned()), "{claim}: {found}");
    }
    for refused in [
        "",
        "claim=",
        "claim=+++",
        "claim=%00",
        "claim=a%0Ab",
        &format!("claim={}", "x".repeat(10_000)),
        "claim=tram&limit=0",
        "claim=tram&limit=51",
        "claim=tram&across=yes",
        "claim=tram&language=12",
    ] {
        let answer = app.get(&topic.path(&format!("/similar?{refused}"))).await;
        assert_eq!(answer.problem(), (400, "bad-parameter".to_owned()), "{refused}");
    }
}

#[actix_web::test]
async fn an_argument_that_is_nearly_there_is_refused_if_that_is_wanted() {
    let app = TestApp::start().await;
    let topic = app.topic("llama").await;
    topic.claim(&app, "cheap", CHEAP).await;
    topic.claim(&app, "unknown", "Nobody knows who trains them.").await;
    let revision = topic.revision().await;
    let new = || json!({"claim": "Open models are cheap to run, for smal companies"});
    let checked = topic.path("/arguments?check_duplicates=true");

    let refused = app.post(&checked, new()).await;

    assert_snapshot!(refused, @r#"
    409 application/problem+json
    {
      "candidates": [
        {
          "claim": "Open models are cheap to run for small companies.",
          "id": "[id]",
          "likeness": 0.9039,
          "slug": "cheap",
          "url": "/v1/topics/llama/arguments/cheap"
        }
      ],
      "code": "duplicate-argument",
      "detail": "The topic has an argument that claims nearly the same: see `candidates`. Without `check_duplicates=true`, yours is made all the same.",
      "instance": "/v1/topics/llama/arguments",
      "request_id": "[request]",
      "status": 409,
      "title": "The topic has this argument already, or nearly",
      "type": "/problems/duplicate-argument"
    }
    "#);
    assert_eq!(topic.revision().await, revision);
    // Whoever insists has it made.
    app.post(&topic.path("/arguments?check_duplicates=false"), new()).await.expect(201);
    app.post(&topic.path("/arguments"), new()).await.expect(201);
    let candidates = app.post(&checked, new()).await.at("/candidates");
    assert_eq!(candidates.as_array().unwrap().len(), 3);
}

#[actix_web::test]
async fn what_says_something_else_is_no_duplicate() {
    let app = TestApp::start().await;
    let topic = app.topic("llama").await;
    topic.claim(&app, "cheap", CHEAP).await;
    let elsewhere = app.topic("vicuna").await;
    let post = |topic: &GivenTopic<'_>, claim: &str| {
        app.post(&topic.path("/arguments?check_duplicates=true"), json!({"claim": claim}))
    };

    for claim in [
        "Open models are safe to use for large companies.",
        "Small companies cannot run open models.",
        "Open models are cheap.",
        "?!",
        "?!",
    ] {
        post(&topic, claim).await.expect(201);
    }
    // What another topic has is no duplicate; what is denied with one word is taken for one.
    post(&elsewhere, CHEAP).await.expect(201);
    let denied = post(&topic, "Open models are not cheap to run for small companies.").await;
    assert_eq!(denied.problem(), (409, "duplicate-argument".to_owned()));
}

#[actix_web::test]
async fn a_refusal_is_kept_for_no_idempotency_key() {
    let app = TestApp::start().await;
    let topic = app.topic("llama").await;
    topic.claim(&app, "cheap", CHEAP).await;
    let path = topic.path("/arguments?check_duplicates=true");
    let send = || app.post(&path, json!({"claim": CHEAP})).header("idempotency-key", "once");

    assert_eq!(send().await.problem(), (409, "duplicate-argument".to_owned()));
    app.delete(&topic.path("/arguments/cheap")).await.expect(204);
    let made = send().await.expect(201);
    let again = send().await.expect(201);

    // Sent again, it is no duplicate of itself.
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.text_at("/id"), made.text_at("/id"));
}

#[actix_web::test]
async fn only_those_who_may_write_are_told_of_duplicates() {
    let app = TestApp::start().await;
    let topic = app.topic("llama").await;
    topic.claim(&app, "cheap", CHEAP).await;
    app.patch("/v1/topics/llama", json!({"status": "draft"})).await.expect(200);
    app.topic("mine").await;
    let (_, key) = app.given_key(&["write"], &["mine"]).await;
    let path = topic.path("/arguments?check_duplicates=true");

    let bound = app.with_key(&key).post(&path, json!({"claim": CHEAP})).await;
    let public = app.without_key().post(&path, json!({"claim": CHEAP})).await;
    let odd = app.post(&topic.path("/arguments?check_duplicates=1"), json!({"claim": "x"})).await;
    let put = app.put(&topic.path("/arguments/x?check_duplicates=true"), json!({"claim": "x"}));

    assert_eq!(bound.problem(), (404, "not-found".to_owned()));
    assert_eq!(public.problem(), (401, "key-needed".to_owned()));
    assert_eq!(odd.problem(), (400, "bad-parameter".to_owned()));
    assert_eq!(put.await.problem(), (400, "bad-parameter".to_owned()));
}

/// Given a topic, with those that have something in common with it.
async fn with_relatives(app: &TestApp) -> GivenTopic<'_> {
    app.source("report", "Trams cost more. Buses pollute.").await;
    app.source("other", "Nobody walks.").await;
    for (slug, title, tags) in [
        ("trams", "Should the city of Bern build trams?", json!(["traffic", "rails", "bern"])),
        ("rails", "Who owns the rails?", json!(["rails", "traffic"])),
        ("roads", "Who pays for roads?", json!(["traffic"])),
        ("signs", "Which signs are needed?", json!(["traffic"])),
        ("air", "Is the air clean?", json!([])),
        ("zurich", "Should the city of Zurich build trams?", json!([])),
        ("cheese", "Which cheese is best?", json!(["food"])),
    ] {
        let new = json!({"slug": slug, "title": title, "tags": tags});
        app.post("/v1/topics", new).await.expect(201);
        GivenTopic::at(app, slug).position("yes").await;
    }
    for (topic, source, exact) in [
        ("trams", "report", "Trams cost more."),
        ("trams", "other", "Nobody walks."),
        ("air", "report", "Buses pollute."),
        ("air", "report", "Trams cost more."),
    ] {
        let new = json!({"source": source, "exact": exact, "backs": {"position": "yes"}});
        app.post(&format!("/v1/topics/{topic}/citations"), new).await.expect(201);
    }
    GivenTopic::at(app, "trams")
}

#[actix_web::test]
async fn related_topics_are_told_with_the_reasons() {
    let app = TestApp::start().await;
    let topic = with_relatives(&app).await;

    let related = app.get(&topic.path("/related")).await.expect(200);

    let told = |it: &Value| {
        let likeness = it["likeness"].as_f64().unwrap();
        let text = it["slug"].as_str().unwrap();
        format!("{text} {} {} {}", it["shared_tags"], it["shared_sources"], likeness >= 0.5)
    };
    let told: Vec<String> = related.at("/data").as_array().unwrap().iter().map(told).collect();
    assert_snapshot!(told.join("\n"), @r#"
    zurich [] [] true
    rails ["rails","traffic"] [] false
    air [] ["report"] false
    roads ["traffic"] [] false
    signs ["traffic"] [] false
    "#);
    let few = app.get(&topic.path("/related?limit=2")).await.expect(200);
    assert_eq!(few.slugs(), related.slugs()[..2]);
    app.get(&topic.path("/related")).if_none_match(related.etag()).await.expect(304);
}

#[actix_web::test]
async fn a_topic_that_has_nothing_in_common_with_others_has_no_relatives() {
    let app = TestApp::start().await;
    with_relatives(&app).await;

    let related = app.get("/v1/topics/cheese/related").await.expect(200);

    assert_eq!(related.at("/data"), json!([]));
    for refused in ["limit=0", "limit=51", "limit=x", "across=true"] {
        let answer = app.get(&format!("/v1/topics/cheese/related?{refused}")).await;
        assert_eq!(answer.problem(), (400, "bad-parameter".to_owned()), "{refused}");
    }
    let answer = app.ask(Method::POST, "/v1/topics/cheese/related").await;
    assert_eq!(answer.problem(), (405, "method-not-allowed".to_owned()));
}

#[actix_web::test]
async fn what_is_alike_in_all_topics_has_what_is_alike_in_this_one() {
    let app = TestApp::start().await;
    let topic = app.topic("llama").await;
    topic.claim(&app, "english", CHEAP).await;
    let german = json!({"slug": "german", "claim": CHEAP, "language": "de"});
    app.post(&topic.path("/arguments"), german).await.expect(201);

    for more in ["", "?across=true"] {
        let path = format!("/arguments/english/similar{more}");
        let similar = app.get(&topic.path(&path)).await.expect(200);
        assert_eq!(similar.slugs(), ["german"], "{more}");
    }
}
