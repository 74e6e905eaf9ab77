//! The SQL of the words: which entries have them, and how well.

use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate,
};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Uuid};

use super::asked::Asked;
use super::parts::{CLASSES, Part, STEPS, Tier};

/// SQL with parameters.
#[derive(Debug, Clone, Default)]
struct Sql(Vec<Piece>);

#[derive(Debug, Clone)]
enum Piece {
    Sql(String),
    Text(String),
}

impl Sql {
    fn sql(mut self, sql: impl Into<String>) -> Self {
        self.0.push(Piece::Sql(sql.into()));
        self
    }

    fn text(mut self, text: &str) -> Self {
        self.0.push(Piece::Text(text.to_owned()));
        self
    }

    /// That the words of an entry match a query.
    fn matches(self, query: &str) -> Self {
        self.sql("search_entries.words @@ ").text(query).sql("::tsquery")
    }
}

impl QueryFragment<Pg> for Sql {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        // The plan depends on the words: how many have them.
        out.unsafe_to_cache_prepared();
        for piece in &self.0 {
            match piece {
                Piece::Sql(sql) => out.push_sql(sql),
                Piece::Text(text) => out.push_bind_param::<Text, _>(text)?,
            }
        }
        Ok(())
    }
}

/// Makes an expression over entries of some SQL.
macro_rules! expression {
    ($(#[$doc:meta])* $name:ident: $kind:ty) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(Sql);

        impl Expression for $name {
            type SqlType = $kind;
        }

        impl QueryFragment<Pg> for $name {
            fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
                self.0.walk_ast(out)
            }
        }

        impl QueryId for $name {
            type QueryId = ();
            const HAS_STATIC_QUERY_ID: bool = false;
        }

        impl ValidGrouping<()> for $name {
            type IsAggregate = is_aggregate::No;
        }

        impl<Table> AppearsOnTable<Table> for $name {}

        impl<Table> SelectableExpression<Table> for $name {}
    };
}

expression! {
    /// That an entry has the words, in the way of a part.
    Matches: Bool
}

expression! {
    /// The rank of an entry among all hits: a number that says the order of the parts first.
    Score: BigInt
}

diesel::define_sql_function! {
    /// A number that an id has, and that says nothing of it.
    fn uuid_hash_extended(id: Uuid, seed: BigInt) -> BigInt;
}

impl Matches {
    /// What was asked for, of the entries of a part.
    pub fn of(asked: &[Asked], part: Part) -> Self {
        let mut sql = Sql::default().sql("(false");
        for one in asked {
            sql = sql.sql(" or (");
            sql = in_part(sql, one, part);
            // What was not asked in another dictionary, such as a stop word, is not found there.
            sql = sql.sql(" and search_entries.dictionary = ").text(&one.dictionary).sql(")");
        }
        Self(sql.sql(")"))
    }
}

/// That an entry has the words of one dictionary, in the way of a part.
fn in_part(mut sql: Sql, asked: &Asked, part: Part) -> Sql {
    let in_heading = part.tier.is_some_and(|tier| tier != Tier::Text);
    sql = sql.matches(if in_heading { &asked.heading } else { &asked.whole });
    if let Some(marked) = asked.marked(part) {
        sql = sql.sql(" and ").matches(&marked);
    }
    match part.tier {
        Some(Tier::Text) => sql = sql.sql(" and not ").matches(&asked.heading),
        Some(Tier::Title) => sql = sql.sql(" and search_entries.class >= 5"),
        Some(Tier::Claim) => sql = sql.sql(" and search_entries.class < 5"),
        None => {}
    }
    if let Some(class) = part.class {
        sql = sql.sql(format!(" and search_entries.class = {class}"));
    }
    if let (Some(has_it), Some((anywhere, in_its_heading))) = (part.phrase, &asked.phrase) {
        sql = sql.sql(if has_it { " and " } else { " and not " });
        sql = sql.matches(if in_heading { in_its_heading } else { anywhere });
    } else if part.phrase == Some(true) {
        sql = sql.sql(" and false");
    }
    sql
}

impl Score {
    /// By what was asked for.
    pub fn of(asked: &[Asked]) -> Self {
        Self(rank(base(Sql::default(), asked).sql(format!(" * {STEPS} + ")), asked))
    }
}

/// What decides first: the tier, the phrase and the class.
fn base(sql: Sql, asked: &[Asked]) -> Sql {
    let phrase = |sql: Sql, query: Option<&String>| match query {
        Some(query) => sql.sql(" + case when ").matches(query).sql(" then 1 else 0 end"),
        None => sql,
    };
    by_dictionary(sql, asked, |mut sql, one| {
        let (anywhere, in_heading) = match &one.phrase {
            Some((anywhere, in_heading)) => (Some(anywhere), Some(in_heading)),
            None => (None, None),
        };
        sql = sql.sql("(case when ").matches(&one.heading);
        sql = sql.sql(" then (case when search_entries.class >= 5 then 6 else 4 end");
        sql = phrase(sql, in_heading);
        sql = sql.sql(format!(") * {CLASSES} + search_entries.class else (2"));
        phrase(sql, anywhere).sql(format!(") * {CLASSES} end)::bigint"))
    })
}

/// What is left: how near and how often the words stand, and in how long a text. At least 1, so that
/// it is told from what is not ranked.
fn rank(sql: Sql, asked: &[Asked]) -> Sql {
    by_dictionary(sql, asked, |sql, one| {
        let sql = sql.sql(format!(
            "least({STEPS} - 1, greatest(1, floor(ts_rank_cd(\
             '{{0.1, 0.2, 0.4, 1.0}}', search_entries.words, "
        ));
        sql.text(&one.whole).sql(format!("::tsquery, 33) * {STEPS})))::bigint"))
    })
}

/// For an entry of each dictionary, something of its own.
fn by_dictionary(mut sql: Sql, asked: &[Asked], own: impl Fn(Sql, &Asked) -> Sql) -> Sql {
    sql = sql.sql("(case");
    for one in asked {
        sql = sql.sql(" when search_entries.dictionary = ").text(&one.dictionary);
        sql = own(sql.sql(" then "), one);
    }
    sql.sql(" end)")
}

expression! {
    /// What decides first of the score of an entry.
    Base: BigInt
}

impl Base {
    /// By what was asked for.
    pub fn of(asked: &[Asked]) -> Self {
        Self(base(Sql::default(), asked))
    }
}

/// The best of what is found, if that is not too much to look at all of it.
///
/// How near the words stand is only asked of those whose [`Base`] is among the best, for it takes
/// the most time.
#[derive(Debug, Clone)]
pub struct BestOf<Q> {
    /// Reads the id and the [`Base`] of one more than `most` entries.
    found: Q,
    rank: Sql,
    most: i64,
    /// How many are wanted beside the best.
    others: i64,
    last: Option<i64>,
}

impl<Q> BestOf<Q> {
    /// At least so many, if there are, of those that may come after a score.
    pub fn new(found: Q, asked: &[Asked], most: i64, wanted: i64, last: Option<i64>) -> Self {
        let (others, last) = (wanted - 1, last.map(|score| score / STEPS));
        Self { found, rank: rank(Sql::default(), asked), most, others, last }
    }
}

impl<Q> Query for BestOf<Q> {
    /// The id and the score; or neither, in place of all, if there is too much.
    type SqlType = (Nullable<Uuid>, Nullable<BigInt>);
}

impl<Q> QueryId for BestOf<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for BestOf<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql("with found (id, base) as materialized (");
        self.found.walk_ast(out.reborrow())?;
        out.push_sql(&format!(") select id, base * {STEPS} + "));
        self.rank.walk_ast(out.reborrow())?;
        // A subquery with a limit is looked up for each, however many are expected.
        out.push_sql(
            " from found cross join lateral (select e.dictionary, e.words from search_entries e \
             where e.id = found.id limit 1) search_entries where (select count(*) from found) <= ",
        );
        out.push_bind_param::<BigInt, _>(&self.most)?;
        out.push_sql(" and base >= coalesce((select base from found");
        if let Some(last) = &self.last {
            out.push_sql(" where base < ");
            out.push_bind_param::<BigInt, _>(last)?;
        }
        out.push_sql(" order by base desc offset ");
        out.push_bind_param::<BigInt, _>(&self.others)?;
        out.push_sql(" limit 1), 0)");
        if let Some(last) = &self.last {
            out.push_sql(" and base <= ");
            out.push_bind_param::<BigInt, _>(last)?;
        }
        out.push_sql(" union all select null, null where (select count(*) from found) > ");
        out.push_bind_param::<BigInt, _>(&self.most)
    }
}
