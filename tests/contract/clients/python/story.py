"""The story: what a program does with the API, through a client made of the document alone."""

import os
import sys

from debatebase_client import AuthenticatedClient, Client
from debatebase_client.api.arguments import create_argument
from debatebase_client.api.citations import create_citation, list_citations
from debatebase_client.api.positions import create_position
from debatebase_client.api.topics import (
    create_topic,
    delete_topic,
    get_topic,
    list_topics,
    patch_topic,
)
from debatebase_client.api.views import get_outline
from debatebase_client.models import (
    ArgumentName,
    Code,
    FaultCode,
    NewArgument,
    NewCitation,
    NewPosition,
    NewQuote,
    NewTopic,
    PositionRef,
    Problem,
    TopicPatch,
    TopicRef,
)

address, key = sys.argv[1], os.environ.get("DEBATEBASE_KEY")
api = AuthenticatedClient(base_url=address, token=key) if key else Client(base_url=address)
ESSAY = "open-source-llama-essay"


def done(answer):
    """What was answered to a call that has to go well."""
    assert answer.parsed is not None and not isinstance(answer.parsed, Problem), answer
    return answer.parsed


def refused(answer, status, code):
    """The problem of a call that must not go well."""
    assert (answer.status_code, answer.parsed.code) == (status, code), answer
    return answer.parsed


first = done(list_topics.sync_detailed(client=api, tag="llama", limit=5)).data[0]
outline = done(get_outline.sync_detailed(first.slug, client=api, depth=2))
assert outline.topic.title == first.title and outline.positions

new = NewTopic(slug="a-python-client", title="Can a Python client use this?", tags=["clients"])
made = create_topic.sync_detailed(client=api, body=new)
topic, created = done(made), made.headers["ETag"]

position = done(
    create_position.sync_detailed(topic.slug, client=api, body=NewPosition(statement="It can."))
)
new = NewArgument(
    claim="It has just done so.",
    supports=[PositionRef(position=position.slug)],
    citations=[NewQuote(source=ESSAY, exact="Open source is a means, not an end.")],
)
argument = done(create_argument.sync_detailed(topic.slug, client=api, body=new))
quotes = done(list_citations.sync_detailed(topic.slug, client=api, argument=argument.slug)).data
assert [quote.backs for quote in quotes] == [ArgumentName(argument=argument.slug)]

# A merge patch says what changes; `None` takes away.
patch = TopicPatch(summary="Yes.", origin=None)
patched = done(patch_topic.sync_detailed(topic.slug, client=api, body=patch, if_match=created))
assert patched.version == topic.version + 1

stale = patch_topic.sync_detailed(
    topic.slug, client=api, body=TopicPatch(summary="No."), if_match=created
)
refused(stale, 412, Code.PRECONDITION_FAILED)

new = NewCitation(source=ESSAY, backs=TopicRef(topic=topic.slug), exact="Not in it.")
misquoted = create_citation.sync_detailed(topic.slug, client=api, body=new)
problem = refused(misquoted, 409, Code.DOES_NOT_FIT)
assert problem.errors[0].code == FaultCode.QUOTE_NOT_FOUND

gone = delete_topic.sync_detailed(topic.slug, client=api)
assert gone.status_code == 204, gone
refused(get_topic.sync_detailed(topic.slug, client=api), 404, Code.NOT_FOUND)

print("the Python client has told its story")
