-- Fills an empty, migrated database with arguments in made-up words, as frequent as words are
-- (Zipf's law), for benches/search_beside_plain.sql:
--     psql -v arguments=300000 -f benches/search_data.sql "$DATABASE_URL"
-- A topic has thirty arguments. A claim has 6 to 16 words; of five arguments, three have a body of
-- 30 to 90 words.
\set ON_ERROR_STOP on
\timing on
select setseed(0.5);

-- 40,000 words of open syllables, which no dictionary shortens; the first are the commonest.
create temporary table made_words as
select n, (select string_agg(substr('bdfgklmnprtvz', 1 + (n * 7919 / (13 ^ s)::bigint % 13)::integer, 1)
                          || substr('aou', 1 + (n / (3 ^ s)::bigint % 3)::integer, 1), '' order by s)
           from generate_series(0, 3) s) || substr('bdfgklmnprtvz', 1 + n % 13, 1) || 'o' as word
from generate_series(1, 40000) n;
analyze made_words;

-- The texts are made before anything is timed.
create temporary table texts as
select n, string_agg(word, ' ') filter (where p <= length) as claim,
       coalesce(string_agg(word, ' ') filter (where p > length), '') as body
from (
    select d.n, p, length, w.word
    from (select sizes.n, p, length, floor(exp(random() * ln(40000)))::integer as pick
    from (select n, 6 + n * 7 % 11 as length, case when n % 5 < 3 then 30 + n * 11 % 61 else 0 end as more
          from generate_series(1, :arguments) n) sizes
    cross join lateral generate_series(1, length + more) p) d
    join made_words w on w.n = d.pick
) _ group by n;

insert into topics (id, slug, title, summary, tags, language, status)
select ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'topic-' || n,
       claim, '', array['tag-' || n % 100], 'en', 'published'
from texts where n <= :arguments / 30;

insert into arguments (id, topic_id, slug, claim, body, language)
select ('01900000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid,
       ('01900000-0000-7000-8000-' || lpad(to_hex(1 + n % (:arguments / 30)), 12, '0'))::uuid,
       'argument-' || n, claim, body, 'en'
from texts;
vacuum analyze;
