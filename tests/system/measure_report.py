"""What a large report costs: ``python -m tests.system.measure_report 1000 10000 20000`` prints a table.

Pairs of 2,000 articles of 400 words (`large_scan`); with ``--without`` also a page whose style lays out every row.
"work" is processor time of the page's main thread: unlike the other figures, a busy machine does not swell it.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from tests.fixtures.scan_samples import large_scan

from dupdetect.report import render_scan

NEXT_FRAME = "() => new Promise(done => { const start = performance.now(); %s; requestAnimationFrame(() => \
requestAnimationFrame(() => done(performance.now() - start))); })"


def measure(browser: Browser, html: str, last: int) -> dict[str, float]:
    """Return seconds of loading, first paint and of what a reader does next."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "report.html")
        path.write_text(html, encoding="utf-8")
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        start = time.perf_counter()
        page.goto(path.as_uri(), timeout=300_000)
        wall = time.perf_counter() - start
        metrics = {entry["name"]: entry["value"] for entry in session.send("Performance.getMetrics")["metrics"]}
        paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime") or float("nan")
        steps = {
            "filter": "document.getElementById('show-NEAR').click()",
            "open last": f"document.getElementById('pair-{last}').open = true",
            "jump": f"location.hash = '#pair-{last // 2}'",
        }
        done = {name: page.evaluate(NEXT_FRAME % step) / 1000 for name, step in steps.items()}
        page.close()
    return {
        "MB": len(html.encode()) / 1e6,
        "load": wall,
        "work": metrics["TaskDuration"],
        "first paint": paint / 1000,
        **done,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=int, nargs="+")
    parser.add_argument("--without", action="store_true")
    arguments = parser.parse_args()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu", "--no-proxy-server"]
        )
        print("Chromium", browser.version)
        for pairs in arguments.pairs:
            start = time.process_time()
            html = render_scan(large_scan(pairs), rows=pairs)
            print(f"{pairs:,} pairs made and rendered in {time.process_time() - start:.1f} s")
            pages = {"chunks": html}
            if arguments.without:  # the policy names the style's hash, so it goes too
                policy = html[html.index('<meta http-equiv="Content-Sec') : html.index('<meta name="viewport"')]
                pages["every row laid out"] = html.replace(policy, "").replace("content-visibility: auto;", "")
            for name, page in pages.items():
                figures = measure(browser, page, pairs)
                print(f"  {name:20}", *(f"{what} {value:.2f}" for what, value in figures.items()), sep="  ")
        browser.close()


if __name__ == "__main__":
    main()
