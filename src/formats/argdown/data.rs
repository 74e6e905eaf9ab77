//! Data and frontmatter: YAML, read within bounds.

use std::thread;

use serde_json::{Map, Value};

use super::syntax::Data;

/// The most bytes of one mapping. An origin holds no more.
const LARGEST: usize = 500_000;
/// Deeper than this no data nests. The parser recurses.
const DEEPEST: usize = 32;
const STACK: usize = 64 * 1024 * DEEPEST + 1024 * 1024;

/// What a text of YAML says, if it is a mapping.
pub(super) fn mapping(text: &str) -> Result<Data, String> {
    if text.len() > LARGEST {
        return Err(format!("has more than {LARGEST} bytes"));
    }
    if let Ok(Value::Object(fields)) = quickly(text) {
        return Ok(fields);
    }
    let parsed = thread::scope(|scope| {
        let thread = thread::Builder::new().name("yaml".to_owned()).stack_size(STACK);
        let parsed = thread.spawn_scoped(scope, || {
            serde_saphyr::from_str_with_options::<Value>(text, options())
                .map_err(|it| it.to_string())
        });
        match parsed.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(parsed)) => parsed,
            Ok(Err(_)) | Err(_) => Err("could not be parsed".to_owned()),
        }
    })?;
    match parsed {
        Value::Object(fields) => Ok(fields),
        Value::Null => Ok(Map::new()),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err("is no mapping".to_owned())
        }
    }
}

/// What is JSON already, as what we write is, needs no parser of YAML.
fn quickly(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(text)
}

fn options() -> serde_saphyr::Options {
    use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEEPEST,
            max_nodes: 20_000,
            max_total_scalar_bytes: LARGEST,
            max_documents: 1,
            max_anchors: 0,
            max_aliases: 0,
        },
        duplicate_keys: DuplicateKeyPolicy::LastWins,
        merge_keys: MergeKeyPolicy::AsOrdinary,
        strict_booleans: true,
        with_snippet: false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_flow_mapping_is_read() {
        let data = mapping("{source: C1a, uses: [1,2], isInMap: false}").unwrap();

        assert_eq!(Value::Object(data), json!({"source": "C1a", "uses": [1, 2], "isInMap": false}));
    }

    #[test]
    fn bombs_and_what_is_no_mapping_are_refused() {
        let bomb = "{a: &a [x,x], b: &b [*a,*a], c: [*b,*b]}";
        let deep = format!("{{a: {}{}}}", "[".repeat(5_000), "]".repeat(5_000));
        for bad in [bomb, deep.as_str(), "[1]", "{a: ", "{a, {", "x"] {
            assert!(mapping(bad).is_err(), "{}", bad.chars().take(40).collect::<String>());
        }
    }
}
