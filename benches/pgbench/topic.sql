-- GET /v1/topics/{topic}
\if :uniform
\set n random(1, :topics)
\else
\set n random_zipfian(1, :topics, 1.001)
\endif
SELECT "topics"."id", "topics"."slug", "topics"."title", "topics"."summary", "topics"."tags", "topics"."language", "topics"."status", "topics"."origin", "topics"."version", "topics"."created_at", "topics"."updated_at" FROM "topics" WHERE ((("topics"."status" != 'draft' OR false) OR "topics"."id" = ANY('{}')) AND "topics"."slug" = 'topic-' || :n::text) LIMIT 1;
