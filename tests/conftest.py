"""What all tests share."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("dupdetect", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("dupdetect")

ROOT = Path(__file__).parent.parent


def pytest_addoption(parser):
    parser.addoption("--no-skips", action="store_true", help="a skipped test is a failed one")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.skipped and item.config.getoption("--no-skips"):
        report.outcome = "failed"
        report.longrepr = f"skipped, where nothing may be: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def firedoglake() -> Path:
    """The example blog: `pages/`, `expected.json`, `bullpen-crosspost.txt`."""
    return ROOT / "examples" / "firedoglake"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The development data beside the checkout, which a clone alone does not have."""
    path = ROOT.parent / "shared"
    if not path.is_dir():
        pytest.skip("needs the development data in ../shared, which is not part of the project")
    return path
