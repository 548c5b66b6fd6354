"""The contract of an index, as a pytest suite that any store must pass.

Derive a class, give it an ``open_empty`` that returns a fresh, empty index, and, if the store outlives its object, a
``reopen``::

    class TestMyIndex(IndexContract):
        def open_empty(self, tmp_path): ...
        def reopen(self, index): ...

It needs pytest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from dupdetect.errors import DuplicateIdError, IndexClosedError, SettingsError, SettingsMismatchError, UnknownIdError
from dupdetect.fingerprint import Fingerprinter
from dupdetect.index import Index
from dupdetect.model import Article, Block, BlockKind, FingerprintBatch, Published
from dupdetect.settings import Settings

__all__ = ["IndexContract", "article", "fingerprints"]

STORY = (
    "The council voted on Monday to keep the ferry running through the winter, and the mayor said that the money would "
    "come from the parking fund, which the auditor had called too small to mend a single pier of the old stone bridge."
)
OTHER = (
    "Bread rises twice because the first time is for flavour and the second is for shape, as any baker who has been up "
    "since three will tell you while the ovens come to heat and the street outside is still quite dark and empty."
)


def article(id: str, text: str = STORY) -> Article:
    """Return a small article."""
    return Article(id=id, title=f"Title of {id}", blocks=(Block(text=text),))


def fingerprints(articles: Sequence[Article], settings: Settings | None = None) -> FingerprintBatch:
    """Return their fingerprints."""
    return Fingerprinter(settings).fingerprint_batch([one.text for one in articles])


def add(index: Index, *articles: Article) -> None:
    """Add articles."""
    index.add(articles, fingerprints(articles))


def found(index: Index, text: str, **options: object) -> list[str]:
    """Return the ids of the candidates for a text, strongest first."""
    fingerprint = Fingerprinter(index.settings).fingerprint(text)
    return [candidate.id for candidate in index.candidates(fingerprint, **options).found]  # type: ignore[arg-type]


class IndexContract:
    """What every index does."""

    def open_empty(self, tmp_path: Path) -> Index:
        """Return a fresh, empty index with the default settings."""
        raise NotImplementedError

    def reopen(self, index: Index) -> Index:
        """Close the index and open it again; a store that dies with its object returns it as it is."""
        return index

    @pytest.fixture
    def index(self, tmp_path: Path) -> Iterator[Index]:
        """Give a fresh index."""
        index = self.open_empty(tmp_path)
        yield index
        index.close()

    def test_an_added_article_comes_back_as_it_was(self, index: Index) -> None:
        whole = Article(
            id="wp:1:42",
            title="Ferry “stays”",
            url="https://example.org/ferry",
            canonical_url="https://example.org/ferry?x",
            byline=("Lorna Vickery", "Calvin Oduya"),
            published=Published(moment=dt.datetime(2014, 11, 3, 9, 30, tzinfo=dt.timezone.utc), precision="time"),
            sections=("FDL Main Blog",),
            site="Firedoglake",
            language="en-US",
            noindex=True,
            notes=("a note",),
            blocks=(
                Block(text=STORY, kind=BlockKind.QUOTE, quote_depth=2),
                Block(text="東京 \ud800 \x00", kind=BlockKind.HEADING),
            ),
        )
        dated = replace(whole, id="b", published=Published(moment=dt.date(2014, 1, 1), precision="year"))
        add(index, whole, dated)
        index = self.reopen(index)
        assert index.get("wp:1:42") == whole
        assert index.get("b") == dated

    def test_dropped_blocks_are_not_kept(self, index: Index) -> None:
        add(index, Article(id="a", blocks=(Block(text=STORY), Block(text="Subscribe", reason="subscribe prompt"))))
        assert index.get("a").blocks == (Block(text=STORY),)

    def test_it_counts_and_lists_its_articles_in_the_order_of_adding(self, index: Index) -> None:
        add(index, article("b"), article("a", OTHER))
        add(index, article("c"))
        index = self.reopen(index)
        assert len(index) == 3
        assert list(index.ids()) == ["b", "a", "c"]
        assert "a" in index
        assert "d" not in index

    def test_candidates_are_the_alike_and_not_the_others(self, index: Index) -> None:
        add(index, article("a"), article("b", STORY.replace("Monday", "Tuesday")), article("c", OTHER))
        index = self.reopen(index)
        assert found(index, STORY) == ["a", "b"]
        assert found(index, OTHER) == ["c"]
        assert found(index, "Nothing in here resembles anything that was ever put into this small index.") == []

    def test_an_excerpt_and_the_whole_find_each_other(self, index: Index) -> None:
        sentences = [
            f"Sentence {n} of the long piece tells of {n * 7} boats and of {n * 3} captains who sailed."
            for n in range(99)
        ]
        long, short = " ".join(sentences), " ".join(sentences[40:52])
        add(index, article("long", long), article("short", short))
        assert "long" in found(index, short)
        assert "short" in found(index, long)

    def test_an_equal_text_of_two_words_is_a_candidate(self, index: Index) -> None:
        add(index, article("a", "Two words"))
        assert found(index, "two WORDS!") == ["a"]

    def test_an_empty_text_is_stored_and_never_a_candidate(self, index: Index) -> None:
        add(index, article("a", ""), article("b", "… — !"))
        assert len(index) == 2
        assert found(index, "") == []
        assert found(index, STORY) == []

    def test_excluded_ids_are_left_out(self, index: Index) -> None:
        add(index, article("a"), article("b"))
        assert found(index, STORY, exclude=["a"]) == ["b"]

    def test_candidates_beyond_the_limit_are_counted(self, index: Index) -> None:
        add(index, *(article(f"{n}") for n in range(5)))
        result = index.candidates(Fingerprinter().fingerprint(STORY), limit=2)
        assert len(result.found) == 2
        assert result.left_out == 3

    def test_adding_an_id_twice_is_refused_and_changes_nothing(self, index: Index) -> None:
        add(index, article("a"))
        with pytest.raises(DuplicateIdError, match="'a'"):
            add(index, article("b"), article("a", OTHER))
        with pytest.raises(DuplicateIdError, match="'c'"):
            add(index, article("c"), article("c"))
        index = self.reopen(index)
        assert list(index.ids()) == ["a"]
        assert index.get("a").text == STORY

    def test_replacing_forgets_the_old_text(self, index: Index) -> None:
        add(index, article("a"), article("b"))
        new = [article("a", OTHER)]
        index.replace(new, fingerprints(new))
        index = self.reopen(index)
        assert sorted(index.ids()) == ["a", "b"]
        assert index.get("a").text == OTHER
        assert found(index, STORY) == ["b"]
        assert found(index, OTHER) == ["a"]

    def test_removing_forgets_and_says_how_many_were_there(self, index: Index) -> None:
        add(index, article("a"), article("b"))
        assert index.remove(["a", "nobody"]) == 1
        index = self.reopen(index)
        assert list(index.ids()) == ["b"]
        assert found(index, STORY) == ["b"]
        with pytest.raises(UnknownIdError, match="'a'"):
            index.get("a")

    def test_a_removed_id_may_come_again(self, index: Index) -> None:
        add(index, article("a"))
        index.remove(["a"])
        add(index, article("a", OTHER))
        assert index.get("a").text == OTHER

    def test_an_article_without_id_is_refused(self, index: Index) -> None:
        with pytest.raises(SettingsError, match="id"):
            add(index, article(""))

    def test_fingerprints_of_other_settings_are_refused(self, index: Index) -> None:
        other = Settings(shingle_words=5)
        with pytest.raises(SettingsMismatchError):
            index.add([article("a")], fingerprints([article("a")], other))
        with pytest.raises(SettingsMismatchError):
            index.candidates(Fingerprinter(other).fingerprint(STORY))

    def test_info_tells_count_size_and_settings(self, index: Index) -> None:
        add(index, article("a"))
        info = index.info()
        assert info.documents == 1
        assert info.bytes > 0
        assert info.settings == Settings()

    def test_a_closed_index_says_so_and_may_be_closed_again(self, index: Index) -> None:
        index.close()
        index.close()
        with pytest.raises(IndexClosedError):
            len(index)

    def test_nothing_to_add_is_no_error(self, index: Index) -> None:
        add(index)
        assert len(index) == 0
