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

const PATIENCE: Duration = Duration::from_secs(60);

/// A directory that is removed with its test.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        let name = format!("debatebase-serving-{}", uuid::Uuid::now_v7().simple());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        // PostgreSQL's own account has to pass it.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        Self(path)
    }

    fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

/// The program, in a directory and an environment of its own.
fn program(directory: &Directory) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_debatebase"));
    command.current_dir(&directory.0).env("LISTEN", "127.0.0.1:0");
    for setting in ["DATABASE_URL", "DATA_DIR", "LOG_FORMAT", "RUST_LOG", "READ_ONLY", "SEED"] {
        command.env_remove(setting);
    }
    command
}

/// The program, serving.
struct Serving {
    child: Child,
    address: String,
    greeting: String,
    log: Receiver<String>,
}

impl Serving {
    fn start(command: &mut Command) -> Self {
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
    fn ask(&self, request: &str) -> String {
        ask(&self.address, request)
    }

    fn get(&self, path: &str) -> String {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).unwrap();
        kill(Pid::from_raw(pid), signal).unwrap();
    }

    /// Waits for its end. What it logged since the start comes with it.
    fn end(&mut self) -> (ExitStatus, Vec<String>) {
        let since = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, self.log.iter().collect());
            }
            assert!(since.elapsed() < PATIENCE, "it does not end");
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn stop(mut self) -> Vec<String> {
        self.signal(Signal::SIGTERM);
        let (status, log) = self.end();
        assert!(status.success(), "{status}: {log:#?}");
        log
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|status| status.is_none()) {
            self.signal(Signal::SIGTERM);
            _ = self.child.wait();
        }
    }
}

fn ask(address: &str, request: &str) -> String {
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
fn postgresql(data: &Path) -> Option<u32> {
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
fn what_is_in_flight_is_finished_before_the_program_ends() {
    let directory = Directory::new();
    let database = TestDatabase::bare();
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let mut serving =
            Serving::start(program(&directory).args(["--database-url", &database.url()]));
        let path = "/v1/topics/llama-altruism-or-strategy";
        let ((has_it, holds), (let_go, lets_go)) = (channel(), channel());
        let url = database.url();
        let answer = thread::scope(|scope| {
            // Somebody holds all topics, so that a request is in flight for as long as we like.
            scope.spawn(move || {
                on_a_runtime(async move {
                    let mut holder = debatebase::db::connect(&url).await.unwrap();
                    let lock = "begin; lock table topics in exclusive mode";
                    holder.batch_execute(lock).await.unwrap();
                    has_it.send(()).unwrap();
                    lets_go.recv_timeout(PATIENCE).unwrap();
                    holder.batch_execute("commit").await.unwrap();
                });
            });
            holds.recv_timeout(PATIENCE).unwrap();
            let address = &serving.address;
            let body = format!("{{\"summary\": \"Written while a signal came: {signal}.\"}}");
            let request = format!(
                "PATCH {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
                 Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            let asked = scope.spawn(move || ask(address, &request));
            on_a_runtime(async {
                let mut watcher = debatebase::db::connect(&database.url()).await.unwrap();
                somebody_waits(&mut watcher).await;
            });
            serving.signal(signal);
            // It takes no new connections, and waits for the one it has.
            thread::sleep(Duration::from_millis(300));
            assert!(!asked.is_finished());
            let_go.send(()).unwrap();
            asked.join().unwrap()
        });
        let (status, log) = serving.end();

        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.contains(&format!("a signal came: {signal}.")), "{answer}");
        assert_eq!(status.code(), Some(0), "{log:#?}");
    }
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
    assert!(answers.ends_with(&format!("\"version\":\"{}\"}}", env!("CARGO_PKG_VERSION"))));
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
