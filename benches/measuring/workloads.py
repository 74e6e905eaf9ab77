"""The workloads: the requests of each, and what a right answer to them is."""
import json
import os
import random
import re
from urllib.parse import quote

READS = ("topic", "outline", "list", "search")
WRITES = ("create", "patch")
ALL = (*READS, *WRITES, "import", "mix")
# Of a hundred requests of the mix. Readers open debates, find them, and sometimes say something.
MIX = {"topic": 35, "outline": 35, "list": 15, "search": 10, "create": 3, "patch": 2}
CONNECTIONS = 32
ARGUMENTS = 75
PAGE = 20
# How many different ones are ready to be sent.
WRITTEN = 20_000


class Texts:
    """The searches, and claims and bodies to write again."""

    def __init__(self, files):
        with open(os.path.join(files, "queries.txt"), encoding="utf-8") as queries:
            self.queries = queries.read().splitlines()
        with open(os.path.join(files, "arguments"), encoding="utf-8") as rows:
            rows = [next(rows, "").split("\t") for _ in range(5000)]
        self.rows = [(row[2], row[3], row[4]) for row in rows if len(row) > 4]


class Made:
    """The requests for one system, in files as the load reads them."""

    def __init__(self, directory, system, texts, topics, headers):
        self.directory, self.system, self.texts, self.topics, self.headers = directory, system, texts, topics, headers
        self.sent = 0
        os.makedirs(directory, exist_ok=True)

    def asked(self, workload):
        """Method, path and body of each request."""
        numbers = range(1, self.topics + 1)
        if workload == "topic":
            return [("GET", f"/v1/topics/topic-{n}", None) for n in numbers]
        if workload == "outline":
            return [("GET", f"/v1/topics/topic-{n}/outline", None) for n in numbers]
        if workload == "search":
            return [("GET", f"/v1/search?q={quote(query)}", None) for query in self.texts.queries]
        if workload == "list":
            return [("GET", path, None) for path in self.pages()]
        chance, asked = random.Random(3), []
        for n in range(WRITTEN):
            topic = f"/v1/topics/topic-{chance.randint(1, self.topics)}"
            _, claim, body = self.texts.rows[n % len(self.texts.rows)]
            if workload == "create":
                asked.append(("POST", topic + "/arguments", {"claim": f"{claim[:-1]} {n}.", "body": body}))
            else:
                asked.append(("PATCH", topic, {"summary": f"{claim} {n}"}))
        return asked

    def pages(self):
        path = f"/v1/topics?limit={PAGE}"
        for _ in range(min(100, self.topics // PAGE)):
            yield path
            cursor = json.loads(self.system.ask("GET", path)[2])["page"]["next_cursor"]
            if not cursor:
                return
            path = f"/v1/topics?limit={PAGE}&cursor={quote(cursor)}"

    def sent_with(self, body):
        """The headers and the bytes of a body."""
        if body is None:
            return {}, None
        return {**self.headers, "Content-Type": "application/json"}, json.dumps(body).encode()

    def ask(self, method, path, body):
        headers, data = self.sent_with(body)
        return self.system.ask(method, path, headers, data)

    def file(self, workload):
        path = os.path.join(self.directory, workload)
        if not os.path.exists(path):
            asked = self.asked(workload)
            with open(path, "wb") as file:
                for method, address, body in asked:
                    headers, data = self.sent_with(body)
                    headers = {"Host": f"127.0.0.1:{self.system.port}", **headers}
                    if data is not None:
                        headers["Content-Length"] = len(data)
                    head = f"{method} {address} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
                    request = head.encode() + b"\r\n" + (data or b"")
                    file.write(b"%d\n%s" % (len(request), request))
        return path

    def options(self, workload, pick):
        """What the load is told."""
        shares = MIX if workload == "mix" else {workload: 1}
        words = []
        for part, share in shares.items():
            # What is written goes on where the last turn ended, so that nothing is written twice.
            how = "turn" if part in WRITES else pick
            words += ["--requests", f"{self.file(part)},{share},{self.sent},{how}"]
        return words

    def check(self, workload):
        """Ends the run where an answer is wrong: to measure it would be worth nothing."""
        asked = self.asked(workload)
        for method, path, body in asked[:: max(1, len(asked) // 3)][:3]:
            status, _, answer = self.ask(method, path, body)
            if problem := self.wrong(workload, path, body, status, answer):
                raise SystemExit(f"{self.system.name}: {method} {path}: {problem}\n{status} {answer[:500]!r}")

    def wrong(self, workload, path, body, status, answer):
        """What is wrong with an answer, if anything."""
        if status != (201 if workload == "create" else 200):
            return f"the status is {status}"
        said = self.read(json.loads(answer))
        if workload == "topic" and [said["slug"]] != re.findall(r"topic-\d+", f"{path} {body}"):
            return "another topic"
        if workload == "outline" and (count := answer.count(b'"claim":')) != ARGUMENTS:
            return f"{count} arguments"
        if workload == "list" and len(said["data"]) != PAGE:
            return f"{len(said['data'])} topics"
        if workload == "search" and not said["data"]:
            return "nothing is found"
        if workload == "create" and said["claim"] != body["claim"]:
            return "another claim"
        if workload == "patch" and said["summary"] != body["summary"]:
            return "another summary"
        return None

    def read(self, said):
        """A topic or a list, as the program would give it."""
        return said
