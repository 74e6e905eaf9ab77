"""What other people would use in the program's place: installed at pinned versions, and started.

Each is a folder of benches/peers/. It is copied into target/bench-peers/, and what it is made of
comes from its registry into that copy; nothing else is downloaded.
"""
import glob
import json
import os
import shutil
import subprocess
import sys

from . import once
from .cluster import OPTIONS, USER
from .servers import Server

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NAMES = ("fastapi", "fastify")
# Tools that make an API of the tables, as they come: measured in the first round alone.
ONCE = {"postgraphile": once.PostGraphile, "directus": once.Directus}
PROCESSES = os.cpu_count()
# For each process: the default of both pools, as long as all together stay below what PostgreSQL takes.
POOL_SIZE = max(1, min(10, 100 // PROCESSES))
COMMANDS = {
    "fastapi": ["python/bin/uvicorn", "app:app", "--host", "127.0.0.1", "--port", "{port}", "--workers", str(PROCESSES),
                "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"],
    "fastify": ["node", "server.js"],
    "postgraphile": ["node", "node_modules/postgraphile/dist/cli-run.js", "--preset", "postgraphile/presets/amber",
                     "--connection", "{url}", "--schema", "public", "--host", "127.0.0.1", "--port", "{port}"],
    "directus": ["node", "main.js", "start"],
}
READY = {"postgraphile": "/graphql", "directus": "/server/ping"}
QUIET = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "NPM_CONFIG_FUND": "false", "NPM_CONFIG_AUDIT": "false"}


def install(name, target, say):
    """The folder where it is, ready to be started."""
    home = os.path.join(target, "bench-peers", name)
    shutil.copytree(os.path.join(HERE, "peers", name), home, dirs_exist_ok=True)
    is_python = os.path.exists(os.path.join(home, "requirements.txt"))
    with open(os.path.join(home, "requirements.txt" if is_python else "package-lock.json"), encoding="utf-8") as file:
        pinned = file.read()
    # Written at the end, so that an installation that was broken off begins anew.
    installed = os.path.join(home, "installed")
    if os.path.exists(installed) and open(installed, encoding="utf-8").read() == pinned:
        return home
    say(f"installing {name} into {home}")
    if is_python:
        steps = [[sys.executable, "-m", "venv", "--clear", "python"],
                 ["python/bin/pip", "install", "--quiet", "--requirement", "requirements.txt"]]
    else:
        steps = [["npm", "ci", "--ignore-scripts", "--loglevel=error"]]
    for step in steps:
        try:
            subprocess.run(step, cwd=home, check=True, stdout=sys.stderr, env={**os.environ, **QUIET})
        except (OSError, subprocess.CalledProcessError) as error:
            raise SystemExit(f"{name} cannot be installed, which needs Python 3.11 with venv and pip, or Node.js 20 with npm: {error}")
    with open(installed, "w", encoding="utf-8") as file:
        file.write(pinned)
    return home


def start(name, home, cluster, log):
    url = cluster.url("bench", OPTIONS)
    environment = {"DATABASE_URL": url, "POOL_SIZE": str(POOL_SIZE), "NODE_ENV": "production", "GRAPHILE_ENV": "production"}
    program, *words = [word.replace("{url}", url) for word in COMMANDS[name]]
    # The newer Node.js that some bring along.
    inside = glob.glob(os.path.join(home, program)) + glob.glob(os.path.join(home, "node_modules/node-*/bin", program))
    command = [next(iter(inside), program), *words]
    if name == "directus":
        environment.update(prepare_directus(command[:-1], home, cluster, log))
    return Server(name, command, READY.get(name, "/v1/topics"), log, environment, cwd=home)


def prepare_directus(command, home, cluster, log):
    """Puts its own tables into the copy of the database that is its."""
    environment = {
        "HOST": "127.0.0.1", "DB_CLIENT": "pg", "DB_HOST": cluster.directory, "DB_PORT": "5432", "DB_DATABASE": "directus",
        "DB_USER": USER, "DB_PASSWORD": "", "SECRET": once.Directus.TOKEN, "ADMIN_TOKEN": once.Directus.TOKEN,
        "ADMIN_EMAIL": "admin@example.com", "ADMIN_PASSWORD": once.Directus.TOKEN, "TELEMETRY": "false", "LOG_LEVEL": "error"}
    with open(log, "ab") as out:
        subprocess.run([*command, "bootstrap"], check=True, cwd=home, stdout=out, stderr=out,
                       env={**os.environ, **environment, "NODE_ENV": "production"})
    return environment


def versions(homes):
    """For what was measured to be found again."""
    found = []
    for name, home in homes.items():
        pinned = os.path.join(home, "requirements.txt")
        if os.path.exists(pinned):
            with open(pinned, encoding="utf-8") as file:
                found += [line.strip().replace("==", " ") for line in file if line.startswith(name + "==")]
        else:
            with open(os.path.join(home, "package.json"), encoding="utf-8") as file:
                found.append(f"{name} {json.load(file)['dependencies'][name]}")
    return ", ".join(found)
