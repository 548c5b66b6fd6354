"""Golden pages: written for the purpose in the markup of real publishing systems, each with its truth beside it.

``pages/<case>/source.html`` is the page, ``expected.txt`` the article's paragraphs, ``expected.json`` what else must
out; a field that is not named there is not judged.

``python -m tests.golden.golden add NAME FILE`` makes a case of a page: it writes what the extractor says today, to be
*corrected by hand*. ``python -m tests.golden.golden pin`` prints the digest and the measures to pin in
``test_golden.py``.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dupdetect.extract import extract
from dupdetect.model import Article

PAGES = Path(__file__).parent / "pages"
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
    elif arguments == ["pin"]:
        found = [(case, extract(case.source)) for case in cases()]
        scores = [f1(article.text, case.text) for case, article in found]
        exact = sum(article.text == case.text for case, article in found)
        print(f"DIGEST = {corpus_digest()!r}\nMEAN_F1 = {sum(scores) / len(scores):.4f}\nEXACT = {exact}")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
