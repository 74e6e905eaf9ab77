-- Answers kept for clients that send the same change again (the header Idempotency-Key).
create table kept_answers (
    key_id          uuid        not null constraint kept_answers_key_id_fkey references keys on delete cascade,
    idempotency_key text        not null,
    request_sha256  bytea       not null,
    status          smallint    not null,
    location        text,
    etag            text,
    body            bytea,
    created_at      timestamptz not null default now(),
    constraint kept_answers_pkey                  primary key (key_id, idempotency_key),
    constraint kept_answers_idempotency_key_check check (char_length(idempotency_key) between 1 and 255),
    constraint kept_answers_request_sha256_check  check (octet_length(request_sha256) = 32),
    constraint kept_answers_status_check          check (status between 200 and 299)
);

comment on table  kept_answers                is 'Each is written in the transaction of the change that it answers, and kept for 24 hours.';
comment on column kept_answers.request_sha256 is 'What the answer was to: the same key with another request is refused.';

create index kept_answers_created_at_idx on kept_answers (created_at);
