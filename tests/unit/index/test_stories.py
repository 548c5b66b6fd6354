"""What is common is counted in stories: copies of one text count once."""

import itertools
import random

import pytest

from dupdetect.index import build_index, create_index, open_index, rebuild_index
from dupdetect.settings import Settings
from dupdetect.testing import article, claim, fingerprint, fingerprints, put

WORDS = [f"word{number}" for number in range(5000)]
IDIOM = (
    "as the minister said at the end of a very long day in the old town hall, where nobody had thought of bringing "
    "enough chairs for all who wanted to hear what he would say about the bridge"
)


def text(seed, words=120):
    """Return a text of its own, with an idiom that all share in its middle."""
    drawn = random.Random(seed).choices(WORDS, k=words)
    return " ".join([*drawn[: words // 2], IDIOM, *drawn[words // 2 :]])


def edited(original, seed):
    """Return a copy with one word in forty changed."""
    draw = random.Random(seed)
    return " ".join(draw.choice(WORDS) if draw.random() < 1 / 40 else word for word in original.split())


def in_stories(index, of=IDIOM):
    """Return in how many stories those hashes of a text stand that every sample keeps, sorted."""
    own = fingerprint(of)
    kept = [int(one) < 2**64 // Settings().sample_rate for one in own.sample]
    assert any(kept)
    return sorted(set(itertools.compress(index.candidates(own).stories, kept)))


WIRE = text(0)
COPIES = [article(f"copy {n}", edited(WIRE, n)) for n in range(30)]
OTHERS = [article(f"other {n}", text(1000 + n)) for n in range(9)]


@pytest.mark.parametrize("order", ["copies first", "mixed"])
def test_thirty_copies_count_once_and_other_texts_each(tmp_path, order):
    pieces = [article("wire", WIRE), *COPIES, *OTHERS]
    if order == "mixed":
        random.Random(1).shuffle(pieces)
    with create_index(tmp_path / "added.db") as added:
        for piece in pieces[:20]:
            added.add([piece], fingerprints([piece]))
        added.bulk_load([(pieces[20:], fingerprints(pieces[20:]))])
        assert in_stories(added) == [10]
        assert added.verify() == ()
    build_index(tmp_path / "built.db", [(pieces, fingerprints(pieces))])
    rebuild_index(tmp_path / "added.db")
    for name in ("built.db", "added.db"):
        with open_index(tmp_path / name) as index:
            assert in_stories(index) == [10]
            assert index.verify() == ()


def test_a_story_outlives_its_first_document_and_goes_with_its_last():
    with create_index(":memory:") as index:
        index.add(OTHERS, fingerprints(OTHERS))
        for piece in COPIES[:3]:
            put(index, piece)
        assert in_stories(index) == [10]
        index.remove([COPIES[0].id])
        assert in_stories(index) == [10]
        put(index, COPIES[3])
        assert in_stories(index) == [10]
        index.remove([piece.id for piece in COPIES])
        assert in_stories(index) == [9]
        assert index.verify() == ()


def test_a_replaced_document_tells_its_new_story_only():
    with create_index(":memory:") as index:
        index.add(OTHERS, fingerprints(OTHERS))
        put(index, article("new", WIRE))
        put(index, article("new", OTHERS[0].text))
        assert in_stories(index) == [9]
        assert in_stories(index, " ".join(WIRE.split()[:40])) == [0]


def test_a_claim_becomes_a_document_and_stays_one_story():
    with create_index(":memory:") as index:
        index.add(OTHERS, fingerprints(OTHERS))
        assert claim(index, "key", article("", WIRE), seen=len(OTHERS)).granted
        put(index, article("new", WIRE), claims=["key"])
        assert in_stories(index) == [10]


def test_a_digest_does_not_make_one_story_of_what_it_quotes():
    parts = [" ".join(one.text.split()[:100]) for one in OTHERS]
    with create_index(":memory:") as index:
        index.add(OTHERS, fingerprints(OTHERS))
        put(index, article("digest", " ".join(parts)))
        assert max(in_stories(index)) == 10


def test_a_large_index_looks_for_copies_by_a_part_of_the_hashes(tmp_path, monkeypatch):
    monkeypatch.setattr("dupdetect.index.stories._AT_ONCE", 1000)
    pieces = [article("wire", WIRE), *COPIES, *OTHERS]
    build_index(tmp_path / "built.db", [(pieces, fingerprints(pieces))])
    with open_index(tmp_path / "built.db") as index:
        assert in_stories(index) == [10]
