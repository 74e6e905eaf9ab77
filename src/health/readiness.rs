//! Whether the service can answer, check by check.

use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;

use super::queries;
use crate::db::{Db, migrations};
use crate::http::draining::Draining;
use crate::http::problem::{Code, Problem, Result};

/// How long the database may take to answer. Whoever asks for readiness has little patience.
const PATIENCE: Duration = Duration::from_secs(2);

/// A service that can answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Readiness {
    /// `ready`.
    #[schema(example = "ready")]
    status: &'static str,
    checks: Checks,
}

/// What a service that can answer was judged by.
#[derive(Debug, Serialize, ToSchema)]
pub struct Checks {
    /// `no`: the program was not told to stop.
    #[schema(example = "no")]
    draining: &'static str,
    /// `reachable`: the database answers.
    #[schema(example = "reachable")]
    database: &'static str,
    /// `current`: the database has exactly the migrations that the program was built with. `ahead`:
    /// it has those and more, because a newer program migrated it; this one works beside it.
    #[schema(example = "current")]
    migrations: &'static str,
}

/// Makes all checks; the first that fails is the answer.
pub async fn check(db: &Db, draining: &Draining) -> Result<Readiness> {
    if draining.has_begun() {
        let detail = "Failed check: draining. The program was told to stop.";
        return Err(Problem::new(Code::Draining, detail));
    }
    let applied = async { queries::applied_migrations(&*db.read().await?).await };
    let applied = tokio::time::timeout(PATIENCE, applied).await;
    let applied = applied.map_err(|late| Problem::unavailable(&late))??;
    let migrations = compare(&migrations::names(), &applied)?;
    let checks = Checks { draining: "no", database: "reachable", migrations };
    Ok(Readiness { status: "ready", checks })
}

/// Compares the migrations of the program with the versions that the database has.
fn compare(ours: &[String], applied: &[String]) -> Result<&'static str> {
    let lacking: Vec<&str> = ours
        .iter()
        .filter(|name| !applied.contains(&migrations::version_of(name)))
        .map(String::as_str)
        .collect();
    if !lacking.is_empty() {
        let detail =
            format!("Failed check: migrations. The database lacks {}.", lacking.join(", "));
        return Err(Problem::new(Code::SchemaBehind, detail));
    }
    // Each of ours is there, so that a longer list has others.
    Ok(if applied.len() > ours.len() { "ahead" } else { "current" })
}
