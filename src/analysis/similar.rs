//! Arguments that say much the same.

use super::queries;
use super::shape::beside;
use super::types::{SimilarArgument, SimilarArguments};
use crate::arguments::Argument;
use crate::db::Conn;
use crate::domain::likeness::alike;
use crate::http::problem::Result;
use crate::topics::queries::Head;

/// Below this, claims share words without being alike.
const LEAST: f64 = 0.2;

/// The arguments of the topic whose claims are most like that of one of them.
pub async fn to(
    conn: &Conn,
    topic: &Head,
    argument: &Argument,
    limit: usize,
) -> Result<SimilarArguments> {
    let mut others = queries::claims(conn, topic.id).await?;
    others.retain(|other| other.id != argument.id);
    let claim = argument.claim.to_string();
    let data = beside(move || {
        let claims: Vec<&str> = others.iter().map(|other| other.claim.as_str()).collect();
        let found = alike(&claim, &claims).into_iter().take(limit);
        let similar = found.take_while(|it| it.likeness >= LEAST).filter_map(|it| {
            let other = others.get(it.index)?.clone();
            // Four digits, so that no rounding of the last ones is told.
            let likeness = (it.likeness * 10_000.0).round() / 10_000.0;
            Some(SimilarArgument { id: other.id, slug: other.slug, claim: other.claim, likeness })
        });
        similar.collect()
    })
    .await?;
    Ok(SimilarArguments { revision: topic.revision, data })
}
