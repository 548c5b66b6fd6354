"""A PostgreSQL server of the tests' own, in a folder of its own, run by someone who is not root."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psycopg

PASSWORD = "s3cr/t@word"
"""With signs that a URL must encode."""


def program(name):
    """Return the path of one of PostgreSQL's programs, of the newest version installed; None if there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4]))
    return str(found[-1]) if found else shutil.which(name)


class Server:
    """Made once, started and killed at will.

    Settings are PostgreSQL's own, but for `fsync`: what is killed here is the server, not the machine, and what the
    server has written then stands in the system's memory.
    """

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="dupdetect-pg-"))
        self.user = None
        if os.geteuid() == 0:  # initdb refuses root
            self.user = "postgres" if any(one.pw_name == "postgres" for one in pwd.getpwall()) else "nobody"
            shutil.chown(self.folder, self.user)
        self.data = self.folder / "data"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        self._run(
            "initdb", "-D", self.data, "-U", "chief", "--pwfile", secret, "--auth-local=trust",
            "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync",
        )  # fmt: skip
        self.process = None

    def _run(self, name, *arguments):
        subprocess.run(
            [program(name), *map(str, arguments)], user=self.user, check=True, capture_output=True, cwd=self.folder
        )

    def start(self):
        """Start it, and wait until it answers."""
        options = {
            "listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": self.folder, "fsync": "off",
            "max_connections": 60,
        }  # fmt: skip
        command = [program("postgres"), "-D", str(self.data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, user=self.user, stdout=log, stderr=log, cwd=self.folder, start_new_session=True
            )
        end = time.monotonic() + 60
        while True:
            try:
                self.connect().close()
            except psycopg.OperationalError:
                assert time.monotonic() < end, (self.folder / "log").read_text()
                assert self.process.poll() is None, (self.folder / "log").read_text()
                time.sleep(0.05)
            else:
                return self

    def kill(self):
        """Kill it and all its processes, as the kernel does when memory is short."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for pid in (self.process.pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """Shut it down at once, and remove all of it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(20)
        shutil.rmtree(self.folder)

    def connect(self, user="chief", database="postgres"):
        return psycopg.connect(host=str(self.folder), port=self.port, user=user, dbname=database, autocommit=True)

    def execute(self, statement, **where):
        with self.connect(**where) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else None

    def url(self, schema="dupdetect", *, tcp=False, user="chief", port=None):
        """Return the URL of an index: over TCP with a password, or over the socket."""
        if tcp:
            host = f"{user}:{quote(PASSWORD, safe='')}@127.0.0.1:{port or self.port}"
            return f"postgresql://{host}/postgres?schema={schema}"
        return f"postgresql://{user}@/postgres?host={self.folder}&port={self.port}&schema={schema}"
