"""What the program sends to PostgreSQL for a request, read from PostgreSQL's log, for pgbench."""
import os
import re
import time

LOGGED = "-c log_statement=all"


def record(log, ask, about):
    """The statements, in order, of the connection that reads `about` while it is asked."""
    begin = os.path.getsize(log)
    ask()
    time.sleep(0.05)
    with open(log, encoding="utf-8") as file:
        file.seek(begin)
        sent = by_connection(file.read())
    return next((statements for statements in sent.values() if any(about in it for it in statements)), [])


def by_connection(text):
    """Each statement with its parameters put in."""
    sent = {}
    for pid, kind, rest in re.findall(r"^\[(\d+)\] (\w+):  (.*(?:\n(?!\[\d+\] ).*)*)", text, re.M):
        rest = rest.rstrip("\n").replace("\n\t", "\n")
        statements = sent.setdefault(pid, [])
        if said := re.match(r"(?:statement|execute [^:]*): (.*)", rest, re.S):
            if not said[1].startswith("SET "):
                statements.append(said[1])
        elif kind == "DETAIL" and statements and rest.lower().startswith("parameters: "):
            values = {number: literal(value) for number, value in re.findall(r"\$(\d+) = ('(?:[^']|'')*'|NULL)", rest)}
            # A literal has no type of its own, as a parameter has.
            statement = re.sub(r"unnest\((\$\d+)\)", r"unnest(\1::text[])", statements[-1])
            statements[-1] = re.sub(r"\$(\d+)", lambda at, values=values: values.get(at[1], at[0]), statement)
    return sent


def literal(value):
    if value == "NULL":
        return value
    # pgbench would take what follows a colon for a variable.
    inside = value[1:-1].replace("\\", "\\\\").replace(":", "\\x3a")
    return f"E'{inside}'"


def script(statements):
    """A line for each."""
    return "".join(" ".join(it.split("\n")).rstrip("; ") + ";\n" for it in statements)
