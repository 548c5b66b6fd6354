"""The contract of every index, held by PostgreSQL; also after each close and reopen."""

import pytest

from dupdetect.errors import StoreError
from dupdetect.index import create_index, open_index
from dupdetect.testing import IndexContract

pytestmark = pytest.mark.system


class _Contract(IndexContract):
    @pytest.fixture(autouse=True)
    def _place(self, server, schema):
        self.url = server.url(schema, tcp=self.tcp)

    def open_empty(self, tmp_path):
        return create_index(self.url)

    def test_a_backup_is_the_index_and_takes_no_place_of_a_file(self, index, tmp_path):
        """A database is backed up by its own means, and the error says so."""
        with pytest.raises(StoreError, match="pg_dump"):
            index.backup(tmp_path / "copy.db")
        assert not (tmp_path / "copy.db").exists()


class TestSocket(_Contract):
    tcp = False


class TestReopenedOverTCP(_Contract):
    tcp = True

    @pytest.fixture(autouse=True)
    def _close_what_was_reopened(self, _place):
        self.reopened = []
        yield
        for index in self.reopened:
            index.close()

    def open_empty(self, tmp_path):
        create_index(self.url).close()
        return open_index(self.url)

    def reopen(self, index):
        index.close()
        self.reopened.append(open_index(self.url))
        return self.reopened[-1]
