-- Which topics and sources each transaction changed, for servers that keep answers in memory: they
-- follow this log, and forget what is no longer true.
--
-- Nobody needs it after a crash of PostgreSQL, for then every server forgets all it has; so it is
-- not written ahead. Servers delete what all have long read.
create unlogged table changes (
    xid       xid8    not null default pg_current_xact_id(),
    topic_id  uuid,
    source_id uuid,
    is_record boolean not null,
    constraint changes_subject_check check (num_nonnulls(topic_id, source_id) = 1)
);

comment on column changes.is_record is 'Whether the record itself changed, and not only something below it.';

create index changes_xid_idx on changes (xid);

create function log_topic_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        insert into changes (topic_id, is_record) values (new.id, new.version <> old.version);
    elsif tg_op = 'INSERT' then
        insert into changes (topic_id, is_record) values (new.id, true);
    else
        insert into changes (topic_id, is_record) values (old.id, true);
    end if;
    return null;
end $$;

create function log_source_change() returns trigger language plpgsql as $$
begin
    insert into changes (source_id, is_record)
    values (case when tg_op = 'DELETE' then old.id else new.id end, true);
    return null;
end $$;

create trigger topics_change after insert or update or delete on topics
    for each row execute function log_topic_change();

create trigger sources_change after insert or update or delete on sources
    for each row execute function log_source_change();
