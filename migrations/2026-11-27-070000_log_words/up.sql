-- The log of changes says more closely what changed, so that an answer in memory depends on no more
-- than what it shows: of a topic, whether what it is listed by did, or how its arguments bear; and of
-- search, the words of each entry before and after.
alter table changes
    alter column is_record set default false,
    add column is_listed boolean not null default false,
    add column is_linked boolean not null default false,
    add column dictionary text,
    add column words tsvector,
    drop constraint changes_subject_check,
    add constraint changes_subject_check check (num_nonnulls(topic_id, source_id, words) <= 1),
    add constraint changes_words_check check (num_nonnulls(dictionary, words) in (0, 2));

comment on table changes is 'A line with no subject says that any entry of search may have changed.';
comment on column changes.is_listed is 'Whether the topic is new or gone, or its slug, title, tags, language or status changed.';
comment on column changes.is_linked is 'Whether a relation or a position of the topic changed.';
comment on column changes.words     is 'The words that an entry of search has or had.';

create or replace function log_topic_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        insert into changes (topic_id, is_record, is_listed)
        values (new.id, new.version <> old.version,
                (old.slug, old.title, old.tags, old.language, old.status) is distinct from (new.slug, new.title, new.tags, new.language, new.status));
        if old.status <> new.status then
            -- All its entries are seen by others now.
            insert into changes default values;
        end if;
    else
        insert into changes (topic_id, is_record, is_listed)
        values (case tg_op when 'INSERT' then new.id else old.id end, true, true);
    end if;
    return null;
end $$;

create function log_links() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        insert into changes (topic_id, is_linked) select distinct topic_id, true from gone;
    else
        insert into changes (topic_id, is_linked) select distinct topic_id, true from added;
    end if;
    return null;
end $$;

-- A statement that changes many entries may as well have changed any.
create function log_words() returns trigger language plpgsql as $$
declare
    most constant integer := 50;
begin
    if tg_op <> 'DELETE' then
        if (select count(*) from added) > most then
            insert into changes default values;
            return null;
        end if;
        insert into changes (dictionary, words) select dictionary, strip(words) from added;
    end if;
    if tg_op <> 'INSERT' then
        if (select count(*) from gone) > most then
            insert into changes default values;
            return null;
        end if;
        insert into changes (dictionary, words) select dictionary, strip(words) from gone;
    end if;
    return null;
end $$;

create trigger premises_added   after insert on premises  referencing new table as added for each statement execute function log_links();
create trigger premises_change  after update on premises  referencing new table as added for each statement execute function log_links();
create trigger premises_removed after delete on premises  referencing old table as gone  for each statement execute function log_links();
create trigger relations_change after update on relations referencing new table as added for each statement execute function log_links();
create trigger positions_change after update on positions referencing new table as added for each statement execute function log_links();

create trigger search_entries_added   after insert on search_entries referencing new table as added for each statement execute function log_words();
create trigger search_entries_change  after update on search_entries referencing old table as gone new table as added for each statement execute function log_words();
create trigger search_entries_removed after delete on search_entries referencing old table as gone for each statement execute function log_words();
