//! Answers that are being made: who asks the same meanwhile waits for the answer, and makes none.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::answers::Key;

/// How long the answer of another is waited for: a slow one is no reason to be twice as slow.
const PATIENCE: Duration = Duration::from_secs(1);

/// The questions whose answers are being made now.
#[derive(Debug, Default)]
pub(super) struct Flights(Mutex<HashMap<Key, Arc<Semaphore>>>);

/// What is to be done about a question.
#[derive(Debug)]
pub(super) enum Turn<'f> {
    /// To make the answer.
    Own(Flight<'f>),
    /// To wait for the answer of another, and then to look again.
    Others(Landing),
}

/// An answer that is being made. However that ends, those who wait for it are told.
#[derive(Debug)]
pub(super) struct Flight<'f> {
    flights: &'f Flights,
    key: Key,
}

/// The end of a flight.
#[derive(Debug)]
pub(super) struct Landing(Arc<Semaphore>);

impl Flights {
    /// Whose turn it is to answer a question.
    pub(super) fn turn(&self, key: &[u8]) -> Turn<'_> {
        let mut flying = self.lock();
        if let Some(gate) = flying.get(key) {
            return Turn::Others(Landing(Arc::clone(gate)));
        }
        flying.insert(key.into(), Arc::new(Semaphore::new(0)));
        Turn::Own(Flight { flights: self, key: key.into() })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Arc<Semaphore>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        if let Some(gate) = self.flights.lock().remove(&self.key) {
            gate.close();
        }
    }
}

impl Landing {
    /// Waits for it, if it is not far.
    pub(super) async fn wait(self) {
        // Nobody ever gets a permit: the gate is closed when the flight is over.
        _ = timeout(PATIENCE, self.0.acquire()).await;
    }
}
