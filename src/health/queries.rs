//! All SQL about the service's own health.

use diesel::QueryDsl;
use diesel_async::RunQueryDsl;

use crate::db::Conn;
use crate::db::migrations::__diesel_schema_migrations::dsl::{__diesel_schema_migrations, version};
use crate::http::problem::Result;

/// The versions of the migrations that the database has.
pub async fn applied_migrations(mut conn: &Conn) -> Result<Vec<String>> {
    Ok(__diesel_schema_migrations.select(version).load(&mut conn).await?)
}
