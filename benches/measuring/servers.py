"""Servers: started on a free port of this machine, watched, and ended by their process group."""
import http.client
import os
import signal
import socket
import subprocess
import time


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Server:
    def __init__(self, name, command, ready, log, environment=None, cwd=None, patience=60, pause=0.2):
        self.name, self.port = name, free_port()
        with open(log, "ab") as out:
            self.process = subprocess.Popen(
                [word.replace("{port}", str(self.port)) for word in command], stdout=out, stderr=out, cwd=cwd,
                stdin=subprocess.DEVNULL, start_new_session=True,
                env={**os.environ, **(environment or {}), "PORT": str(self.port)})
        end = time.monotonic() + patience
        while True:
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise SystemExit(f"{name} did not start, see {log}")
            try:
                if self.ask("GET", ready)[0] < 500:
                    return
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(pause)

    def ask(self, method, path, headers=None, body=None):
        """Status, headers as a list, and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def memory(self):
        """Of the process and all below it, in MiB; what they share is counted once."""
        total = 0
        for pid in tree(self.process.pid):
            try:
                with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
                    total += next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
            except (OSError, StopIteration):
                pass
        return total / 1024

    def stop(self):
        for how in (signal.SIGINT, signal.SIGKILL):
            if self.process.poll() is None:
                os.killpg(self.process.pid, how)
                try:
                    self.process.wait(10)
                except subprocess.TimeoutExpired:
                    pass


def tree(pid):
    found = [pid]
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as file:
                for child in file.read().split():
                    found += tree(int(child))
    except OSError:
        pass
    return found
