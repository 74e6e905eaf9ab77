//! Debatebase: an open, API-first knowledge base of debates.
//!
//! # A tour
//!
//! A request passes three files of one folder: `mod.rs` (the routes), `handlers.rs` (HTTP in, one
//! query call, HTTP out), `queries.rs` (all the SQL). The modules, lowest first; each uses only
//! those above it, and `tests/architecture.rs` holds them to that.

// The vocabulary and the settings.
pub mod config;
pub mod domain;

// Pure values: a debate as a graph, and documents in files.
pub mod formats;
pub mod graph;

// The floors that all slices stand on.
pub mod metrics;

pub mod http;

pub mod limits;

pub mod db;

pub mod cache;

pub mod access;

// The slices, one folder a resource.
pub mod topics;

pub mod links;

pub mod citations;
pub mod relations;

pub mod arguments;
pub mod positions;
pub mod sources;

// What reads or writes across slices.
pub mod expansion;

pub mod analysis;
pub mod discovery;
pub mod exports;
pub mod imports;
pub mod keys;
pub mod search;
pub mod tags;
pub mod views;

// The service's own pages, and everything put together.
pub mod docs;
pub mod health;

pub mod api_document;
pub mod app;

pub mod logging;
pub mod operator;
pub mod server;
