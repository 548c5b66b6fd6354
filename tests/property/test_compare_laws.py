"""Laws of comparison: mirror, identity, one-to-one passages, and an alignment held to a slow, obvious oracle."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.compare import Comparator, compare, find_repeats
from dupdetect.compare.alignment import align
from dupdetect.compare.passages import Run, common_runs
from dupdetect.model import Article, Block, Change, Comparison, Passage, Relation, Verdict
from dupdetect.settings import Settings

WORD = st.sampled_from(
    ("alpha", "Beta", "gamma", "12", "14", "delta's", "Eps", "zeta", "e-mail", "七", "字", ".", "\n\n", ">", "ok")
)
TEXT = st.one_of(
    st.lists(WORD, max_size=60).map(" ".join),
    st.lists(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), max_size=90).map(" ".join),
    st.text(max_size=80),
)


@st.composite
def related(draw: st.DrawFn) -> tuple[str, str]:
    """Two texts, the second cut from pieces of the first and of something else."""
    left = draw(TEXT)
    cuts = sorted(draw(st.lists(st.integers(0, len(left)), max_size=4)))
    pieces = [left[start:end] for start, end in zip([0, *cuts], [*cuts, len(left)], strict=True)]
    return left, " ".join([*draw(st.permutations(pieces)), draw(TEXT)])


def mirrored(verdict: Verdict) -> Verdict:
    """The verdict with left and right changed over; reasons are words and are left out."""
    c = verdict.comparison
    passages = None
    if c.passages is not None:
        passages = tuple(
            Passage(
                left=passage.right,
                right=passage.left,
                tokens=passage.tokens,
                similarity=passage.similarity,
                changes=tuple(Change(left=x.right, right=x.left, kind=x.kind) for x in passage.changes),
            )
            for passage in sorted(c.passages, key=lambda passage: (passage.right.start, passage.right.end))
        )
    comparison = Comparison(
        tokens_left=c.tokens_right,
        tokens_right=c.tokens_left,
        jaccard=c.jaccard,
        containment_left=c.containment_right,
        containment_right=c.containment_left,
        rare_containment_left=c.rare_containment_right,
        rare_containment_right=c.rare_containment_left,
        coverage_left=c.coverage_right,
        coverage_right=c.coverage_left,
        token_ratio=c.token_ratio,
        title_ratio=c.title_ratio,
        fact_changes=c.fact_changes,
        shared_rarity=c.shared_rarity,
        passages=passages,
        repeats_left=c.repeats_right,
        repeats_right=c.repeats_left,
    )
    return Verdict(relation=verdict.relation.mirrored, score=verdict.score, reasons=(), comparison=comparison)


@st.composite
def articles(draw: st.DrawFn) -> tuple[Article, Article]:
    """Two articles of related paragraphs, some of them quoted, some with headlines."""
    paragraphs = draw(st.lists(st.lists(WORD, min_size=8, max_size=30).map(" ".join), min_size=1, max_size=4))
    blocks = st.lists(
        st.builds(Block, text=st.one_of(st.sampled_from(paragraphs), TEXT), quote_depth=st.integers(0, 1)), max_size=5
    )
    titles = st.sampled_from((None, "Alpha 12", "Alpha 13", "Alpha"))
    left, right = (Article(blocks=tuple(draw(blocks)), title=draw(titles)) for _ in range(2))
    return left, right


@settings(max_examples=200)
@given(st.one_of(related(), articles()))
def test_comparing_the_other_way_round_gives_the_mirror(texts: tuple[Article | str, Article | str]) -> None:
    left, right = texts
    assert replace(compare(right, left), reasons=()) == mirrored(compare(left, right))


@given(TEXT)
def test_a_text_is_identical_to_itself_or_has_no_word(text: str) -> None:
    verdict = compare(text, text)
    if verdict.comparison.tokens_left:
        assert verdict.relation is Relation.IDENTICAL
        assert verdict.score == 1
    else:
        assert verdict.relation is Relation.UNDECIDED


@given(related())
def test_passages_match_one_to_one_and_say_what_is_equal(texts: tuple[str, str]) -> None:
    left, right = (Comparator().prepare(text) for text in texts)
    used: tuple[set[int], set[int]] = (set(), set())
    for piece in align(left, right).pieces:
        for run in piece.runs:
            assert (left.hashes[run.i : run.i + run.length] == right.hashes[run.j : run.j + run.length]).all()
        i, i_end, j, j_end = piece.bounds
        for taken, tokens in zip(used, (range(i, i_end), range(j, j_end)), strict=True):
            assert taken.isdisjoint(tokens)
            taken.update(tokens)


@given(related())
def test_measures_are_fractions(texts: tuple[str, str]) -> None:
    verdict = compare(*texts)
    assert 0 <= verdict.score <= 1
    for name, value in verdict.comparison.measures().items():
        assert value >= 0, name
        assert value <= 1 or name in ("fact_changes", "days_apart"), name


@settings(max_examples=50)
@given(st.lists(st.sampled_from("abc漢字"), max_size=25), st.lists(st.sampled_from("abc漢字"), max_size=25))
def test_runs_are_the_maximal_equal_stretches(first: list[str], second: list[str]) -> None:
    def naive() -> set[Run]:
        found = set()
        for i in range(len(first)):
            for j in range(len(second)):
                if i and j and first[i - 1] == second[j - 1]:
                    continue
                length = 0
                while i + length < len(first) and j + length < len(second) and first[i + length] == second[j + length]:
                    length += 1
                if length >= shingle_words:
                    found.add(Run(i, j, length))
        return found

    shingle_words = 6  # long enough that no shingle occurs more often than is tried
    comparator = Comparator(settings=Settings(shingle_words=shingle_words, shingle_signs=shingle_words))
    left, right = comparator.prepare(" ".join(first)), comparator.prepare(" ".join(second))
    assert set(common_runs(left, right)) == naive()


@given(related())
def test_the_two_copies_of_a_repeat_stand_apart(texts: tuple[str, str]) -> None:
    text = f"{texts[0]}\n\n{texts[1]}\n\n{texts[0]}"
    for repeat in find_repeats(text):
        assert repeat.first.end <= repeat.second.start
