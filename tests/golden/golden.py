"""Golden pages: written for the purpose in the markup of real publishing systems, each with its truth beside it.

``pages/<case>/source.html`` is the page, ``expected.txt`` the article's paragraphs, ``expected.json`` what else must
out; a field that is not named there is not judged.

``python -m tests.golden.golden add NAME FILE`` makes a case of a page: it writes what the extractor says today, to be
*corrected by hand*. ``python -m tests.golden.golden pin`` measures and adds a line to ``floors.jsonl``: the floors for
this corpus, named by its digest. Floors go up with the extractor. To lower one, or to pin another corpus, say why:
``pin --because "…"``; the reason stays in the file, whose lines are only ever added to.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from dupdetect.extract import extract
from dupdetect.model import Article

PAGES = Path(__file__).parent / "pages"
FLOORS = Path(__file__).parent / "floors.jsonl"
SHINGLE = 4


@dataclass(frozen=True, kw_only=True)
class Case:
    """A page and its truth."""

    name: str
    source: bytes
    text: str
    expected: dict[str, Any]


def cases() -> list[Case]:
    """Return every case, by name."""
    return [
        Case(
            name=folder.name,
            source=(folder / "source.html").read_bytes(),
            text=(folder / "expected.txt").read_text(encoding="utf-8").strip(),
            expected=json.loads((folder / "expected.json").read_text(encoding="utf-8")),
        )
        for folder in sorted(PAGES.iterdir())
    ]


def corpus_digest() -> str:
    """Return a digest of every file of every case: measures of another corpus are other measures."""
    digest = hashlib.sha256()
    for path in sorted(PAGES.rglob("*.*")):
        digest.update(path.relative_to(PAGES).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


@dataclass(frozen=True, kw_only=True)
class Floor:
    """What was pinned once: mean F1 and exact pages of a corpus, and why the floor fell or the corpus changed."""

    digest: str
    mean_f1: float
    exact: int
    because: str = ""

    def falls_silently_from(self, before: Floor) -> bool:
        """Whether this is lower than `before`, or for other pages, and nobody says why."""
        lower = self.mean_f1 < before.mean_f1 or self.exact < before.exact
        return (lower or self.digest != before.digest) and not self.because.strip()


def floors() -> list[Floor]:
    """Return all floors ever pinned, the one that holds last."""
    return [Floor(**json.loads(line)) for line in FLOORS.read_text(encoding="utf-8").splitlines()]


def measured(because: str = "") -> Floor:
    """Return what holds today, the mean rounded down."""
    found = [(case, extract(case.source)) for case in cases()]
    mean = sum(f1(article.text, case.text) for case, article in found) / len(found)
    exact = sum(article.text == case.text for case, article in found)
    return Floor(digest=corpus_digest(), mean_f1=int(mean * 10_000) / 10_000, exact=exact, because=because)


def pin(because: str = "") -> str:
    """Add today's measures to the floors; return what was done."""
    now, before = measured(because), floors()[-1]
    if now == replace(before, because=because):
        return "nothing to pin: the floors are what is measured"
    if now.falls_silently_from(before):
        return f"refused: {now} is lower than {before}, or of other pages; say why with --because"
    with FLOORS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(now), ensure_ascii=False) + "\n")
    return f"pinned {now}"


def fields(article: Article) -> dict[str, Any]:
    """Return what ``expected.json`` may name."""
    return {
        "title": article.title,
        "byline": list(article.byline),
        "published": article.published.day.isoformat() if article.published else None,
        "sections": list(article.sections),
        "canonical_url": article.canonical_url,
        "site": article.site,
        "language": article.language,
        "noindex": article.noindex,
        "notes": list(article.notes),
    }


def shingles(text: str) -> Counter[str]:
    """Return the multiset of four-sign shingles: a measure that suits every script."""
    plain = "".join(text.split())
    return Counter(plain[i : i + SHINGLE] for i in range(max(1, len(plain) - SHINGLE + 1)))


def f1(found: str, wanted: str) -> float:
    """Return the shingle F1 of two texts."""
    ours, theirs = shingles(found), shingles(wanted)
    return 2 * (ours & theirs).total() / (ours.total() + theirs.total())


def main(arguments: list[str]) -> None:
    """Run the commands of the module's docstring."""
    if arguments[:1] == ["add"] and len(arguments) == 3:
        folder = PAGES / arguments[1]
        folder.mkdir(parents=True)
        source = Path(arguments[2]).read_bytes()
        article = extract(source)
        (folder / "source.html").write_bytes(source)
        (folder / "expected.txt").write_text(article.text + "\n", encoding="utf-8")
        told = {name: value for name, value in fields(article).items() if value}
        (folder / "expected.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        print(f"wrote {folder}: now correct expected.txt and expected.json by hand, then pin")
    elif arguments[:1] == ["pin"] and (len(arguments) == 1 or (arguments[1] == "--because" and len(arguments) == 3)):
        print(pin(arguments[2] if len(arguments) == 3 else ""))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
