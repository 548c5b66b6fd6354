"""What words say: the fast sums are those of the plain list of what is said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dupdetect.extract.blocks import Page
from dupdetect.extract.dom import events
from dupdetect.extract.features import Facts, measure
from dupdetect.extract.flatten import flatten
from dupdetect.extract.lexicon import LEXICON_NAMES, PLACES, Lexicon, lexicon_features, said, word_scores

WORDS = ["read", "more", "share", "0", "©", "harbour", "¹", "٣", "a_0"]
LEXICON = Lexicon(
    text={"read": -1.0, "more": -0.5, "read more": -2.0, "^read": -4.0, "0 0": 8.0, "0": 0.25, "©": -16.0},
    own={"caption": -1.0, "link": 0.5},
    near={"caption": -2.0, "story": 0.25},
    far={"story": 4.0, "side": -8.0},
)


def _page(html: str) -> Page:
    return flatten(events(html))


def _slow(page: Page) -> NDArray[np.float64]:
    return np.array(
        [
            [sum(getattr(LEXICON, place).get(word, 0.0) for word in each[place]) for each in said(page)]
            for place in PLACES
        ]
    )


_classes = st.lists(st.sampled_from(["caption", "storyBody", "side-bar", "link", "Caption"]), max_size=2).map(" ".join)
_text = st.lists(st.sampled_from([*WORDS, "12", "Read,"]), min_size=1, max_size=6).map(" ".join)
_html = st.recursive(
    _text,
    lambda inner: st.builds(
        lambda tag, classes, parts: f'<{tag} class="{classes}">{" ".join(parts)}</{tag}>',
        st.sampled_from(["div", "p", "span", "a", "ul", "li"]),
        _classes,
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=12,
)


@given(_html)
def test_sums_are_those_of_the_words_said(html: str) -> None:
    page = _page(f'<body class="story">{html}')
    if page.texts:
        np.testing.assert_allclose(word_scores(page, LEXICON), _slow(page))


def test_each_place_has_its_words() -> None:
    page = _page(
        '<div class="story"><div><div><p class="caption">Read more <a class="link">12 12</a></p></div></div></div>'
    )
    assert word_scores(page, LEXICON)[:, 0].tolist() == [-1 - 0.5 - 2 - 4 + 8 + 0.25, -1 + 0.5, 0.0, 4.0]


def test_long_texts_and_the_names_of_the_whole_page_say_nothing() -> None:
    page = _page(f'<body class="side caption story"><p>{"Read more. " * 40}</p>')
    assert not word_scores(page, LEXICON).any()


def test_blocks_are_told_of_their_neighbours_and_of_the_heading_above() -> None:
    page = _page("<p>Harbour</p><h2>Read</h2><p>more</p><p>Harbour</p>")
    rows = dict(zip(LEXICON_NAMES, lexicon_features(measure(page, Facts()), word_scores(page, LEXICON)), strict=True))
    assert rows["lexicon:text"].tolist() == [0, -5, -0.5, 0]
    assert rows["lexicon:text@-1"].tolist() == [0, 0, -5, -0.5]
    assert rows["lexicon:text@+2"].tolist() == [-0.5, 0, 0, 0]
    assert rows["lexicon:heading"].tolist() == [0, -5, -5, -5]
    assert rows["lexicon:below_heading"].tolist() == [99, 0, 1, 2]


def test_a_lexicon_without_one_of_its_places_is_refused() -> None:
    with pytest.raises(KeyError, match="far"):
        Lexicon.from_dict({"text": {}, "own": {}, "near": {}})
