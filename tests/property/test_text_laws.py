import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from tests import oracles
from tests.strategies import any_text

from dupdetect.settings import Settings
from dupdetect.text import NUMBER, SIGN, WORD, fold, shingle, shingle_batch, tokenize
from dupdetect.text.normalize import fold_with_origin
from dupdetect.text.shingles import words_of

KINDS = {"word": WORD, "number": NUMBER, "sign": SIGN}


@given(any_text)
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


@given(any_text)
@example("ΰ ΐ")
@example("\ud800 e\u0301")
def test_folding_with_origin_gives_the_same_text_and_a_place_for_every_character(text):
    folded, origin = fold_with_origin(text)
    assert folded == fold(text)
    if origin is None:
        assert len(folded) == len(text)
    else:
        assert len(origin) == len(folded)
        assert (origin[:, 0] < origin[:, 1]).all()
        assert ((origin >= 0) & (origin <= len(text))).all()


@given(any_text)
@example("3.5 1,234. .5 5. 1.,2")
@example("ที่5 漢゙a")
@example("a" * 8 + " " + "b" * 9 + " " + "c" * 32 + " " + "d" * 33)
@example("Dampfschifffahrtsgesellschaftskapitän")
def test_tokens_are_the_oracles(text):
    tokens = tokenize(text)
    expected = oracles.words(text)
    assert tokens.hashes.tolist() == [oracles.word_hash(word) for word, _ in expected]
    assert tokens.kinds.tolist() == [KINDS[kind] for _, kind in expected]


def test_between_any_two_ascii_characters_every_ascii_character_means_what_the_oracle_says():
    table = [chr(code) for code in range(128)]
    for text in [f"{left}{char}{right}" for char in table for left in "aZ0'. " for right in "bY9', "]:
        tokens = tokenize(text)
        expected = [oracles.word_hash(word) for word, _ in oracles.words(text)]
        assert tokens.hashes.tolist() == expected, text


@given(any_text)
@example("\u0e48\u094d")  # marks that change places
def test_a_tokens_place_holds_a_text_that_folds_to_the_token(text):
    tokens = tokenize(text)
    for start, end, (word, _) in zip(tokens.starts.tolist(), tokens.ends.tolist(), oracles.words(text), strict=True):
        assert 0 <= start < end <= len(text)
        within = "".join(part for part, _ in oracles.words(text[start:end]))
        assert word in within or within == word


@given(st.lists(any_text, max_size=8), st.integers(1, 4), st.integers(1, 6))
def test_a_batch_gives_each_text_the_shingles_of_the_oracle(texts, words, signs):
    settings = Settings(shingle_words=words, shingle_signs=signs)
    given_out = []
    for chunk, batch in shingle_batch(texts, settings):
        for place, text in enumerate(texts[chunk]):
            hashes = batch.hashes[batch.offsets[place] : batch.offsets[place + 1]]
            assert hashes.tolist() == oracles.shingles(text, settings)
            assert hashes.tolist() == shingle(tokenize(text), settings).tolist()
            own = batch.token_hashes[batch.token_offsets[place] : batch.token_offsets[place + 1]]
            np.testing.assert_array_equal(own, tokenize(text).hashes)
            given_out.append(text)
    assert given_out == texts


@given(st.lists(any_text, max_size=8), st.integers(1, 4), st.integers(1, 6))
@example(["ŉ e\u0301", "", "plain words", "ſtraße ﬁn x"], 1, 1)
def test_tokens_of_many_texts_are_those_of_each(texts, words, signs):
    settings = Settings(shingle_words=words, shingle_signs=signs)
    found = list(words_of(texts, settings))
    for text, (tokens, hashes) in zip(texts, found, strict=True):
        alone = tokenize(text)
        for name in ("hashes", "starts", "ends", "kinds"):
            np.testing.assert_array_equal(getattr(tokens, name), getattr(alone, name))
        np.testing.assert_array_equal(hashes, shingle(alone, settings))


@given(any_text, st.integers(1, 4), st.integers(1, 6))
def test_the_words_of_one_text_are_a_batch_of_one(text, words, signs):
    settings = Settings(shingle_words=words, shingle_signs=signs)
    (found,) = words_of([text], settings)
    ((_, batch),) = shingle_batch([text], settings)
    for name in ("hashes", "offsets", "token_hashes", "token_offsets"):
        np.testing.assert_array_equal(getattr(found.as_batch(), name), getattr(batch, name))
