-- GET /v1/topics?limit=20&cursor=…: one of the first hundred pages, and a row more, which tells
-- whether there is a next
\set pages least(100, :topics / 20)
\if :uniform
\set n random(1, :pages)
\else
\set n random_zipfian(1, :pages, 1.001)
\endif
\set n :topics + 1 - (:n - 1) * 20
SELECT "topics"."id", "topics"."slug", "topics"."title", "topics"."summary", "topics"."tags", "topics"."language", "topics"."status", "topics"."origin", "topics"."version", "topics"."created_at", "topics"."updated_at" FROM "topics" WHERE ((("topics"."status" != 'draft' OR false) OR "topics"."id" = ANY('{}')) AND "topics"."id" < ('01900000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid) ORDER BY "topics"."id" DESC LIMIT 21;
