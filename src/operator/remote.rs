//! A server that runs elsewhere, asked by HTTP.

use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use serde_json::Value;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, RequestBuilder};
use url::Url;

/// How long a connection may take to be there.
const CONNECT: Duration = Duration::from_secs(20);

/// A server, and the key that it is asked with.
#[derive(Debug, Clone)]
pub(super) struct Server {
    base: Url,
    key: Option<String>,
    agent: Agent,
}

impl Server {
    /// Reads the address of a server. An error says what is wrong with it.
    pub(super) fn new(url: &str, key: Option<String>) -> Result<Self, String> {
        let wrong = || format!("`{url}` is no address such as https://debates.example");
        let mut base: Url = url.parse().map_err(|_no_url| wrong())?;
        if !["http", "https"].contains(&base.scheme()) || base.host().is_none() {
            return Err(wrong());
        }
        base.set_fragment(None);
        base.set_query(None);
        let agent = agent(base.scheme() == "https");
        Ok(Self { base, key, agent })
    }

    /// The address of something on it.
    pub(super) fn address(&self, path: &str) -> Url {
        let mut address = self.base.clone();
        address.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        address
    }

    pub(super) fn agent(&self) -> &Agent {
        &self.agent
    }

    /// A request with the key, if there is one.
    pub(super) fn authorized<Body>(&self, request: RequestBuilder<Body>) -> RequestBuilder<Body> {
        match &self.key {
            Some(key) => request.header("authorization", format!("Bearer {key}")),
            None => request,
        }
    }
}

/// Why a server refused something, in its own words.
pub(super) fn why(status: u16, problem: &Value) -> String {
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
