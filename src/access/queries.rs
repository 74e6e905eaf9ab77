//! All SQL about who is calling, and about the answers kept for them.

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use sha2::{Digest, Sha256};

use super::change::KEPT_FOR;
use super::scope::Scope;
use crate::db::Conn;
use crate::db::lists::by_name;
use crate::db::schema::{kept_answers, keys, topics};
use crate::domain::ids::{KeyId, TopicId, TopicRef};
use crate::domain::kinds::Status;
use crate::http::answer::Written;
use crate::http::idempotency::Attempt;
use crate::http::problem::{Code, Problem, Result};

/// How exactly it is known when a key was last used.
pub const LAST_USED_PRECISION: Duration = Duration::minutes(1);

/// What is needed to know a key.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = keys)]
pub struct KeyRow {
    /// Its public id.
    pub id: KeyId,
    /// The hash of its secret.
    pub secret_sha256: Vec<u8>,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// The topics that it is bound to, if it is.
    pub topic_ids: Option<Vec<TopicId>>,
    /// When it ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was ended.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was last used.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// The key of this id, valid or not.
pub async fn find_key(mut conn: &Conn, id: KeyId) -> Result<Option<KeyRow>> {
    Ok(keys::table.find(id).select(KeyRow::as_select()).first(&mut conn).await.optional()?)
}

/// Writes down that a key is used now, unless that is known well enough.
pub async fn note_use(conn: &mut Conn, id: KeyId) -> Result<()> {
    let now = Utc::now();
    let is_old = keys::last_used_at.is_null().or(keys::last_used_at.le(now - LAST_USED_PRECISION));
    diesel::update(keys::table.find(id).filter(is_old))
        .set(keys::last_used_at.eq(now))
        .execute(conn)
        .await?;
    Ok(())
}

/// Refuses a change in a topic that is not among these: as one that is not there, if the caller
/// does not see it. The topic stays until the transaction ends.
pub async fn check_reach(conn: &mut Conn, name: &TopicRef, reach: &[TopicId]) -> Result<()> {
    let heads = topics::table.select((topics::id, topics::status)).for_key_share();
    let found: Option<(TopicId, Status)> =
        by_name!(name, topics, |same| heads.filter(same).first(conn).await).optional()?;
    match found {
        Some((id, _)) if reach.contains(&id) => Ok(()),
        Some((_, Status::Published | Status::Archived)) => Err(Problem::new(
            Code::OutOfReach,
            format!("The key is bound to other topics than `{name}`."),
        )),
        Some((_, Status::Draft)) | None => Err(Problem::not_found("topic", name)),
    }
}

diesel::define_sql_function! {
    /// Takes a lock that the transaction holds, unless another has it.
    #[sql_name = "pg_try_advisory_xact_lock"]
    fn try_lock(key: diesel::sql_types::BigInt) -> diesel::sql_types::Bool;
}

/// Begins a change that has a name. Gives the answer that it had, if it was made already.
///
/// Of several that are sent at once, one holds a lock until its transaction ends; the others are
/// told to wait.
pub async fn begin(conn: &mut Conn, caller: KeyId, attempt: &Attempt) -> Result<Option<Written>> {
    let is_alone: bool =
        diesel::select(try_lock(lock_of(caller, &attempt.key))).get_result(conn).await?;
    if !is_alone {
        return Err(Problem::new(
            Code::StillRunning,
            "A request with this `Idempotency-Key` is still running; send this one again later.",
        ));
    }
    let kept: Option<KeptAnswer> = kept_answers::table
        .find((caller, &attempt.key))
        .filter(kept_answers::created_at.gt(Utc::now() - KEPT_FOR))
        .select(KeptAnswer::as_select())
        .first(conn)
        .await
        .optional()?;
    let Some(kept) = kept else { return Ok(None) };
    if kept.request_sha256 != attempt.request {
        return Err(Problem::new(
            Code::KeyReused,
            "This `Idempotency-Key` was sent with another request within the last 24 hours.",
        ));
    }
    Written::again(kept.status, kept.location, kept.etag, kept.body).map(Some)
}

/// Keeps the answer of a change that has a name.
pub async fn keep(
    conn: &mut Conn,
    caller: KeyId,
    attempt: &Attempt,
    written: &Written,
) -> Result<()> {
    let answer = (
        kept_answers::request_sha256.eq(attempt.request.as_slice()),
        kept_answers::status.eq(written.status_number()),
        kept_answers::location.eq(written.location()),
        kept_answers::etag.eq(written.etag()),
        kept_answers::body.eq(written.to_keep()),
        kept_answers::created_at.eq(diesel::dsl::now),
    );
    // One that is there is older than `begin` looks.
    diesel::insert_into(kept_answers::table)
        .values((
            kept_answers::key_id.eq(caller),
            kept_answers::idempotency_key.eq(&attempt.key),
            answer,
        ))
        .on_conflict((kept_answers::key_id, kept_answers::idempotency_key))
        .do_update()
        .set(answer)
        .execute(conn)
        .await?;
    Ok(())
}

/// Forgets the answers that were kept for long enough.
pub async fn forget_old_answers(conn: &mut Conn) -> Result<usize> {
    let old = kept_answers::table.filter(kept_answers::created_at.le(Utc::now() - KEPT_FOR));
    Ok(diesel::delete(old).execute(conn).await?)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = kept_answers)]
struct KeptAnswer {
    request_sha256: Vec<u8>,
    status: i16,
    location: Option<String>,
    etag: Option<String>,
    body: Option<Vec<u8>>,
}

/// The number that a caller's change is locked by.
fn lock_of(caller: KeyId, key: &str) -> i64 {
    let mut hash = Sha256::new();
    hash.update(uuid::Uuid::from(caller).as_bytes());
    hash.update(key.as_bytes());
    let digest: [u8; 32] = hash.finalize().into();
    digest.iter().take(8).fold(0, |number, byte| number << 8 | i64::from(*byte))
}
