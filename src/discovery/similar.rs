//! Arguments that say much the same as a claim, in a topic or in all.

use std::collections::HashMap;

use super::queries;
use super::rarest::Wanted;
use super::types::{SimilarArgument, SimilarArguments};
use crate::access::Sight;
use crate::arguments::similar::{in_topic, ranked};
use crate::arguments::{Argument, ArgumentBrief};
use crate::db::Conn;
use crate::domain::ids::{ArgumentId, TopicId};
use crate::domain::language::Language;
use crate::domain::likeness::LEAST;
use crate::domain::text::Claim;
use crate::http::problem::Result;
use crate::search::HitTopic;
use crate::topics::queries::Head;

/// The classes of the headings of entries that claims have.
const CLASSES: [u8; 5] = [0, 1, 2, 3, 4];

/// How many hits the words that are looked for have together.
const MOST_HITS: f64 = 2_000.0;

/// A claim that others are compared with.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The claim.
    pub claim: &'a Claim,
    /// The language it is written in.
    pub language: &'a Language,
    /// The argument that claims it, if there is one: it is not told to be like itself.
    pub argument: Option<ArgumentId>,
}

impl<'a> Asked<'a> {
    /// What an argument claims.
    pub fn of(argument: &'a Argument) -> Self {
        let Argument { claim, language, id, .. } = argument;
        Self { claim, language, argument: Some(*id) }
    }
}

/// The arguments of the topic, or of all that are in sight, whose claims are most like one.
pub async fn find(
    conn: &Conn,
    topic: &Head,
    asked: Asked<'_>,
    across: Option<&Sight>,
    most: usize,
) -> Result<SimilarArguments> {
    let data = match across {
        None => here(conn, topic, asked, most).await?,
        Some(sight) => everywhere(conn, topic, asked, sight, most).await?,
    };
    Ok(SimilarArguments { revision: topic.revision, data })
}

async fn here(
    conn: &Conn,
    topic: &Head,
    asked: Asked<'_>,
    most: usize,
) -> Result<Vec<SimilarArgument>> {
    let found = in_topic(conn, topic.id, asked.claim, LEAST).await?;
    let others = found.into_iter().filter(|(other, _)| Some(other.id) != asked.argument);
    Ok(others.take(most).map(|(other, likeness)| told(other, likeness, topic.id, None)).collect())
}

/// The arguments of the topic, whatever their language, and those in sight that have rare words of the
/// claim in theirs.
async fn everywhere(
    conn: &Conn,
    topic: &Head,
    asked: Asked<'_>,
    sight: &Sight,
    most: usize,
) -> Result<Vec<SimilarArgument>> {
    let words = queries::words(conn, asked.claim.as_str(), asked.language, &CLASSES).await?;
    let wanted = Wanted::of(&words, MOST_HITS);
    let others = match wanted.and_then(|wanted| wanted.in_headings(&CLASSES)) {
        Some(query) => queries::claiming(conn, &query, asked.language, sight).await?,
        None => Vec::new(),
    };
    let elsewhere = ranked(asked.claim, others, |(_, claim)| claim.as_str(), LEAST).await?;
    let here = in_topic(conn, topic.id, asked.claim, LEAST).await?;

    let mut likeness: HashMap<ArgumentId, f64> =
        elsewhere.into_iter().map(|((id, _), likeness)| (id, likeness)).collect();
    for (ArgumentBrief { id, .. }, alike) in here {
        // A word is not as rare here as it is elsewhere.
        likeness.entry(id).and_modify(|most| *most = most.max(alike)).or_insert(alike);
    }
    let found = likeness.into_iter().filter(|(id, _)| Some(*id) != asked.argument);
    let mut found: Vec<(ArgumentId, f64)> = found.collect();
    found.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    found.truncate(most);
    let ids: Vec<ArgumentId> = found.iter().map(|(id, _)| *id).collect();
    let mut shown = queries::shown(conn, &ids).await?;
    let similar = found.into_iter().filter_map(|(id, likeness)| {
        let (argument, topic) = shown.remove(&id)?;
        Some(told(argument, likeness, topic.id, Some(topic)))
    });
    Ok(similar.collect())
}

fn told(
    argument: ArgumentBrief,
    likeness: f64,
    topic_id: TopicId,
    topic: Option<HitTopic>,
) -> SimilarArgument {
    let ArgumentBrief { id, slug, claim } = argument;
    SimilarArgument { id, topic_id, slug, claim, likeness, topic }
}
