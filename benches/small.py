#!/usr/bin/env python3
"""Measures what the program costs before and beside its work: how soon it answers, its memory, its size.

    benches/small.py --to docs/benchmarks/small.md
"""
import argparse
import json
import os
import statistics
import subprocess
import time

import run as kit
from measuring import workloads

STARTS = 9
REQUESTS = 1_000_000
# How long the pages that a program has mapped and does not use are left to settle.
REST = 2


def memory(pid):
    """Of one process, in MiB: what is its own, and what it has mapped of files."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        sizes = dict(line.split(":", 1) for line in file)
    own, files = (int(sizes[name].split()[0]) / 1024 for name in ("RssAnon", "RssFile"))
    return own, files


def starts(run, environment):
    """Milliseconds from the start of the process to its first answer."""
    took = []
    for _ in range(STARTS):
        begin = time.monotonic()
        server = run.ours("starting", run.cluster.url("bench"), environment, pause=0.002)
        took.append((time.monotonic() - begin) * 1000)
        server.stop()
    return statistics.median(took)


def million(run, name, environment):
    """Memory at rest and after a million requests for topics, outlines, lists and searches."""
    server = run.ours(name, run.cluster.url("bench"), environment)
    try:
        run.add(server, run.given.topics)
        time.sleep(REST)
        rest = memory(server.process.pid)
        asked, share = 0, {"topic": 50, "outline": 30, "list": 18, "search": 2}
        words = [word for part, of in share.items() for word in ("--requests", f"{run.made[name].file(part)},{of},0,zipf")]
        while asked < REQUESTS:
            done = subprocess.run(
                [run.given.kit, "load", "--address", f"127.0.0.1:{server.port}", "--connections", str(workloads.CONNECTIONS),
                 "--seconds", "5", "--seed", str(asked), *words], capture_output=True, text=True, check=True)
            seen = json.loads(done.stdout)["all"]
            if seen["refused"] + seen["broken"]:
                raise SystemExit(f"{name}: {seen}")
            asked += seen["answers"]
        time.sleep(REST)
        return rest, memory(server.process.pid), asked
    finally:
        server.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=0.25, help="times 2,000 topics of 75 arguments")
    parser.add_argument("--program", help="the release binary; built if not given")
    parser.add_argument("--kit", help="the binary of benches/kit; built if not given")
    parser.add_argument("--to", help="the file that the table is written to, too")
    given = parser.parse_args()
    given.systems, given.workloads, given.pick, given.rounds, given.seconds = [], [], "zipf", STARTS, 0
    given.topics = max(40, round(2000 * given.scale))
    kit.build(given)
    with kit.started(given, {}) as run:
        about = kit.about(given, {}, run.cluster)
        run.prepare()
        lines = ["# Cold and small", "", "`benches/small.py` wrote this.", "", "| | |", "|---|---|",
                 *(f"| {name} | {about[name]} |" for name in ("commit", "date", "machine", "data")), "",
                 "| what | |", "|---|--:|",
                 f"| from the start to the first answer, PostgreSQL being there (median of {STARTS}) | {starts(run, {}):.0f} ms |",
                 f"| the program's file | {os.path.getsize(given.program) / 1e6:.1f} MB |"]
        for name, environment in (("with 64 MiB for answers", {}), ("without", kit.UNCACHED)):
            rest, after, asked = million(run, name.replace(" ", "-"), environment)
            for when, (own, files) in (("at rest", rest), (f"after {asked:,} requests", after)):
                lines.append(f"| memory {when}, {name}: its own, and of its file in memory | {own:.0f} + {files:.0f} MiB |")
    kit.tell(lines, given.to)


if __name__ == "__main__":
    main()
