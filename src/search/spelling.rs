//! Misspelt words: which they are, and what they are taken for.

use super::finding::{asked_of, beginning_of_word, few_hits};
use super::queries::Search;
use super::types::Taken;
use super::words_queries::{self as words, Reading};
use crate::db::Conn;
use crate::http::problem::Result;

/// How many words of a query are looked at, and how many are tried for each.
const MOST_WORDS: usize = 8;
const MOST_TRIED: usize = 5;

/// The words of a query that find nothing, each with one that is like it and is found.
pub async fn taken(conn: &mut Conn, text: &str, search: Search<'_>) -> Result<Vec<Taken>> {
    let begun = beginning_of_word(text, search.filter);
    let mut taken: Vec<Taken> = Vec::new();
    for word in words_of(text) {
        let (written, begun) = if word == begun { ("", begun) } else { (word.as_str(), "") };
        let readings = words::read(conn, written, begun).await?;
        // What a dictionary leaves out is not misspelt.
        let is_left_out = readings.iter().any(|it| it.written.is_empty() && it.begun.is_empty());
        if is_left_out || hits_of(conn, &readings, search).await? > 0 {
            continue;
        }
        let mut tried = likely(conn, &word).await?;
        tried.truncate(MOST_TRIED);
        let mut best: Option<(usize, usize, String)> = None;
        for (distance, candidate) in tried {
            if best.as_ref().is_some_and(|(nearest, ..)| *nearest < distance) {
                break;
            }
            let readings = words::read(conn, &candidate, "").await?;
            let hits = hits_of(conn, &readings, search).await?;
            if hits > 0 && best.as_ref().is_none_or(|(_, most, _)| hits > *most) {
                best = Some((distance, hits, candidate));
            }
        }
        taken.extend(best.map(|(_, _, instead)| Taken { word, instead }));
    }
    Ok(taken)
}

/// The text with what its words were taken for.
pub fn corrected(text: &str, taken: &[Taken]) -> String {
    let mut corrected = String::with_capacity(text.len());
    for piece in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let word = piece.trim_end_matches(|c: char| !c.is_alphanumeric());
        match taken.iter().find(|taken| taken.word == word) {
            Some(taken) => {
                corrected.push_str(&taken.instead);
                corrected.push_str(piece.strip_prefix(word).unwrap_or_default());
            }
            None => corrected.push_str(piece),
        }
    }
    corrected
}

/// The words that may be misspelt, each once.
fn words_of(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        let length = word.chars().count();
        let is_word = (4..=40).contains(&length) && word.chars().all(char::is_alphabetic);
        if is_word && !words.iter().any(|other| other == word) {
            words.push(word.to_owned());
        }
    }
    words.truncate(MOST_WORDS);
    words
}

/// How many hits a word has by itself, up to some.
async fn hits_of(conn: &mut Conn, readings: &[Reading], search: Search<'_>) -> Result<usize> {
    let asked = asked_of(readings);
    few_hits(conn, Search { asked: &asked, ..search }).await
}

/// The words that are there and most like this one, the nearest first: each with the number of
/// slips that lead from one to the other.
async fn likely(conn: &mut Conn, word: &str) -> Result<Vec<(usize, String)>> {
    let most = match word.chars().count() {
        0..=4 => 1,
        5..=8 => 2,
        _ => 3,
    };
    let mut likely: Vec<(usize, String)> = words::likely(conn, word)
        .await?
        .into_iter()
        .map(|(folded, candidate)| (strsim::damerau_levenshtein(&folded, &candidate), candidate))
        .filter(|(distance, _)| (1..=most).contains(distance))
        .collect();
    // A stable sort: of those that are as near, the one that shares more trigrams is first.
    likely.sort_by_key(|(distance, _)| *distance);
    Ok(likely)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_word_itself_is_put_right() {
        let taken = [Taken { word: "opne".to_owned(), instead: "open".to_owned() }];
        assert_eq!(
            corrected("\"opne models\" -opnesses opne", &taken),
            "\"open models\" -opnesses open"
        );
    }

    #[test]
    fn what_is_no_word_is_not_misspelt() {
        assert_eq!(words_of("the gouvernment's R2D2 or 1984, the end"), ["gouvernment"]);
    }
}
