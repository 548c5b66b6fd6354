"""A text and the spans that mark it → the marked text, piece by piece, ready to be written as elements.

Spans come from an aligner and may touch, overlap, be empty or reach past the text; the pieces never do. Joined, the
pieces of a text are that text, letter for letter: a report must not change what it quotes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from dupdetect.model import Comparison, Repeat, Span

__all__ = ["ChangeKind", "Copy", "CopyMark", "Part", "Stretch", "mark_side", "mark_text"]

ChangeKind = Literal["wording", "facts", "noise"]
Copy = Literal["first", "second"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyMark:
    """One copy of a passage that a text carries twice.

    Parameters
    ----------
    number : int
        Which of the text's repeats, from 1.
    copy : {'first', 'second'}
    """

    number: int
    copy: Copy


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A run of text inside a stretch.

    Parameters
    ----------
    text : str
        Empty where the words stand only on the other side.
    change : {'wording', 'facts', 'noise'}, optional
        How it differs from the other side; None where it does not.
    """

    text: str
    change: ChangeKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A run of text with one background.

    Parameters
    ----------
    parts : tuple of Part
    passage : int, optional
        Number, from 1, of the passage it belongs to; the lowest where several overlap.
    copy : CopyMark, optional
        The repeat it belongs to; the first where several overlap.
    opens : tuple of int
        Passages that begin here, hidden ones too: each passage opens exactly once, so a link to it always arrives.
    opens_copies : tuple of CopyMark
        Copies that begin here.
    """

    parts: tuple[Part, ...]
    passage: int | None = None
    copy: CopyMark | None = None
    opens: tuple[int, ...] = ()
    opens_copies: tuple[CopyMark, ...] = ()

    @property
    def text(self) -> str:
        """The text of its parts."""
        return "".join(part.text for part in self.parts)


def mark_text(
    text: str,
    *,
    passages: Sequence[Span] = (),
    changes: Sequence[tuple[Span, ChangeKind]] = (),
    repeats: Sequence[Repeat] = (),
) -> tuple[Stretch, ...]:
    """Cut a text where its marking changes.

    Parameters
    ----------
    text : str
    passages : sequence of Span
        Passage *k* + 1 is ``passages[k]``.
    changes : sequence of (Span, kind)
    repeats : sequence of Repeat

    Returns
    -------
    tuple of Stretch
        Their texts, joined, are `text`. Spans are clipped to the text; an end before its start counts as empty.
    """
    size = len(text)
    shared = [_clip(span, size) for span in passages]
    copies = [CopyMark(number=n, copy=which) for n in range(1, len(repeats) + 1) for which in _COPIES]
    copied = [_clip(span, size) for repeat in repeats for span in (repeat.first, repeat.second)]
    edits = [_clip(span, size) for span, _ in changes]

    passage_at, copy_at, edit_at = _paint(size, shared), _paint(size, copied), _paint(size, edits)
    opening: defaultdict[int, list[int]] = defaultdict(list)
    for number, (start, _) in enumerate(shared, 1):
        opening[start].append(number)
    opening_copies: defaultdict[int, list[CopyMark]] = defaultdict(list)
    for mark, (start, _) in zip(copies, copied, strict=True):
        opening_copies[start].append(mark)
    missing: defaultdict[int, list[Part]] = defaultdict(list)
    for (start, end), (_, kind) in zip(edits, changes, strict=True):
        if start == end:
            missing[start].append(Part(text="", change=kind))

    bounds = sorted({0, size, *(bound for span in (*shared, *copied, *edits) for bound in span)})
    stretches: list[Stretch] = []
    parts: list[Part] = []
    begin = 0
    for here, after in zip(bounds, [*bounds[1:], None], strict=True):
        background = (passage_at[here], copy_at[here])
        new = background != (passage_at[begin], copy_at[begin]) or here in opening or here in opening_copies
        if new and here > begin:
            stretches.append(_stretch(parts, begin, passage_at, copy_at, copies, opening, opening_copies))
            parts, begin = [], here
        parts += missing.pop(here, [])
        if after is not None:
            edit = edit_at[here]
            parts.append(Part(text=text[here:after], change=changes[edit - 1][1] if edit else None))
    if parts or begin in opening or begin in opening_copies:
        stretches.append(_stretch(parts, begin, passage_at, copy_at, copies, opening, opening_copies))
    return tuple(stretches)


def mark_side(text: str, comparison: Comparison, side: Literal["left", "right"]) -> tuple[Stretch, ...]:
    """Cut one text of a comparison where its marking changes; see `mark_text`."""
    passages = comparison.passages or ()
    if side == "left":
        return mark_text(
            text,
            passages=[passage.left for passage in passages],
            changes=[(change.left, change.kind) for passage in passages for change in passage.changes],
            repeats=comparison.repeats_left,
        )
    return mark_text(
        text,
        passages=[passage.right for passage in passages],
        changes=[(change.right, change.kind) for passage in passages for change in passage.changes],
        repeats=comparison.repeats_right,
    )


_COPIES: tuple[Copy, Copy] = ("first", "second")


def _clip(span: Span, size: int) -> tuple[int, int]:
    start = min(max(span.start, 0), size)
    return start, min(max(span.end, start), size)


def _paint(size: int, spans: Iterable[tuple[int, int]]) -> list[int]:
    """Return for each position, the end included, the number from 1 of the first span that covers it, else 0."""
    paint = [0] * (size + 1)
    for number, (start, end) in reversed(list(enumerate(spans, 1))):
        paint[start:end] = [number] * (end - start)
    return paint


def _stretch(
    parts: list[Part],
    begin: int,
    passage_at: list[int],
    copy_at: list[int],
    copies: list[CopyMark],
    opening: dict[int, list[int]],
    opening_copies: dict[int, list[CopyMark]],
) -> Stretch:
    copy = copy_at[begin]
    return Stretch(
        parts=tuple(parts),
        passage=passage_at[begin] or None,
        copy=copies[copy - 1] if copy else None,
        opens=tuple(opening.get(begin, ())),
        opens_copies=tuple(opening_copies.get(begin, ())),
    )
