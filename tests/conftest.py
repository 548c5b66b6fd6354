"""What all tests share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

settings.register_profile("dupdetect", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("dupdetect")

ROOT = Path(__file__).parent.parent


def pytest_addoption(parser):
    parser.addoption("--no-skips", action="store_true", help="a skipped test is a failed one")


def pytest_collection_modifyitems(config, items):
    """Leave real sites and browsers to those who ask for system tests: they take minutes."""
    if "system" in config.getoption("markexpr"):
        return
    for item in items:
        if item.get_closest_marker("system"):
            item.add_marker(pytest.mark.skip(reason="minutes with real components: make test-system, or -m system"))


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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a network: every name but this machine's own address fails to resolve."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install 'dupdetect[test]'")
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("needs Chromium: make test-system installs it")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path=found,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--no-proxy-server",
                "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
            ],
        )
        yield chromium
        chromium.close()
