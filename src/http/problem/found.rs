//! Faults that are found one after the other.

use super::{Located, Problem, Result};

/// Faults that are found one after the other, in the database, to be told together.
#[derive(Debug, Default)]
pub struct Found(Vec<Located>);

impl Found {
    /// Keeps the faults of a result. `None` means that there were some.
    pub fn keep<T>(&mut self, result: Result<T>) -> Result<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(problem) if !problem.0.faults.is_empty() => {
                self.0.extend(problem.0.faults);
                Ok(None)
            }
            Err(problem) => Err(problem),
        }
    }

    /// Whether there is no fault.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Goes on if there is no fault.
    pub fn check(self) -> Result<()> {
        if self.is_empty() { Ok(()) } else { Err(self.into_problem()) }
    }

    /// The problem that they are, in the order they were found.
    pub fn into_problem(self) -> Problem {
        Problem::of(self.0)
    }
}
