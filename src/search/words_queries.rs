//! The SQL that reads a query, and looks for words.

use diesel::prelude::*;
use diesel::sql_types::{Array, Text};
use diesel_async::RunQueryDsl;

use crate::db::Conn;
use crate::db::statement::statement;
use crate::http::problem::Result;

/// What PostgreSQL makes of a query in one dictionary.
#[derive(Debug, Clone, QueryableByName)]
pub struct Reading {
    /// The dictionary.
    #[diesel(sql_type = Text)]
    pub dictionary: String,
    /// The query as a `tsquery`.
    #[diesel(sql_type = Text)]
    pub written: String,
    /// All its words as a phrase.
    #[diesel(sql_type = Text)]
    pub phrase: String,
    /// The beginning of the last word, as words are kept; empty if none is to be completed.
    #[diesel(sql_type = Text)]
    pub begun: String,
    /// The words that begin so, each as a `tsquery`.
    #[diesel(sql_type = Array<Text>)]
    pub ends: Vec<String>,
}

statement! {
    /// The dictionaries are found by leaps through the index, one for each.
    struct Read { text: String => Text, begun: String => Text } = "
        with recursive used (dictionary) as (
             (select min(dictionary) from search_words)
             union all
             select (select min(w.dictionary) from search_words w where w.dictionary > used.dictionary)
             from used where used.dictionary is not null
         )
         select dictionary,
                websearch_to_tsquery(dictionary::regconfig, search_folded($1))::text as written,
                phraseto_tsquery(dictionary::regconfig, search_folded($1))::text as phrase,
                lower(search_folded($2)) as begun,
                array(select distinct plainto_tsquery(dictionary::regconfig, s.word)::text
                      from (select word from search_words w
                            where w.dictionary = used.dictionary and $2 <> ''
                              and w.word >= lower(search_folded($2))
                              and w.word < lower(search_folded($2)) || U&'\\+10ffff'
                            limit 50) s) as ends
         from used where dictionary is not null";
}

/// Reads a query, and the beginning of a word behind it, in every dictionary that entries use.
pub async fn read(conn: &mut Conn, text: &str, begun: &str) -> Result<Vec<Reading>> {
    let query = Read { text: text.to_owned(), begun: begun.to_owned() };
    Ok(query.load(conn).await?)
}

#[derive(QueryableByName)]
struct Likely {
    #[diesel(sql_type = Text)]
    folded: String,
    #[diesel(sql_type = Text)]
    word: String,
}

statement! {
    /// Words of which more than a third of the trigrams is shared, the most alike first.
    struct MostLike { word: String => Text } = "
        with given as (
             select folded, search_trigrams(folded) as trigrams from (select lower(search_folded($1)) as folded) _
         )
         select folded, word from (
             select distinct g.folded, w.word,
                    (select count(*) from unnest(w.trigrams) t where t = any (g.trigrams)) as shared
             from given g join search_words w on w.trigrams && g.trigrams
             where char_length(w.word) between char_length(g.folded) - 2 and char_length(g.folded) + 2
               and w.word <> g.folded
         ) _
         order by shared desc, word limit 100";
}

/// The word as words are kept, with those that look most like it.
pub async fn likely(conn: &mut Conn, word: &str) -> Result<Vec<(String, String)>> {
    let likely: Vec<Likely> = MostLike { word: word.to_owned() }.load(conn).await?;
    Ok(likely.into_iter().map(|one| (one.folded, one.word)).collect())
}

#[derive(QueryableByName)]
struct Matching {
    #[diesel(sql_type = Text)]
    word: String,
}

statement! {
    struct MatchingWords { words: Vec<String> => Array<Text>, dictionary: String => Text, query: String => Text } = "
        select word from unnest($1) word
         where to_tsvector($2::regconfig, search_folded(word)) @@ $3::tsquery";
}

/// Those of these words that a query of one dictionary has.
pub async fn matching(
    conn: &mut Conn,
    dictionary: &str,
    query: &str,
    words: &[&str],
) -> Result<Vec<String>> {
    let statement = MatchingWords {
        words: words.iter().copied().map(str::to_owned).collect(),
        dictionary: dictionary.to_owned(),
        query: query.to_owned(),
    };
    let found: Vec<Matching> = statement.load(conn).await?;
    Ok(found.into_iter().map(|one| one.word).collect())
}
