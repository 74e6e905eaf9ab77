//! Reads and writes of the program, with answers in memory and without, beside a handler that
//! answers the same bytes from memory (the limit of HTTP) and beside pgbench with the same SQL (the
//! limit of the database). All take turns, so that what else the machine does meets them alike;
//! what is told are medians, and ratios within one run. See `benches/README.md`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a measurement fails by panicking"
)]

mod data;
mod driver;
mod report;

use std::collections::HashMap;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use bytes::Bytes;
use clap::Parser;
use debatebase::db::launcher::{Durability, LocalPostgres, Options};

use self::data::Numbers;
use self::driver::{Measured, drive};
use self::report::Report;

/// How much is measured.
#[derive(Debug, Parser)]
struct Asked {
    /// How many topics there are, each of 3 positions and 75 arguments.
    #[arg(long, default_value_t = 500)]
    topics: usize,
    /// How long each turn takes, in seconds.
    #[arg(long, default_value_t = 2)]
    seconds: u64,
    /// How many turns each has.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Where the table and the plot are written; nowhere by default.
    #[arg(long)]
    into: Option<PathBuf>,
    /// Fails if a ratio is less than half of its bar.
    #[arg(long)]
    guard: bool,
    /// What cargo gives to every measurement.
    #[arg(long, hide = true)]
    bench: bool,
}

/// How many connections are open, for reads and for writes.
const READERS: u64 = 8;
const WRITERS: u64 = 32;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Workload {
    Topic,
    Outline,
    List,
    Search,
    Create,
    Patch,
    Mix,
}

impl Workload {
    const ALL: [Self; 7] = [
        Self::Topic,
        Self::Outline,
        Self::List,
        Self::Search,
        Self::Create,
        Self::Patch,
        Self::Mix,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Topic => "topic",
            Self::Outline => "outline",
            Self::List => "list",
            Self::Search => "search",
            Self::Create => "create argument",
            Self::Patch => "patch topic",
            Self::Mix => "95 % reads, 5 % writes",
        }
    }

    /// The script that has the same SQL.
    fn script(self) -> Option<&'static str> {
        match self {
            Self::Topic => Some("topic.sql"),
            Self::Outline => Some("outline.sql"),
            Self::List => Some("list.sql"),
            Self::Search | Self::Create | Self::Patch | Self::Mix => None,
        }
    }

    fn connections(self) -> u64 {
        if matches!(self, Self::Create | Self::Patch) { WRITERS } else { READERS }
    }

    /// A request. Some topics are asked for more than others (Zipf), and some words.
    fn request(self, numbers: &mut Numbers, topics: usize, key: &str) -> String {
        let topic = numbers.ranked(topics);
        let get = |path: String| format!("GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n");
        let send = |method: &str, path: &str, body: String| {
            format!(
                "{method} {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {key}\r\n\
                 content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            )
        };
        match self {
            Self::Topic => get(format!("/v1/topics/topic-{topic}")),
            Self::Outline => get(format!("/v1/topics/topic-{topic}/outline")),
            Self::List => get("/v1/topics?limit=20".to_owned()),
            Self::Search => get(format!("/v1/search?q={}", data::word(20 + numbers.ranked(500)))),
            Self::Create => {
                let claim = format!("{} {}", data::word(numbers.below(20_000)), numbers.next());
                let any = numbers.below(topics);
                send(
                    "POST",
                    &format!("/v1/topics/topic-{any}/arguments"),
                    format!(
                        "{{\"claim\":\"{claim}\",\"supports\":[{{\"position\":\"position-0\"}}]}}"
                    ),
                )
            }
            Self::Patch => {
                let any = numbers.below(topics);
                send(
                    "PATCH",
                    &format!("/v1/topics/topic-{any}"),
                    format!("{{\"summary\":\"{}\"}}", numbers.next()),
                )
            }
            Self::Mix => match numbers.below(100) {
                0..3 => Self::Create.request(numbers, topics, key),
                3..5 => Self::Patch.request(numbers, topics, key),
                5..45 => Self::Topic.request(numbers, topics, key),
                45..75 => Self::Outline.request(numbers, topics, key),
                75..90 => Self::List.request(numbers, topics, key),
                _ => Self::Search.request(numbers, topics, key),
            },
        }
    }
}

/// A process that ends with the measurement.
struct Running {
    child: Child,
    address: String,
}

impl Running {
    fn start(command: &mut Command, port: u16) -> Self {
        let child = command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap();
        let address = format!("127.0.0.1:{port}");
        let begun = Instant::now();
        while std::net::TcpStream::connect(&address).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(60), "nothing answers at {address}");
            thread::sleep(Duration::from_millis(20));
        }
        Self { child, address }
    }

    /// The most memory that was resident, in megabytes.
    fn memory(&self) -> String {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|it| it.trim().split(' ').next()?.parse::<u64>().ok());
        kilobytes.map_or_else(|| "?".to_owned(), |kb| (kb / 1000).to_string())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn main() {
    let words: Vec<String> = std::env::args().collect();
    if words.get(1).is_some_and(|word| word == "constant") {
        constant(words[2].parse().unwrap(), Path::new(&words[3]));
    } else {
        measure(&Asked::parse());
    }
}

/// A handler that answers the bytes of a file of the directory, by the last word of the path.
fn constant(port: u16, directory: &Path) {
    let read = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().unwrap();
        (name, Bytes::from(fs::read(entry.path()).unwrap()))
    };
    let bodies = fs::read_dir(directory).unwrap().map(|entry| read(entry.unwrap()));
    let bodies: Arc<HashMap<String, Bytes>> = Arc::new(bodies.collect());
    let answer = async |request: HttpRequest, bodies: web::Data<HashMap<String, Bytes>>| {
        let name = request.path().rsplit('/').next().unwrap_or_default();
        let body = bodies.get(name).cloned().unwrap_or_default();
        HttpResponse::Ok().content_type("application/json").body(body)
    };
    let server = HttpServer::new(move || {
        App::new().app_data(web::Data::from(Arc::clone(&bodies))).default_service(web::to(answer))
    });
    let server = server.bind(("127.0.0.1", port)).unwrap().run();
    actix_web::rt::System::new().block_on(server).unwrap();
}

struct Directory(PathBuf);

impl Drop for Directory {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

fn measure(asked: &Asked) {
    let directory = std::env::temp_dir().join(format!("debatebase-bench-{}", std::process::id()));
    fs::create_dir(&directory).unwrap();
    let directory = Directory(directory);
    let pg_bin = std::env::var_os("PG_BIN");
    let postgres = LocalPostgres::start(&Options {
        data_dir: &directory.0.join("data"),
        pg_bin: pg_bin.as_deref().map(Path::new),
        durability: Durability::Safe,
        settings: &[],
    })
    .unwrap();
    let url = postgres.url("postgres");
    let key = fill(&url, &directory.0, asked.topics);

    let program = |cache: &str| {
        let port = free_port();
        let mut command = debatebase(&directory.0, &url);
        command.env("CACHE_SIZE", cache).env("LISTEN", format!("127.0.0.1:{port}"));
        command.args(["serve", "--seed", "none", "--log", "warn"]);
        for limit in ["RATE_LIMIT_READ", "RATE_LIMIT_WRITE"] {
            command.env(limit, "off");
        }
        Running::start(&mut command, port)
    };
    let (with, without) = (program("67108864"), program("0"));
    let at_rest = [with.memory(), without.memory()];
    let bodies = directory.0.join("bodies");
    let limit = limit_of_http(&bodies, &without.address);

    let mut report = Report::new(asked.topics, asked.rounds, asked.seconds);
    for workload in Workload::ALL {
        let time = Duration::from_secs(asked.seconds);
        let mut all: [Vec<Measured>; 4] = Default::default();
        for _ in 0..asked.rounds {
            let own = |numbers: &mut Numbers| workload.request(numbers, asked.topics, &key);
            let constant = |_: &mut Numbers| {
                let name = if workload == Workload::Mix { "topic" } else { workload.name() };
                format!("GET /{name} HTTP/1.1\r\nhost: bench\r\n\r\n")
            };
            let connections = workload.connections();
            all[0].push(drive(&with.address, connections, time, &own));
            all[1].push(drive(&without.address, connections, time, &own));
            if !matches!(workload, Workload::Create | Workload::Patch) {
                all[2].push(drive(&limit.address, connections, time, &constant));
            }
            if let Some(script) = workload.script() {
                all[3].extend(pgbench(&url, script, asked));
            }
        }
        report.add(workload.name(), &all);
        println!("{}", report.last());
    }
    report.memory(&[
        format!("at rest: {} MB with the cache, {} MB without", at_rest[0], at_rest[1]),
        format!(
            "at the end: {} MB with the cache (64 MiB), {} MB without",
            with.memory(),
            without.memory()
        ),
    ]);
    println!("\n{}", report.table());
    if let Some(into) = &asked.into {
        fs::create_dir_all(into).unwrap();
        fs::write(into.join("reads.md"), report.document()).unwrap();
        fs::write(into.join("reads.svg"), report.plot()).unwrap();
    }
    drop((with, without, limit));
    let faults = report.below_half_of_the_bars();
    assert!(!asked.guard || faults.is_empty(), "{faults:#?}");
}

fn debatebase(directory: &Path, url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_debatebase"));
    command.current_dir(directory).env("DATABASE_URL", url);
    command
}

/// Fills the database, and gives a key that allows everything.
fn fill(url: &str, directory: &Path, topics: usize) -> String {
    let begun = Instant::now();
    let file = directory.join("debates.ndjson");
    fs::write(&file, data::debates(topics)).unwrap();
    let run = |arguments: &[&str]| {
        let done = debatebase(directory, url).args(arguments).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    };
    run(&["migrate"]);
    run(&["import", file.to_str().unwrap()]);
    let key = run(&["key", "create", "--label", "bench", "--scope", "admin"]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let (client, connection) =
            tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute("vacuum analyze").await.unwrap();
    });
    println!("{topics} topics were made in {:.0?}", begun.elapsed());
    key.trim().to_owned()
}

/// Starts the handler of constant bytes, over answers of the program.
fn limit_of_http(directory: &Path, address: &str) -> Running {
    fs::create_dir(directory).unwrap();
    for workload in [Workload::Topic, Workload::Outline, Workload::List, Workload::Search] {
        let request = workload.request(&mut Numbers(1), 1, "");
        let path = request.split(' ').nth(1).unwrap();
        fs::write(directory.join(workload.name()), driver::body(address, path)).unwrap();
    }
    let port = free_port();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["constant", &port.to_string()]).arg(directory);
    Running::start(&mut command, port)
}

/// The same SQL by pgbench, if it is there.
fn pgbench(url: &str, script: &str, asked: &Asked) -> Option<Measured> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/pgbench").join(script);
    let found = std::env::var_os("PG_BIN").map(|bin| Path::new(&bin).join("pgbench"));
    let mut command = Command::new(found.unwrap_or_else(|| "pgbench".into()));
    command.args(["-n", "-M", "prepared", "-j", "2"]).arg("-c").arg(READERS.to_string());
    command.arg("-T").arg(asked.seconds.to_string()).arg("-f").arg(script);
    command.arg("-D").arg(format!("topics={}", asked.topics)).arg(url);
    let output = command.output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let rate = text.split("tps = ").nth(1)?.split(' ').next()?.parse().ok()?;
    Some(Measured { rate, ..Measured::default() })
}
