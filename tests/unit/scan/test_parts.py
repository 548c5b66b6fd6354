"""The rooms of a scan, each against something slow and obvious."""

import datetime as dt
import os
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import any_text, english
from tests.unit.scan.corpora import articles_of, related_texts

from dupdetect.compare import Comparator, StoryCounts, find_stories
from dupdetect.compare.evidence import overlap
from dupdetect.compare.features import prepare
from dupdetect.compare.questions import worth_aligning
from dupdetect.compare.rarity import components
from dupdetect.compare.repeats import repeats
from dupdetect.errors import InputError, ScanError, SettingsError
from dupdetect.model import Article, Block, BlockKind, Published
from dupdetect.scan.columns import Columns, write_columns
from dupdetect.scan.frequencies import count_stories
from dupdetect.scan.join import join
from dupdetect.scan.pool import Workers
from dupdetect.scan.records import pack_article, pack_verdict, unpack_article, unpack_text, unpack_verdict
from dupdetect.scan.shards import Corpus, MemoryShard
from dupdetect.scan.verify import Judge
from dupdetect.scan.work import WorkFolder
from dupdetect.settings import Settings
from dupdetect.text.shingles import distinct_shingles

SETTINGS = Settings()
wide_text = st.text(st.characters(), max_size=30)


@given(any_text, wide_text, st.booleans(), st.sampled_from(["time", "day", "year", None]))
def test_an_article_comes_back_from_the_work_folder_as_it_was(text, title, noindex, precision):
    published = None
    if precision == "time":
        zone = dt.timezone(dt.timedelta(hours=-5))
        published = Published(moment=dt.datetime(2014, 11, 3, 7, 16, tzinfo=zone), precision="time")
    elif precision:
        published = Published(moment=dt.date(2014, 1, 1), precision=precision)
    article = Article(
        id=title,
        blocks=(Block(text=text, kind=BlockKind.QUOTE, quote_depth=2), Block(text=title)),
        title=title or None,
        byline=(title,),
        published=published,
        sections=("Main", text),
        url="https://x/1",
        noindex=noindex,
        notes=("a note",),
    )
    assert unpack_article(pack_article(article)) == article
    assert unpack_text(pack_article(article)) == article.text


@given(english, english)
def test_a_verdict_comes_back_from_the_work_folder_to_the_last_bit(left, right):
    verdict = Comparator().compare(f"{left} {right}", f"{right} {left} and {left}")
    assert unpack_verdict(pack_verdict(verdict)) == verdict


@given(st.lists(english, min_size=2, max_size=6))
def test_the_gate_lets_through_what_the_comparator_would_align(texts):
    articles = articles_of([(str(n), text) for n, text in enumerate(texts)])
    corpus = Corpus([MemoryShard.of(articles, SETTINGS)])
    rarity = StoryCounts(list(distinct_shingles(texts, SETTINGS)))
    judge = Judge(corpus, SETTINGS, None, rarity)
    others = range(1, len(texts))
    prepared = [prepare(article, SETTINGS, rarity) for article in articles]
    thresholds = Comparator().thresholds
    assert judge._worth_aligning([0] * len(others), others, dict(enumerate(texts))) == [
        (0, other)
        for other in others
        if np.array_equal(prepared[0].hashes, prepared[other].hashes)
        or worth_aligning(overlap(prepared[0], prepared[other]), thresholds)
    ]


@given(st.lists(st.sampled_from(["one", "two", "three"]), max_size=200).map(" ".join), english, st.booleans())
def test_no_text_that_carries_something_twice_escapes_the_quick_look(refrain, text, again):
    article = articles_of([("x", f"{text} {refrain} {text if again else ''}")])[0]
    found = MemoryShard.of([article], SETTINGS).repeats()
    assert found == ({0: own} if (own := repeats(prepare(article, SETTINGS))) else {})


@pytest.mark.parametrize("parts", [1, 2, 32, 128])
def test_the_parts_of_the_samples_are_the_samples(parts):
    articles = articles_of(related_texts())
    shards = [MemoryShard.of(articles[:9], SETTINGS), MemoryShard.of(articles[9:], SETTINGS)]
    corpus = Corpus(shards, {0: np.array([2, 5])})
    joined = [corpus.sample(part, parts) for part in range(parts)]
    found = sorted((int(hash), int(of)) for hashes, owners in joined for hash, of in zip(hashes, owners, strict=True))
    batches = [corpus.batch(number, SETTINGS)[1] for number in corpus.numbers()]
    samples = [fingerprint.sample for batch in batches for fingerprint in map(batch.__getitem__, range(len(batch)))]
    assert len(samples) == len(articles) - 2
    assert found == sorted((int(hash), of) for of, sample in enumerate(samples) for hash in sample)
    values = [set(hashes.tolist()) for hashes, _ in joined]
    assert sum(map(len, values)) == len(set().union(*values))


@pytest.mark.parametrize("mapped", [0, 1 << 20])
def test_columns_come_back_whole_and_in_parts(tmp_path, monkeypatch, mapped):
    monkeypatch.setattr("dupdetect.scan.columns._MAPPED", mapped)
    arrays = {
        "none": np.empty((0, 3), dtype=np.uint16),
        "many": np.arange(700, dtype=np.uint64).reshape(100, 7),
        "few": np.array([3.5, -1.0]),
    }
    write_columns(tmp_path / "columns.bin", arrays)
    columns = Columns(tmp_path / "columns.bin")
    for name, array in arrays.items():
        np.testing.assert_array_equal(columns.read(name), array)
        np.testing.assert_array_equal(columns.read(name, 1, 60), array[1:60])
        assert columns.read(name).dtype == array.dtype


def test_a_small_scan_counts_stories_exactly():
    articles = articles_of(related_texts())
    corpus = Corpus([MemoryShard.of(articles[:9], SETTINGS), MemoryShard.of(articles[9:], SETTINGS)])
    pairs = join(corpus, SETTINGS)
    distinct = list(distinct_shingles([article.text for article in articles], SETTINGS))
    exact = StoryCounts(distinct)
    asked = np.unique(np.concatenate(distinct))
    counted = count_stories(corpus, pairs, SETTINGS)
    assert counted.stories == exact.stories == len(np.unique(find_stories(distinct)))
    assert (counted.frequencies(asked) == exact.frequencies(asked)).all()
    assert exact.frequencies(asked).max() > 4


def test_a_large_scan_counts_over_candidates_and_in_parts(monkeypatch):
    articles = articles_of(related_texts())
    corpus = Corpus([MemoryShard.of(articles, SETTINGS)])
    pairs = join(corpus, SETTINGS)
    places = np.unique(np.concatenate([pairs.left, pairs.right])).tolist()
    distinct = list(distinct_shingles([articles[place].text for place in places], SETTINGS))
    exact = StoryCounts(distinct)
    asked = np.unique(np.concatenate(distinct))
    monkeypatch.setattr("dupdetect.scan.frequencies._AT_ONCE", 500)
    counted = count_stories(corpus, pairs, SETTINGS, exact_up_to=0)
    assert (counted.frequencies(asked) == exact.frequencies(asked)).mean() > 0.99  # stories are estimated


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_components_are_what_walking_along_the_edges_reaches(edges):
    left, right = (np.array([edge[side] for edge in edges], dtype=np.int64) for side in (0, 1))
    reached = {node: {node} for node in range(10)}
    for _ in range(10):
        for a, b in edges:
            both = reached[a] | reached[b]
            for node in both:
                reached[node] |= both
    assert components(10, left, right).tolist() == [min(reached[node]) for node in range(10)]


@given(st.lists(english, max_size=12), st.integers(1, 5))
def test_candidates_do_not_depend_on_shards_or_on_how_much_is_joined_at_once(texts, size):
    articles = articles_of([(str(n), text) for n, text in enumerate(texts)])
    whole = join(Corpus([MemoryShard.of(articles, SETTINGS)]), SETTINGS)
    shards = [MemoryShard.of(articles[start : start + size], SETTINGS) for start in range(0, len(articles), size)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dupdetect.scan.join._AT_ONCE", 4)
        parts = join(Corpus(shards), SETTINGS)
    for name in ("left", "right", "strength"):
        assert getattr(parts, name).tolist() == getattr(whole, name).tolist()


# ------------------------------------------------------------------------------------------------ folder, workers


def test_a_part_appears_whole_or_not_at_all(tmp_path):
    folder = WorkFolder.begin(tmp_path / "work", {"input": "x"})
    with pytest.raises(FileNotFoundError), folder.making("read/1") as draft:
        (draft / "no folder" / "half").touch()
    assert not folder.finished("read/1")
    assert list((tmp_path / "work" / "read").iterdir()) == []
    calls = []
    for _ in range(2):
        kept = folder.keep("arrays", lambda: calls.append(1) or {"a": np.arange(3), "none": np.empty(0)})
        assert kept["a"].tolist() == [0, 1, 2]
        assert kept["none"].shape == (0,)
    assert calls == [1]


def test_arrays_of_objects_are_never_loaded(tmp_path):
    folder = WorkFolder.begin(tmp_path / "work", {})
    folder.keep("arrays", lambda: {"a": np.arange(3)})
    np.save(tmp_path / "work" / "arrays" / "a.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(ScanError, match="allow_pickle"):
        folder.keep("arrays", dict)


@dataclass(frozen=True)
class Dividing:
    number: int

    def start(self):
        def work(by):
            if by == "die":
                os._exit(1)
            if by == 0:
                raise InputError("by nothing")
            return self.number / by

        return work


@pytest.mark.parametrize("workers", [1, 2])
def test_tasks_are_done_and_their_errors_raised(workers):
    with Workers(workers) as team:
        assert sorted(team.run(Dividing(12), range(1, 13))) == sorted(12 / n for n in range(1, 13))
        assert list(team.run(Dividing(30), [3])) == [10]
        with pytest.raises(InputError, match="by nothing"):
            list(team.run(Dividing(12), [1, 2, 0, 3]))


def test_a_worker_that_dies_is_reported():
    with Workers(2) as team, pytest.raises(ScanError, match="a worker process ended"):
        list(team.run(Dividing(12), ["die"]))


def test_tasks_are_not_drawn_ahead_of_the_workers():
    drawn = []
    tasks = (drawn.append(n) or n for n in range(1, 1000))
    with Workers(2) as team:
        next(team.run(Dividing(12), tasks))
        assert len(drawn) < 20


def test_no_worker_is_refused():
    with pytest.raises(SettingsError, match="workers"):
        Workers(0)
