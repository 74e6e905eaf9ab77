-- Keys: who may write, and see drafts. The key itself is never here, only its hash.
create table keys (
    id            uuid        not null constraint keys_pkey primary key,
    label         text        not null,
    secret_sha256 bytea       not null,
    scopes        text[]      not null,
    topic_ids     uuid[],
    lifetime      bigint,
    expires_at    timestamptz,
    revoked_at    timestamptz,
    last_used_at  timestamptz,
    created_at    timestamptz not null default now(),
    constraint keys_label_check         check (char_length(label) between 1 and 200),
    constraint keys_secret_sha256_check check (octet_length(secret_sha256) = 32),
    constraint keys_scopes_check        check (cardinality(scopes) between 1 and 4 and scopes <@ array['read', 'write', 'import', 'admin']),
    constraint keys_topic_ids_check     check (cardinality(topic_ids) between 1 and 100)
);

comment on column keys.id            is 'Part of the key, and public: what it is called in logs and lists.';
comment on column keys.secret_sha256 is 'The SHA-256 of the 32 random bytes of the key.';
comment on column keys.topic_ids     is 'The only topics that it reaches; null for all. Without foreign keys: the id of a deleted topic is never given again, and a key must not reach more because a topic was deleted.';
comment on column keys.lifetime      is 'In seconds, as it was asked for; what takes its place lives as long. Null if it does not end by itself.';
comment on column keys.last_used_at  is 'To the minute: it is not written more often.';
