import itertools

import pytest
from benchmarks.postgres_server import Server, program


@pytest.fixture(scope="session")
def server():
    """Give a running PostgreSQL server."""
    pytest.importorskip("psycopg", reason="needs psycopg: pip install 'dupdetect[postgres]'")
    if program("initdb") is None:
        pytest.skip("needs PostgreSQL: make test-system installs it")
    server = Server().start()
    yield server
    server.stop()


_names = itertools.count()


@pytest.fixture
def schema(server):
    """Give the name of a schema that is not there yet, and remove it afterwards."""
    name = f"index_{next(_names)}"
    yield name
    server.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")


@pytest.fixture(params=["socket", "TCP"])
def url(request, server, schema):
    """Give the URL of an index that is not there yet, over the socket and over TCP with a password."""
    return server.url(schema, tcp=request.param == "TCP")
