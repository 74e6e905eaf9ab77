//! What the queries of all lists say alike.

use diesel::sql_types::Text;

diesel::define_sql_function! {
    /// Lower case, as the database's own generated columns have it.
    fn lower(text: Text) -> Text;
}

/// The pattern of LIKE that matches what begins with `beginning`.
pub fn starting_with(beginning: &str) -> String {
    let mut pattern = String::with_capacity(beginning.len() + 1);
    for c in beginning.chars() {
        if matches!(c, '\\' | '%' | '_') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// Orders a boxed query by a column and the id, and begins it after a cursor if there is one.
///
/// The two comparisons of the column let an index find the place (PostgreSQL does not use an
/// index's order for a bare `or`).
macro_rules! in_order {
    ($query:expr, $column:expr, $id:expr, $after:expr, $key:expr, $descending:expr) => {{
        let query = $query;
        match (&$after, $descending) {
            (None, false) => query.order(($column.asc(), $id.asc())),
            (None, true) => query.order(($column.desc(), $id.desc())),
            (Some(after), false) => {
                let key = $key(&after.key)?;
                query
                    .filter($column.ge(key).and($column.gt(key).or($id.gt(after.id))))
                    .order(($column.asc(), $id.asc()))
            }
            (Some(after), true) => {
                let key = $key(&after.key)?;
                query
                    .filter($column.le(key).and($column.lt(key).or($id.lt(after.id))))
                    .order(($column.desc(), $id.desc()))
            }
        }
    }};
}

/// Orders a boxed query by the id alone, which is the order of creation.
macro_rules! in_order_of_id {
    ($query:expr, $id:expr, $after:expr, $descending:expr) => {{
        let query = $query;
        match (&$after, $descending) {
            (None, false) => query.order($id.asc()),
            (None, true) => query.order($id.desc()),
            (Some(after), false) => query.filter($id.gt(after.id)).order($id.asc()),
            (Some(after), true) => query.filter($id.lt(after.id)).order($id.desc()),
        }
    }};
}

/// The first of `name`, `name-2`, `name-3`, … that no row of a table has.
///
/// `$rows` is the part of the table in which the slug must be unique.
macro_rules! free_slug {
    ($conn:expr, $rows:expr, $slug:expr, $wanted:expr) => {{
        let wanted: $crate::domain::slug::Slug = $wanted;
        let mut first = 1;
        loop {
            let batch = wanted.candidates(first..first + 50);
            let taken: Vec<$crate::domain::slug::Slug> =
                $rows.filter($slug.eq_any(&batch)).select($slug).load($conn).await?;
            if let Some(free) = batch.into_iter().find(|slug| !taken.contains(slug)) {
                break free;
            }
            first += 50;
        }
    }};
}

/// Runs a query for the rows of a table that have a name: an id or a slug, each with its own index.
macro_rules! by_name {
    ($name:expr, $table:ident, |$same:ident| $query:expr) => {
        match $name {
            $crate::domain::ids::Ref::Id(id) => {
                let $same = $table::id.eq(*id);
                $query
            }
            $crate::domain::ids::Ref::Slug(slug) => {
                let $same = $table::slug.eq(slug);
                $query
            }
        }
    };
}

pub(crate) use {by_name, free_slug, in_order, in_order_of_id};
