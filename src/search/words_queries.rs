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

/// What is read of a query in each dictionary, which are found by leaps through the index: the
/// beginning of a statement that says what the text `folded` is, and what follows it.
macro_rules! read_in_each {
    ($rest:literal) => {
        concat!("
        with recursive used (dictionary) as (
             (select min(dictionary) from search_words)
             union all
             select (select min(w.dictionary) from search_words w where w.dictionary > used.dictionary)
             from used where used.dictionary is not null
         )
         select dictionary,
                websearch_to_tsquery(dictionary::regconfig, folded)::text as written,
                phraseto_tsquery(dictionary::regconfig, folded)::text as phrase,", $rest)
    };
}

statement! {
    struct Read { text: String => Text } = read_in_each!("
                '' as begun, '{}'::text[] as ends
         from used, search_folded($1) folded where dictionary is not null");
}

statement! {
    /// The same, with what the last word may be the beginning of.
    struct ReadBegun { text: String => Text, begun: String => Text } = read_in_each!("
                begun,
                array(select distinct plainto_tsquery(dictionary::regconfig, s.word)::text
                      from (select word from search_words w
                            where w.dictionary = used.dictionary
                              and w.word >= begun and w.word < begun || U&'\\+10ffff'
                            limit 50) s) as ends
         from used, search_folded($1) folded, lower(search_folded($2)) begun
         where dictionary is not null");
}

/// Reads a query, and the beginning of a word behind it, in every dictionary that entries use.
pub async fn read(conn: &mut Conn, text: &str, begun: &str) -> Result<Vec<Reading>> {
    let text = text.to_owned();
    Ok(match begun {
        "" => Read { text }.load(conn).await?,
        begun => ReadBegun { text, begun: begun.to_owned() }.load(conn).await?,
    })
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
struct Stemmed {
    #[diesel(sql_type = Text)]
    word: String,
    #[diesel(sql_type = Array<Text>)]
    lexemes: Vec<String>,
}

statement! {
    struct Lexemes { words: Vec<String> => Array<Text>, dictionary: String => Text } = "
        select word, tsvector_to_array(to_tsvector($2::regconfig, search_folded(word))) as lexemes
        from unnest($1) word";
}

/// What a dictionary makes of each of these words.
pub async fn lexemes(
    conn: &mut Conn,
    dictionary: &str,
    words: Vec<String>,
) -> Result<Vec<(String, Vec<String>)>> {
    let statement = Lexemes { words, dictionary: dictionary.to_owned() };
    let stemmed: Vec<Stemmed> = statement.load(conn).await?;
    Ok(stemmed.into_iter().map(|one| (one.word, one.lexemes)).collect())
}
