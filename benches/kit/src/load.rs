//! The load: a fixed number of connections, each of which sends its next request when it has the
//! answer to the last one.
//!
//! One thread drives all connections, so that it takes little from the servers that it shares the
//! machine with. Requests are whole and ready in memory; of an answer, only the status and the
//! length are read. It says as one line of JSON what it saw.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use crate::arguments::{Arguments, Failure};
use crate::histogram::Histogram;
use crate::random::{Random, Zipf};

/// How the next request of a file is chosen.
enum Pick {
    /// The first most often.
    Zipf(Zipf),
    Uniform,
    /// One after the other, none twice before all were sent.
    InTurn(AtomicUsize),
}

/// Requests of one kind.
struct Kind {
    name: String,
    requests: Vec<Vec<u8>>,
    /// Its part of all requests, together with those before it.
    reached: f64,
    pick: Pick,
}

/// What was seen of one kind.
#[derive(Clone)]
struct Seen {
    times: Histogram,
    answers: u64,
    bytes: u64,
    refused: u64,
    broken: u64,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let address: SocketAddr = arguments.needed("address")?;
    let connections: usize = arguments.or("connections", 32)?;
    let seconds: f64 = arguments.or("seconds", 5.0)?;
    let threads = arguments.or("threads", 1_usize)?.clamp(1, connections.max(1));
    let seed: u64 = arguments.or("seed", 1)?;
    let kinds = Arc::new(kinds(arguments)?);

    let began = Instant::now();
    let end = began + Duration::from_secs_f64(seconds);
    let drivers: Vec<_> = (0..threads)
        .map(|thread| {
            let kinds = Arc::clone(&kinds);
            let share = connections / threads + usize::from(thread < connections % threads);
            let random = Random::new(seed.wrapping_mul(1000) + thread as u64);
            std::thread::spawn(move || Driver::new(address, kinds, random, end).drive(share))
        })
        .collect();
    let mut seen = vec![Seen::new(); kinds.len()];
    for driver in drivers {
        let more = driver.join().map_err(|_| "a thread panicked")??;
        seen.iter_mut().zip(&more).for_each(|(seen, more)| seen.merge(more));
    }
    let took = began.elapsed().as_secs_f64();

    let mut all = Seen::new();
    seen.iter().for_each(|one| all.merge(one));
    let each = kinds
        .iter()
        .zip(&seen)
        .map(|(kind, seen)| format!("\"{}\":{}", kind.name, seen.json(took)));
    println!("{{\"all\":{},{}}}", all.json(took), each.collect::<Vec<_>>().join(","));
    Ok(())
}

/// `--requests FILE`, or with its share of all, and how many to skip: `--requests FILE,95,0`.
fn kinds(arguments: &Arguments) -> Result<Vec<Kind>, Failure> {
    let pick: String = arguments.or("pick", "zipf".to_owned())?;
    let mut kinds: Vec<Kind> = Vec::new();
    for given in arguments.all("requests") {
        let mut parts = given.split(',');
        let file = parts.next().unwrap_or_default();
        let share: f64 = parts.next().unwrap_or("1").parse()?;
        let skipped: usize = parts.next().unwrap_or("0").parse()?;
        let pick = parts.next().unwrap_or(&pick);
        let requests = requests(&fs::read(file).map_err(|error| format!("{file}: {error}"))?)?;
        let pick = match pick {
            // As PostgreSQL's `random_zipfian(1, count, 1.001)`, which takes no 1.
            "zipf" => Pick::Zipf(Zipf::new(requests.len(), 0.0, 1.001)),
            "uniform" => Pick::Uniform,
            "turn" => Pick::InTurn(AtomicUsize::new(skipped)),
            other => return Err(format!("--pick cannot be `{other}`").into()),
        };
        let name = std::path::Path::new(file).file_stem().unwrap_or_default();
        let before = kinds.last().map_or(0.0, |kind| kind.reached);
        let name = name.to_string_lossy().into_owned();
        kinds.push(Kind { name, requests, reached: before + share, pick });
    }
    if kinds.is_empty() { Err("--requests is needed".into()) } else { Ok(kinds) }
}

/// Each is a line with its length, and after it so many bytes.
fn requests(mut bytes: &[u8]) -> Result<Vec<Vec<u8>>, Failure> {
    let mut requests = Vec::new();
    while let Some(line) = bytes.iter().position(|&byte| byte == b'\n') {
        let length: usize = std::str::from_utf8(&bytes[..line])?.parse()?;
        let begin = line + 1;
        requests.push(bytes.get(begin..begin + length).ok_or("a request is cut")?.to_vec());
        bytes = &bytes[begin + length..];
    }
    if requests.is_empty() { Err("there are no requests".into()) } else { Ok(requests) }
}

impl Seen {
    fn new() -> Self {
        Self { times: Histogram::new(), answers: 0, bytes: 0, refused: 0, broken: 0 }
    }

    fn merge(&mut self, other: &Self) {
        self.times.merge(&other.times);
        self.answers += other.answers;
        self.bytes += other.bytes;
        self.refused += other.refused;
        self.broken += other.broken;
    }

    fn json(&self, seconds: f64) -> String {
        let at = |share| self.times.quantile(share) as f64 / 1000.0;
        format!(
            "{{\"rate\":{:.1},\"p50\":{:.1},\"p99\":{:.1},\"p999\":{:.1},\"longest\":{:.1},\
             \"answers\":{},\"bytes\":{},\"refused\":{},\"broken\":{}}}",
            self.answers as f64 / seconds,
            at(0.5),
            at(0.99),
            at(0.999),
            self.times.longest() as f64 / 1000.0,
            self.answers,
            self.bytes / self.answers.max(1),
            self.refused,
            self.broken,
        )
    }
}

/// A connection and what it is doing.
struct Connection {
    stream: TcpStream,
    kind: usize,
    request: usize,
    written: usize,
    since: Instant,
    answer: Answer,
}

struct Driver {
    address: SocketAddr,
    kinds: Arc<Vec<Kind>>,
    random: Random,
    end: Instant,
    seen: Vec<Seen>,
    buffer: Vec<u8>,
}

impl Driver {
    fn new(address: SocketAddr, kinds: Arc<Vec<Kind>>, random: Random, end: Instant) -> Self {
        let seen = vec![Seen::new(); kinds.len()];
        Self { address, kinds, random, end, seen, buffer: vec![0; 256 * 1024] }
    }

    fn drive(mut self, connections: usize) -> Result<Vec<Seen>, Failure> {
        let mut poll = Poll::new()?;
        let mut events = Events::with_capacity(connections);
        let mut open = Vec::new();
        for at in 0..connections {
            open.push(self.connect(&poll, at)?);
        }
        loop {
            let left = self.end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(self.seen);
            }
            match poll.poll(&mut events, Some(left)) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                polled => polled?,
            }
            for event in &events {
                let at = event.token().0;
                if self.go_on(&mut open[at]).is_err() {
                    let kind = open[at].kind;
                    self.seen[kind].broken += 1;
                    // A server that is gone would be asked in a circle.
                    std::thread::sleep(Duration::from_millis(1));
                    open[at] = self.connect(&poll, at)?;
                }
            }
        }
    }

    fn connect(&mut self, poll: &Poll, at: usize) -> Result<Connection, Failure> {
        let mut stream = TcpStream::connect(self.address)?;
        poll.registry().register(
            &mut stream,
            Token(at),
            Interest::READABLE | Interest::WRITABLE,
        )?;
        stream.set_nodelay(true)?;
        let (kind, request) = self.choose();
        let answer = Answer::default();
        Ok(Connection { stream, kind, request, written: 0, since: Instant::now(), answer })
    }

    fn choose(&mut self) -> (usize, usize) {
        let whole = self.kinds.last().map_or(0.0, |kind| kind.reached);
        let at = self.random.fraction() * whole;
        let kind = self.kinds.partition_point(|kind| kind.reached <= at).min(self.kinds.len() - 1);
        let Kind { requests, pick, .. } = &self.kinds[kind];
        let request = match pick {
            Pick::Zipf(zipf) => zipf.pick(&mut self.random),
            Pick::Uniform => self.random.below(requests.len()),
            Pick::InTurn(next) => next.fetch_add(1, Ordering::Relaxed) % requests.len(),
        };
        (kind, request)
    }

    /// Writes and reads until it would have to wait.
    fn go_on(&mut self, connection: &mut Connection) -> Result<(), Failure> {
        loop {
            let request = &self.kinds[connection.kind].requests[connection.request];
            while connection.written < request.len() {
                match connection.stream.write(&request[connection.written..]) {
                    Ok(0) => return Err("closed".into()),
                    Ok(more) => connection.written += more,
                    Err(error) if waits(&error) => return Ok(()),
                    Err(error) => return Err(error.into()),
                }
            }
            loop {
                let read = match connection.stream.read(&mut self.buffer) {
                    Ok(0) => return Err("closed".into()),
                    Ok(read) => read,
                    Err(error) if waits(&error) => return Ok(()),
                    Err(error) => return Err(error.into()),
                };
                if connection.answer.take(&self.buffer[..read])? {
                    self.count(connection);
                    break;
                }
                // Less than there was room for: nothing more is there, and an event will tell.
                if read < self.buffer.len() {
                    return Ok(());
                }
            }
            (connection.kind, connection.request) = self.choose();
            connection.written = 0;
            connection.answer.clear();
            connection.since = Instant::now();
        }
    }

    fn count(&mut self, connection: &Connection) {
        let now = Instant::now();
        if now > self.end {
            return;
        }
        let seen = &mut self.seen[connection.kind];
        seen.answers += 1;
        seen.bytes += connection.answer.length as u64;
        seen.refused += u64::from(!(200..300).contains(&connection.answer.status));
        let took = now.duration_since(connection.since).as_nanos();
        seen.times.add(took.try_into().unwrap_or(u64::MAX));
    }
}

fn waits(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted | ErrorKind::NotConnected)
}

/// An answer while it comes.
#[derive(Default)]
struct Answer {
    /// What came until the head was whole.
    head: Vec<u8>,
    is_head_whole: bool,
    status: u16,
    /// Of the body; unknown where it comes in chunks.
    expected: Option<usize>,
    /// Of all that came.
    length: usize,
    body: usize,
    last: [u8; 5],
}

impl Answer {
    fn clear(&mut self) {
        self.head.clear();
        (self.is_head_whole, self.length, self.body, self.last) = (false, 0, 0, [0; 5]);
    }

    /// Whether the answer is whole with these bytes.
    fn take(&mut self, bytes: &[u8]) -> Result<bool, Failure> {
        self.length += bytes.len();
        if self.is_head_whole {
            self.take_body(bytes);
        } else if self.head.is_empty()
            && let Some(end) = end_of_head(bytes)
        {
            self.read_head(&bytes[..end])?;
            self.take_body(&bytes[end..]);
        } else {
            self.head.extend_from_slice(bytes);
            let Some(end) = end_of_head(&self.head) else { return Ok(false) };
            let came = std::mem::take(&mut self.head);
            self.read_head(&came[..end])?;
            self.take_body(&came[end..]);
        }
        match self.expected {
            Some(expected) if self.body > expected => Err("more came than was announced".into()),
            Some(expected) => Ok(self.body == expected),
            // The last chunk. JSON has no line break of two characters but between chunks.
            None => Ok(self.last == *b"0\r\n\r\n"),
        }
    }

    fn take_body(&mut self, bytes: &[u8]) {
        self.body += bytes.len();
        if self.expected.is_none() {
            let kept = bytes.len().min(5);
            self.last.rotate_left(kept);
            self.last[5 - kept..].copy_from_slice(&bytes[bytes.len() - kept..]);
        }
    }

    fn read_head(&mut self, head: &[u8]) -> Result<(), Failure> {
        self.is_head_whole = true;
        let status = head.get(9..12).ok_or("no status")?;
        self.status = std::str::from_utf8(status)?.parse()?;
        self.expected = match value_of(head, b"content-length") {
            Some(length) => Some(std::str::from_utf8(length)?.trim().parse()?),
            None if value_of(head, b"transfer-encoding").is_some() => None,
            None => Some(0),
        };
        Ok(())
    }
}

/// Where the body begins.
fn end_of_head(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

fn value_of<'a>(head: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    head.split(|&byte| byte == b'\n').find_map(|line| {
        let (start, rest) = line.split_at_checked(name.len())?;
        let is_it = start.eq_ignore_ascii_case(name) && rest.first() == Some(&b':');
        is_it.then(|| rest[1..].trim_ascii())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(answer: &[u8], piece: usize) -> Option<usize> {
        let mut taken = Answer::default();
        answer.chunks(piece).position(|bytes| taken.take(bytes).unwrap()).map(|n| n * piece)
    }

    #[test]
    fn an_answer_ends_where_it_says_however_it_comes() {
        let known = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd";
        let chunked =
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n";
        let empty = b"HTTP/1.1 204 No Content\r\n\r\n";
        for piece in [1, 2, 3, 7, 1000] {
            for answer in [&known[..], chunked, empty] {
                assert_eq!(
                    ends(answer, piece),
                    Some((answer.len() - 1) / piece * piece),
                    "{piece}"
                );
            }
        }
    }
}
