"""What would answer in the program's place: FastAPI over asyncpg, as their documentation has it.

The tables, the addresses and the answers are the program's; drafts are never shown, and there are
no ETags. Every answer has a model, which is what makes JSON of it, and is made of plain dicts,
which are checked once.
"""
import base64
import json
import os
import re
import secrets
import time
import unicodedata
from contextlib import asynccontextmanager
from hashlib import sha256
from hmac import compare_digest
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

import sql
from models import Argument, Hits, NewArgument, Outline, Topic, TopicPage, TopicPatch

LAST = UUID(int=2**128 - 1)
DIGITS = {digit: value for value, digit in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")}


async def prepare(connection: asyncpg.Connection):
    await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")


async def keep_as_is(connection: asyncpg.Connection):
    """Nothing here changes a session: the round trip that would reset it is spared."""


@asynccontextmanager
async def lifespan(app: FastAPI):
    size = int(os.environ["POOL_SIZE"])
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=size, max_size=size, init=prepare, reset=keep_as_is) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


def pool_of(request: Request) -> asyncpg.Pool:
    return request.app.state.pool


Pool = Annotated[asyncpg.Pool, Depends(pool_of)]
Bearer = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


async def writer(pool: Pool, bearer: Bearer) -> UUID:
    """The key of a caller who may write: dbk_ID_SECRET and a checksum, in base 62."""
    token = re.fullmatch("dbk_([0-9A-Za-z]{22})_([0-9A-Za-z]{22})([0-9A-Za-z]{22})[0-9A-Za-z]{6}", bearer.credentials)
    try:
        id, *secret = (number(digits).to_bytes(16, "big") for digits in token.groups())
    except (AttributeError, OverflowError):
        raise HTTPException(401) from None
    key = await pool.fetchrow(sql.KEY, UUID(bytes=id))
    if not key or not compare_digest(sha256(b"".join(secret)).digest(), key["secret_sha256"]):
        raise HTTPException(401)
    if "write" not in key["scopes"]:
        raise HTTPException(403)
    return key["id"]


def number(digits: str) -> int:
    value = 0
    for digit in digits:
        value = value * 62 + DIGITS[digit]
    return value


@app.get("/v1/topics")
async def list_topics(pool: Pool, limit: Annotated[int, Query(ge=1, le=100)] = 20, cursor: str | None = None) -> TopicPage:
    try:
        after = UUID(bytes=base64.urlsafe_b64decode(cursor)) if cursor else LAST
    except ValueError:
        raise HTTPException(400, "This is no cursor") from None
    rows = await pool.fetch(sql.TOPICS, after, limit + 1)
    page = [dict(row) for row in rows[:limit]]
    last = base64.urlsafe_b64encode(page[-1]["id"].bytes).decode() if len(rows) > limit else None
    return {"data": page, "page": {"next_cursor": last}}


@app.get("/v1/topics/{topic}")
async def find_topic(pool: Pool, topic: str) -> Topic:
    row = await pool.fetchrow(sql.TOPIC, topic)
    if not row:
        raise HTTPException(404)
    return dict(row)


@app.patch("/v1/topics/{topic}", dependencies=[Depends(writer)])
async def patch_topic(pool: Pool, topic: str, patch: TopicPatch) -> Topic:
    row = await pool.fetchrow(sql.PATCH_TOPIC, topic, patch.title, patch.summary, patch.tags)
    if not row:
        raise HTTPException(404)
    return dict(row)


@app.get("/v1/topics/{topic}/outline", response_model_exclude_unset=True)
async def outline(pool: Pool, topic: str) -> Outline:
    async with pool.acquire() as connection:
        row = await connection.fetchrow(sql.TOPIC_AND_REVISION, topic)
        if not row:
            raise HTTPException(404)
        positions = await connection.fetch(sql.POSITIONS, row["id"])
        arguments = await connection.fetch(sql.ARGUMENTS, row["id"])
        relations = await connection.fetch(sql.RELATIONS, row["id"])
        citations = await connection.fetch(sql.CITATIONS, row["id"])
    return nest(dict(row), positions, arguments, relations, citations)


def nest(topic, positions, arguments, relations, citations):
    """An argument is unfolded where it is met first; elsewhere it is a reference."""
    quotes, onto, rows, met = {}, {}, {row["id"]: row for row in arguments}, set()
    for row in citations:
        backed = row["position_id"] or row["argument_id"] or row["relation_id"]
        quotes.setdefault(backed, []).append(
            {"id": row["id"], "slug": row["slug"], "source": row["source_slug"], "exact": row["exact"],
             "start": row["start_at"], "end": row["end_at"]})
    for row in relations:
        target = row["target_position_id"] or row["target_argument_id"] or row["target_relation_id"]
        onto.setdefault(target, []).append(row)

    def argument(id):
        row = rows[id]
        if id in met:
            return {"id": id, "slug": row["slug"], "claim": row["claim"], "repeated": True, "citations": [], "relations": []}
        met.add(id)
        return {"id": id, "slug": row["slug"], "claim": row["claim"], "repeated": False, "body": row["body"],
                "language": row["language"], "citations": quotes.get(id, [])}

    def below(given):
        if not given["repeated"]:
            given["relations"] = [relation(row) for row in onto.get(given["id"], ())]
        return given

    def relation(row):
        # All premises are met before what is below the first of them.
        premises = [argument(id) for id in row["premise_ids"]]
        return {"id": row["id"], "slug": row["slug"], "kind": row["kind"], "scheme": row["scheme"], "symmetric": row["symmetric"],
                "citations": quotes.get(row["id"], []), "premises": [below(premise) for premise in premises],
                "relations": [relation(undercut) for undercut in onto.get(row["id"], ())]}

    placed = [{**row, "citations": quotes.get(row["id"], []), "relations": [relation(it) for it in onto.get(row["id"], ())]}
              for row in positions]
    # Those that are premise of nothing go first.
    premises = {id for row in relations for id in row["premise_ids"]}
    unplaced = [below(argument(id)) for id in sorted(rows, key=premises.__contains__) if id not in met]
    revision = topic.pop("revision")
    return {"topic": topic, "revision": revision, "citations": quotes.get(None, []), "positions": placed,
            "unplaced": {"arguments": unplaced, "relations": []}}


@app.post("/v1/topics/{topic}/arguments", status_code=201, dependencies=[Depends(writer)])
async def create_argument(pool: Pool, topic: str, new: NewArgument, response: Response) -> Argument:
    wanted = slug(new.claim)
    candidates = [wanted, *(f"{wanted}-{n}" for n in range(2, 51))]
    async with pool.acquire() as connection, connection.transaction():
        row = await connection.fetchrow(sql.LOCK_TOPIC, topic)
        if not row:
            raise HTTPException(404)
        taken = {it["slug"] for it in await connection.fetch(sql.TAKEN, row["id"], candidates)}
        free = next((it for it in candidates if it not in taken), f"{wanted}-{secrets.token_hex(4)}")
        made = await connection.fetchrow(sql.INSERT_ARGUMENT, uuid7(), row["id"], free, new.claim, new.body,
                                         new.language or row["language"])
        await connection.execute(sql.ADVANCE, row["id"])
    response.headers["Location"] = f"/v1/topics/{topic}/arguments/{free}"
    return dict(made)


def slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.sub("[^a-z0-9]+", "-", plain).strip("-") or "argument"
    return words if len(words) <= 80 else words[:81].rpartition("-")[0] or words[:80]


def uuid7() -> UUID:
    """Milliseconds and chance, so that ids are in the order in which they are made."""
    value = time.time_ns() // 1_000_000 << 80 | secrets.randbits(80)
    return UUID(int=value & ~(0xF << 76 | 0x3 << 62) | 0x7 << 76 | 0x2 << 62)


@app.get("/v1/search")
async def search(pool: Pool, q: Annotated[str, Query(max_length=10_000)]) -> Hits:
    rows = await pool.fetch(sql.SEARCH, q)
    return {"data": [hit(row) for row in rows], "page": {"next_cursor": None}}


def hit(row):
    topic = {"id": row["topic_id"], "slug": row["topic_slug"], "title": row["topic_title"]}
    address = f"/v1/topics/{row['topic_slug']}"
    if row["kind"] != "topic":
        address += f"/{row['kind']}s/{row['slug']}"
    return {"kind": row["kind"], "id": row["id"], "slug": row["slug"], "url": address, "topic": topic, "title": row["title"],
            "place": {"html": row["html"]}, "rank": row["rank"]}
