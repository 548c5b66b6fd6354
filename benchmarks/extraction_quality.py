"""Quality of text: every contestant on the same pages, in pairs, by data set and page type.

Our row is honest about what the weights have seen: a page of a site in ``trained_sites.txt`` is extracted *out of
fold*, by trees that never saw that site. Where the training data are not at hand, such pages are shown apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.extraction_data import AnnotatedPage, Score, bootstrap, group_of, load
from benchmarks.extraction_peers import OURS, text_extractors
from benchmarks.extraction_texts import our_texts, texts_of
from benchmarks.frame import Table
from dupdetect.errors import SettingsError

__all__ = ["has_seen", "kind_of", "quality_tables", "write_trained_sites"]

SITES = Path(__file__).parent / "trained_sites.txt"
_SEEN = ", sites that our weights have seen"
_COLUMNS = (
    "extractor",
    "pages",
    "F1",
    "low",
    "high",
    "exact",
    "lost",
    "segment F1",
    "byline",
    "title",
    "lead low",
    "lead high",
)
_NOTES = (
    "F1 of mean precision and recall over 4-token shingles (segment F1 where only segments are annotated), its 90 %",
    "interval, sites drawn; exact, lost: pages over .9999, under .5; byline, title: pages that leave it in the text.",
    "lead: 90 % interval of dupdetect's F1 minus this one's on the same pages, in pairs, sites drawn. Above 0: ahead.",
    "Not shown: pages of the kinds that nobody annotated; whether an annotator was right; rules and cuts were chosen",
    "on the development pages, so that only pages of other sites say what they are worth there.",
)


def kind_of(page: AnnotatedPage) -> str:
    """Return data set and page type."""
    return f"{page.data} {page.truth.get('type') or ''}".strip()


def _site_digest(page: AnnotatedPage) -> str:
    return hashlib.sha256(group_of(page.truth).encode()).hexdigest()[:10]


def has_seen(page: AnnotatedPage) -> bool:
    """Whether the shipped weights were trained on pages of this page's site."""
    return _site_digest(page) in _trained_sites()


def _trained_sites() -> frozenset[str]:
    return frozenset(SITES.read_text(encoding="utf-8").split())


def write_trained_sites(folder: Path) -> None:
    """Write the digests of the sites of the training data, so that a run can tell strange pages from known ones."""
    SITES.write_text("\n".join(sorted({_site_digest(page) for page in load(folder)})) + "\n", encoding="utf-8")


def quality_tables(folders: Sequence[Path], *, quick: bool = False) -> Iterator[Table]:
    """Yield a table for each data set and page type."""
    pages = [page for folder in folders for page in load(folder)]
    if quick:
        pages = pages[:: max(1, len(pages) // 40)]
    trained = _trained_sites()
    strange = {page.key for page in pages if _site_digest(page) not in trained}
    seen = f"{len(pages) - len(strange)} of {len(pages)} pages are of sites that the weights have seen"
    ours = f"every page is read with the shipped weights; {seen}."
    out_of_fold: Mapping[str, str] = {}
    if len(strange) < len(pages) and not quick:
        try:
            out_of_fold = our_texts(folders)
            ours = f"dupdetect is cross-validated by site on {len(pages) - len(strange)} of {len(pages)} pages."
        except SettingsError as error:
            ours = f"{seen}: {error}."
    by_kind: dict[str, list[AnnotatedPage]] = {}
    for page in pages:
        flattered = page.key not in strange and page.key not in out_of_fold
        by_kind.setdefault(kind_of(page) + (_SEEN if flattered else ""), []).append(page)
    texts = {name: texts_of(name, extractor, pages) for name, extractor in text_extractors().items()}
    texts[OURS] = {**texts[OURS], **out_of_fold}
    for kind, chosen in by_kind.items():
        yield _table(kind, chosen, texts, ours)


def _table(kind: str, pages: Iterable[AnnotatedPage], texts: Mapping[str, Mapping[str, str]], ours: str) -> Table:
    scores = {name: Score.empty() for name in texts}
    for page in pages:
        for name, score in scores.items():
            score.add(page, texts[name][page.key])
    rows = []
    for name, score in scores.items():
        row = {"extractor": name, **score.row()}
        if name != OURS and (score.pairs or score.segments):
            row["lead low"], row["lead high"] = bootstrap(scores[OURS], score)
        rows.append(row)
    best = max((row for row in rows if str(row["extractor"]).startswith("trafilatura")), key=_quality, default=None)
    notes = [*_NOTES, f"In this run {ours}"]
    if _SEEN in kind:
        notes.append("dupdetect's row flatters it here: its weights were trained on pages of these sites.")
    elif best is not None:
        ahead = "ahead" if float(best.get("lead low") or 0) > 0 else "NOT ahead by its lower bound"
        notes.append(f"dupdetect is {ahead} of trafilatura's best mode here ({best['extractor']}).")
    return Table(title=kind, columns=_COLUMNS, rows=tuple(rows), notes=tuple(notes), bars="F1")


def _quality(row: Mapping[str, str | int | float | None]) -> float:
    return float(row["F1"] or row["segment F1"] or 0)
