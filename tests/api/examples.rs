//! The examples of the document are what the seeded program answers.
//!
//! `RECORD_EXAMPLES=1` writes down what it answers now; `make openapi` does that.

use std::path::{Path, PathBuf};

use actix_web::http::Method;
use debatebase::access::key::Key;
use serde_json::{Map, Value};

use crate::contract::operations;
use crate::support::{Answer, TestApp, redacted};

/// The id in the examples that stands for that of the test's own key, which differs from run to run.
const KEY_ID: &str = "0199f3a4-2f00-7c3e-9a41-5d2b8e7c6f10";

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi/examples.json")
}

fn exchanges() -> Vec<Map<String, Value>> {
    serde_json::from_str(&std::fs::read_to_string(path()).unwrap()).unwrap()
}

#[actix_web::test]
async fn the_examples_are_what_the_seeded_program_answers() {
    let app = TestApp::seeded().await;

    let mut now = Vec::new();
    for exchange in exchanges() {
        let answer = ask(&app, &exchange).await;
        now.push(with_answer(exchange, &answer));
    }

    if std::env::var_os("RECORD_EXAMPLES").is_some() {
        let text = serde_json::to_string_pretty(&now).unwrap();
        std::fs::write(path(), text + "\n").unwrap();
    }
    let told = "`make openapi` records the examples anew";
    for (recorded, now) in exchanges().into_iter().zip(now) {
        let (recorded, now) = (redacted(recorded.into()), redacted(now.into()));
        assert_eq!(format!("{recorded:#}"), format!("{now:#}"), "{told}");
    }
}

#[test]
fn every_operation_has_an_example() {
    let exchanges = exchanges();
    let missing: Vec<String> = operations()
        .into_iter()
        .map(|operation| operation.id)
        .filter(|id| !exchanges.iter().any(|exchange| exchange["operation"] == **id))
        .collect();

    assert!(missing.is_empty(), "{missing:?}");
}

async fn ask(app: &TestApp, exchange: &Map<String, Value>) -> Answer {
    let operation = exchange["operation"].as_str().unwrap();
    let path = exchange["path"].as_str().unwrap();
    let method = match operation.split('_').next().unwrap() {
        "create" | "rotate" | "revoke" => Method::POST,
        "search" if exchange.contains_key("body") => Method::POST,
        "put" => Method::PUT,
        "patch" => Method::PATCH,
        "delete" => Method::DELETE,
        _ => Method::GET,
    };
    let own = Key::parse(app.key()).unwrap().id().to_string();
    let path = &path.replace(KEY_ID, &own);
    let ask = match exchange.get("without_key") {
        Some(_) => app.without_key().ask(method, path),
        None => app.ask(method, path),
    };
    match (exchange.get("body"), exchange.get("file")) {
        (Some(body), _) => ask.body("application/json", body.to_string()).await,
        (None, Some(file)) => {
            let text = |field: &str| file[field].as_str().unwrap();
            ask.body(text("media_type"), text("text")).await
        }
        (None, None) => ask.await,
    }
}

/// The exchange with the answer given now, in the form of the one recorded where only what differs
/// from run to run differs.
fn with_answer(mut exchange: Map<String, Value>, answer: &Answer) -> Map<String, Value> {
    exchange.insert("status".to_owned(), answer.status().into());
    let body = match answer.header("content-type") {
        // Whole documents and pages are no examples of themselves.
        _ if matches!(
            exchange["operation"].as_str(),
            Some("export_everything" | "get_openapi" | "get_native_schema" | "get_problem_page")
        ) =>
        {
            None
        }
        Some(media_type) if media_type.contains("json") && !media_type.contains("ndjson") => {
            Some(answer.json())
        }
        Some(_) => Some(answer.text().into()),
        None => None,
    };
    let recorded = exchange.get("answer").cloned();
    if recorded.map(redacted) != body.clone().map(redacted) {
        match body {
            Some(body) => exchange.insert("answer".to_owned(), body),
            None => exchange.remove("answer"),
        };
    }
    exchange
}
