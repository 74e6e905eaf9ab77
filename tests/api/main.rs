//! The API as a client meets it, against a real PostgreSQL.
//!
//! Every test has a database of its own and asks the application in its own process; the modules
//! are the resources, the names of the tests are sentences about them.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod support;

// The resources.
mod topics;

mod positions;

mod arguments;

mod relations;

mod citations;
mod quotes;
mod sources;

// What all of them have alike.
mod access;
mod bounds;
mod browsers;
mod conditions;
mod idempotency;
mod input;
mod keys;
mod limits;
mod pages;
mod problems;
mod unfriendly;

// What the program says of itself.
mod contract;
mod docs;
mod examples;
mod exports;
mod health;
mod metrics;
mod operating;
mod readme;
mod ready;

// What the program stands on and begins with.
mod exporting;
mod importing;
mod imports;
mod schema;
mod seeding;
mod serving;
mod stopping;
mod tags;
mod tls;
mod uploads;
mod upserts;

// What goes across them.
mod analysis;
mod archived;
mod caching;
mod compatibility;
mod concurrency;
mod deletion;
mod discovery;
mod drafts;
mod expansion;
mod graph;
mod kept;
mod nodes;
mod outages;
mod outline;
mod plans;
mod prepared;
mod ranking;
mod revisions;
mod search;
mod sparse;
mod statistics;
