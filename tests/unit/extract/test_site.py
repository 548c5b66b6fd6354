from __future__ import annotations

import json

from dupdetect.extract import SiteTemplate
from dupdetect.model import Article, Block

BIO = "Jane founded this site and lives by the sea."


def _article(*texts: str) -> Article:
    return Article(blocks=tuple(Block(text=text) for text in texts))


def _post(number: int, *more: str) -> Article:
    return _article(
        f"This is what happened on day {number}, told at some length so that it is the longest block.", *more
    )


def test_a_block_under_enough_different_articles_is_template() -> None:
    template = SiteTemplate().learn(_post(n, BIO) for n in range(4))
    assert BIO in template
    assert _post(1).text not in template


def test_fewer_articles_than_enough_teach_nothing_yet() -> None:
    template = SiteTemplate().learn(_post(n, BIO) for n in range(3))
    assert BIO not in template
    assert BIO in template.learn([_post(3, BIO)])


def test_an_article_cross_posted_to_many_sections_is_no_template() -> None:
    post = _post(1, "Its second paragraph.", "Its third paragraph, no shorter than the second one.")
    template = SiteTemplate().learn([post] * 50)
    assert not any(block.text in template for block in post.content)


def test_a_template_survives_json() -> None:
    template = SiteTemplate().learn(_post(n, BIO) for n in range(4))
    assert SiteTemplate.from_dict(json.loads(json.dumps(template.to_dict()))) == template
