-- Citations: verified quotes of a source, each tied to what it backs:
-- a position, an argument, a relation, or (where none of these is named) the topic itself.
create table citations (
    id          uuid        not null constraint citations_pkey primary key,
    topic_id    uuid        not null constraint citations_topic_id_fkey references topics on delete cascade,
    slug        text        not null,
    source_id   uuid        not null constraint citations_source_id_fkey references sources,
    position_id uuid,
    argument_id uuid,
    relation_id uuid,
    exact       text        not null,
    prefix      text        not null,
    suffix      text        not null,
    start_at    integer     not null,
    end_at      integer     not null,
    origin      jsonb,
    version     bigint      not null default 1,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    constraint citations_slug_key       unique (topic_id, slug),
    constraint citations_slug_check     check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 100),
    constraint citations_backs_check    check (num_nonnulls(position_id, argument_id, relation_id) <= 1),
    constraint citations_exact_check    check (char_length(exact) between 1 and 50000),
    constraint citations_span_check     check (0 <= start_at and start_at < end_at and end_at - start_at = char_length(exact)),
    constraint citations_position_fkey  foreign key (topic_id, position_id) references positions (topic_id, id),
    constraint citations_argument_fkey  foreign key (topic_id, argument_id) references arguments (topic_id, id),
    constraint citations_relation_fkey  foreign key (topic_id, relation_id) references relations (topic_id, id)
);

comment on column citations.start_at is 'First code point of the quote in the source''s text, from 0 (W3C TextPositionSelector).';
comment on column citations.end_at   is 'The code point after the last one of the quote.';

create index citations_topic_id_idx   on citations (topic_id, id);
create index citations_updated_at_idx on citations (topic_id, updated_at, id);
create index citations_source_idx     on citations (source_id, start_at, end_at, id);
create index citations_position_idx   on citations (topic_id, position_id, id) where position_id is not null;
create index citations_argument_idx   on citations (topic_id, argument_id, id) where argument_id is not null;
create index citations_relation_idx   on citations (topic_id, relation_id, id) where relation_id is not null;

-- A citation as it is read: what it quotes and what it backs, by id and by slug, in one row.
create view citations_with_ends as
select c.id, c.topic_id, c.slug, c.source_id, c.exact, c.prefix, c.suffix, c.start_at, c.end_at,
       c.origin, c.version, c.created_at, c.updated_at,
       c.position_id, c.argument_id, c.relation_id,
       t.slug as topic_slug, t.status as topic_status,
       s.slug as source_slug,
       p.slug as position_slug, a.slug as argument_slug, r.slug as relation_slug
from citations c
join topics t on t.id = c.topic_id
join sources s on s.id = c.source_id
left join positions p on p.id = c.position_id
left join arguments a on a.id = c.argument_id
left join relations r on r.id = c.relation_id;
