//! The SQL of imports that no slice has.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::db::Conn;
use crate::db::schema::topics;
use crate::domain::kinds::Status;
use crate::domain::slug::Slug;
use crate::http::problem::Result;

/// Whether there is no topic.
pub async fn is_empty(mut conn: &Conn) -> Result<bool> {
    let first: Option<crate::domain::ids::TopicId> =
        topics::table.select(topics::id).first(&mut conn).await.optional()?;
    Ok(first.is_none())
}

/// The newest topic that everybody may read.
pub async fn newest_published(mut conn: &Conn) -> Result<Option<Slug>> {
    let published = topics::table.filter(topics::status.eq(Status::Published));
    let newest = published.order(topics::id.desc()).select(topics::slug);
    Ok(newest.first(&mut conn).await.optional()?)
}
