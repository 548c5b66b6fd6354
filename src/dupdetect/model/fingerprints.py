"""Articles as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Fingerprint",
    "FingerprintBatch",
    "Rarity",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fingerprint:
    """An article in a few hundred bytes.

    Parameters
    ----------
    signature : ndarray of uint32, shape (permutations,)
        MinHash signature, bit for bit datasketch's (scheme ``affine32``). All ones for a text without shingles.
    sample : ndarray of uint64, shape (n,)
        Containment sample: distinct shingle hashes under a threshold, ascending.
    shingles : int
        Shingles in the text, repeats counted.
    tokens : int
        Tokens in the text.
    digest : bytes
        16 bytes; equal digests mean equal normalised tokens.
    settings_identity : str
        `Settings.identity` of the settings it was made with.
    """

    signature: NDArray[np.uint32]
    sample: NDArray[np.uint64]
    shingles: int
    tokens: int
    digest: bytes
    settings_identity: str

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Fingerprint):
            return NotImplemented
        return (
            (self.shingles, self.tokens, self.digest, self.settings_identity)
            == (other.shingles, other.tokens, other.digest, other.settings_identity)
            and np.array_equal(self.signature, other.signature)
            and np.array_equal(self.sample, other.sample)
        )

    def __hash__(self) -> int:
        return hash((self.digest, self.settings_identity))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FingerprintBatch:
    """Fingerprints of many articles as arrays; ``batch[i]`` is one of them.

    Parameters
    ----------
    signatures : ndarray of uint32, shape (n, permutations)
    sample_hashes : ndarray of uint64
    sample_offsets : ndarray of int64, shape (n + 1,)
        Document *i* owns ``sample_hashes[sample_offsets[i]:sample_offsets[i + 1]]``.
    shingles, tokens : ndarray of int64, shape (n,)
    digests : ndarray of uint8, shape (n, 16)
    settings_identity : str
    """

    signatures: NDArray[np.uint32]
    sample_hashes: NDArray[np.uint64]
    sample_offsets: NDArray[np.int64]
    shingles: NDArray[np.int64]
    tokens: NDArray[np.int64]
    digests: NDArray[np.uint8]
    settings_identity: str

    def __len__(self) -> int:
        return len(self.signatures)

    def __getitem__(self, index: int) -> Fingerprint:
        if not -len(self) <= index < len(self):
            raise IndexError(f"fingerprint {index} of {len(self)}")
        index %= len(self)
        return Fingerprint(
            signature=self.signatures[index],
            sample=self.sample_hashes[self.sample_offsets[index] : self.sample_offsets[index + 1]],
            shingles=int(self.shingles[index]),
            tokens=int(self.tokens[index]),
            digest=self.digests[index].tobytes(),
            settings_identity=self.settings_identity,
        )


class Rarity(Protocol):
    """In how many stories a shingle stands. A story counts once however often it was copied."""

    @property
    def stories(self) -> int:
        """How many stories there are."""

    def frequencies(self, shingles: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return for each shingle hash the number of stories it stands in; 0 where it is unknown."""
