//! Work that takes a while.

use super::problem::{Problem, Result};

/// Does what takes a while beside what else the thread has to do.
pub async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Problem::internal(&error))
}
