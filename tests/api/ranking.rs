//! Search: in which order hits come, page by page, and what the order is worth.

use std::collections::BTreeSet;

use diesel::sql_types::{Array, Text};
use diesel::{QueryableByName, sql_query};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use serde_json::{Value, json};

use crate::search::search;
use crate::support::TestApp;

impl TestApp {
    /// Asserts that the pages of a search have each hit, the best first.
    async fn has_every_hit_once(&self, q: &str) {
        let mut path = search(q, "&limit=100&count=exact");
        let (mut ids, mut ranks) = (BTreeSet::new(), Vec::new());
        let total = self.get(&path).await.number_at("/page/total");
        loop {
            let page = self.get(&path).await.expect(200);
            for hit in page.at("/data").as_array().unwrap() {
                ids.insert(hit["id"].as_str().unwrap().to_owned());
                ranks.push(hit["rank"].as_f64().unwrap());
            }
            let Value::String(cursor) = page.at("/page/next_cursor") else { break };
            path = search(q, &format!("&limit=100&cursor={cursor}"));
        }
        assert_eq!(i64::try_from(ids.len()).unwrap(), total, "{q}");
        assert_eq!(ids.len(), ranks.len(), "{q}");
        assert!(ids.len() > 1_000, "{q} {}", ids.len());
        assert!(ranks.windows(2).all(|pair| pair[0] >= pair[1]), "{q}");
    }
}

#[actix_web::test]
async fn a_title_comes_before_a_claim_and_a_claim_before_a_body() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    app.claim("in-the-body", "There is more.", "The weather: windmills. Windmills! Windmills.")
        .await;
    app.claim(
        "in-the-claim",
        "In this long claim of many words there are windmills somewhere.",
        "",
    )
    .await;
    let titled = json!({"slug": "in-the-title", "title": "What is to be said of all the windmills in this land?"});
    app.post("/v1/topics", titled).await.expect(201);
    app.source("text", "Once there were windmills here.").await;

    let found = app.search("windmill").await;

    assert_eq!(found.slugs(), ["in-the-title", "in-the-claim", "in-the-body", "text"]);
    let kinds: Vec<Value> = (0..4).map(|n| found.at(&format!("/data/{n}/kind"))).collect();
    assert_eq!(kinds, ["topic", "argument", "argument", "source"]);
    let ranks: Vec<f64> =
        (0..4).map(|n| found.at(&format!("/data/{n}/rank")).as_f64().unwrap()).collect();
    assert!(ranks.windows(2).all(|pair| pair[0] > pair[1]), "{ranks:?}");
}

#[actix_web::test]
async fn a_whole_phrase_comes_before_scattered_words_and_near_words_before_far_ones() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    app.claim("far", "Power from the sun and from the wind was always nuclear.", "").await;
    app.claim("near", "Nuclear is the power of the sun, and so is wind in the end.", "").await;
    app.claim(
        "phrase",
        "In all of the land and on all of the sea nothing is as good as nuclear power, they say.",
        "",
    )
    .await;

    assert_eq!(app.search("nuclear power").await.slugs(), ["phrase", "near", "far"]);
    assert_eq!(app.search("\"nuclear power\"").await.slugs(), ["phrase"]);
    assert_eq!(app.search("nuclear power -wind").await.slugs(), ["phrase"]);
    assert_eq!(app.search("sea or always").await.slugs(), ["far", "phrase"]);
}

#[actix_web::test]
async fn where_thousands_are_equally_good_they_come_in_any_order_but_always_the_same() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    let rows = "insert into arguments (id, topic_id, slug, claim, body, language)
                select ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, id, 'reason-' || n,
                       case when n % 50 = 0 then 'Solar' when n % 3 = 0 then 'Said of wind' else 'Power of the sun' end,
                       'So much for power.', 'en'
                from topics, generate_series(1, 14000) n";
    let mut connection = app.connection().await;
    connection.batch_execute(rows).await.unwrap();
    connection.batch_execute("analyze search_entries").await.unwrap();

    // No heading has fewer words, and all rank alike.
    let first = app.get(&search("power", "&limit=50")).await.expect(200);
    let again = app.get(&search("power", "&limit=50")).await.expect(200);
    assert_eq!(first.slugs(), again.slugs());
    let Value::Array(hits) = first.at("/data") else { panic!("{first}") };
    assert!(hits.iter().all(|hit| hit["title"] == "Power of the sun"), "{first}");
    assert!(hits.windows(2).all(|pair| pair[0]["rank"] == pair[1]["rank"]), "{first}");
    for q in ["power", "power or solar"] {
        app.has_every_hit_once(q).await;
    }
}

#[actix_web::test]
async fn pages_go_to_any_depth_and_have_every_hit_once() {
    let app = TestApp::start().await;
    app.topic("llama").await;
    let rows = "insert into arguments (id, topic_id, slug, claim, body, language)
                select gen_random_uuid(), id, 'reason-' || n,
                       case n % 7 when 0 then 'Something else ' else 'Solar power ' end || repeat('and more ', n % 13) || n,
                       case n % 3 when 0 then 'Of solar things and power.' else 'The power.' end, 'en'
                from topics, generate_series(1, 1900) n";
    app.connection().await.batch_execute(rows).await.unwrap();

    for q in ["power", "solar power", "solar power or else"] {
        app.has_every_hit_once(q).await;
    }
    let first = app.get(&search("power", "&limit=2")).await;
    let cursor = first.text_at("/page/next_cursor");
    let other = app.get(&search("solar", &format!("&limit=2&cursor={cursor}"))).await;
    assert_eq!(other.problem(), (409, "bad-cursor".to_owned()));
}

/// A query with the slugs that it should find first.
#[derive(serde::Deserialize)]
struct Judged {
    q: String,
    #[serde(default)]
    prefix: bool,
    want: Vec<String>,
}

/// What the ranking must be worth at least: 1 would be the right hit at the first place, always.
const WORTH: f64 = 0.85;

/// The slugs of the first ten hits, the best first.
#[derive(QueryableByName)]
struct Ranked {
    #[diesel(sql_type = Array<Text>)]
    slugs: Vec<String>,
}

/// What PostgreSQL gives of its own: all matches in the order of `ts_rank_cd`.
const PLAIN_RANKING: &str = "
    select array(
        select coalesce(t.slug, p.slug, a.slug, s.slug, c.slug)
        from search_entries e
        left join topics    t on t.id = e.record_id
        left join positions p on p.id = e.record_id
        left join arguments a on a.id = e.record_id
        left join sources   s on s.id = e.record_id
        left join citations c on c.id = e.record_id,
        websearch_to_tsquery(e.dictionary::regconfig, search_folded($1)) query
        where e.words @@ query
        order by ts_rank_cd('{0.1, 0.2, 0.4, 1.0}', e.words, query, 33) desc, e.id desc limit 10
    ) as slugs";

#[actix_web::test]
async fn the_obvious_is_found_first() {
    let app = TestApp::seeded().await;
    for (media_type, file) in [
        ("text/vnd.argdown", include_str!("../data/argdown/legalisation-softdrugs.argdown")),
        ("text/vnd.argdown", include_str!("../data/argdown/state-censorship.argdown")),
        ("text/vnd.kialo", include_str!("../data/kialo/single.txt")),
        ("text/vnd.kialo", include_str!("../data/kialo/theses.txt")),
    ] {
        let path = match media_type {
            "text/vnd.kialo" => "/v1/imports?format=kialo",
            _ => "/v1/imports?format=argdown",
        };
        let answer = app.ask(actix_web::http::Method::POST, path).body("text/plain", file).await;
        assert!(answer.status() < 300, "{answer}");
    }
    let judged: Vec<Judged> =
        serde_saphyr::from_str(include_str!("../data/search/judged.yaml")).unwrap();
    assert!(judged.len() >= 40);

    let (mut worth, mut plain_worth, mut failures) = (0.0, 0.0, Vec::new());
    let mut connection = app.connection().await;
    for Judged { q, prefix, want } in &judged {
        let found = app.get(&search(q, &format!("&prefix={prefix}&limit=10"))).await.expect(200);
        let slugs = found.slugs();
        let ranked: Ranked =
            sql_query(PLAIN_RANKING).bind::<Text, _>(q).get_result(&mut connection).await.unwrap();
        let rank = reciprocal_rank(&slugs, want);
        worth += rank;
        plain_worth += reciprocal_rank(&ranked.slugs, want);
        if rank < 1.0 {
            failures.push(format!("{q}: {want:?} in {slugs:?}"));
        }
    }
    let queries = f64::from(u32::try_from(judged.len()).unwrap());
    let (worth, plain_worth) = (worth / queries, plain_worth / queries);
    let told = format!(
        "mean reciprocal rank {worth:.3} of {queries} queries, of ts_rank_cd {plain_worth:.3}; \
         not first:\n{}",
        failures.join("\n")
    );
    assert!(worth >= WORTH && worth >= plain_worth, "{told}");
    eprintln!("{told}");
}

/// One divided by the place of the first that is wanted; 0 if there is none.
fn reciprocal_rank(slugs: &[String], want: &[String]) -> f64 {
    let place = slugs.iter().position(|slug| want.contains(slug));
    place.map_or(0.0, |place| 1.0 / f64::from(u32::try_from(place + 1).unwrap()))
}
