//! All hits, counted.

use std::collections::HashMap;

use super::loading_queries as loading;
use super::queries::{self, Search};
use super::types::{Facet, FacetCount, Facets, Facetted};
use crate::db::Conn;
use crate::domain::ids::TopicId;
use crate::http::problem::Result;

/// The most values that are told of one facet.
const MOST: usize = 100;

/// Counts all hits in the ways asked for.
pub async fn facets(conn: &mut Conn, search: Search<'_>, asked: &Facetted) -> Result<Facets> {
    let groups = queries::counts(conn, search).await?;
    let mut ids: Vec<TopicId> = groups.iter().filter_map(|(_, _, topic, _)| *topic).collect();
    ids.sort_unstable();
    ids.dedup();
    let of_topics = asked.0.iter().any(|facet| matches!(facet, Facet::Topic | Facet::Tag));
    let topics = if of_topics { loading::tags(conn, &ids).await? } else { HashMap::new() };
    let mut facets = Facets::default();
    for facet in &asked.0 {
        let mut counts = HashMap::<String, i64>::new();
        for (kind, language, topic, count) in &groups {
            let topic = topic.and_then(|id| topics.get(&id));
            let values: Vec<String> = match facet {
                Facet::Kind => vec![kind.to_string()],
                Facet::Language => language.iter().cloned().collect(),
                Facet::Topic => topic.iter().map(|(slug, _)| slug.to_string()).collect(),
                Facet::Tag => {
                    topic.iter().flat_map(|(_, tags)| tags).map(ToString::to_string).collect()
                }
            };
            for value in values {
                *counts.entry(value).or_default() += count;
            }
        }
        let told = Some(most(counts));
        match facet {
            Facet::Kind => facets.kind = told,
            Facet::Language => facets.language = told,
            Facet::Topic => facets.topic = told,
            Facet::Tag => facets.tag = told,
        }
    }
    Ok(facets)
}

fn most(counts: HashMap<String, i64>) -> Vec<FacetCount> {
    let mut counts: Vec<FacetCount> =
        counts.into_iter().map(|(value, count)| FacetCount { value, count }).collect();
    counts.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    counts.truncate(MOST);
    counts
}
