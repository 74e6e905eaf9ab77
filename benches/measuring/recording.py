"""What the program sends to PostgreSQL for a request, read from PostgreSQL's log, as scripts for pgbench.

One request of a workload is recorded; what it says of its topic then becomes a variable, so that
pgbench asks for another topic each time, as the load does.
"""
import itertools
import json
import os
import re
import time

from .workloads import PAGE

LOGGED = "-c log_statement=all"
SEARCHES = 30
# How often what is written is recorded, each time with other texts.
COPIES = 8

SLUG = "('topic-' || :n::text)"
ID = "('01900000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid"
PICK = r"""\if :uniform
\set n random(1, :{most})
\else
\set n random_zipfian(1, :{most}, 1.001)
\endif
"""
BEGINNINGS = {
    "topic": PICK.format(most="topics"),
    "outline": PICK.format(most="topics"),
    # Newest first: a page begins after the last topic of the one before.
    "list": r"\set pages least(100, :topics / {page})".format(page=PAGE) + "\n" + PICK.format(most="pages")
            + r"\set n :topics + 1 - (:n - 1) * {page}".format(page=PAGE) + "\n",
    "search": "",
    "create": "\\set n random(1, :topics)\n\\set r random(1, 1000000000000)\n",
    "patch": "\\set n random(1, :topics)\n",
}
LITERAL = r"E'(?:[^'\\]|''|\\.)*'|NULL"


def scripts(workload, made, log):
    """The scripts of a workload, from requests to a program that logs its statements and keeps no answers."""
    topic = f"/v1/topics/topic-{made.topics}"
    rows = made.texts.rows
    # The first request may do what is done once in a while, such as noting that a key is used.
    if workload == "search":
        asked = made.asked("search")[:SEARCHES]
    elif workload == "list":
        asked = [("GET", page, None) for page in itertools.islice(made.pages(), 2)]
    elif workload == "create":
        asked = [("POST", topic + "/arguments", {"claim": claim, "body": body}) for _, claim, body in rows[: COPIES * 7 + 1 : 7]]
    elif workload == "patch":
        asked = [("PATCH", topic, {"summary": claim}) for _, claim, _ in rows[: COPIES * 7 + 1 : 7]]
    elif workload == "outline":
        # All of it, but asked for so that it is read: where it is stored, the program sends less.
        asked = [("GET", f"{topic}/outline?depth=100", None)] * 2
    else:
        asked = [("GET", topic, None)] * 2
    if workload != "search":
        made.ask(*asked.pop(0))
    return [script(workload, made, log, *it) for it in asked]


def script(workload, made, log, method, path, body):
    begin = os.path.getsize(log)
    status, _, answer = made.ask(method, path, body)
    time.sleep(0.05)
    with open(log, encoding="utf-8") as file:
        file.seek(begin)
        text = file.read()
    # What a page begins after is the last topic of the first one.
    topic = made.topics + 1 - PAGE if workload == "list" else made.topics
    variables = {f"topic-{topic}": SLUG, f"01900000-0000-7000-8000-{topic:012x}": ID}
    new_slug = None
    if workload == "create":
        said = json.loads(answer)
        new_slug, variables[said["id"]] = said["slug"], "gen_random_uuid()"
    sent = by_connection(text, lambda value: literal(value, variables, new_slug))
    # The statements of one connection stay together: they may be a transaction.
    statements = [re.sub(r"\s*\n\s*", " ", it).strip("; ") for its in sent.values() for it in its]
    if workload == "patch":
        statements = [keep_the_rest(it) for it in statements]
    made_of = "".join(it + ";\n" for it in statements)
    if status >= 300 or not statements:
        raise SystemExit(f"{method} {path}: {status}, and {len(statements)} statements were logged")
    if workload != "search" and any(known in made_of for known in variables):
        raise SystemExit(f"benches/measuring/recording.py has to learn how the program now names what {method} {path} is about:\n{made_of}")
    return BEGINNINGS[workload] + made_of


def by_connection(text, put):
    """Each statement with its parameters put in."""
    sent = {}
    for pid, kind, rest in re.findall(r"^\[(\d+)\] (\w+):  (.*(?:\n(?!\[\d+\] ).*)*)", text, re.M):
        rest = rest.rstrip("\n").replace("\n\t", "\n")
        statements = sent.setdefault(pid, [])
        if said := re.match(r"(?:statement|execute [^:]*): (.*)", rest, re.S):
            if not said[1].startswith("SET "):
                statements.append(said[1])
        elif kind == "DETAIL" and statements and rest.lower().startswith("parameters: "):
            values = {number: put(value) for number, value in re.findall(r"\$(\d+) = ('(?:[^']|'')*'|NULL)", rest)}
            # A literal has no type of its own, as a parameter has.
            statement = re.sub(r"select unnest\((\$\d+)\)", r"select unnest(\1::uuid[])", statements[-1])
            statement = re.sub(r"unnest\((\$\d+)\)", r"unnest(\1::text[])", statement)
            statements[-1] = re.sub(r"\$(\d+)", lambda at, values=values: values.get(at[1], at[0]), statement)
    return sent


def literal(value, variables, new_slug):
    if value == "NULL":
        return value
    inside = value[1:-1]
    if inside in variables:
        return variables[inside]
    # pgbench would take what follows a colon for a variable, and a statement is a line.
    escaped = "E'" + inside.replace("\\", "\\\\").replace(":", "\\x3a").replace("\n", "\\n") + "'"
    if new_slug and new_slug in inside:
        # No two arguments of a topic have the same; the program asks for several at once.
        return f"replace({escaped}, '{new_slug}', '{new_slug}-' || :r::text)" + ("::text[]" if inside.startswith("{") else "")
    return escaped


def keep_the_rest(statement):
    """What the program writes back as it read it is, for another topic, what that one has."""
    if not re.match(r'update "?topics\b', statement, re.I):
        return statement
    column = re.compile(rf'(?<![\w".])("?topics"?\.)?("?)(?!summary\b)(\w+)\2 = (?:{LITERAL})')
    return column.sub(lambda at: f'{at[1] or ""}"{at[3]}" = "topics"."{at[3]}"', statement)
