-- POST /v1/topics/{topic}/arguments. run.py makes copies with the texts of arguments for {slug},
-- {claim} and {body}; {slugs} are the 50 names of which the program asks whether they are taken.
\set n random(1, :topics)
\set r random(1, 1000000000000)
SELECT "keys"."id", "keys"."secret_sha256", "keys"."scopes", "keys"."topic_ids", "keys"."expires_at", "keys"."revoked_at", "keys"."last_used_at" FROM "keys" WHERE "keys"."id" = '{key}' LIMIT 1;
BEGIN;
SELECT "topics"."id", "topics"."slug", "topics"."language", "topics"."status", "topics"."revision" FROM "topics" WHERE "topics"."slug" = 'topic-' || :n::text LIMIT 1 FOR NO KEY UPDATE;
SELECT "arguments"."slug" FROM "arguments" WHERE "arguments"."topic_id" = ('01900000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid AND "arguments"."slug" = ANY(string_to_array(replace('{slugs}', '?', '{slug}-' || :r::text), ','));
INSERT INTO "arguments" ("id", "topic_id", "slug", "claim", "body", "language", "origin") VALUES (gen_random_uuid(), ('01900000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid, '{slug}-' || :r::text, '{claim}', '{body}', 'en', NULL) RETURNING "arguments"."id", "arguments"."topic_id", "arguments"."slug", "arguments"."claim", "arguments"."body", "arguments"."language", "arguments"."origin", "arguments"."version", "arguments"."created_at", "arguments"."updated_at";
UPDATE "topics" SET "revision" = "topics"."revision" + 1 WHERE "topics"."id" = ('01900000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid;
SELECT xid::text::bigint AS transaction, topic_id, source_id, is_record FROM changes WHERE xid = pg_current_xact_id_if_assigned();
COMMIT;
