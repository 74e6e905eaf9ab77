//! What clients get.

use serde::Serialize;
use utoipa::ToSchema;

use crate::config::COMMIT;
use crate::db::migrations;

/// How the service is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `live`.
    #[schema(example = "live")]
    status: &'static str,
}

impl Health {
    /// It lives.
    pub fn live() -> Self {
        Self { status: "live" }
    }
}

/// Which service this is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Version {
    /// The name of the program.
    #[schema(example = "debatebase")]
    name: &'static str,
    /// Its version (Semantic Versioning 2.0.0).
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// The commit that it was built from, if that was said to the build.
    commit: Option<&'static str>,
    /// The newest migration that it was built with.
    migration: Option<String>,
}

impl Version {
    /// What the build knew.
    pub fn of_this_program() -> Self {
        Self {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            commit: COMMIT,
            migration: migrations::names().pop(),
        }
    }
}
