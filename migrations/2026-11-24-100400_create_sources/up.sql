-- Sources: texts that somebody wrote, kept to the byte, for quotes to be checked against.
create table sources (
    id           uuid        not null constraint sources_pkey primary key,
    slug         text        not null constraint sources_slug_key unique,
    title        text        not null,
    authors      text[]      not null,
    publisher    text,
    published_on date,
    url          text,
    licence      text,
    text         text,
    text_length  integer,
    sha256       text,
    origin       jsonb,
    title_start  text        not null generated always as (lower(left(title, 100))) stored,
    version      bigint      not null default 1,
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    constraint sources_slug_check  check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 100),
    constraint sources_title_check check (char_length(title) between 1 and 1000),
    constraint sources_text_check  check (octet_length(text) <= 5000000),
    -- The text, its length and its digest are there together or not at all.
    constraint sources_text_together_check check (num_nulls(text, text_length, sha256) in (0, 3))
);

comment on column sources.text_length is 'Length of the text in Unicode code points.';
comment on column sources.sha256      is 'SHA-256 of the text''s UTF-8 bytes, in lower-case hexadecimal.';

create index sources_updated_at_idx   on sources (updated_at, id);
create index sources_title_start_idx  on sources (title_start text_pattern_ops);
