-- topic
\if :uniform
\set n random(1, :topics)
\else
\set n random_zipfian(1, :topics, 1.001)
\endif
SELECT "topics"."id", "topics"."slug", "topics"."title", "topics"."summary", "topics"."tags", "topics"."language", "topics"."status", "topics"."origin", "topics"."version", "topics"."created_at", "topics"."updated_at" FROM "topics" WHERE (((("topics"."status" != E'draft') OR E'f') OR ("topics"."id" = ANY(E'{}'))) AND ("topics"."slug" = ('topic-' || :n::text))) LIMIT E'1';

-- outline
\if :uniform
\set n random(1, :topics)
\else
\set n random_zipfian(1, :topics, 1.001)
\endif
begin isolation level repeatable read, read only;
SELECT "topics"."id", "topics"."slug", "topics"."title", "topics"."summary", "topics"."tags", "topics"."language", "topics"."status", "topics"."origin", "topics"."version", "topics"."created_at", "topics"."updated_at", "topics"."revision", "positions"."id", "positions"."slug", "positions"."statement", "positions"."summary", "positions"."rank" FROM ("topics" LEFT OUTER JOIN "positions" ON ("positions"."topic_id" = "topics"."id")) WHERE (((("topics"."status" != E'draft') OR E'f') OR ("topics"."id" = ANY(E'{}'))) AND ("topics"."slug" = ('topic-' || :n::text))) ORDER BY "positions"."rank", "positions"."id";
SELECT "arguments"."id", "arguments"."slug", "arguments"."claim", "arguments"."body", "arguments"."language" FROM "arguments" WHERE ("arguments"."topic_id" = ('01900000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid) ORDER BY "arguments"."id";
SELECT "relations_with_ends"."id", "relations_with_ends"."slug", "relations_with_ends"."kind", "relations_with_ends"."scheme", "relations_with_ends"."symmetric", "relations_with_ends"."target_position_id", "relations_with_ends"."target_argument_id", "relations_with_ends"."target_relation_id", "relations_with_ends"."premise_ids" FROM "relations_with_ends" WHERE ("relations_with_ends"."topic_id" = ('01900000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid) ORDER BY "relations_with_ends"."id";
SELECT "citations_with_ends"."id", "citations_with_ends"."slug", "citations_with_ends"."source_slug", "citations_with_ends"."exact", "citations_with_ends"."start_at", "citations_with_ends"."end_at", "citations_with_ends"."position_id", "citations_with_ends"."argument_id", "citations_with_ends"."relation_id" FROM "citations_with_ends" WHERE ("citations_with_ends"."topic_id" = ('01900000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid) ORDER BY "citations_with_ends"."source_id", "citations_with_ends"."start_at", "citations_with_ends"."end_at", "citations_with_ends"."id";
commit;

-- list
\set pages least(100, :topics / 20)
\if :uniform
\set n random(1, :pages)
\else
\set n random_zipfian(1, :pages, 1.001)
\endif
\set n :topics + 1 - (:n - 1) * 20
SELECT "topics"."id", "topics"."slug", "topics"."title", "topics"."summary", "topics"."tags", "topics"."language", "topics"."status", "topics"."origin", "topics"."version", "topics"."created_at", "topics"."updated_at" FROM "topics" WHERE (((("topics"."status" != E'draft') OR E'f') OR ("topics"."id" = ANY(E'{}'))) AND ("topics"."id" < ('01900000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid)) ORDER BY "topics"."id" DESC LIMIT E'21';

-- search
begin isolation level repeatable read, read only;
with recursive used (dictionary) as ( (select min(dictionary) from search_words) union all select (select min(w.dictionary) from search_words w where w.dictionary > used.dictionary) from used where used.dictionary is not null ) select dictionary, websearch_to_tsquery(dictionary::regconfig, folded)::text as written, phraseto_tsquery(dictionary::regconfig, folded)::text as phrase, '' as begun, '{}'::text[] as ends from used, search_folded(E'haichus raispiondness') folded where dictionary is not null;
with found (id, base) as materialized (SELECT "search_entries"."id", (case when search_entries.dictionary = E'english' then (case when search_entries.words @@ E'(''haichus''\x3aA & ''raispiond''\x3aA)'::tsquery then (case when search_entries.class >= 5 then 6 else 4 end + case when search_entries.words @@ E'(''haichus''\x3aA <1> ''raispiond''\x3aA)'::tsquery then 1 else 0 end) * 8 + search_entries.class else (2 + case when search_entries.words @@ E'(''haichus'' <1> ''raispiond'')'::tsquery then 1 else 0 end) * 8 end)::bigint end) FROM "search_entries" WHERE ((false or (search_entries.words @@ E'(''haichus'' & ''raispiond'')'::tsquery and search_entries.dictionary = E'english')) AND  NOT (EXISTS (SELECT "topics"."id", "topics"."slug", "topics"."title", "topics"."summary", "topics"."tags", "topics"."language", "topics"."status", "topics"."origin", "topics"."title_start", "topics"."revision", "topics"."version", "topics"."created_at", "topics"."updated_at" FROM "topics" WHERE (("topics"."id" = "search_entries"."topic_id") AND  NOT (((("topics"."status" != E'draft') OR E'f') OR ("topics"."id" = ANY(E'{}')))))))) LIMIT E'2001') select id, base * 1000000 + (case when search_entries.dictionary = E'english' then least(1000000 - 1, greatest(1, floor(ts_rank_cd('{0.1, 0.2, 0.4, 1.0}', search_entries.words, E'(''haichus'' & ''raispiond'')'::tsquery, 33) * 1000000)))::bigint end) from found cross join lateral (select e.dictionary, e.words from search_entries e where e.id = found.id limit 1) search_entries where (select count(*) from found) <= E'2000' and base >= coalesce((select base from found order by base desc offset E'20' limit 1), 0) union all select null, null where (select count(*) from found) > E'2000';
select e.id, e.kind, e.record_id, e.dictionary, e.start_at, e.passage, coalesce(p.slug, a.slug, c.slug, s.slug, t.slug) as slug, coalesce(p.statement, a.claim, s.title, t.title) as title, coalesce(p.summary, a.body, c.exact, case e.kind when 'topic' then t.summary end, '') as text, t.id as topic_id, t.slug as topic_slug, t.title as topic_title from search_entries e left join topics t on t.id = e.topic_id left join positions p on e.kind = 'position' and p.id = e.record_id left join arguments a on e.kind = 'argument' and a.id = e.record_id left join citations c on e.kind = 'citation' and c.id = e.record_id left join sources s on s.id = case e.kind when 'source' then e.record_id else c.source_id end where e.id = any (array(select unnest(E'{01900000-0000-7002-8000-000000001ede,01900000-0000-7002-8000-0000000068a9,01900000-0000-7002-8000-00000000914a,01900000-0000-7002-8000-0000000079cd,01900000-0000-7002-8000-000000001455,01900000-0000-7002-8000-000000000d20,01900000-0000-7002-8000-000000003197,01900000-0000-7002-8000-000000000bfe}'::uuid[])));
with recursive walk (argument_id, topic_id, at_position, at_argument, at_relation, is_for) as ( select a.id, a.topic_id, null::uuid, a.id, null::uuid, true from arguments a where a.id = any (array(select unnest(E'{01900000-0000-7002-8000-000000001ede,01900000-0000-7002-8000-0000000068a9,01900000-0000-7002-8000-00000000914a,01900000-0000-7002-8000-0000000079cd,01900000-0000-7002-8000-000000001455,01900000-0000-7002-8000-000000000d20,01900000-0000-7002-8000-000000003197,01900000-0000-7002-8000-000000000bfe}'::uuid[]))) union select w.argument_id, w.topic_id, r.target_position_id, r.target_argument_id, r.target_relation_id, w.is_for = (r.kind <> 'attacks') from walk w cross join lateral ( select s.* from premises m join relations s on s.id = m.relation_id where m.topic_id = w.topic_id and m.argument_id = w.at_argument union all select s.* from relations s where s.id = w.at_relation ) r ), met as ( select *, row_number() over () as n from (select * from walk limit 20000) _ ) select distinct on (m.argument_id) m.argument_id, p.id as position_id, p.slug, p.statement, m.is_for from met m cross join lateral (select * from positions where id = m.at_position limit 1) p order by m.argument_id, m.n;
select word, tsvector_to_array(to_tsvector(E'english'::regconfig, search_folded(word))) as lexemes from unnest(E'{reape,hes,hapaineander,heper,hackation,rai,ribrut,hockly,haibran,haistailness,riru}'::text[]) word;
commit;

-- create
\set n random(1, :topics)
\set r random(1, 1000000000000)
SELECT "keys"."id", "keys"."secret_sha256", "keys"."scopes", "keys"."topic_ids", "keys"."expires_at", "keys"."revoked_at", "keys"."last_used_at" FROM "keys" WHERE ("keys"."id" = E'01a21be8-5011-733b-853f-28adbe2ad359') LIMIT E'1';
begin;
SELECT "topics"."id", "topics"."slug", "topics"."language", "topics"."status", "topics"."revision" FROM "topics" WHERE ("topics"."slug" = ('topic-' || :n::text)) LIMIT E'1' FOR NO KEY UPDATE;
insert into arguments (id, topic_id, slug, claim, body, language, origin) values (gen_random_uuid(), ('01900000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid, replace(E'all-with-wouckation-frairairtly-and-hospioation-spick-wioled-fraitaict-to-as-and', 'all-with-wouckation-frairairtly-and-hospioation-spick-wioled-fraitaict-to-as-and', 'all-with-wouckation-frairairtly-and-hospioation-spick-wioled-fraitaict-to-as-and-' || :r::text), E'All with wouckation frairairtly and hospioation spick wioled fraitaict to as and stunded clartation have.', E'Coujoring preapaied shoun do jeals shaihartation most which. Is teclafact wous stas plioly sposocender which deatroheacks. For is daibrufended dirness grofiondness gru greart of from now dostoner as to vorness been are gripreating. Lut and that were who paispearness trairts staistemearted declerted treatuspionder chojioting also. Sevairouing the priort only shiosaickness niobrindly pubraising after stickly. Webi gashets chulet lakofricks miohoration sposed gouspaick that. Most spouchit priockness vousteckly kilairation he some could mudorts daivoation may him proubiom. Hitised gewahou ruvireckation cicurts fiostel clionertation nufaiwining speasness if.', E'en', NULL) on conflict (topic_id, slug) do nothing returning *;
update topics set revision = revision + 1 where id = ('01900000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid;
select xid::text::bigint as transaction, topic_id, source_id, is_record, is_listed, is_linked, dictionary, tsvector_to_array(words) as words from changes where xid = pg_current_xact_id_if_assigned();
commit;

-- patch
\set n random(1, :topics)
SELECT "keys"."id", "keys"."secret_sha256", "keys"."scopes", "keys"."topic_ids", "keys"."expires_at", "keys"."revoked_at", "keys"."last_used_at" FROM "keys" WHERE ("keys"."id" = E'01a21be8-5011-733b-853f-28adbe2ad359') LIMIT E'1';
begin;
SELECT "topics"."id", "topics"."slug", "topics"."title", "topics"."summary", "topics"."tags", "topics"."language", "topics"."status", "topics"."origin", "topics"."version", "topics"."created_at", "topics"."updated_at" FROM "topics" WHERE ("topics"."slug" = ('topic-' || :n::text)) LIMIT E'1' FOR NO KEY UPDATE;
update topics set "title" = "topics"."title", summary = E'All with wouckation frairairtly and hospioation spick wioled fraitaict to as and stunded clartation have.', "tags" = "topics"."tags", "language" = "topics"."language", "status" = "topics"."status", "origin" = "topics"."origin", version = version + 1, revision = revision + 1, updated_at = now() where id = ('01900000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid and "version" = "topics"."version" returning id, slug, title, summary, tags, language, status, origin, version, created_at, updated_at;
select xid::text::bigint as transaction, topic_id, source_id, is_record, is_listed, is_linked, dictionary, tsvector_to_array(words) as words from changes where xid = pg_current_xact_id_if_assigned();
commit;
