//! Reads that have a connection to themselves, and are given up when nobody waits for them.

use std::sync::Arc;

use diesel_async::SimpleAsyncConnection;
use diesel_async::pooled_connection::deadpool::Object;
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::connect::Connector;
use super::{Conn, Db, Lent, POOL_WAIT};
use crate::http::page::Listing;
use crate::http::problem::Result;
use crate::metrics::Work;

/// How often a statement is cancelled that does not end: a cancel that comes before the statement
/// has begun does nothing.
const CANCELS: usize = 5;

/// A connection that one read uses. Dropped in the middle of it, the read is cancelled.
struct Alone {
    conn: Option<Lent>,
    connector: Arc<Connector>,
    runtime: Handle,
}

impl Db {
    /// Runs a read that may be long, on a connection of its own. If nobody waits for it any more,
    /// PostgreSQL is told to give it up.
    pub async fn alone<T>(
        &self,
        work: Work,
        read: impl AsyncFnOnce(&mut Conn) -> Result<T>,
    ) -> Result<T> {
        let (connector, runtime) = (Arc::clone(&self.connector), self.runtime.clone());
        let mut alone = Alone { conn: None, connector, runtime };
        let conn = alone.conn.insert(self.lend_for(work).await?);
        let done = read(conn).await;
        // It was not cut short: the connection goes back to the pool as it is.
        alone.conn = None;
        done
    }

    /// Runs the reads of a list: beside others, or alone if it counts all there are, which may
    /// be long.
    pub async fn list<F, T>(
        &self,
        listing: &Listing<F>,
        read: impl AsyncFnOnce(&Conn) -> Result<T>,
    ) -> Result<T> {
        match listing.count {
            None => read(&*self.read().await?).await,
            Some(_) => self.alone(Work::LongRead, async |conn| read(conn).await).await,
        }
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take() {
            self.runtime.spawn(give_up(conn, Arc::clone(&self.connector)));
        }
    }
}

/// Cancels what a connection is doing, waits until that is over, and closes the connection.
///
/// It does not go back to the pool: a cancel may come late, and would hit the statement of whoever
/// has the connection next.
async fn give_up(mut conn: Lent, connector: Arc<Connector>) {
    let token = conn.cancel_token();
    for _ in 0..CANCELS {
        let over = async {
            connector.cancel(&token).await;
            // Answered when what was sent before it is over; a broken transaction refuses it.
            _ = conn.batch_execute("select 1").await;
        };
        if timeout(POOL_WAIT, over).await.is_ok() {
            break;
        }
    }
    drop(Object::take(conn.into_inner()));
}
