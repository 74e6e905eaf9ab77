//! Input: read strictly, every fault named with its place, and not only the first.

use actix_web::http::Method;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, kinds};

/// Bodies with one fault each, the place of it, and its code.
fn faulty() -> Vec<(&'static str, Value, &'static str, &'static str)> {
    let topics = "/v1/topics";
    let positions = "/v1/topics/llama/positions";
    let arguments = "/v1/topics/llama/arguments";
    let relations = "/v1/topics/llama/relations";
    let citations = "/v1/topics/llama/citations";
    let sources = "/v1/sources";
    let relation = |more: Value| {
        let new = json!({"kind": "attacks", "premises": ["cheap"], "target": {"position": "no"}});
        with(new, more)
    };
    let quote = |more: Value| {
        with(json!({"source": "text", "backs": {"topic": "llama"}, "exact": "Nobody"}), more)
    };
    let many = |n: usize| (0..n).map(|i| format!("t{i}")).collect::<Vec<_>>();
    vec![
        (topics, json!({}), "/title", "missing"),
        (topics, json!({"title": null}), "/title", "wrong-type"),
        (topics, json!({"title": 1}), "/title", "wrong-type"),
        (topics, json!({"title": ""}), "/title", "too-short"),
        (topics, json!({"title": " \n\t "}), "/title", "too-short"),
        (topics, json!({"title": "a\nb"}), "/title", "bad-character"),
        (topics, json!({"title": "a\u{0}b"}), "/title", "bad-character"),
        (topics, json!({"title": "a\u{1b}b"}), "/title", "bad-character"),
        (topics, json!({"title": "🦙".repeat(1001)}), "/title", "too-long"),
        (topics, json!({"title": "T", "summary": "s".repeat(50_001)}), "/summary", "too-long"),
        (topics, json!({"title": "T", "summary": "a\r\nb"}), "/summary", "bad-character"),
        (topics, json!({"title": "T", "tags": "ai"}), "/tags", "wrong-type"),
        (topics, json!({"title": "T", "tags": ["ai", ""]}), "/tags/1", "too-short"),
        (topics, json!({"title": "T", "tags": ["ai", null]}), "/tags/1", "wrong-type"),
        (topics, json!({"title": "T", "tags": ["ai", "ai"]}), "/tags/1", "duplicate"),
        (
            arguments,
            json!({"claim": "C", "supports": [{"position": "yes"}, {"position": "yes"}]}),
            "/supports/1",
            "duplicate",
        ),
        (topics, json!({"title": "T", "tags": many(51)}), "/tags", "too-many"),
        (topics, json!({"title": "T", "language": "english"}), "/language", "bad-format"),
        (topics, json!({"title": "T", "status": "public"}), "/status", "not-allowed"),
        (topics, json!({"title": "T", "status": "Draft"}), "/status", "not-allowed"),
        (topics, json!({"title": "T", "slug": "Not A Slug"}), "/slug", "bad-format"),
        (topics, json!({"title": "T", "slug": ""}), "/slug", "bad-format"),
        (topics, json!({"title": "T", "slug": "a".repeat(101)}), "/slug", "too-long"),
        (
            topics,
            json!({"title": "T", "slug": "0192c0de-0000-7000-8000-000000000000"}),
            "/slug",
            "bad-format",
        ),
        (
            topics,
            json!({"title": "T", "slug": "0192c0de000070008000000000000000"}),
            "/slug",
            "bad-format",
        ),
        (topics, json!({"title": "T", "origin": "aif"}), "/origin", "wrong-type"),
        (topics, json!({"title": "T", "origin": {}}), "/origin/format", "missing"),
        (
            topics,
            json!({"title": "T", "origin": {"format": "aif", "fields": []}}),
            "/origin/fields",
            "wrong-type",
        ),
        (
            topics,
            json!({"title": "T", "origin": {"format": "aif", "fields": {"a": ["\u{0}"]}}}),
            "/origin/fields/a/0",
            "bad-character",
        ),
        (
            topics,
            json!({"title": "T", "origin": {"format": "aif", "form": 1}}),
            "/origin/form",
            "unknown",
        ),
        (
            topics,
            json!({"title": "T", "id": "0192c0de-0000-7000-8000-000000000000"}),
            "/id",
            "unknown",
        ),
        (topics, json!({"title": "T", "version": 1}), "/version", "unknown"),
        (topics, json!({"title": "T", "a/b~c": 1}), "/a~1b~0c", "unknown"),
        (topics, json!({"title": "T", "": 1}), "/", "unknown"),
        (positions, json!({"statement": "s".repeat(1001)}), "/statement", "too-long"),
        (positions, json!({"statement": "S", "rank": "1"}), "/rank", "wrong-type"),
        (positions, json!({"statement": "S", "rank": 1.5}), "/rank", "out-of-range"),
        (positions, json!({"statement": "S", "rank": 2_147_483_648_u32}), "/rank", "out-of-range"),
        (positions, json!({"statement": "S", "rank": true}), "/rank", "wrong-type"),
        (positions, json!({"statement": "S", "claim": "C"}), "/claim", "unknown"),
        (arguments, json!({"claim": ["C"]}), "/claim", "wrong-type"),
        (arguments, json!({"claim": "C", "body": "b".repeat(50_001)}), "/body", "too-long"),
        (
            arguments,
            json!({"claim": "C", "supports": {"position": "yes"}}),
            "/supports",
            "wrong-type",
        ),
        (arguments, json!({"claim": "C", "supports": ["yes"]}), "/supports/0", "wrong-type"),
        (arguments, json!({"claim": "C", "attacks": [{}]}), "/attacks/0", "missing"),
        (
            arguments,
            json!({"claim": "C", "rephrases": [{"position": "yes", "topic": "llama"}]}),
            "/rephrases/0/topic",
            "unknown",
        ),
        (
            arguments,
            json!({"claim": "C", "attacks": [{"position": "No Slug"}]}),
            "/attacks/0/position",
            "bad-format",
        ),
        (
            arguments,
            json!({"claim": "C", "citations": [{"source": "text"}]}),
            "/citations/0/exact",
            "missing",
        ),
        (
            arguments,
            json!({"claim": "C", "citations": [{"source": "text", "exact": "x", "backs": {}}]}),
            "/citations/0/backs",
            "unknown",
        ),
        (relations, relation(json!({"kind": "likes"})), "/kind", "not-allowed"),
        (relations, relation(json!({"premises": many(51)})), "/premises", "too-many"),
        (relations, relation(json!({"premises": ["cheap", 1]})), "/premises/1", "wrong-type"),
        (relations, relation(json!({"symmetric": "true"})), "/symmetric", "wrong-type"),
        (relations, relation(json!({"scheme": "s".repeat(201)})), "/scheme", "too-long"),
        (relations, relation(json!({"scheme": ""})), "/scheme", "too-short"),
        (citations, quote(json!({"exact": ""})), "/exact", "too-short"),
        (citations, quote(json!({"exact": "a".repeat(50_001)})), "/exact", "too-long"),
        (citations, quote(json!({"exact": "a\u{0}"})), "/exact", "bad-character"),
        (citations, quote(json!({"prefix": "a".repeat(1001)})), "/prefix", "too-long"),
        (citations, quote(json!({"suffix": 1})), "/suffix", "wrong-type"),
        (citations, quote(json!({"start": -1})), "/start", "out-of-range"),
        (citations, quote(json!({"end": 4_294_967_296_u64})), "/end", "out-of-range"),
        (citations, quote(json!({"start": "0"})), "/start", "wrong-type"),
        (citations, quote(json!({"source": null})), "/source", "wrong-type"),
        (sources, json!({"title": "T", "text": "a\u{0}"}), "/text", "bad-character"),
        (sources, json!({"title": "T", "text": "🦙".repeat(1_250_001)}), "/text", "too-long"),
        (
            sources,
            json!({"title": "T", "published_on": "2023-02-29"}),
            "/published_on",
            "bad-format",
        ),
        (sources, json!({"title": "T", "published_on": "2024-7-3"}), "/published_on", "bad-format"),
        (
            sources,
            json!({"title": "T", "published_on": "12024-07-03"}),
            "/published_on",
            "bad-format",
        ),
        (
            sources,
            json!({"title": "T", "published_on": "2024-07-23T00:00:00Z"}),
            "/published_on",
            "bad-format",
        ),
        (sources, json!({"title": "T", "url": "javascript:alert(1)"}), "/url", "bad-format"),
        (sources, json!({"title": "T", "url": "example.org"}), "/url", "bad-format"),
        (
            sources,
            json!({"title": "T", "url": format!("https://example.org/{}", "a".repeat(2000))}),
            "/url",
            "bad-format",
        ),
        (sources, json!({"title": "T", "authors": [""]}), "/authors/0", "too-short"),
        (sources, json!({"title": "T", "authors": ["A", "A"]}), "/authors/1", "duplicate"),
        (sources, json!({"title": "T", "authors": many(101)}), "/authors", "too-many"),
        (sources, json!({"title": "T", "licence": "l".repeat(301)}), "/licence", "too-long"),
    ]
}

/// One object with the fields of another added or put in their place.
fn with(mut object: Value, mut more: Value) -> Value {
    object.as_object_mut().unwrap().append(more.as_object_mut().unwrap());
    object
}

#[actix_web::test]
async fn each_fault_is_named_with_its_place_and_code() {
    let app = TestApp::start().await;
    app.debate().await;

    for (list, body, place, code) in faulty() {
        let shown: String = body.to_string().chars().take(200).collect();
        let answer = app.post(list, body.clone()).await;
        assert_eq!(answer.problem(), (422, "invalid".to_owned()), "{list} {shown}: {answer}");
        let fault = [(place.to_owned(), code.to_owned())];
        assert_eq!(answer.faults(), fault, "{list} {shown}");
        // The same holds where a record is put, whether it is there or not.
        let answer = app.put(&format!("{list}/not-there-yet"), body).await;
        assert_eq!(answer.faults(), fault, "{list} {shown}");
    }
    for list in kinds().map(|kind| kind.list) {
        app.get(&format!("{list}/not-there-yet")).await.expect(404);
    }
}

#[actix_web::test]
async fn a_patch_is_read_as_strictly_as_the_whole() {
    let app = TestApp::start().await;
    app.debate().await;

    for (list, body, place, code) in faulty() {
        let kind = kinds().into_iter().find(|kind| kind.list == list).unwrap();
        // A patch may leave out what a whole needs, and has no slug nor what a new argument carries.
        let carried = ["/slug", "/supports", "/attacks", "/rephrases", "/citations"];
        let is_absent =
            code == "missing" && body.pointer(place).is_none() && place.matches('/').count() == 1;
        if is_absent || carried.iter().any(|field| place.starts_with(field)) {
            continue;
        }
        let shown: String = body.to_string().chars().take(200).collect();
        let answer = app.patch(&kind.path(), body).await;
        assert_eq!(answer.faults(), [(place.to_owned(), code.to_owned())], "{list} {shown}");
        assert_eq!(app.get(&kind.path()).await.number_at("/version"), 1);
    }
}

#[actix_web::test]
async fn items_that_come_to_the_same_are_one() {
    let app = TestApp::start().await;

    let new = json!({"title": "T", "tags": ["ai", " ai ", "e\u{301}", "\u{e9}"]});
    let answer = app.post("/v1/topics", new).await.expect(201);

    assert_eq!(answer.at("/tags"), json!(["ai", "\u{e9}"]));
}

#[actix_web::test]
async fn faults_that_only_the_database_can_tell_are_named_together_too() {
    let app = TestApp::start().await;
    app.debate().await;
    let places = |answer: &Answer| -> Vec<String> {
        answer.faults().into_iter().map(|(place, _)| place).collect()
    };
    let misfit = (409, "does-not-fit".to_owned());

    let argument = json!({
        "claim": "New.",
        "supports": [{"position": "nope"}, {"argument": "cheap"}, {"argument": "nope"}],
        "attacks": [{"relation": "nope"}],
        "citations": [
            {"source": "nope", "exact": "Open"},
            {"source": "text", "exact": "not there"},
            {"source": "text", "exact": "Nobody"},
        ],
    });
    let argument = app.post("/v1/topics/llama/arguments", argument).await;
    let relation = json!({
        "kind": "supports", "symmetric": true, "premises": ["safe", "nope"], "target": {"position": "nope"},
    });
    let relation = app.post("/v1/topics/llama/relations", relation).await;
    let citation = json!({"source": "nope", "backs": {"argument": "nope"}, "exact": "x"});
    let citation = app.post("/v1/topics/llama/citations", citation).await;
    let list = app.get("/v1/topics/llama/citations?source=nope&position=nope").await;

    assert_eq!(
        places(&argument),
        [
            "/supports/0/position",
            "/supports/2/argument",
            "/attacks/0/relation",
            "/citations/0/source",
            "/citations/1/exact"
        ]
    );
    assert_eq!(argument.problem(), misfit);
    // One fault of the input alone is enough to make it invalid.
    assert_eq!(relation.problem(), (422, "invalid".to_owned()));
    assert_eq!(places(&relation), ["/premises/1", "/target/position", "/symmetric"]);
    assert_eq!(citation.problem(), misfit);
    assert_eq!(places(&citation), ["/source", "/backs/argument"]);
    assert_eq!(
        list.faults(),
        [
            ("source".to_owned(), "not-found".to_owned()),
            ("position".to_owned(), "not-found".to_owned())
        ]
    );
    assert_eq!(app.get("/v1/topics/llama/arguments").await.slugs().len(), 3);
}

#[actix_web::test]
async fn more_faults_than_anybody_reads_are_cut_and_said_to_be() {
    let app = TestApp::start().await;
    let slips: serde_json::Map<String, Value> =
        (0..500).map(|n| (format!("slip{n}"), n.into())).collect();

    let answer = app.post("/v1/topics", slips.into()).await;

    assert_eq!(answer.faults().len(), 100);
    assert_eq!(answer.text_at("/detail"), "There are many faults; `errors` names the first 100.");
}

#[actix_web::test]
async fn a_number_is_whole_however_it_is_written() {
    let app = TestApp::start().await;
    app.debate().await;
    let rank = async |rank: &str| {
        let body = format!("{{\"statement\": \"S.\", \"rank\": {rank}}}");
        let path = "/v1/topics/llama/positions/ranked";
        app.ask(Method::PUT, path).body("application/json", body).await
    };

    assert_eq!(rank("1.0").await.number_at("/rank"), 1);
    assert_eq!(rank("2e2").await.number_at("/rank"), 200);
    for wrong in ["1.5", "1e10", "-1e300"] {
        let fault = [("/rank".to_owned(), "out-of-range".to_owned())];
        assert_eq!(rank(wrong).await.faults(), fault, "{wrong}");
    }
}

#[actix_web::test]
async fn a_date_is_four_digits_two_and_two() {
    let app = TestApp::start().await;
    for wrong in
        ["-001-01-01", "0000-01-01", " 2024-1-01", "2024-01-1 ", "+2024-1-01", "2024-02-30"]
    {
        let answer = app.post("/v1/sources", json!({"title": "T", "published_on": wrong})).await;
        let fault = [("/published_on".to_owned(), "bad-format".to_owned())];
        assert_eq!(answer.faults(), fault, "{wrong}");
    }
    app.post("/v1/sources", json!({"title": "T", "published_on": "0476-09-04"})).await.expect(201);
}

#[actix_web::test]
async fn an_origin_keeps_what_it_is_given_within_its_bounds() {
    let app = TestApp::start().await;
    let with = |fields: Value| json!({"title": "T", "origin": {"format": "f", "fields": fields}});

    let extremes =
        json!({"most": 1.7976931348623157e308, "least": 5e-324, "deep": [[{"a": null}]]});
    let kept = app.post("/v1/topics", with(extremes.clone())).await.expect(201);
    let long = app.post("/v1/topics", with(json!({"text": "x".repeat(1_000_000)}))).await;

    assert_eq!(
        app.get(&format!("/v1/topics/{}", kept.text_at("/slug"))).await.at("/origin/fields"),
        extremes
    );
    assert_eq!(long.faults(), [("/origin/fields".to_owned(), "too-long".to_owned())]);
}

#[actix_web::test]
async fn a_patch_goes_into_the_origin() {
    let app = TestApp::start().await;
    let origin = json!({"format": "aif", "id": "7", "fields": {"a": 1, "b": {"c": 2, "d": 3}}});
    app.post("/v1/topics", json!({"slug": "t", "title": "T", "origin": origin})).await.expect(201);
    let patch = async |origin: Value| app.patch("/v1/topics/t", json!({"origin": origin})).await;

    // As in RFC 7396: null takes away, objects are gone into, all else is put in place.
    let patched =
        patch(json!({"id": "8", "fields": {"a": null, "b": {"c": [1]}, "e": {"f": null}}})).await;
    assert_eq!(
        patched.at("/origin"),
        json!({"format": "aif", "id": "8", "fields": {"b": {"c": [1], "d": 3}, "e": {}}})
    );
    let wrong = patch(json!({"format": null, "form": 1})).await;
    assert_eq!(wrong.faults().len(), 2, "{wrong}");
    assert_eq!(patch(Value::Null).await.at("/origin"), Value::Null);
}

#[actix_web::test]
async fn all_faults_of_a_body_are_named_at_once() {
    let app = TestApp::start().await;
    app.debate().await;

    let answer = app
        .post(
            "/v1/topics/llama/arguments",
            json!({
                "clam": "A slip.",
                "slug": "UPPER",
                "body": 7,
                "language": "",
                "origin": {"id": ""},
                "supports": [{"position": "yes"}, {"positions": "yes"}, 3],
                "citations": [{"source": "text", "exact": "", "start": -1, "quote": "x"}],
            }),
        )
        .await;

    assert_snapshot!(answer, @r#"
    422 application/problem+json
    {
      "code": "invalid",
      "detail": "There are 13 faults, named in `errors`.",
      "errors": [
        {
          "code": "unknown",
          "detail": "is not known here; did you mean `claim`?",
          "pointer": "/clam"
        },
        {
          "code": "bad-format",
          "detail": "a slug is lower-case letters a-z and digits, in groups joined by single hyphens",
          "pointer": "/slug"
        },
        {
          "code": "missing",
          "detail": "is needed",
          "pointer": "/claim"
        },
        {
          "code": "wrong-type",
          "detail": "must be a string, not a number",
          "pointer": "/body"
        },
        {
          "code": "bad-format",
          "detail": "must be a language tag (BCP 47), such as en or pt-BR",
          "pointer": "/language"
        },
        {
          "code": "missing",
          "detail": "is needed",
          "pointer": "/origin/format"
        },
        {
          "code": "too-short",
          "detail": "must not be empty",
          "pointer": "/origin/id"
        },
        {
          "code": "unknown",
          "detail": "is not known here; did you mean `position`?",
          "pointer": "/supports/1/positions"
        },
        {
          "code": "missing",
          "detail": "must name a record: one of `position`, `argument` and `relation`",
          "pointer": "/supports/1"
        },
        {
          "code": "wrong-type",
          "detail": "must be an object, not a number",
          "pointer": "/supports/2"
        },
        {
          "code": "unknown",
          "detail": "is not known here; known are: slug, source, exact, prefix, suffix, start, end, origin",
          "pointer": "/citations/0/quote"
        },
        {
          "code": "too-short",
          "detail": "must not be empty",
          "pointer": "/citations/0/exact"
        },
        {
          "code": "out-of-range",
          "detail": "must be a whole number from 0 to 2147483647",
          "pointer": "/citations/0/start"
        }
      ],
      "instance": "/v1/topics/llama/arguments",
      "request_id": "[request]",
      "status": 422,
      "title": "The input is not valid",
      "type": "/problems/invalid"
    }
    "#);
}

#[actix_web::test]
async fn a_body_with_very_many_faults_is_answered_with_the_first_hundred() {
    let app = TestApp::start().await;
    let mut body = json!({"title": "T"});
    for n in 0..1000 {
        body[format!("field{n}")] = json!(n);
    }

    let answer = app.post("/v1/topics", body).await;

    assert_eq!(answer.problem(), (422, "invalid".to_owned()));
    assert_eq!(answer.faults().len(), 100);
}

#[actix_web::test]
async fn texts_at_their_bounds_are_taken() {
    let app = TestApp::start().await;
    app.debate().await;
    let tags: Vec<_> = (0..50).map(|n| format!("{n:0>100}")).collect();

    let topic = json!({
        "title": "🦙".repeat(1000), "summary": "🦙".repeat(50_000), "tags": tags,
        "language": "zh-Hant-TW", "slug": "a".repeat(100),
        "origin": {"format": "x".repeat(300), "id": "é".repeat(300), "fields": {"\u{1}": "\u{2}"}},
    });
    let made = app.post("/v1/topics", topic.clone()).await.expect(201);
    for (field, value) in topic.as_object().unwrap() {
        assert_eq!(made.json()[field], *value);
    }

    let position = json!({"statement": "é".repeat(1000), "rank": i32::MIN});
    app.post("/v1/topics/llama/positions", position).await.expect(201);
    let argument = json!({"claim": "é".repeat(1000), "body": "🦙".repeat(50_000)});
    app.post("/v1/topics/llama/arguments", argument).await.expect(201);
    let authors: Vec<_> = (0..100).map(|n| format!("{n:0>300}")).collect();
    let url = format!("https://example.org/{}", "a".repeat(1980));
    let source = json!({
        "slug": "whole", "title": "T".repeat(1000), "authors": authors, "publisher": "P".repeat(300),
        "published_on": "0001-01-01", "url": url, "licence": "L".repeat(300), "text": "🦙".repeat(1_250_000),
    });
    app.post("/v1/sources", source).await.expect(201);
    let quote = json!({
        "source": "whole", "backs": {"topic": "llama"}, "exact": "🦙".repeat(50_000), "start": 1_200_000,
        "prefix": "🦙".repeat(1000), "suffix": "",
    });
    let quote = app.post("/v1/topics/llama/citations", quote).await.expect(201);
    assert_eq!(quote.number_at("/end"), 1_250_000);
}

#[actix_web::test]
async fn null_stands_for_what_is_left_out_where_something_may_be() {
    let app = TestApp::start().await;

    let answer = app
        .post(
            "/v1/topics",
            json!({"slug": null, "title": "Is it?", "summary": null, "tags": null, "language": null,
                   "status": null, "origin": null}),
        )
        .await
        .expect(201);

    assert_eq!(answer.at("/slug"), json!("is-it"));
    assert_eq!(answer.at("/status"), json!("published"));
}

#[actix_web::test]
async fn only_a_patch_is_a_merge_patch() {
    let app = TestApp::start().await;
    app.debate().await;

    for (method, path, status) in [
        (Method::PATCH, "/v1/topics/llama", 200),
        (Method::PUT, "/v1/topics/llama", 415),
        (Method::POST, "/v1/topics", 415),
    ] {
        let body = json!({"title": "T"}).to_string();
        let ask = app.ask(method, path).body("application/merge-patch+json", body);
        assert_eq!(ask.await.status(), status);
    }
}

#[actix_web::test]
async fn a_patch_that_does_not_fit_what_is_stored_is_a_conflict() {
    let app = TestApp::start().await;
    app.debate().await;

    for (path, patch, place) in [
        ("/v1/topics/llama", json!({"origin": {"id": "1"}}), "/origin/format"),
        ("/v1/topics/llama/relations/cheap-is-good", json!({"symmetric": true}), "/symmetric"),
        (
            "/v1/topics/llama/relations/risk",
            json!({"target": {"relation": "risk"}}),
            "/target/relation",
        ),
    ] {
        let answer = app.patch(path, patch).await;
        assert_eq!(answer.problem(), (409, "does-not-fit".to_owned()), "{path}");
        assert_eq!(answer.faults()[0].0, place);
    }
    let put = json!({"slug": "alpaca", "title": "T"});
    let answer = app.put("/v1/topics/llama", put).await;
    assert_eq!(answer.problem(), (409, "does-not-fit".to_owned()));
}
