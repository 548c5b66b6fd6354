"""What the pages say is what happens."""

import pytest
from tests.docs.running import ROOT, blocks, run_page, workplace

PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("how-to/*.md")),
    ROOT / "docs/explanation/publishing.md",
    ROOT / "docs/reference/report.md",
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_commands_and_snippets_of_a_page_do_what_it_says(page, tmp_path):
    text = page.read_text(encoding="utf-8")
    if not any(block.language in ("console", "python") for block in blocks(text)):
        pytest.skip("nothing to run on this page")
    run_page(text, workplace(tmp_path))
