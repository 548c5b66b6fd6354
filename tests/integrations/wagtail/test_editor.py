"""What an editor of Wagtail sees, in Chromium."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from dupdetect.testing import STORY
from tests.fixtures.browsing import new_context
from tests.integrations.wagtail.test_roads import make

pytestmark = [
    pytest.mark.system,
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
ROOT = Path(__file__).parents[3]


@pytest.fixture
def server(site, sections):
    """The site as a server, with a published post in the Main Blog."""
    from tests.integrations.wagtail.conftest import close

    make(sections[0], "The ferry stays", f"<p>{STORY}</p>")
    close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "django", "runserver", "--noreload", "--insecure", f"127.0.0.1:{port}"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src"), str(site)])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/admin/login/", timeout=5).close()
                break
            except OSError:
                assert process.poll() is None, "the server ended"
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def test_the_form_says_what_is_repeated_where_and_a_reason_publishes_it(server, browser, sections, tmp_path):
    page = new_context(browser, viewport={"width": 1280, "height": 1000}, reduced_motion="reduce").new_page()
    page.goto(f"{server}/admin/login/")
    page.fill("input[name=username]", "editor")
    page.fill("input[name=password]", "secret")
    page.click("button[type=submit]")
    page.goto(f"{server}/admin/pages/add/blognet/blogpage/{sections[1].pk}/")
    page.fill("#id_title", "Winter boats, after all")
    editor = page.locator("[role=textbox][contenteditable=true]").first
    editor.click()
    page.keyboard.insert_text(STORY)
    # The editor writes what is typed into the form's field a quarter of a second later, on a busy machine later still.
    page.wait_for_function("words => document.querySelector('[name=body]').value.includes(words)", arg=STORY[:30])
    page.wait_for_load_state("networkidle")
    publish(page)
    message = page.locator("text=The same text as “The ferry stays” in Main Blog").first
    message.wait_for()
    shots = os.environ.get("DUPDETECT_SCREENSHOTS")
    if shots:
        page.screenshot(path=Path(shots) / "wagtail-editor.png")
    page.fill("textarea[name=dupdetect_reason], input[name=dupdetect_reason]", "both sections want it")
    publish(page)
    page.locator(".messages .success").first.wait_for()
    assert "published" in page.locator(".messages .success").first.inner_text()
    page.context.close()


def publish(page):
    button = page.locator("button[name=action-publish]").first
    if not button.is_visible():
        page.locator("footer button[aria-label], footer [data-w-dropdown-target=toggle]").last.click()
    button.wait_for(state="visible")
    with page.expect_navigation():
        button.click()
