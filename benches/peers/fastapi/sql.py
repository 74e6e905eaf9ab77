"""All statements. asyncpg prepares each once for a connection."""

_TOPIC = "id, slug, title, summary, tags, language, status, origin, version, created_at, updated_at"

KEY = """
    select id, secret_sha256, scopes from keys
    where id = $1 and revoked_at is null and (expires_at is null or expires_at > now())"""

TOPIC = f"select {_TOPIC} from topics where slug = $1 and status <> 'draft'"

TOPIC_AND_REVISION = f"select {_TOPIC}, revision from topics where slug = $1 and status <> 'draft'"

TOPICS = f"select {_TOPIC} from topics where id < $1 and status <> 'draft' order by id desc limit $2"

PATCH_TOPIC = f"""
    update topics
    set title = coalesce($2, title), summary = coalesce($3, summary), tags = coalesce($4, tags),
        version = version + 1, revision = revision + 1, updated_at = now()
    where slug = $1
    returning {_TOPIC}"""

POSITIONS = "select id, slug, statement, summary, rank from positions where topic_id = $1 order by rank, id"

ARGUMENTS = "select id, slug, claim, body, language from arguments where topic_id = $1 order by id"

RELATIONS = """
    select id, slug, kind, scheme, "symmetric", target_position_id, target_argument_id, target_relation_id, premise_ids
    from relations_with_ends where topic_id = $1
    order by array_position(array['supports', 'attacks', 'rephrases'], kind), id"""

CITATIONS = """
    select id, slug, source_slug, exact, start_at, end_at, position_id, argument_id, relation_id
    from citations_with_ends where topic_id = $1 order by source_id, start_at, end_at, id"""

LOCK_TOPIC = "select id, language from topics where slug = $1 for no key update"

TAKEN = "select slug from arguments where topic_id = $1 and slug = any($2)"

INSERT_ARGUMENT = """
    insert into arguments (id, topic_id, slug, claim, body, language) values ($1, $2, $3, $4, $5, $6)
    returning id, topic_id, slug, claim, body, language, origin, version, created_at, updated_at"""

ADVANCE = "update topics set revision = revision + 1 where id = $1"

# The best twenty first; only these are looked up, and marked.
SEARCH = """
    with found as (
        select e.kind, e.record_id, e.topic_id, q, ts_rank_cd(e.words, q) as rank
        from websearch_to_tsquery('english', search_folded($1)) q
        join search_entries e on e.words @@ q
        where e.kind in ('topic', 'position', 'argument')
          and e.topic_id not in (select id from topics where status = 'draft')
        order by rank desc, e.id
        limit 20
    )
    select f.kind, f.record_id as id, f.rank, coalesce(a.slug, p.slug, t.slug) as slug,
           coalesce(a.claim, p.statement, t.title) as title,
           t.id as topic_id, t.slug as topic_slug, t.title as topic_title,
           ts_headline('english', concat_ws(' ', coalesce(a.claim, p.statement, t.title), coalesce(a.body, p.summary, t.summary)),
                       q, 'StartSel=<mark>, StopSel=</mark>') as html
    from found f
    join topics t on t.id = f.topic_id
    left join positions p on p.id = f.record_id
    left join arguments a on a.id = f.record_id
    order by f.rank desc, f.record_id"""
