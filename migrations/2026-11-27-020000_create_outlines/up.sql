-- Outlines that were made before, ready to be sent: whoever reads a topic again is spared the
-- reading of everything in it. A row is good for one revision of its topic and one build of the
-- program; any other is taken for none, and is written over.
create table outlines (
    topic_id uuid    not null,
    revision bigint  not null,
    build    bigint  not null,
    length   integer not null,
    packed   bytea   not null,
    constraint outlines_pkey primary key (topic_id),
    constraint outlines_topic_id_fkey foreign key (topic_id) references topics on delete cascade
);

-- It is packed already.
alter table outlines alter column packed set storage external;

comment on column outlines.build is 'Which build of the program made it.';
comment on column outlines.length is 'How many bytes it is, unpacked.';
comment on column outlines.packed is 'Its JSON in zstd.';
