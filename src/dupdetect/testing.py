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

from dupdetect.errors import (
    DuplicateIdError,
    IndexClosedError,
    IndexExistsError,
    SettingsError,
    SettingsMismatchError,
    StaleVersionError,
    UnknownIdError,
)
from dupdetect.fingerprint import Fingerprinter
from dupdetect.index import Candidate, Claim, Entry, Filter, Index, StoredTemplate, open_index
from dupdetect.model import Article, Block, BlockKind, Fingerprint, FingerprintBatch, Published
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


def put(index: Index, one: Article, **options: object) -> None:
    """Replace one article."""
    index.replace([one], fingerprints([one]), **options)  # type: ignore[arg-type]


def fingerprint(text: str = STORY) -> Fingerprint:
    """Return a fingerprint."""
    return Fingerprinter().fingerprint(text)


def claim(index: Index, key: str, one: Article, *, seen: int | None = None, ttl: float = 120.0) -> Claim:
    """Claim an article that may stand beside no candidate, having seen the index as it is, or as it was at `seen`."""
    own = fingerprint(one.text)
    before = index.candidates(own, exclude=[one.id], claim=key)
    if seen is None and before.found:
        return Claim(key=key, granted=False, expires=0.0, newer=before)
    return index.claim(
        one, own, key, judged_up_to=before.sequence if seen is None else seen, judge=lambda newer: False, ttl=ttl
    )


class IndexContract:
    """What every index does."""

    def open_empty(self, tmp_path: Path) -> Index:
        """Return a fresh, empty index with the default settings."""
        raise NotImplementedError

    def reopen(self, index: Index) -> Index:
        """Close the index and open it again; a store that dies with its object returns it as it is."""
        return index

    def open_backup(self, path: Path) -> Index:
        """Open what `Index.backup` wrote."""
        return open_index(path)

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

    # ------------------------------------------------------------------------------------------ versions and filters

    def test_an_older_version_is_refused_and_changes_nothing(self, index: Index) -> None:
        put(index, article("a"), versions=["2026-11-22T07:14:03Z"])
        with pytest.raises(StaleVersionError, match=r"'a'.*07:14:03.*newer"):
            index.replace(
                [article("b"), article("a", OTHER)],
                fingerprints([article("b"), article("a", OTHER)]),
                versions=[None, "2026-11-22T07:14:02Z"],
            )
        assert list(index.ids()) == ["a"]
        assert index.get("a").text == STORY

    def test_an_equal_a_newer_and_no_version_replace(self, index: Index) -> None:
        put(index, article("a"), versions=[9])
        for version in (9, 10, None, 1):
            put(index, article("a", OTHER), versions=[version])
            assert [row[:2] for row in index.versions()] == [("a", version)]
        assert next(index.versions())[2] == fingerprint(OTHER).digest

    def test_numbers_and_strings_are_not_compared_as_versions(self, index: Index) -> None:
        put(index, article("a"), versions=[9])
        with pytest.raises(SettingsError, match="numbers or strings"):
            put(index, article("a"), versions=["10"])

    @pytest.mark.parametrize(
        ("within", "expected"),
        [
            (Filter(), {"old", "new", "undated"}),
            (Filter(sites=("main",)), {"old", "undated"}),
            (Filter(sections=("Bullpen", "Sport")), {"new"}),
            (Filter(since=Published(moment=dt.date(2014, 6, 1))), {"new", "undated"}),
            (Filter(until=Published(moment=dt.date(2014, 6, 1))), {"old", "undated"}),
            (Filter(since=Published(moment=dt.date(2014, 1, 1), precision="year")), {"old", "new", "undated"}),
        ],
    )
    def test_candidates_are_filtered_by_site_section_and_time(
        self, index: Index, within: Filter, expected: set[str]
    ) -> None:
        old = replace(article("old"), site="main", published=Published(moment=dt.date(2014, 1, 3)))
        new = replace(
            article("new"), site="other", sections=("Bullpen",), published=Published(moment=dt.date(2014, 11, 3))
        )
        add(index, old, new, replace(article("undated"), site="main"))
        assert set(found(self.reopen(index), STORY, within=within)) == expected

    # ------------------------------------------------------------------------------------------ many, all, copies

    def test_it_lists_documents_page_by_page_and_by_site(self, index: Index) -> None:
        """A reconciliation reads the index in pages, a site at a time; claims are no documents."""
        pieces = [replace(article(f"{number}", OTHER), site=f"site {number % 2}") for number in range(5)]
        index.add(pieces, fingerprints(pieces), versions=[1, "2014", None, 4, 5])
        claim(index, "key", article("claimed"))
        first = index.listing(limit=2)
        rest = index.listing(after=first[-1].doc)
        assert [one.id for one in (*first, *rest)] == ["0", "1", "2", "3", "4"]
        assert [one.version for one in (*first, *rest)] == [1, "2014", None, 4, 5]
        assert [one.id for one in index.listing(site="site 1")] == ["1", "3"]
        assert index.listing(site="elsewhere") == index.listing(after=rest[-1].doc) == ()
        assert index.listed("3") == rest[1]
        assert index.listed("3").digest == fingerprint(OTHER).digest
        with pytest.raises(UnknownIdError):
            index.listed("claimed")

    def test_it_yields_every_article_with_its_fingerprint(self, index: Index) -> None:
        articles = [article("b"), article("a", OTHER), article("c", "")]
        add(index, *articles)
        index = self.reopen(index)
        expected = [(one, fingerprint(one.text)) for one in articles]
        assert list(index.iterate()) == expected

    def test_a_bulk_load_is_as_if_added(self, index: Index) -> None:
        articles = [article(f"{n}", f"{n} {STORY if n % 2 else OTHER}") for n in range(150)]
        add(index, articles[0])
        parts = [articles[1:100], articles[100:]]
        assert index.bulk_load((part, fingerprints(part)) for part in parts) == 149
        index = self.reopen(index)
        assert [one for one, _ in index.iterate()] == articles
        assert "77" in found(index, articles[77].text, limit=500)
        assert index.verify() == ()
        with pytest.raises(DuplicateIdError):
            index.bulk_load([(articles[:1], fingerprints(articles[:1]))])
        assert index.bulk_load([(articles[:1], fingerprints(articles[:1]))], replace=True) == 1
        assert len(index) == 150

    def test_it_gives_records_page_by_page_with_all_that_is_kept(self, index: Index) -> None:
        """A copy in another store is made of them."""
        pieces = [article(f"{number}", OTHER if number else "") for number in range(5)]
        index.add(pieces, fingerprints(pieces), versions=[1, "2014", None, "5", 5])
        claim(index, "key", article("claimed"))
        index = self.reopen(index)
        records = [*(page := index.records(limit=2)), *index.records(after=page[-1].doc)]
        assert [one.article for one in records] == pieces
        assert [one.fingerprint for one in records] == [fingerprint(one.text) for one in pieces]
        assert [one.version for one in records] == [1, "2014", None, "5", 5]
        assert [one.doc for one in records] == [one.doc for one in index.listing()]
        assert index.records(after=records[-1].doc) == ()

    def test_a_fetched_candidate_is_its_article_until_it_is_replaced(self, index: Index) -> None:
        add(index, article("a"))
        (candidate,) = index.candidates(fingerprint()).found
        assert index.fetch(candidate) == article("a")
        put(index, article("a", OTHER))
        with pytest.raises(UnknownIdError, match="'a' was removed or replaced"):
            index.fetch(candidate)

    def test_fetched_together_candidates_keep_their_order_and_what_is_gone_is_left_out(self, index: Index) -> None:
        add(index, *(article(id) for id in "abc"))
        found = index.candidates(fingerprint()).found
        index.remove(["b"])
        fetched = index.fetch_batch(found[::-1])
        assert [candidate.id for candidate, _ in fetched] == [one.id for one in found[::-1] if one.id != "b"]
        assert [one for _, one in fetched] == [article(candidate.id) for candidate, _ in fetched]
        assert index.fetch_batch([]) == []

    def test_it_is_in_order_after_all_kinds_of_writes_and_after_compacting(self, index: Index) -> None:
        add(index, *(article(f"{n}", f"{STORY} {n}") for n in range(9)), article("empty", ""))
        index.remove(["3", "empty"])
        put(index, article("4", OTHER))
        assert claim(index, "key", article("5b", "Nothing like it.")).granted
        assert index.verify() == ()
        index.compact()
        index = self.reopen(index)
        assert index.verify() == ()
        assert len(index) == 8

    def test_a_backup_is_the_index_and_takes_no_place_of_a_file(self, index: Index, tmp_path: Path) -> None:
        add(index, article("a"), article("b", OTHER))
        index.backup(tmp_path / "copy.db")
        with pytest.raises(IndexExistsError):
            index.backup(tmp_path / "copy.db")
        with self.open_backup(tmp_path / "copy.db") as copy:
            assert list(copy.iterate()) == list(index.iterate())
            assert copy.verify() == ()

    # ------------------------------------------------------------------------------------------ templates

    def test_a_template_is_kept_for_each_site_and_replaced_by_who_read_it_last(self, index: Index) -> None:
        assert index.template("main") == StoredTemplate(body="", version=0)
        assert index.set_template("main", '{"seen": "über \ud800"}', version=0)
        index = self.reopen(index)
        first = index.template("main")
        assert first.body == '{"seen": "über \ud800"}'
        assert index.template("other").version == 0
        assert index.set_template("main", "{}", version=first.version)
        assert not index.set_template("main", "late", version=first.version)
        assert index.template("main").body == "{}"

    def test_a_forgotten_template_is_not_written_by_who_read_it_before(self, index: Index) -> None:
        assert index.set_template("main", "{}", version=0)
        read = index.template("main")
        assert index.set_template("main", "", version=read.version)
        assert index.template("main").body == ""
        assert not index.set_template("main", "late", version=read.version)
        assert not index.set_template("main", "late", version=0)

    def test_it_names_the_sites_that_have_a_template(self, index: Index) -> None:
        for site in ("b", "a", "c"):
            assert index.set_template(site, "{}", version=0)
        assert index.set_template("b", "", version=1)
        assert index.template_sites() == ("a", "c")

    def test_a_template_of_over_a_megabyte_is_refused(self, index: Index) -> None:
        with pytest.raises(SettingsError, match="'main' has 1,048,577 bytes"):
            index.set_template("main", "x" * (2**20 + 1), version=0)

    # ------------------------------------------------------------------------------------------ rarity

    def test_what_a_look_up_finds_says_in_how_many_stories_each_sampled_hash_stands(self, index: Index) -> None:
        add(index, article("a"), article("b", OTHER), article("c", f"{STORY} {OTHER}"))
        index = self.reopen(index)
        query = fingerprint(STORY)
        stories = index.candidates(query).stories
        both = set(fingerprint(f"{STORY} {OTHER}").sample.tolist())
        assert list(stories) == [2 if one in both else 1 for one in query.sample.tolist()]
        assert set(index.candidates(fingerprint("Nothing like any of it was ever put in here.")).stories) == {0}

    # ------------------------------------------------------------------------------------------ claims

    def test_a_claim_is_a_candidate_for_others_and_not_for_its_own_post(self, index: Index) -> None:
        assert claim(index, "key", article("a")).granted
        (seen,) = index.candidates(fingerprint()).found
        assert (seen.id, seen.status) == ("a", "claimed")
        assert index.fetch(seen) == article("a")
        assert found(index, STORY, exclude=["a"]) == []
        assert found(index, STORY, claim="key") == []
        assert "a" not in index
        assert len(index) == 0
        assert list(index.ids()) == []
        assert index.info().claims == 1
        with pytest.raises(UnknownIdError):
            index.get("a")

    def test_of_two_who_checked_before_either_claimed_one_is_granted(self, index: Index) -> None:
        seen = index.candidates(fingerprint()).sequence
        assert claim(index, "one", article("a"), seen=seen).granted
        late = claim(index, "two", article("b", STORY + " Edited."), seen=seen)
        assert not late.granted
        assert [candidate.id for candidate in late.newer.found] == ["a"]
        assert found(index, STORY) == ["a"]

    def test_two_posts_without_an_id_yet_collide_too(self, index: Index) -> None:
        seen = index.candidates(fingerprint()).sequence
        assert claim(index, "one", article(""), seen=seen).granted
        assert not claim(index, "two", article(""), seen=seen).granted

    def test_only_what_came_after_the_check_is_judged_again(self, index: Index) -> None:
        add(index, article("old"))
        own = fingerprint()
        judged: list[tuple[str, Article]] = []

        def judge(newer: Sequence[tuple[Candidate, Article]]) -> bool:
            judged.extend((candidate.id, one) for candidate, one in newer)
            return True

        seen = index.candidates(own).sequence
        add(index, article("new"), article("other", OTHER))
        assert index.claim(article("mine"), own, "key", judged_up_to=seen, judge=judge).granted
        assert judged == [("new", article("new"))]

    def test_an_article_replaced_after_the_check_is_judged_again(self, index: Index) -> None:
        add(index, article("a", OTHER))
        seen = index.candidates(fingerprint()).sequence
        put(index, article("a"))
        assert not claim(index, "key", article("b"), seen=seen).granted

    def test_a_claim_ends_by_itself(self, index: Index) -> None:
        assert claim(index, "key", article("a"), ttl=1e-6).granted
        assert found(index, STORY) == []
        assert claim(index, "other", article("b")).granted

    def test_a_claim_renewed_after_its_end_is_news_to_who_checked_meanwhile(self, index: Index) -> None:
        assert claim(index, "one", article("a"), ttl=1e-6).granted
        seen = index.candidates(fingerprint()).sequence
        assert claim(index, "one", article("a")).granted
        assert not claim(index, "two", article("b"), seen=seen).granted

    def test_the_same_key_renews_and_another_text_under_it_takes_its_place(self, index: Index) -> None:
        first = claim(index, "key", article("a"), ttl=60)
        again = claim(index, "key", article("a"), ttl=600)
        assert again.granted
        assert again.expires > first.expires
        assert claim(index, "key", article("a", OTHER)).granted
        assert found(index, STORY) == []
        assert found(index, OTHER) == ["a"]

    def test_a_released_claim_is_gone(self, index: Index) -> None:
        assert claim(index, "key", article("a")).granted
        assert index.release("key")
        assert not index.release("key")
        assert found(index, STORY) == []

    def test_a_claim_becomes_the_document_under_the_id_it_got(self, index: Index) -> None:
        assert claim(index, "key", article("")).granted
        put(index, article("wp:1:7"), claims=["key", "never there"])
        index = self.reopen(index)
        (candidate,) = index.candidates(fingerprint()).found
        assert (candidate.id, candidate.status) == ("wp:1:7", "published")
        assert index.info().claims == 0
        assert index.verify() == ()

    def test_an_edit_is_claimed_beside_the_document_it_will_replace(self, index: Index) -> None:
        add(index, article("a"))
        assert claim(index, "key", article("a", OTHER)).granted
        assert index.get("a").text == STORY
        assert found(index, OTHER) == ["a"]
        index.remove(["a"])
        assert found(index, OTHER) == ["a"]  # the claim is not the document

    def test_a_judge_that_fails_leaves_no_claim(self, index: Index) -> None:
        seen = index.candidates(fingerprint()).sequence
        add(index, article("a"))

        def judge(newer: object) -> bool:
            raise RuntimeError("no verdict")

        with pytest.raises(RuntimeError, match="no verdict"):
            index.claim(article("b"), fingerprint(), "key", judged_up_to=seen, judge=judge)
        assert index.info().claims == 0

    @pytest.mark.parametrize(("key", "ttl"), [("", 120.0), ("key", 0.0), ("key", -1.0), ("key", float("nan"))])
    def test_a_claim_without_key_or_time_is_refused(self, index: Index, key: str, ttl: float) -> None:
        with pytest.raises(SettingsError, match=r"key|ttl"):
            claim(index, key, article("a"), ttl=ttl)

    # ------------------------------------------------------------------------------------------ journal

    def test_its_journal_gives_the_newest_first_by_kind_subject_and_page(self, index: Index) -> None:
        index.record([Entry(kind="override", subject=who, body=f'"{who}"', time=1.5) for who in ("a", "b", "a")])
        index.record([Entry(kind="check", subject="a", body="{}", time=2.0)])
        index = self.reopen(index)
        entries = index.journal("override")
        assert [(entry.subject, entry.body, entry.time) for entry in entries] == [
            ("a", '"a"', 1.5),
            ("b", '"b"', 1.5),
            ("a", '"a"', 1.5),
        ]
        assert index.journal("override", subject="a") == (entries[0], entries[2])
        assert index.journal("override", before=entries[0].sequence, limit=1) == (entries[1],)

    def test_its_journal_names_the_kinds_of_its_entries(self, index: Index) -> None:
        assert index.kinds() == ()
        index.record([Entry(kind=kind, subject="a", body="{}", time=1.0) for kind in ("override", "check", "check")])
        assert index.kinds() == ("check", "override")

    def test_its_journal_keeps_the_last_of_a_kind_only_where_asked(self, index: Index) -> None:
        index.record([Entry(kind="override", subject="o", body="1", time=1.0)])
        for number in range(5):
            index.record([Entry(kind="check", subject="c", body=str(number), time=1.0)], keep=2)
        assert [entry.body for entry in index.journal("check")] == ["4", "3"]
        assert len(index.journal("override")) == 1

    def test_removing_an_article_forgets_its_checks_and_keeps_decisions(self, index: Index) -> None:
        add(index, article("a"))
        index.record([Entry(kind=kind, subject="a", body="{}", time=1.0) for kind in ("check", "override")])
        index.remove(["a"])
        assert index.journal("check") == ()
        assert len(index.journal("override")) == 1
