-- What a search costs beside plain ranking, over the data of search_data.sql:
--     psql -f benches/search_beside_plain.sql "$DATABASE_URL"
-- For words from the commonest to rare ones, and for pairs of them, among everything and among the
-- arguments, in turns: all matches that a caller without a key sees, ranked by `ts_rank_cd … order
-- by … limit 20`, and the statements that the program sends (see src/search): at most 501 matches,
-- and only if there are more, the parts of them, the best first, each after an estimate. Prints the
-- medians in milliseconds.
\set ON_ERROR_STOP on
set jit = off;

create function pg_temp.plain(q tsquery) returns uuid[] language plpgsql as $$
declare found uuid[];
begin
    execute format('select array(select e.id from search_entries e left join topics t on t.id = e.topic_id
        where e.words @@ %L::tsquery and (e.topic_id is null or t.status <> ''draft'') %s
        order by ts_rank_cd(''{0.1,0.2,0.4,1}'', e.words, %L::tsquery, 33) desc, e.id desc limit 20)', q, current_setting('search.filter'), q) into found;
    return found;
end $$;

-- The order that the program gives: tier, phrase, class, and what is left.
create function pg_temp.score(heading tsquery, phrase tsquery, q tsquery) returns text language sql as $$
    select format('((case when words @@ %1$L::tsquery then (case when class >= 5 then 6 else 4 end + %4$s) * 8 + class
        else (2 + %5$s) * 8 end)::bigint * 1000000
        + least(999999, floor(ts_rank_cd(''{0.1,0.2,0.4,1}'', words, %3$L::tsquery, 33) * 1000000))::bigint)',
        heading, phrase, q,
        case when phrase is null then '0' else format('case when words @@ %L::tsquery then 1 else 0 end', regexp_replace(phrase::text, '''(?= |$)', ''':A', 'g')) end,
        case when phrase is null then '0' else format('case when words @@ %L::tsquery then 1 else 0 end', phrase) end)
$$;

create function pg_temp.hits(condition text, ranked text, ordering text, most integer) returns table (id uuid, score bigint) language plpgsql as $$
begin
    return query execute format('select e.id, %2$s from search_entries e left join topics t on t.id = e.topic_id
        where %1$s and (e.topic_id is null or t.status <> ''draft'') %5$s %3$s limit %4$s',
        condition, ranked, ordering, most, current_setting('search.filter'));
end $$;

-- As the program does, before it reads anything.
create function pg_temp.estimate(condition text) returns bigint language plpgsql as $$
declare plan json;
begin
    execute format('explain (format json) select e.id from search_entries e where %s %s',
                   condition, current_setting('search.filter')) into plan;
    return plan -> 0 -> 'Plan' ->> 'Plan Rows';
end $$;

create type pg_temp.part as (tier integer, has_it boolean, of_class integer);

-- The best hits of a part: of a tier, with the phrase or without it, of a class; null stands for any.
create function pg_temp.best(words text[], tier integer, has_it boolean, of_class integer, missing integer) returns uuid[] language plpgsql as $$
declare
    q         tsquery := array_to_string(words, ' & ')::tsquery;
    heading   tsquery := (array_to_string(words, ':A & ') || ':A')::tsquery;
    phrase    tsquery := case when cardinality(words) > 1 then array_to_string(words, ' <-> ')::tsquery end;
    score     text    := pg_temp.score(heading, phrase, q);
    classes   integer[] := case tier when 3 then array[7, 6, 5] when 2 then array[4, 3, 2, 1, 0] end;
    these     integer[] := case when of_class is null then classes else array[of_class] end;
    condition text;
    counted   integer;
    ranked    uuid[];
    found     uuid[]  := '{}';
    part      pg_temp.part;
begin
    condition := case when tier is null then format('e.words @@ %L::tsquery', q)
        when tier = 1 then format('e.words @@ %L::tsquery and not e.words @@ %L::tsquery', q, heading)
        else format('e.words @@ %L::tsquery and e.words @@ %L::tsquery and e.class = any (%L)', heading,
            (select string_agg('(' || marked || ')', ' & ')
             from (select string_agg(format('''!%s%s''', c, w), ' | ') as marked
                   from unnest(words) w, unnest(these) c group by w) _),
            these) end;
    if has_it is not null then
        condition := condition || format(case when has_it then ' and e.words @@ %L::tsquery' else ' and not e.words @@ %L::tsquery' end, phrase);
    end if;

    if of_class is not null or tier = 1 and (phrase is null or has_it is not null) then
        if pg_temp.estimate(condition) > 4000 then
            return array(select h.id from pg_temp.hits(condition, '0::bigint', 'order by uuid_hash_extended(e.id, 0) desc, e.id desc', missing) h);
        end if;
        return array(select h.id from pg_temp.hits(condition, score, 'order by 2 desc, 1 desc', missing) h);
    end if;
    if tier is null or pg_temp.estimate(condition) <= 1000 then
        select count(*), coalesce(array_agg(h.id order by h.score desc, h.id desc), '{}') into counted, ranked
        from pg_temp.hits(condition, score, '', 501) h;
        if counted <= 500 then return ranked[:missing]; end if;
    end if;
    foreach part in array array(
        select (p.tier, null, null)::pg_temp.part from (values (3), (2), (1)) p (tier) where best.tier is null
        union all
        select (best.tier, p.has_it, null)::pg_temp.part from (values (true), (false)) p (has_it)
        where best.tier is not null and best.has_it is null and phrase is not null
        union all
        select (best.tier, best.has_it, p.of_class)::pg_temp.part from unnest(classes) p (of_class)
        where best.of_class is null and (best.has_it is not null or phrase is null)
    ) loop
        found := found || pg_temp.best(words, part.tier, part.has_it, part.of_class, missing - cardinality(found));
        exit when cardinality(found) >= missing;
    end loop;
    return found;
end $$;

create function pg_temp.parts(words text[]) returns uuid[] language sql
set max_parallel_workers_per_gather = 0 as $$
    select pg_temp.best(words, null, null, null, 20)
$$;

create temporary table asked as
with counted as (
    select word, ndoc, row_number() over (order by ndoc desc) as place
    from ts_stat('select words from search_entries') where word !~ '^!' and ndoc >= 15
), chosen as (
    select c.word, c.ndoc, width_bucket(ln(c.ndoc), ln(10), ln((select max(ndoc) + 1 from counted)), 6) as bucket,
           row_number() over (partition by width_bucket(ln(c.ndoc), ln(10), ln((select max(ndoc) + 1 from counted)), 6) order by md5(c.word)) as n
    from counted c
)
select bucket, array[word] as words, ndoc from chosen where n <= 4
union all
select a.bucket + 10, array[a.word, b.word], null from chosen a join chosen b on a.bucket = b.bucket and a.n = b.n - 1 where a.n in (1, 3) and a.bucket >= 3;

create temporary table times (filter text, bucket integer, words text[], form text, took double precision);
do $$
declare
    one    record;
    filter text;
    began  timestamptz;
    r      integer;
begin
    foreach filter in array array['', 'and e.kind = ''argument'''] loop
        perform set_config('search.filter', filter, false);
        for r in 0..5 loop
            for one in select * from asked order by bucket, words loop
                began := clock_timestamp();
                perform pg_temp.plain(array_to_string(one.words, ' & ')::tsquery);
                if r > 0 then insert into times values (filter, one.bucket, one.words, 'plain', extract(epoch from clock_timestamp() - began) * 1000); end if;
                began := clock_timestamp();
                perform pg_temp.parts(one.words);
                if r > 0 then insert into times values (filter, one.bucket, one.words, 'parts', extract(epoch from clock_timestamp() - began) * 1000); end if;
            end loop;
        end loop;
    end loop;
end $$;

select case when t.filter = '' then 'everything' else 'arguments' end as among,
       case when t.bucket > 10 then 'two words' else 'one word' end as query, min(a.ndoc) as fewest_hits, max(a.ndoc) as most_hits,
       round(percentile_cont(0.5) within group (order by took) filter (where form = 'plain')::numeric, 2) as plain_ms,
       round(percentile_cont(0.5) within group (order by took) filter (where form = 'parts')::numeric, 2) as parts_ms
from times t join asked a on a.words = t.words and a.bucket = t.bucket
group by t.filter, t.bucket order by t.filter, t.bucket;
