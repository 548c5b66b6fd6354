"""The BeautifulSoup lane against the fast lane on every page: who differs, in what, and why.

A soup made by html5lib is held to the same `Article` as lexbor's tree, which is made from the same text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields
from difflib import SequenceMatcher
from pathlib import Path

from bs4 import BeautifulSoup

from benchmarks.extraction_data import load
from benchmarks.extraction_texts import decoded
from benchmarks.frame import Cell, Table, require
from dupdetect.errors import ExtractionError
from dupdetect.extract import extract
from dupdetect.model import Article

__all__ = ["difference", "lane_tables"]


def _article(source: str | BeautifulSoup) -> Article | str:
    try:
        return extract(source)
    except ExtractionError as error:
        return f"{type(error).__name__}: {error}"


def difference(fast: Article | str, soup: Article | str) -> tuple[str, str] | None:
    """Return in what two answers to one page differ, and where first; None where they are equal."""
    if fast == soup:
        return None
    if isinstance(fast, str) or isinstance(soup, str):
        return "one finds no article", f"{fast if isinstance(fast, str) else soup}"[:100]
    for name in (each.name for each in fields(Article) if each.name not in ("blocks", "text")):
        if getattr(fast, name) != getattr(soup, name):
            return f"metadata: {name}", f"{getattr(fast, name)!r} / {getattr(soup, name)!r}"[:100]
    return _blocks_differ(fast, soup)


def _blocks_differ(fast: Article, soup: Article) -> tuple[str, str]:
    ours, theirs = ([block.text for block in article.blocks] for article in (fast, soup))
    kind = "text" if fast.text != soup.text else "dropped blocks only"
    if ours == theirs:
        pairs = zip(fast.blocks, soup.blocks, strict=True)
        block, other = next((a, b) for a, b in pairs if a != b)
        return f"{kind}: judged otherwise", f"{block.text[:50]!r}: {block.reason or 'kept'} / {other.reason or 'kept'}"
    if "".join("".join(ours).split()) == "".join("".join(theirs).split()):
        return f"{kind}: cut otherwise into blocks", _first(ours, theirs)
    return f"{kind}: other text in the tree", _first(ours, theirs)


def _first(ours: Sequence[str], theirs: Sequence[str]) -> str:
    for tag, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag != "equal":
            return f"{' ¶ '.join(ours[a:b])[:48]!r} / {' ¶ '.join(theirs[c:d])[:48]!r}"
    return "white space"


def lane_tables(folders: Sequence[Path], *, quick: bool = False) -> Iterator[Table]:
    """Yield how many pages differ in what, and the list of those pages."""
    require("html5lib", purpose="the lane of soups", extra="test")
    pages = [page for folder in folders for page in load(folder)]
    if quick:
        pages = pages[:: max(1, len(pages) // 20)]
    found: list[dict[str, Cell]] = []
    counted: Counter[str] = Counter()
    for page in pages:
        html = decoded(page)
        differs = difference(_article(html), _article(BeautifulSoup(html, "html5lib")))
        if differs is not None:
            counted[differs[0]] += 1
            found.append({"page": f"{page.data} {page.id[:16]}", "in": differs[0], "fast lane / soup": differs[1]})
    rows: list[dict[str, Cell]] = [{"lanes": "equal in everything", "pages": len(pages) - len(found)}]
    rows += [{"lanes": kind, "pages": count} for kind, count in counted.most_common()]
    notes = ("Everything: text, every block with its kind and reason, metadata. Not shown: soups of other builders.",)
    yield Table(title="Fast lane against html5lib's soups", columns=("lanes", "pages"), rows=tuple(rows), notes=notes)
    if found:
        columns = ("page", "in", "fast lane / soup")
        yield Table(title="Pages on which the lanes differ", columns=columns, rows=tuple(found))
