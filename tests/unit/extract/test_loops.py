"""The compiled loops and Python's find the same, whatever the words; neither reads beyond what it is given."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
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


_UNNAMED = frozenset(("body",))


def _named(said: list[str]) -> list[tuple[str | None, ...]]:
    return [("p", name, None, "") for name in said]


@example(said=["fooBarBAZqux XMLHttp aB B1 ABc", "", "Z", "zebra apple zebra", "apple zebra"])
@given(said=st.lists(st.text("abAB-_ 1é\0", max_size=12) | st.text(max_size=6), max_size=6))
def test_names_have_the_words_that_the_expressions_find(monkey, said) -> None:
    looks = [*_named(said), ("body", "not this", "nor that", None), ("p", "one", "two", "three", "not this one")]
    vocabulary, words, starts = loops.names(looks, _UNNAMED, 3)
    slow = _by_python(monkey, loops.names, looks, _UNNAMED, 3)
    assert (vocabulary, words.tolist(), starts.tolist()) == (slow[0], slow[1].tolist(), slow[2].tolist())
    assert "not" not in vocabulary
    assert "three" in vocabulary


def test_a_name_of_any_length_is_read() -> None:
    long = "X" + "ab" * 5_000
    words = [f"w{'x' * (n % 50)}{chr(97 + n % 26)}" for n in range(3_000)]
    looks = _named([" ".join(words), " ".join(reversed(words)), long])
    vocabulary, numbers, starts = loops.names(looks, _UNNAMED, 3)
    assert vocabulary[-1] == long.lower()
    different = len(set(words))
    assert numbers[: starts[1]].tolist() == numbers[starts[1] : starts[2]].tolist() == [*range(different + 1)]


@given(
    words=st.lists(
        st.text("abs", max_size=12) | st.sampled_from(["sidebar", "leftsidebarad", "ad", "sideba"]), max_size=9
    )
)
def test_words_of_names_mean_the_same(monkey, words) -> None:
    table, stems = (
        loops.WordTable({"ad": 1, "ab": 2, "sidebar": 4, "none": 0}),
        loops.WordTable({"sidebar": 8, "bab": 16}),
    )
    assert loops.bits(words, table, stems).tolist() == _by_python(monkey, loops.bits, words, table, stems).tolist()
    table = loops.WordTable({"ad": 1.5, "ab": -0.1, "sidebar": 4.0})
    assert loops.weights(words, table).tolist() == _by_python(monkey, loops.weights, words, table).tolist()


def test_a_glued_name_means_what_its_stems_mean_and_a_short_one_nothing() -> None:
    table, stems = loops.WordTable({"sidebar": 1}), loops.WordTable({"sidebar": 8, "left": 16})
    assert loops.bits(["sidebar", "sidebarleft", "lefts", "otherwise"], table, stems).tolist() == [1, 24, 0, 0]


_CLASSES = np.zeros(0x10001, np.uint8)
_CLASSES[[ord(sign) for sign in "abAB"]], _CLASSES[ord(" ")], _CLASSES[0x65E5], _CLASSES[0x10000] = 1, 6, 8, 128


@example(texts=["x.”", "”)", "A", "1", "ǅ", "½", "²", "日本。", "𝔘x"])
@given(
    texts=st.lists(
        st.text("abAB 1.”)日𝔘\n", min_size=1, max_size=9) | st.text(min_size=1, max_size=5), min_size=1, max_size=6
    )
)
def test_characters_are_counted_alike(monkey, texts) -> None:
    arguments = texts, _CLASSES, "”)", ".。"
    assert loops.forms(*arguments).tolist() == _by_python(monkey, loops.forms, *arguments).tolist()


@example(text="\0")
@example(text="a\ud800")
@example(text="𝔘\udfff")
@example(text="\ufffd")
@example(text="é" * 70)
@given(text=st.text(st.characters(), max_size=40))
def test_flaws_are_seen_alike(monkey, text) -> None:
    assert loops.flaws(text) == _by_python(monkey, loops.flaws, text)


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
    for call in (loops.inherited, partial(loops.inherited, nearest=True)):
        for values in (np.array(bits) - 2**20, np.array(weights)):
            if call is loops.inherited or values.dtype == np.int64:
                found, slow = call(held, parents, looks, values), _by_python(monkey, call, held, parents, looks, values)
                assert found.dtype == slow.dtype == values.dtype
                assert found.tolist() == slow.tolist()
    lasts = held + held % 3
    ranges = held[lasts <= len(looks)], lasts[lasts <= len(looks)]
    slow = _by_python(monkey, loops.inner, *ranges, looks, np.array(weights))
    assert loops.inner(*ranges, looks, np.array(weights)).tolist() == slow.tolist()
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
    ("firsts", "lasts", "looks"),
    [([0], [9], [0]), ([-1], [1], [0]), ([0], [1], [9]), ([0], [1, 1], [0]), ([0], [1], [-1])],
)
def test_blocks_of_elements_that_are_none_are_refused(firsts, lasts, looks) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        loops.inner(np.array(firsts), np.array(lasts), np.array(looks), np.array([1.0, 2.0]))


@pytest.mark.parametrize(
    "call",
    [
        lambda: loops.compiled.tally([b"x"], loops.WordTable({}).compiled, {}, 9),
        lambda: loops.compiled.names([("p", 1)], _UNNAMED, 1),
        lambda: loops.compiled.names(["p"], _UNNAMED, 1),
    ],
)
def test_what_is_no_text_is_refused(call) -> None:
    with pytest.raises(TypeError):
        call()


def test_words_made_to_collide_are_left_to_dicts_that_cannot_be_made_to(monkey) -> None:
    words = colliding(510)
    looks = _named([" ".join(words)])
    assert loops.compiled.names(looks, _UNNAMED, 3) is None
    assert set(loops.names(looks, _UNNAMED, 3)[0]) == {"\0", *words}
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
