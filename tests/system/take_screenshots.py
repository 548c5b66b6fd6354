"""Takes docs/images anew: ``python -m tests.system.take_screenshots``. Look at them before they are committed."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright
from tests.server.serving import BREAD, FERRY, post, served

from dupdetect import Detector, Document
from dupdetect.report import write_scan

ROOT = Path(__file__).parents[2]


def fill(service) -> None:
    """Publish two pieces, and check four drafts."""
    service.put("wp:1:5", post(title="Deadline deals", site="Main Blog", sections=["Politics"]))
    service.put("wp:1:6", post(content=BREAD, title="Why bread rises twice", site="Main Blog", sections=["Food"]))
    edited = FERRY.replace("coffee", "tea").replace("winter", "spring")
    copy = post("wp:2:7", edited, title="Ferry saved", site="The Bullpen", sections=["Opinion"])
    service.decide(copy)
    service.decide(copy, override={"reason": "Both editors agreed, the Bullpen adds a comment", "actor": "js"})
    service.decide(post("wp:2:8", BREAD, title="Bread", site="The Bullpen", sections=["Food"], noindex=True))
    told = "The library opens on Sundays from January, if the council finds someone to turn the key and the heating on."
    service.decide(post("wp:2:9", told, title="Library on Sundays", site="The Bullpen"))
    time.sleep(1.5)  # until they are written down


def main() -> None:
    """Photograph the report of the example blog, and the pages of a service."""
    pages = sorted((ROOT / "examples" / "firedoglake" / "pages").glob("*.html"))
    with Detector() as detector:
        scan = detector.scan(Document(id=page.name, content=page.read_bytes()) for page in pages)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        path = Path(folder, "report.html")
        write_scan(scan, path)
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu", "--no-proxy-server"]
        )
        page = browser.new_page(viewport={"width": 1180, "height": 900}, color_scheme="light")
        page.goto(path.as_uri())
        page.screenshot(path=ROOT / "docs" / "images" / "report-overview.png")
        pair = page.locator("details.pair", has_text="The Roundup").first
        pair.locator("summary").first.click()
        pair.screenshot(path=ROOT / "docs" / "images" / "report-side-by-side.png")
        with served(Path(folder, "site.db")) as service:
            fill(service)
            page.goto(f"{service.url}/")
            page.screenshot(path=ROOT / "docs" / "images" / "service-checks.png", full_page=True)
            page.get_by_text("Ferry saved").nth(1).click()
            page.screenshot(path=ROOT / "docs" / "images" / "service-check.png", full_page=True)
        browser.close()


if __name__ == "__main__":
    main()
