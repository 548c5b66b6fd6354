"""Sites for a session: two WordPresses on two databases, and a network of two blogs."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integrations.wordpress import site as sites
from tests.integrations.wordpress.site import Service, WordPress

KINDS = ("sqlite", "mariadb")


def require(kind: str) -> None:
    """Skip where a component is not there."""
    pytest.importorskip("uvicorn", reason="needs the service: pip install 'dupdetect[server]'")
    wanted = {"php": shutil.which("php")}
    if kind == "mariadb":
        wanted |= {"Debian's WordPress": sites.DEBIAN.is_dir(), "MariaDB": shutil.which("mariadbd")}
    else:
        wanted |= {"WordPress in build/": sites.NPM.is_dir()}
    if missing := [name for name, found in wanted.items() if not found]:
        pytest.skip(f"needs {', '.join(missing)}: make test-system installs it")


@pytest.fixture(scope="session", params=KINDS)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPress]:
    """Each WordPress with the plugin and a service; what the tests leave behind stays, so each brings its own texts."""
    require(request.param)
    with sites.wordpress(request.param, tmp_path_factory.mktemp(request.param)) as up:
        yield up
        assert up.complaints() == []


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPress]:
    """Main Blog and The Bullpen, the plugin active for both."""
    require("sqlite")
    folder = tmp_path_factory.mktemp("network")
    port = sites.free_port()
    database = {"DB_NAME": "wordpress", "DB_DIR": str(folder / "site" / "wp-content" / "database")}
    path = sites.unpack("sqlite", folder, port, database)
    with sites.service(folder / "service", workers=1) as asked:
        up = WordPress(path=path, port=port, service=asked)
        config = path / "wp-config.php"
        sites.run_php([str(sites.HERE / "install.php"), str(config)])
        sites.run_php([str(sites.HERE / "network.php"), str(config), up.host])
        constants = {
            "MULTISITE": True,
            "SUBDOMAIN_INSTALL": False,
            "DOMAIN_CURRENT_SITE": up.host,
            "PATH_CURRENT_SITE": "/",
            "SITE_ID_CURRENT_SITE": 1,
            "BLOG_ID_CURRENT_SITE": 1,
        }
        said = [f"define({json.dumps(name)}, {json.dumps(value)});" for name, value in constants.items()]
        fixed = ("define('WP_HOME'", "define('WP_SITEURL'")  # a network's sites have addresses of their own
        lines = [line for line in config.read_text().splitlines() if not line.startswith(fixed)]
        config.write_text("\n".join([lines[0], *said, *lines[1:]]))
        up.passwords = json.loads(sites.run_php([str(sites.HERE / "bullpen.php"), str(config), up.host]))
        up.settings(url=asked.url)
        with sites.serving(path, port):
            yield up
    assert up.complaints() == []


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of something that takes connections and never answers."""
    folder = tmp_path_factory.mktemp("silent")
    port = sites.free_port()
    code = (
        "import socket, sys\n"
        "s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"
        "s.bind(('127.0.0.1', int(sys.argv[1]))); s.listen(50); kept = []\n"
        "while True: kept.append(s.accept())\n"
    )
    with sites.running([sys.executable, "-c", code, str(port)], port, folder / "log"):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def away(tmp_path: Path) -> str:
    """The address of a service that is not there."""
    return Service(port=sites.free_port()).url
