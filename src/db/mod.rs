//! The one door to the database.
//!
//! There are two kinds of connections. Short reads take `&Conn` from [`Db::read`] and share it
//! with others; everything else has one from the pool to itself: long reads by [`Db::alone`],
//! writes in `write!`, several reads that must agree in `snapshot!`.
//!
//! **Invariants:** no transaction is opened anywhere else; queries never open one; no write
//! happens outside one. A write runs to its end in a task of its own, so that a client that hangs
//! up cannot cut a COMMIT in half; a long read that nobody waits for any more is cancelled.

use std::sync::Arc;
use std::time::Duration;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use futures_util::FutureExt;
use tokio::runtime::Handle;
use tokio::task::JoinError;

use self::connect::Connector;
use self::shared::Shared;
use crate::http::problem::{Problem, Result};
pub use connect::Patience;
pub use retry::Attempts;
pub use shared::Reader;

mod alone;
mod connect;
pub mod constraints;
pub mod home;
pub mod launcher;
pub mod lists;
pub mod migrations;
mod retry;
pub mod schema;
mod shared;
mod tls;

/// What can go wrong before there are requests to answer.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A connection to PostgreSQL.
pub type Conn = AsyncPgConnection;

/// A connection lent by the pool, to nobody else.
pub type Lent = Object<Conn>;

/// The database, as handlers know it.
#[derive(Clone)]
pub struct Db {
    shared: Arc<Shared>,
    pool: Pool<Conn>,
    connector: Arc<Connector>,
    runtime: Handle,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db").field("pool", &self.pool.status()).finish()
    }
}

/// How long a request waits for a connection before it is told to come again.
const POOL_WAIT: Duration = Duration::from_secs(5);

impl Db {
    /// Prepares at most `size` connections, but two at the least: a quarter of them, four at most,
    /// for short reads to share. None is opened yet.
    ///
    /// The connections live on the runtime that this is called on, not on that of the worker that
    /// happens to need one: a worker that stops must not end the connections that others use.
    pub fn new(url: &str, size: usize) -> std::result::Result<Self, BoxError> {
        Self::over(Connector::new(url)?, size)
    }

    /// The same, for requests, which PostgreSQL does not work for longer than is waited for.
    pub fn for_requests(
        url: &str,
        size: usize,
        patience: Patience,
    ) -> std::result::Result<Self, BoxError> {
        Self::over(Connector::new(url)?.with_patience(patience), size)
    }

    fn over(connector: Connector, size: usize) -> std::result::Result<Self, BoxError> {
        let runtime = Handle::current();
        let connector = Arc::new(connector);
        let shared = (size / 4).clamp(1, 4);
        let (opener, home) = (Arc::clone(&connector), runtime.clone());
        let mut config = ManagerConfig::default();
        // A connection that was lost is known to be closed; to ask each one first would double
        // the way of every request.
        config.recycling_method = RecyclingMethod::Fast;
        config.custom_setup = Box::new(move |_url| {
            let opener = Arc::clone(&opener);
            opened_on(home.clone(), async move { opener.connect().await }).boxed()
        });
        // The connector knows where to.
        let manager = AsyncDieselConnectionManager::<Conn>::new_with_config("", config);
        let pool = Pool::builder(manager)
            .max_size(size.saturating_sub(shared).max(1))
            .runtime(deadpool::Runtime::Tokio1)
            .wait_timeout(Some(POOL_WAIT))
            .create_timeout(Some(POOL_WAIT))
            .recycle_timeout(Some(POOL_WAIT))
            .build()?;
        let shared = Arc::new(Shared::new(Arc::clone(&connector), shared, runtime.clone()));
        Ok(Self { shared, pool, connector, runtime })
    }

    /// A connection for short reads, which others use at the same time.
    pub async fn read(&self) -> Result<Reader> {
        let opened = tokio::time::timeout(POOL_WAIT, self.shared.get()).await;
        let opened = opened.map_err(|error| Problem::unavailable(&error))?;
        opened.map_err(|error| Problem::unavailable(&error))
    }

    /// A connection of one's own.
    pub(crate) async fn lend(&self) -> Result<Lent> {
        self.pool.get().await.map_err(|error| Problem::unavailable(&error))
    }

    /// Runs some work to its end, even if the one who waits for it goes away.
    pub async fn finish<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let outcome: std::result::Result<_, JoinError> = self.runtime.spawn(work).await;
        outcome.unwrap_or_else(|error| Err(Problem::internal(&error)))
    }

    /// Closes all connections, so that the server can be stopped.
    pub fn close(&self) {
        self.shared.close();
        self.pool.close();
    }
}

/// Opens a connection that lives on this runtime.
async fn opened_on<T: Send + 'static>(
    runtime: Handle,
    open: impl Future<Output = ConnectionResult<T>> + Send + 'static,
) -> ConnectionResult<T> {
    let opened = runtime.spawn(open).await;
    opened.unwrap_or_else(|error| Err(ConnectionError::BadConnection(error.to_string())))
}

/// Runs a body that changes something, in a transaction in its own task.
///
/// PostgreSQL may break off one of several transactions that get in each other's way; then the
/// whole body is run anew. So it only borrows, or clones, what it uses.
macro_rules! write {
    ($db:expr, async |$conn:ident| $body:expr) => {{
        let db = $crate::db::Db::clone(&$db);
        let work = async move {
            let mut attempts = $crate::db::Attempts::default();
            loop {
                let mut connection = db.lend().await?;
                #[expect(
                    clippy::disallowed_methods,
                    reason = "this is the door that the rule points to"
                )]
                let done = diesel_async::AsyncConnection::transaction(
                    &mut *connection,
                    async |$conn: &mut $crate::db::Conn| $body,
                )
                .await;
                // Others may use it during the pause.
                drop(connection);
                if !attempts.go_on_after(&done).await {
                    break done;
                }
            }
        };
        $db.finish(work).await
    }};
}

/// Runs several reads that see one state of the database. They are cancelled if nobody waits for
/// them any more.
macro_rules! snapshot {
    ($db:expr, async |$conn:ident| $body:expr) => {{
        let read = async |connection: &mut $crate::db::Conn| {
            connection
                .build_transaction()
                .repeatable_read()
                .read_only()
                .run(async |$conn: &mut $crate::db::Conn| $body)
                .await
        };
        $db.alone(read).await
    }};
}

pub(crate) use {snapshot, write};

/// Opens a single connection outside the pool, for the work before the server starts.
pub async fn connect(url: &str) -> ConnectionResult<Conn> {
    Connector::new(url)?.connect().await
}

/// Makes a database on the server behind `url`, unless it is there already.
pub async fn create_database(url: &str, name: &str) -> std::result::Result<(), BoxError> {
    use diesel::result::{DatabaseErrorKind, Error};
    let mut connection = connect(url).await?;
    match connection.batch_execute(&format!("create database {name}")).await {
        Ok(()) => Ok(()),
        Err(Error::DatabaseError(DatabaseErrorKind::Unknown, info))
            if info.message().contains("already exists") =>
        {
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}
