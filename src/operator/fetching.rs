//! Asks a server for files.

use std::io::{self, Read, Write};

use serde::Deserialize;
use url::Url;

use super::outcome::Failure;
use super::remote::{Server, why};
use crate::domain::ids::TopicRef;
use crate::domain::slug::Slug;
use crate::exports::{TopicFile, Writable};
use crate::formats::note::Note;
use crate::http::problem::chain;

/// The longest answer that is held as a whole: no topic is written as more.
const LONGEST: u64 = 1 << 30;

/// What the last line of a stream of everything begins with.
const TRAILER: &[u8] = br#"{"debatebase":1,"checksum":"#;

/// What a server says is lost.
#[derive(Debug, Deserialize)]
struct Report {
    topic: String,
    notes: Vec<Note>,
}

/// A topic as a file.
pub(super) fn topic(
    server: &Server,
    topic: &TopicRef,
    format: Writable,
) -> Result<TopicFile, Failure> {
    let mut url = server.address(&format!("/v1/topics/{topic}/export"));
    url.query_pairs_mut().append_pair("format", format.format().name());
    let text = text_of(ask(server, &url)?)?;
    url.query_pairs_mut().append_pair("report", "true");
    let report = text_of(ask(server, &url)?)?;
    let report: Report = serde_json::from_str(&report)
        .map_err(|error| cannot(format!("the report cannot be understood: {error}")))?;
    // It becomes a part of a path.
    let topic = Slug::parse(&report.topic)
        .map_err(|_no_slug| cannot(format!("`{}` is no slug of a topic", report.topic)))?;
    Ok(TopicFile { format, topic, text, notes: report.notes })
}

/// Everything that the key shows, written as it comes.
pub(super) fn everything(server: &Server, out: &mut dyn Write) -> io::Result<()> {
    let stream = ask(server, &server.address("/v1/export"));
    let mut stream = stream.map_err(|failure| io::Error::other(failure.into_reason()))?;
    let mut chunk = vec![0; 64 * 1024];
    let mut end = Vec::new();
    loop {
        let length = stream.read(&mut chunk).map_err(io::Error::other)?;
        let read = chunk.get(..length).unwrap_or_default();
        if read.is_empty() {
            break;
        }
        out.write_all(read)?;
        end.extend_from_slice(read);
        end.drain(..end.len().saturating_sub(1024));
    }
    let last = end.strip_suffix(b"\n").and_then(|lines| lines.rsplit(|it| *it == b'\n').next());
    if last.is_some_and(|line| line.starts_with(TRAILER)) {
        Ok(())
    } else {
        Err(io::Error::other("the stream ended before its last line"))
    }
}

fn ask(server: &Server, url: &Url) -> Result<impl Read + use<>, Failure> {
    let answer = server.authorized(server.agent().get(url.as_str())).call();
    let mut answer = answer.map_err(|error| cannot(chain(&error)))?;
    let status = answer.status().as_u16();
    if status != 200 {
        let problem = answer.body_mut().read_to_string().unwrap_or_default();
        return Err(cannot(why(status, &serde_json::from_str(&problem).unwrap_or_default())));
    }
    Ok(answer.into_body().into_reader())
}

fn text_of(answer: impl Read) -> Result<String, Failure> {
    let mut text = String::new();
    let read = answer.take(LONGEST).read_to_string(&mut text);
    read.map_err(|error| cannot(format!("the answer cannot be read: {error}")))?;
    Ok(text)
}

fn cannot(why: String) -> Failure {
    Failure::CannotRun(why)
}
