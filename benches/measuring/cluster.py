"""A PostgreSQL for the measurement alone: a new cluster, with the durability of a real one."""
import glob
import os
import pwd
import shutil
import signal
import subprocess
import time
from urllib.parse import quote

USER = "bench"
# The rest is as PostgreSQL comes. Nothing that it does now and then falls into the turn of one
# system and not of another.
SETTINGS = {
    "listen_addresses": "", "max_connections": 200, "shared_buffers": "1GB", "max_wal_size": "8GB",
    "checkpoint_timeout": "1h", "autovacuum": "off", "log_line_prefix": "[%p] ", "cluster_name": "bench",
}
# What the program asks of its connections.
OPTIONS = "-c max_parallel_workers_per_gather=0 -c jit=off"

COLUMNS = {
    "topics": "id, slug, title, summary, tags, language, status, created_at, updated_at",
    "positions": "id, topic_id, slug, statement, summary, rank, created_at, updated_at",
    "arguments": "id, topic_id, slug, claim, body, language, created_at, updated_at",
    "relations": 'id, topic_id, slug, kind, target_position_id, target_argument_id, "symmetric", created_at, updated_at',
    "premises": "topic_id, relation_id, argument_id, ordinal",
}


def binaries():
    """The directory of `postgres`, as the program finds it."""
    if given := os.environ.get("PG_BIN"):
        return given
    if found := shutil.which("postgres"):
        return os.path.dirname(os.path.realpath(found))
    places = glob.glob("/usr/lib/postgresql/*/bin") + glob.glob("/usr/pgsql-*/bin")
    if not places:
        raise SystemExit("PostgreSQL is not here: scripts/install-postgresql")
    return max(places, key=lambda path: int("".join(c for c in path if c.isdigit())))


def account():
    """Whom root hands PostgreSQL to, which does not run as root."""
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return "nobody"


class Cluster:
    def __init__(self, directory):
        self.bin = binaries()
        self.directory = os.path.join(directory, "postgres")
        self.log = os.path.join(directory, "postgres.log")
        os.makedirs(self.directory)
        drop = []
        if os.geteuid() == 0:
            shutil.chown(self.directory, account())
            drop = ["setpriv", f"--reuid={account()}", "--clear-groups", "--"]
        data = os.path.join(self.directory, "data")
        subprocess.run([*drop, self._path("initdb"), "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"],
                       check=True, cwd="/", stdout=subprocess.DEVNULL)
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*drop, self._path("postgres"), "-D", data, "-k", self.directory, *settings],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/", start_new_session=True)
        for _ in range(200):
            if subprocess.run([self._path("pg_isready"), "-q", "-h", self.directory, "-d", "postgres"]).returncode == 0:
                return
            time.sleep(0.1)
        self.stop()
        raise SystemExit(f"PostgreSQL did not start, see {self.log}")

    def _path(self, program):
        inside = os.path.join(self.bin, program)
        return inside if os.path.exists(inside) else program

    def command(self, program, database, *words):
        return [self._path(program), "-h", self.directory, "-U", USER, *words, database]

    def psql(self, database, *statements):
        words = [word for statement in statements for word in ("-c", statement)]
        done = subprocess.run(self.command("psql", database, "-XqAt", "-v", "ON_ERROR_STOP=1", *words),
                              check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def copy(self, database, files):
        """In one transaction, at the end of which a relation has to have its premises."""
        copies = [word for into, path in files for word in ("-c", f"\\copy {into} from '{path}'")]
        subprocess.run(self.command("psql", database, "-Xq1", "-v", "ON_ERROR_STOP=1", *copies), check=True)

    def url(self, database, options=""):
        address = f"postgres://{USER}@{quote(self.directory, safe='')}:5432/{database}"
        return address + (f"?options={quote(options)}" if options else "")

    def stop(self):
        for how in (signal.SIGINT, signal.SIGQUIT):
            if self.process.poll() is None:
                self.process.send_signal(how)
                try:
                    self.process.wait(30)
                except subprocess.TimeoutExpired:
                    pass


def load(cluster, database, program, kit, directory, topics):
    """A database of so many topics: the schema by the program, the rows by COPY."""
    files = os.path.join(directory, f"data-{topics}")
    subprocess.run([kit, "generate", "--topics", str(topics), "--to", files], check=True)
    cluster.psql("postgres", f"create database {database}")
    subprocess.run([program, "migrate"], check=True, stdout=subprocess.DEVNULL,
                   env={**os.environ, "DATABASE_URL": cluster.url(database)})
    # The index of the words is made after them, which is faster.
    index = cluster.psql(database, "select indexdef from pg_indexes where indexname = 'search_entries_words_idx'")
    cluster.psql(database, "drop index search_entries_words_idx")
    cluster.copy(database, [(f"{table} ({columns})", os.path.join(files, table)) for table, columns in COLUMNS.items()])
    cluster.psql(database, index, "vacuum (analyze, freeze)", "checkpoint")
    return files
