"""What other people would use in the program's place: installed at pinned versions, and started.

Each is a folder of benches/peers/. It is copied into target/bench-peers/, and what it is made of
comes from its registry into that copy; nothing else is downloaded.
"""
import os
import shutil
import subprocess
import sys

from .servers import Server

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NAMES = ("fastapi", "fastify")
PROCESSES = os.cpu_count()
# For each process: the default of both pools, as long as all together stay below what PostgreSQL takes.
POOL_SIZE = max(1, min(10, 100 // PROCESSES))
UVICORN = ["python/bin/uvicorn", "app:app", "--host", "127.0.0.1", "--port", "{port}", "--workers", str(PROCESSES),
           "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
COMMANDS = {"fastapi": UVICORN, "fastify": ["node", "server.js"]}
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


def start(name, home, url, log):
    program, *words = COMMANDS[name]
    inside = os.path.join(home, program)
    return Server(name, [inside if os.path.exists(inside) else program, *words], "/v1/topics", log,
                  {"DATABASE_URL": url, "POOL_SIZE": str(POOL_SIZE), "NODE_ENV": "production"}, cwd=home)
