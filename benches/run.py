#!/usr/bin/env python3
"""Measures the program beside its limits and its peers, in turns.

    benches/run.py                                  everything (make bench)
    benches/run.py --quick                          the guard of CI (make bench-quick)
    benches/run.py --systems debatebase,constant --workloads outline --rounds 3 --seconds 2

benches/README.md says what each system and workload is.
"""
import argparse
import contextlib
import datetime
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from measuring import once, peers, recording, report, workloads
from measuring.cluster import OPTIONS, Cluster, load
from measuring.servers import Server

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
SYSTEMS = ("debatebase", "debatebase-uncached", "constant", *peers.NAMES, "pgbench-8", "pgbench-32")
TENFOLD = "debatebase-tenfold"
UNCACHED = {"CACHE_SIZE": "0"}
# The seconds of pgbench that do not count.
PREPARING = 2


def asks(system, workload):
    """Whether a system can be asked for a workload."""
    if system == TENFOLD:
        return workload == "outline"
    if system in peers.ONCE:
        return workload in once.ASKED
    if workload == "import":
        return system == "debatebase"
    if system == "pgbench-32":
        # More clients are slower at reading, but share the waits of COMMIT.
        return workload in workloads.WRITES
    return workload != "mix" or not system.startswith("pgbench")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small data, three short rounds; fails below half of a bar")
    parser.add_argument("--systems", help="with commas: " + ", ".join((*SYSTEMS, *peers.ONCE)))
    parser.add_argument("--workloads", help="with commas: " + ", ".join(workloads.ALL))
    parser.add_argument("--rounds", type=int, help="7, or 3 if quick")
    parser.add_argument("--seconds", type=int, help="of each turn: 5, or 2 if quick")
    parser.add_argument("--scale", type=float, help="times 2,000 topics of 75 arguments: 1, or 0.1 if quick")
    parser.add_argument("--tenfold", action="store_true", help="also the outline in ten times the data")
    parser.add_argument("--pick", choices=("zipf", "uniform"), default="zipf", help="how often each record is asked for")
    parser.add_argument("--program", help="the release binary; built if not given")
    parser.add_argument("--kit", help="the binary of benches/kit; built if not given")
    parser.add_argument("--to", help="where the results go: docs/benchmarks, or target/bench if only a part is run")
    given = parser.parse_args()
    is_whole = not (given.quick or given.systems or given.workloads or given.rounds or given.seconds or given.scale)
    given.tenfold = given.tenfold or is_whole
    given.to = given.to or os.path.join(ROOT, "docs/benchmarks" if is_whole else "target/bench")
    quick = ("debatebase,debatebase-uncached,constant,pgbench-8", ",".join(workloads.READS))
    whole = (",".join(SYSTEMS), ",".join(workloads.ALL))
    systems, works = quick if given.quick else whole
    given.systems = (given.systems or systems).split(",")
    given.workloads = (given.workloads or works).split(",")
    if unknown := {*given.systems} - {*SYSTEMS, *peers.ONCE} | {*given.workloads} - {*workloads.ALL}:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    if given.tenfold:
        given.systems.append(TENFOLD)
    if is_whole:
        given.systems += peers.ONCE
    given.rounds = given.rounds or (3 if given.quick else 7)
    given.seconds = given.seconds or (2 if given.quick else 5)
    given.topics = max(40, round(2000 * (given.scale or (0.1 if given.quick else 1))))
    return given


def build(given):
    """All that is measured, where it is not there. Gives the folders of the peers."""
    target = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
    if not given.program:
        subprocess.run(["cargo", "build", "--release", "--locked"], cwd=ROOT, check=True)
        given.program = os.path.join(target, "release/debatebase")
    if not given.kit:
        kit = os.path.join(target, "bench-kit")
        subprocess.run(["cargo", "build", "--release", "--locked"], cwd=os.path.join(HERE, "kit"), check=True,
                       env={**os.environ, "CARGO_TARGET_DIR": kit})
        given.kit = os.path.join(kit, "release/debatebase-bench-kit")
    return {name: peers.install(name, target, say) for name in (*peers.NAMES, *peers.ONCE) if name in given.systems}


def about(given, homes, cluster):
    """What was measured, where and when."""
    def output(*command):
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout.strip()

    def first(path, beginning):
        with open(path, encoding="utf-8") as file:
            return next((line.split(":", 1)[1].strip() for line in file if line.startswith(beginning)), "unknown")

    memory = int(first("/proc/meminfo", "MemTotal").split()[0]) / 1024 / 1024
    changed = " and changes" if output("git", "status", "--porcelain", "-uno") else ""
    return {
        "commit": output("git", "rev-parse", "HEAD") + changed,
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{first('/proc/cpuinfo', 'model name')}, {os.cpu_count()} cores, {memory:.0f} GiB, Linux {platform.release()}",
        "PostgreSQL": cluster.psql("postgres", "show server_version"),
        **({"peers": peers.versions(homes)} if homes else {}),
        "data": f"{given.topics:,} topics, {given.topics * 3:,} positions, {given.topics * 75:,} arguments",
        "rounds": f"{given.rounds} of {given.seconds} s, in turns; {workloads.CONNECTIONS} connections; {given.pick}",
    }


class Run:
    def __init__(self, given, homes, directory):
        self.given, self.homes, self.directory = given, homes, directory
        self.servers, self.made, self.samples, self.scripts, self.imported = {}, {}, [], {}, 0
        self.cluster = Cluster(directory)

    def prepare(self):
        given = self.given
        say(f"loading {given.topics * workloads.ARGUMENTS:,} arguments")
        files = load(self.cluster, "bench", given.program, given.kit, self.directory, given.topics)
        self.texts = workloads.Texts(files)
        if "directus" in self.homes:
            # It adds tables of its own. Only what nobody is connected to can be copied.
            self.cluster.psql("postgres", "create database directus template bench")
        url = self.cluster.url("bench")
        key = subprocess.run([given.program, "key", "create", "--label", "bench", "--scope", "write", "--scope", "import"],
                             check=True, capture_output=True, text=True, env={**os.environ, "DATABASE_URL": url})
        self.headers = {"Authorization": "Bearer " + key.stdout.strip()}
        if TENFOLD in given.systems:
            say(f"loading {given.topics * 10 * workloads.ARGUMENTS:,} arguments")
            load(self.cluster, "tenfold", given.program, given.kit, self.directory, given.topics * 10)
            self.add(self.ours(TENFOLD, self.cluster.url("tenfold"), UNCACHED), given.topics * 10)
        if "debatebase-uncached" in given.systems:
            self.add(self.ours("debatebase-uncached", url, UNCACHED), given.topics)
        # The answers of the constant handler are the program's.
        if "debatebase" in given.systems or "constant" in given.systems:
            self.add(self.ours("debatebase", url, {}), given.topics)
        if "constant" in given.systems:
            self.add_constant()
        for name, home in self.homes.items():
            log = os.path.join(self.directory, name + ".log")
            self.add(peers.start(name, home, self.cluster, log), given.topics, peers.ONCE.get(name, workloads.Made))
        if any(name.startswith("pgbench") for name in given.systems):
            self.record()

    def record(self):
        """What the program sends now is what pgbench sends: files for each workload."""
        say("recording what the program sends")
        system = self.ours("recorded", self.cluster.url("bench", recording.LOGGED), UNCACHED)
        try:
            where = os.path.join(self.directory, "recorded")
            made = workloads.Made(where, system, self.texts, self.given.topics, self.headers)
            for workload in (*workloads.READS, *workloads.WRITES):
                if workload not in self.given.workloads:
                    continue
                self.scripts[workload] = []
                for number, text in enumerate(recording.scripts(workload, made, self.cluster.log)):
                    path = os.path.join(where, f"{workload}-{number:02}.sql")
                    with open(path, "w", encoding="utf-8") as file:
                        file.write(text)
                    self.scripts[workload].append(path)
                self.clean(workload)
        finally:
            system.stop()

    def statements(self):
        """What pgbench sent, for whoever wants to know: the last script of each workload."""
        found = []
        for workload, paths in self.scripts.items():
            with open(paths[-1], encoding="utf-8") as file:
                found.append(f"-- {workload}\n{file.read()}")
        return "\n".join(found)

    def ours(self, name, url, environment, pause=0.2):
        command = [self.given.program, "serve", "--listen", "127.0.0.1:{port}", "--seed", "none", "--drain-delay", "0",
                   "--shutdown-timeout", "2", "--log", "warn", "--rate-limit-read", "off", "--rate-limit-write", "off",
                   "--rate-limit-import", "off"]
        return Server(name, command, "/health/ready", os.path.join(self.directory, name + ".log"),
                      {"DATABASE_URL": url, **environment}, pause=pause)

    def add(self, server, topics, made=workloads.Made):
        self.servers[server.name] = server
        directory = os.path.join(self.directory, "requests-" + server.name)
        self.made[server.name] = made(directory, server, self.texts, topics, self.headers)

    def add_constant(self):
        """With that answer of the program to each workload whose length is nearest to the mean."""
        answers = os.path.join(self.directory, "answers")
        os.makedirs(answers)
        ours = self.made["debatebase"]
        for workload in (*workloads.READS, *workloads.WRITES):
            ours.file(workload)
            asked = ours.asked(workload)
            given = [ours.ask(*it) for it in asked[:: max(1, len(asked) // 20)][:20]]
            mean = sum(len(body) for _, _, body in given) / len(given)
            status, headers, body = min(given, key=lambda it: abs(len(it[2]) - mean))
            head = f"HTTP/1.1 {status} \r\n" + "\r\n".join(f"{name}: {value}" for name, value in headers)
            with open(os.path.join(answers, workload), "wb") as file:
                file.write(head.encode() + b"\r\n\r\n" + body)
            self.clean(workload)
        command = [self.given.kit, "constant", "--answers", answers, "--listen", "127.0.0.1:{port}", "--workers", str(os.cpu_count())]
        self.add(Server("constant", command, "/v1/topics", os.path.join(self.directory, "constant.log")), self.given.topics)
        # It is sent what the program is sent.
        self.made["constant"].directory = ours.directory

    def check(self):
        for workload in (*workloads.READS, *workloads.WRITES):
            for name, made in self.made.items():
                if workload in self.given.workloads and name != "constant" and asks(name, workload):
                    made.check(workload)
            self.clean(workload)

    def measure(self, names, first=1):
        for workload in names:
            systems = [name for name in self.given.systems if asks(name, workload)]
            # Caches are warm, plans made, and what the checks wrote is gone.
            for name in systems:
                self.turn(name, workload, 1)
                if workload == "outline" and name in (TENFOLD, "debatebase-uncached"):
                    self.make_ready(name)
                self.clean(workload)
            for round_ in range(first, first + self.given.rounds):
                for name in systems:
                    if name in peers.ONCE and round_ > 1:
                        continue
                    sample = self.turn(name, workload, self.given.seconds)
                    self.clean(workload)
                    self.samples.append({"workload": workload, "system": name, "round": round_, **sample})
                    errors = sample["refused"] + sample["broken"]
                    say(f"{workload:8} {round_} {name:20} {sample['rate']:10,.0f}/s  p50 {sample['p50'] / 1000:8.2f} ms"
                        f"  p99 {(sample['p99'] or 0) / 1000:8.2f} ms" + (f"  {errors} errors" if errors else ""))

    def make_ready(self, name):
        """Asks for every outline twice: who asks for it again has it kept."""
        made = self.made[name]
        for asked in made.asked("outline"):
            made.ask(*asked)
            made.ask(*asked)

    def turn(self, name, workload, seconds):
        if workload == "import":
            return self.turn_import()
        if name.startswith("pgbench"):
            return self.turn_pgbench(workload, int(name.split("-")[1]), seconds)
        made, server = self.made[name], self.servers[name]
        command = [self.given.kit, "load", "--address", f"127.0.0.1:{server.port}", "--connections", str(workloads.CONNECTIONS),
                   "--seconds", str(seconds), "--seed", str(len(self.samples) + 1), *made.options(workload, self.given.pick)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30)
        if done.returncode:
            raise SystemExit(done.stderr)
        seen = json.loads(done.stdout)
        made.sent += seen["all"]["answers"] + workloads.CONNECTIONS
        parts = {"parts": {part: seen[part] for part in workloads.MIX}} if workload == "mix" else {}
        return {**seen["all"], **parts, "memory": server.memory()}

    def turn_pgbench(self, workload, clients, seconds):
        with tempfile.TemporaryDirectory(dir=self.directory) as logs:
            command = self.cluster.command(
                "pgbench", "bench", "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-l", "-T", str(PREPARING + seconds),
                "-D", f"topics={self.given.topics}", "-D", f"uniform={int(self.given.pick == 'uniform')}",
                *(word for file in self.scripts[workload] for word in ("-f", file)))
            done = subprocess.run(command, capture_output=True, text=True, cwd=logs, timeout=seconds + 60,
                                  env={**os.environ, "PGOPTIONS": OPTIONS})
            if done.returncode:
                raise SystemExit(f"pgbench: {done.stderr}")
            ended = []
            for name in os.listdir(logs):
                with open(os.path.join(logs, name), encoding="ascii") as lines:
                    # Client, number, time taken, script, and when it ended: seconds and microseconds.
                    ended += [(int(it[4]) + int(it[5]) / 1e6, it[2]) for it in map(str.split, lines)]
        # Every client prepares every statement, which the program has done long ago.
        begin = min(at for at, _ in ended) + PREPARING
        took = [time_ for at, time_ in ended if at >= begin]
        refused = sum(not time_.isdigit() for time_ in took)
        times = sorted(int(time_) for time_ in took if time_.isdigit())
        quantiles = {name: times[int((len(times) - 1) * share)] for name, share in (("p50", 0.5), ("p99", 0.99), ("p999", 0.999))}
        return {"rate": len(times) / seconds, **quantiles, "answers": len(times), "bytes": None, "memory": None,
                "refused": refused, "broken": 0}

    def turn_import(self):
        """One stream of new topics. The rate is that of arguments."""
        topics = 20 if self.given.quick else 100
        path = os.path.join(self.directory, "import.ndjson")
        subprocess.run([self.given.kit, "debates", "--topics", str(topics), "--first", str(self.imported * topics + 1),
                        "--to", path], check=True)
        self.imported += 1
        with open(path, "rb") as file:
            stream = file.read()
        server, begin = self.servers["debatebase"], time.monotonic()
        status, _, answer = server.ask("POST", "/v1/imports?format=ndjson", self.headers, stream)
        took = time.monotonic() - begin
        if status != 200 or not json.loads(answer).get("applied"):
            raise SystemExit(f"import: {status} {answer[:500]!r}")
        return {"rate": topics * workloads.ARGUMENTS / took, "p50": took * 1e6, "p99": None, "p999": None, "answers": 1,
                "bytes": len(answer), "refused": 0, "broken": 0, "memory": server.memory()}

    def clean(self, workload):
        """Takes away what was written, so that every turn begins alike."""
        if workload in workloads.READS:
            return
        tables = ("topics", "positions", "arguments", "relations", "premises", "search_entries", "changes", "outlines")
        imported = "select id from topics where slug like 'imported-%'"
        self.cluster.psql("bench", f"delete from relations where topic_id in ({imported})", f"delete from topics where id in ({imported})",
                          "delete from arguments where created_at > '2020-01-01'",
                          *(f"vacuum (analyze) {table}" for table in tables), "checkpoint")

    def stop(self):
        for server in self.servers.values():
            server.stop()
        self.cluster.stop()


def say(text):
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def started(given, homes):
    """A run, whose servers are ended with it. Where it is broken off, its logs stay."""
    # Whoever ends this ends what it started, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to stop"))
    directory = tempfile.mkdtemp(prefix="debatebase-bench-")
    # Where root runs this, PostgreSQL is another account's and has to get through.
    os.chmod(directory, 0o711)
    run = Run(given, homes, directory)
    try:
        yield run
    except BaseException:
        say(f"the logs are in {directory}")
        raise
    finally:
        run.stop()
    shutil.rmtree(directory, ignore_errors=True)


def tell(lines, to):
    """A page, on standard output and in a file, if one is named."""
    text = "\n".join(lines) + "\n"
    print(text)
    if to:
        with open(to, "w", encoding="utf-8") as file:
            file.write(text)


def main():
    given = arguments()
    homes = build(given)
    with started(given, homes) as run:
        told = about(given, homes, run.cluster)
        run.prepare()
        run.check()
        run.measure(given.workloads)
        if given.quick and (gross := report.gross(run.samples)):
            # As often again: what else the machine did may have met one side alone.
            say(f"measuring {', '.join(gross)} again")
            run.measure(gross, given.rounds + 1)
        statements = run.statements()
    found = report.write(given.to, told, run.samples, statements)
    say(f"{report.ratio_table(found)}\nwritten to {given.to}")
    errors = sum(sample["refused"] + sample["broken"] for sample in run.samples)
    if errors:
        say(f"{errors} requests failed")
    if given.quick and (errors or any(it["gross"] for it in found)):
        raise SystemExit("a gross regression: errors, or less than half of a bar")


if __name__ == "__main__":
    main()
