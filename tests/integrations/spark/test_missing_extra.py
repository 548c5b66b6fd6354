"""Without Spark."""

import sys

import pytest

from dupdetect.errors import MissingExtraError


@pytest.mark.parametrize("missing", ["pyspark", "pyarrow"])
def test_without_the_extra_the_error_names_the_pip_line(monkeypatch, missing):
    for name in [name for name in sys.modules if name.startswith("dupdetect.integrations.spark")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(MissingExtraError, match=r"pip install 'dupdetect\[spark\]'"):
        import dupdetect.integrations.spark  # noqa: F401
