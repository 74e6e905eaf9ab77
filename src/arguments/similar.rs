//! Arguments that say much the same.

use super::queries;
use super::types::ArgumentBrief;
use crate::db::Conn;
use crate::domain::ids::TopicId;
use crate::domain::likeness::{NEARLY_SAME, alike};
use crate::domain::text::Claim;
use crate::http::beside::beside;
use crate::http::problem::{DuplicateCandidate, Problem, Result};
use crate::topics::queries::Head;

/// How many duplicates a refusal names at most.
const MOST_NAMED: usize = 10;

/// The arguments of a topic whose claims are at least so much like this one, the most alike first.
pub async fn in_topic(
    conn: &Conn,
    topic: TopicId,
    claim: &Claim,
    least: f64,
) -> Result<Vec<(ArgumentBrief, f64)>> {
    let others = queries::claims(conn, topic).await?;
    ranked(claim, others, |other| other.claim.as_str(), least).await
}

/// Of these, those whose claims are at least so much like this one, the most alike first, each with
/// its likeness.
pub async fn ranked<T: Clone + Send + 'static>(
    claim: &Claim,
    others: Vec<T>,
    claim_of: fn(&T) -> &str,
    least: f64,
) -> Result<Vec<(T, f64)>> {
    let claim = claim.to_string();
    beside(move || {
        let claims: Vec<&str> = others.iter().map(claim_of).collect();
        let found = alike(&claim, &claims).into_iter().take_while(|it| it.likeness >= least);
        found.filter_map(|it| Some((others.get(it.index)?.clone(), told(it.likeness)))).collect()
    })
    .await
}

/// A likeness as it is told: with four digits, so that no rounding of the last ones is.
pub fn told(likeness: f64) -> f64 {
    (likeness * 10_000.0).round() / 10_000.0
}

/// Refuses a claim that is nearly the same as one that the topic has.
pub async fn refuse_duplicate(conn: &Conn, topic: &Head, claim: &Claim) -> Result<()> {
    let found = in_topic(conn, topic.id, claim, NEARLY_SAME).await?;
    if found.is_empty() {
        return Ok(());
    }
    let candidate = |(other, likeness): (ArgumentBrief, f64)| DuplicateCandidate {
        url: format!("/v1/topics/{}/arguments/{}", topic.slug, other.slug),
        id: other.id,
        slug: other.slug,
        claim: other.claim,
        likeness,
    };
    Err(Problem::duplicate_argument(found.into_iter().take(MOST_NAMED).map(candidate).collect()))
}
