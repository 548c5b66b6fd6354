"""What recurs on a site's pages is learned as they are added, kept in the index, and left out of what is checked."""

import random

import pytest

from dupdetect import Detector, Document, create_index, open_index
from dupdetect.sites import SiteReader

WORDS = [f"word{number}" for number in range(3000)]
BIO = "Lorna Vickery has been writing about harbours and their ferries for twenty years and lives on a boat of her own."


def sentence(draw, words=14):
    return " ".join(draw.choices(WORDS, k=words)).capitalize() + "."


def page(number, site="Firedoglake"):
    draw = random.Random(number)
    body = "".join(f"<p>{' '.join(sentence(draw) for _ in range(4))}</p>" for _ in range(4))
    title = sentence(draw, 5)
    html = (
        f"<html><head><title>{title}</title></head><body><div class='post'><h1>{title}</h1><div class='entry'>{body}"
        f"<p class='bio'>{BIO}</p></div></div></body></html>"
    )
    return Document(id=f"{site}:{number}", content=html, site=site)


@pytest.fixture
def path(tmp_path):
    create_index(tmp_path / "site.db").close()
    return tmp_path / "site.db"


def test_what_recurs_is_left_out_once_it_is_known_and_the_index_keeps_it(path):
    with Detector(path, learn_sites=True) as detector:
        detector.add([page(0)])
        assert BIO in detector.index.get("Firedoglake:0").text
        for number in range(1, 30):
            detector.add([page(number)])
        assert BIO not in detector.index.get("Firedoglake:29").text
    with Detector(path, learn_sites=True) as detector:
        before = detector.index.template("Firedoglake")
        assert BIO not in detector.check(page(99)).article.text
        assert detector.index.template("Firedoglake") == before  # a check teaches nothing
        assert BIO in detector.check(page(99, site="Elsewhere")).article.text


def test_without_being_asked_a_detector_learns_nothing(path):
    with Detector(path) as detector:
        detector.add(page(number) for number in range(30))
        assert detector.index.template("Firedoglake").version == 0
        assert BIO in detector.check(page(99)).article.text


def test_of_two_who_learn_at_once_neither_spoils_the_other(path):
    with open_index(path) as index:
        one, other = SiteReader(index), SiteReader(index)
        for number in range(20):
            one.read(page(number), learn=True)
        other.read(page(50), learn=True)
        one.remember()
        learned = index.template("Firedoglake")
        other.remember()
        assert index.template("Firedoglake") == learned


def test_a_template_that_cannot_be_read_is_learned_anew(path):
    with Detector(path, learn_sites=True) as detector:
        detector.index.set_template("Firedoglake", "{}", version=0)
        assert BIO in detector.check(page(99)).article.text
        detector.add(page(number) for number in range(30))
        assert BIO not in detector.check(page(99)).article.text


def test_plain_text_and_pages_of_no_site_have_no_template(path):
    with Detector(path, learn_sites=True) as detector:
        detector.add(Document(id=f"{n}", content=page(n).content) for n in range(9))
        detector.add(Document(id=f"t{n}", content=f"{n} {BIO}", format="text", site="Firedoglake") for n in range(9))
        assert detector.index.template("Firedoglake").version == 0
