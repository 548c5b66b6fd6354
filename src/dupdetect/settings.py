"""What makes two fingerprints comparable: one frozen record, stored in every index."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from typing import Any

from dupdetect.errors import SettingsError

__all__ = ["TEXT_VERSION", "Settings"]

TEXT_VERSION = 2
"""Version of normalisation, word boundaries and shingle hashes. A change of any bit of them raises it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Parameters of a fingerprint. Two fingerprints are comparable only if their settings are equal.

    Parameters
    ----------
    shingle_words : int
        Words a shingle, 1–16. With three, a copy-edited sentence still shares some.
    shingle_signs : int
        Signs a shingle in scripts written without spaces (Chinese, Japanese, Thai …), 1–16.
    permutations : int
        Length of the MinHash signature, 8–4096.
    seed : int
        Seed of datasketch's permutations, 0–2**32-1.
    bands, rows : int
        LSH banding: ``bands * rows <= permutations``. A pair of Jaccard similarity *s* becomes a candidate with
        probability ``1 - (1 - s**rows)**bands``; 24 × 5 finds .7 with 98.8 % and .8 with 99.99 %. The sample finds the
        others, so more bands brought nothing at 10³ to 10⁶ articles (``python -m benchmarks run index-candidates``).
    sample_rate : int
        The containment sample keeps one shingle hash in so many (FracMinHash, Irber et al. 2022,
        doi:10.1101/2022.01.11.475838). One in 4 finds every labelled excerpt, one in 8 misses one in twenty (the same
        benchmark).
    sample_floor : int
        … but of a short document so many on average: its threshold is raised. All of one that has no more.
    text_version : int
        Version of the text layer; see `TEXT_VERSION`.

    Raises
    ------
    SettingsError
        A value is out of its range.
    """

    shingle_words: int = 3
    shingle_signs: int = 5
    permutations: int = 128
    seed: int = 1
    bands: int = 24
    rows: int = 5
    sample_rate: int = 4
    sample_floor: int = 64
    text_version: int = TEXT_VERSION

    def __post_init__(self) -> None:
        ranges = {
            "shingle_words": (1, 16),
            "shingle_signs": (1, 16),
            "permutations": (8, 4096),
            "seed": (0, 2**32 - 1),
            "bands": (1, 4096),
            "rows": (1, 64),
            "sample_rate": (1, 2**20),
            "sample_floor": (0, 4096),
            "text_version": (1, 2**31 - 1),
        }
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
                raise SettingsError(f"{name} must be a whole number from {low} to {high}, not {value!r}")
        if self.bands * self.rows > self.permutations:
            raise SettingsError(
                f"bands × rows must not exceed permutations: {self.bands} × {self.rows} > {self.permutations}"
            )

    def to_dict(self) -> dict[str, int]:
        """Return the fields by name, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Settings:
        """Build settings from `to_dict`'s answer.

        Raises
        ------
        SettingsError
            An unknown or missing field, or a value out of range.
        """
        names = {field.name for field in fields(cls)}
        if set(values) != names:
            odd = ", ".join(sorted(set(values) ^ names))
            raise SettingsError(f"settings need exactly the fields {', '.join(sorted(names))}; odd: {odd}")
        return cls(**values)

    @property
    def identity(self) -> str:
        """Digest that two comparable fingerprints share: 16 hexadecimal digits of SHA-256 over the fields."""
        return _identity(self)

    def differences(self, other: Settings) -> dict[str, tuple[int, int]]:
        """Return the differing fields: name → (here, in `other`)."""
        here, there = self.to_dict(), other.to_dict()
        return {name: (here[name], there[name]) for name in here if here[name] != there[name]}


@lru_cache(maxsize=8)  # every look into an index asks for it
def _identity(settings: Settings) -> str:
    canonical = json.dumps(settings.to_dict(), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
