//! The import of a stream of debates beside COPY of the very same rows into the same tables.
//!
//! Both begin with empty tables that have all their indexes, constraints and triggers, both are one
//! transaction, and both take turns, so that what else the machine does meets them alike. See
//! `benches/README.md`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement fails by panicking")]

use std::fmt::Write as _;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use debatebase::db::launcher::{Durability, LocalPostgres, Options};
use debatebase::db::{Db, migrations};
use debatebase::formats::reading::no_files;
use debatebase::imports::reading::{EVENTS, Opened};
use debatebase::imports::{self, Event, Mode, Readable, Settings};
use futures_util::{SinkExt, TryStreamExt};
use tokio::sync::mpsc;
use tokio_postgres::{Client, NoTls};

/// How many arguments the stream has, unless the first word after `--` says another number.
const ARGUMENTS: usize = 40_000;

/// How often each is measured.
const ROUNDS: usize = 7;

/// How many arguments a topic has.
const IN_A_TOPIC: usize = 200;

/// The tables, what is named before what names it.
const TABLES: [&str; 7] =
    ["sources", "topics", "positions", "arguments", "relations", "premises", "citations"];

/// A directory that is removed at the end.
struct Directory(PathBuf);

impl Drop for Directory {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

fn main() {
    let given = std::env::args().skip(1).find_map(|word| word.parse().ok());
    let arguments = given.unwrap_or(ARGUMENTS);
    let directory = std::env::temp_dir().join(format!("debatebase-bench-{}", std::process::id()));
    std::fs::create_dir(&directory).unwrap();
    let directory = Directory(directory);
    let pg_bin = std::env::var_os("PG_BIN");
    let options = Options {
        data_dir: &directory.0.join("data"),
        pg_bin: pg_bin.as_deref().map(Path::new),
        durability: Durability::Safe,
        settings: &[],
    };
    let postgres = LocalPostgres::start(&options).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure(&postgres.url("postgres"), &directory.0, arguments));
}

async fn measure(url: &str, directory: &Path, arguments: usize) {
    migrations::run(url).await.unwrap();
    let file = directory.join("debates.ndjson");
    std::fs::write(&file, debates(arguments)).unwrap();
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    let db = Db::new(url, 2).unwrap();

    // The first import gives the rows that COPY takes.
    import(&db, &file).await;
    let (dump, rows) = dumped(&client).await;
    println!("{arguments} arguments are {rows} rows of {} tables", TABLES.len());
    let (mut imports, mut copies) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        empty(&client).await;
        let import = timed(import(&db, &file)).await;
        empty(&client).await;
        let copy = timed(copy(&client, &dump)).await;
        println!("{round}: import {import:.2?}, COPY {copy:.2?}");
        imports.push(import);
        copies.push(copy);
    }
    let (import, copy) = (median(imports), median(copies));
    let each_second =
        |time: Duration| f64::from(u32::try_from(rows).unwrap_or(u32::MAX)) / time.as_secs_f64();
    println!("import: {import:.2?}, {:.0} rows a second", each_second(import));
    println!("COPY:   {copy:.2?}, {:.0} rows a second", each_second(copy));
    println!("ratio:  {:.2}", copy.as_secs_f64() / import.as_secs_f64());
    db.close();
}

async fn timed(work: impl Future<Output = ()>) -> Duration {
    let since = Instant::now();
    work.await;
    since.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap()
}

/// As the command does it: a thread reads the file while it is written.
async fn import(db: &Db, file: &Path) {
    let (events, mut found) = mpsc::channel(EVENTS);
    let format = Readable::named("ndjson").unwrap();
    let mut opened = Opened::new(BufReader::with_capacity(64 * 1024, File::open(file).unwrap()));
    let reading = std::thread::spawn(move || {
        opened.read(format, None, &no_files, &events).unwrap();
        events.blocking_send(Event::End).unwrap();
    });
    let settings = Settings {
        format: "ndjson",
        mode: Mode::Atomic,
        dry_run: false,
        prune: false,
        scattered: format.scatters_topics(),
    };
    let report = imports::run(db, &settings, &mut found).await.unwrap();
    reading.join().unwrap();
    assert!(report.applied, "{:?}", report.notes.first());
}

/// What COPY takes of one table.
struct Table {
    into: String,
    chunks: Vec<Bytes>,
}

/// All rows, and how many there are.
async fn dumped(client: &Client) -> (Vec<Table>, u64) {
    let (mut dump, mut rows) = (Vec::new(), 0);
    for table in TABLES {
        let columns = "select string_agg(format('%I', attname), ', ' order by attnum) \
                       from pg_attribute where attrelid = to_regclass($1) and attnum > 0 \
                       and not attisdropped and attgenerated = ''";
        let columns: String = client.query_one(columns, &[&table]).await.unwrap().get(0);
        let count = client.query_one(&format!("select count(*) from {table}"), &[]).await.unwrap();
        rows += u64::try_from(count.get::<_, i64>(0)).unwrap();
        let chunks = client.copy_out(&format!("copy {table} ({columns}) to stdout")).await.unwrap();
        let lines: Vec<Bytes> = chunks.try_collect().await.unwrap();
        // In pieces as large as those that `psql` sends.
        let chunks = lines.concat().chunks(64 * 1024).map(Bytes::copy_from_slice).collect();
        dump.push(Table { into: format!("copy {table} ({columns}) from stdin"), chunks });
    }
    (dump, rows)
}

/// The same rows, by nothing but COPY.
async fn copy(client: &Client, dump: &[Table]) {
    client.batch_execute("begin").await.unwrap();
    for table in dump {
        let sink = client.copy_in(&table.into).await.unwrap();
        let mut sink = std::pin::pin!(sink);
        for chunk in &table.chunks {
            sink.feed(chunk.clone()).await.unwrap();
        }
        sink.finish().await.unwrap();
    }
    client.batch_execute("commit").await.unwrap();
}

async fn empty(client: &Client) {
    // Ready outlines name their topics, so they go, too.
    let truncate = format!("truncate {}, outlines", TABLES.join(", "));
    client.batch_execute(&truncate).await.unwrap();
    // What is left to be written of one must not burden the other.
    client.batch_execute("checkpoint").await.unwrap();
}

/// A stream of debates: texts of the length of real ones, a relation for each argument, every tenth
/// an undercut, every fifth of two premises, and a quote for every fourth argument.
fn debates(arguments: usize) -> String {
    const WORDS: [&str; 12] = [
        "trams", "carry", "people", "through", "quiet", "streets", "while", "buses", "need",
        "fuel", "every", "day",
    ];
    let words = |from: usize, count: usize| {
        let words = (0..count).filter_map(|at| {
            WORDS.get((from * 7 + at * at + from * at / 3) % WORDS.len()).copied()
        });
        words.collect::<Vec<_>>().join(" ")
    };
    let mut stream = String::new();
    let sentence = |number: usize| format!("In the year {number} {}.", words(number, 9));
    let text = (1900..1950).map(sentence).collect::<Vec<_>>().join(" ");
    let topics = arguments.div_ceil(IN_A_TOPIC);
    for topic in 0..topics {
        let source = serde_json::json!({"slug": format!("source-{topic}"), "title": words(topic, 6), "text": text});
        writeln!(stream, "{}", serde_json::json!({"debatebase": 1, "source": source})).unwrap();
    }
    for topic in 0..topics {
        let own = IN_A_TOPIC.min(arguments - topic * IN_A_TOPIC);
        let (mut reasons, mut relations, mut citations) = (Vec::new(), Vec::new(), Vec::new());
        for at in 0..own {
            reasons.push(serde_json::json!({
                "slug": format!("argument-{at}"), "claim": words(topic + at, 18), "body": words(at, 60),
            }));
            let target = match at {
                0..3 => serde_json::json!({"position": format!("position-{}", at % 2)}),
                _ if at % 10 == 0 => {
                    serde_json::json!({"relation": format!("relation-{}", at / 2)})
                }
                _ => serde_json::json!({"argument": format!("argument-{}", at / 3)}),
            };
            let mut premises = vec![format!("argument-{at}")];
            if at % 5 == 4 {
                premises.push(format!("argument-{}", at - 1));
            }
            relations.push(serde_json::json!({
                "slug": format!("relation-{at}"), "premises": premises, "target": target,
                "kind": if at % 3 == 0 { "attacks" } else { "supports" },
            }));
            if at % 4 == 0 {
                citations.push(serde_json::json!({
                    "slug": format!("citation-{at}"), "source": format!("source-{topic}"),
                    "exact": sentence(1900 + at / 4), "backs": {"argument": format!("argument-{at}")},
                }));
            }
        }
        let topic = serde_json::json!({
            "slug": format!("topic-{topic}"), "title": words(topic, 8),
            "positions": [
                {"slug": "position-0", "statement": words(topic, 7)},
                {"slug": "position-1", "statement": words(topic + 1, 7)},
            ],
            "arguments": reasons, "relations": relations, "quotes": citations,
        });
        writeln!(stream, "{}", serde_json::json!({"debatebase": 1, "topic": topic})).unwrap();
    }
    stream
}
