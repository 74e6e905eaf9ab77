//! Finding out who is calling, before anything else is done.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};
use chrono::Utc;
use std::sync::Arc;

use super::key::Key;
use super::queries;
use super::scope::Scopes;
use super::sight::Reach;
use crate::db::{self, Db};
use crate::domain::ids::KeyId;
use crate::http::middleware::CallerId;
use crate::http::problem::{Code, Problem, Result};

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
    if request.path().starts_with("/v1/") {
        match identity(&request).await {
            Ok(identity) => {
                if let Identity::Key(holder) = &identity {
                    request.extensions_mut().insert(CallerId(holder.id.into()));
                }
                request.extensions_mut().insert(identity);
            }
            Err(problem) => return Ok(request.error_response(problem).map_into_boxed_body()),
        }
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

async fn identity(request: &ServiceRequest) -> Result<Identity> {
    let mut given = request.headers().get_all(AUTHORIZATION);
    let Some(header) = given.next() else { return Ok(Identity::Anonymous) };
    let key = header
        .to_str()
        .ok()
        .filter(|_| given.next().is_none())
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .and_then(|(_, key)| Key::parse(key.trim()));
    let key = key.ok_or_else(|| {
        bad_key(
            "The header `Authorization` is to be `Bearer` and a whole key, as it was shown when it \
             was made: `dbk_…`.",
        )
    })?;
    let db = request.app_data::<Data<Db>>().ok_or_else(|| bad_key("No key is known here."))?;
    holder(db, &key).await.map(|holder| Identity::Key(Arc::new(holder)))
}

/// The holder of a key that is valid now.
async fn holder(db: &Db, key: &Key) -> Result<Holder> {
    let found = queries::find_key(&*db.read().await?, key.id()).await?;
    // Without a key of this id the same is done, so that the time does not tell whether there is one.
    let stored = found.as_ref().map_or([0; 32].as_slice(), |row| &row.secret_sha256);
    let is_right = key.is(stored);
    let Some(row) = found.filter(|_| is_right) else {
        return Err(bad_key("This server knows no such key."));
    };
    let now = Utc::now();
    if row.revoked_at.is_some_and(|at| at <= now) {
        return Err(bad_key("The key was revoked."));
    }
    if row.expires_at.is_some_and(|at| at <= now) {
        return Err(bad_key("The key has expired."));
    }
    if row.last_used_at.is_none_or(|at| now - at > queries::LAST_USED_PRECISION) {
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
            log::debug!("the use of a key could not be noted: {problem}");
        }
    });
}

fn bad_key(detail: &str) -> Problem {
    Problem::new(Code::BadKey, detail)
}
