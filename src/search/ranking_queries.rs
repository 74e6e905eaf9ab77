//! The SQL of the words: which entries have them, and how well.

use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate,
};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Bool, Text, Uuid};

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
            if asked.len() > 1 {
                sql = sql.sql(" and search_entries.dictionary = ").text(&one.dictionary);
            }
            sql = sql.sql(")");
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
        let mut sql = Sql::default().sql("(case");
        for one in asked {
            sql = sql.sql(" when search_entries.dictionary = ").text(&one.dictionary);
            sql = scored(sql.sql(" then "), one);
        }
        Self(sql.sql(" end)"))
    }
}

/// The tier, the phrase and the class decide, and what is left is how near and how often the words
/// stand, and in how long a text: at least 1, so that it is told from what is not ranked.
fn scored(mut sql: Sql, asked: &Asked) -> Sql {
    let phrase = |sql: Sql, query: Option<&String>| match query {
        Some(query) => sql.sql(" + case when ").matches(query).sql(" then 1 else 0 end"),
        None => sql,
    };
    let (anywhere, in_heading) = match &asked.phrase {
        Some((anywhere, in_heading)) => (Some(anywhere), Some(in_heading)),
        None => (None, None),
    };
    sql = sql.sql("((case when ").matches(&asked.heading);
    sql = sql.sql(" then (case when search_entries.class >= 5 then 6 else 4 end");
    sql = phrase(sql, in_heading);
    sql = sql.sql(format!(") * {CLASSES} + search_entries.class else (2"));
    sql = phrase(sql, anywhere);
    sql = sql.sql(format!(
        ") * {CLASSES} end)::bigint * {STEPS} + least({STEPS} - 1, greatest(1, floor(ts_rank_cd(\
         '{{0.1, 0.2, 0.4, 1.0}}', search_entries.words, "
    ));
    sql.text(&asked.whole).sql(format!("::tsquery, 33) * {STEPS})))::bigint)"))
}
