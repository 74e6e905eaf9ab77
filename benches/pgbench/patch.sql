-- PATCH /v1/topics/{topic} of the summary. run.py makes copies with claims of the data for {body}.
\set n random(1, :topics)
SELECT "keys"."id", "keys"."secret_sha256", "keys"."scopes", "keys"."topic_ids", "keys"."expires_at", "keys"."revoked_at", "keys"."last_used_at" FROM "keys" WHERE "keys"."id" = '{key}' LIMIT 1;
BEGIN;
SELECT "topics"."id", "topics"."slug", "topics"."title", "topics"."summary", "topics"."tags", "topics"."language", "topics"."status", "topics"."origin", "topics"."version", "topics"."created_at", "topics"."updated_at" FROM "topics" WHERE "topics"."slug" = 'topic-' || :n::text LIMIT 1 FOR NO KEY UPDATE;
UPDATE "topics" SET "title" = "topics"."title", "summary" = '{body}', "tags" = "topics"."tags", "language" = 'en', "status" = 'published', "origin" = NULL, "version" = "topics"."version" + 1, "revision" = "topics"."revision" + 1, "updated_at" = CURRENT_TIMESTAMP WHERE "topics"."id" = ('01900000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid RETURNING "topics"."id", "topics"."slug", "topics"."title", "topics"."summary", "topics"."tags", "topics"."language", "topics"."status", "topics"."origin", "topics"."version", "topics"."created_at", "topics"."updated_at";
SELECT xid::text::bigint AS transaction, topic_id, source_id, is_record FROM changes WHERE xid = pg_current_xact_id_if_assigned();
COMMIT;
