-- The statement of GET /v1/topics?limit=20.
select id, slug, title, summary, tags, language, status, origin, version, created_at, updated_at from topics where status != 'draft' or false or id = any('{}'::uuid[]) order by id desc limit 21;
