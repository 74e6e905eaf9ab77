//! Expanded answers: with each record, those that hang together with it.

use serde_json::{Value, json};

use crate::contract::operations;
use crate::support::{Answer, TestApp, kinds};

/// The slugs of a list in an answer.
fn slugs(answer: &Answer, pointer: &str) -> Vec<String> {
    let list = answer.at(pointer);
    let list = list.as_array().unwrap_or_else(|| panic!("{pointer}: {answer}"));
    list.iter().map(|it| it["slug"].as_str().unwrap().to_owned()).collect()
}

/// The names of what lacks some there.
fn incomplete(answer: &Answer, expanded: &str) -> Option<Value> {
    answer.json().pointer(&format!("{expanded}/incomplete")).cloned()
}

#[actix_web::test]
async fn each_name_gives_what_the_document_says() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    topic.argument("deep").await;
    topic.relation("deeper", "supports", &["deep"], json!({"argument": "cheap"})).await;
    topic.citation("whole", "text", "Open models are safe.", json!({"topic": "llama"})).await;
    topic.citation("link", "text", "Nobody knows", json!({"relation": "cheap-is-good"})).await;

    for (path, name, expected) in [
        ("", "positions", vec!["yes", "no"]),
        ("", "arguments", vec!["cheap", "safe", "unknown", "deep"]),
        ("", "relations", vec!["cheap-is-good", "doubt", "risk", "deeper"]),
        ("", "citations", vec!["whole"]),
        ("/positions/no", "arguments", vec!["safe", "unknown"]),
        ("/positions/no", "relations", vec!["risk"]),
        ("/positions/no", "citations", vec![]),
        ("/arguments/cheap", "positions", vec!["yes"]),
        ("/arguments/cheap", "arguments", vec!["deep"]),
        ("/arguments/cheap", "relations", vec!["deeper"]),
        ("/arguments/cheap", "citations", vec!["price"]),
        ("/arguments/unknown", "positions", vec!["no"]),
        ("/relations/risk", "positions", vec!["no"]),
        ("/relations/risk", "arguments", vec!["safe", "unknown"]),
        ("/relations/deeper", "arguments", vec!["deep", "cheap"]),
        ("/relations/cheap-is-good", "relations", vec!["doubt"]),
        ("/relations/doubt", "relations", vec!["cheap-is-good"]),
        ("/relations/cheap-is-good", "citations", vec!["link"]),
        ("/citations/price", "arguments", vec!["cheap"]),
        ("/citations/price", "positions", vec![]),
        ("/citations/link", "relations", vec!["cheap-is-good"]),
    ] {
        let answer = app.get(&topic.path(&format!("{path}?expand={name}"))).await.expect(200);
        assert_eq!(slugs(&answer, &format!("/expanded/{name}")), expected, "{path} {name}");
    }
    let citation = app.get(&topic.path("/citations/price?expand=source")).await.expect(200);
    let source = app.get("/v1/sources/text").await.expect(200);
    assert_eq!(citation.at("/expanded"), json!({"source": source.json()}));
}

#[actix_web::test]
async fn a_page_needs_one_call() {
    let app = TestApp::start().await;
    let topic = app.debate().await;

    let paths = "positions.arguments.citations,positions.relations,citations.source";
    let answer = app.get(&topic.path(&format!("?expand={paths}"))).await.expect(200);

    let plain = app.get(&topic.path("")).await.expect(200);
    let mut record = answer.json();
    record.as_object_mut().unwrap().remove("expanded");
    assert_eq!(record, plain.json());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(slugs(&answer, "/expanded/positions/0/expanded/relations"), ["cheap-is-good"]);
    let cheap = answer.at("/expanded/positions/0/expanded/arguments/0");
    let price = app.get(&topic.path("/citations/price")).await.expect(200);
    assert_eq!(cheap["expanded"], json!({"citations": [price.json()]}));
    assert_eq!(answer.at("/expanded/citations"), json!([]));
    assert_eq!(incomplete(&answer, "/expanded"), None);
}

#[actix_web::test]
async fn every_record_of_a_list_is_expanded() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    app.topic("another").await;

    let arguments = app.get(&topic.path("/arguments?expand=positions,citations")).await;
    let topics = app.get("/v1/topics?sort=slug&expand=positions&fields=slug").await.expect(200);

    assert_eq!(slugs(&arguments, "/data/0/expanded/citations"), ["price"]);
    assert_eq!(slugs(&arguments, "/data/1/expanded/positions"), ["no"]);
    assert_eq!(topics.at("/data/0"), json!({"slug": "another", "expanded": {"positions": []}}));
    assert_eq!(slugs(&topics, "/data/1/expanded/positions"), ["yes", "no"]);
}

#[actix_web::test]
async fn a_page_may_be_expanded_otherwise_than_the_one_before() {
    let app = TestApp::start().await;
    let topic = app.debate().await;

    let first = app.get(&topic.path("/arguments?limit=2&expand=relations")).await.expect(200);
    let cursor = first.text_at("/page/next_cursor");
    let rest = app.get(&topic.path(&format!("/arguments?cursor={cursor}"))).await.expect(200);

    assert_eq!(rest.slugs(), ["unknown"]);
    let link = first.header("link").unwrap();
    assert!(link.contains("expand=relations"), "{link}");
}

#[actix_web::test]
async fn an_expanded_answer_has_the_entity_tag_of_the_record_and_is_always_given() {
    let app = TestApp::start().await;
    app.debate().await;

    for kind in kinds() {
        for path in [kind.path(), kind.list.to_owned()] {
            let plain = app.get(&path).await.expect(200);
            let name = match kind.list.rsplit('/').next() {
                Some("sources") => "citations",
                Some("positions") => "relations",
                _ => "positions",
            };
            let expanded = app.get(&format!("{path}?expand={name}"));
            // What is given with the record may have changed, though it has not.
            let expanded = expanded.if_none_match(plain.etag()).await.expect(200);

            assert_eq!(plain.etag(), expanded.etag(), "{path}");
        }
    }
}

#[actix_web::test]
async fn a_source_is_given_with_what_quotes_it_in_every_topic() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    let other = app.topic("other").await;
    other.argument("echo").await;
    other.citation("again", "text", "Open models are safe.", json!({"argument": "echo"})).await;

    let path = "/v1/sources/text?expand=citations.arguments";
    let source = app.get(path).await.expect(200);
    let list = app.get("/v1/sources?fields=slug&expand=citations").await.expect(200);
    let citation = topic.path("/citations/price?expand=source.citations.arguments");
    let citation = app.get(&citation).await.expect(200);

    let quotes = app.get("/v1/sources/text/citations").await.expect(200).slugs();
    assert!(quotes.contains(&"price".to_owned()) && quotes.contains(&"again".to_owned()));
    assert_eq!(slugs(&source, "/expanded/citations"), quotes);
    assert_eq!(slugs(&list, "/data/0/expanded/citations"), quotes);
    assert_eq!(slugs(&citation, "/expanded/source/expanded/citations"), quotes);
    let at = quotes.iter().position(|slug| slug == "again").unwrap();
    for (answer, above) in [(&source, ""), (&citation, "/expanded/source")] {
        let backed = format!("{above}/expanded/citations/{at}/expanded/arguments");
        assert_eq!(slugs(answer, &backed), ["echo"]);
    }

    app.patch("/v1/topics/other", json!({"status": "draft"})).await.expect(200);
    let reader = app.without_key();
    let source = reader.get(path).await.expect(200);
    let seen = reader.get("/v1/sources/text/citations").await.expect(200).slugs();
    assert!(!seen.contains(&"again".to_owned()));
    assert_eq!(slugs(&source, "/expanded/citations"), seen);
}

#[actix_web::test]
async fn what_tells_of_a_record_is_given_with_what_hangs_together_with_that() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    topic.argument("cheaper").await;
    topic.relation("more-yet", "supports", &["cheaper"], json!({"argument": "cheap"})).await;
    topic.citation("yet", "text", "Nobody knows", json!({"argument": "cheaper"})).await;

    for (path, name, expected) in [
        (topic.path("/arguments/cheap/descendants"), "citations", vec!["yet"]),
        (topic.path("/arguments/cheap/similar"), "citations", vec!["yet"]),
        (topic.path("/arguments/cheap/similar?across=true"), "citations", vec!["yet"]),
        (topic.path("/similar?claim=Cheaper"), "citations", vec!["yet"]),
        (topic.path("/statistics/one-sided"), "relations", vec!["cheap-is-good"]),
        ("/v1/search?q=cheaper&kind=argument".to_owned(), "citations", vec!["yet"]),
        ("/v1/search?q=llama&kind=topic".to_owned(), "positions", vec!["yes", "no"]),
    ] {
        let sign = if path.contains('?') { '&' } else { '?' };
        let plain = app.get(&path).await.expect(200);
        let answer = app.get(&format!("{path}{sign}expand={name}")).await;
        assert_eq!(slugs(&answer.expect(200), &format!("/data/0/expanded/{name}")), expected);
        assert_eq!(plain.json()["data"][0].get("expanded"), None);
    }
}

#[actix_web::test]
async fn a_hit_is_given_with_what_its_kind_of_record_has() {
    let app = TestApp::start().await;
    app.debate().await;

    let hits = app.get("/v1/search?q=open+or+cheap&expand=citations.source,positions,source").await;

    let hits = hits.expect(200).at("/data");
    let names = |kind: &str| {
        let hit = hits.as_array().unwrap().iter().find(|hit| hit["kind"] == kind);
        let expanded = &hit.unwrap_or_else(|| panic!("no {kind}: {hits}"))["expanded"];
        expanded.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(names("argument"), ["positions", "citations"]);
    assert_eq!(names("source"), ["citations"]);
    assert_eq!(names("citation"), ["positions", "source"]);
}

#[actix_web::test]
async fn a_draft_is_not_given_with_anything() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    app.topic("public").await;
    app.patch("/v1/topics/llama", json!({"status": "draft"})).await.expect(200);
    let reader = app.without_key();

    let list = reader.get("/v1/topics?expand=positions,arguments.citations.source").await;

    assert_eq!(list.expect(200).slugs(), ["public"]);
    for below in
        ["?expand=positions", "/arguments?expand=citations", "/citations/price?expand=source"]
    {
        reader.get(&topic.path(below)).await.expect(404);
        app.get(&topic.path(below)).await.expect(200);
    }
}

#[actix_web::test]
async fn what_would_be_too_much_is_cut_and_told() {
    let app = TestApp::start().await;
    let topic = app.topic("llama").await;
    let arguments: Vec<String> = (0..49).map(|number| format!("reason-{number}")).collect();
    for argument in &arguments {
        topic.argument(argument).await;
    }
    let premises: Vec<&str> = arguments.iter().map(String::as_str).collect();
    for number in 0..21 {
        let position = format!("answer-{number}");
        topic.position(&position).await;
        let target = json!({ "position": position });
        topic.relation(&format!("relation-{number}"), "supports", &premises, target).await;
    }

    let first = app.get(&topic.path("/positions?limit=20&expand=arguments")).await.expect(200);
    let all = app.get(&topic.path("/positions?limit=21&expand=arguments")).await.expect(200);
    let deep = app.get(&topic.path("?expand=positions.arguments.positions")).await.expect(200);

    let count = |answer: &Answer, at: &str| answer.at(at).as_array().map(Vec::len);
    for number in 0..20 {
        let expanded = format!("/data/{number}/expanded");
        assert_eq!(first.at(&expanded), all.at(&expanded));
        assert_eq!(count(&all, &format!("{expanded}/arguments")), Some(49));
        assert_eq!(incomplete(&all, &expanded), None);
    }
    assert_eq!(count(&all, "/data/20/expanded/arguments"), Some(20));
    assert_eq!(incomplete(&all, "/data/20/expanded"), Some(json!(["arguments"])));
    assert_eq!(count(&deep, "/expanded/positions"), Some(21));
    assert_eq!(count(&deep, "/expanded/positions/19/expanded/arguments"), Some(48));
    assert_eq!(
        deep.at("/expanded/positions/20/expanded"),
        json!({"arguments": [], "incomplete": ["arguments"]})
    );
    assert_eq!(
        deep.at("/expanded/positions/0/expanded/arguments/0/expanded"),
        json!({"positions": [], "incomplete": ["positions"]})
    );
}

#[actix_web::test]
async fn a_path_that_leads_nowhere_is_refused() {
    let app = TestApp::start().await;
    let topic = app.debate().await;

    for (below, wrong) in [
        ("", ""),
        ("", "source"),
        ("", "positions,"),
        ("", "colour"),
        ("", "positions.colour"),
        ("", "positions.citations.source.citations"),
        ("", "arguments.arguments.arguments.arguments"),
        ("/positions/yes", "positions"),
        ("/citations/price", "citations"),
        ("/arguments", "source"),
        ("/arguments/cheap/descendants", "source"),
        ("/statistics/unquoted", "source"),
    ] {
        let answer = app.get(&topic.path(&format!("{below}?expand={wrong}"))).await;
        assert_eq!(answer.status(), 400, "{answer}");
        assert_eq!(answer.faults(), [("expand".to_owned(), "not-allowed".to_owned())], "{wrong}");
    }
    for wrong in ["/v1/sources?expand=positions", "/v1/search?q=cheap&expand=topics"] {
        let answer = app.get(wrong).await.expect(400);
        assert_eq!(answer.faults(), [("expand".to_owned(), "not-allowed".to_owned())], "{wrong}");
    }
}

#[test]
fn the_document_lists_every_path() {
    let document = crate::contract::document();
    let mut expandable = 0;
    for operation in operations() {
        let parameters = operation.item.get("parameters").and_then(Value::as_array);
        let expand = parameters.into_iter().flatten().find(|it| it["name"] == "expand");
        let Some(expand) = expand else { continue };
        expandable += 1;
        let paths = expand["schema"]["items"]["enum"].as_array().unwrap();
        assert!(paths.len() > 15, "{}: {paths:?}", operation.id);
        assert_eq!((&expand["style"], &expand["explode"]), (&json!("form"), &json!(false)));
    }
    assert_eq!(expandable, 18);
    for (record, of) in [
        ("Topic", "Topic"),
        ("Position", "Position"),
        ("Argument", "Argument"),
        ("Relation", "Relation"),
        ("Citation", "Citation"),
        ("Source", "Source"),
        ("Hit", "Hit"),
        ("Finding", "Finding"),
        ("DescendantArgument", "Argument"),
        ("SimilarArgument", "Argument"),
    ] {
        let schema = &document["components"]["schemas"][record];
        let expanded = format!("#/components/schemas/Expanded{of}");
        assert_eq!(schema["properties"]["expanded"]["$ref"], json!(expanded));
    }
}
