//! The tables and views, as diesel knows them. Kept like the migrations by hand; a test compares the two.

/// PostgreSQL's type of a text's words, which the program names and never reads.
#[derive(Debug, Clone, Copy, diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
#[diesel(postgres_type(name = "tsvector"))]
pub struct TsVector;

diesel::table! {
    /// The questions under debate.
    topics (id) {
        id -> Uuid,
        slug -> Text,
        title -> Text,
        summary -> Text,
        tags -> Array<Text>,
        language -> Text,
        status -> Text,
        origin -> Nullable<Jsonb>,
        title_start -> Text,
        revision -> BigInt,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// The answers to a topic.
    positions (id) {
        id -> Uuid,
        topic_id -> Uuid,
        slug -> Text,
        statement -> Text,
        summary -> Text,
        rank -> Integer,
        origin -> Nullable<Jsonb>,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// The reasons.
    arguments (id) {
        id -> Uuid,
        topic_id -> Uuid,
        slug -> Text,
        claim -> Text,
        body -> Text,
        language -> Text,
        origin -> Nullable<Jsonb>,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// Premises that bear on a target.
    relations (id) {
        id -> Uuid,
        topic_id -> Uuid,
        slug -> Text,
        kind -> Text,
        target_position_id -> Nullable<Uuid>,
        target_argument_id -> Nullable<Uuid>,
        target_relation_id -> Nullable<Uuid>,
        scheme -> Nullable<Text>,
        symmetric -> Bool,
        origin -> Nullable<Jsonb>,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// The arguments of a relation.
    premises (relation_id, ordinal) {
        topic_id -> Uuid,
        relation_id -> Uuid,
        argument_id -> Uuid,
        ordinal -> SmallInt,
    }
}

diesel::table! {
    /// Texts that somebody wrote.
    sources (id) {
        id -> Uuid,
        slug -> Text,
        title -> Text,
        authors -> Array<Text>,
        publisher -> Nullable<Text>,
        published_on -> Nullable<Date>,
        url -> Nullable<Text>,
        licence -> Nullable<Text>,
        text -> Nullable<Text>,
        text_length -> Nullable<Integer>,
        sha256 -> Nullable<Text>,
        origin -> Nullable<Jsonb>,
        title_start -> Text,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// Verified quotes and what they back.
    citations (id) {
        id -> Uuid,
        topic_id -> Uuid,
        slug -> Text,
        source_id -> Uuid,
        position_id -> Nullable<Uuid>,
        argument_id -> Nullable<Uuid>,
        relation_id -> Nullable<Uuid>,
        exact -> Text,
        prefix -> Text,
        suffix -> Text,
        start_at -> Integer,
        end_at -> Integer,
        origin -> Nullable<Jsonb>,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// A view: relations with their ends by id and by slug.
    relations_with_ends (id) {
        id -> Uuid,
        topic_id -> Uuid,
        slug -> Text,
        kind -> Text,
        scheme -> Nullable<Text>,
        symmetric -> Bool,
        origin -> Nullable<Jsonb>,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        target_position_id -> Nullable<Uuid>,
        target_argument_id -> Nullable<Uuid>,
        target_relation_id -> Nullable<Uuid>,
        target_position_slug -> Nullable<Text>,
        target_argument_slug -> Nullable<Text>,
        target_relation_slug -> Nullable<Text>,
        premise_ids -> Array<Uuid>,
        premise_slugs -> Array<Text>,
    }
}

diesel::table! {
    /// A view: citations with their source and what they back, by slug.
    citations_with_ends (id) {
        id -> Uuid,
        topic_id -> Uuid,
        slug -> Text,
        source_id -> Uuid,
        exact -> Text,
        prefix -> Text,
        suffix -> Text,
        start_at -> Integer,
        end_at -> Integer,
        origin -> Nullable<Jsonb>,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        position_id -> Nullable<Uuid>,
        argument_id -> Nullable<Uuid>,
        relation_id -> Nullable<Uuid>,
        topic_slug -> Text,
        topic_status -> Text,
        source_slug -> Text,
        position_slug -> Nullable<Text>,
        argument_slug -> Nullable<Text>,
        relation_slug -> Nullable<Text>,
    }
}

diesel::table! {
    /// A view: the tags of topics, one a row.
    topic_tags (topic_id, tag) {
        topic_id -> Uuid,
        topic_status -> Text,
        tag -> Text,
    }
}

diesel::table! {
    /// Who may write, and see drafts.
    keys (id) {
        id -> Uuid,
        label -> Text,
        secret_sha256 -> Bytea,
        scopes -> Array<Text>,
        topic_ids -> Nullable<Array<Uuid>>,
        lifetime -> Nullable<BigInt>,
        expires_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
        last_used_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// Answers kept for clients that send the same change again.
    kept_answers (key_id, idempotency_key) {
        key_id -> Uuid,
        idempotency_key -> Text,
        request_sha256 -> Bytea,
        status -> SmallInt,
        location -> Nullable<Text>,
        etag -> Nullable<Text>,
        body -> Nullable<Bytea>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, SmallInt, Text, Uuid};
    use super::TsVector;

    /// What is found by words: records, and passages of sources.
    search_entries (id) {
        id -> Uuid,
        kind -> Text,
        record_id -> Uuid,
        topic_id -> Nullable<Uuid>,
        language -> Nullable<Text>,
        dictionary -> Text,
        class -> SmallInt,
        words -> TsVector,
        start_at -> Nullable<Integer>,
        passage -> Nullable<Text>,
    }
}

diesel::table! {
    /// The words that entries are made of.
    search_words (dictionary, word) {
        dictionary -> Text,
        word -> Text,
        trigrams -> Array<Text>,
    }
}

diesel::table! {
    /// Outlines that were made before, ready to be sent.
    outlines (topic_id) {
        topic_id -> Uuid,
        revision -> BigInt,
        build -> BigInt,
        length -> Integer,
        packed -> Bytea,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    topics,
    positions,
    arguments,
    relations,
    premises,
    sources,
    citations,
    relations_with_ends,
    citations_with_ends,
    topic_tags,
    keys,
    kept_answers,
    search_entries,
    search_words,
    outlines,
);
