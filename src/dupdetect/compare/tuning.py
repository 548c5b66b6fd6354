"""How good the thresholds are on labelled pairs, how sure that is, and which others would do better.

Pairs that share a document are no independent witnesses, so the bootstrap (Efron 1979, doi:10.1214/aos/1176344552)
draws whole groups of pairs that hang together by their documents. What a suggestion gains is told from the groups that
a draw left out, and it has to hold for as many thresholds as were tried (Bonferroni). A bootstrap never doubts what was
right every time, so an interval is at least Wilson's (1927, doi:10.1080/01621459.1927.10502953) over as many groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from dupdetect.compare.questions import Evidence
from dupdetect.compare.rarity import components
from dupdetect.compare.thresholds import PER_HUNDRED, Thresholds
from dupdetect.compare.verdict import decide
from dupdetect.model import Relation

__all__ = ["DRAWS", "MIN_GROUPS", "Estimate", "Labelled", "Quality", "Suggestion", "quality", "suggestions"]

DRAWS = 1000
"""Bootstrap draws."""
MIN_GROUPS = 20
"""Groups of duplicates, and of other pairs, from which a threshold is worth looking at."""
SURE = 0.9
"""Share of the draws that an interval holds."""
_Z = 1.6449
"""Standard deviations to either side that hold as much of a normal distribution."""
_STEPS = (0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2)
"""Values that are tried, in parts of the present one."""
_OF_DUPLICATES = (
    "near_longer",
    "near_shorter",
    "near_own",
    "facts_many",
    "facts_some",
    "facts_covered",
    "common",
    "common_covered",
    "series_title",
)
_OF_CONTAINMENT = ("contained", "contained_rarity", "second_hand", "brief", "short_rarity")
_INSIDE = (Relation.CONTAINS, Relation.CONTAINED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A labelled pair.

    Parameters
    ----------
    left, right : str
        What tells the two documents from others.
    evidence : Evidence
        Of the left and the right one.
    label : Relation or bool
        How they relate; where only that is known, whether they are duplicates.
    """

    left: str
    right: str
    evidence: Evidence
    label: Relation | bool

    @property
    def is_duplicate(self) -> bool:
        """Whether the label says that the two are one piece."""
        return self.label.is_duplicate if isinstance(self.label, Relation) else self.label


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A share and its interval, fractions in [0, 1]; all None where there is nothing to take a share of."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How often one answer is right.

    Parameters
    ----------
    of : str
        "duplicate", or the name of a relation.
    labelled, said : int
        Pairs that the labels, and that the thresholds call so.
    precision, recall : Estimate
    """

    of: str
    labelled: int
    said: int
    precision: Estimate
    recall: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What the labels say of one threshold.

    Parameters
    ----------
    threshold : str
        Its name.
    of : {'duplicate', 'contained'}
        What it was judged by: the F1 of this answer.
    present, best : float
        The value now, and the one that is best on all labels; of equally good ones the nearest to the present.
    low, high : float
        Interval of the best value over the draws.
    gain : float
        F1 that the best value of a draw gains on the pairs that the draw left out, on average. May be negative.
    worth : bool
        Whether `gain` is above 0, and `best` better than `present` in nearly every draw.
    """

    threshold: str
    of: str
    present: float
    best: float
    low: float
    high: float
    gain: float
    worth: bool


Bools = NDArray[np.bool_]
Weights = NDArray[np.float64]


def quality(pairs: Sequence[Labelled], thresholds: Thresholds, *, seed: int = 0) -> tuple[Quality, ...]:
    """Measure the answers at given thresholds.

    Parameters
    ----------
    pairs : sequence of Labelled
    thresholds : Thresholds
    seed : int
        Of the draws.

    Returns
    -------
    tuple of Quality
        Duplicates first, then each relation that is labelled or said, over the pairs whose label is a relation.
    """
    said = [decide(pair.evidence, thresholds)[0] for pair in pairs]
    groups = _groups(pairs)
    weights = _draws(groups, seed)
    found = np.array([relation.is_duplicate for relation in said], dtype=np.bool_)
    truth = np.array([pair.is_duplicate for pair in pairs], dtype=np.bool_)
    rows = [_quality("duplicate", truth, found, weights, groups)]
    exact = np.array([isinstance(pair.label, Relation) for pair in pairs], dtype=np.bool_)
    for relation in Relation:
        labelled = np.array([pair.label is relation for pair in pairs], dtype=np.bool_)
        told = exact & np.array([each is relation for each in said], dtype=np.bool_)
        if exact.any() and (labelled.any() or told.any()):
            rows.append(_quality(relation.value, labelled, told, weights, groups))
    return tuple(rows)


def suggestions(pairs: Sequence[Labelled], thresholds: Thresholds, *, seed: int = 0) -> tuple[Suggestion, ...]:
    """Try other values of each threshold, one at a time.

    Returns
    -------
    tuple of Suggestion
        Of every threshold that there are labels for: duplicates and others in `MIN_GROUPS` groups each, or
        containments and others.
    """
    groups = _groups(pairs)
    weights = _draws(groups, seed)
    truths = {
        "duplicate": np.array([pair.is_duplicate for pair in pairs], dtype=np.bool_),
        "contained": np.array([pair.label in _INSIDE for pair in pairs], dtype=np.bool_),
    }
    exact = np.array([isinstance(pair.label, Relation) for pair in pairs], dtype=np.bool_)
    names = []
    for of, listed in (("duplicate", _OF_DUPLICATES), ("contained", _OF_CONTAINMENT)):
        usable = exact if of == "contained" else np.ones(len(pairs), dtype=np.bool_)
        sides = (usable & truths[of], usable & ~truths[of])
        if min(len(np.unique(groups[side])) for side in sides) >= MIN_GROUPS:
            names += [(name, of) for name in listed]
    return tuple(_suggestion(name, of, pairs, thresholds, truths[of], weights, len(names)) for name, of in names)


def _suggestion(
    name: str,
    of: str,
    pairs: Sequence[Labelled],
    thresholds: Thresholds,
    truth: Bools,
    weights: Weights,
    tried: int,
) -> Suggestion:
    present = float(getattr(thresholds, name))
    most = np.inf if name in PER_HUNDRED else 1.0
    values = sorted({round(min(present * step, most), 4) for step in _STEPS} | {present})
    changed = [Thresholds(**{**asdict(thresholds), name: value}) for value in values]
    said = [[decide(pair.evidence, each)[0] for pair in pairs] for each in changed]
    if of == "duplicate":
        found = np.array([[relation.is_duplicate for relation in row] for row in said])
        hits = found & truth
    else:
        found = np.array([[relation in _INSIDE for relation in row] for row in said])
        hits = np.array([[each is pair.label for each, pair in zip(row, pairs, strict=True)] for row in said]) & truth
    inside, outside, whole = (
        _f1(each, hits, found, truth) for each in (weights, (weights == 0).astype(np.float64), np.ones((1, len(pairs))))
    )
    near = np.argsort(np.abs(np.array(values) - present), kind="stable")  # of equals the nearest to the present
    best = near[np.argmax(inside[:, near], axis=1)]
    here = values.index(present)
    gain = float((outside[np.arange(len(weights)), best] - outside[:, here]).mean())
    low, high = np.quantile(np.array(values)[best], ((1 - SURE) / 2, (1 + SURE) / 2)).tolist()
    chosen = int(near[np.argmax(whole[0, near])])
    least = float(np.quantile(inside[:, chosen] - inside[:, here], (1 - SURE) / 2 / tried))
    return Suggestion(
        threshold=name,
        of=of,
        present=present,
        best=values[chosen],
        low=low,
        high=high,
        gain=gain,
        worth=chosen != here and gain > 0 and least > 0,
    )


def _f1(weights: Weights, hits: Bools, found: Bools, truth: Bools) -> Weights:
    """Return the F1 of each draw and value, shape (draws, values); 1 where nothing is to be found and nothing was."""
    right = weights @ hits.T
    both = weights @ found.T + (weights @ truth)[:, None]
    return np.where(both > 0, 2 * right / np.maximum(both, 1e-9), 1.0)


def _quality(of: str, truth: Bools, found: Bools, weights: Weights, groups: NDArray[np.int64]) -> Quality:
    hits = found & truth
    return Quality(
        of=of,
        labelled=int(truth.sum()),
        said=int(found.sum()),
        precision=_share(hits, found, weights, groups),
        recall=_share(hits, truth, weights, groups),
    )


def _share(part: Bools, whole: Bools, weights: Weights, groups: NDArray[np.int64]) -> Estimate:
    if not whole.any():
        return Estimate(value=None, low=None, high=None)
    share = float(part.sum() / whole.sum())
    many = weights @ whole
    low, high = np.quantile((weights @ part)[many > 0] / many[many > 0], ((1 - SURE) / 2, (1 + SURE) / 2)).tolist()
    witnesses = len(np.unique(groups[whole]))
    shrunk = 1 + _Z**2 / witnesses
    centre = (share + _Z**2 / (2 * witnesses)) / shrunk
    width = _Z * sqrt(share * (1 - share) / witnesses + _Z**2 / (4 * witnesses**2)) / shrunk
    return Estimate(value=share, low=min(low, max(0.0, centre - width)), high=max(high, min(1.0, centre + width)))


def _groups(pairs: Sequence[Labelled]) -> NDArray[np.int64]:
    """Return the number of each pair's group: pairs that hang together by their documents."""
    places: dict[str, int] = {}
    ends = np.array(
        [[places.setdefault(id, len(places)) for id in (pair.left, pair.right)] for pair in pairs], dtype=np.int64
    ).reshape(-1, 2)
    return np.unique(components(len(places), ends[:, 0], ends[:, 1])[ends[:, 0]], return_inverse=True)[1]


def _draws(groups: NDArray[np.int64], seed: int) -> Weights:
    """Return how often each draw has each pair, shape (DRAWS, pairs)."""
    many = int(groups.max(initial=-1)) + 1
    if not many:
        return np.zeros((DRAWS, 0))
    drawn = np.random.default_rng(seed).multinomial(many, np.full(many, 1 / many), size=DRAWS)
    return drawn[:, groups].astype(np.float64)
