drop trigger search_entries_removed on search_entries;
drop trigger search_entries_change on search_entries;
drop trigger search_entries_added on search_entries;
drop trigger positions_change on positions;
drop trigger relations_change on relations;
drop trigger premises_removed on premises;
drop trigger premises_change on premises;
drop trigger premises_added on premises;
drop function log_words();
drop function log_links();

create or replace function log_topic_change() returns trigger language plpgsql as $$
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

delete from changes;
comment on table changes is null;
alter table changes
    drop constraint changes_words_check,
    drop constraint changes_subject_check,
    drop column is_listed,
    drop column is_linked,
    drop column dictionary,
    drop column words,
    alter column is_record drop default,
    add constraint changes_subject_check check (num_nonnulls(topic_id, source_id) = 1);
