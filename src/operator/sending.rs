//! Sends files to a server.

use std::io::Read;

use serde_json::Value;
use ureq::SendBody;
use url::Url;

use super::import::Incoming;
use super::outcome::Failure;
use super::remote::{Server, why};
use crate::config::{ImportCommand, ImportMode};
use crate::domain::text::Name;
use crate::http::middleware::UPLOADS;
use crate::http::problem::chain;
use crate::imports::Readable;
use crate::imports::reading::Opened;

/// The server, and how it is to import.
#[derive(Debug, Clone)]
pub(super) struct Destination {
    server: Server,
    url: Url,
    format: Option<Readable>,
}

impl Destination {
    /// Reads the address of a server. An error says what is wrong with it.
    pub(super) fn new(
        url: &str,
        command: &ImportCommand,
        format: Option<Readable>,
    ) -> Result<Self, String> {
        let server = Server::new(url, command.key.clone())?;
        let mut address = server.address(UPLOADS);
        let mode = match command.mode {
            ImportMode::Atomic => "atomic",
            ImportMode::Each => "each",
        };
        address
            .query_pairs_mut()
            .append_pair("mode", mode)
            .append_pair("dry_run", &command.dry_run.to_string())
            .append_pair("prune", &command.prune.to_string());
        Ok(Self { server, url: address, format })
    }

    /// Sends a file, and gives the report.
    pub(super) fn send(&self, file: Incoming) -> Result<Value, Failure> {
        let cannot = |why: String| Failure::CannotRun(why);
        let (name, length) = (file.name, file.length);
        let mut opened = Opened::new(file.bytes);
        opened.look().map_err(|error| cannot(error.to_string()))?;
        // The name of the file may tell its format, and the server does not see its ending.
        let format = self.format.or_else(|| opened.recognised(name.as_deref()));
        let mut url = self.url.clone();
        if let Some(format) = format {
            url.query_pairs_mut().append_pair("format", format.format().name());
        }
        if let Some(name) = name.and_then(|name| Name::parse(&name).ok()) {
            url.query_pairs_mut().append_pair("name", name.as_str());
        }
        let mut request = self.server.agent().post(url.as_str());
        request =
            self.server.authorized(request.header("content-type", "application/octet-stream"));
        if let Some(length) = length {
            request = request.header("content-length", length.to_string());
        }
        let mut whole = opened.into_whole();
        let answer = request.send(SendBody::from_reader(&mut whole));
        let mut answer = answer.map_err(|error| cannot(chain(&error)))?;
        let status = answer.status().as_u16();
        let mut text = String::new();
        let read = answer.body_mut().as_reader().read_to_string(&mut text);
        read.map_err(|error| cannot(format!("the answer cannot be read: {error}")))?;
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        match status {
            200 => Ok(body),
            413 | 415 => Err(Failure::Refused(why(status, &body))),
            _ => Err(cannot(why(status, &body))),
        }
    }
}
