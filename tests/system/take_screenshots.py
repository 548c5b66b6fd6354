"""Takes docs/images anew: ``python -m tests.system.take_screenshots``. Look at them before they are committed."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from dupdetect import Detector, Document
from dupdetect.report import write_scan

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Scan the example blog and photograph its report."""
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
        browser.close()


if __name__ == "__main__":
    main()
