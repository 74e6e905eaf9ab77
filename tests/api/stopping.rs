//! How the program ends: not ready first, then finishing what is in flight, within its time.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use diesel_async::SimpleAsyncConnection;
use nix::sys::signal::Signal;

use crate::serving::{Directory, PATIENCE, Serving, ask, program};
use crate::support::{Content, TestDatabase, on_a_runtime, somebody_waits};

const TOPIC: &str = "/v1/topics/llama-altruism-or-strategy";

/// A connection that is kept open for more requests.
struct KeptOpen(BufReader<TcpStream>);

impl KeptOpen {
    fn to(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(BufReader::new(stream))
    }

    fn send(&mut self, request: &str) {
        self.0.get_mut().write_all(request.as_bytes()).unwrap();
    }

    /// Reads one whole answer.
    fn answer(&mut self) -> String {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(self.0.read_line(&mut head).unwrap() > 0, "cut off after {head:?}");
        }
        let length = head.split("content-length: ").nth(1).unwrap().lines().next().unwrap();
        let mut body = vec![0; length.parse().unwrap()];
        self.0.read_exact(&mut body).unwrap();
        head + std::str::from_utf8(&body).unwrap()
    }

    fn get(&mut self, path: &str) -> String {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        self.answer()
    }

    /// Whether the other side ends it without an answer, in whatever way.
    fn is_cut_off(&mut self) -> bool {
        match self.0.read(&mut [0; 1]) {
            Ok(read) => read == 0,
            Err(error) => error.kind() == ErrorKind::ConnectionReset,
        }
    }

    /// Whether the other side closes it without another word.
    fn is_closed(&mut self) -> bool {
        matches!(self.0.read(&mut [0; 1]), Ok(0))
    }
}

fn closes(answer: &str) -> bool {
    answer.contains("\r\nconnection: close\r\n")
}

fn patch(key: &str, summary: &str) -> String {
    let body = format!("{{\"summary\": \"{summary}\"}}");
    format!(
        "PATCH {TOPIC} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Somebody holds all topics until told to let go, so that requests that change one are in flight
/// for as long as we like.
fn hold_the_topics(url: String) -> Sender<()> {
    let ((has_it, holds), (let_go, lets_go)) = (channel(), channel::<()>());
    thread::spawn(move || {
        on_a_runtime(async move {
            let mut holder = debatebase::db::connect(&url).await.unwrap();
            let lock = "begin; lock table topics in exclusive mode";
            holder.batch_execute(lock).await.unwrap();
            has_it.send(()).unwrap();
            // A test that fails lets go by its end.
            _ = lets_go.recv_timeout(PATIENCE);
            _ = holder.batch_execute("commit").await;
        });
    });
    holds.recv_timeout(PATIENCE).unwrap();
    let_go
}

fn wait_until_somebody_waits(url: &str) {
    on_a_runtime(async {
        let mut watcher = debatebase::db::connect(url).await.unwrap();
        somebody_waits(&mut watcher).await;
    });
}

#[track_caller]
fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let since = Instant::now();
    while !holds() {
        assert!(since.elapsed() < PATIENCE, "it never happens that {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn under_load_readiness_flips_first_and_no_request_is_lost() {
    let directory = Directory::new();
    let database = TestDatabase::with(Content::Essay);
    let mut command = program(&directory);
    command.args(["--database-url", &database.url(), "--drain-delay", "600"]);
    let mut serving = Serving::start(&mut command);
    let address = serving.address.clone();
    let let_go = hold_the_topics(database.url());
    // Some requests are in flight at the moment of the signal, …
    let mut held: Vec<KeptOpen> = (0..4).map(|_| KeptOpen::to(&address)).collect();
    for (number, connection) in held.iter_mut().enumerate() {
        connection.send(&patch(database.key().unwrap(), &format!("Held {number}.")));
    }
    wait_until_somebody_waits(&database.url());
    // … some connections are idle, …
    let mut idle: Vec<KeptOpen> = (0..4).map(|_| KeptOpen::to(&address)).collect();
    for connection in &mut idle {
        assert!(!closes(&connection.get("/health/live")));
    }
    // … and some clients ask all the time, each until it is told to go elsewhere.
    let (answered, answers) = channel();
    let load: Vec<_> = (0..4)
        .map(|_| {
            let (address, answered) = (address.clone(), answered.clone());
            thread::spawn(move || {
                let mut connection = KeptOpen::to(&address);
                loop {
                    let answer = connection.get(TOPIC);
                    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
                    if closes(&answer) {
                        break connection;
                    }
                    _ = answered.send(());
                }
            })
        })
        .collect();
    for _ in 0..40 {
        answers.recv_timeout(PATIENCE).unwrap();
    }

    serving.signal(Signal::SIGTERM);

    wait_until("it is not ready", || {
        let ready = serving.get("/health/ready");
        assert!(ready.contains("\"ready\"") || ready.contains("\"draining\""), "{ready}");
        ready.starts_with("HTTP/1.1 503 ")
    });
    // Whoever has not noticed yet is still answered, and told to go elsewhere.
    for client in load {
        assert!(client.join().unwrap().is_closed());
    }
    let late = KeptOpen::to(&address).get(TOPIC);
    assert!(late.starts_with("HTTP/1.1 200 OK\r\n") && closes(&late), "{late}");

    // A second signal ends the delay.
    serving.signal(Signal::SIGTERM);

    wait_until("it takes no connection", || TcpStream::connect(&address).is_err());
    // Idle connections are closed at once, and do not keep it.
    for connection in &mut idle {
        assert!(connection.is_closed());
    }
    let_go.send(()).unwrap();
    for connection in &mut held {
        let answer = connection.answer();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && closes(&answer), "{answer}");
        assert!(answer.contains("\"summary\":\"Held "), "{answer}");
    }
    let (status, log) = serving.end();
    assert_eq!(status.code(), Some(0), "{log:#?}");
    assert!(!log.iter().any(|line| line.contains("cut off")), "{log:#?}");
}

#[test]
fn a_request_that_takes_longer_than_the_deadline_does_not_keep_the_program() {
    let directory = Directory::new();
    let database = TestDatabase::with(Content::Essay);
    let mut command = program(&directory);
    command.args(["--database-url", &database.url(), "--shutdown-timeout", "1"]);
    let mut serving = Serving::start(&mut command);
    let let_go = hold_the_topics(database.url());
    let mut held = KeptOpen::to(&serving.address);
    held.send(&patch(database.key().unwrap(), "Never written."));
    wait_until_somebody_waits(&database.url());

    serving.signal(Signal::SIGTERM);
    let (status, log) = serving.end();

    assert_eq!(status.code(), Some(0), "{log:#?}");
    assert!(held.is_cut_off());
    let told = "1 request(s) take longer than 1 s and are cut off";
    assert!(log.iter().any(|line| line.contains(told)), "{log:#?}");
    let_go.send(()).unwrap();
}

#[test]
fn a_person_who_stops_it_does_not_wait_for_balancers() {
    let directory = Directory::new();
    let database = TestDatabase::with(Content::Essay);
    let mut command = program(&directory);
    command.args(["--database-url", &database.url(), "--drain-delay", "600"]);
    let mut serving = Serving::start(&mut command);

    serving.signal(Signal::SIGINT);
    let (status, log) = serving.end();

    assert_eq!(status.code(), Some(0), "{log:#?}");
}

#[test]
fn what_is_in_flight_is_finished_before_the_program_ends() {
    let directory = Directory::new();
    let database = TestDatabase::with(Content::Essay);
    let key = database.key().unwrap();
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let mut serving =
            Serving::start(program(&directory).args(["--database-url", &database.url()]));
        let answer = thread::scope(|scope| {
            let let_go = hold_the_topics(database.url());
            let address = &serving.address;
            let body = format!("{{\"summary\": \"Written while a signal came: {signal}.\"}}");
            let request = format!(
                "PATCH {TOPIC} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
                 Authorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            let asked = scope.spawn(move || ask(address, &request));
            wait_until_somebody_waits(&database.url());
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
