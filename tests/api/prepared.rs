//! What is asked for often is parsed once for each connection, and never again.

use std::fs;

use serde_json::json;

use crate::support::{OwnPostgres, TestApp};

/// How often each is asked for, so that every connection has met it.
const WARM: usize = 40;

#[actix_web::test]
async fn hot_statements_are_parsed_once_for_each_connection() {
    // PostgreSQL then logs each step of a statement: parse, bind, execute.
    let postgres = OwnPostgres::start(&["log_min_duration_statement=0"]);
    let app = TestApp::writing_to(&postgres).await;
    app.debate().await;
    let reader = app.without_key();

    for path in [
        "/v1/topics",
        "/v1/topics/llama",
        "/v1/topics/llama/outline",
        "/v1/topics/llama/graph",
        "/v1/topics/llama/arguments",
        "/v1/topics/llama/arguments/cheap",
        "/v1/topics/llama/statistics",
        "/v1/sources",
    ] {
        let parsed = parsed_by(&postgres, || async { drop(reader.get(path).await.expect(200)) });
        assert_eq!(parsed.await, Vec::<String>::new(), "{path}");
    }

    // How a word is looked for depends on the word: those statements, and no others, are planned
    // for it.
    let search = || async { drop(reader.get("/v1/search?q=safe").await.expect(200)) };
    let parsed = parsed_by(&postgres, search).await;
    let others = parsed.iter().filter(|statement| !statement.contains("search_entries.words @@"));
    assert_eq!(others.collect::<Vec<_>>(), Vec::<&String>::new());

    let number = std::cell::Cell::new(0);
    let create = || async {
        number.set(number.get() + 1);
        let claim = format!("It is argument number {}.", number.get());
        let claim = json!({"claim": claim, "supports": [{"position": "yes"}]});
        drop(app.post("/v1/topics/llama/arguments", claim).await.expect(201));
    };
    assert_eq!(parsed_by(&postgres, create).await, Vec::<String>::new());
}

/// The statements that are parsed when something is done once more that was done often.
async fn parsed_by<F: Future<Output = ()>>(
    postgres: &OwnPostgres,
    act: impl Fn() -> F,
) -> Vec<String> {
    for _ in 0..WARM {
        act().await;
    }
    let before = fs::read_to_string(postgres.log_file()).unwrap().len();
    for _ in 0..5 {
        act().await;
    }
    let log = fs::read_to_string(postgres.log_file()).unwrap();
    let since = log.get(before..).unwrap_or_default();
    let parsed = since.lines().filter_map(|line| line.split(" ms  parse ").nth(1));
    parsed.map(str::to_owned).collect()
}
