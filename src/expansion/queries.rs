//! The SQL that reads what hangs together with records: first which, then these.
//!
//! Every query is bounded by how many records the answer may still have.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::access::{Sight, visible};
use crate::arguments::Argument;
use crate::citations::Citation;
use crate::citations::queries::Row as CitationRow;
use crate::db::Conn;
use crate::db::schema::{
    arguments, citations, citations_with_ends, positions, premises, relations, relations_with_ends,
    sources, topics,
};
use crate::domain::ids::TopicId;
use crate::http::expand::{Kind, Name};
use crate::http::problem::{Problem, Result};
use crate::positions::Position;
use crate::relations::Relation;
use crate::relations::queries::Row as RelationRow;
use crate::sources::Source;

/// Which records hang together with which, those of one record together and in their order.
#[derive(Debug, Default)]
pub struct Links {
    /// Each a record that was asked about, and one that hangs together with it.
    pairs: Vec<(Uuid, Uuid)>,
    /// From this record on, in the order of ids, there may be more.
    cut_at: Option<Uuid>,
}

impl Links {
    /// Keeps so many pairs at most, of one more that was asked for.
    fn cut(mut pairs: Vec<(Uuid, Uuid)>, most: usize) -> Self {
        let cut_at = pairs.get(most).map(|(parent, _)| *parent);
        pairs.truncate(most);
        Self { pairs, cut_at }
    }

    /// Those of two questions, of which each was answered by the first of its pairs.
    fn and(self, other: Self) -> Self {
        let mut pairs = self.pairs;
        pairs.extend(other.pairs);
        let cut_at = [self.cut_at, other.cut_at].into_iter().flatten().min();
        Self { pairs, cut_at }
    }

    /// The pairs.
    pub fn pairs(&self) -> impl Iterator<Item = (Uuid, Uuid)> {
        self.pairs.iter().copied()
    }

    /// Whether all that hangs together with this record is among them.
    pub fn are_all_of(&self, parent: Uuid) -> bool {
        self.cut_at.is_none_or(|cut_at| parent < cut_at)
    }
}

/// Reads pairs by a query that has the records asked about in its order, and one pair more than
/// there may be, which tells whether that were all.
macro_rules! pairs {
    ($conn:expr, $most:expr, $query:expr) => {{
        let most: usize = $most;
        let limit = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
        let pairs: Vec<(Uuid, Uuid)> = $query.limit(limit).load(&mut $conn).await?;
        Links::cut(pairs, most)
    }};
}

/// What has this name with these records of these topics: at most so many.
pub async fn links(
    mut conn: &Conn,
    kind: Kind,
    name: Name,
    topics: &[TopicId],
    of: &[Uuid],
    most: usize,
) -> Result<Links> {
    /// The relations of these topics onto records of a kind.
    macro_rules! onto {
        ($target:ident) => {
            relations::table
                .filter(relations::topic_id.eq_any(topics))
                .filter(relations::$target.eq_any(of))
        };
    }
    /// The citations of these topics that back records of a kind.
    macro_rules! backing {
        ($backed:ident) => {
            citations::table
                .filter(citations::topic_id.eq_any(topics))
                .filter(citations::$backed.eq_any(of))
                .order((citations::$backed, citations::id))
                .select((citations::$backed.assume_not_null(), citations::id))
        };
    }
    /// The relations onto these records.
    macro_rules! relations_onto {
        ($target:ident) => {
            onto!($target)
                .order((relations::$target, relations::id))
                .select((relations::$target.assume_not_null(), relations::id))
        };
    }
    /// The premises of the relations onto these records, each once.
    macro_rules! premises_onto {
        ($target:ident) => {
            onto!($target)
                .inner_join(premises::table.on(premises::relation_id.eq(relations::id)))
                .filter(premises::topic_id.eq_any(topics))
                .order((relations::$target.assume_not_null(), premises::argument_id))
                .select((relations::$target.assume_not_null(), premises::argument_id))
                .distinct()
        };
    }
    /// The one end of a kind that each of these relations or citations has, if it has one.
    macro_rules! end {
        ($table:ident, $end:ident) => {
            $table::table
                .filter($table::id.eq_any(of))
                .filter($table::$end.is_not_null())
                .order($table::id)
                .select(($table::id, $table::$end.assume_not_null()))
        };
    }
    Ok(match (kind, name) {
        (Kind::Topic, Name::Positions) => pairs!(
            conn,
            most,
            positions::table
                .filter(positions::topic_id.eq_any(topics))
                .order((positions::topic_id, positions::rank, positions::id))
                .select((positions::topic_id, positions::id))
        ),
        (Kind::Topic, Name::Arguments) => pairs!(
            conn,
            most,
            arguments::table
                .filter(arguments::topic_id.eq_any(topics))
                .order((arguments::topic_id, arguments::id))
                .select((arguments::topic_id, arguments::id))
        ),
        (Kind::Topic, Name::Relations) => pairs!(
            conn,
            most,
            relations::table
                .filter(relations::topic_id.eq_any(topics))
                .order((relations::topic_id, relations::id))
                .select((relations::topic_id, relations::id))
        ),
        (Kind::Topic, Name::Citations) => pairs!(
            conn,
            most,
            citations::table
                .filter(citations::topic_id.eq_any(topics))
                .filter(citations::position_id.is_null())
                .filter(citations::argument_id.is_null())
                .filter(citations::relation_id.is_null())
                .order((citations::topic_id, citations::id))
                .select((citations::topic_id, citations::id))
        ),
        (Kind::Position, Name::Arguments) => {
            pairs!(conn, most, premises_onto!(target_position_id))
        }
        (Kind::Position, Name::Relations) => {
            pairs!(conn, most, relations_onto!(target_position_id))
        }
        (Kind::Position, Name::Citations) => pairs!(conn, most, backing!(position_id)),
        (Kind::Argument, Name::Positions) => pairs!(
            conn,
            most,
            premises::table
                .inner_join(relations::table.on(relations::id.eq(premises::relation_id)))
                .filter(premises::topic_id.eq_any(topics))
                .filter(premises::argument_id.eq_any(of))
                .filter(relations::target_position_id.is_not_null())
                .order((premises::argument_id, relations::target_position_id.assume_not_null()))
                .select((premises::argument_id, relations::target_position_id.assume_not_null()))
                .distinct()
        ),
        (Kind::Argument, Name::Arguments) => {
            pairs!(conn, most, premises_onto!(target_argument_id))
        }
        (Kind::Argument, Name::Relations) => {
            pairs!(conn, most, relations_onto!(target_argument_id))
        }
        (Kind::Argument, Name::Citations) => pairs!(conn, most, backing!(argument_id)),
        (Kind::Relation, Name::Positions) => {
            pairs!(conn, most, end!(relations, target_position_id))
        }
        (Kind::Relation, Name::Arguments) => {
            let premises = pairs!(
                conn,
                most,
                premises::table
                    .filter(premises::relation_id.eq_any(of))
                    .order((premises::relation_id, premises::ordinal))
                    .select((premises::relation_id, premises::argument_id))
            );
            premises.and(pairs!(conn, most, end!(relations, target_argument_id)))
        }
        (Kind::Relation, Name::Relations) => {
            let undercuts = pairs!(conn, most, relations_onto!(target_relation_id));
            undercuts.and(pairs!(conn, most, end!(relations, target_relation_id)))
        }
        (Kind::Relation, Name::Citations) => pairs!(conn, most, backing!(relation_id)),
        (Kind::Citation, Name::Positions) => pairs!(conn, most, end!(citations, position_id)),
        (Kind::Citation, Name::Arguments) => pairs!(conn, most, end!(citations, argument_id)),
        (Kind::Citation, Name::Relations) => pairs!(conn, most, end!(citations, relation_id)),
        (Kind::Citation, Name::Source) => pairs!(
            conn,
            most,
            citations::table
                .filter(citations::id.eq_any(of))
                .order(citations::id)
                .select((citations::id, citations::source_id))
        ),
        // What quotes a source is read across topics; and there are no other names.
        (Kind::Source, _)
        | (Kind::Topic | Kind::Position | Kind::Argument | Kind::Relation, Name::Source)
        | (Kind::Position, Name::Positions)
        | (Kind::Citation, Name::Citations) => Links::default(),
    })
}

/// The citations of sources, and the topics that they stand in.
#[derive(Debug)]
pub struct Quotes {
    /// Each source, and a citation that quotes it.
    pub links: Links,
    /// The topics of these citations.
    pub topics: Vec<TopicId>,
}

/// What quotes these sources, in topics in sight: at most so many.
pub async fn quotes(mut conn: &Conn, sight: &Sight, of: &[Uuid], most: usize) -> Result<Quotes> {
    let limit = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
    let quotes: Vec<(Uuid, Uuid, TopicId)> = citations::table
        .inner_join(topics::table.on(topics::id.eq(citations::topic_id)))
        .filter(citations::source_id.eq_any(of))
        .filter(visible(topics::id, topics::status, sight))
        .order((citations::source_id, citations::start_at, citations::end_at, citations::id))
        .select((citations::source_id, citations::id, citations::topic_id))
        .limit(limit)
        .load(&mut conn)
        .await?;
    let topics = quotes.iter().map(|(_, _, topic)| *topic).collect();
    let pairs = quotes.into_iter().map(|(source, citation, _)| (source, citation)).collect();
    Ok(Quotes { links: Links::cut(pairs, most), topics })
}

/// These records, as they are given, by id.
pub async fn records(
    mut conn: &Conn,
    kind: Kind,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Map<String, Value>>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    macro_rules! all {
        ($table:ident as $row:ty) => {{
            let rows = $table::table.filter($table::id.eq_any(ids)).select(<$row>::as_select());
            rows.load::<$row>(&mut conn).await?
        }};
    }
    match kind {
        Kind::Topic => Ok(HashMap::new()),
        Kind::Position => {
            all!(positions as Position).iter().map(|it| given(it.id.into(), it)).collect()
        }
        Kind::Argument => {
            all!(arguments as Argument).iter().map(|it| given(it.id.into(), it)).collect()
        }
        Kind::Relation => {
            let relation = |row| {
                let relation = Relation::try_from(row)?;
                given(relation.id.into(), &relation)
            };
            all!(relations_with_ends as RelationRow).into_iter().map(relation).collect()
        }
        Kind::Citation => {
            let citation = |row| {
                let citation = Citation::from(row);
                given(citation.id.into(), &citation)
            };
            all!(citations_with_ends as CitationRow).into_iter().map(citation).collect()
        }
        Kind::Source => all!(sources as Source).iter().map(|it| given(it.id.into(), it)).collect(),
    }
}

/// A record as JSON.
fn given(id: Uuid, record: &impl serde::Serialize) -> Result<(Uuid, Map<String, Value>)> {
    match serde_json::to_value(record) {
        Ok(Value::Object(record)) => Ok((id, record)),
        Ok(_) => Err(Problem::internal(&std::io::Error::other("a record is no object"))),
        Err(error) => Err(Problem::internal(&error)),
    }
}
