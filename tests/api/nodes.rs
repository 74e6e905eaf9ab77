//! Two programs over one database: neither shows what is no longer true.

use std::collections::{BTreeMap, HashMap};
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
    /// What was changed there of each topic.
    of: [Commits; TOPICS.len()],
}

impl Node {
    fn of(serving: &Serving) -> Self {
        Self { address: RwLock::new(serving.address.clone()), of: Default::default() }
    }

    fn address(&self) -> String {
        self.address.read().unwrap().clone()
    }

    /// Another is in its place, to which the changes of before are others'.
    fn replaced_by(&self, serving: &Serving) {
        let mut address = self.address.write().unwrap();
        for commits in &self.of {
            commits.known.store(0, Ordering::SeqCst);
        }
        address.clone_from(&serving.address);
    }
}

/// What changes made at one node have answered of one topic.
#[derive(Default)]
struct Commits {
    /// The latest version.
    known: AtomicI64,
    /// When each version was known to be committed.
    commits: Mutex<BTreeMap<Instant, i64>>,
}

impl Commits {
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

/// The topics that are watched, the newest first, and at which nodes each is changed: one that a
/// node changes itself is read anew there so often that it would not matter if it heard of nothing.
const TOPICS: [(&str, &[usize]); 3] =
    [("at-both", &[0, 1]), ("at-second", &[1]), ("at-first", &[0])];

/// A word that every summary has, and nothing else.
const WORD: &str = "marker";

/// The version of a topic that each of its summaries was given with, as far as it was answered.
type Summaries = Mutex<HashMap<String, i64>>;

/// Where in an answer the version of a topic is.
enum Place {
    At(String),
    /// Told by the summary that a search shows.
    InHit,
}

/// What is read of a topic.
fn reads(topic: usize) -> [(String, Place); 5] {
    let (slug, _) = TOPICS[topic];
    let of_topic = || Place::At("/topic/version".to_owned());
    [
        (format!("/v1/topics/{slug}"), Place::At("/version".to_owned())),
        (format!("/v1/topics/{slug}/outline"), of_topic()),
        ("/v1/topics?limit=3".to_owned(), Place::At(format!("/data/{topic}/version"))),
        (format!("/v1/topics/{slug}/graph?fields=topic"), of_topic()),
        (format!("/v1/search?q={WORD}"), Place::InHit),
    ]
}

impl Place {
    /// The version in an answer; `None` if it is of a summary that nobody was told of.
    fn version(&self, answer: &Value, topic: usize, summaries: &Summaries) -> Option<i64> {
        match self {
            Self::At(pointer) => answer.pointer(pointer).unwrap().as_i64(),
            Self::InHit => {
                let (slug, _) = TOPICS[topic];
                let hits = answer["data"].as_array().unwrap();
                let hit = hits.iter().find(|hit| hit["slug"] == slug).expect("it is found");
                summaries.lock().unwrap().get(hit["place"]["text"].as_str().unwrap()).copied()
            }
        }
    }
}

/// Two programs over one database, readers and writers at each at full speed: no answer is older
/// than what was known to be committed there before it was asked for, and none older than what was
/// known to be committed elsewhere the bound before; in peace, and while connections, a node, and
/// PostgreSQL are killed.
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
    for (slug, _) in TOPICS.iter().rev() {
        let made = ureq::post(format!("http://{}/v1/topics", nodes[0].address()))
            .header("authorization", &format!("Bearer {key}"))
            .content_type("application/json")
            .send(json!({"title": "Watched", "slug": slug, "summary": WORD}).to_string())
            .unwrap();
        assert_eq!(made.status(), 201);
    }

    let summaries: [Summaries; TOPICS.len()] = Default::default();
    for summaries in &summaries {
        summaries.lock().unwrap().insert(WORD.to_owned(), 1);
    }
    let counts = Counts::default();
    let faults = Mutex::new(Vec::new());
    let (ended, is_quiet) = (AtomicBool::new(false), AtomicBool::new(false));
    thread::scope(|scope| {
        let (nodes, key, counts, faults) = (&nodes, &key, &counts, &faults);
        let (ended, is_quiet) = (&ended, &is_quiet);
        for place in 0..2 {
            for (topic, (_, changed_at)) in TOPICS.iter().enumerate() {
                let summaries = &summaries[topic];
                if changed_at.contains(&place) {
                    let node = &nodes[place];
                    scope
                        .spawn(move || write(node, topic, key, summaries, counts, ended, is_quiet));
                }
                scope.spawn(move || {
                    let (here, there) = (&nodes[place], &nodes[1 - place]);
                    let outcome = read_on(here, there, topic, summaries, counts, ended);
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
            // Who begins to follow anew forgets all, which would hide that changes are not heard of.
            thread::sleep(if turn % 6 == 0 { 2 * BOUND } else { Duration::from_millis(400) });
            turn += 1;
            match turn % 6 {
                3 => {
                    programs[1].signal(Signal::SIGKILL);
                    programs[1].end();
                    programs[1] = start();
                    nodes[1].replaced_by(&programs[1]);
                }
                5 => {
                    let mut postgres = postgres.lock().unwrap();
                    postgres.kill();
                    postgres.start_again();
                }
                2 => {
                    end_followers(&url);
                    // A change that was missed then is covered by none that is heard of later.
                    thread::sleep(Duration::from_millis(100));
                    is_quiet.store(true, Ordering::SeqCst);
                    thread::sleep(BOUND + Duration::from_millis(400));
                    is_quiet.store(false, Ordering::SeqCst);
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
    assert!(counts.hits.load(Ordering::SeqCst) > 100, "{counts:?}");
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

fn write(
    node: &Node,
    topic: usize,
    key: &str,
    summaries: &Summaries,
    counts: &Counts,
    ended: &AtomicBool,
    is_quiet: &AtomicBool,
) {
    let (agent, (slug, changed_at)) = (agent(), TOPICS[topic]);
    // Where one changes it alone, the other is to have something to keep.
    let pause = Duration::from_millis(if changed_at.len() == 1 { 30 } else { 0 });
    let mut number = 0;
    while !ended.load(Ordering::SeqCst) {
        if changed_at.len() == 1 && is_quiet.load(Ordering::SeqCst) {
            thread::sleep(pause);
            continue;
        }
        let address = node.address();
        number += 1;
        let summary = format!("{WORD} {number} at {address}");
        let sent = agent
            .patch(format!("http://{address}/v1/topics/{slug}"))
            .header("authorization", &format!("Bearer {key}"))
            .content_type("application/json")
            .send(json!({"summary": summary}).to_string());
        let version = sent
            .ok()
            .filter(|it| it.status() == 200)
            .and_then(|mut it| body(&mut it)?.get("version")?.as_i64());
        match version {
            // One that was killed in between is another now.
            Some(version) if node.address() == address => {
                summaries.lock().unwrap().insert(summary, version);
                node.of[topic].committed(version);
                counts.writes.fetch_add(1, Ordering::SeqCst);
                thread::sleep(pause);
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
    topic: usize,
    summaries: &Summaries,
    counts: &Counts,
    ended: &AtomicBool,
) -> Result<(), String> {
    let (agent, (here, there)) = (agent(), (&node.of[topic], &other.of[topic]));
    for (path, place) in reads(topic).iter().cycle() {
        if ended.load(Ordering::SeqCst) {
            break;
        }
        let address = node.address();
        let asked = Instant::now();
        let own = here.known.load(Ordering::SeqCst);
        let others = there.committed_by(asked - BOUND).max(here.committed_by(asked - BOUND));
        let latest = there.committed_by(asked);
        let answer = agent.get(format!("http://{address}{path}")).call();
        let Some(mut answer) = answer.ok().filter(|it| it.status() == 200) else {
            counts.failed.fetch_add(1, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(20));
            continue;
        };
        let is_hit = answer.headers().get("server-timing").is_some_and(|it| it == "cache;desc=hit");
        let Some(body) = body(&mut answer) else { continue };
        let Some(shown) = place.version(&body, topic, summaries) else { continue };
        // The node that was asked may have been killed since, and another be in its place.
        let own = if node.address() == address { own } else { 0 };
        if shown < own || shown < others {
            return Err(format!(
                "{path}: {shown} was shown (a hit: {is_hit}) when {own} was committed there, and \
                 {others} elsewhere {BOUND:?} before"
            ));
        }
        if shown < latest {
            let since = there.commits.lock().unwrap();
            let missed = since.iter().find(|(_, version)| **version > shown).map(|(at, _)| *at);
            let late = missed.map_or(0, |at| (Instant::now() - at).as_millis());
            counts.latest.fetch_max(u64::try_from(late).unwrap(), Ordering::SeqCst);
        }
        counts.reads.fetch_add(1, Ordering::SeqCst);
        counts.hits.fetch_add(u64::from(is_hit), Ordering::SeqCst);
        let was_overtaken = [here, there].iter().any(|it| it.committed_by(Instant::now()) > shown);
        counts.overtaken.fetch_add(u64::from(was_overtaken), Ordering::SeqCst);
    }
    Ok(())
}
