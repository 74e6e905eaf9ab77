//! Sends files to a server.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use serde_json::Value;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, SendBody};
use url::Url;

use super::import::Incoming;
use super::outcome::Failure;
use crate::config::{ImportCommand, ImportMode};
use crate::domain::text::Name;
use crate::http::middleware::UPLOADS;
use crate::http::problem::chain;
use crate::imports::Readable;
use crate::imports::reading::Opened;

/// How long a connection may take to be there.
const CONNECT: Duration = Duration::from_secs(20);

/// The server, and how it is to import.
#[derive(Debug, Clone)]
pub(super) struct Destination {
    url: Url,
    format: Option<Readable>,
    key: Option<String>,
    agent: Agent,
}

impl Destination {
    /// Reads the address of a server. An error says what is wrong with it.
    pub(super) fn new(
        url: &str,
        command: &ImportCommand,
        format: Option<Readable>,
    ) -> Result<Self, String> {
        let wrong = || format!("`{url}` is no address such as https://debates.example");
        let mut address: Url = url.parse().map_err(|_no_url| wrong())?;
        if !["http", "https"].contains(&address.scheme()) || address.host().is_none() {
            return Err(wrong());
        }
        let path = format!("{}{UPLOADS}", address.path().trim_end_matches('/'));
        address.set_path(&path);
        address.set_fragment(None);
        let mode = match command.mode {
            ImportMode::Atomic => "atomic",
            ImportMode::Each => "each",
        };
        address
            .query_pairs_mut()
            .clear()
            .append_pair("mode", mode)
            .append_pair("dry_run", &command.dry_run.to_string())
            .append_pair("prune", &command.prune.to_string());
        let agent = agent(address.scheme() == "https");
        Ok(Self { url: address, format, key: command.key.clone(), agent })
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
        let mut request =
            self.agent.post(url.as_str()).header("content-type", "application/octet-stream");
        if let Some(length) = length {
            request = request.header("content-length", length.to_string());
        }
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
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

/// Why a server refused a file, in its own words.
fn why(status: u16, problem: &Value) -> String {
    let text = |field: &str| problem.get(field).and_then(Value::as_str);
    match (text("title"), text("detail")) {
        (Some(title), Some(detail)) => format!("{title}: {detail}"),
        _ => format!("the server answered with status {status}"),
    }
}

fn agent(is_secure: bool) -> Agent {
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        // What is sent as it is read cannot be sent again elsewhere.
        .max_redirects(0)
        .timeout_connect(Some(CONNECT))
        .user_agent(concat!("debatebase/", env!("CARGO_PKG_VERSION")));
    if is_secure {
        let found = rustls_native_certs::load_native_certs();
        let roots: Vec<Certificate<'static>> =
            found.certs.iter().map(|it| Certificate::from_der(it).to_owned()).collect();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&roots))
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()));
        config = config.tls_config(tls.build());
    }
    config.build().new_agent()
}
