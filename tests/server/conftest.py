"""Services for the tests of this folder."""

import pytest

pytest.importorskip("fastapi", reason="needs the extra server")

from tests.server.serving import TOKEN, served


@pytest.fixture
def service(tmp_path):
    """A fresh service that trusts this machine."""
    with served(tmp_path / "site.db") as client:
        yield client


@pytest.fixture
def locked(tmp_path):
    """A fresh service with a token; its client sends none."""
    with served(tmp_path / "site.db", token=TOKEN) as client:
        client.token = None
        yield client
