"""What no schema can say, and schemathesis is told here. Nothing is filtered or forgiven.

An idempotency key names one change, and with another it is refused: that, too, no schema can say.
So where it makes up good ones, they are replaced by new ones. Bad ones are sent as they are.

An entity tag is right or stale: that depends on the record, and a stale one is a 412, which is
what it is for, and what schemathesis takes for the refusal of good input. So where it makes up
good tags for a change, they are replaced by what a careful client sends, that reads first: the
tag of the record, or `If-None-Match: *` where there is none. Bad tags are sent as they are.
"""

import os
import uuid

import requests
import schemathesis
from hypothesis import strategies as st

# Schemathesis makes no good value for a header that has a pattern, unless it knows the format.
TAG = st.text(alphabet=[chr(c) for c in range(0x21, 0x7F) if c != 0x22], max_size=20)
TAGS = st.lists(st.tuples(st.sampled_from(["", "W/"]), TAG), min_size=1, max_size=3)
schemathesis.openapi.format(
    "entity-tags",
    st.just("*") | TAGS.map(lambda tags: ", ".join(f'{weak}"{tag}"' for weak, tag in tags)),
)

schemathesis.openapi.format("idempotency-key", st.uuids().map(str))


# A file in a format that schemathesis does not know is sent as the text that it is. What is no text
# cannot be sent as one: there is no file then.
@schemathesis.serializer("application/x-ndjson", "text/argdown", "text/x-argdown", "text/vnd.argdown", "text/vnd.kialo")
def as_text(context, value):
    return value.encode() if isinstance(value, str) else b""


KEY = os.environ.get("DEBATEBASE_KEY")


def is_good(case):
    return case.meta is not None and case.meta.generation.mode.is_positive


@schemathesis.hook
def before_call(context, case, kwargs):
    given = {name.lower(): name for name in case.headers or {}}
    if "idempotency-key" in given and is_good(case):
        case.headers[given["idempotency-key"]] = str(uuid.uuid4())
    conditions = [given[name] for name in ("if-match", "if-none-match") if name in given]
    if not conditions or case.method not in ("PUT", "PATCH", "DELETE"):
        return
    if not is_good(case):
        return
    headers = {"Authorization": f"Bearer {KEY}"} if KEY else {}
    address = case.operation.base_url.rstrip("/") + case.formatted_path
    record = requests.get(address, headers=headers, timeout=30)
    for name in conditions:
        del case.headers[name]
    if record.status_code == 200:
        case.headers["If-Match"] = record.headers["ETag"]
    elif case.method == "PUT":
        case.headers["If-None-Match"] = "*"
