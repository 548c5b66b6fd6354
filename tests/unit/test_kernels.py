"""The compiled loops and NumPy's give the same bits, and neither reads beyond its arrays."""

import subprocess
import sys

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


@pytest.mark.parametrize("by", [pytest.param(True, marks=compiled, id="compiled"), pytest.param(False, id="NumPy")])
@given(st.binary(max_size=200), st.data())
@budget(deadline=None)
def test_a_span_is_hashed_eight_bytes_at_a_time(by, letters, data):
    ends = [data.draw(st.integers(start + 1, len(letters))) for start in range(len(letters))]
    expected = []
    for start, end in enumerate(ends):
        value = 0
        for at in range(start, end, 8):
            value = finalized((value + int.from_bytes(letters[at : min(at + 8, end)], "little")) % 2**64)
        expected.append(value)
    array = np.frombuffer(letters + bytes(8), dtype=np.uint8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "COMPILED", by)
        hashed = kernels.hash_spans(array, np.arange(len(letters)), np.array(ends, dtype=np.int64))
    assert hashed.tolist() == expected


@compiled
def test_a_span_at_the_very_end_is_hashed_without_reading_on():
    array = np.frombuffer(b"the end", dtype=np.uint8)
    assert kernels.hash_spans(array, np.array([4]), np.array([7])).tolist() == [
        finalized(int.from_bytes(b"end", "little"))
    ]


@compiled
@pytest.mark.parametrize(
    "span", [(-1, 2), (3, 2), (0, 12), (2**62, 2**62 + 1)], ids=["before", "turned", "beyond", "far"]
)
def test_spans_outside_of_the_letters_are_refused(span):
    with pytest.raises(ValueError, match="do not fit"):
        kernels.hash_spans(np.zeros(11, np.uint8), np.array(span[:1]), np.array(span[1:]))


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


@pytest.mark.usefixtures("loops")
def test_signatures_do_not_depend_on_where_the_chunks_fall():
    configuration = Settings(permutations=16, bands=4, rows=4)
    rng = np.random.default_rng(7)
    sizes = rng.integers(0, 3000, size=60)
    sizes[[0, 13, 59]] = 0
    hashes = rng.integers(0, 2**64, size=int(sizes.sum()), dtype=np.uint64)
    offsets = np.cumsum([0, *sizes])
    whole = signatures(hashes, offsets, configuration)
    for place in range(len(sizes)):
        own = hashes[offsets[place] : offsets[place + 1]]
        np.testing.assert_array_equal(whole[place], signatures(own, np.array([0, len(own)]), configuration)[0])


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


@pytest.mark.parametrize(
    "module", ["None", "types.ModuleType('dupdetect._kernels')"], ids=["none", "of an older checkout"]
)
def test_without_a_build_of_these_loops_numpys_are_taken(module):
    code = (
        f"import sys, types; sys.modules['dupdetect._kernels'] = {module}\n"
        "from dupdetect import Fingerprinter, kernels\n"
        "print(kernels.COMPILED, Fingerprinter().fingerprint('no compiler was there that day').digest.hex())"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert told == ["False", Fingerprinter().fingerprint("no compiler was there that day").digest.hex()]
