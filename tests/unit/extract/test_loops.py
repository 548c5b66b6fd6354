"""The compiled loops and Python's find the same, whatever the words; neither reads beyond what it is given."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.oracles import colliding

from dupdetect.extract import extract, loops

pytestmark = pytest.mark.skipif(not loops.COMPILED, reason="no C compiler was there: only Python has loops")

_PIECES = [
    *(
        "read",
        "more",
        "read more",
        "0",
        "12",
        "٣",
        "½",
        "²",
        "©",
        "été",
        "ǆ",
        "ß",
        "日本",
        "𝔘",
        "_",
        "-",
        ":",
        ",",
        ".",
        "\x01",
    ),
    *(" ", "\n", "\x1c", "\x85", "\xa0", "\u2003", "\u3000", "\u200b", "e\u0301"),
]
_texts = st.lists(st.lists(st.sampled_from(_PIECES) | st.text(max_size=3), max_size=40).map("".join), max_size=8)
_PHRASES = {"read": 1, "more": 2, "été": 4, "©": 8, "read:": 16, "日本": 32, "-": 64}
_WEIGHTS = {"read": -1.0, "more": 0.1, "read more": 0.7, "^read": -4.0, "0 0": 8.0, "0": 0.3, "©": -16.0, "more 0": 3.0}
_WEIGHTS |= {"été": 5.0, "^日本": 6.0, "日本 été": 7.0, "²": 9.0}


def _by_python(monkey: pytest.MonkeyPatch, call, *arguments):
    with monkey.context() as patch:
        patch.setattr(loops, "COMPILED", False)
        return call(*arguments)


@pytest.fixture(scope="module")
def monkey():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@example(texts=["read: more,read"], told={"read": 3, "more": 2})
@example(texts=["read " * 100], told={"read": 1, "more": 2})
@given(texts=_texts, told=st.dictionaries(st.sampled_from(["read", "more", "été", "", "-"]), st.integers(1, 3)))
def test_words_between_spaces_are_tallied_as_sets_tally_them(monkey, texts, told) -> None:
    table = loops.WordTable(_PHRASES)
    found = loops.tally(texts, table, told)
    assert found.tolist() == _by_python(monkey, loops.tally, texts, table, told).tolist()


@example(texts=["read more 0 0", "", "12 read more", "a" * 299 + " read", "read " * 59, "read " * 60])
@example(texts=["more " * 59 + "0", "more " * 60 + "0", "x1y 2"])
@given(texts=_texts)
def test_words_weigh_the_same_to_the_bit(monkey, texts) -> None:
    table = loops.WordTable(_WEIGHTS)
    texts = [text.casefold() for text in texts]
    assert loops.scores(texts, table).tolist() == _by_python(monkey, loops.scores, texts, table).tolist()


@example(said=["fooBarBAZqux XMLHttp aB B1 ABc", "", "Z", "zebra apple zebra", "apple zebra"])
@given(said=st.lists(st.text("abAB-_ 1é\0", max_size=12) | st.text(max_size=6), min_size=1, max_size=6))
def test_names_have_the_words_that_the_expressions_find(monkey, said) -> None:
    vocabulary, words, starts = loops.names(said)
    slow = _by_python(monkey, loops.names, said)
    assert (vocabulary, words.tolist(), starts.tolist()) == (slow[0], slow[1].tolist(), slow[2].tolist())


def test_a_name_of_any_length_is_read() -> None:
    long = "X" + "ab" * 5_000
    words = [f"w{'x' * (n % 50)}{chr(97 + n % 26)}" for n in range(3_000)]
    vocabulary, numbers, starts = loops.names([" ".join(words), " ".join(reversed(words)), long])
    assert vocabulary[-1] == long.lower()
    assert (
        numbers[starts[0] : starts[1]].tolist()
        == numbers[starts[1] : starts[2]].tolist()
        == [0, *range(1, len(set(words)) + 1)]
    )


_trees = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3), st.booleans()), max_size=30)


@given(
    tree=_trees,
    bits=st.lists(st.integers(0, 2**40), min_size=4, max_size=4),
    weights=st.lists(st.floats(-9, 9), min_size=4, max_size=4),
)
def test_elements_inherit_alike(monkey, tree, bits, weights) -> None:
    parents = np.array([-1, *(place % number for number, (place, _, _) in enumerate(tree, 1))])
    looks = np.array([0, *(look for _, look, _ in tree)])
    held = np.array([number for number, (_, _, holds) in enumerate(tree, 1) if holds], np.int64)
    for values in (np.array(bits), np.array(weights)):
        found = loops.inherited(held, parents, looks, values)
        slow = _by_python(monkey, loops.inherited, held, parents, looks, values)
        assert found.dtype == slow.dtype == values.dtype
        assert found.tolist() == slow.tolist()
    steps = np.array([0, 1, 1, 2])
    slow = _by_python(monkey, loops.paths, held, parents, looks, steps)
    assert loops.paths(held, parents, looks, steps).tolist() == slow.tolist()


@pytest.mark.parametrize(
    ("held", "parents", "looks"),
    [
        ([5], [-1, 0], [0, 0]),
        ([1], [-1, 1], [0, 0]),
        ([1], [-1, -1], [0, 0]),
        ([1], [-1, 0], [0, 9]),
        ([0], [-1, 0], [0, 0]),
    ],
)
def test_arrays_that_do_not_fit_are_refused_unread(held, parents, looks) -> None:
    arrays = [np.array(array) for array in (held, parents, looks)]
    with pytest.raises(ValueError, match="do not fit"):
        loops.inherited(*arrays, np.array([1, 2]))
    with pytest.raises(ValueError, match="do not fit"):
        loops.paths(*arrays, np.array([1, 2]))


@pytest.mark.parametrize(
    "call",
    [lambda: loops.compiled.tally([b"x"], loops.WordTable({}).compiled, {}, 9), lambda: loops.compiled.names(["x", 1])],
)
def test_what_is_no_text_is_refused(call) -> None:
    with pytest.raises(TypeError):
        call()


def test_words_made_to_collide_are_left_to_dicts_that_cannot_be_made_to(monkey) -> None:
    words = colliding(510)
    assert loops.compiled.names([" ".join(words)]) is None
    assert set(loops.names([" ".join(words)])[0]) == {"\0", *words}
    told = dict.fromkeys(words, 1)
    assert loops.compiled.tally(["x"], loops.WordTable({}).compiled, told, 300) is None
    assert loops.tally([f"{words[3]} {words[7]}"], loops.WordTable({}), told).tolist() == [[0, 2, 2, 0]]


@pytest.mark.parametrize("module", ["None", "types.SimpleNamespace(VERSION=0)"], ids=["none", "of an older checkout"])
def test_without_the_compiled_loops_the_article_is_the_same(module) -> None:
    page = Path(__file__).parents[2] / "golden" / "pages" / "wordpress-block-theme" / "source.html"
    code = (
        f"import sys, types; sys.modules['dupdetect.extract._loops'] = {module}\n"
        "from dupdetect.extract import extract, loops\n"
        f"print(loops.COMPILED, ascii(extract(open({str(page)!r}, encoding='utf-8').read())))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == f"False {extract(page.read_text(encoding='utf-8'))!a}"
