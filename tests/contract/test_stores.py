"""Every store, held to one contract; files also after each close and reopen."""

import pytest

from dupdetect.index import create_index, open_index
from dupdetect.testing import IndexContract


class TestInMemory(IndexContract):
    def open_empty(self, tmp_path):
        return create_index(":memory:")


class TestFile(IndexContract):
    def open_empty(self, tmp_path):
        return create_index(tmp_path / "site.db")


class TestReopenedFile(IndexContract):
    @pytest.fixture(autouse=True)
    def _close_what_was_reopened(self):
        self.reopened = []
        yield
        for index in self.reopened:
            index.close()

    def open_empty(self, tmp_path):
        create_index(tmp_path / "site.db").close()
        return open_index(tmp_path / "site.db")

    def reopen(self, index):
        index.close()
        self.reopened.append(open_index(index.location))
        return self.reopened[-1]
