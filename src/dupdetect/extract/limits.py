"""What one document may cost: pages come from strangers."""

from __future__ import annotations

from dataclasses import dataclass

from dupdetect.errors import SettingsError

__all__ = ["DEFAULT_LIMITS", "Limits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on one document.

    Parameters
    ----------
    size : int
        Bytes, or code points of a str. The largest article page of 2,065 in the development data has 3.4 MB.
    depth : int
        Elements nested in one another. Parsing costs the square of the depth in browsers' own algorithm: 10,000
        ``<div>`` take lexbor 0.15 s, 100,000 take it 16 s. Real pages stay under 300.
    attributes : int
        Attributes of one element; one with more loses all of them. Their cost is quadratic too: 20,000 take 0.9 s,
        100,000 take 26 s.
    elements : int
        Elements of a page, and its blocks of text: both cost memory. Real pages have a few thousand.

    Raises
    ------
    SettingsError
        A bound is not a whole number from 1 up.
    """

    size: int = 32 * 2**20
    depth: int = 4_000
    attributes: int = 2_000
    elements: int = 250_000

    def __post_init__(self) -> None:
        for name in ("size", "depth", "attributes", "elements"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise SettingsError(f"limit {name} must be a whole number from 1 up, not {value!r}")


DEFAULT_LIMITS = Limits()
