//! Connections that are measured: for how long they are waited for, and for how long they are held.

use std::ops::{Deref, DerefMut};

use super::Conn;
use crate::metrics::Timer;

/// A connection that is measured for as long as somebody holds it.
#[derive(Debug)]
pub struct Timed<C> {
    connection: C,
    _timer: Timer,
}

impl<C> Timed<C> {
    pub(super) fn new(connection: C, timer: Timer) -> Self {
        Self { connection, _timer: timer }
    }

    /// The connection alone, which nobody holds any more for some work.
    pub(super) fn into_inner(self) -> C {
        self.connection
    }
}

impl<C: Deref<Target = Conn>> Deref for Timed<C> {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.connection
    }
}

impl<C: DerefMut<Target = Conn>> DerefMut for Timed<C> {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.connection
    }
}
