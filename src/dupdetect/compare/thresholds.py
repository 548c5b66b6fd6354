"""The numbers that the rules compare with: where one relation ends and the next begins."""

from __future__ import annotations

from dataclasses import dataclass, fields

from dupdetect.errors import SettingsError

__all__ = ["PER_HUNDRED", "Thresholds"]

PER_HUNDRED = ("facts_many", "facts_some", "varying")
"""Thresholds that are no shares, but counts per hundred tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Where one relation ends and the next begins. Measured by ``benchmarks/relations.py``.

    Parameters
    ----------
    short : int
        A text of fewer tokens is too short to tell, unless it is IDENTICAL, or stands in a longer one as a whole and
        without a change, in `passage` words at least that are known to be rare …
    note : int
        … or, where the headline is the same, with few changes and so many rare words in one passage;
    short_rarity : float
        … the shared shingles' mean rarity weight; at .7 some six stories hold them: the piece, its copies, a quote …
    known : int
        … over so many stories at least: in a few pages everything is rare. The feasibility study found frequencies
        worth something from a hundred texts on.
    gate_containment, gate_shared : float, int
        A pair is aligned when this share of either text's rarity-weighted shingles, or this many rare shingles, stand
        in the other.
    near_longer, near_shorter : float
        NEAR: shares of the less and of the more covered text that passages cover: of the longer and the shorter one.
    near_own : float
        NEAR: share of the words outside quotations that is covered, in each text.
    contained : float
        CONTAINS: share of the shorter text that is covered.
    second_hand : float
        CONTAINS: at most this share of what is shared stands in quotations in both: two replies to one message.
    contained_rarity : float
        CONTAINS: the shared shingles' mean rarity weight …
    paragraph : int
        … which must be `short_rarity` where the held text has fewer tokens: a sentence that many stories say is a
        formula. Of 259 such texts on generated pages one right claim was lost by it.
    same_headline : float
        CONTAINS: headlines this much alike make a brief of the shorter text, if it shares the lead …
    brief : float
        … has at most this share of the longer one's tokens …
    brief_own : float
        … and its words outside quotations are covered at least to this share of what all its words are.
    facts_few : int
        TEMPLATE: at least so many other numbers and names. A headline's number counts as one.
    facts_many : float
        TEMPLATE: … and more than this per 100 aligned tokens, whatever is covered. Duplicates had up to 1.02 (a
        revision that moves an event to another day 1.77), job advertisements of the same office from 2.2 on.
    facts_some : float
        TEMPLATE: … or more than this, of texts that are …
    facts_covered : float
        … verbatim the same to less than this share. Such duplicates were from .86 on the same, such templates up to
        .77, but for issues of a series.
    facts_share : float
        TEMPLATE: … and at least this many for each place that differs: a bad scan garbles numbers among much else.
    varying : float
        TEMPLATE: more than so many places per 100 aligned tokens at which others of their kin say something else
        again: texts that are duplicates of each other but for this. None of 2,733 pairs of versions of an article, in
        nine ways to edit, had as much; a template of words alone has two in a hundred and more.
    series_title : float
        A headline that is this much alike but for other numbers makes an issue of a series, if some facts differ or
        the shared text is …
    series_common : float
        … of less than this mean rarity weight.
    common : float
        TEMPLATE: mean rarity weight of the shared shingles below which they are common stock.
    common_covered : float
        Common stock makes no template of two texts covered to this share.
    template : float
        TEMPLATE: share of the shorter text that is covered.
    passage, overlap : int
        OVERLAPS: rare equal tokens in one passage, or in all of them.

    Raises
    ------
    SettingsError
        A value is negative, or a share above 1.
    """

    short: int = 20
    note: int = 8
    short_rarity: float = 0.7
    known: int = 100
    gate_containment: float = 0.08
    gate_shared: int = 6
    near_longer: float = 0.6
    near_shorter: float = 0.8
    near_own: float = 0.5
    contained: float = 0.8
    second_hand: float = 0.5
    contained_rarity: float = 0.4
    paragraph: int = 40
    same_headline: float = 0.85
    brief: float = 0.6
    brief_own: float = 0.5
    facts_few: int = 2
    facts_many: float = 2.0
    facts_some: float = 0.5
    facts_covered: float = 0.8
    facts_share: float = 0.15
    varying: float = 0.5
    series_title: float = 0.85
    series_common: float = 0.75
    common: float = 0.5
    common_covered: float = 0.9
    template: float = 0.3
    passage: int = 12
    overlap: int = 25

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            most = float("inf") if isinstance(field.default, int) or field.name in PER_HUNDRED else 1.0
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= most:
                raise SettingsError(f"threshold {field.name} must be a number from 0 to {most:g}, not {value!r}")
