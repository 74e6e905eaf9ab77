-- Positions: the answers to a topic, in the order of their rank.
create table positions (
    id         uuid        not null constraint positions_pkey primary key,
    topic_id   uuid        not null constraint positions_topic_id_fkey references topics on delete cascade,
    slug       text        not null,
    statement  text        not null,
    summary    text        not null,
    rank       integer     not null,
    origin     jsonb,
    version    bigint      not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint positions_slug_key        unique (topic_id, slug),
    -- The other end of the composite foreign keys that keep a relation inside one topic.
    constraint positions_topic_id_id_key unique (topic_id, id),
    constraint positions_slug_check      check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 100),
    constraint positions_statement_check check (char_length(statement) between 1 and 1000),
    constraint positions_summary_check   check (char_length(summary) <= 50000)
);

create index positions_rank_idx       on positions (topic_id, rank, id);
create index positions_updated_at_idx on positions (topic_id, updated_at, id);
