//! A search from the query to the page of hits.

use std::collections::{HashMap, HashSet};

use futures_util::future::try_join;
use uuid::Uuid;

use super::asked::Asked;
use super::basis::{self, Basis};
use super::loading_queries::{self as loading, Entry};
use super::parts::{self, Part};
use super::places::{self, Readable};
use super::queries::{self, Scored, Search};
use super::stems::Stems;
use super::types::{Field, Hit, HitTopic, Kind, SearchFilter, SearchResults};
use super::words_queries::{self as words, Reading};
use super::{counting, spelling};
use crate::access::Sight;
use crate::db::Conn;
use crate::http::page::{After, Count, Key, Listing};
use crate::http::problem::Result;
use crate::{sources, topics};

/// So few hits are little: then the words may be misspelt.
pub const FEW: usize = 3;

/// How many hits are ranked at once. A part that has more is divided.
const MOST_RANKED: i64 = 2_000;

/// A part that is estimated to have so many is divided without a look: such an estimate is seldom
/// wrong by so much, and if it is, the hits are the same and only found more slowly.
const MANY: u64 = 3_000;

/// A part that cannot be divided and is estimated to have so many is not ranked.
const TOO_MANY: u64 = 4_000;

/// How much of a text is looked for.
const MOST_WORDS: usize = 64;
const MOST_CHARACTERS: usize = 2_000;
const MOST_HYPHENS: usize = 16;

/// Finds a page of hits, and tells what that depends on.
pub async fn find(
    conn: &mut Conn,
    stems: &Stems,
    listing: &Listing<SearchFilter>,
    sight: &Sight,
) -> Result<(SearchResults, Basis)> {
    let filter = &listing.filter;
    let topic = match &filter.topic {
        Some(name) => Some(topics::queries::head(conn, name, sight).await?.id),
        None => None,
    };
    let source = match &filter.source {
        Some(name) => Some(sources::queries::find(conn, name).await?.id),
        None => None,
    };
    let text = beginning(&filter.q.0);
    let readings = read(conn, &text, filter).await?;
    let mut asked = asked_of(&readings);
    let search = Search { asked: &asked, filter, topic, source, sight };

    let after: Option<Scored> = match &listing.after {
        Some(after) => Some((after.id, after.key.score()?)),
        None => None,
    };
    let wanted = usize::try_from(listing.limit.with_lookahead()).unwrap_or(usize::MAX);
    let mut hits = match after {
        None => best(conn, search, None, wanted).await?,
        Some(_) => Vec::new(),
    };
    let is_little = match after {
        None => hits.len() < FEW.min(wanted),
        Some(_) => few_hits(conn, search).await? < FEW,
    };
    let taken = if is_little { spelling::taken(conn, &text, search).await? } else { Vec::new() };
    if !taken.is_empty() {
        let right = read(conn, &spelling::corrected(&text, &taken), filter).await?;
        asked = either(asked, asked_of(&right));
    }
    let search = Search { asked: &asked, filter, topic, source, sight };
    if after.is_some() || !taken.is_empty() {
        hits = best(conn, search, after, wanted).await?;
    }

    let total = match listing.count {
        Some(Count::Exact) => Some(count(conn, search).await?),
        None => None,
    };
    let facets = match &filter.facets {
        Some(facets) => Some(counting::facets(conn, search, facets).await?),
        None => None,
    };
    let is_full = total.is_none() && hits.len() == wanted;
    let last = hits.last().copied().filter(|_| is_full);
    let page = listing.page(hits, total, |(id, score)| After { key: Key::Score(*score), id: *id });
    let data = shown(conn, stems, &page.data, &asked).await?;
    // What few or none have may be taken for any word.
    let basis = if is_little { Basis::Anything } else { basis::of(search, &readings, last, &data) };
    Ok((SearchResults { data, page: page.page, taken, facets }, basis))
}

/// As much of a text as is looked for.
fn beginning(text: &str) -> String {
    let text = readable_signs(text.chars().take(MOST_CHARACTERS));
    match text.split_whitespace().nth(MOST_WORDS) {
        None => text,
        Some(_) => text.split_whitespace().take(MOST_WORDS).collect::<Vec<_>>().join(" "),
    }
}

/// The text without the hyphens that stand before nothing, and without more of those that may mean
/// "not" than anybody writes: PostgreSQL keeps them all in mind, and gives up at thirty.
fn readable_signs(text: impl Iterator<Item = char>) -> String {
    let mut text = text.peekable();
    let mut kept = String::new();
    let (mut hyphens, mut is_in_word) = (0, false);
    while let Some(c) = text.next() {
        let is_sign = c == '-' && !is_in_word;
        is_in_word = c.is_alphanumeric();
        let stands_before = text.peek().is_some_and(|next| next.is_alphanumeric() || *next == '"');
        hyphens += usize::from(is_sign && stands_before);
        kept.push(if is_sign && (!stands_before || hyphens > MOST_HYPHENS) { ' ' } else { c });
    }
    kept
}

/// What a text asks for, in the words of each dictionary.
async fn read(conn: &mut Conn, text: &str, filter: &SearchFilter) -> Result<Vec<Reading>> {
    let begun = beginning_of_word(text, filter);
    let text = text.strip_suffix(begun).unwrap_or(text);
    if !begun.is_empty() && text.matches('"').count() % 2 == 1 {
        // Of a phrase that is still being written, the words are looked for.
        return words::read(conn, &text.replace('"', " "), begun).await;
    }
    words::read(conn, text, begun).await
}

/// The last word of a text, if it may go on; empty if the text does not end in one that is wanted.
pub fn beginning_of_word<'t>(text: &'t str, filter: &SearchFilter) -> &'t str {
    if filter.prefix.is_some_and(|prefix| prefix.0) { begun(text) } else { "" }
}

fn begun(text: &str) -> &str {
    let before = text.trim_end_matches(char::is_alphanumeric);
    // A hyphen within a word is no sign.
    let is_unwanted =
        before.strip_suffix('-').is_some_and(|before| !before.ends_with(char::is_alphanumeric));
    if is_unwanted { "" } else { text.strip_prefix(before).unwrap_or_default() }
}

/// What is asked for in each dictionary in which that is something.
pub fn asked_of(readings: &[Reading]) -> Vec<Asked> {
    readings.iter().filter_map(Asked::of).collect()
}

/// What was written or what is right, in each dictionary.
fn either(written: Vec<Asked>, right: Vec<Asked>) -> Vec<Asked> {
    let mut written: HashMap<String, Asked> =
        written.into_iter().map(|asked| (asked.dictionary.clone(), asked)).collect();
    let mut either: Vec<Asked> = right
        .into_iter()
        .map(|right| match written.remove(&right.dictionary) {
            Some(written) => written.or(right),
            None => right,
        })
        .collect();
    either.extend(written.into_values());
    either
}

/// How many hits there are, up to a few more than few.
pub async fn few_hits(conn: &mut Conn, search: Search<'_>) -> Result<usize> {
    if search.asked.is_empty() {
        return Ok(0);
    }
    queries::count_to(conn, search, i64::try_from(FEW * 10).unwrap_or(i64::MAX)).await
}

async fn count(conn: &mut Conn, search: Search<'_>) -> Result<i64> {
    if search.asked.is_empty() { Ok(0) } else { queries::count(conn, search).await }
}

/// The best hits after another, as many as are wanted.
///
/// A part that has more hits than are ranked at once is divided, and its parts are looked through,
/// the best first, until there are enough.
async fn best(
    conn: &mut Conn,
    search: Search<'_>,
    after: Option<Scored>,
    wanted: usize,
) -> Result<Vec<Scored>> {
    if search.asked.is_empty() {
        return Ok(Vec::new());
    }
    let has_phrase = search.asked.iter().any(|asked| asked.phrase.is_some());
    let mut best: Vec<Scored> = Vec::with_capacity(wanted);
    let mut parts = vec![Part::ALL];
    while let Some(part) = parts.pop() {
        if after.is_some_and(|(_, last)| part.least_score() > last) {
            continue;
        }
        let divided = part.divided(has_phrase);
        if divided.is_empty() {
            let missing = i64::try_from(wanted - best.len()).unwrap_or(i64::MAX);
            best.extend(best_of_undivided(conn, search, part, after, missing).await?);
        } else if let Some(ranked) =
            ranked_at_once(conn, search, part, after, wanted - best.len()).await?
        {
            best.extend(ranked);
        } else {
            parts.extend(divided.into_iter().rev());
            continue;
        }
        best.truncate(wanted);
        if best.len() == wanted {
            break;
        }
    }
    Ok(best)
}

/// The best hits of a part that cannot be divided; or, if it has very many, any of them.
///
/// A page goes on in the way of the one before it, whatever the estimate says by then.
async fn best_of_undivided(
    conn: &mut Conn,
    search: Search<'_>,
    part: Part,
    after: Option<Scored>,
    most: i64,
) -> Result<Vec<Scored>> {
    let are_too_many = match after_unranked(part, after) {
        Some(was_unranked) => was_unranked,
        None => queries::estimate(conn, search, part).await? > TOO_MANY,
    };
    if are_too_many {
        queries::unranked(conn, search, part, after, most).await
    } else {
        queries::hits(conn, search, part, after, most).await
    }
}

/// If the last hit before the page is of this part: whether it was one that is not ranked.
fn after_unranked(part: Part, after: Option<Scored>) -> Option<bool> {
    let last = after.map(|(_, last)| last);
    last.filter(|last| part.may_have(*last)).map(parts::is_unranked)
}

/// The best hits of a part, in their order; `None` if there are more than are ranked at once.
async fn ranked_at_once(
    conn: &mut Conn,
    search: Search<'_>,
    part: Part,
    after: Option<Scored>,
    wanted: usize,
) -> Result<Option<Vec<Scored>>> {
    if after_unranked(part, after) == Some(true) {
        return Ok(None);
    }
    // A search for rare words, which is never divided, does not wait for the estimate.
    if part != Part::ALL && queries::estimate(conn, search, part).await? > MANY {
        return Ok(None);
    }
    let hits = queries::best(conn, search, part, after, wanted, MOST_RANKED).await?;
    Ok(hits.map(|mut hits| {
        hits.sort_unstable_by_key(|(id, score)| std::cmp::Reverse((*score, *id)));
        hits
    }))
}

/// The hits as they are shown.
async fn shown(
    conn: &mut Conn,
    stems: &Stems,
    hits: &[Scored],
    asked: &[Asked],
) -> Result<Vec<Hit>> {
    if hits.is_empty() {
        return Ok(Vec::new());
    }
    // A record has the id of its entry, and a passage, which has one of its own, is no argument.
    let ids: Vec<Uuid> = hits.iter().map(|(id, _)| *id).collect();
    let (entries, mut bearings) =
        try_join(loading::entries(conn, &ids), loading::bearings(conn, &ids)).await?;
    let in_order: Vec<(&Entry, i64)> =
        hits.iter().filter_map(|(id, score)| Some((entries.get(id)?, *score))).collect();
    let meant = meant(conn, stems, asked, &in_order).await?;

    let mut shown = Vec::with_capacity(in_order.len());
    for (entry, score) in in_order {
        let nothing = HashSet::new();
        let words = meant.get(entry.dictionary.as_str()).unwrap_or(&nothing);
        let Some(place) = places::place(&readable(entry), words) else { continue };
        let topic = entry.topic();
        shown.push(Hit {
            kind: entry.kind,
            id: entry.record_id,
            slug: entry.slug.clone(),
            url: url(entry, topic.as_ref()),
            topic,
            title: entry.title.clone(),
            place,
            rank: rank(score),
            bears_on: bearings.remove(&entry.id),
        });
    }
    Ok(shown)
}

/// The words of the page that the query means, in each dictionary.
async fn meant<'a>(
    conn: &mut Conn,
    stems: &Stems,
    asked: &'a [Asked],
    hits: &[(&Entry, i64)],
) -> Result<HashMap<&'a str, HashSet<String>>> {
    let mut meant = HashMap::new();
    for one in asked {
        let of_dictionary = hits.iter().filter(|(entry, _)| entry.dictionary == one.dictionary);
        let texts = of_dictionary.flat_map(|(entry, _)| readable(entry));
        let candidates = places::candidates(texts.map(|readable| readable.text), &one.term);
        let words = stems.meant(conn, &one.dictionary, candidates, &one.term).await?;
        meant.insert(one.dictionary.as_str(), words);
    }
    Ok(meant)
}

/// The texts of a hit that may have the words, those first that say more.
fn readable(entry: &Entry) -> Vec<Readable<'_>> {
    let Entry { title, text, .. } = entry;
    let whole = |field, text| Readable { field, start: 0, text };
    match (entry.kind, &entry.passage) {
        (Kind::Topic, _) => vec![whole(Field::Title, title), whole(Field::Summary, text)],
        (Kind::Position, _) => vec![whole(Field::Statement, title), whole(Field::Summary, text)],
        (Kind::Argument, _) => vec![whole(Field::Claim, title), whole(Field::Body, text)],
        (Kind::Source, None) => vec![whole(Field::Title, title)],
        (Kind::Source, Some(passage)) => {
            let start = entry.start_at.and_then(|start| usize::try_from(start).ok());
            vec![Readable { field: Field::Text, start: start.unwrap_or_default(), text: passage }]
        }
        (Kind::Citation, _) => vec![whole(Field::Exact, text)],
    }
}

fn url(entry: &Entry, topic: Option<&HitTopic>) -> String {
    let slug = &entry.slug;
    let topic = topic.map(|topic| topic.slug.to_string()).unwrap_or_default();
    match entry.kind {
        Kind::Topic => format!("/v1/topics/{slug}"),
        Kind::Position => format!("/v1/topics/{topic}/positions/{slug}"),
        Kind::Argument => format!("/v1/topics/{topic}/arguments/{slug}"),
        Kind::Citation => format!("/v1/topics/{topic}/citations/{slug}"),
        Kind::Source => format!("/v1/sources/{slug}"),
    }
}

/// A score as a number from 0 to 1, of as many digits as it has.
fn rank(score: i64) -> f64 {
    // A score has few digits, all of which a float keeps.
    let millionths = score * 1_000_000 / parts::MOST;
    f64::from(i32::try_from(millionths).unwrap_or_default()) / 1_000_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_may_be_a_beginning() {
        for (text, word) in [
            ("open gov", "gov"),
            ("open ", ""),
            ("\"open gov", "gov"),
            ("open -gov", ""),
            ("-gov", ""),
            ("open-gov", "gov"),
            ("über", "über"),
        ] {
            assert_eq!(begun(text), word, "{text}");
        }
    }

    #[test]
    fn a_long_text_is_cut_between_words() {
        assert_eq!(beginning(&"word ".repeat(100)).split_whitespace().count(), MOST_WORDS);
        assert_eq!(beginning(&"🦙".repeat(9_000)).chars().count(), MOST_CHARACTERS);
        assert_eq!(beginning("  a  b"), "  a  b");
    }

    #[test]
    fn a_hyphen_before_nothing_is_no_sign() {
        assert_eq!(beginning("- a --b c-d -\"e\" f- -"), "  a  -b c-d -\"e\" f-  ");
        assert_eq!(beginning(&"-a ".repeat(30)).matches('-').count(), MOST_HYPHENS);
    }
}
