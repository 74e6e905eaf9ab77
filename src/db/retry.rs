//! Transactions that PostgreSQL broke off because they got in each other's way.

use std::time::Duration;

use uuid::Uuid;

use crate::http::problem::{Problem, Result};

/// How often a transaction is tried at most.
const MOST: u32 = 5;

/// The longest pause after the first attempt. It doubles with each.
const PAUSE: Duration = Duration::from_millis(20);

/// The attempts at one transaction.
#[derive(Debug, Default)]
pub struct Attempts(u32);

impl Attempts {
    /// Whether to try again after an attempt that ended so; if yes, a short while has passed.
    pub async fn go_on_after<T>(&mut self, done: &Result<T>) -> bool {
        self.0 += 1;
        let again = self.0 < MOST && done.as_ref().err().is_some_and(Problem::is_contended);
        if again {
            // Two that got in each other's way must not come back at the same moment.
            let longest = PAUSE * 2_u32.pow(self.0 - 1);
            tokio::time::sleep(longest * random_byte() / 256).await;
        }
        again
    }
}

/// The last byte of a new id is a random one.
fn random_byte() -> u32 {
    Uuid::now_v7().as_bytes().last().copied().unwrap_or_default().into()
}
