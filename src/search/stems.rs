//! What dictionaries made of words lately: asked once, for a dictionary makes the same of a word each
//! time.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use moka::sync::Cache;

use super::terms::Term;
use super::words_queries as words;
use crate::db::Conn;
use crate::http::problem::Result;

/// How many words are remembered: some megabytes.
const MOST: u64 = 20_000;

/// How many bytes such a word has at most; a text may have longer ones.
const LONGEST: usize = 100;

/// Words and their lexemes, by dictionary. All workers share them.
#[derive(Debug)]
pub struct Stems(Cache<String, Arc<[String]>>);

impl Default for Stems {
    fn default() -> Self {
        Self(Cache::new(MOST))
    }
}

impl Stems {
    /// Those of some words of one dictionary that a query means.
    pub async fn meant(
        &self,
        conn: &mut Conn,
        dictionary: &str,
        words: HashSet<String>,
        term: &Term,
    ) -> Result<HashSet<String>> {
        let wanted = term.wanted();
        let key = |word: &str| format!("{dictionary}\n{word}");
        let (mut known, mut unknown) = (HashMap::new(), Vec::new());
        for word in words {
            match self.0.get(&key(&word)) {
                Some(lexemes) => _ = known.insert(word, lexemes),
                None => unknown.push(word),
            }
        }
        if !unknown.is_empty() {
            for (word, lexemes) in words::lexemes(conn, dictionary, unknown).await? {
                let lexemes: Arc<[String]> = lexemes.into();
                if word.len() <= LONGEST {
                    self.0.insert(key(&word), Arc::clone(&lexemes));
                }
                known.insert(word, lexemes);
            }
        }
        let is_meant = |lexemes: &[String]| {
            lexemes.iter().any(|lexeme| wanted.iter().any(|word| word.is_met_by(lexeme)))
        };
        known.retain(|_, lexemes| is_meant(lexemes));
        Ok(known.into_keys().collect())
    }
}
