//! Finding out who is calling, before anything else is done.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::rt::time::timeout;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};
use chrono::Utc;
use moka::sync::Cache;
use std::sync::Arc;
use std::time::Duration;

use super::key::Key;
use super::queries;
use super::scope::Scopes;
use super::sight::Reach;
use crate::db::{self, Db};
use crate::domain::ids::KeyId;
use crate::http::middleware::{CallerId, is_for_api};
use crate::http::problem::{Code, Problem, Result};
use crate::limits::{self, Class, Decision, Limiter};

/// Who a request comes from.
#[derive(Debug, Clone)]
pub enum Identity {
    /// Somebody without a key.
    Anonymous,
    /// The holder of a key.
    Key(Arc<Holder>),
}

/// What the server knows of the holder of a key.
#[derive(Debug)]
pub struct Holder {
    /// The key's public id.
    pub id: KeyId,
    /// What it allows.
    pub scopes: Scopes,
    /// Where it allows that.
    pub reach: Reach,
}

/// Finds out who is calling the API. A key that is not valid is refused, also where none is needed:
/// its holder means to use it, and is to learn that it does not work.
pub async fn identify<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> std::result::Result<ServiceResponse<BoxBody>, Error> {
    if is_for_api(&request) {
        match identity(&request).await {
            Ok(identity) => {
                if let Identity::Key(holder) = &identity {
                    request.extensions_mut().insert(CallerId(holder.id.into()));
                }
                request.extensions_mut().insert(identity);
            }
            Err((problem, decision)) => {
                let mut answer = request.error_response(problem).map_into_boxed_body();
                decision.tell(answer.headers_mut());
                return Ok(answer);
            }
        }
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Who a request comes from; or why it is refused, and how much of their limit is left to those who
/// are at its address.
///
/// A key that was not found right lately counts for the address, before it is looked up: so nobody
/// tries keys faster than they may read.
async fn identity(request: &ServiceRequest) -> std::result::Result<Identity, (Problem, Decision)> {
    if !request.headers().contains_key(AUTHORIZATION) {
        return Ok(Identity::Anonymous);
    }
    let key = given_key(request);
    let known = request.app_data::<Data<KnownKeys>>();
    let is_known = key.as_ref().is_some_and(|key| known.is_some_and(|known| known.has(key)));
    let decision = match request.app_data::<Data<Limiter>>() {
        Some(limiter) if !is_known => limiter.check(Class::Read, limits::address_of(request)),
        Some(_) | None => Decision::Unlimited,
    };
    let refused = |problem| (problem, decision);
    if let Some(problem) = decision.problem() {
        return Err(refused(problem));
    }
    let key = key.ok_or_else(|| {
        refused(bad_key(
            "The header `Authorization` is to be `Bearer` and a whole key, as it was shown when it \
             was made: `dbk_…`.",
        ))
    })?;
    let Some(db) = request.app_data::<Data<Db>>() else {
        return Err(refused(bad_key("No key is known here.")));
    };
    match holder(db, known, &key).await {
        Ok(holder) => {
            if let Some(known) = known {
                known.keep(&key);
            }
            Ok(Identity::Key(Arc::new(holder)))
        }
        Err(problem) => {
            if let Some(known) = known
                && problem.code() == Code::BadKey
            {
                // It counts for the address from now on.
                known.forget(&key);
            }
            Err(refused(problem))
        }
    }
}

/// The key that a request shows, if it shows one, and as it should.
fn given_key(request: &ServiceRequest) -> Option<Key> {
    let mut given = request.headers().get_all(AUTHORIZATION);
    let header = given.next()?.to_str().ok()?;
    let (scheme, key) = header.split_once(' ')?;
    let is_alone = given.next().is_none();
    (is_alone && scheme.eq_ignore_ascii_case("bearer")).then(|| Key::parse(key.trim()))?
}

/// The keys that were found right lately. Whether they are right now is asked each time.
#[derive(Debug)]
pub struct KnownKeys {
    right: Cache<[u8; 32], ()>,
    /// Those whose use was noted within the last minute, or could not be.
    noted: Cache<KeyId, ()>,
}

impl KnownKeys {
    fn has(&self, key: &Key) -> bool {
        self.right.contains_key(&key.digest())
    }

    fn keep(&self, key: &Key) {
        self.right.insert(key.digest(), ());
    }

    fn forget(&self, key: &Key) {
        self.right.invalidate(&key.digest());
    }

    /// Whether the use of a key is to be noted now: once a minute, whatever becomes of it.
    fn is_to_be_noted(&self, id: KeyId) -> bool {
        self.noted.entry(id).or_insert(()).is_fresh()
    }
}

impl Default for KnownKeys {
    fn default() -> Self {
        let (lately, minute) = (Duration::from_secs(600), Duration::from_secs(60));
        Self {
            right: Cache::builder().max_capacity(MOST).time_to_live(lately).build(),
            noted: Cache::builder().max_capacity(MOST).time_to_live(minute).build(),
        }
    }
}

/// How many keys are remembered.
const MOST: u64 = 10_000;

/// How long the look at a key may take.
const LOOK: Duration = Duration::from_secs(5);

/// The holder of a key that is valid now.
async fn holder(db: &Db, known: Option<&Data<KnownKeys>>, key: &Key) -> Result<Holder> {
    let conn = db.read().await?;
    let found = timeout(LOOK, queries::find_key(&conn, key.id())).await;
    let found = found.map_err(|late| Problem::unavailable(&late))??;
    // Without a key of this id the same is done, so that the time does not tell whether there is one.
    let stored = found.as_ref().map_or([0; 32].as_slice(), |row| &row.secret_sha256);
    let is_right = key.is(stored);
    let Some(row) = found.filter(|_| is_right) else {
        return Err(bad_key("This server knows no such key."));
    };
    let now = Utc::now();
    if row.revoked_at.is_some() {
        return Err(bad_key("The key was revoked."));
    }
    if row.expires_at.is_some_and(|at| at <= now) {
        return Err(bad_key("The key has expired."));
    }
    if row.last_used_at.is_none_or(|at| now - at > queries::LAST_USED_PRECISION)
        && known.is_none_or(|known| known.is_to_be_noted(row.id))
    {
        note_use(db.clone(), row.id);
    }
    let reach = row.topic_ids.map_or(Reach::Everything, |ids| Reach::Topics(ids.into()));
    Ok(Holder { id: row.id, scopes: Scopes(row.scopes), reach })
}

/// Writes down that a key was used, beside the request: it neither waits for that nor fails by it.
fn note_use(db: Db, id: KeyId) {
    actix_web::rt::spawn(async move {
        let noted: Result<()> = db::write!(db, async |conn| queries::note_use(conn, id).await);
        if let Err(problem) = noted {
            log::warn!("the use of a key could not be noted: {problem}");
        }
    });
}

fn bad_key(detail: &str) -> Problem {
    Problem::new(Code::BadKey, detail)
}
