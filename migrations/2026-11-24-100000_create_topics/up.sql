-- Topics: the questions under debate. A topic is a whole: everything below it
-- carries its id, so that it moves, exports and shards as one.
create table topics (
    id         uuid        not null constraint topics_pkey primary key,
    slug       text        not null constraint topics_slug_key unique,
    title      text        not null,
    summary    text        not null,
    tags       text[]      not null,
    language   text        not null,
    status     text        not null,
    origin     jsonb,
    -- A title may be longer than a B-tree entry can be: its beginning, for finding topics by prefix.
    title_start text       not null generated always as (lower(left(title, 100))) stored,
    revision   bigint      not null default 1,
    version    bigint      not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint topics_slug_check    check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 100),
    constraint topics_title_check   check (char_length(title) between 1 and 1000),
    constraint topics_summary_check check (char_length(summary) <= 50000),
    constraint topics_status_check  check (status in ('draft', 'published', 'archived'))
);

comment on column topics.revision is 'Advanced by every change to the topic or to anything below it.';
comment on column topics.version  is 'Advanced by every change to the topic''s own fields.';
comment on column topics.origin   is 'Where an imported record came from: format, id there, fields the model cannot hold.';

-- The orders a list can have, each made total by the id, narrowed or not by status or language.
create index topics_updated_at_idx      on topics (updated_at, id);
create index topics_status_id_idx       on topics (status, id);
create index topics_language_id_idx     on topics (language, id);
create index topics_tags_idx            on topics using gin (tags);
create index topics_title_start_idx     on topics (title_start text_pattern_ops);
