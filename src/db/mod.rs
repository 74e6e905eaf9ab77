//! The one door to the database.
//!
//! There are two kinds of connections. Short reads take `&Conn` from [`Db::read`] and share it
//! with others, those of a worker with each other ([`Db::of_worker`]); everything else has one from
//! the pool to itself: long reads by [`Db::alone`], writes in `write!`, several reads that must
//! agree in `snapshot!`.
//!
//! **Invariants:** no transaction is opened anywhere else; queries never open one; no write
//! happens outside one. A write runs to its end in a task of its own, so that a client that hangs
//! up cannot cut a COMMIT in half; a long read that nobody waits for any more is cancelled.

use std::sync::Arc;
use std::time::Duration;

use deadpool::managed::TimeoutType;
use diesel::{ConnectionError, ConnectionResult};
use diesel_async::pooled_connection::deadpool::{Object, Pool, PoolError};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use futures_util::FutureExt;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinHandle};

use self::changes::Changes;
use self::connect::Connector;
use self::shared::{Division, Shared};
use self::task::OwnTask;
use self::timed::Timed;
use crate::http::problem::{Problem, Result};
use crate::metrics::{ConnectionFailure, Metrics, PoolState, Work};
pub use connect::Patience;
pub use retry::Attempts;

mod alone;
pub mod changes;
mod connect;
pub mod constraints;
pub mod home;
pub mod launcher;
pub mod lists;
pub mod migrations;
mod retry;
pub mod schema;
mod shared;
pub(crate) mod statement;
mod task;
mod timed;
mod tls;
mod transaction;

/// What can go wrong before there are requests to answer.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A connection to PostgreSQL.
pub type Conn = AsyncPgConnection;

/// A connection that is lent to any number of readers at once.
pub type Reader = Timed<Arc<Conn>>;

/// A connection lent by the pool, to nobody else.
pub type Lent = Timed<Object<Conn>>;

/// The database, as handlers know it.
#[derive(Clone)]
pub struct Db {
    shared: Arc<Shared>,
    /// How many more workers can have connections of their own.
    for_workers: Arc<Semaphore>,
    pool: Pool<Conn>,
    connector: Arc<Connector>,
    runtime: Handle,
    changes: Changes,
    metrics: Metrics,
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
        Self::over(Connector::new(url)?, size, 0)
    }

    /// The same, for the requests that so many workers answer. PostgreSQL does not work for them
    /// longer than is waited for.
    pub fn for_requests(
        url: &str,
        size: usize,
        workers: usize,
        patience: Patience,
    ) -> std::result::Result<Self, BoxError> {
        Self::over(Connector::new(url)?.with_patience(patience), size, workers)
    }

    fn over(
        connector: Connector,
        size: usize,
        workers: usize,
    ) -> std::result::Result<Self, BoxError> {
        let runtime = Handle::current();
        let connector = Arc::new(connector);
        let Division { workers, shared, pool } = Division::of(size, workers);
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
            .max_size(pool)
            .runtime(deadpool::Runtime::Tokio1)
            .wait_timeout(Some(POOL_WAIT))
            .create_timeout(Some(POOL_WAIT))
            .recycle_timeout(Some(POOL_WAIT))
            .build()?;
        let metrics = Metrics::default();
        let shared =
            Arc::new(Shared::new(Arc::clone(&connector), shared, runtime.clone(), metrics.clone()));
        let (for_workers, changes) = (Arc::new(Semaphore::new(workers)), Changes::default());
        Ok(Self { shared, for_workers, pool, connector, runtime, changes, metrics })
    }

    /// The same, as the worker uses it that this is called by: if there are enough, with a
    /// connection of its own for short reads.
    #[must_use]
    pub fn of_worker(&self) -> Self {
        let mut own = self.clone();
        if let Ok(permit) = Arc::clone(&self.for_workers).try_acquire_owned() {
            own.shared = Arc::new(self.shared.of_worker(permit));
        }
        own
    }

    /// What is counted, here and by all who use this database.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// What has changed, and when. Nothing holds before changes are followed.
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Begins to hear of what other programs change in the database, which is reached directly at
    /// `url`, without a pooler in between that shares its connections.
    pub fn follow_changes(&self, url: &str) -> std::result::Result<JoinHandle<()>, BoxError> {
        let following = changes::follow(Connector::new(url)?, self.changes.clone());
        Ok(self.runtime.spawn(following))
    }

    /// How the pool is at this moment.
    pub fn pool_state(&self) -> PoolState {
        let now = self.pool.status();
        PoolState { max: now.max_size, size: now.size, idle: now.available, waiting: now.waiting }
    }

    /// A connection for short reads, which others use at the same time.
    pub async fn read(&self) -> Result<Reader> {
        let waiting = self.metrics.connection_awaited(Work::Read);
        let opened = tokio::time::timeout(POOL_WAIT, self.shared.get()).await;
        drop(waiting);
        let without = |error: &dyn std::error::Error| {
            self.without_connection(ConnectionFailure::Unreachable, error)
        };
        let opened = opened.map_err(|error| without(&error))?;
        let connection = opened.map_err(|error| without(&error))?;
        Ok(Timed::new(connection, self.metrics.connection_held(Work::Read)))
    }

    /// A connection of one's own, for some kind of work.
    pub(crate) async fn lend_for(&self, work: Work) -> Result<Lent> {
        let waiting = self.metrics.connection_awaited(work);
        let lent = self.pool.get().await;
        drop(waiting);
        let connection = lent.map_err(|error| {
            let is_busy = matches!(&error, PoolError::Timeout(TimeoutType::Wait));
            let why =
                if is_busy { ConnectionFailure::Busy } else { ConnectionFailure::Unreachable };
            self.without_connection(why, &error)
        })?;
        Ok(Timed::new(connection, self.metrics.connection_held(work)))
    }

    fn without_connection(&self, why: ConnectionFailure, error: &dyn std::error::Error) -> Problem {
        self.metrics.connection_failed(why);
        Problem::unavailable(error)
    }

    /// Runs some work to its end, even if the one who waits for it goes away.
    pub async fn finish<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let outcome: std::result::Result<_, JoinError> = self.runtime.spawn(work).await;
        outcome.unwrap_or_else(|error| Err(Problem::internal(&error)))
    }

    /// Runs a read of many statements where the connections of the pool live, so that no thread has
    /// to be woken for each. It is given up when nobody waits for it any more.
    pub async fn at_home<T: Send + 'static>(
        &self,
        read: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let outcome = OwnTask::new(self.runtime.spawn(read)).outcome().await;
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
                let connection = db.lend_for($crate::metrics::Work::Write).await?;
                let body = async |$conn: &mut $crate::db::Conn| $body;
                let done = $crate::db::transaction(connection, db.changes(), body).await;
                if !attempts.go_on_after(&done).await {
                    break done;
                }
            }
        };
        $db.finish(work).await
    }};
}

/// Runs a body that changes something and cannot be run anew, because what it writes comes in a
/// stream: in a transaction, in the task of whoever waits for it.
///
/// The error of the body may be of its own type, so that it can be undone without a problem.
macro_rules! once {
    ($db:expr, async |$conn:ident| $body:expr) => {{
        let connection = $db.lend_for($crate::metrics::Work::Write).await?;
        let body = async |$conn: &mut $crate::db::Conn| $body;
        $crate::db::transaction(connection, $db.changes(), body).await
    }};
}

/// Runs several reads that see one state of the database. They are cancelled if nobody waits for
/// them any more.
macro_rules! snapshot {
    ($db:expr, async |$conn:ident| $body:expr) => {{
        let read = async |$conn: &mut $crate::db::Conn| $body;
        $db.snapshot(read).await
    }};
}

/// Runs the reads of a record; in a snapshot, if others are read with it.
macro_rules! item {
    ($db:expr, $expand:expr, async |$conn:ident| $body:expr) => {
        if $expand.is_some() {
            $crate::db::snapshot!($db, async |$conn| $body)
        } else {
            let read = async |$conn: &$crate::db::Conn| $body;
            read(&*$db.read().await?).await
        }
    };
}

/// Runs the reads of a list; in a snapshot, if other records are read with its own.
macro_rules! list {
    ($db:expr, $listing:expr, async |$conn:ident| $body:expr) => {
        if $listing.is_expanded {
            $crate::db::snapshot!($db, async |$conn| $body)
        } else {
            $db.list(&$listing, async |$conn: &$crate::db::Conn| $body).await
        }
    };
}

pub(crate) use transaction::transaction;
pub(crate) use {item, list, once, snapshot, write};

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
