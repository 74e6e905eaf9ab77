//! Requests over connections that stay open, one after the other on each, and how long they took.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use super::data::Numbers;

/// What some requests came to.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// Answers of 200 or 201 in a second.
    pub rate: f64,
    /// The microseconds that half of them took at most, and 99 %, and 99.9 %.
    pub percentiles: [u32; 3],
    /// Other answers, and connections that broke.
    pub errors: usize,
}

/// Asks for some time over some connections. What is asked is chosen anew each time.
pub fn drive(
    address: &str,
    connections: u64,
    time: Duration,
    ask: &(impl Fn(&mut Numbers) -> String + Sync),
) -> Measured {
    let all = Mutex::new((Vec::new(), 0));
    let begun = Instant::now();
    thread::scope(|scope| {
        for connection in 0..connections {
            let all = &all;
            scope.spawn(move || {
                let (took, errors) = on_one(address, Numbers(connection), begun + time, ask);
                let mut all = all.lock().unwrap();
                all.0.extend(took);
                all.1 += errors;
            });
        }
    });
    let elapsed = begun.elapsed().as_secs_f64();
    let (mut took, errors) = all.into_inner().unwrap();
    took.sort_unstable();
    let at = |thousandths: usize| {
        took.get((took.len() * thousandths / 1000).min(took.len().saturating_sub(1))).copied()
    };
    let rate = f64::from(u32::try_from(took.len()).unwrap()) / elapsed;
    let percentiles = [500, 990, 999].map(|thousandths| at(thousandths).unwrap_or_default());
    Measured { rate, percentiles, errors }
}

fn on_one(
    address: &str,
    mut numbers: Numbers,
    until: Instant,
    ask: &impl Fn(&mut Numbers) -> String,
) -> (Vec<u32>, usize) {
    let (mut took, mut errors) = (Vec::new(), 0);
    let mut stream = connect(address);
    let mut buffer = vec![0; 256 * 1024];
    while Instant::now() < until {
        let request = ask(&mut numbers);
        let asked = Instant::now();
        match exchange(&mut stream, &request, &mut buffer) {
            Some(200 | 201) => took.push(u32::try_from(asked.elapsed().as_micros()).unwrap()),
            Some(_) => errors += 1,
            None => {
                errors += 1;
                stream = connect(address);
            }
        }
    }
    (took, errors)
}

pub fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream
}

/// Sends a request and reads the whole answer; gives its status.
fn exchange(stream: &mut TcpStream, request: &str, buffer: &mut [u8]) -> Option<u16> {
    stream.write_all(request.as_bytes()).ok()?;
    let mut filled = 0;
    let (head, length) = loop {
        let read = stream.read(buffer.get_mut(filled..)?).ok().filter(|read| *read > 0)?;
        filled += read;
        let text = buffer.get(..filled)?;
        if let Some(end) = text.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = std::str::from_utf8(text.get(..end)?).ok()?;
            let length = head.split("content-length: ").nth(1)?.split('\r').next()?;
            break (end + 4, length.parse::<usize>().ok()?);
        }
    };
    let status = std::str::from_utf8(buffer.get(9..12)?).ok()?.parse().ok();
    let mut left = (head + length).checked_sub(filled)?;
    while left > 0 {
        let most = left.min(buffer.len());
        left -= stream.read(buffer.get_mut(..most)?).ok().filter(|read| *read > 0)?;
    }
    status
}

/// The body of one answer.
pub fn body(address: &str, path: &str) -> Vec<u8> {
    let mut stream = connect(address);
    let request = format!("GET {path} HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{path}: {}", String::from_utf8_lossy(&answer));
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    answer.split_off(head)
}
