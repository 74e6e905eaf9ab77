//! Clients that have a state already are spared the reading of it.

use actix_web::HttpResponse;

use crate::access::{Caller, Read};
use crate::db::Db;
use crate::domain::ids::TopicRef;
use crate::http::answer;
use crate::http::conditions::Conditions;
use crate::http::problem::Result;
use crate::topics;

/// A client that has the state already is spared the reading of all the rest.
pub async fn unchanged(
    db: &Db,
    topic: &TopicRef,
    caller: &Caller<Read>,
    conditions: &Conditions,
) -> Result<Option<HttpResponse>> {
    if conditions.is_unconditional_read() {
        return Ok(None);
    }
    let topic = topics::queries::head(&*db.read().await?, topic, &caller.sight()).await?;
    Ok(answer::unchanged(conditions, &topic.revision.to_string()))
}
