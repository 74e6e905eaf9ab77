-- The statements of GET /v1/topics/{topic}/outline. pgbench keeps a value of one row only, so the id of
-- the topic comes from the first statement alone, and its positions are read by a statement of their own.
\set topic random(0, :topics - 1)
begin transaction isolation level repeatable read read only;
select id as topic_id, slug, title, summary, tags, language, status, origin, version, created_at, updated_at, revision from topics where (status != 'draft' or false or id = any('{}'::uuid[])) and slug = concat('topic-', :topic::text) \gset
select id, slug, statement, summary, rank from positions where topic_id = :topic_id::uuid order by rank, id;
select id, slug, claim, body, language from arguments where topic_id = :topic_id::uuid order by id;
select id, slug, kind, scheme, symmetric, target_position_id, target_argument_id, target_relation_id, premise_ids from relations_with_ends where topic_id = :topic_id::uuid order by id;
select id, slug, source_slug, exact, start_at, end_at, position_id, argument_id, relation_id from citations_with_ends where topic_id = :topic_id::uuid order by source_id, start_at, end_at, id;
commit;
