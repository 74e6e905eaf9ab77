-- Arguments: the reasons, one claim each. Which way a reason points is said by relations.
create table arguments (
    id         uuid        not null constraint arguments_pkey primary key,
    topic_id   uuid        not null constraint arguments_topic_id_fkey references topics on delete cascade,
    slug       text        not null,
    claim      text        not null,
    body       text        not null,
    language   text        not null,
    origin     jsonb,
    version    bigint      not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint arguments_slug_key        unique (topic_id, slug),
    constraint arguments_topic_id_id_key unique (topic_id, id),
    constraint arguments_slug_check      check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 100),
    constraint arguments_claim_check     check (char_length(claim) between 1 and 1000),
    constraint arguments_body_check      check (char_length(body) <= 50000)
);

create index arguments_updated_at_idx on arguments (topic_id, updated_at, id);
