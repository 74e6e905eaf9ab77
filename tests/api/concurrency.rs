//! Concurrency: many writers at once, none of them lost and none of them a crash.

use std::collections::BTreeMap;

use actix_web::rt;
use diesel::sql_types::BigInt;
use diesel::{QueryableByName, sql_query};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Answer, TestApp, kinds, somebody_waits};

/// How many answers had which status, with the code of a problem: `412 precondition-failed: 19`.
fn outcomes(answers: &[Answer]) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for answer in answers {
        let outcome = match answer.status() {
            400.. => format!("{} {}", answer.status(), answer.problem().1),
            status => status.to_string(),
        };
        *counts.entry(outcome).or_default() += 1;
    }
    counts.into_iter().map(|(outcome, count)| format!("{outcome}: {count}")).collect()
}

#[actix_web::test]
async fn of_many_patches_of_one_version_exactly_one_wins() {
    let app = TestApp::start().await;
    app.debate().await;

    for kind in kinds() {
        let path = kind.path();
        let field = match kind.slug {
            "llama" | "yes" => "summary",
            "cheap" => "body",
            "cheap-is-good" => "scheme",
            "text" => "publisher",
            _ => "exact",
        };
        // Every writer wants something else.
        let wanted = |n: usize| match field {
            "exact" => json!({"exact": &"Nobody knows who trains them."[..=n + 5]}),
            field => json!({field: format!("Writer {n}.")}),
        };
        let patches = (1..=20).map(|n| app.patch(&path, wanted(n)).if_match("\"1\"").into_future());
        let answers = join_all(patches).await;

        assert_eq!(outcomes(&answers), ["200: 1", "412 precondition-failed: 19"], "{path}");
        let winner = answers.iter().find(|answer| answer.status() == 200).unwrap();
        assert_eq!(app.get(&path).await.json(), winner.json());
        assert_eq!(winner.number_at("/version"), 2);
    }
}

#[actix_web::test]
async fn many_patches_without_a_condition_are_all_done_one_after_the_other() {
    let app = TestApp::start().await;
    app.debate().await;

    for kind in kinds().into_iter().filter(|kind| kind.slug != "price") {
        let path = kind.path();
        let patches = (0..20).map(|n| {
            app.patch(&path, json!({"origin": {"format": "aif", "id": n.to_string()}}))
                .into_future()
        });
        let answers = join_all(patches).await;

        assert_eq!(outcomes(&answers), ["200: 20"], "{path}");
        let mut versions: Vec<_> =
            answers.iter().map(|answer| answer.number_at("/version")).collect();
        versions.sort_unstable();
        assert_eq!(versions, (2..=21).collect::<Vec<_>>(), "{path}");
    }
}

#[actix_web::test]
async fn records_made_of_one_text_at_once_get_slugs_of_their_own() {
    let app = TestApp::start().await;
    app.debate().await;

    for (list, new) in [
        ("/v1/topics/llama/positions", json!({"statement": "One text."})),
        ("/v1/topics/llama/arguments", json!({"claim": "One text."})),
        (
            "/v1/topics/llama/relations",
            json!({"kind": "supports", "premises": ["safe"], "target": {"position": "yes"}}),
        ),
        (
            "/v1/topics/llama/citations",
            json!({"source": "text", "exact": "Nobody", "backs": {"position": "yes"}}),
        ),
        ("/v1/topics", json!({"title": "One text?"})),
        ("/v1/sources", json!({"title": "One text"})),
    ] {
        let posts = (0..20).map(|_| app.post(list, new.clone()).into_future());
        let answers = join_all(posts).await;

        assert_eq!(outcomes(&answers), ["201: 20"], "{list}");
        let mut slugs: Vec<_> = answers.iter().map(|answer| answer.text_at("/slug")).collect();
        slugs.sort();
        slugs.dedup();
        assert_eq!(slugs.len(), 20, "{list}");
    }
}

#[actix_web::test]
async fn of_many_who_create_under_one_slug_exactly_one_does() {
    let app = TestApp::start().await;
    app.debate().await;

    for kind in kinds() {
        let path = kind.free_path();
        let puts =
            (0..20).map(|_| app.put(&path, kind.put.clone()).if_none_match("*").into_future());
        let answers = join_all(puts).await;

        assert_eq!(outcomes(&answers), ["201: 1", "412 precondition-failed: 19"], "{path}");
    }
}

#[actix_web::test]
async fn of_many_who_put_one_record_one_makes_it_and_the_others_find_it() {
    let app = TestApp::start().await;
    app.debate().await;

    for kind in kinds() {
        let path = kind.free_path();
        let puts = (0..20).map(|_| app.put(&path, kind.put.clone()).into_future());
        let answers = join_all(puts).await;

        assert_eq!(outcomes(&answers), ["200: 19", "201: 1"], "{path}");
        assert_eq!(app.get(&path).await.number_at("/version"), 1);
    }
}

#[actix_web::test]
async fn a_text_that_changes_while_it_is_quoted_never_has_a_quote_that_is_not_in_it() {
    let app = TestApp::start().await;
    app.debate().await;
    let text = app.get("/v1/sources/text/text").await.text().to_owned();

    let writes = (0..20).map(|n| {
        if n % 2 == 0 {
            let text = format!("{}{text}", "So. ".repeat(n));
            app.patch("/v1/sources/text", json!({"text": text})).into_future()
        } else {
            let quote =
                json!({"source": "text", "exact": "who trains them", "backs": {"topic": "llama"}});
            app.post("/v1/topics/llama/citations", quote).into_future()
        }
    });
    let answers = join_all(writes).await;

    assert_eq!(outcomes(&answers), ["200: 10", "201: 10"]);
    let text: Vec<char> = app.get("/v1/sources/text/text").await.text().chars().collect();
    let quotes = app.get("/v1/sources/text/citations?limit=100").await.at("/data");
    let quotes = quotes.as_array().unwrap();
    assert_eq!(quotes.len(), 11);
    for quote in quotes {
        let place = |field: &str| usize::try_from(quote[field].as_u64().unwrap()).unwrap();
        let there: String = text[place("start")..place("end")].iter().collect();
        assert_eq!(there, quote["exact"].as_str().unwrap());
    }
}

#[actix_web::test]
async fn writers_who_cross_each_other_do_not_lock_each_other_out() {
    let app = TestApp::start().await;
    let topic = app.debate().await;
    app.source("other", "Open models are cheap. Nobody knows.").await;
    topic.citation("other-price", "other", "Nobody", json!({"argument": "safe"})).await;

    for round in 0..5 {
        let writes = (0..20).map(|n| {
            let text = format!("Open models are cheap. Nobody knows. {round}-{n}");
            match n % 5 {
                0 => app.patch("/v1/sources/other", json!({"text": text})),
                1 => app.patch("/v1/topics/llama/citations/other-price", json!({"origin": {"format": text}})),
                2 => app.patch("/v1/topics/llama/citations/price", json!({"source": if round % 2 == 0 { "other" } else { "text" }})),
                3 => app.patch("/v1/topics/llama", json!({"summary": text})),
                _ => app.post("/v1/topics/llama/arguments", json!({
                    "claim": text, "supports": [{"position": "yes"}],
                    "citations": [{"source": "other", "exact": "Nobody"}, {"source": "text", "exact": "Nobody"}],
                })),
            }
            .into_future()
        });
        for answer in join_all(writes).await {
            assert!([200, 201].contains(&answer.status()), "{answer}");
        }
    }
}

#[derive(QueryableByName)]
struct Deadlocks {
    #[diesel(sql_type = BigInt)]
    deadlocks: i64,
}

#[actix_web::test]
async fn a_change_that_postgresql_broke_off_to_end_a_deadlock_is_made_anew() {
    let app = TestApp::start().await;
    app.debate().await;
    let mut other = app.connection().await;
    // It holds a topic and will want a source, which the program locks the other way round; and
    // it is patient, so that PostgreSQL breaks the program's transaction off and not this one.
    let hold = "set deadlock_timeout = '1min'; begin; \
                select from topics where slug = 'llama' for update";
    other.batch_execute(hold).await.unwrap();
    let text = app.get("/v1/sources/text/text").await.text().to_owned();
    let patch = json!({"text": format!("So. {text}")});
    let change = rt::spawn(app.patch("/v1/sources/text", patch).into_future());
    somebody_waits(&mut app.connection().await).await;

    other.batch_execute("select from sources where slug = 'text' for update").await.unwrap();
    other.batch_execute("commit").await.unwrap();

    let answer = change.await.unwrap().expect(200);
    assert_eq!(answer.number_at("/version"), 2);
    // A session reports what it has counted when it is idle, or when it ends.
    app.db().close();
    let counted = "select deadlocks from pg_stat_database where datname = current_database()";
    let mut watcher = app.connection().await;
    loop {
        let counted: Deadlocks = sql_query(counted).get_result(&mut watcher).await.unwrap();
        if counted.deadlocks == 1 {
            break;
        }
        rt::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
