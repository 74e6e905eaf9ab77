//! The log of changes, as SQL: which topics, sources and words each transaction changed.

use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Uuid as SqlUuid};
use diesel::{QueryResult, QueryableByName};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::Subject;
use super::words::Words;
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
    #[diesel(sql_type = Nullable<Bool>)]
    is_listed: Option<bool>,
    #[diesel(sql_type = Nullable<Bool>)]
    is_linked: Option<bool>,
    #[diesel(sql_type = Nullable<Text>)]
    dictionary: Option<String>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    words: Option<Vec<String>>,
}

impl Line {
    /// What the line says has changed.
    pub(super) fn subjects(&self) -> impl Iterator<Item = Subject> + use<> {
        let topic = self.topic_id.map(Into::into);
        let of = |is_so: Option<bool>| topic.filter(|_| is_so == Some(true));
        let (record, listed, linked) = (of(self.is_record), of(self.is_listed), of(self.is_linked));
        let source = self.source_id.map(|id| Subject::Source(id.into()));
        [
            topic.map(Subject::Topic),
            record.map(Subject::TopicRecord),
            record.map(|_| Subject::TopicRecords),
            listed.map(Subject::TopicHead),
            listed.map(|_| Subject::Topics),
            linked.map(Subject::Links),
            source,
            source.map(|_| Subject::Sources),
            Some(Subject::Everything),
        ]
        .into_iter()
        .flatten()
    }

    /// The words of the entry that the line says has changed, if it is of one, or of any.
    pub(super) fn words(&self) -> Option<Option<Words>> {
        let of_any = self.topic_id.is_none() && self.source_id.is_none();
        match (&self.dictionary, &self.words) {
            (Some(dictionary), Some(words)) => {
                Some(Some(Words::new(dictionary, words.iter().map(String::as_str))))
            }
            (_, _) => of_any.then_some(None),
        }
    }
}

statement! {
    struct OfThisTransaction {} = "
        select xid::text::bigint as transaction, topic_id, source_id, is_record, is_listed, is_linked,
               dictionary, tsvector_to_array(words) as words
        from changes where xid = pg_current_xact_id_if_assigned()";
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
    struct Since { transaction: String => Text, own: Vec<i64> => Array<BigInt> } = "
        select pg_snapshot_xmin(now.snapshot)::text::bigint as ended,
               changes.xid::text::bigint as transaction, topic_id, source_id, is_record, is_listed,
               is_linked, dictionary, tsvector_to_array(words) as words
        from (select pg_current_snapshot() as snapshot) as now
        left join changes on changes.xid >= $1::xid8 and changes.xid::text::bigint <> all ($2)";
}

/// The lines of this transaction and the later ones, but for some, as far as they are committed.
pub(super) async fn since(
    mut conn: &Conn,
    transaction: i64,
    own: Vec<i64>,
) -> QueryResult<Vec<Seen>> {
    Since { transaction: transaction.to_string(), own }.load(&mut conn).await
}

statement! {
    struct Delete { before: String => Text } = "delete from changes where xid < $1::xid8";
}

/// Deletes the lines of the transactions before this one.
pub(super) async fn delete(mut conn: &Conn, before: i64) -> QueryResult<usize> {
    Delete { before: before.to_string() }.execute(&mut conn).await
}
