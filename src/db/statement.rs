//! Statements that are written as SQL and prepared once for each connection.
//!
//! What `diesel::sql_query` sends is parsed and planned anew every time, which was measured to
//! halve the rate of short statements. A type of its own is the name by which a statement is known
//! again.

use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::result::QueryResult;

/// Declares a statement: its parameters, in order, with their types in Rust and in SQL; and its
/// text, with `$1` where the first of them stands, as often as it is used.
macro_rules! statement {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($field:ident: $rust:ty => $sql:ty),* $(,)? }
        = $text:expr;) => {
        $(#[$meta])*
        #[derive(Debug, diesel::query_builder::QueryId)]
        $vis struct $name {
            $($vis $field: $rust,)*
        }

        impl diesel::query_builder::Query for $name {
            type SqlType = diesel::sql_types::Untyped;
        }

        impl diesel::query_builder::QueryFragment<diesel::pg::Pg> for $name {
            fn walk_ast<'b>(
                &'b self,
                out: diesel::query_builder::AstPass<'_, 'b, diesel::pg::Pg>,
            ) -> diesel::QueryResult<()> {
                $crate::db::statement::walk(out, $text, |_out, _wanted| {
                    let mut _number = 0;
                    $(
                        _number += 1;
                        if _number == _wanted {
                            return _out.push_bind_param::<$sql, $rust>(&self.$field);
                        }
                    )*
                    Ok(())
                })
            }
        }
    };
}

pub(crate) use statement;

/// Writes the text, and each parameter where its number stands.
pub(crate) fn walk<'b>(
    mut out: AstPass<'_, 'b, Pg>,
    text: &'static str,
    mut bind: impl FnMut(&mut AstPass<'_, 'b, Pg>, usize) -> QueryResult<()>,
) -> QueryResult<()> {
    let mut pieces = text.split('$');
    out.push_sql(pieces.next().unwrap_or_default());
    for piece in pieces {
        let rest = piece.trim_start_matches(|c: char| c.is_ascii_digit());
        let number = piece.strip_suffix(rest).and_then(|number| number.parse().ok());
        bind(&mut out, number.unwrap_or_default())?;
        out.push_sql(rest);
    }
    Ok(())
}
