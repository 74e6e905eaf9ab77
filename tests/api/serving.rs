//! The program itself, over sockets and signals: how it starts, what it says, how it stops.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use diesel_async::SimpleAsyncConnection;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::support::{TestDatabase, nobody_waits, on_a_runtime, somebody_waits};

pub const PATIENCE: Duration = Duration::from_secs(60);

/// A directory that is removed with its test.
pub struct Directory(PathBuf);

impl Directory {
    pub fn new() -> Self {
        let name = format!("debatebase-serving-{}", uuid::Uuid::now_v7().simple());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        // PostgreSQL's own account has to pass it.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        Self(path)
    }

    pub fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

/// The program, in a directory and an environment of its own.
pub fn program(directory: &Directory) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_debatebase"));
    command.current_dir(&directory.0).env("LISTEN", "127.0.0.1:0").env("DRAIN_DELAY", "0");
    for setting in ["DATABASE_URL", "DATA_DIR", "LOG_FORMAT", "RUST_LOG", "READ_ONLY", "SEED"] {
        command.env_remove(setting);
    }
    for setting in ["ADMIN_LISTEN", "SHUTDOWN_TIMEOUT"] {
        command.env_remove(setting);
    }
    command
}

/// The program, serving.
pub struct Serving {
    child: Child,
    pub address: String,
    pub greeting: String,
    log: Receiver<String>,
}

impl Serving {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let log = lines(child.stderr.take().unwrap());
        let said = lines(child.stdout.take().unwrap());
        let mut greeting = String::new();
        while !greeting.contains("curl http://") {
            let Ok(line) = said.recv_timeout(PATIENCE) else {
                _ = child.kill();
                let log: Vec<String> = log.try_iter().collect();
                panic!("it said {greeting:?} and logged {log:#?}");
            };
            greeting += &line;
            greeting.push('\n');
        }
        let address = greeting.split("http://").nth(1).unwrap().split('/').next().unwrap();
        Self { address: address.to_owned(), child, greeting, log }
    }

    /// Sends a request and gives the whole answer.
    pub fn ask(&self, request: &str) -> String {
        ask(&self.address, request)
    }

    pub fn get(&self, path: &str) -> String {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
    }

    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).unwrap();
        kill(Pid::from_raw(pid), signal).unwrap();
    }

    /// Waits for its end. What it logged since the start comes with it.
    pub fn end(&mut self) -> (ExitStatus, Vec<String>) {
        let since = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, self.log.iter().collect());
            }
            assert!(since.elapsed() < PATIENCE, "it does not end");
            thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn stop(mut self) -> Vec<String> {
        self.signal(Signal::SIGTERM);
        let (status, log) = self.end();
        assert!(status.success(), "{status}: {log:#?}");
        log
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|status| status.is_none()) {
            // The one that waits for no balancers.
            self.signal(Signal::SIGINT);
            _ = self.child.wait();
        }
    }
}

pub fn ask(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            _ = sender.send(line);
        }
    });
    receiver
}

fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// The pid of the PostgreSQL in a data directory, if one has left it.
pub fn postgresql(data: &Path) -> Option<u32> {
    let file = fs::read_to_string(data.join("postgres/postmaster.pid")).ok()?;
    file.lines().next()?.parse().ok()
}

#[test]
fn a_first_start_makes_a_database_seeds_it_and_says_where_everything_is() {
    let directory = Directory::new();
    let data = directory.data();

    let first = Serving::start(program(&directory).arg("--data-dir").arg(&data));
    let greeting = first.greeting.clone();
    let tried = greeting.split("curl http://").nth(1).unwrap().trim();
    let (address, path) = tried.split_once('/').unwrap();
    let answer = first.get(&format!("/{path}"));
    let log = first.stop();

    assert_eq!(address, greeting.split("http://").nth(1).unwrap().split('/').next().unwrap());
    assert!(greeting.contains(&format!("API   http://{address}/v1/topics\n")), "{greeting}");
    assert!(greeting.contains(&format!("Docs  http://{address}/docs/\n")), "{greeting}");
    assert!(greeting.contains(data.file_name().unwrap().to_str().unwrap()), "{greeting}");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("\"diverse-competition\""), "{answer}");
    assert!(log.iter().any(|line| line.contains("5 topics")), "{log:#?}");
    assert_eq!(postgresql(&data), None, "PostgreSQL was left running");

    let second = Serving::start(program(&directory).arg("--data-dir").arg(&data));
    assert!(second.get("/v1/topics").contains("llama-altruism-or-strategy"));
    let log = second.stop();
    assert!(!log.iter().any(|line| line.contains("seeded")), "{log:#?}");
}

#[test]
fn a_postgresql_that_a_killed_program_left_is_taken_over() {
    let directory = Directory::new();
    let data = directory.data();
    let mut first = Serving::start(program(&directory).arg("--data-dir").arg(&data));
    let left = postgresql(&data).unwrap();
    first.signal(Signal::SIGKILL);
    first.end();

    let second = Serving::start(program(&directory).arg("--data-dir").arg(&data));

    assert_eq!(postgresql(&data), Some(left));
    assert!(second.get("/health/ready").starts_with("HTTP/1.1 200 OK\r\n"));
    second.stop();
    assert_eq!(postgresql(&data), None, "PostgreSQL was left running");
}

#[test]
fn a_postgresql_that_is_killed_is_started_again() {
    let directory = Directory::new();
    let data = directory.data();
    let serving = Serving::start(program(&directory).arg("--data-dir").arg(&data));
    let killed = postgresql(&data).unwrap();

    kill(Pid::from_raw(i32::try_from(killed).unwrap()), Signal::SIGKILL).unwrap();

    // It is told to come again, until it is told what it asked for.
    let since = Instant::now();
    let runs_again = || {
        postgresql(&data).is_some_and(|pid| pid != killed)
            && serving.get("/health/ready").starts_with("HTTP/1.1 200 OK\r\n")
    };
    while !runs_again() {
        assert!(since.elapsed() < PATIENCE, "it does not come back");
        thread::sleep(Duration::from_millis(50));
    }
    let topics = serving.get("/v1/topics");
    assert!(topics.contains("llama-altruism-or-strategy"), "{topics}");
    let log = serving.stop();
    assert!(log.iter().any(|line| line.contains("PostgreSQL has ended by itself")), "{log:#?}");
    assert_eq!(postgresql(&data), None, "PostgreSQL was left running");
}

#[test]
fn a_second_program_is_told_who_holds_the_data() {
    let directory = Directory::new();
    let data = directory.data();
    let first = Serving::start(program(&directory).arg("--data-dir").arg(&data));

    let second = run(program(&directory).arg("--data-dir").arg(&data));

    assert!(!second.status.success());
    let holder = format!("process {}, serving http://{}", first.child.id(), first.address);
    assert!(text(&second.stderr).contains(&holder), "{}", text(&second.stderr));
    assert!(first.get("/health/ready").starts_with("HTTP/1.1 200 OK\r\n"));
    first.stop();
}

#[test]
fn a_client_that_hangs_up_cancels_what_it_read() {
    let directory = Directory::new();
    let database = TestDatabase::bare();
    let serving = Serving::start(program(&directory).args(["--database-url", &database.url()]));

    on_a_runtime(async {
        let mut other = debatebase::db::connect(&database.url()).await.unwrap();
        let mut watcher = debatebase::db::connect(&database.url()).await.unwrap();
        for path in [
            "/v1/topics/llama-altruism-or-strategy/outline",
            "/v1/topics/llama-altruism-or-strategy/graph",
            "/v1/topics?count=exact",
        ] {
            let lock = "begin; lock table topics in access exclusive mode";
            other.batch_execute(lock).await.unwrap();
            let mut client = TcpStream::connect(&serving.address).unwrap();
            let ask = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
            client.write_all(ask.as_bytes()).unwrap();
            somebody_waits(&mut watcher).await;

            drop(client);

            nobody_waits(&mut watcher).await;
            other.batch_execute("rollback").await.unwrap();
        }
    });
    for _ in 0..20 {
        let answer = serving.get("/v1/topics/llama-altruism-or-strategy/outline");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    }
    serving.stop();
}

#[test]
fn the_head_of_a_request_is_not_waited_for_without_end() {
    let directory = Directory::new();
    let database = TestDatabase::bare();
    let mut command = program(&directory);
    command.args(["--database-url", &database.url(), "--header-timeout", "1"]);
    let serving = Serving::start(&mut command);

    let answer = serving.ask("GET /v1/topics HTTP/1.1\r\nHost: loc");

    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
}

#[test]
fn a_body_that_may_take_longer_than_its_request_is_a_mistake() {
    let directory = Directory::new();

    let output = run(program(&directory).args(["--body-timeout", "60", "--request-timeout", "60"]));

    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("BODY_TIMEOUT must be less than REQUEST_TIMEOUT"));
}

#[test]
fn several_requests_go_over_one_connection() {
    let directory = Directory::new();
    let database = TestDatabase::bare();
    let serving = Serving::start(program(&directory).args(["--database-url", &database.url()]));

    let live = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let last = "GET /version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let answers = serving.ask(&format!("{live}{live}{last}"));

    assert_eq!(answers.matches("HTTP/1.1 200 OK\r\n").count(), 3, "{answers}");
    assert!(answers.contains(&format!("\"version\":\"{}\"", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn metrics_are_on_a_listener_of_their_own() {
    let directory = Directory::new();
    let database = TestDatabase::bare();
    let mut command = program(&directory);
    command.args(["--database-url", &database.url(), "--admin-listen", "127.0.0.1:0"]);
    let serving = Serving::start(&mut command);
    let admin = serving.greeting.split("Admin http://").nth(1).unwrap();
    let admin = admin.split('/').next().unwrap();
    let get = |path| format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

    let (private, public) = (ask(admin, &get("/metrics")), serving.get("/metrics"));

    assert!(private.starts_with("HTTP/1.1 200 OK\r\n"), "{private}");
    assert!(private.ends_with("# EOF\n"), "{private}");
    assert!(public.starts_with("HTTP/1.1 404 Not Found\r\n"), "{public}");
    let topics = ask(admin, &get("/v1/topics"));
    assert!(topics.starts_with("HTTP/1.1 404 Not Found\r\n"), "{topics}");
    serving.stop();
}

#[test]
fn every_request_is_a_line_in_the_log() {
    let directory = Directory::new();
    let database = TestDatabase::bare();
    let ask = "GET /v1/topics/no-such-topic HTTP/1.1\r\nHost: localhost\r\n\
               X-Request-Id: ours-1\r\nConnection: close\r\n\r\n";

    let mut human = program(&directory);
    let human = Serving::start(human.args(["--database-url", &database.url()]));
    human.ask(ask);
    let log = human.stop();
    let line = log.iter().find(|line| line.contains("id=ours-1")).expect("no line");
    assert!(line.contains("INFO  GET /v1/topics/{topic} 404 "), "{line}");
    assert!(line.contains("ms id=ours-1"), "{line}");

    let mut json = program(&directory);
    json.env("LOG_FORMAT", "json");
    let json = Serving::start(json.args(["--database-url", &database.url()]));
    json.ask(ask);
    let log = json.stop();
    let log: Vec<Value> = log.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let line = log.iter().find(|line| line["request_id"] == "ours-1").expect("no line");
    assert_eq!(line["method"], "GET");
    assert_eq!(line["route"], "/v1/topics/{topic}");
    assert_eq!(line["status"], 404);
    assert!(line["micros"].as_i64().unwrap() > 0);
}

#[test]
fn settings_come_from_flags_before_the_environment_before_the_file() {
    let directory = Directory::new();
    let (flag, environment, file) =
        (TestDatabase::bare(), TestDatabase::bare(), TestDatabase::bare());
    directory.write(".env", &format!("DATABASE_URL=\"{}\"\n", file.url()));
    let migrated = |output: Output| {
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout).starts_with("Ran ")
    };
    let migrate = || {
        let mut command = program(&directory);
        command.arg("migrate");
        command
    };

    assert!(migrated(run(&mut migrate())));
    assert!(migrated(run(migrate().env("DATABASE_URL", environment.url()))));
    let mut with_all = migrate();
    with_all.env("DATABASE_URL", environment.url()).args(["--database-url", &flag.url()]);
    assert!(migrated(run(&mut with_all)));
    // Each database has its schema now, so each was the one that was meant.
    for mut again in [migrate(), with_all] {
        assert_eq!(text(&run(&mut again).stdout), "The schema is up to date.\n");
    }
}

#[test]
fn the_help_names_every_setting_and_command() {
    let directory = Directory::new();

    let output = run(program(&directory).arg("--help"));

    let help = text(&output.stdout);
    for word in [
        "serve",
        "migrate",
        "seed",
        "openapi",
        "--database-url",
        "DATABASE_URL",
        "--data-dir",
        "DATA_DIR",
        "--pg-bin",
        "PG_BIN",
        "--log-format",
        "LOG_FORMAT",
        "--log ",
        "RUST_LOG",
        "--listen",
        "LISTEN",
        "127.0.0.1:8080",
        "--read-only",
        "READ_ONLY",
        "--seed",
        "SEED",
        "--database-connections",
        "DATABASE_CONNECTIONS",
        "--workers",
        "WORKERS",
        "--shutdown-timeout",
        "SHUTDOWN_TIMEOUT",
        "--rate-limit-read",
        "RATE_LIMIT_IMPORT",
        "--trusted-proxies",
        "TRUSTED_PROXIES",
        "--header-timeout",
        "BODY_TIMEOUT",
        "REQUEST_TIMEOUT",
        "--drain-delay",
        "DRAIN_DELAY",
        "--admin-listen",
        "ADMIN_LISTEN",
        "--cors-origins",
        "CORS_ORIGINS",
    ] {
        assert!(help.contains(word), "{word} is not in\n{help}");
    }
}

#[test]
fn the_committed_document_is_what_the_program_prints() {
    let directory = Directory::new();

    let output = run(program(&directory).arg("openapi"));

    assert_eq!(text(&output.stdout), include_str!("../../openapi/openapi.json"));
}

const DEBATE: &str = "
debatebase: 1
sources:
  - {slug: text, title: A text, text_file: text.txt}
topics:
  - slug: small
    title: Is it small?
    source: text
    positions:
      - {slug: it-is, statement: It is., quotes: [It is small.]}
";

#[test]
fn a_curator_seeds_a_file_and_is_told_what_it_did() {
    let directory = Directory::new();
    let database = TestDatabase::bare();
    let file = directory.write("debate.yaml", DEBATE);
    directory.write("text.txt", "They say: It is small.");
    let seed = || {
        run(program(&directory).arg("seed").arg(&file).args(["--database-url", &database.url()]))
    };

    let (first, second) = (seed(), seed());

    let name = file.display();
    assert_eq!(
        text(&first.stdout),
        format!("{name}: created 1 source, 1 topic, 1 position, 1 citation\n")
    );
    assert_eq!(
        text(&second.stdout),
        format!("{name}: left as it was 1 source, 1 topic, 1 position, 1 citation\n")
    );
}

#[test]
fn a_curator_seeds_beside_a_program_that_is_serving() {
    let directory = Directory::new();
    let data = directory.data();
    let serving = Serving::start(program(&directory).arg("--data-dir").arg(&data));
    let file = directory.write("debate.yaml", DEBATE);
    directory.write("text.txt", "They say: It is small.");

    let seeded = run(program(&directory).arg("seed").arg(&file).arg("--data-dir").arg(&data));

    assert!(seeded.status.success(), "{}", text(&seeded.stderr));
    assert!(serving.get("/v1/topics/small").starts_with("HTTP/1.1 200 OK\r\n"));
    serving.stop();
}

#[test]
fn a_curator_is_told_where_a_file_is_wrong() {
    let directory = Directory::new();
    let database = TestDatabase::bare();
    let file = directory.write("debate.yaml", &DEBATE.replace("statement: It is.,", ""));
    directory.write("text.txt", "They say: It is small.");
    let secret = directory.write("debate-2.yaml", &DEBATE.replace("text.txt", "../../etc/passwd"));

    let mut command = program(&directory);
    let output = run(command.arg("seed").arg(&file).args(["--database-url", &database.url()]));
    let mut command = program(&directory);
    let other = run(command.arg("seed").arg(&secret).args(["--database-url", &database.url()]));

    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        text(&output.stderr),
        format!("error: {}: line 10, column 9: statement: is needed\n", file.display())
    );
    assert_eq!(other.status.code(), Some(1));
    assert!(text(&other.stderr).contains("beside the document"), "{}", text(&other.stderr));
}

#[test]
fn a_database_that_cannot_be_reached_is_an_error_that_says_so() {
    let directory = Directory::new();
    let mut command = program(&directory);

    let output = run(command.args(["--database-url", "postgres://me:secret@127.0.0.1:1/nothing"]));

    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert!(error.contains("PostgreSQL at 127.0.0.1/nothing"), "{error}");
    assert!(!error.contains("secret"), "{error}");
}

#[test]
fn an_address_that_is_taken_is_an_error_that_says_so() {
    let directory = Directory::new();
    let database = TestDatabase::bare();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut command = program(&directory);

    let output = run(command.args(["--database-url", &database.url(), "--listen", &address]));

    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert!(error.contains(&format!("Cannot listen at {address}")), "{error}");
    assert!(error.contains("`--listen` chooses another"), "{error}");
}

/// What a command of the program says, if it succeeds.
fn said(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap().trim().to_owned()
}

/// A request that opens a topic, with this key.
fn opening(key: &str) -> String {
    let body = r#"{"title": "May I?"}"#;
    format!(
        "POST /v1/topics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[test]
fn the_first_start_keeps_a_key_for_its_owner_and_says_where() {
    let directory = Directory::new();
    let file = directory.data().join("admin.key");
    let mut serving = Serving::start(program(&directory).arg("--data-dir").arg(directory.data()));
    let key = fs::read_to_string(&file).unwrap().trim().to_owned();

    assert!(serving.greeting.contains(&format!("Key   {} (allows everything)", file.display())));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(serving.ask(&opening(&key)).starts_with("HTTP/1.1 201 "));
    assert!(serving.ask(&opening(&format!("{key}x"))).starts_with("HTTP/1.1 401 "));
    serving.signal(Signal::SIGTERM);
    let (status, log) = serving.end();
    assert!(status.success());
    // The log names the key by its public id.
    let log = log.join("\n");
    assert!(!log.contains(&key) && !log.contains("dbk_"), "{log}");
    let again = Serving::start(program(&directory).arg("--data-dir").arg(directory.data()));
    assert_eq!(fs::read_to_string(&file).unwrap().trim(), key);
    assert!(again.ask(&opening(&key)).starts_with("HTTP/1.1 201 "));
}

#[test]
fn in_a_database_of_ones_own_the_first_key_is_made_by_command() {
    let directory = Directory::new();
    let database = TestDatabase::bare();
    let run = |arguments: &[&str]| {
        program(&directory).env("DATABASE_URL", database.url()).args(arguments).output().unwrap()
    };
    let first = Serving::start(program(&directory).env("DATABASE_URL", database.url()));
    assert!(
        first.greeting.contains("Key   none yet: `debatebase key create"),
        "{}",
        first.greeting
    );

    let key = said(&run(&["key", "create", "--label", "The club", "--scope", "write"]));
    let bound = said(&run(&[
        "key",
        "create",
        "--label",
        "A guest",
        "--scope",
        "read",
        "--topic",
        "openness-end-or-means",
        "--expires-in-days",
        "30",
    ]));

    assert!(first.ask(&opening(&key)).starts_with("HTTP/1.1 201 "));
    assert!(first.ask(&opening(&bound)).starts_with("HTTP/1.1 403 "));
    let list = said(&run(&["key", "list"]));
    let [guest, club] = list.lines().collect::<Vec<_>>()[..] else { panic!("{list}") };
    assert!(guest.ends_with("read  openness-end-or-means  A guest"), "{list}");
    assert!(club.contains("  works  ") && club.ends_with("write  all topics  The club"), "{list}");
    assert!(!list.contains("dbk_"));
    let id = club.split(' ').next().unwrap();
    said(&run(&["key", "revoke", id]));
    assert!(first.ask(&opening(&key)).starts_with("HTTP/1.1 401 "));
    let wrong = run(&["key", "create", "--label", "A guest", "--scope", "root"]);
    assert!(!wrong.status.success());
    assert!(
        String::from_utf8_lossy(&wrong.stderr).contains("must be one of: read write import admin")
    );
}
