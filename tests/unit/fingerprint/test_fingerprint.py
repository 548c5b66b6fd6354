import subprocess
import sys

import datasketch
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st
from tests import oracles
from tests.strategies import any_text, english

from dupdetect.errors import SettingsError
from dupdetect.fingerprint import Fingerprinter, band_keys, candidate_probability, from_datasketch, to_datasketch
from dupdetect.fingerprint.minhash import signatures
from dupdetect.fingerprint.sample import samples
from dupdetect.settings import Settings
from dupdetect.text import shingle, tokenize

SMALL = Settings(permutations=16, bands=4, rows=4)


def datasketch_of(hashes, configuration):
    minhash = datasketch.MinHash(
        num_perm=configuration.permutations,
        seed=configuration.seed,
        scheme="affine32",
        hashfunc=lambda value: int(value) & 0xFFFFFFFF,
    )
    for value in hashes:
        minhash.update(value)
    return minhash


@given(st.lists(st.lists(st.integers(0, 2**64 - 1), max_size=30), max_size=8), st.integers(0, 2**32 - 1))
@budget(deadline=None)
def test_signatures_are_datasketchs_bit_for_bit(documents, seed):
    configuration = Settings(permutations=16, bands=4, rows=4, seed=seed)
    hashes = np.array([value for document in documents for value in document], dtype=np.uint64)
    offsets = np.cumsum([0, *map(len, documents)])
    ours = signatures(hashes, offsets, configuration)
    for row, document in zip(ours, documents, strict=True):
        np.testing.assert_array_equal(row, datasketch_of(document, configuration).hashvalues)


def test_a_document_without_shingles_has_the_empty_signature_of_datasketch_and_no_band():
    fingerprint = Fingerprinter(SMALL).fingerprint("two words")
    np.testing.assert_array_equal(fingerprint.signature, datasketch_of([], SMALL).hashvalues)
    assert not band_keys(fingerprint.signature[None, :], SMALL).any()


@given(st.lists(any_text | english, max_size=10))
@budget(deadline=None)
def test_a_batch_is_the_fingerprints_of_its_texts(texts):
    fingerprinter = Fingerprinter(SMALL)
    batch = fingerprinter.fingerprint_batch(texts)
    assert len(batch) == len(texts)
    assert [batch[place] for place in range(len(texts))] == [fingerprinter.fingerprint(text) for text in texts]


def test_a_batch_larger_than_what_is_made_at_once_is_the_same(monkeypatch):
    texts = [f"{number} " * (number % 7) + "what stands in every text" for number in range(50)]
    whole = Fingerprinter(SMALL).fingerprint_batch(texts)
    monkeypatch.setattr("dupdetect.text.shingles._CHUNK", 100)
    monkeypatch.setattr("dupdetect.fingerprint.fingerprinter._AT_ONCE", 20)
    parts = Fingerprinter(SMALL).fingerprint_batch(texts)
    assert [parts[place] for place in range(50)] == [whole[place] for place in range(50)]


@given(english)
@budget(deadline=None)
def test_the_sample_is_the_hashes_under_the_documented_threshold(text):
    hashes = shingle(tokenize(text), SMALL)
    share = max(1 / SMALL.sample_rate, SMALL.sample_floor / max(len(hashes), 1))
    expected = sorted({value for value in hashes.tolist() if value < min(share, 1) * 2**64})
    assert Fingerprinter(SMALL).fingerprint(text).sample.tolist() == expected


def test_shared_hashes_under_the_lower_threshold_stand_in_both_samples():
    rng = np.random.default_rng(3)
    short = rng.integers(0, 2**64, size=300, dtype=np.uint64)
    long = np.concatenate([short, rng.integers(0, 2**64, size=5000, dtype=np.uint64)])
    sample, places = samples(np.concatenate([short, long]), np.array([0, 300, 5600]), Settings())
    of_short, of_long = set(sample[: places[1]].tolist()), set(sample[places[1] :].tolist())
    low = 2**64 // Settings().sample_rate - 1
    assert {value for value in of_short if value <= low} == of_long & set(short.tolist())
    assert len(of_short) > 20


def test_hashes_that_differ_in_their_low_bits_only_are_sorted_and_kept_apart():
    hashes = np.array([9, 7, 9, 8, 7, 3, 9], dtype=np.uint64)
    sample, places = samples(hashes, np.array([0, 5, 7]), Settings())
    assert sample.tolist() == [7, 8, 9, 3, 9]
    assert places.tolist() == [0, 3, 5]


def test_equal_normalised_words_have_equal_digests_and_other_words_others():
    fingerprinter = Fingerprinter()
    assert fingerprinter.fingerprint("The “Post”").digest == fingerprinter.fingerprint("the post").digest
    assert fingerprinter.fingerprint("the post").digest != fingerprinter.fingerprint("post the").digest


@given(st.lists(any_text | english, max_size=10))
@budget(deadline=None)
def test_the_digests_of_a_batch_are_the_oracles(texts):
    found = Fingerprinter(SMALL).fingerprint_batch(texts).digests
    assert [row.tobytes() for row in found] == [oracles.digest(text) for text in texts]


def test_texts_that_differ_in_the_order_of_many_words_have_other_digests():
    # Thue and Morse's sequence and its complement: sums of powers of any odd base are equal mod 2**64.
    order = [bin(place).count("1") % 2 for place in range(4096)]
    one = Fingerprinter(SMALL).fingerprint(" ".join("ab"[turn] for turn in order))
    other = Fingerprinter(SMALL).fingerprint(" ".join("ba"[turn] for turn in order))
    assert one.digest != other.digest


def test_datasketch_takes_our_signature_and_gives_it_back():
    configuration = Settings()
    left, right = (Fingerprinter(configuration).fingerprint(t) for t in ("a b c d e f g h", "a b c d e f x y"))
    theirs = to_datasketch(left, configuration)
    assert theirs == datasketch_of(shingle(tokenize("a b c d e f g h"), configuration), configuration)
    assert theirs.jaccard(to_datasketch(right, configuration)) == np.mean(left.signature == right.signature)
    np.testing.assert_array_equal(from_datasketch(theirs, configuration), left.signature)


def test_datasketch_objects_of_other_parameters_are_refused():
    with pytest.raises(SettingsError, match="num_perm"):
        from_datasketch(datasketch.MinHash(num_perm=64, scheme="affine32"), Settings())
    with pytest.raises(SettingsError, match="made with settings"):
        to_datasketch(Fingerprinter(SMALL).fingerprint("a b c"), Settings())


def test_a_shared_band_is_as_likely_as_the_s_curve_says():
    rng = np.random.default_rng(11)
    configuration = Settings()
    trials, jaccard = 2000, 0.4
    left = rng.integers(0, 2**32 - 1, size=(trials, configuration.permutations), dtype=np.uint32)
    same = rng.random(left.shape) < jaccard
    right = np.where(same, left, rng.integers(0, 2**32 - 1, size=left.shape, dtype=np.uint32)).astype(np.uint32)
    shared = (band_keys(left, configuration) == band_keys(right, configuration)).any(axis=1).mean()
    assert shared == pytest.approx(candidate_probability(jaccard, configuration), abs=0.04)


def test_importing_the_fingerprinter_does_not_import_datasketch():
    code = "import sys, dupdetect.fingerprint; sys.exit('datasketch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
