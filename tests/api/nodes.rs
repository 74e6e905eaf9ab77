//! Two programs over one database: neither shows what is no longer true.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use debatebase::db::changes::BOUND;
use diesel_async::SimpleAsyncConnection;
use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::serving::{Directory, Serving, program};
use crate::support::{OwnPostgres, on_a_runtime};

/// How long the nodes are watched; longer by hand, as in `CACHE_PROOF_SECONDS=600`.
fn watched_for() -> Duration {
    let seconds = std::env::var_os("CACHE_PROOF_SECONDS");
    let seconds = seconds.and_then(|text| text.into_string().ok()?.parse().ok());
    Duration::from_secs(seconds.unwrap_or(12))
}

/// One program over the database, which may be killed and started again.
struct Node {
    address: RwLock<String>,
    /// The latest version that a change made here has answered with.
    known: AtomicI64,
    /// When each version was known to be committed by an answer from here.
    commits: Mutex<BTreeMap<Instant, i64>>,
}

impl Node {
    fn of(serving: &Serving) -> Self {
        let address = RwLock::new(serving.address.clone());
        Self { address, known: AtomicI64::new(0), commits: Mutex::default() }
    }

    fn address(&self) -> String {
        self.address.read().unwrap().clone()
    }

    /// The latest version that was known to be committed at a time.
    fn committed_by(&self, time: Instant) -> i64 {
        self.commits.lock().unwrap().range(..=time).next_back().map_or(0, |(_, version)| *version)
    }

    fn committed(&self, version: i64) {
        let mut commits = self.commits.lock().unwrap();
        let latest = commits.values().next_back().copied().unwrap_or(0).max(version);
        commits.insert(Instant::now(), latest);
        self.known.store(latest, Ordering::SeqCst);
    }
}

#[derive(Debug, Default)]
struct Counts {
    reads: AtomicU64,
    hits: AtomicU64,
    writes: AtomicU64,
    /// Reads during which a change was committed.
    overtaken: AtomicU64,
    failed: AtomicU64,
    /// The most milliseconds for which a node showed what another had changed.
    latest: AtomicU64,
}

/// What is read, and where in the answer the topic's version is.
const READS: [(&str, &str); 4] = [
    ("/v1/topics/watched", "/version"),
    ("/v1/topics/watched/outline", "/topic/version"),
    ("/v1/topics?limit=1", "/data/0/version"),
    ("/v1/topics/watched/graph?fields=topic", "/topic/version"),
];

/// Two programs over one database, readers and writers at each at full speed: no answer is older
/// than what was known to be committed there before it was asked for, and none older than what was
/// known to be committed elsewhere the bound before; while connections, a node, and PostgreSQL
/// are killed.
#[test]
fn no_node_shows_what_is_no_longer_true() {
    // What is committed is not to be lost by the death of PostgreSQL.
    let postgres = Mutex::new(OwnPostgres::start(&["synchronous_commit=on"]));
    let url = postgres.lock().unwrap().url("postgres");
    let directory = Directory::new();
    let start = || {
        let mut command = program(&directory);
        command.args(["--database-url", &url, "--seed", "none", "--log", "off"]);
        for limit in ["RATE_LIMIT_READ", "RATE_LIMIT_WRITE"] {
            command.env(limit, "off");
        }
        Serving::start(&mut command)
    };
    let mut programs = [start(), start()];
    let nodes = programs.each_ref().map(Node::of);
    let key = key(&directory, &url);
    let made = ureq::post(format!("http://{}/v1/topics", nodes[0].address()))
        .header("authorization", &format!("Bearer {key}"))
        .content_type("application/json")
        .send(json!({"title": "Watched", "slug": "watched"}).to_string())
        .unwrap();
    assert_eq!(made.status(), 201);

    let counts = Counts::default();
    let faults = Mutex::new(Vec::new());
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        let (nodes, key, counts, faults, ended) = (&nodes, &key, &counts, &faults, &ended);
        for place in 0..2 {
            scope.spawn(move || write(&nodes[place], key, counts, ended));
            for read in READS {
                scope.spawn(move || {
                    let outcome = read_on(&nodes[place], &nodes[1 - place], read, counts, ended);
                    if let Err(fault) = outcome {
                        faults.lock().unwrap().push(fault);
                        ended.store(true, Ordering::SeqCst);
                    }
                });
            }
        }
        let begun = Instant::now();
        let mut turn = 0;
        while begun.elapsed() < watched_for() && !ended.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(400));
            turn += 1;
            match turn % 8 {
                3 => {
                    programs[1].signal(Signal::SIGKILL);
                    programs[1].end();
                    programs[1] = start();
                    let mut address = nodes[1].address.write().unwrap();
                    // Its changes of before are others' to the new one.
                    nodes[1].known.store(0, Ordering::SeqCst);
                    address.clone_from(&programs[1].address);
                }
                6 => {
                    let mut postgres = postgres.lock().unwrap();
                    postgres.kill();
                    postgres.start_again();
                }
                _ => end_followers(&url),
            }
        }
        ended.store(true, Ordering::SeqCst);
    });

    eprintln!("{counts:?}");
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(counts.writes.load(Ordering::SeqCst) > 100, "{counts:?}");
    assert!(counts.hits.load(Ordering::SeqCst) > 1_000, "{counts:?}");
    assert!(counts.overtaken.load(Ordering::SeqCst) > 100, "{counts:?}");
}

/// A key that allows everything.
fn key(directory: &Directory, url: &str) -> String {
    let mut command = program(directory);
    command.args(["--database-url", url, "key", "create", "--label", "Proof", "--scope", "admin"]);
    let made = command.output().unwrap();
    String::from_utf8(made.stdout).unwrap().trim().to_owned()
}

/// Ends the connections on which programs hear of changes.
fn end_followers(url: &str) {
    on_a_runtime(async {
        let end = "select pg_terminate_backend(pid) from pg_stat_activity \
                   where query ilike '%pg_snapshot_xmin%' and pid <> pg_backend_pid()";
        if let Ok(mut conn) = debatebase::db::connect(url).await {
            _ = conn.batch_execute(end).await;
        }
    });
}

fn body(answer: &mut ureq::http::Response<ureq::Body>) -> Option<Value> {
    serde_json::from_str(&answer.body_mut().read_to_string().ok()?).ok()
}

fn agent() -> ureq::Agent {
    let patience = Some(Duration::from_secs(5));
    ureq::Agent::config_builder()
        .timeout_global(patience)
        .http_status_as_error(false)
        .build()
        .into()
}

fn write(node: &Node, key: &str, counts: &Counts, ended: &AtomicBool) {
    let agent = agent();
    let mut number = 0;
    while !ended.load(Ordering::SeqCst) {
        let address = node.address();
        number += 1;
        let sent = agent
            .patch(format!("http://{address}/v1/topics/watched"))
            .header("authorization", &format!("Bearer {key}"))
            .content_type("application/json")
            .send(json!({"summary": format!("{number} at {address}")}).to_string());
        let version = sent
            .ok()
            .filter(|it| it.status() == 200)
            .and_then(|mut it| body(&mut it)?.get("version")?.as_i64());
        match version {
            // One that was killed in between is another now.
            Some(version) if node.address() == address => {
                node.committed(version);
                counts.writes.fetch_add(1, Ordering::SeqCst);
            }
            Some(_) | None => {
                counts.failed.fetch_add(1, Ordering::SeqCst);
                thread::sleep(Duration::from_millis(20));
            }
        }
    }
}

fn read_on(
    node: &Node,
    other: &Node,
    (path, pointer): (&str, &str),
    counts: &Counts,
    ended: &AtomicBool,
) -> Result<(), String> {
    let agent = agent();
    while !ended.load(Ordering::SeqCst) {
        let address = node.address();
        let asked = Instant::now();
        let own = node.known.load(Ordering::SeqCst);
        let others = other.committed_by(asked - BOUND).max(node.committed_by(asked - BOUND));
        let latest = other.committed_by(asked);
        let answer = agent.get(format!("http://{address}{path}")).call();
        let Some(mut answer) = answer.ok().filter(|it| it.status() == 200) else {
            counts.failed.fetch_add(1, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(20));
            continue;
        };
        let is_hit = answer.headers().get("server-timing").is_some_and(|it| it == "cache;desc=hit");
        let Some(body) = body(&mut answer) else { continue };
        let shown = body.pointer(pointer).and_then(Value::as_i64).ok_or("no version")?;
        // The node that was asked may have been killed since, and another be in its place.
        let own = if node.address() == address { own } else { 0 };
        if shown < own || shown < others {
            return Err(format!(
                "{path}: {shown} was shown (a hit: {is_hit}) when {own} was committed there, and \
                 {others} elsewhere {BOUND:?} before"
            ));
        }
        if shown < latest {
            let since = other.commits.lock().unwrap();
            let missed = since.iter().find(|(_, version)| **version > shown).map(|(at, _)| *at);
            let late = missed.map_or(0, |at| (Instant::now() - at).as_millis());
            counts.latest.fetch_max(u64::try_from(late).unwrap(), Ordering::SeqCst);
        }
        counts.reads.fetch_add(1, Ordering::SeqCst);
        counts.hits.fetch_add(u64::from(is_hit), Ordering::SeqCst);
        let was_overtaken = node.known.load(Ordering::SeqCst) > own;
        counts.overtaken.fetch_add(u64::from(was_overtaken), Ordering::SeqCst);
    }
    Ok(())
}
