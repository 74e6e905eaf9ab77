//! Transactions, and snapshots.
//!
//! What says nothing is not waited for: BEGIN goes ahead of the first statement, and the end of a
//! transaction that changed nothing goes behind the last, so that each costs no way of its own. If
//! one of them cannot be sent, the connection is lost, and so is every other statement on it.

use diesel::result::Error;
use diesel_async::SimpleAsyncConnection;
use diesel_async::pooled_connection::deadpool::Object;
use futures_util::FutureExt;

use super::{Changes, Conn, Db, Lent};
use crate::http::problem::Result;
use crate::metrics::Work;

/// A connection in a transaction. Dropped before the end, it is closed, and PostgreSQL undoes all.
struct Open(Option<Lent>);

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(lent) = self.0.take() {
            drop(Object::take(lent.into_inner()));
        }
    }
}

/// Runs a body in a transaction, and says what it changed: marked before the commit, and let go of
/// after it.
pub(crate) async fn transaction<T, E: From<Error>>(
    lent: Lent,
    changes: &Changes,
    body: impl AsyncFnOnce(&mut Conn) -> std::result::Result<T, E>,
) -> std::result::Result<T, E> {
    let mut open = Open(None);
    let conn = open.0.insert(lent);
    send(conn, "begin");
    // What an import does is too large for the stack.
    let done = match Box::pin(body(conn)).await {
        Ok(done) => match changes.announce(conn).await {
            Ok(writing) => Ok((done, writing)),
            Err(error) => Err(error.into()),
        },
        Err(error) => Err(error),
    };
    let outcome = match done {
        Ok((done, writing)) => match conn.batch_execute("commit").await {
            Ok(()) => {
                writing.committed();
                Ok(done)
            }
            Err(error) => Err(error.into()),
        },
        Err(error) => {
            send(conn, "rollback");
            Err(error)
        }
    };
    // It is over: the connection goes back to the pool as it is.
    open.0 = None;
    outcome
}

impl Db {
    /// Runs several reads that see one state of the database. They are cancelled if nobody waits
    /// for them any more.
    pub(crate) async fn snapshot<T>(
        &self,
        read: impl AsyncFnOnce(&mut Conn) -> Result<T>,
    ) -> Result<T> {
        let in_one_state = async |conn: &mut Conn| {
            send(conn, "begin isolation level repeatable read, read only");
            let done = read(conn).await;
            send(conn, "commit");
            done
        };
        self.alone(Work::Snapshot, in_one_state).await
    }
}

/// Sends a statement whose outcome says nothing: the first poll sends it, and nobody waits for more.
fn send(mut conn: &Conn, statement: &str) {
    _ = conn.batch_execute(statement).now_or_never();
}
