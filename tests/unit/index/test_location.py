import builtins
import sys

import pytest

from dupdetect.errors import MissingExtraError, SettingsError
from dupdetect.index import is_postgres, open_index, shown


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://desk:s3cret@db.example/news",
        "postgresql://desk:s3cret@db.example:5433,other.example/news?schema=a",
        "postgres://desk@/news?host=/run/postgresql&password=s3cret&sslpassword=s3cret",
        "postgresql://desk:s3cret/1@db.example/news",
        "postgresql://desk:1/s3cret@db.example/news",
        "postgresql://desk:1?s3cret@db.example/news",
        "postgresql://desk:1#s3cret@db.example/news",
        "postgresql://desk:a@s3cret@db.example/news",
        "postgresql://desk:[s3cret@db.example/news",
        "postgresql://db.example/news#s3cret",
        "postgresql://db.example/news?options=-cx%3Ds3cret",
        "postgresql://db.example/news?s3cret",
    ],
)
def test_a_password_is_never_shown_however_the_url_is_broken(url):
    assert is_postgres(url)
    assert "s3cret" not in shown(url)
    assert shown(url).startswith("postgresql://")


def test_what_is_not_secret_is_shown():
    assert shown("postgresql://desk:x@[::1]:5433/news?schema=a") == "postgresql://desk@[::1]:5433/news?schema=a"
    assert shown("postgresql:///news?host=/run/postgresql") == "postgresql:///news?host=/run/postgresql"
    assert shown("postgresql://desk@/news") == "postgresql://desk@/news"
    assert shown("a/site.db") == "a/site.db"


def test_without_psycopg_the_extra_is_named(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("dupdetect.index.postgres")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'dupdetect\[postgres\]'"):
        open_index("postgresql://db.example/news")


def test_an_index_in_a_file_does_not_load_psycopg(monkeypatch):
    load = builtins.__import__

    def refuse(name, *arguments, **named):
        assert not name.startswith("psycopg")
        return load(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(Exception, match="no index there"):
        open_index("nowhere.db")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://desk:s3%cret@db.example/news",
        "postgresql://desk:s3cret@db.example:port/news",
        "postgresql://db.example/news?nonsense=s3cret",
        "postgresql://db.example/news?schema=",
        "postgresql://db.example/news?schema=a%22b",
    ],
)
def test_a_url_that_cannot_be_read_is_refused_without_quoting_it(url):
    pytest.importorskip("psycopg", reason="needs psycopg: pip install 'dupdetect[postgres]'")
    with pytest.raises(SettingsError) as caught:
        open_index(url)
    assert "cret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
