//! All SQL about keys as records.

use chrono::{DateTime, Duration, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::types::{ApiKey, KeyFilter, NewKey, Rotation};
use crate::access::key::Key;
use crate::access::{Scope, Sight};
use crate::db::Conn;
use crate::db::lists::in_order_of_id;
use crate::db::schema::{keys, topics};
use crate::domain::ids::{KeyId, TopicId, TopicRef};
use crate::domain::input::FaultCode;
use crate::domain::slug::Slug;
use crate::domain::text::Label;
use crate::http::page::{After, Count, Key as SortKey, Listing, Page};
use crate::http::problem::{Code, Found, Problem, Result};

/// How long a key still works beside the one that takes its place, if nothing else is said.
const OVERLAP: Duration = Duration::days(1);

/// A key as it is stored, without its secret.
#[derive(Queryable, Selectable)]
#[diesel(table_name = keys)]
struct Row {
    id: KeyId,
    label: Label,
    scopes: Vec<Scope>,
    topic_ids: Option<Vec<TopicId>>,
    lifetime: Option<i64>,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
}

impl Row {
    /// The key with the names of its topics, of all that are known.
    fn with_names(self, names: &[(TopicId, Slug)]) -> ApiKey {
        let named = |id: &TopicId| {
            names.iter().find(|(known, _)| known == id).map(|(_, slug)| slug.clone())
        };
        ApiKey {
            id: self.id,
            label: self.label,
            scopes: self.scopes,
            topics: self.topic_ids.map(|ids| ids.iter().filter_map(named).collect()),
            created_at: self.created_at,
            expires_at: self.expires_at,
            last_used_at: self.last_used_at,
            revoked_at: self.revoked_at,
        }
    }
}

/// What a key is made of, beside its secret.
struct Fields {
    label: Label,
    scopes: Vec<Scope>,
    topic_ids: Option<Vec<TopicId>>,
    lifetime: Option<i64>,
}

/// Whether there is a key that works and allows everything.
pub async fn any_allows_everything(mut conn: &Conn) -> Result<bool> {
    let works = keys::table
        .filter(keys::scopes.contains(vec![Scope::Admin]))
        .filter(keys::topic_ids.is_null())
        .filter(keys::revoked_at.is_null())
        .filter(keys::expires_at.is_null().or(keys::expires_at.gt(Utc::now())));
    Ok(diesel::select(diesel::dsl::exists(works)).get_result(&mut conn).await?)
}

/// All keys, also those that work no more, newest first.
pub async fn list(mut conn: &Conn, listing: &Listing<KeyFilter>) -> Result<Page<ApiKey>> {
    let total = match listing.count {
        Some(Count::Exact) => Some(keys::table.count().get_result(&mut conn).await?),
        None => None,
    };
    let after = &listing.after;
    let ordered = in_order_of_id!(keys::table.into_boxed::<Pg>(), keys::id, after, true);
    let rows: Vec<Row> = ordered
        .select(Row::as_select())
        .limit(listing.limit.with_lookahead())
        .load(&mut conn)
        .await?;
    let names = names(conn, &rows).await?;
    let found = rows.into_iter().map(|row| row.with_names(&names)).collect();
    Ok(listing.page(found, total, |key| After { key: SortKey::Id, id: key.id.into() }))
}

/// All keys in one list, newest first, for the operator.
pub async fn all(mut conn: &Conn) -> Result<Vec<ApiKey>> {
    let newest_first = keys::table.order(keys::id.desc()).select(Row::as_select());
    let rows: Vec<Row> = newest_first.load(&mut conn).await?;
    let names = names(conn, &rows).await?;
    Ok(rows.into_iter().map(|row| row.with_names(&names)).collect())
}

/// A key, whether it works or not.
pub async fn find(mut conn: &Conn, id: KeyId) -> Result<ApiKey> {
    let row: Option<Row> =
        keys::table.find(id).select(Row::as_select()).first(&mut conn).await.optional()?;
    let row = row.ok_or_else(|| absent(id))?;
    let names = names(conn, std::slice::from_ref(&row)).await?;
    Ok(row.with_names(&names))
}

/// Makes a key.
pub async fn insert(conn: &mut Conn, key: &Key, new: &NewKey) -> Result<ApiKey> {
    let topic_ids = match &new.topics {
        Some(topics) => Some(ids_of(conn, topics.as_slice()).await?),
        None => None,
    };
    let fields = Fields {
        label: new.label.clone(),
        scopes: new.scopes.as_slice().to_vec(),
        topic_ids,
        lifetime: new.expires_in.map(|lifetime| lifetime.get().into()),
    };
    insert_row(conn, key, fields).await
}

/// Ends a key now. One that was revoked before stays as it is.
pub async fn revoke(conn: &mut Conn, id: KeyId) -> Result<ApiKey> {
    let found = lock(conn, id).await?;
    if found.revoked_at.is_none() {
        diesel::update(keys::table.find(id))
            .set(keys::revoked_at.eq(diesel::dsl::now))
            .execute(conn)
            .await?;
    }
    find(conn, id).await
}

/// Makes a key that allows the same as another for as long again, and has that one end soon.
pub async fn rotate(conn: &mut Conn, id: KeyId, key: &Key, rotation: &Rotation) -> Result<ApiKey> {
    let old = lock(conn, id).await?;
    let now = Utc::now();
    if old.revoked_at.is_some() || old.expires_at.is_some_and(|at| at <= now) {
        let detail = format!("The key `{id}` works no more, so no other takes its place.");
        return Err(Problem::new(Code::KeyEnded, detail));
    }
    let end = now + rotation.overlap.map_or(OVERLAP, super::types::Seconds::duration);
    let end = old.expires_at.map_or(end, |at| at.min(end));
    diesel::update(keys::table.find(id)).set(keys::expires_at.eq(end)).execute(conn).await?;
    let fields = Fields {
        label: old.label,
        scopes: old.scopes,
        topic_ids: old.topic_ids,
        lifetime: old.lifetime,
    };
    insert_row(conn, key, fields).await
}

async fn insert_row(conn: &mut Conn, key: &Key, fields: Fields) -> Result<ApiKey> {
    let row: Row = diesel::insert_into(keys::table)
        .values((
            keys::id.eq(key.id()),
            keys::secret_sha256.eq(key.digest().as_slice()),
            keys::label.eq(fields.label),
            keys::scopes.eq(fields.scopes),
            keys::topic_ids.eq(fields.topic_ids),
            keys::lifetime.eq(fields.lifetime),
            keys::expires_at.eq(fields.lifetime.map(|it| Utc::now() + Duration::seconds(it))),
        ))
        .returning(Row::as_returning())
        .get_result(conn)
        .await?;
    let names = names(conn, std::slice::from_ref(&row)).await?;
    Ok(row.with_names(&names))
}

async fn lock(conn: &mut Conn, id: KeyId) -> Result<Row> {
    let row = keys::table.find(id).select(Row::as_select()).for_no_key_update().first(conn).await;
    row.optional()?.ok_or_else(|| absent(id))
}

/// The ids of topics, in the order of their names here; a fault for each that is not there.
async fn ids_of(conn: &mut Conn, names: &[TopicRef]) -> Result<Vec<TopicId>> {
    let mut found = Found::default();
    let mut ids = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        match crate::topics::queries::head(conn, name, &Sight::everything()).await {
            Ok(topic) => ids.push(topic.id),
            Err(problem) if problem.code() == Code::NotFound => {
                let at = format!("/topics/{index}");
                let detail = format!("there is no topic `{name}`");
                found.keep::<()>(Err(Problem::misfit(at, FaultCode::NotFound, detail)))?;
            }
            Err(problem) => return Err(problem),
        }
    }
    found.check()?;
    Ok(ids)
}

/// The slugs of the topics that these keys are bound to.
async fn names(mut conn: &Conn, rows: &[Row]) -> Result<Vec<(TopicId, Slug)>> {
    let ids: Vec<TopicId> =
        rows.iter().flat_map(|row| row.topic_ids.iter().flatten()).copied().collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let named = topics::table.filter(topics::id.eq_any(ids)).select((topics::id, topics::slug));
    Ok(named.load(&mut conn).await?)
}

fn absent(id: KeyId) -> Problem {
    Problem::not_found("key", id)
}
