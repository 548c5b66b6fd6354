"""The compiled loops and NumPy's give the same bits, and neither reads beyond its arrays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from dupdetect import kernels
from dupdetect.fingerprint import Fingerprinter
from dupdetect.fingerprint.minhash import permutations, signatures
from dupdetect.settings import Settings

compiled = pytest.mark.skipif(not kernels.COMPILED, reason="no C compiler was there: only NumPy has loops")
hashes = st.lists(st.integers(0, 2**64 - 1), max_size=40)


def finalized(value):
    """MurmurHash3's fmix64, as its author wrote it."""
    for multiplier in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        value ^= value >> 33
        value = value * multiplier % 2**64
    return value ^ value >> 33


@pytest.fixture(params=[pytest.param(True, marks=compiled, id="compiled"), pytest.param(False, id="NumPy")])
def loops(request, monkeypatch):
    monkeypatch.setattr(kernels, "COMPILED", request.param)


@pytest.mark.usefixtures("loops")
def test_values_are_mixed_in_place_as_murmurhash_does():
    values = np.array([0, 1, 2**33, 2**64 - 1, *range(7, 70_000_000, 999_999)], dtype=np.uint64)
    expected = [finalized(value) for value in values.tolist()]
    assert kernels.finalize(values) is values
    assert values.tolist() == expected


@compiled
@given(st.lists(hashes, max_size=8), st.integers(8, 200))
@budget(deadline=None)
def test_any_number_of_permutations_of_any_documents_is_numpys(documents, size):
    configuration = Settings(permutations=size, bands=1, rows=1)
    flat = np.array([value for document in documents for value in document], dtype=np.uint64)
    offsets = np.cumsum([0, *map(len, documents)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "COMPILED", False)
        by_numpy = signatures(flat, offsets, configuration)
    np.testing.assert_array_equal(signatures(flat, offsets, configuration), by_numpy)


@compiled
def test_fingerprints_without_the_compiled_loops_are_the_same(monkeypatch):
    texts = ["", "two words", "The same words, and some more of them. " * 30, "何か日本語で書かれた文章です。"]
    batch = Fingerprinter().fingerprint_batch(texts)
    monkeypatch.setattr(kernels, "COMPILED", False)
    assert list(Fingerprinter().fingerprint_batch(texts)) == list(batch)


@compiled
@pytest.mark.parametrize(
    "offsets", [[], [0, 5], [3, 1], [-1, 2], [0, 2**62]], ids=["none", "beyond", "falling", "before", "far"]
)
def test_offsets_outside_of_the_hashes_are_refused(offsets):
    from dupdetect import _kernels

    multipliers, increments = permutations(Settings())
    rows = np.empty((max(0, len(offsets) - 1), len(multipliers)), dtype=np.uint32)
    with pytest.raises(ValueError, match="do not fit"):
        _kernels.minima(np.zeros(4, np.uint64), np.array(offsets, np.int64), multipliers, increments, rows)


@compiled
def test_an_array_for_too_few_signatures_is_refused():
    from dupdetect import _kernels

    multipliers, increments = permutations(Settings())
    arrays = np.zeros(4, np.uint64), np.array([0, 2, 4]), multipliers, increments
    with pytest.raises(ValueError, match="do not fit"):
        _kernels.minima(*arrays, np.empty((1, len(multipliers)), dtype=np.uint32))
    with pytest.raises(TypeError, match="read-write"):
        _kernels.minima(*arrays, np.empty((2, 2 * len(multipliers)), dtype=np.uint32)[:, ::2])
