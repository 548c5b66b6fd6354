"""Broken pages: an article or an error of ours, never anything else.

A run of the suite tries 60 cases, always the same; ``make fuzz`` 20,000 new ones (``CASES=…`` another number). A page
that breaks something is printed by hypothesis, made as small as it can be.
"""

import json
import os
import time

from hypothesis import HealthCheck, Phase, given, settings

from dupdetect.errors import ExtractionError
from dupdetect.extract import SiteLearner, SiteTemplate, extract, extract_all
from dupdetect.io import article_json
from dupdetect.report import render_extraction
from tests.fuzz.mutations import broken_pages, pages

CASES = int(os.environ.get("DUPDETECT_FUZZ_CASES", "60"))
SOURCES = pages()
FUZZ = settings(
    max_examples=CASES,
    derandomize=CASES <= 60,
    database=None,
    deadline=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
told = {"cases": 0, "articles": 0, "slowest": 0.0}
learner = SiteLearner()


@FUZZ
@given(broken_pages(SOURCES))
def test_a_broken_page_gives_an_article_that_holds_together_or_an_error_of_ours(page):
    begin = time.process_time()
    told["cases"] += 1
    try:
        article = extract(page, url="http://site.example/a/b", learner=learner)
    except ExtractionError:
        return
    finally:
        told["slowest"] = max(told["slowest"], time.process_time() - begin)
    told["articles"] += 1
    assert article.text
    assert article.text == "\n\n".join(block.text for block in article.content)
    assert all(block.text.strip() and block.reason != "" for block in article.blocks)
    json.dumps(article_json(article, blocks=True), allow_nan=False).encode()
    article.text.encode()
    if told["cases"] % 20 == 0:  # what is dearer
        assert extract(page, url="http://site.example/a/b", template=SiteTemplate()) == extract(page, url=article.url)
        assert extract_all(page)
        assert "<script>alert" not in render_extraction(article)
        assert SiteTemplate.from_json(learner.template.to_json()) == learner.template


def test_the_run_saw_articles_and_says_how_many(capsys):
    with capsys.disabled():
        if CASES > 60:
            print("\n{cases:,} broken pages, {articles:,} articles; slowest {slowest:.2f} s of cpu".format(**told))
    assert told["cases"] >= CASES
    assert told["articles"] > CASES / 3
