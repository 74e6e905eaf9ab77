//! The one way in which a handler changes something.

use chrono::Duration;

use super::caller::{Caller, Changing};
use super::queries;
use super::sight::Reach;
use crate::db::{self, Conn, Db};
use crate::http::answer::Written;
use crate::http::problem::Result;

/// How long an answer is kept for a client that sends its change again.
pub const KEPT_FOR: Duration = Duration::hours(24);

/// Runs a body that changes something and gives its answer, as a caller who may do that.
///
/// In one transaction: the caller's reach, the change, and the answer that is kept for the client's
/// `Idempotency-Key`. A change that was made already is not made again; its answer is given again.
macro_rules! change {
    ($caller:expr, $db:expr, async |$conn:ident| $body:expr) => {{
        let caller = $caller;
        $crate::db::write!($db, async |$conn| {
            if let Some(kept) = caller.enter($conn).await? {
                return Ok(kept);
            }
            let written = $body?;
            caller.keep($conn, &written).await?;
            Ok(written)
        })
    }};
}

pub(crate) use change;

impl<P: Changing> Caller<P> {
    /// Begins a change: finds whether the caller reaches the topic, and whether the change was made
    /// already; then gives the answer that it had.
    pub(crate) async fn enter(&self, conn: &mut Conn) -> Result<Option<Written>> {
        let Some(holder) = &self.holder else { return Ok(None) };
        // First, as the change may have been the end of the topic. Nobody is given another's answer.
        if let Some(attempt) = &self.attempt
            && let Some(kept) = queries::begin(conn, holder.id, attempt).await?
        {
            return Ok(Some(kept));
        }
        if let (Reach::Topics(topics), Some(name)) = (&holder.reach, &self.topic) {
            queries::check_reach(conn, name, topics).await?;
        }
        Ok(None)
    }

    /// Ends a change: keeps its answer, if the client may send it again.
    pub(crate) async fn keep(&self, conn: &mut Conn, written: &Written) -> Result<()> {
        match (&self.holder, &self.attempt) {
            (Some(holder), Some(attempt)) => queries::keep(conn, holder.id, attempt, written).await,
            (None, _) | (_, None) => Ok(()),
        }
    }
}

/// Forgets the answers that were kept for long enough, and says how many.
pub async fn forget_old_answers(db: &Db) -> Result<usize> {
    db::write!(db, async |conn| queries::forget_old_answers(conn).await)
}
