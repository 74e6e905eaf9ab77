-- The statement of GET /v1/topics/{topic}.
\set topic random(0, :topics - 1)
select id, slug, title, summary, tags, language, status, origin, version, created_at, updated_at from topics where (status != 'draft' or false or id = any('{}'::uuid[])) and slug = concat('topic-', :topic::text) limit 1;
