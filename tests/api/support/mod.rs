//! What the tests stand on: a server, databases, the application, its answers, and given records.

mod answer;
mod app;
mod database;
mod given;
mod server;

pub use answer::{Answer, redacted};
pub use app::{Ask, TestApp};
pub use database::{Content, TestDatabase, nobody_waits, on_a_runtime, somebody_waits};
pub use given::{GivenTopic, TEXT, kinds};
pub use server::{OwnPostgres, SERVER};
