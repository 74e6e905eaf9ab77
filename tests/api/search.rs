//! Search: what is found, and by whom.

use std::collections::BTreeSet;

use diesel_async::SimpleAsyncConnection;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

/// A query with its parameters, as an address.
pub fn search(q: &str, more: &str) -> String {
    let q: String = url::form_urlencoded::byte_serialize(q.as_bytes()).collect();
    format!("/v1/search?q={q}{more}")
}

impl TestApp {
    /// Searches.
    pub async fn search(&self, q: &str) -> Answer {
        self.get(&search(q, "")).await.expect(200)
    }

    /// Given an argument in the topic `llama`.
    pub async fn claim(&self, slug: &str, claim: &str, body: &str) {
        let new = json!({"slug": slug, "claim": claim, "body": body});
        self.post("/v1/topics/llama/arguments", new).await.expect(201);
    }
}

#[actix_web::test]
async fn what_is_written_is_found_by_the_next_request() {
    let app = TestApp::start().await;
    app.debate().await;
    let mills = json!({"slug": "mills", "claim": "There are windmills.", "supports": [{"position": "yes"}]});
    app.post("/v1/topics/llama/arguments", mills).await.expect(201);
    assert_eq!(app.search("windmills").await.slugs(), ["mills"]);

    app.patch("/v1/topics/llama/arguments/mills", json!({"claim": "There are watermills."})).await;
    assert_eq!(app.search("windmills -x").await.slugs(), [""; 0]);
    assert_eq!(app.search("watermills").await.slugs(), ["mills"]);

    app.delete("/v1/topics/llama/arguments/mills?cascade=true").await.expect(204);
    assert_eq!(app.search("watermills").await.slugs(), [""; 0]);
    assert_eq!(app.search("cheap").await.slugs(), ["cheap", "price", "text"]);
    app.patch("/v1/sources/text", json!({"text": "Open models are cheap. And new."}))
        .await
        .expect(200);
    assert_eq!(app.get(&search("new", "&kind=source")).await.slugs(), ["text"]);
    app.delete("/v1/topics/llama").await.expect(204);
    app.delete("/v1/sources/text").await.expect(204);
    assert_eq!(app.search("cheap or new or right").await.slugs(), [""; 0]);
}

#[actix_web::test]
async fn whoever_writes_rows_writes_what_is_found() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    let rows = "insert into arguments (id, topic_id, slug, claim, body, language)
                select gen_random_uuid(), id, 'reason-' || n, 'Windmill ' || n, '', 'en'
                from topics, generate_series(1, 30) n";
    app.connection().await.batch_execute(rows).await.unwrap();

    assert_eq!(app.get(&search("windmill", "&count=exact")).await.number_at("/page/total"), 30);
}

#[actix_web::test]
async fn a_draft_is_found_only_by_those_who_see_it() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    app.claim("secret", "Windmills are unmentionable.", "").await;
    app.topic("open").await;
    app.patch("/v1/topics/llama", json!({"status": "draft"})).await.expect(200);
    let (_, elsewhere) = app.given_key(&["read"], &["open"]).await;
    let (_, here) = app.given_key(&["read"], &["llama"]).await;

    let path = search("windmills", "&facets=kind,tag,language,topic&count=exact");
    for app in [app.without_key(), app.with_key(&elsewhere)] {
        let found = app.get(&path).await.expect(200);
        assert_eq!(found.slugs(), [""; 0]);
        assert_eq!(found.number_at("/page/total"), 0);
        assert_eq!(
            found.at("/facets"),
            json!({"kind": [], "tag": [], "language": [], "topic": []})
        );
        // A word that stands only there is no better spelling of another.
        assert_eq!(app.get(&search("windmils", "")).await.at("/taken"), json!([]));
    }
    for app in [&app, &app.with_key(&here)] {
        assert_eq!(app.get(&path).await.slugs(), ["secret"]);
    }
    app.patch("/v1/topics/llama", json!({"status": "archived"})).await.expect(200);
    assert_eq!(app.without_key().get(&path).await.slugs(), ["secret"]);
}

#[actix_web::test]
async fn a_misspelt_word_is_taken_for_one_that_is_there_and_the_answer_says_so() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    app.claim("state", "The government is too slow.", "").await;
    app.claim("other", "The environment is too slow.", "").await;

    let found = app.search("slow goverment").await;

    assert_eq!(found.slugs(), ["state"]);
    assert_eq!(found.at("/taken"), json!([{"word": "goverment", "for": "government"}]));
    assert_eq!(
        found.text_at("/data/0/place/html"),
        "The <mark>government</mark> is too <mark>slow</mark>."
    );
    assert_eq!(app.search("enviroment -goverment").await.slugs(), ["other"]);
    assert_eq!(app.search("government").await.at("/taken"), json!([]));
}

#[actix_web::test]
async fn the_beginning_of_the_last_word_is_enough_while_somebody_types() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    app.claim("state", "The government is slow.", "").await;

    for q in ["gove", "governm", "governmen", "government", "slow g", "SLOW GOV", "\"is slow\" gov"]
    {
        assert_eq!(app.get(&search(q, "&prefix=true")).await.slugs(), ["state"], "{q}");
    }
    assert_eq!(app.get(&search("gove", "&prefix=false")).await.slugs(), [""; 0]);
    assert_eq!(app.get(&search("slow x", "&prefix=true")).await.slugs(), [""; 0]);
}

#[actix_web::test]
async fn words_are_found_in_their_own_language_and_without_their_accents() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    for (slug, language, claim) in [
        ("houses", "de", "Die Häuser stehen überall."),
        ("cafe", "fr", "Les cafés sont ouverts."),
        ("greek", "el", "Η δημοκρατία είναι εδώ."),
        ("kanji", "ja", "犬 は 友達"),
        ("llama", "en", "A 🦙 is grazing."),
    ] {
        let new = json!({"slug": slug, "claim": claim, "language": language});
        app.post("/v1/topics/llama/arguments", new).await.expect(201);
    }

    for (q, slug) in [
        ("Haus", "houses"),
        ("hauser", "houses"),
        ("HÄUSERN", "houses"),
        ("cafe", "cafe"),
        ("Café", "cafe"),
        ("δημοκρατια", "greek"),
        ("友達", "kanji"),
        ("grazed", "llama"),
    ] {
        assert_eq!(app.search(q).await.slugs(), [slug], "{q}");
    }
    let found = app.search("cafe").await;
    assert_eq!(found.at("/data/0/place/highlights"), json!([{"start": 4, "end": 9}]));
    assert_eq!(found.text_at("/data/0/place/html"), "Les <mark>cafés</mark> sont ouverts.");
    let found = app.get(&search("grazes", "&language=de")).await;
    assert_eq!(found.slugs(), [""; 0]);
}

#[actix_web::test]
async fn a_word_that_one_language_leaves_out_is_not_found_in_it() {
    let app = TestApp::start().await;
    let debate = app.debate().await;
    // English leaves out `own`, but not `owned`, of which it keeps as much.
    for (slug, language, claim) in [
        ("owned", "en", "They owned the weights."),
        ("eins", "de", "Ein Own im Wort."),
        ("zwei", "de", "Noch ein Own."),
        ("drei", "de", "Und wieder Own."),
    ] {
        let new = json!({"slug": slug, "claim": claim, "language": language});
        app.post(&debate.path("/arguments"), new).await.expect(201);
    }

    let found = app.get(&search("own", "&count=exact")).await.expect(200);

    assert_eq!(found.at("/page/total"), 3);
    assert!(!found.slugs().contains(&"owned".to_owned()), "{}", found.text());
}

#[actix_web::test]
async fn any_text_is_a_query() {
    let app = TestApp::start().await;
    app.debate().await;
    let hard = [
        "",
        " ",
        "?",
        "\"",
        "'",
        "''",
        "\"\"",
        "\\",
        "-",
        "--",
        "or",
        "OR or",
        "- or -",
        "\"or",
        "!",
        "&",
        "|",
        "<->",
        "(",
        ")",
        ":*",
        "a:*",
        "':A",
        "%",
        "_",
        "$1",
        "; drop table topics",
        "the",
        "🦙",
        "👩‍💻",
        "א ב",
        "犬",
        "\u{202e}",
        "\u{301}",
        "-cheap",
        "-cheap or -safe",
        "cheap or -safe",
        "\"-\"",
        "http://a.b/c?d=e",
        "a@b.c",
        "/x/y",
        "1.5e10",
        "<b>",
        "&amp;",
        "\t\n",
    ];
    let long = [
        "a".repeat(10_000),
        "ab ".repeat(3_300),
        "-".repeat(10_000),
        "\"a".repeat(5_000),
        "a or ".repeat(2_000),
        "é-".repeat(5_000),
        "(".repeat(10_000),
    ];

    for q in hard.iter().map(|q| (*q).to_owned()).chain(long) {
        let answer = app.get(&search(&q, "&prefix=true&facets=kind,tag&count=exact")).await;
        let shown: String = q.chars().take(20).collect();
        assert_eq!(answer.status(), 200, "{shown} {answer}");
    }
    // All that is short and made of what has a meaning.
    let pieces = ["-", "\"", " ", "or", "a", "(", "'", "\\", "!", ":", "é"];
    let mut state = 7_usize;
    for _ in 0..60 {
        let mut q = String::new();
        for _ in 0..40 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            q.push_str(pieces[(state >> 33) % pieces.len()]);
        }
        assert_eq!(app.get(&search(&q, "&prefix=true")).await.status(), 200, "{q}");
    }
    assert_eq!(app.get("/v1/search?q=a%00b").await.problem(), (400, "bad-parameter".to_owned()));
    assert_eq!(app.get("/v1/search").await.faults(), [("q".to_owned(), "missing".to_owned())]);
    let too_long = app.get(&search(&"a".repeat(10_001), "")).await;
    assert_eq!(too_long.faults(), [("q".to_owned(), "too-long".to_owned())]);
    for more in ["&kind=idea", "&facets="] {
        let name = more.trim_start_matches('&').split('=').next().unwrap();
        let answer = app.get(&search("a", more)).await;
        assert_eq!(answer.faults(), [(name.to_owned(), "not-allowed".to_owned())]);
    }
    let twice = app.get(&search("a", "&facets=kind,kind&kind=topic,topic")).await.expect(200);
    assert_eq!(twice.at("/facets").as_object().unwrap().len(), 1);
}

#[actix_web::test]
async fn what_is_too_long_for_an_address_is_looked_for_by_a_body() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    app.claim("astral", "Whether 🦙 or 𝕃lama, it is open.", "").await;

    for q in ["🦙".repeat(10_000), "é ".repeat(5_000), "路 ".repeat(5_000)] {
        app.post("/v1/search", json!({"q": q})).await.expect(200);
    }
    let long = format!("open {}", "𝕃lama ".repeat(1_665));
    let found = app.post("/v1/search", json!({"q": long})).await.expect(200);

    assert_eq!(found.slugs(), ["astral"]);
    let too_long = app.post("/v1/search", json!({"q": "🦙".repeat(10_001)})).await;
    assert_eq!(too_long.faults(), [("/q".to_owned(), "too-long".to_owned())]);
}

#[actix_web::test]
async fn a_search_by_a_body_is_the_same_and_changes_nothing() {
    let app = TestApp::start().await;
    app.debate().await;
    app.claim("cheaper", "Cheap models are cheaper.", "Cheap.").await;
    let path =
        "/v1/search?q=cheap&limit=1&count=exact&prefix=true&facets=kind&expand=citations,positions";
    let asked = json!({
        "q": "cheap", "limit": 1, "count": "exact", "prefix": true, "facets": "kind",
        "expand": ["citations", "positions"],
    });

    let first = app.get(path).await.expect(200);
    let same = app.post("/v1/search", asked.clone()).await.expect(200);
    let mut next = asked;
    next["cursor"] = first.at("/page/next_cursor");
    let rest = app.get(&format!("{path}&cursor={}", first.text_at("/page/next_cursor"))).await;
    let same_rest = app.without_key().post("/v1/search", next).await.expect(200);

    assert_eq!(same.json(), first.json());
    assert_eq!(same_rest.json(), rest.expect(200).json());
    assert_eq!((same.header("etag"), same.header("link")), (None, None));
}

#[actix_web::test]
async fn the_parameters_of_a_body_are_of_the_types_that_they_are_said_to_have() {
    let app = TestApp::start().await;

    for (asked, pointer, code) in [
        (json!({}), "/q", "missing"),
        (json!({"q": 1}), "/q", "wrong-type"),
        (json!({"q": "a", "limit": "5"}), "/limit", "wrong-type"),
        (json!({"q": "a", "limit": 101}), "/limit", "out-of-range"),
        (json!({"q": "a", "limit": -1}), "/limit", "out-of-range"),
        (json!({"q": "a", "prefix": "true"}), "/prefix", "wrong-type"),
        (json!({"q": "a", "fields": "slug"}), "/fields", "wrong-type"),
        (json!({"q": "a", "fields": []}), "/fields", "not-allowed"),
        (json!({"q": "a", "fields": ["colour"]}), "/fields", "not-allowed"),
        (json!({"q": "a", "fields": ["slug,title"]}), "/fields/0", "not-allowed"),
        (json!({"q": "a", "tag": null}), "/tag", "wrong-type"),
        (json!({"q": "a", "colour": "red"}), "/colour", "unknown"),
        (json!([]), "", "wrong-type"),
    ] {
        let answer = app.post("/v1/search", asked).await;
        assert_eq!(answer.problem(), (422, "invalid".to_owned()), "{pointer} {code}: {answer}");
        assert_eq!(answer.faults(), [(pointer.to_owned(), code.to_owned())]);
    }
    let whole = app.post("/v1/search", json!({"q": "a", "limit": 1.0})).await;
    assert_eq!(whole.status(), 200, "{whole}");
}

#[actix_web::test]
async fn filters_narrow_and_facets_count_all_hits() {
    let app = TestApp::start().await;
    app.debate().await;
    app.patch("/v1/topics/llama", json!({"tags": ["ai", "open"]})).await.expect(200);
    let other = json!({"slug": "other", "title": "Cheap?", "language": "de", "status": "archived"});
    app.post("/v1/topics", other).await.expect(201);

    let all =
        app.get(&search("cheap", "&facets=topic,kind,tag,language&count=exact&limit=1")).await;

    assert_eq!(all.slugs(), ["other"]);
    assert_eq!(all.number_at("/page/total"), 4);
    assert_eq!(
        all.at("/facets"),
        json!({
            "kind": [
                {"value": "argument", "count": 1}, {"value": "citation", "count": 1},
                {"value": "source", "count": 1}, {"value": "topic", "count": 1},
            ],
            "tag": [{"value": "ai", "count": 2}, {"value": "open", "count": 2}],
            "language": [{"value": "en", "count": 2}, {"value": "de", "count": 1}],
            "topic": [{"value": "llama", "count": 2}, {"value": "other", "count": 1}],
        })
    );
    for (filter, slugs) in [
        ("kind=argument,citation", &["cheap", "price"][..]),
        ("topic=llama", &["cheap", "price"]),
        ("tag=open", &["cheap", "price"]),
        ("language=de", &["other"]),
        ("status=archived", &["other"]),
        ("relation=supports", &["cheap"]),
        ("relation=attacks", &[]),
        ("source=text", &["cheap", "price", "text"]),
    ] {
        assert_eq!(
            app.get(&search("cheap", &format!("&{filter}"))).await.slugs(),
            slugs,
            "{filter}"
        );
    }
    assert_eq!(app.get(&search("cheap", "&topic=nowhere")).await.status(), 404);
    assert_eq!(app.get(&search("cheap", "&source=nowhere")).await.status(), 404);
}

#[actix_web::test]
async fn the_words_are_shown_where_they_stand_and_nothing_else_is_html() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    let body = format!(
        "{} 🦙 <script>alert('windmills')</script> & \"so\" on. {}",
        "Before. ".repeat(100),
        "After. ".repeat(100)
    );
    app.claim("hard", "Nothing here.", &body).await;

    let found = app.search("windmill alert").await;

    let place = found.at("/data/0/place");
    assert_eq!(place["field"], "body");
    let text: Vec<char> = place["text"].as_str().unwrap().chars().collect();
    let start = usize::try_from(place["start"].as_u64().unwrap()).unwrap();
    let stored: Vec<char> = body.chars().skip(start).take(text.len()).collect();
    assert_eq!(text, stored);
    let marked: Vec<String> = place["highlights"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            let at = |end: &str| usize::try_from(it[end].as_u64().unwrap()).unwrap();
            text[at("start")..at("end")].iter().collect()
        })
        .collect();
    assert_eq!(marked, ["alert", "windmills"]);
    let html = place["html"].as_str().unwrap();
    assert!(html.contains("&lt;script&gt;<mark>alert</mark>(&#39;<mark>windmills</mark>&#39;)&lt;/script&gt; &amp; &quot;so&quot;"), "{html}");
    assert_eq!(html.matches('<').count(), 4, "{html}");
}

#[actix_web::test]
async fn a_source_is_found_by_the_passage() {
    let app = TestApp::start().await;
    let text = format!(
        "{}\n\nHere are the windmills 🦙 of old.\n\n{}",
        "First line, é.\n".repeat(300),
        "Last line.\n".repeat(300)
    );
    app.source("text", &text).await;

    let found = app.search("windmills").await;

    assert_eq!(found.slugs(), ["text"]);
    let place = found.at("/data/0/place");
    let start = usize::try_from(place["start"].as_u64().unwrap()).unwrap();
    let shown = place["text"].as_str().unwrap();
    let stored: String = text.chars().skip(start).take(shown.chars().count()).collect();
    assert_eq!(shown, stored);
    assert!(shown.contains("windmills 🦙"), "{shown}");
    assert_eq!(place["field"], "text");
    assert_eq!(found.at("/data/0/url"), json!("/v1/sources/text"));
    assert_eq!(found.at("/data/0/topic"), Value::Null);
}

#[actix_web::test]
async fn an_argument_says_which_position_it_bears_on_through_any_number_of_steps() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    // A chain that turns round twice, a circle with no way out, and an argument that stands alone.
    for slug in ["far", "farther", "round", "alone"] {
        topic.argument(slug).await;
    }
    topic.relation("one", "attacks", &["far"], json!({"argument": "cheap"})).await;
    topic.relation("two", "attacks", &["farther"], json!({"argument": "far"})).await;
    topic.relation("three", "supports", &["round"], json!({"argument": "round"})).await;

    let found = app.get(&search("reason", "&kind=argument&sort=x")).await;
    assert_eq!(found.status(), 400);
    let found = app.get(&search("reason", "&kind=argument")).await;

    let told: BTreeSet<String> = found
        .at("/data")
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| {
            let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
            format!(
                "{} {} {}",
                text(&hit["slug"]),
                text(&hit["bears_on"]["how"]),
                text(&hit["bears_on"]["position"])
            )
        })
        .collect();
    // Who doubts a reason for a position speaks against that.
    assert_eq!(
        told.into_iter().collect::<Vec<_>>(),
        [
            "alone - -",
            "cheap supports yes",
            "far attacks yes",
            "farther supports yes",
            "round - -",
            "safe attacks no",
            "unknown attacks no",
        ]
    );
}

#[actix_web::test]
async fn both_halves_of_what_is_joined_by_a_sign_are_words() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    app.claim("joined", "Node.js or privacy/security, see https://numbat.example.org/a/b?x=1", "")
        .await;
    app.claim("polish", "Łódź has trams.", "").await;

    for q in ["node", "js", "privacy", "security", "numbat", "https://numbat.example.org/a/b?x=1"] {
        let found = app.search(q).await;
        assert_eq!(found.slugs(), ["joined"], "{q}");
        assert_eq!(found.at("/taken"), json!([]), "{q}");
        assert!(!found.at("/data/0/place/highlights").as_array().unwrap().is_empty(), "{q}");
    }
    for q in ["lodz", "łódź"] {
        let place = app.search(q).await.at("/data/0/place/html");
        assert_eq!(place, json!("<mark>Łódź</mark> has trams."));
    }
}

#[actix_web::test]
async fn a_word_that_is_found_is_not_misspelt() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    app.claim("guard", "They guard the gate.", "").await;
    for slug in ["hard", "harder", "hardest"] {
        app.claim(slug, "A hard decision about forms.", "").await;
    }

    assert_eq!(app.search("guard").await.slugs(), ["guard"]);
    // A word that the dictionary leaves out, and the beginning of one that is there.
    assert_eq!(app.search("from").await.at("/taken"), json!([]));
    let begun = app.get(&search("hard decis", "&prefix=true")).await;
    assert_eq!((begun.slugs().len(), begun.at("/taken")), (3, json!([])));
    let wrong = app.search("guadr").await;
    assert_eq!(wrong.at("/taken"), json!([{"word": "guadr", "for": "guard"}]));
}

#[actix_web::test]
async fn a_word_behind_a_hyphen_or_in_an_open_quote_may_be_a_beginning() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    app.claim("open", "Open-source models and soft drugs", "").await;

    for q in ["open-s", "open-sour", "\"soft dru", "\"soft"] {
        assert_eq!(app.get(&search(q, "&prefix=true")).await.slugs(), ["open"], "{q}");
    }
    assert_eq!(app.get(&search("soft -dru", "&prefix=true")).await.slugs(), ["open"]);
}
