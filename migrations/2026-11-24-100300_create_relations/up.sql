-- Relations: one or more premises that support, attack or rephrase one target.
-- A target is a position, an argument or another relation (an undercut), always of the same topic.
create table relations (
    id                 uuid        not null constraint relations_pkey primary key,
    topic_id           uuid        not null constraint relations_topic_id_fkey references topics on delete cascade,
    slug               text        not null,
    kind               text        not null,
    target_position_id uuid,
    target_argument_id uuid,
    target_relation_id uuid,
    scheme             text,
    "symmetric"        boolean     not null,
    origin             jsonb,
    version            bigint      not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    constraint relations_slug_key         unique (topic_id, slug),
    constraint relations_topic_id_id_key  unique (topic_id, id),
    constraint relations_slug_check       check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 100),
    constraint relations_kind_check       check (kind in ('supports', 'attacks', 'rephrases')),
    constraint relations_scheme_check     check (char_length(scheme) between 1 and 200),
    constraint relations_one_target_check check (num_nonnulls(target_position_id, target_argument_id, target_relation_id) = 1),
    constraint relations_not_itself_check check (target_relation_id <> id),
    constraint relations_symmetric_check  check (not "symmetric" or kind = 'attacks'),
    constraint relations_target_position_fkey foreign key (topic_id, target_position_id) references positions (topic_id, id),
    constraint relations_target_argument_fkey foreign key (topic_id, target_argument_id) references arguments (topic_id, id),
    -- Deferred, so that an import may write relations in any order.
    constraint relations_target_relation_fkey foreign key (topic_id, target_relation_id) references relations (topic_id, id)
        deferrable initially deferred
);

create index relations_updated_at_idx      on relations (topic_id, updated_at, id);
create index relations_target_position_idx on relations (topic_id, target_position_id, id) where target_position_id is not null;
create index relations_target_argument_idx on relations (topic_id, target_argument_id, id) where target_argument_id is not null;
create index relations_target_relation_idx on relations (topic_id, target_relation_id, id) where target_relation_id is not null;

create table premises (
    topic_id    uuid     not null,
    relation_id uuid     not null,
    argument_id uuid     not null,
    ordinal     smallint not null,
    constraint premises_pkey          primary key (relation_id, ordinal),
    constraint premises_argument_key  unique (relation_id, argument_id),
    constraint premises_relation_fkey foreign key (topic_id, relation_id) references relations (topic_id, id) on delete cascade,
    constraint premises_argument_fkey foreign key (topic_id, argument_id) references arguments (topic_id, id)
);

comment on table  premises         is 'The arguments of a relation; several hold only together (linked premises).';
comment on column premises.ordinal is 'The order in which the premises are read, from 0.';

create index premises_argument_idx on premises (topic_id, argument_id, relation_id);

-- A relation without a premise says nothing. Checked at the end of the transaction,
-- because a relation and its premises are written one after the other.
create function relation_needs_premise(relation uuid) returns void language plpgsql as $$
begin
    if exists (select from relations where id = relation)
       and not exists (select from premises where relation_id = relation) then
        raise exception 'relation % has no premise', relation
            using errcode = 'check_violation', constraint = 'relations_premises_check';
    end if;
end $$;

create function relations_check_premises() returns trigger language plpgsql as $$
begin
    perform relation_needs_premise(new.id);
    return null;
end $$;

create function premises_check_relation() returns trigger language plpgsql as $$
begin
    perform relation_needs_premise(old.relation_id);
    return null;
end $$;

create constraint trigger relations_premises_check after insert on relations
    deferrable initially deferred for each row execute function relations_check_premises();

create constraint trigger premises_relation_check after delete or update of relation_id on premises
    deferrable initially deferred for each row execute function premises_check_relation();

-- A relation as it is read: its ends by id and by slug, in one row.
create view relations_with_ends as
select r.id, r.topic_id, r.slug, r.kind, r.scheme, r."symmetric", r.origin,
       r.version, r.created_at, r.updated_at,
       r.target_position_id, r.target_argument_id, r.target_relation_id,
       p.slug as target_position_slug,
       a.slug as target_argument_slug,
       t.slug as target_relation_slug,
       array(select m.argument_id from premises m
             where m.relation_id = r.id order by m.ordinal) as premise_ids,
       array(select b.slug from premises m join arguments b on b.id = m.argument_id
             where m.relation_id = r.id order by m.ordinal) as premise_slugs
from relations r
left join positions p on p.id = r.target_position_id
left join arguments a on a.id = r.target_argument_id
left join relations t on t.id = r.target_relation_id;
