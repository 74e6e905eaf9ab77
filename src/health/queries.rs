//! All SQL about the service's own health.

use diesel::sql_types::Integer;
use diesel::{IntoSql, select};
use diesel_async::RunQueryDsl;

use crate::db::Conn;
use crate::http::problem::Result;

/// Asks the database for an answer.
pub async fn ping(mut conn: &Conn) -> Result<()> {
    select(1_i32.into_sql::<Integer>()).get_result::<i32>(&mut conn).await?;
    Ok(())
}
