//! The log of changes, as SQL: which topics and sources each transaction changed.

use diesel::sql_types::{BigInt, Bool, Nullable, Text, Uuid as SqlUuid};
use diesel::{QueryResult, QueryableByName};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::Subject;
use crate::db::Conn;
use crate::db::statement::statement;

/// A line of the log.
#[derive(Debug, QueryableByName)]
pub(super) struct Line {
    /// The transaction that wrote it.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) transaction: Option<i64>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    topic_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    source_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Bool>)]
    is_record: Option<bool>,
}

impl Line {
    /// What the line says has changed.
    pub(super) fn subjects(&self) -> impl Iterator<Item = Subject> + use<> {
        let topic = self.topic_id.map(|id| Subject::Topic(id.into()));
        let changed = self.topic_id.filter(|_| self.is_record == Some(true));
        let record = changed.map(|id| Subject::TopicRecord(id.into()));
        let topics = changed.map(|_| Subject::Topics);
        let source = self.source_id.map(|id| Subject::Source(id.into()));
        let sources = source.map(|_| Subject::Sources);
        [topic, record, topics, source, sources, Some(Subject::Everything)].into_iter().flatten()
    }
}

statement! {
    struct OfThisTransaction {} = "
        select xid::text::bigint as transaction, topic_id, source_id, is_record from changes
        where xid = pg_current_xact_id_if_assigned()";
}

/// What the transaction of a connection has changed so far.
pub(super) async fn of_this_transaction(conn: &mut Conn) -> QueryResult<Vec<Line>> {
    OfThisTransaction {}.load(conn).await
}

/// The state of the log, with a line of it if it has any.
#[derive(Debug, QueryableByName)]
pub(super) struct Seen {
    /// All transactions before this one have ended.
    #[diesel(sql_type = BigInt)]
    pub(super) ended: i64,
    #[diesel(embed)]
    pub(super) line: Line,
}

statement! {
    struct Since { transaction: String => Text } = "
        select pg_snapshot_xmin(now.snapshot)::text::bigint as ended,
               changes.xid::text::bigint as transaction, topic_id, source_id, is_record
        from (select pg_current_snapshot() as snapshot) as now
        left join changes on changes.xid >= $1::xid8";
}

/// The lines of this transaction and the later ones, as far as they are committed.
pub(super) async fn since(mut conn: &Conn, transaction: i64) -> QueryResult<Vec<Seen>> {
    Since { transaction: transaction.to_string() }.load(&mut conn).await
}

statement! {
    struct Delete { before: String => Text } = "delete from changes where xid < $1::xid8";
}

/// Deletes the lines of the transactions before this one.
pub(super) async fn delete(mut conn: &Conn, before: i64) -> QueryResult<usize> {
    Delete { before: before.to_string() }.execute(&mut conn).await
}
