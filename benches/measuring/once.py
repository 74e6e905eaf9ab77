"""What is asked in its own language: tools that make an API of the tables as they are, as they come.

Each is asked for what it can give. None nests an outline: the rows of the whole topic are one answer,
which the client nests.
"""
import json
import secrets

from .workloads import PAGE, Made

ASKED = ("topic", "outline", "list")


class PostGraphile(Made):
    TOPIC = "rowId slug title summary tags language status origin version createdAt updatedAt"
    QUERIES = {
        "topic": "query($slug: String!) { topicBySlug(slug: $slug) { %s } }" % TOPIC,
        "outline": """query($slug: String!) { topicBySlug(slug: $slug) { %s revision
            positionsByTopicId(orderBy: [RANK_ASC]) { nodes { rowId slug statement summary rank } }
            argumentsByTopicId { nodes { rowId slug claim body language } }
            relationsByTopicId { nodes {
                rowId slug kind scheme symmetric targetPositionId targetArgumentId targetRelationId
                premisesByTopicIdAndRelationId { nodes { argumentId } } } }
            citationsByTopicId { nodes {
                rowId slug exact startAt endAt positionId argumentId relationId sourceBySourceId { slug } } } } }""" % TOPIC,
        "list": """query($after: Cursor) {
            allTopics(first: %d, after: $after, orderBy: [PRIMARY_KEY_DESC]) { nodes { %s } pageInfo { endCursor } } }""" % (PAGE, TOPIC),
    }

    def asked(self, workload):
        if workload == "list":
            return list(self.pages())
        return [self.query(workload, slug=f"topic-{n}") for n in range(1, self.topics + 1)]

    def pages(self):
        after = None
        for _ in range(min(100, self.topics // PAGE)):
            asked = self.query("list", after=after)
            yield asked
            after = json.loads(self.ask(*asked)[2])["data"]["allTopics"]["pageInfo"]["endCursor"]

    def query(self, workload, **variables):
        return "POST", "/graphql", {"query": " ".join(self.QUERIES[workload].split()), "variables": variables}

    def sent_with(self, body):
        return {"Content-Type": "application/json", "Accept": "application/json"}, json.dumps(body).encode()

    def read(self, said):
        data = said["data"]
        return {"data": data["allTopics"]["nodes"]} if "allTopics" in data else data["topicBySlug"]


class Directus(Made):
    TOKEN = secrets.token_hex()
    TOPIC = "id,slug,title,summary,tags,language,status,origin,version,created_at,updated_at"
    # GraphQL here knows no arrays, so that tags and origin are missing; premises, which have no id, cannot be read at all.
    BELOW = "filter: {topic_id: {slug: {_eq: $slug}}}, limit: -1"
    OUTLINE = f"""query($slug: String!) {{
        topics(filter: {{slug: {{_eq: $slug}}}}) {{ id slug title summary language status version created_at updated_at revision }}
        positions({BELOW}, sort: ["rank"]) {{ id slug statement summary rank }}
        arguments({BELOW}, sort: ["id"]) {{ id slug claim body language }}
        relations({BELOW}, sort: ["id"]) {{
            id slug kind scheme symmetric target_position_id target_argument_id target_relation_id }}
        citations({BELOW}) {{ id slug source_id {{ slug }} exact start_at end_at position_id argument_id relation_id }} }}"""

    def asked(self, workload):
        numbers = range(1, self.topics + 1)
        if workload == "topic":
            return [("GET", f"/items/topics?fields={self.TOPIC}&filter[slug][_eq]=topic-{n}", None) for n in numbers]
        if workload == "list":
            pages = range(1, min(100, self.topics // PAGE) + 1)
            return [("GET", f"/items/topics?fields={self.TOPIC}&sort=-id&limit={PAGE}&page={n}", None) for n in pages]
        query = " ".join(self.OUTLINE.split())
        return [("POST", "/graphql", {"query": query, "variables": {"slug": f"topic-{n}"}}) for n in numbers]

    def sent_with(self, body):
        headers = {"Authorization": "Bearer " + self.TOKEN}
        if body is None:
            return headers, None
        return {**headers, "Content-Type": "application/json"}, json.dumps(body).encode()

    def read(self, said):
        data = said["data"]
        return data[0] if isinstance(data, list) and len(data) == 1 else said
