"""Real sites are for those who ask for system tests."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave them out elsewhere: they take minutes."""
    if "system" in config.getoption("markexpr"):
        return
    for item in items:
        if HERE in item.path.parents and item.get_closest_marker("system"):
            item.add_marker(pytest.mark.skip(reason="minutes with real sites: make test-system, or -m system"))
