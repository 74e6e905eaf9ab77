//! The architecture, held: who may use whom, where SQL is, where transactions begin.
//!
//! Needs no database and reads the source as text: what ARCHITECTURE.md promises is checked here.
#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The floors, lowest first. A module may use those of its own line and of the lines above it.
const FLOORS: &[&[&str]] = &[
    &["config", "domain"],
    &["formats", "graph"],
    &["metrics"],
    &["http"],
    &["limits"],
    &["db"],
    &["cache"],
    &["access"],
    &["topics"],
    &["links"],
    &["citations", "relations"],
    &["arguments", "positions", "sources"],
    &["expansion"],
    &["analysis", "discovery", "exports", "imports", "keys", "search", "tags", "views"],
    &["docs", "health"],
    &["api_document", "app"],
    &["logging", "operator", "server"],
    &["main"],
];

/// What each floor has in common with none other: modules of one line that do not use each other.
const APART: &[&str] = &["config", "domain", "formats", "graph"];

/// What the handlers of the slices below may use as well. Nothing uses handlers, so this closes no
/// circle.
const FOR_HANDLERS: &[&str] = &["expansion"];

struct Source {
    /// The module directly below the root that the file belongs to.
    module: String,
    path: PathBuf,
    text: String,
}

fn sources() -> Vec<Source> {
    fn collect(directory: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, found);
            } else if path.extension().is_some_and(|it| it == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    paths.sort();
    let read = |path: PathBuf| {
        let below = path.strip_prefix(&root).unwrap();
        let first = below.components().next().unwrap().as_os_str().to_str().unwrap();
        let module = first.trim_end_matches(".rs").to_owned();
        Source { module, text: fs::read_to_string(&path).unwrap(), path }
    };
    paths.into_iter().map(read).collect()
}

impl Source {
    fn name(&self) -> String {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        self.path.strip_prefix(root).unwrap().display().to_string()
    }

    fn is_test(&self) -> bool {
        self.path.components().any(|part| part.as_os_str() == "tests")
            || ["tests.rs", "laws.rs"].iter().any(|name| self.path.ends_with(name))
    }

    /// The code, without comments and without unit tests.
    fn code(&self) -> String {
        let text = self.text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The modules that the code uses.
    fn uses(&self) -> Vec<String> {
        let code = self.code();
        let mut used = Vec::new();
        let root = if self.module == "main" { "debatebase::" } else { "crate::" };
        for rest in code.split(root).skip(1) {
            match rest.strip_prefix('{') {
                Some(list) => {
                    let list = &list[..list.find('}').unwrap()];
                    used.extend(list.split(',').map(first_word));
                }
                None => used.push(first_word(rest)),
            }
        }
        used.retain(|module| !module.is_empty() && *module != self.module);
        used
    }
}

fn first_word(text: &str) -> String {
    let is_word = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    text.trim().chars().take_while(is_word).collect()
}

fn floors() -> BTreeMap<&'static str, usize> {
    let numbered = FLOORS.iter().enumerate();
    numbered
        .flat_map(|(floor, modules)| modules.iter().map(move |module| (*module, floor)))
        .collect()
}

#[test]
fn every_module_uses_only_what_stands_below_it() {
    let floors = floors();
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| source.module != "lib") {
        let own = floors.get(source.module.as_str()).unwrap_or_else(|| {
            panic!("{} is on no floor: add it to tests/architecture.rs", source.module)
        });
        for used in source.uses() {
            // What is no module is an item of the root, of which there are none.
            let Some(floor) = floors.get(used.as_str()) else { continue };
            let apart = floor == own && APART.contains(&used.as_str());
            let is_for_it =
                source.path.ends_with("handlers.rs") && FOR_HANDLERS.contains(&used.as_str());
            if (floor > own && !is_for_it) || apart {
                faults.push(format!("{} uses {used}", source.name()));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_tour_and_the_architecture_name_every_module() {
    let tour =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let architecture =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md")).unwrap();
    for module in FLOORS.iter().flat_map(|floor| floor.iter()) {
        assert!(*module == "main" || tour.contains(&format!("pub mod {module};")), "{module}");
        assert!(architecture.contains(&format!("`{module}`")), "ARCHITECTURE.md: {module}");
    }
}

#[test]
fn sql_is_in_queries_only() {
    // The database floor itself, and the predicate that all queries share.
    let exceptions = ["src/db/", "src/access/mod.rs", "src/domain/"];
    let traces = ["diesel_async::RunQueryDsl", "diesel::prelude", "sql_query", "batch_execute"];
    for source in sources() {
        let name = source.name();
        if name.ends_with("queries.rs") || exceptions.iter().any(|it| name.starts_with(it)) {
            continue;
        }
        // Types that clients get are read from rows where the two agree.
        let allowed = if name.ends_with("types.rs") { "diesel::prelude" } else { "" };
        for trace in traces.iter().filter(|trace| **trace != allowed) {
            assert!(
                !source.code().contains(trace),
                "{name} has {trace}: SQL belongs in queries.rs"
            );
        }
    }
}

#[test]
fn transactions_begin_at_the_door_only() {
    for source in sources().iter().filter(|source| source.name() != "src/db/transaction.rs") {
        for trace in [
            ".transaction(",
            "build_transaction",
            "begin_transaction",
            "test_transaction",
            "\"begin\"",
            "\"begin isolation",
        ] {
            assert!(!source.code().contains(trace), "{} has {trace}", source.name());
        }
    }
}

#[test]
fn queries_open_no_door_themselves() {
    for source in sources().iter().filter(|source| source.name().ends_with("queries.rs")) {
        for trace in
            ["db::write!", "db::snapshot!", ".read().await", ".lend().await", ".alone(", "db.list("]
        {
            assert!(!source.code().contains(trace), "{} has {trace}", source.name());
        }
    }
}

#[test]
fn the_vocabulary_the_graph_and_the_formats_do_no_io() {
    let io =
        ["std::fs", "std::net", "std::process", "std::env", "tokio::", "actix_web", "diesel_async"];
    for source in sources() {
        if !["domain", "graph", "formats"].contains(&source.module.as_str()) || source.is_test() {
            continue;
        }
        for trace in io {
            assert!(!source.code().contains(trace), "{} has {trace}", source.name());
        }
    }
}

#[test]
fn every_handler_is_in_the_document() {
    // Pages for people alone, the front door and Swagger UI with its files; and what only the admin
    // listener answers.
    let pages = ["get_home", "get_docs", "get_docs_file", "get_metrics"];
    for source in sources().iter().filter(|source| source.name().ends_with("handlers.rs")) {
        let code = source.code();
        for handler in code.split("pub async fn ").skip(1) {
            let name = first_word(handler);
            let before = code.split(&format!("pub async fn {name}(")).next().unwrap();
            let attributes = before.rsplit("\n}\n").next().unwrap();
            let documented = attributes.contains("#[utoipa::path(");
            assert_eq!(documented, !pages.contains(&name.as_str()), "{}: {name}", source.name());
        }
    }
}

#[test]
fn a_handler_that_changes_something_asks_who_is_calling() {
    for source in sources().iter().filter(|source| source.name().ends_with("handlers.rs")) {
        let code = source.code();
        for handler in code.split("pub async fn ").skip(1) {
            let (signature, body) = handler.split_once("{\n").unwrap();
            if body.split("\n}\n").next().unwrap().contains("db::write!") {
                let name = first_word(handler);
                assert!(signature.contains("Caller<Write>"), "{}: {name}", source.name());
            }
        }
    }
}
