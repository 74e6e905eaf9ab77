-- GET /v1/topics/{topic}/outline
\if :uniform
\set n random(1, :topics)
\else
\set n random_zipfian(1, :topics, 1.001)
\endif
BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT "topics"."id", "topics"."slug", "topics"."title", "topics"."summary", "topics"."tags", "topics"."language", "topics"."status", "topics"."origin", "topics"."version", "topics"."created_at", "topics"."updated_at", "topics"."revision", "positions"."id", "positions"."slug", "positions"."statement", "positions"."summary", "positions"."rank" FROM ("topics" LEFT OUTER JOIN "positions" ON "positions"."topic_id" = "topics"."id") WHERE ((("topics"."status" != 'draft' OR false) OR "topics"."id" = ANY('{}')) AND "topics"."slug" = 'topic-' || :n::text) ORDER BY "positions"."rank", "positions"."id";
SELECT "arguments"."id", "arguments"."slug", "arguments"."claim", "arguments"."body", "arguments"."language" FROM "arguments" WHERE "arguments"."topic_id" = ('01900000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid ORDER BY "arguments"."id";
SELECT "relations_with_ends"."id", "relations_with_ends"."slug", "relations_with_ends"."kind", "relations_with_ends"."scheme", "relations_with_ends"."symmetric", "relations_with_ends"."target_position_id", "relations_with_ends"."target_argument_id", "relations_with_ends"."target_relation_id", "relations_with_ends"."premise_ids" FROM "relations_with_ends" WHERE "relations_with_ends"."topic_id" = ('01900000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid ORDER BY "relations_with_ends"."id";
SELECT "citations_with_ends"."id", "citations_with_ends"."slug", "citations_with_ends"."source_slug", "citations_with_ends"."exact", "citations_with_ends"."start_at", "citations_with_ends"."end_at", "citations_with_ends"."position_id", "citations_with_ends"."argument_id", "citations_with_ends"."relation_id" FROM "citations_with_ends" WHERE "citations_with_ends"."topic_id" = ('01900000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid ORDER BY "citations_with_ends"."source_id", "citations_with_ends"."start_at", "citations_with_ends"."end_at", "citations_with_ends"."id";
COMMIT;
