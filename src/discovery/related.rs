//! Topics that go with one: by shared tags, shared sources, and the wording of their titles.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::queries::{self, Candidate};
use super::rarest::Wanted;
use super::types::RelatedTopic;
use crate::access::Sight;
use crate::arguments::similar::told;
use crate::db::Conn;
use crate::domain::ids::{SourceId, TopicId};
use crate::domain::likeness::{LEAST, alike, weight};
use crate::domain::slug::Slug;
use crate::domain::text::Tag;
use crate::http::beside::beside;
use crate::http::problem::Result;
use crate::topics::Topic;

/// The classes of the headings of entries that topics have.
const CLASSES: [u8; 3] = [5, 6, 7];

/// How many hits the tags, or the words, that are looked for have together.
const MOST_HITS: f64 = 300.0;

/// How many sources of the topic are looked at.
const MOST_SOURCES: usize = 200;

/// The topics in sight that go with one, those with the most in common first.
pub async fn to(
    conn: &Conn,
    topic: Topic,
    sight: &Sight,
    most: usize,
) -> Result<Vec<RelatedTopic>> {
    let sources = sources(conn, topic.id).await?;
    let mut quoting: HashMap<TopicId, HashSet<SourceId>> = HashMap::new();
    for (source, quoter) in queries::quoting(conn, &sources).await? {
        quoting.entry(quoter).or_default().insert(source);
    }
    let mut ids: BTreeSet<TopicId> = quoting.keys().copied().collect();
    ids.extend(tagged(conn, &topic, sight).await?);
    ids.extend(titled(conn, &topic, sight).await?);
    ids.remove(&topic.id);
    let ids: Vec<TopicId> = ids.into_iter().collect();
    let others = queries::seen(conn, &ids, sight).await?;
    let slugs = queries::slugs(conn, &sources).await?.into_iter().collect();
    beside(move || compared(&topic, &others, &Quotes { sources, quoting, slugs }, most)).await
}

/// The sources of the topic, each once, those that it quotes first.
async fn sources(conn: &Conn, topic: TopicId) -> Result<Vec<SourceId>> {
    let mut known = HashSet::new();
    let all = queries::quoted(conn, topic).await?.into_iter();
    Ok(all.filter(|source| known.insert(*source)).take(MOST_SOURCES).collect())
}

/// Topics that have rare tags of the topic.
async fn tagged(conn: &Conn, topic: &Topic, sight: &Sight) -> Result<Vec<TopicId>> {
    let tags = queries::tags(conn, &topic.tags).await?;
    match Wanted::of(&tags, MOST_HITS) {
        Some(wanted) => queries::tagged(conn, &wanted, sight).await,
        None => Ok(Vec::new()),
    }
}

/// Topics that have rare words of the title in theirs.
async fn titled(conn: &Conn, topic: &Topic, sight: &Sight) -> Result<Vec<TopicId>> {
    let words = queries::words(conn, topic.title.as_str(), &topic.language, &CLASSES).await?;
    let wanted = Wanted::of(&words, MOST_HITS);
    match wanted.and_then(|wanted| wanted.in_headings(&CLASSES)) {
        Some(query) => queries::titled(conn, &query, &topic.language, sight).await,
        None => Ok(Vec::new()),
    }
}

/// The sources of the topic, and who else quotes them.
#[derive(Debug)]
struct Quotes {
    sources: Vec<SourceId>,
    quoting: HashMap<TopicId, HashSet<SourceId>>,
    slugs: HashMap<SourceId, Slug>,
}

/// Compares the topic with others.
fn compared(
    topic: &Topic,
    others: &[Candidate],
    quotes: &Quotes,
    most: usize,
) -> Vec<RelatedTopic> {
    let titles: Vec<&str> = others.iter().map(|other| other.title.as_str()).collect();
    let found = alike(topic.title.as_str(), &titles).into_iter();
    let likeness: HashMap<usize, f64> = found.map(|it| (it.index, it.likeness)).collect();
    let none = HashSet::new();
    let quoted = |other: &Candidate| quotes.quoting.get(&other.id).unwrap_or(&none);
    let tags: Weights<'_, Tag> =
        Weights::of(&topic.tags, others, |other, tag| other.tags.contains(tag));
    let sources: Weights<'_, SourceId> =
        Weights::of(&quotes.sources, others, |other, source| quoted(other).contains(source));
    let mut related: Vec<RelatedTopic> = Vec::new();
    for (index, other) in others.iter().enumerate() {
        let (shared_tags, tag_share) = tags.shared(|tag| other.tags.contains(tag));
        let (shared_sources, source_share) =
            sources.shared(|source| quoted(other).contains(source));
        let likeness = likeness.get(&index).copied().unwrap_or_default();
        if shared_tags.is_empty() && shared_sources.is_empty() && likeness < LEAST {
            continue;
        }
        let slug = |source: &SourceId| quotes.slugs.get(source).cloned();
        related.push(RelatedTopic {
            id: other.id,
            slug: other.slug.clone(),
            title: other.title.clone(),
            score: told((tag_share + source_share + likeness) / 3.0),
            shared_tags: shared_tags.into_iter().cloned().collect(),
            shared_sources: shared_sources.into_iter().filter_map(slug).collect(),
            likeness: told(likeness),
        });
    }
    related.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.id.cmp(&other.id)));
    related.truncate(most);
    related
}

/// What the topic has, the rarest first, each with how much it counts.
#[derive(Debug)]
struct Weights<'a, T> {
    weighed: Vec<(&'a T, f64)>,
    total: f64,
}

impl<'a, T> Weights<'a, T> {
    /// By how many of the others have it, too.
    fn of(own: &'a [T], others: &[Candidate], has: impl Fn(&Candidate, &T) -> bool) -> Self {
        let count = |one: &T| others.iter().filter(|other| has(other, one)).count();
        let mut weighed: Vec<(&T, f64)> =
            own.iter().map(|one| (one, weight(count(one), others.len()))).collect();
        weighed.sort_by(|one, other| other.1.total_cmp(&one.1));
        let total = weighed.iter().map(|(_, weight)| weight).sum();
        Self { weighed, total }
    }

    /// What another has of it, and how much of the whole that is: from 0 to 1.
    fn shared(&self, has: impl Fn(&T) -> bool) -> (Vec<&'a T>, f64) {
        let shared = self.weighed.iter().filter(|(one, _)| has(one));
        let (shared, weights): (Vec<&T>, Vec<f64>) = shared.copied().unzip();
        let share = if shared.is_empty() { 0.0 } else { weights.iter().sum::<f64>() / self.total };
        (shared, share)
    }
}
