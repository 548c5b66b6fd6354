"""Passages that one text carries twice: a double paste, two posts on one page."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from dupdetect.compare.features import MIN_REPEAT, Prepared
from dupdetect.compare.passages import MIN_PASSAGE, Run, chain, common_runs
from dupdetect.model import Repeat, Span

__all__ = ["MIN_REPEAT", "repeats"]


def repeats(text: Prepared) -> tuple[Repeat, ...]:
    """Find what `text` carries twice, by aligning it with itself.

    The runs of a text and itself that lie off the diagonal are chained as those of two texts are; what stands three
    times gives two repeats.

    Returns
    -------
    tuple of Repeat
        In the order of `Repeat.first`.
    """
    return _found(text) if text.repeats else ()


@lru_cache(maxsize=16)  # a text is compared with several others, and its repeats are told each time
def _found(text: Prepared) -> tuple[Repeat, ...]:
    runs = [Run(i, j, min(length, j - i)) for i, j, length in common_runs(text, text, above_diagonal=True)]
    copies = [part for runs in chain(runs, len(text), len(text)) for part in _apart(runs)]
    found = [
        _repeat(part, text)
        for part in copies
        if sum(run.length for run in part) >= MIN_REPEAT and max(run.length for run in part) >= MIN_PASSAGE
    ]
    return tuple(sorted(found, key=lambda repeat: (repeat.first.start, repeat.second.start)))


def _apart(runs: list[Run]) -> Iterator[list[Run]]:
    """Cut a chain so that each part's first copy ends before its second begins: a text that stands three times."""
    part: list[Run] = []
    for run in runs:
        if part and run.i + run.length > part[0].j:
            yield part
            part = []
        part.append(run)
    yield part


def _repeat(runs: list[Run], text: Prepared) -> Repeat:
    first, last = runs[0], runs[-1]
    tokens = sum(run.length for run in runs)
    i_end, j_end = last.i + last.length, last.j + last.length
    return Repeat(
        first=Span(start=int(text.starts[first.i]), end=int(text.ends[i_end - 1])),
        second=Span(start=int(text.starts[first.j]), end=int(text.ends[j_end - 1])),
        tokens=tokens,
        similarity=2 * tokens / (i_end - first.i + j_end - first.j),
    )
