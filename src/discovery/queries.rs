//! The SQL of discovery.

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Double, Integer, Text};
use diesel_async::RunQueryDsl;

use super::rarest::Wanted;
use crate::access::{Sight, visible};
use crate::arguments::ArgumentBrief;
use crate::db::Conn;
use crate::db::schema::{arguments, citations, search_entries, sources, topics};
use crate::domain::ids::{ArgumentId, SourceId, TopicId};
use crate::domain::language::Language;
use crate::domain::slug::Slug;
use crate::domain::text::{Claim, Tag, Title};
use crate::http::problem::Result;
use crate::search::HitTopic;

/// How many arguments a claim is compared with at most.
const MOST_CLAIMS: i64 = 2_000;

/// How many topics are looked at for each reason that there may be.
pub const MOST_TOPICS: i64 = 300;

/// How many citations are read, of the topic itself and of its sources.
const MOST_CITATIONS: i64 = 5_000;

/// A word or a tag, and about how many have it.
#[derive(Debug, Clone, QueryableByName)]
pub struct Counted {
    /// The word.
    #[diesel(sql_type = Text)]
    pub word: String,
    /// How many have it by what PostgreSQL knows of the table; 0 if it is none of the commonest.
    #[diesel(sql_type = Double)]
    pub hits: f64,
}

/// A topic, as far as it is compared with another.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = topics)]
pub struct Candidate {
    /// Its id.
    pub id: TopicId,
    /// Its slug.
    pub slug: Slug,
    /// The question.
    pub title: Title,
    /// Its tags.
    pub tags: Vec<Tag>,
}

diesel::define_sql_function! {
    /// PostgreSQL's dictionary for a language.
    fn search_dictionary(language: Text) -> Text;
}

/// The words of a text, as headings of these classes have them: the rarest first, and of those of which
/// nothing is known the longest.
pub async fn words(
    mut conn: &Conn,
    text: &str,
    language: &Language,
    classes: &[u8],
) -> Result<Vec<Counted>> {
    let query = diesel::sql_query(
        "with given as materialized (
             select word from unnest(tsvector_to_array(to_tsvector(
                 search_dictionary($1)::regconfig, search_folded($2)))) word
         ), known as materialized (
             select k.word, k.frequency
             from pg_stats s cross join lateral
                  unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) k (word, frequency)
             where s.schemaname = current_schema() and s.tablename = 'search_entries' and s.attname = 'words'
         )
         select g.word, greatest(c.reltuples, 0)::float8 * coalesce(sum(k.frequency), 0)::float8 as hits
         from given g
         join pg_class c on c.oid = 'search_entries'::regclass
         left join known k on k.word in (select '!' || class || g.word from unnest($3) class)
         group by g.word, c.reltuples
         order by hits, char_length(g.word) desc, g.word",
    );
    let classes: Vec<i32> = classes.iter().copied().map(i32::from).collect();
    Ok(query
        .bind::<Text, _>(language.as_str())
        .bind::<Text, _>(text)
        .bind::<Array<Integer>, _>(classes)
        .load(&mut conn)
        .await?)
}

/// Tags, the rarest first.
pub async fn tags(mut conn: &Conn, tags: &[Tag]) -> Result<Vec<Counted>> {
    let query = diesel::sql_query(
        "with known as materialized (
             select k.word, k.frequency
             from pg_stats s cross join lateral
                  unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) k (word, frequency)
             where s.schemaname = current_schema() and s.tablename = 'topics' and s.attname = 'tags'
         )
         select g.word, greatest(c.reltuples, 0)::float8 * coalesce(k.frequency, 0)::float8 as hits
         from unnest($1) g (word)
         join pg_class c on c.oid = 'topics'::regclass
         left join known k on k.word = g.word
         order by hits, g.word",
    );
    let tags: Vec<&str> = tags.iter().map(Tag::as_str).collect();
    Ok(query.bind::<Array<Text>, _>(tags).load(&mut conn).await?)
}

/// Whether the topic of an entry is in sight. Asked of one entry after the other: where many are
/// expected, a join would read all topics.
macro_rules! in_sight {
    ($sight:expr) => {
        topics::table
            .filter(search_entries::topic_id.eq(topics::id.nullable()))
            .filter(visible(topics::id, topics::status, $sight))
            .select(topics::id)
            .single_value()
            .is_not_null()
    };
}

/// The arguments in sight whose claims match a `tsquery` of one language, with what they claim.
pub async fn claiming(
    mut conn: &Conn,
    query: &str,
    language: &Language,
    sight: &Sight,
) -> Result<Vec<(ArgumentId, Claim)>> {
    let claim = arguments::table
        .filter(arguments::id.eq(search_entries::record_id))
        .select(arguments::claim)
        .single_value();
    Ok(search_entries::table
        .filter(search_entries::kind.eq("argument"))
        .filter(search_entries::dictionary.eq(search_dictionary(language)))
        .filter(sql::<Bool>("search_entries.words @@ ").bind::<Text, _>(query).sql("::tsquery"))
        .filter(in_sight!(sight))
        .select((search_entries::record_id, claim.assume_not_null()))
        .limit(MOST_CLAIMS)
        .load(&mut conn)
        .await?)
}

/// These arguments, each with its topic.
pub async fn shown(
    mut conn: &Conn,
    ids: &[ArgumentId],
) -> Result<HashMap<ArgumentId, (ArgumentBrief, HitTopic)>> {
    let rows: Vec<(ArgumentBrief, HitTopic)> = arguments::table
        .inner_join(topics::table.on(arguments::topic_id.eq(topics::id)))
        .filter(arguments::id.eq_any(ids))
        .select((ArgumentBrief::as_select(), HitTopic::as_select()))
        .load(&mut conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.0.id, row)).collect())
}

/// The topics in sight whose titles match a `tsquery` of one language.
pub async fn titled(
    mut conn: &Conn,
    query: &str,
    language: &Language,
    sight: &Sight,
) -> Result<Vec<TopicId>> {
    Ok(search_entries::table
        .filter(search_entries::kind.eq("topic"))
        .filter(search_entries::dictionary.eq(search_dictionary(language)))
        .filter(sql::<Bool>("search_entries.words @@ ").bind::<Text, _>(query).sql("::tsquery"))
        .filter(in_sight!(sight))
        .select(search_entries::record_id)
        .limit(MOST_TOPICS)
        .load(&mut conn)
        .await?)
}

/// The topics in sight that have these tags.
pub async fn tagged(mut conn: &Conn, wanted: &Wanted, sight: &Sight) -> Result<Vec<TopicId>> {
    let seen = topics::table
        .filter(visible(topics::id, topics::status, sight))
        .select(topics::id)
        .limit(MOST_TOPICS);
    Ok(match wanted {
        Wanted::Any(tags) => seen.filter(topics::tags.overlaps_with(tags)).load(&mut conn).await?,
        Wanted::All(tags) => seen.filter(topics::tags.contains(tags)).load(&mut conn).await?,
    })
}

/// The sources that a topic quotes, by its citations: one for each.
pub async fn quoted(mut conn: &Conn, topic: TopicId) -> Result<Vec<SourceId>> {
    Ok(citations::table
        .filter(citations::topic_id.eq(topic))
        .order(citations::id)
        .select(citations::source_id)
        .limit(MOST_CITATIONS)
        .load(&mut conn)
        .await?)
}

/// Who quotes these sources, in sight or not: one for each citation.
pub async fn quoting(mut conn: &Conn, sources: &[SourceId]) -> Result<Vec<(SourceId, TopicId)>> {
    Ok(citations::table
        .filter(citations::source_id.eq_any(sources))
        .select((citations::source_id, citations::topic_id))
        .limit(MOST_CITATIONS)
        .load(&mut conn)
        .await?)
}

/// The slugs of sources.
pub async fn slugs(mut conn: &Conn, ids: &[SourceId]) -> Result<Vec<(SourceId, Slug)>> {
    Ok(sources::table
        .filter(sources::id.eq_any(ids))
        .select((sources::id, sources::slug))
        .load(&mut conn)
        .await?)
}

/// Those of these topics that are in sight, oldest first.
pub async fn seen(mut conn: &Conn, ids: &[TopicId], sight: &Sight) -> Result<Vec<Candidate>> {
    Ok(topics::table
        .filter(topics::id.eq_any(ids))
        .filter(visible(topics::id, topics::status, sight))
        .order(topics::id)
        .select(Candidate::as_select())
        .load(&mut conn)
        .await?)
}
