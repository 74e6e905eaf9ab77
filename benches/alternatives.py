#!/usr/bin/env python3
"""Measures what was decided between, in turns: how other programs are told of a change, and how the
index of the words takes up new ones.

    benches/alternatives.py telling index --to docs/benchmarks/alternatives.md

benches/README.md says what each alternative is.
"""
import argparse
import json
import statistics
import subprocess
import threading

import run as kit

LOG = "select xid::text::bigint"
LISTENERS = 2
# What writes the log where an argument is made.
TRIGGERS = {"topics": "topics_change", "search_entries": "search_entries_added"}
INDEX = "search_entries_words_idx"
INDEXES = {"no pending list": "fastupdate = off",
           **{f"{size} kB": f"fastupdate = on, gin_pending_list_limit = {size}" for size in (64, 256, 1024, 4096)}}


def telling(run, rounds, seconds):
    """Arguments a second by pgbench, 32 clients, while two connections listen."""
    as_it_is = run.scripts["create"]
    variants = {"log, NOTIFY after the commit": as_it_is,
                "NOTIFY in the transaction": edited(as_it_is, "notify debatebase_changes", "notified"),
                "nobody is told": edited(as_it_is, None, "untold")}
    listening = [subprocess.Popen(run.cluster.command("psql", "bench", "-Xqc", "listen debatebase_changes; select pg_sleep(3600)"),
                                  stdout=subprocess.DEVNULL) for _ in range(LISTENERS)]
    rates = {name: [] for name in variants}
    try:
        for round_ in range(rounds + 1):
            for name, scripts in variants.items():
                run.scripts["create"] = scripts
                # Nothing is told, so nothing is written for it.
                how = "disable" if name == "nobody is told" else "enable"
                triggers(run, how)
                rate = run.turn_pgbench("create", 32, seconds)["rate"]
                triggers(run, "enable")
                run.clean("create")
                # The first makes all warm.
                if round_:
                    rates[name].append(rate)
    finally:
        run.scripts["create"] = as_it_is
        for process in listening:
            process.terminate()
            process.wait()
    lines = ["## How other programs are told of a change", "", "| | arguments a second | of those where nobody is told |", "|---|--:|--:|"]
    nobody = rates["nobody is told"]
    for name, values in rates.items():
        ratio = statistics.median(a / b for a, b in zip(values, nobody))
        lines.append(f"| {name} | {statistics.median(values):,.0f} | {ratio:.2f} |")
    return lines


def triggers(run, how):
    run.cluster.psql("bench", *(f"alter table {table} {how} trigger {name}" for table, name in TRIGGERS.items()))


def edited(scripts, instead, name):
    """The scripts with something else in place of the reading of the log."""
    made = []
    for path in scripts:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
        if not any(line.startswith(LOG) for line in lines):
            raise SystemExit(f"{path} reads no log: {lines}")
        kept = [f"{instead};" if instead and line.startswith(LOG) else line for line in lines
                if instead or not line.startswith(LOG)]
        made.append(f"{path}.{name}")
        with open(made[-1], "w", encoding="utf-8") as file:
            file.write("\n".join(kept) + "\n")
    return made


def index(run, rounds, seconds):
    """Arguments by pgbench, 8 clients, while two search; and searches when they have ended."""
    server, made = run.servers["debatebase-uncached"], run.made["debatebase-uncached"]
    seen = {name: [] for name in INDEXES}

    def search(seconds):
        done = subprocess.run(
            [run.given.kit, "load", "--address", f"127.0.0.1:{server.port}", "--connections", "2", "--seconds", str(seconds),
             "--seed", "1", *made.options("search", "uniform")], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)["all"]

    for round_ in range(rounds + 1):
        for name, settings in INDEXES.items():
            run.cluster.psql("bench", f"alter index {INDEX} set ({settings})", "vacuum search_entries")
            meanwhile = []
            # pgbench prepares before it counts.
            searching = threading.Thread(target=lambda: meanwhile.append(search(seconds + kit.PREPARING)))
            searching.start()
            rate = run.turn_pgbench("create", 8, seconds)["rate"]
            searching.join()
            after = search(1)
            run.clean("create")
            if round_:
                seen[name].append((rate, meanwhile[0]["p50"], meanwhile[0]["p99"], after["p50"]))
    lines = ["## How long the list of new entries of the index of words may get", "",
             "| | arguments a second | searches meanwhile, p50 ms | p99 ms | right after, p50 ms |", "|---|--:|--:|--:|--:|"]
    for name, values in seen.items():
        rate, p50, p99, after = (statistics.median(it) for it in zip(*values))
        lines.append(f"| {name} | {rate:,.0f} | {p50 / 1000:.1f} | {p99 / 1000:.1f} | {after / 1000:.1f} |")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="+", choices=("telling", "index"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--scale", type=float, default=0.25, help="times 2,000 topics of 75 arguments")
    parser.add_argument("--program", help="the release binary; built if not given")
    parser.add_argument("--kit", help="the binary of benches/kit; built if not given")
    parser.add_argument("--to", help="the file that the tables are written to, too")
    given = parser.parse_args()
    given.systems, given.workloads = ["debatebase-uncached", "pgbench-8"], ["search", "create"]
    given.topics, given.pick, given.quick = max(40, round(2000 * given.scale)), "uniform", False
    kit.build(given)
    lines = ["# What was decided between", "", "`benches/alternatives.py` wrote this. Medians of turns.", ""]
    with kit.started(given, {}) as run:
        about = kit.about(given, {}, run.cluster)
        lines += ["| | |", "|---|---|", *(f"| {name} | {text} |" for name, text in about.items())]
        run.prepare()
        for what in given.what:
            lines += ["", *{"telling": telling, "index": index}[what](run, given.rounds, given.seconds)]
    kit.tell(lines, given.to)


if __name__ == "__main__":
    main()
