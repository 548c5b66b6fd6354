"""One article on several pages: through other templates, and through one site's own.

*Cross-posts*: the pages of ``synth`` (``--data`` a folder with ``NAME.docs.jsonl.gz`` that hold ``html``) whose pair is
labelled identical; what counts is the word-3 Jaccard similarity of the two extracted texts. *Templates*: what
`SiteTemplate` adds. Learned from the first half of a site's pages, judged on the second half: on the ``synth`` sites,
and on one made here whose bios, appeals and disclaimers stand in bare paragraphs, so that no single page gives a hint,
with a paragraph that many stories quote and a story posted again and again, which must stay.
"""

from __future__ import annotations

import gzip
import html
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.extraction_data import AnnotatedPage, f1, precision_recall
from benchmarks.extraction_peers import text_extractors
from benchmarks.extraction_texts import texts_of
from benchmarks.frame import Cell, Table
from dupdetect.errors import ExtractionError
from dupdetect.extract import SiteTemplate, extract, learn_template
from dupdetect.settings import Settings
from dupdetect.text import fold, shingle, tokenize

__all__ = ["bare_site", "crosspost_tables", "example_pages", "site_tables"]

EXAMPLE = Path(__file__).parents[1] / "examples" / "firedoglake"
FEW = 30
"""Pages: a site of fewer is learned from all of them, and judged on all."""
_SETTINGS = Settings()


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePage:
    """A page of a site and the article that it carries."""

    id: str
    site: str
    html: str
    text: str


def site_pages(folder: Path) -> Iterator[SitePage]:
    """Yield the documents of a folder's sets that are pages."""
    for path in sorted(folder.glob("*.docs.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for document in map(json.loads, lines):
                if "html" in document:
                    yield SitePage(
                        id=document["id"], site=document["site"], html=document["html"], text=document["text"]
                    )


# ------------------------------------------------------------------------------------------------ cross-posts


def _identical(folder: Path, known: set[str]) -> list[tuple[str, str, str]]:
    found = []
    for path in sorted(folder.glob("*.pairs.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            same = (pair for pair in map(json.loads, lines) if pair["relation"] == "identical")
            found += [(each["a"], each["b"], each.get("op") or "") for each in same if {each["a"], each["b"]} <= known]
    return found


def _shingles(text: str) -> NDArray[np.uint64]:
    return np.unique(shingle(tokenize(fold(text)), _SETTINGS))


def _jaccard(left: str, right: str) -> float:
    a, b = _shingles(left), _shingles(right)
    common = len(np.intersect1d(a, b, assume_unique=True))
    return common / max(len(a) + len(b) - common, 1)


def crosspost_tables(folders: Sequence[Path], *, quick: bool = False) -> Iterator[Table]:
    """Yield for each folder with labelled pages how alike the extracted texts of identical articles are."""
    for folder in folders:
        pages = list(site_pages(folder))
        pairs = _identical(folder, {page.id for page in pages})
        if not pairs:
            continue
        pairs = pairs[:10] if quick else pairs
        wanted = {id for a, b, _ in pairs for id in (a, b)}
        chosen = [
            AnnotatedPage(id=page.id, data="synth", source=page.html.encode(), truth={})
            for page in pages
            if page.id in wanted
        ]
        texts = {
            name: {key.split("/", 1)[1]: text for key, text in texts_of(name, extractor, chosen).items()}
            for name, extractor in text_extractors().items()
        }
        texts["(the true text)"] = {page.id: page.text for page in pages}
        rows: list[dict[str, Cell]] = []
        for name, found in texts.items():
            for kind in ("exact", "all"):
                these = [(a, b) for a, b, op in pairs if kind == "all" or op == kind]
                values = np.array([_jaccard(found[a], found[b]) for a, b in these])
                same = np.mean([_words(found[a]) == _words(found[b]) for a, b in these])
                rows.append(
                    {
                        "extractor": name,
                        "pairs": f"{kind} ({len(these)})",
                        "≥ .95": float(np.mean(values >= 0.95)),
                        "same words": float(same),
                        "least": float(values.min()),
                        "under .8": int((values < 0.8).sum()),
                    }
                )
        notes = (
            "≥ .95: share of the pairs with a word-3 Jaccard similarity of so much; same words: equal content digest.",
            "exact: untouched copies; all: headline or typography changed too. Not shown: real sites; the six",
            "templates are one generator's.",
        )
        columns = ("extractor", "pairs", "≥ .95", "same words", "least", "under .8")
        yield Table(
            title=f"{folder.name}: one article in other templates",
            columns=columns,
            rows=tuple(rows),
            notes=notes,
            bars="≥ .95",
        )


def _words(text: str) -> bytes:
    return tokenize(fold(text)).hashes.tobytes()


# -------------------------------------------------------------------------------------------------- templates

_BIOS = (
    "Jane Ortiz founded this site and lives by the sea with two cats and a boat that leaks.",
    "Milo Grant has covered the statehouse since the first of the three recounts. Reach him by post.",
    "Ada Lindqvist teaches evenings, edits mornings and writes about water, power and who pays for them.",
)
_APPEAL = "We are a small room of reporters and we run on what readers give. If this piece was of use, chip in today."
_RIGHTS = "Pieces on this site may be quoted in part with credit and a link. The opinions are those of their writers."
_FOUNDER = "Jane founded this blog in a spare room and writes about politics, food and the law. She lives by the sea."
_WIRE = (
    "The ministry said on Tuesday that the bridge would stay closed until the inquiry had heard every witness, and "
    "that no date had been set for its report, which both parties have asked for since the spring of last year."
)


def bare_site(stories: Sequence[str], *, seed: int = 1) -> list[SitePage]:
    """Return pages of one site around given texts: nothing in the markup tells its own paragraphs from the story's.

    Every third story ends with the writer's bio, every one with an appeal or a notice; a box after the third paragraph
    asks for money; every fifth story quotes the same wire paragraph in its midst; every tenth page is the same story.
    """
    draw = random.Random(seed)
    pages = []
    for number, story in enumerate(stories):
        own = (stories[0] if number % 10 == 9 else story).split("\n\n")
        if number % 5 == 2 and len(own) > 3:
            own.insert(2, _WIRE)
        shown = [f"<p>{html.escape(text)}</p>" for text in own]
        if len(shown) > 4:
            shown.insert(3, f'<div class="b2"><p>{_APPEAL}</p></div>')
        tail = [draw.choice(_BIOS)] * (number % 3 == 0) + [_RIGHTS]
        body = "".join([*shown, *(f"<p>{text}</p>" for text in tail)])
        head = f"<head><title>Notes from the valley, {number}</title></head>"
        page = f'<html>{head}<body><div class="b1"><h1>Notes from the valley, {number}</h1>{body}</div></body></html>'
        pages.append(SitePage(id=str(number), site="made", html=page, text="\n\n".join(own)))
    return pages


def example_pages() -> list[SitePage]:
    """Return the example blog's pages, the founder's bio in a bare paragraph under each post.

    As the blog has it, in its sidebar, no template is needed. The text that counts leaves captions and the like out.
    """
    truth = json.loads((EXAMPLE / "expected.json").read_text(encoding="utf-8"))["pages"]
    pages = []
    for name, page in truth.items():
        source = (EXAMPLE / "pages" / name).read_text(encoding="utf-8")
        last = re.split(r"[^\x20-\x7e]|[\"&]", page["paragraphs"][-1])[-1][-40:]  # its end, as markup has it too
        end = source.index("</p>", source.rindex(last)) + len("</p>")
        html = f"{source[:end]}<p>{_FOUNDER}</p>{source[end:]}"
        pages.append(SitePage(id=name, site="example", html=html, text="\n\n".join(page["paragraphs"])))
    return pages


def site_tables(folders: Sequence[Path], *, quick: bool = False) -> Iterator[Table]:
    """Yield what templates learned on the first half of a site's pages change on the second half."""
    for folder in folders:
        pages = list(site_pages(folder))
        if not pages:
            continue
        sites: dict[str, list[SitePage]] = {}
        for page in pages:
            sites.setdefault(page.site, []).append(page)
        sites["example blog"] = example_pages()
        sites["bare"] = bare_site([page.text for page in pages if len(page.text) > 800][: 60 if quick else 240])
        rows = []
        for site, its in sites.items():
            half = len(its) // 2 if len(its) >= FEW else 0
            template = learn_template(page.html for page in its[: half or None])
            rows.append({"site": site, **_compared(its[half:], template)})
        notes = (
            "F1 of mean precision and recall over 4-token shingles without and with the template, on the pages that it",
            f"was not learned from (of sites of under {FEW} pages: on all). eaten: blocks of the true text that only",
            "the template dropped; it must stay 0.",
            "bare: made here from the same texts, furniture in plain paragraphs; a fifth of its stories quotes one",
            "wire paragraph, a tenth of its pages is one story. Not shown: real sites; the development data have none",
            "with pages enough. example blog: the founder's bio put unmarked under each post; captions count as wrong.",
        )
        columns = ("site", "pages", "known", "F1 without", "F1 with", "exact without", "exact with", "eaten")
        yield Table(
            title=f"{folder.name}: site templates", columns=columns, rows=tuple(rows), notes=notes, bars="F1 with"
        )


def _compared(pages: Sequence[SitePage], template: SiteTemplate) -> dict[str, Cell]:
    without: list[tuple[float, float]] = []
    with_it: list[tuple[float, float]] = []
    eaten = 0
    for page in pages:
        for scores, known in ((without, None), (with_it, template)):
            try:
                article = extract(page.html, template=known)
            except ExtractionError:
                scores.append((0.0, 0.0))
                continue
            scores.append(precision_recall(article.text, page.text))
            if known is not None:
                dropped = (block.text for block in article.blocks if (block.reason or "").startswith("recurs"))
                eaten += sum(text in page.text for text in dropped)
    means = [f1(*np.mean(scores, axis=0).tolist()) for scores in (without, with_it)]
    exact = [float(np.mean([f1(*pair) > 0.9999 for pair in scores])) for scores in (without, with_it)]
    return {
        "pages": len(pages),
        "known": len(template.known()),
        "F1 without": means[0],
        "F1 with": means[1],
        "exact without": exact[0],
        "exact with": exact[1],
        "eaten": eaten,
    }
