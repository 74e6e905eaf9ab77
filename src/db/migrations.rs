//! The schema's history, compiled into the program.

use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel_async::{AsyncMigrationHarness, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{BoxError as Error, connect};

/// Every migration, oldest first.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// The names of the migrations that this program was built with, oldest first.
pub fn names() -> Vec<String> {
    // They were read when the program was built, which cannot fail any more.
    let all: Vec<Box<dyn Migration<Pg>>> = MIGRATIONS.migrations().unwrap_or_default();
    let mut names: Vec<String> = all.iter().map(|one| one.name().to_string()).collect();
    names.sort();
    names
}

/// How the database names a migration: `20261124100000` for `2026-11-24-100000_create_topics`.
pub fn version_of(name: &str) -> String {
    name.split('_').next().unwrap_or_default().replace('-', "")
}

diesel::table! {
    /// Where diesel keeps which migrations were run.
    __diesel_schema_migrations (version) {
        version -> Text,
        run_on -> Timestamp,
    }
}

/// Two programs that start at once must not migrate at once: this lock lets one wait for the other.
const LOCK: i64 = 0x6465_6261_7465; // "debate"

/// Brings the database up to date and gives the names of what was run.
///
/// Must run on a multi-thread runtime: diesel's harness blocks in place.
pub async fn run(url: &str) -> Result<Vec<String>, Error> {
    with_lock(url, |harness| {
        let pending = harness.pending_migrations(MIGRATIONS)?;
        let names = pending.iter().map(|migration| migration.name().to_string()).collect();
        harness.run_migrations(&pending)?;
        Ok(names)
    })
    .await
}

/// Takes every migration back, newest first.
pub async fn revert_all(url: &str) -> Result<(), Error> {
    with_lock(url, |harness| harness.revert_all_migrations(MIGRATIONS).map(|_reverted| ())).await
}

async fn with_lock<T>(
    url: &str,
    work: impl FnOnce(&mut AsyncMigrationHarness<super::Conn>) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut connection = connect(url).await?;
    // Held by the session, which ends with this function.
    diesel::select(advisory_lock(LOCK)).execute(&mut connection).await?;
    let mut harness = AsyncMigrationHarness::new(connection);
    work(&mut harness)
}

diesel::define_sql_function! {
    /// Waits for a lock that the session holds.
    #[sql_name = "pg_advisory_lock"]
    fn advisory_lock(key: diesel::sql_types::BigInt) -> diesel::sql_types::Bool;
}
