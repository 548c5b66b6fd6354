"""A PostgreSQL server of one's own, in a folder of its own, not run by root: for tests and benchmarks."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

__all__ = ["PASSWORD", "Server", "program"]

PASSWORD = "s3cr/t@word"
"""With signs that a URL must encode."""


def program(name: str) -> str | None:
    """Return the path of one of PostgreSQL's programs, of the newest version installed; None if there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4]))
    return str(found[-1]) if found else shutil.which(name)


class Server:
    """Made once, started and killed at will.

    Parameters
    ----------
    settings : Mapping of str to str, optional
        PostgreSQL's own are taken but for these and `fsync`: what is killed here is the server, not the machine, and
        what the server has written then stands in the system's memory.
    standby_of : Server, optional
        A running server that it follows by streaming replication, until it is promoted.
    """

    def __init__(self, settings: Mapping[str, str] | None = None, *, standby_of: Server | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="dupdetect-pg-"))
        self.data = self.folder / "data"
        self._user = None
        if os.geteuid() == 0:  # PostgreSQL refuses root
            import pwd

            names = {one.pw_name for one in pwd.getpwall()}
            self._user = "postgres" if "postgres" in names else "nobody"
            shutil.chown(self.folder, self._user)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "fsync": "off",
            "max_connections": "60",
            **(settings or {}),
        }
        make = self._initdb() if standby_of is None else self._basebackup(standby_of)
        subprocess.run(make, user=self._user, check=True, capture_output=True, cwd=self.folder)
        self._process: subprocess.Popen[bytes] | None = None

    def _initdb(self) -> list[str]:
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        make = [program("initdb") or "initdb", "-D", str(self.data), "-U", "chief", "--pwfile", str(secret)]
        return [*make, "--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"]

    def _basebackup(self, other: Server) -> list[str]:
        make = [program("pg_basebackup") or "pg_basebackup", "-D", str(self.data), "--write-recovery-conf", "--no-sync"]
        return [*make, "--checkpoint=fast", "-h", str(other.folder), "-p", str(other.port), "-U", "chief"]

    def start(self) -> Server:
        """Start it, and wait until it answers."""
        command = [program("postgres") or "postgres", "-D", str(self.data)]
        for name, value in self._settings.items():
            command += ["-c", f"{name}={value}"]
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(command, user=self._user, stdout=log, stderr=log, cwd=self.folder)
        self._process = process
        end = time.monotonic() + 60
        while True:
            try:
                self.connect().close()
            except Exception as error:
                if time.monotonic() > end or process.poll() is not None:
                    raise RuntimeError((self.folder / "log").read_text()) from error
                time.sleep(0.05)
            else:
                return self

    def _own(self) -> list[int]:
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        return [self._process.pid, *map(int, children)]

    def kill(self) -> None:
        """Kill it and all its processes, as the kernel does when memory is short."""
        assert self._process is not None
        for pid in self._own():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """Shut it down at once, and remove all of it."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(20)
        shutil.rmtree(self.folder)

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def connect(self, user: str = "chief", database: str = "postgres") -> Any:
        """Return a connection over the socket."""
        import psycopg

        return psycopg.connect(host=str(self.folder), port=self.port, user=user, dbname=database, autocommit=True)

    def execute(self, statement: str, *, user: str = "chief", database: str = "postgres") -> Any:
        """Run a statement; return its rows."""
        with self.connect(user, database) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else None

    def cpu(self) -> float:
        """Return the processor time in seconds that the server's processes for dupdetect have used."""
        found = self.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'dupdetect'")
        ticks = 0
        for (pid,) in found:
            with contextlib.suppress(FileNotFoundError):  # a helper of a query that is done
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def url(self, schema: str = "dupdetect", *, tcp: bool = False, user: str = "chief", port: int | None = None) -> str:
        """Return the URL of an index: over TCP with a password, or over the socket."""
        if tcp:
            host = f"{user}:{quote(PASSWORD, safe='')}@127.0.0.1:{port or self.port}"
            return f"postgresql://{host}/postgres?schema={schema}"
        return f"postgresql://{user}@/postgres?host={self.folder}&port={self.port}&schema={schema}"
