"""A WordPress for tests: installed into a folder, served on this machine, spoken to as people and programs do."""

from __future__ import annotations

import base64
import contextlib
import http.cookiejar
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
DEBIAN = Path("/usr/share/wordpress")
NPM = ROOT / "build" / "wordpress-6.5"
# Loopback only: no proxy of the environment is asked.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes], seconds: float = 30.0) -> None:
    """Wait until something listens on a port."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.2):
            return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args!r} does not listen after {seconds} s")


@contextlib.contextmanager
def running(command: list[str], port: int, log: Path, env: Mapping[str, str] | None = None) -> Iterator[None]:
    """Run a server in a process group of its own, and end the whole group."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, start_new_session=True, env={**os.environ, **(env or {})}
        )
    try:
        wait_for(port, process)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@dataclass(slots=True, kw_only=True)
class Answer:
    """What a server answered."""

    status: int
    text: str
    url: str = ""

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def send(request: urllib.request.Request, opener: urllib.request.OpenerDirector = _OPENER) -> Answer:
    """Send a request; an error status is an answer too."""
    try:
        with opener.open(request, timeout=60) as response:
            return Answer(status=response.status, text=response.read().decode(), url=response.url)
    except urllib.error.HTTPError as error:
        with error:
            return Answer(status=error.code, text=error.read().decode(), url=error.url or "")


@dataclass(slots=True, kw_only=True)
class Service:
    """A running `dupdetect serve`."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        data = None if body is None else json.dumps(body).encode()
        return send(
            urllib.request.Request(
                self.url + path, data=data, method=method, headers={"Content-Type": "application/json"}
            )
        )

    def has(self, id: str) -> bool:
        return self.ask("GET", "/v1/documents/" + urllib.parse.quote(id, safe="")).status == 200

    def document(self, id: str) -> Any:
        answer = self.ask("GET", "/v1/documents/" + urllib.parse.quote(id, safe=""))
        assert answer.status == 200, answer
        return answer.json


class Browsing:
    """A person with cookies, without JavaScript."""

    def __init__(self, site: WordPress, name: str) -> None:
        self.site = site
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        )
        self.get("wp-login.php")
        answer = self.post("wp-login.php", {"log": name, "pwd": f"{name}-password", "testcookie": "1"})
        assert "wp-admin" in answer.url, answer

    def get(self, path: str) -> Answer:
        return send(urllib.request.Request(f"{self.site.url}/{path}"), self._opener)

    def post(self, path: str, fields: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Answer:
        data = urllib.parse.urlencode(fields, doseq=True).encode()
        return send(urllib.request.Request(f"{self.site.url}/{path}", data=data, headers=headers or {}), self._opener)

    def cookies(self) -> list[dict[str, str]]:
        jar = next(h for h in self._opener.handlers if isinstance(h, urllib.request.HTTPCookieProcessor)).cookiejar
        return [{"name": c.name, "value": c.value or "", "url": self.site.url} for c in jar]


@dataclass(slots=True, kw_only=True)
class WordPress:
    """A running site."""

    path: Path
    port: int
    service: Service
    passwords: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def rest(self, method: str, route: str, body: Any = None, *, user: str = "editor", blog: str = "") -> Answer:
        """Ask the REST API as a program does."""
        token = base64.b64encode(f"{user}:{self.passwords[user]}".encode()).decode()
        route, _, query = route.partition("?")
        address = f"{self.url}{blog}/index.php?rest_route={urllib.parse.quote(route)}" + (f"&{query}" if query else "")
        return send(
            urllib.request.Request(
                address,
                data=None if body is None else json.dumps(body).encode(),
                method=method,
                headers={"Authorization": f"Basic {token}", "Content-Type": "application/json"},
            )
        )

    def publish(self, title: str, content: str, *, blog: str = "", user: str = "editor", **more: Any) -> Answer:
        """Create a post that is live at once."""
        body = {"title": title, "content": content, "status": "publish", **more}
        return self.rest("POST", "/wp/v2/posts", body, blog=blog, user=user)

    def published(self, title: str, content: str, **more: Any) -> int:
        """Create a live post that nothing is like; return its id."""
        answer = self.publish(title, content, **more)
        assert answer.status == 201, answer
        return int(answer.json["id"])

    def status(self, id: int, blog: str = "") -> str:
        """A post's status, as the database has it."""
        answer = self.rest("GET", f"/wp/v2/posts/{id}?context=edit", blog=blog, user="admin")
        assert answer.status == 200, answer
        return str(answer.json["status"])

    def php(self, code: str, *, env: Mapping[str, str] | None = None, host: str = "") -> Any:
        """Run code inside WordPress, without a web server; what it returns comes back through JSON."""
        script = (
            f"<?php $_SERVER['HTTP_HOST'] = {json.dumps(host or self.host)}; $_SERVER['REQUEST_URI'] = '/';"
            f"require {json.dumps(str(self.path / 'wp-load.php'))};"
            f'$value = (static function () {{ global $wpdb; {code} }})(); echo "\\n\\0", json_encode($value);'
        )
        done = run_php([], env, script)
        return json.loads(done.rpartition("\0")[2])

    def cron(self, hook: str) -> None:
        """Run what is planned under a hook."""
        self.php(f"do_action({json.dumps(hook)});")

    def settings(self, **settings: Any) -> dict[str, Any]:
        """Change settings of the plugin; return the former ones."""
        return dict(
            self.php(
                "$old = Dupdetect\\Settings::all();"
                f"Dupdetect\\Settings::store(json_decode({json.dumps(json.dumps(settings))!s}, true)); return $old;"
            )
        )

    @contextlib.contextmanager
    def set(self, **settings: Any) -> Iterator[None]:
        """Change settings for a while."""
        old = self.settings(**settings)
        try:
            yield
        finally:
            self.settings(**{key: old[key] for key in settings})

    def letters(self) -> list[Any]:
        """Letters that were sent so far."""
        path = self.path / "wp-content" / "letters.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def complaints(self) -> list[str]:
        """Lines of PHP's log that name the plugin."""
        path = self.path / "wp-content" / "debug.log"
        lines = path.read_text(errors="replace").splitlines() if path.exists() else []
        return [line for line in lines if "dupdetect" in line.lower()]


def run_php(arguments: list[str], env: Mapping[str, str] | None = None, script: str | None = None) -> str:
    """Run PHP on the command line, a file or a script; errors are failures."""
    done = subprocess.run(
        ["php", *PHP_OPTIONS, *arguments],
        input=script,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **(env or {})},
    )
    if done.returncode:
        raise RuntimeError(f"php ended with {done.returncode}: {done.stdout[-2000:]} {done.stderr[-2000:]}")
    return done.stdout


PHP_OPTIONS = ["-d", "memory_limit=512M", "-d", "display_errors=stderr", "-d", "opcache.enable_cli=1"]


def package(folder: Path) -> Path:
    """Make the plugin's zip as users get it."""
    done = subprocess.run(
        [ROOT / "integrations" / "wordpress" / "package", folder], capture_output=True, text=True, check=True
    )
    return Path(done.stdout.strip())


def unpack(kind: str, folder: Path, port: int, database: Mapping[str, str]) -> Path:
    """Lay a WordPress out in a folder, with configuration and plugin."""
    path = folder / "site"
    shutil.copytree(DEBIAN if kind == "mariadb" else NPM, path, symlinks=False)
    content = path / "wp-content"
    for name in ("mu-plugins", "database"):
        (content / name).mkdir(exist_ok=True)
    shutil.copy(HERE / "mail.php", content / "mu-plugins")
    shutil.unpack_archive(package(folder), content / "plugins")
    constants = {
        **database,
        **{name: secrets.token_hex(32) for name in ("AUTH_KEY", "SECURE_AUTH_KEY", "LOGGED_IN_KEY", "NONCE_KEY")},
        **{name: secrets.token_hex(32) for name in ("AUTH_SALT", "SECURE_AUTH_SALT", "LOGGED_IN_SALT", "NONCE_SALT")},
        "DB_CHARSET": "utf8mb4",
        "DB_COLLATE": "",
        "WP_ENVIRONMENT_TYPE": "local",  # application passwords without TLS
        "WP_DEBUG": True,
        "WP_DEBUG_LOG": str(content / "debug.log"),
        "WP_DEBUG_DISPLAY": False,
        "DISABLE_WP_CRON": True,
        "AUTOMATIC_UPDATER_DISABLED": True,
        "CONCATENATE_SCRIPTS": False,
        "WP_ALLOW_MULTISITE": True,
    }
    write_config(path, constants, f"http://127.0.0.1:{port}")
    return path


def write_config(path: Path, constants: Mapping[str, Any], url: str) -> None:
    """Write wp-config.php."""
    lines = [f"define({json.dumps(name)}, {json.dumps(value)});" for name, value in constants.items()]
    if url:
        lines += [f"define('WP_HOME', {json.dumps(url)});", f"define('WP_SITEURL', {json.dumps(url)});"]
    text = "\n".join(
        [
            "<?php",
            *lines,
            "$table_prefix = 'wp_';",
            "defined('ABSPATH') || define('ABSPATH', __DIR__ . '/');",
            "require_once ABSPATH . 'wp-settings.php';",
            "",
        ]
    )
    (path / "wp-config.php").write_text(text.replace("\\/", "/"))


@contextlib.contextmanager
def mariadb(folder: Path) -> Iterator[dict[str, str]]:
    """A MariaDB of our own, on a port of this machine."""
    data, port = folder / "mariadb", free_port()
    subprocess.run(
        [
            "mariadb-install-db",
            "--no-defaults",
            f"--datadir={data}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            f"--user={_who()}",
        ],
        check=True,
        capture_output=True,
    )
    server = [
        "mariadbd",
        "--no-defaults",
        f"--datadir={data}",
        f"--socket={folder / 'db.sock'}",
        "--bind-address=127.0.0.1",
        f"--port={port}",
        f"--user={_who()}",
        "--innodb-flush-log-at-trx-commit=0",
    ]
    with running(server, port, folder / "mariadb.log"):
        run_php(
            [
                "-r",
                f"$d = new mysqli('127.0.0.1', 'root', '', '', {port});"
                "$d->query('CREATE DATABASE wordpress CHARACTER SET utf8mb4');",
            ]
        )
        yield {"DB_NAME": "wordpress", "DB_USER": "root", "DB_PASSWORD": "", "DB_HOST": f"127.0.0.1:{port}"}


def _who() -> str:
    import getpass

    return getpass.getuser()


@contextlib.contextmanager
def service(folder: Path, *options: str, workers: int = 2) -> Iterator[Service]:
    """The service, with an index of its own."""
    import sys

    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command = [sys.executable, "-m", "dupdetect", "serve", "--index", str(folder / "index.db"), "--port", str(port)]
    with running([*command, "--workers", str(workers), *options], port, folder / "service.log"):
        yield Service(port=port)


@contextlib.contextmanager
def serving(path: Path, port: int) -> Iterator[None]:
    """Serve a site that is laid out, with four workers."""
    command = ["php", *PHP_OPTIONS, "-S", f"127.0.0.1:{port}", "-t", str(path), str(HERE / "router.php")]
    with running(command, port, path.parent / "php.log", {"PHP_CLI_SERVER_WORKERS": "4"}):
        yield


@contextlib.contextmanager
def wordpress(kind: str, folder: Path) -> Iterator[WordPress]:
    """A site with the plugin, and the service it asks."""
    with contextlib.ExitStack() as stack:
        base = (
            stack.enter_context(mariadb(folder))
            if kind == "mariadb"
            else {"DB_NAME": "wordpress", "DB_DIR": str(folder / "site" / "wp-content" / "database")}
        )
        port = free_port()
        path = unpack(kind, folder, port, base)
        asked = stack.enter_context(service(folder / "service"))
        site = WordPress(path=path, port=port, service=asked)
        site.passwords = json.loads(run_php([str(HERE / "install.php"), str(path / "wp-config.php")]))
        site.settings(url=asked.url)
        stack.enter_context(serving(path, port))
        site.php("while ((new Dupdetect\\Fill($c = new Dupdetect\\Client(), new Dupdetect\\Queue($c)))->step());")
        yield site


def nonce(page: str, name: str = "_wpnonce") -> str:
    """A form's nonce."""
    found = re.search(rf'name="{name}" value="([0-9a-f]+)"', page)
    assert found, f"no {name} in the page"
    return found[1]
