//! What the operator's guide and the dashboard say is what the program does.

use std::collections::BTreeSet;

use debatebase::metrics::Metrics;
use serde_json::Value;

use crate::metrics::{NO_POOL, answered};

const GUIDE: &str = include_str!("../../docs/operating.md");
const DASHBOARD: &str = include_str!("../../docs/grafana-dashboard.json");

/// The metrics that the program exposes: the name of each, and those of all its series.
fn exposed() -> (BTreeSet<String>, BTreeSet<String>) {
    let metrics = Metrics::default();
    // A metric with a label that nothing was counted for is not exposed yet.
    answered(&metrics, 429);
    let text = metrics.to_text(NO_POOL).unwrap();
    let (mut names, mut series) = (BTreeSet::new(), BTreeSet::new());
    for line in text.lines() {
        if let Some(declared) = line.strip_prefix("# TYPE ") {
            let (name, kind) = declared.split_once(' ').unwrap();
            names.insert(match kind {
                "counter" => format!("{name}_total"),
                "info" => format!("{name}_info"),
                _ => name.to_owned(),
            });
        } else if !line.starts_with('#') {
            series.insert(line.split(['{', ' ']).next().unwrap().to_owned());
        }
    }
    (names, series)
}

/// The names of our metrics in a text.
fn named(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let ours = |word: &&str| word.starts_with("debatebase_") || word.starts_with("process_");
    words.filter(ours).map(str::to_owned).collect()
}

/// Every value of a field, wherever it stands.
fn all<'v>(value: &'v Value, field: &str, found: &mut Vec<&'v Value>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get(field));
            fields.values().for_each(|value| all(value, field, found));
        }
        Value::Array(items) => items.iter().for_each(|value| all(value, field, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_guide_explains_every_metric_and_no_other() {
    let (names, series) = exposed();
    let explained = named(GUIDE);

    let missing: Vec<_> = names.difference(&explained).collect();
    assert!(missing.is_empty(), "not in the guide: {missing:?}");
    let invented: Vec<_> =
        explained.iter().filter(|name| !names.contains(*name) && !series.contains(*name)).collect();
    assert!(invented.is_empty(), "not exposed: {invented:?}");
}

#[test]
fn the_dashboard_asks_for_metrics_that_there_are() {
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let (_, series) = exposed();
    let mut queries = Vec::new();
    all(&dashboard, "expr", &mut queries);
    assert!(queries.len() >= 10);

    for query in queries {
        let asked = named(query.as_str().unwrap());
        assert!(!asked.is_empty(), "{query} asks for none of ours");
        assert!(asked.is_subset(&series), "{query} asks for what is not exposed: {asked:?}");
    }
    // Its variables ask too.
    let elsewhere: Vec<_> = named(DASHBOARD).difference(&series).cloned().collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
}

#[test]
fn the_dashboard_can_be_imported_over_any_prometheus() {
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();

    // It is made anew on import.
    assert_eq!(dashboard["id"], Value::Null);
    assert!(dashboard["schemaVersion"].as_i64().unwrap() >= 39);
    assert!(!dashboard["title"].as_str().unwrap().is_empty());
    let variables = dashboard["templating"]["list"].as_array().unwrap();
    let source = variables.iter().find(|variable| variable["name"] == "datasource").unwrap();
    assert_eq!((&source["type"], &source["query"]), (&"datasource".into(), &"prometheus".into()));
    let mut sources = Vec::new();
    all(&dashboard, "datasource", &mut sources);
    for source in sources {
        assert_eq!(source["uid"], "${datasource}", "{source}");
    }
    let panels = dashboard["panels"].as_array().unwrap();
    let ids: BTreeSet<i64> = panels.iter().map(|panel| panel["id"].as_i64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len());
}
