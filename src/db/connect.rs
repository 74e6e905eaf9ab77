//! How connections are opened, of all kinds, and how what one of them does is cancelled.

use std::error::Error;
use std::str::FromStr;
use std::time::Duration;

use diesel::{ConnectionError, ConnectionResult};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{CancelToken, Client, Config, Connection, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::tls::Tls;
use super::{Conn, POOL_WAIT};
use crate::http::problem::chain;

/// The half of a connection that speaks to the server.
pub(super) type Speaker = Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>;

/// How long the database may take over one statement of a request.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the statement as a whole.
    pub statement: Duration,
    /// For each lock that it waits for.
    pub lock: Duration,
}

impl Patience {
    /// What leaves time to say so, within the time that a whole request may take.
    pub fn within(request: Duration) -> Self {
        Self { statement: request / 2, lock: request / 4 }
    }
}

/// After how long a server that does not answer any more is taken for gone.
const VANISHED: Duration = Duration::from_secs(15);

/// Opens connections to one database.
#[derive(Clone)]
pub(super) struct Connector {
    config: Config,
    tls: MakeRustlsConnect,
}

impl Connector {
    /// Reads a connection URL.
    pub(super) fn new(url: &str) -> ConnectionResult<Self> {
        let (url, tls) = Tls::split(url).map_err(|error| failed(&error))?;
        let mut config = Config::from_str(&url).map_err(|error| failed(&error))?;
        // A socket of the system is as private without, and PostgreSQL has no TLS there.
        let is_local = |host: &Host| matches!(host, Host::Unix(_));
        if !config.get_hosts().is_empty() && config.get_hosts().iter().all(is_local) {
            config.ssl_mode(SslMode::Disable);
        } else if url.contains("://") {
            config.ssl_mode(tls.mode);
        }
        // A server that vanished without a word is to be missed within seconds, not after the quarter of
        // an hour that the system would wait.
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(VANISHED);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(POOL_WAIT);
        }
        if !url.contains("keepalives_idle") {
            config.keepalives_idle(VANISHED);
        }
        let tls = tls.connector().map_err(|error| failed(&error))?;
        Ok(Self { config, tls })
    }

    /// Has PostgreSQL itself give up a statement that takes too long.
    ///
    /// It is told when a connection is opened: a `SET` would not survive a pooler.
    pub(super) fn with_patience(mut self, patience: Patience) -> Self {
        let (statement, lock) = (patience.statement.as_millis(), patience.lock.as_millis());
        // A statement of some milliseconds would take longer with workers or compiled.
        let mut options = format!(
            "-c statement_timeout={statement} -c lock_timeout={lock} \
             -c max_parallel_workers_per_gather=0 -c jit=off"
        );
        // The last one wins: what the operator says of it.
        if let Some(given) = self.config.get_options() {
            options.push(' ');
            options.push_str(given);
        }
        self.config.options(options);
        self
    }

    /// Opens a connection, of which somebody has to drive the second half.
    pub(super) async fn open(&self) -> ConnectionResult<(Client, Speaker)> {
        self.config.connect(self.tls.clone()).await.map_err(|error| failed(&error))
    }

    /// Opens a connection that drives itself.
    pub(super) async fn connect(&self) -> ConnectionResult<Conn> {
        let (client, speaker) = self.open().await?;
        Conn::try_from_client_and_connection(client, speaker).await
    }

    /// Asks PostgreSQL to give up what a connection is doing.
    pub(super) async fn cancel(&self, token: &CancelToken) {
        if let Err(error) = token.cancel_query(self.tls.clone()).await {
            log::warn!("a statement could not be cancelled: {}", chain(&error));
        }
    }
}

/// With its causes, of which the last one says what to mend.
fn failed(error: &dyn Error) -> ConnectionError {
    ConnectionError::BadConnection(chain(error))
}
