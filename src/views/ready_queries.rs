//! The SQL of outlines that are ready.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Integer, Uuid};
use diesel_async::RunQueryDsl;

use crate::access::{Sight, visible};
use crate::db::Conn;
use crate::db::lists::by_name;
use crate::db::schema::{outlines, topics};
use crate::db::statement::statement;
use crate::domain::ids::{TopicId, TopicRef};
use crate::http::problem::{Problem, Result};

/// An outline, and how many bytes it is when it is unpacked.
pub type Packed = (i32, Vec<u8>);

/// The topic and its revision, with the outline of that revision, if this build stored one.
pub async fn find(
    mut conn: &Conn,
    name: &TopicRef,
    sight: &Sight,
    build: i64,
) -> Result<(TopicId, i64, Option<Packed>)> {
    let is_good = outlines::topic_id
        .eq(topics::id)
        .and(outlines::revision.eq(topics::revision))
        .and(outlines::build.eq(build));
    let all = topics::table
        .left_join(outlines::table.on(is_good))
        .filter(visible(topics::id, topics::status, sight))
        .select((topics::id, topics::revision, (outlines::length, outlines::packed).nullable()));
    let row = by_name!(name, topics, |same| all.filter(same).first(&mut conn).await.optional())?;
    row.ok_or_else(|| Problem::not_found("topic", name))
}

statement! {
    /// One that was made of a later revision meanwhile stays.
    struct Store {
        topic: TopicId => Uuid,
        revision: i64 => BigInt,
        build: i64 => BigInt,
        length: i32 => Integer,
        packed: Vec<u8> => Binary,
    } = "insert into outlines (topic_id, revision, build, length, packed) values ($1, $2, $3, $4, $5) \
         on conflict (topic_id) do update set (revision, build, length, packed) = \
         (excluded.revision, excluded.build, excluded.length, excluded.packed) \
         where outlines.revision <= excluded.revision";
}

/// Stores the outline of a revision.
pub async fn store(
    conn: &mut Conn,
    topic: TopicId,
    revision: i64,
    build: i64,
    (length, packed): Packed,
) -> Result<()> {
    Store { topic, revision, build, length, packed }.execute(conn).await?;
    Ok(())
}
