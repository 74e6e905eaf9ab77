//! Tasks that somebody waits for.

use tokio::task::{JoinError, JoinHandle};

/// A task that ends with the one that began it.
#[derive(Debug)]
pub(super) struct OwnTask<T>(JoinHandle<T>);

impl<T> OwnTask<T> {
    pub(super) fn new(task: JoinHandle<T>) -> Self {
        Self(task)
    }

    pub(super) fn is_finished(&self) -> bool {
        self.0.is_finished()
    }

    pub(super) async fn outcome(mut self) -> Result<T, JoinError> {
        (&mut self.0).await
    }
}

impl<T> Drop for OwnTask<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
