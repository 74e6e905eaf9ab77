-- Search: an entry for each record that has words, and one for each passage of a source's text.
-- Entries are kept by triggers, in the transaction of the change, so that whoever writes (the API,
-- an import, COPY) keeps them, and what was committed is found by the next request.
--
-- What is called for every record is in PL/pgSQL, which plans it once for a connection: an SQL function
-- that is not inlined is planned anew by every statement.
--
-- No extension is needed: accents are folded by Unicode's own decomposition, and misspelt words are
-- found by trigrams that are kept as arrays.

create table search_entries (
    id         uuid     not null constraint search_entries_pkey primary key,
    kind       text     not null,
    record_id  uuid     not null,
    topic_id   uuid,
    language   text,
    dictionary text     not null,
    class      smallint not null,
    words      tsvector not null,
    start_at   integer,
    passage    text,
    constraint search_entries_kind_check    check (kind in ('topic', 'position', 'argument', 'source', 'citation')),
    constraint search_entries_class_check   check (class between 0 and 7),
    constraint search_entries_passage_check check (num_nulls(start_at, passage) in (0, 2))
);
comment on column search_entries.id         is 'The id of the record; a passage has one of its own.';
comment on column search_entries.topic_id   is 'Null for sources, which are in no topic. Without a foreign key: the triggers of the records delete the entry.';
comment on column search_entries.language   is 'Null for sources, which do not say theirs.';
comment on column search_entries.dictionary is 'The text search configuration that made the words. A name and no regconfig, which pg_upgrade refuses in tables.';
comment on column search_entries.class      is 'How much a match in the heading says: titles over claims, short ones over long ones.';
comment on column search_entries.words      is 'Weight A is the heading. A lexeme of the heading is there once more, behind an exclamation mark and the class, so that the index finds the best matches of a common word without the others.';
comment on column search_entries.start_at   is 'The first code point of the passage in the source''s text, from 0.';

-- The words that entries are made of, as they are written: what a misspelt word or the beginning of
-- one may mean. Words are never taken back: what nothing has any more finds nothing. Without a
-- unique constraint: it would make writers wait for each other, and a word that is there twice does
-- no harm.
create table search_words (
    dictionary text   not null,
    word       text   not null collate "C",
    trigrams   text[] not null
);
create index search_words_word_idx     on search_words (dictionary, word);
create index search_words_same_idx     on search_words using hash (word);
create index search_words_trigrams_idx on search_words using gin (trigrams) with (fastupdate = off);

-- The text without accents on its Latin and Greek letters, and without what PostgreSQL would take
-- for the tags of HTML and leave out, or for one word with what stands around it: a path, a host, a
-- version. The halves of `either/or` are words.
create function search_folded(given text) returns text language plpgsql immutable strict parallel safe as $$
begin
    return case when octet_length(given) = char_length(given) then translate(given, '</.', '   ')
           else translate(
               normalize(regexp_replace(normalize(given, nfd), '([A-Za-z\u0391-\u03c9])[\u0300-\u036f]+', '\1', 'g'), nfc),
               'øØłŁđĐıßς’</.', 'oOlLdDisσ''   ') end;
end $$;

create function search_trigrams(word text) returns text[] language plpgsql immutable strict parallel safe as $$
begin
    return array(select distinct substr('  ' || word || ' ', n, 3) from generate_series(1, char_length(word) + 1) n);
end $$;

-- PostgreSQL's dictionary for a language tag (BCP 47).
create function search_dictionary(language text) returns text language plpgsql immutable strict parallel safe as $$
begin
    return case split_part(language, '-', 1)
        when 'ar' then 'arabic'     when 'hy' then 'armenian' when 'eu' then 'basque'    when 'ca' then 'catalan'
        when 'da' then 'danish'     when 'nl' then 'dutch'    when 'en' then 'english'   when 'fi' then 'finnish'
        when 'fr' then 'french'     when 'de' then 'german'   when 'el' then 'greek'     when 'hi' then 'hindi'
        when 'hu' then 'hungarian'  when 'id' then 'indonesian' when 'ga' then 'irish'   when 'it' then 'italian'
        when 'lt' then 'lithuanian' when 'ne' then 'nepali'   when 'no' then 'norwegian' when 'nb' then 'norwegian'
        when 'nn' then 'norwegian'  when 'pt' then 'portuguese' when 'ro' then 'romanian' when 'ru' then 'russian'
        when 'sr' then 'serbian'    when 'es' then 'spanish'  when 'sv' then 'swedish'   when 'ta' then 'tamil'
        when 'tr' then 'turkish'    when 'yi' then 'yiddish'
        else 'simple' end;
end $$;

-- The dictionary for a text that does not say its language: that of which it has the most of the
-- commonest words, if it has a few; English, the default of all records, for others in Latin letters.
create function search_guessed_dictionary(beginning text) returns text language plpgsql immutable strict parallel safe as $$
begin
    return coalesce((
        select d.dictionary
        from regexp_split_to_table(lower(left(beginning, 2000)), '[^[:alpha:]]+') word
        join (values
            ('english', array['the', 'of', 'and', 'to', 'is', 'that', 'with', 'for', 'are']),
            ('german', array['der', 'die', 'und', 'das', 'ist', 'nicht', 'mit', 'den', 'ein']),
            ('french', array['le', 'les', 'et', 'est', 'des', 'une', 'dans', 'que', 'pour']),
            ('spanish', array['el', 'los', 'y', 'es', 'las', 'una', 'que', 'por', 'con']),
            ('italian', array['il', 'di', 'che', 'è', 'gli', 'una', 'per', 'non', 'con']),
            ('portuguese', array['o', 'os', 'e', 'é', 'das', 'uma', 'que', 'não', 'com']),
            ('dutch', array['de', 'het', 'en', 'van', 'een', 'dat', 'niet', 'zijn', 'met']),
            ('swedish', array['och', 'att', 'det', 'som', 'en', 'är', 'på', 'inte', 'för']),
            ('danish', array['og', 'at', 'det', 'som', 'en', 'er', 'på', 'ikke', 'af']),
            ('russian', array['и', 'в', 'не', 'на', 'что', 'с', 'как', 'это', 'по'])
        ) d (dictionary, common) on word = any (d.common)
        group by d.dictionary having count(*) >= 3
        order by count(*) desc, d.dictionary limit 1
    ), case when beginning ~ '[A-Za-z]' then 'english' else 'simple' end);
end $$;

-- How much a match in a heading of so many words says.
create function search_class(kind text, words integer) returns smallint language plpgsql immutable strict parallel safe as $$
begin
    return (case when kind in ('topic', 'source') then case when words <= 3 then 7 when words <= 6 then 6 else 5 end
                 else case when words <= 3 then 4 when words <= 5 then 3 when words <= 8 then 2 when words <= 12 then 1 else 0 end
            end)::smallint;
end $$;

-- The lexemes of a heading behind a mark.
create function search_marked(heading tsvector, mark text) returns tsvector language plpgsql immutable strict parallel safe as $$
begin
    return case when length(heading) = 0 then ''
           else array_to_tsvector(string_to_array(mark || array_to_string(tsvector_to_array(heading), E'\x01' || mark), E'\x01')) end;
end $$;

-- The passages of a text: whole lines, as many as begin in the same 1,500 code points. A line that
-- is longer is cut, with an overlap that keeps every word whole in one of the two; and in two steps,
-- because to cut a long text in one takes the square of its length.
create function search_passages(given text) returns table (start_at integer, passage text)
language sql immutable strict parallel safe as $$
    with lines as materialized (
        select line, coalesce(sum(char_length(line) + 1) over (order by n rows between unbounded preceding and 1 preceding), 0)::integer as begins
        from string_to_table(given, E'\n') with ordinality _ (line, n)
    ), blocks as materialized (
        select begins + b as begins, substr(line, b + 1, 60060) as block
        from lines, generate_series(0, greatest(char_length(line) - 1, 0), 60000) b
    ), pieces as materialized (
        select begins + p as begins, substr(block, p + 1, 1560) as piece
        from blocks, generate_series(0, greatest(least(char_length(block), 60000) - 1, 0), 1500) p
    )
    select min(begins), string_agg(piece, E'\n' order by begins)
    from pieces group by begins / 1500 having bool_or(piece ~ '[^[:space:]]')
$$;

-- All that has words. What does not say its own language is in that of its topic.
create view search_records as
    select t.id, 'topic' as kind, t.id as record_id, t.id as topic_id, t.language, search_dictionary(t.language) as dictionary,
           t.title as heading, array_to_string(t.tags, ' ') as aside, t.summary as body, null::integer as start_at, null as passage
    from topics t
    union all
    select p.id, 'position', p.id, p.topic_id, t.language, search_dictionary(t.language), p.statement, '', p.summary, null, null
    from positions p join topics t on t.id = p.topic_id
    union all
    select a.id, 'argument', a.id, a.topic_id, a.language, search_dictionary(a.language), a.claim, '', a.body, null, null
    from arguments a
    union all
    select c.id, 'citation', c.id, c.topic_id, t.language, search_dictionary(t.language), '', '', c.exact, null, null
    from citations c join topics t on t.id = c.topic_id
    union all
    select s.id, 'source', s.id, null, null, search_guessed_dictionary(coalesce(s.text, s.title)),
           s.title, concat_ws(' ', array_to_string(s.authors, ' '), s.publisher), '', null, null
    from sources s
    union all
    select gen_random_uuid(), 'source', s.id, null, null, search_guessed_dictionary(s.text), '', '', p.passage, p.start_at, p.passage
    from sources s cross join lateral search_passages(s.text) p;

-- Puts the entries of these records, and the words that they are made of: for all of a statement at
-- once, which takes a third of the time that it takes one by one.
create function search_put(kind text, ids uuid[]) returns void language plpgsql
set plan_cache_mode = force_generic_plan as $$
begin
    if search_put.kind = 'source' then
        delete from search_entries e where e.kind = 'source' and e.record_id = any (ids) and e.passage is not null;
    end if;
    with given as materialized (
        select r.*, setweight(to_tsvector(r.dictionary::regconfig, search_folded(r.heading)), 'A') as head,
               setweight(to_tsvector(r.dictionary::regconfig, search_folded(r.aside)), 'B')
                   || to_tsvector(r.dictionary::regconfig, search_folded(r.body)) as rest,
               tsvector_to_array(to_tsvector('simple', search_folded(concat_ws(' ', r.heading, r.aside, r.body)))) as written
        from search_records r where r.kind = search_put.kind and r.record_id = any (ids)
    ), put as (
        insert into search_entries (id, kind, record_id, topic_id, language, dictionary, class, words, start_at, passage)
        select g.id, g.kind, g.record_id, g.topic_id, g.language, g.dictionary, c.class,
               g.head || g.rest || search_marked(g.head, '!' || c.class),
               g.start_at, g.passage
        from given g cross join lateral (select search_class(g.kind, length(g.head)) as class offset 0) c
        on conflict on constraint search_entries_pkey do update
        set topic_id = excluded.topic_id, language = excluded.language, dictionary = excluded.dictionary,
            class = excluded.class, words = excluded.words
    )
    insert into search_words (dictionary, word, trigrams)
    select w.dictionary, w.word, search_trigrams(w.word)
    -- The empty word tells that there are entries of this dictionary, if they have no other.
    from (select distinct g.dictionary, u.word from given g cross join lateral unnest(array_append(g.written, '')) u (word) offset 0) w
    -- Each is looked up by its hash (the empty text keeps the other index away), and only what is new is looked at.
    where case when (select 1 from search_words s where s.word = w.word and s.dictionary || '' = w.dictionary limit 1) is null
               then char_length(w.word) <= 40 and w.word ~ '^[[:alpha:]]*$' else false end;
end $$;

create function search_added() returns trigger language plpgsql as $$
begin
    perform search_put(tg_argv[0], array(select id from added));
    return null;
end $$;

create function search_changed() returns trigger language plpgsql as $$
begin
    perform search_put(tg_argv[0], array[new.id]);
    return null;
end $$;

create function search_topic_translated() returns trigger language plpgsql as $$
begin
    perform search_put('position', array(select id from positions where topic_id = new.id));
    perform search_put('citation', array(select id from citations where topic_id = new.id));
    return null;
end $$;

create function search_removed() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'sources' then
        delete from search_entries where kind = 'source' and record_id = any (array(select id from gone));
    else
        delete from search_entries where id = any (array(select id from gone));
    end if;
    return null;
end $$;

create trigger topics_search_added    after insert on topics referencing new table as added for each statement execute function search_added('topic');
create trigger positions_search_added after insert on positions referencing new table as added for each statement execute function search_added('position');
create trigger arguments_search_added after insert on arguments referencing new table as added for each statement execute function search_added('argument');
create trigger sources_search_added   after insert on sources   referencing new table as added for each statement execute function search_added('source');
create trigger citations_search_added after insert on citations referencing new table as added for each statement execute function search_added('citation');

create trigger topics_search_removed    after delete on topics    referencing old table as gone for each statement execute function search_removed();
create trigger positions_search_removed after delete on positions referencing old table as gone for each statement execute function search_removed();
create trigger arguments_search_removed after delete on arguments referencing old table as gone for each statement execute function search_removed();
create trigger sources_search_removed   after delete on sources   referencing old table as gone for each statement execute function search_removed();
create trigger citations_search_removed after delete on citations referencing old table as gone for each statement execute function search_removed();

create trigger topics_search_changed after update of title, summary, tags, language on topics for each row
    when ((old.title, old.summary, old.tags, old.language) is distinct from (new.title, new.summary, new.tags, new.language))
    execute function search_changed('topic');
create trigger topics_search_translated after update of language on topics for each row
    when (old.language is distinct from new.language)
    execute function search_topic_translated();
create trigger positions_search_changed after update of statement, summary on positions for each row
    when ((old.statement, old.summary) is distinct from (new.statement, new.summary))
    execute function search_changed('position');
create trigger arguments_search_changed after update of claim, body, language on arguments for each row
    when ((old.claim, old.body, old.language) is distinct from (new.claim, new.body, new.language))
    execute function search_changed('argument');
create trigger sources_search_changed after update of title, authors, publisher, text on sources for each row
    when ((old.title, old.authors, old.publisher, old.text) is distinct from (new.title, new.authors, new.publisher, new.text))
    execute function search_changed('source');
create trigger citations_search_changed after update of exact on citations for each row
    when (old.exact is distinct from new.exact)
    execute function search_changed('citation');

-- What is there already. The indexes come after it, which is faster.
select search_put('topic', array(select id from topics));
select search_put('position', array(select id from positions));
select search_put('argument', array(select id from arguments));
select search_put('citation', array(select id from citations));
select search_put('source', array(select id from sources));

-- With the shortest pending list that there is: a search reads all of it, so that the usual one of 4 MB
-- makes a search after a burst of writes many times slower. This one is not felt, and a writer puts the
-- words of a few records into the index at once.
create index search_entries_words_idx  on search_entries using gin (words) with (fastupdate = on, gin_pending_list_limit = 64);
-- An order that has nothing to do with what an entry says or when it was written, so that of any words
-- that many have, some are found soon.
create index search_entries_spread_idx on search_entries (uuid_hash_extended(id, 0));
create index search_entries_topic_idx  on search_entries (topic_id) where topic_id is not null;
create index search_entries_source_idx on search_entries (record_id) where kind = 'source';
