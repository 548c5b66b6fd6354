"""Texts of many pages, remembered between runs: a peer's answer to a page changes only with its version.

Ours are *out of fold* where the weights have seen a page's site: extracted with trees trained on other sites only.
What is remembered lies in ``benchmarks/results/texts``; delete it to measure afresh.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import train_extraction
from benchmarks.extraction_data import AnnotatedPage, load
from benchmarks.extraction_peers import OURS, Extractor, answer, version
from dupdetect.errors import SettingsError
from dupdetect.extract.boilerplate import decide
from dupdetect.extract.decode import decode

__all__ = ["decoded", "our_texts", "remembered", "texts_of", "trained_data"]

ROOT = Path(__file__).parents[1]
CACHE = Path(__file__).parent / "results" / "texts"
EXTRACT = ROOT / "src" / "dupdetect" / "extract"


def decoded(page: AnnotatedPage) -> str:
    """Return a page as text, as every contestant gets it."""
    return decode(page.source)[0]


def remembered(name: str, key: str, make: Callable[[], dict[str, str]]) -> dict[str, str]:
    """Return what `make` returned when it was last asked under this name and key."""
    path = CACHE / f"{name.replace(' ', '-')}-{key}.json.gz"
    if path.exists():
        found: dict[str, str] = json.loads(gzip.decompress(path.read_bytes()))
        return found
    made = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(json.dumps(made, ensure_ascii=False).encode("utf-8", "surrogatepass"), mtime=0))
    return made


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]


def _pages_digest(pages: Iterable[AnnotatedPage]) -> bytes:
    return b"".join(hashlib.sha256(page.source).digest() for page in pages)


def _code_digest() -> bytes:
    """Return a digest of everything that our text depends on."""
    folders = (EXTRACT, ROOT / "src" / "dupdetect" / "text")
    files = [*(path for folder in folders for path in sorted(folder.glob("*.*"))), Path(train_extraction.__file__)]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).digest()


def texts_of(name: str, extractor: Extractor, pages: Sequence[AnnotatedPage]) -> dict[str, str]:
    """Return an extractor's text of each page, page key → text."""
    which = _code_digest() if name == OURS else version(name).encode()
    key = _digest(which, _pages_digest(pages))
    return remembered(name, key, lambda: {page.key: answer(extractor, decoded(page)) for page in pages})


def trained_data() -> dict[str, Any]:
    """Return what the shipped weights say of the pages they were trained on."""
    with (EXTRACT / "weights.json").open(encoding="utf-8") as file:
        about: dict[str, Any] = json.load(file)["about"]
    return about


def our_texts(folders: Sequence[Path]) -> dict[str, str]:
    """Return our text of each page of the training data, each from trees that have not seen its site.

    Raises
    ------
    SettingsError
        The folders are not the training data of the shipped weights.
    """
    pages = [page for folder in folders for page in load(folder)]
    about = trained_data()
    if {page.data for page in pages} != set(about["data"]):
        raise SettingsError(f"cross-validation needs the data of the weights: {', '.join(about['data'])}")
    key = _digest(_code_digest(), _pages_digest(pages))
    return remembered("dupdetect out of fold", key, lambda: out_of_fold(folders))


def out_of_fold(folders: Sequence[Path]) -> dict[str, str]:
    """Return page key → text by trees trained without the page's site, as ``train_extraction`` prints its quality."""
    examples = [example for folder in folders for example in train_extraction.examples(folder)]
    train_extraction.cross_validate(examples)
    texts = {page.key: "" for folder in folders for page in load(folder)}  # what cannot be read gives none
    for each in examples:
        judged = decide(each.flat, each.metadata, each.measured, each.probabilities, each.posts)
        kept = (text for text, reason in zip(each.flat.texts, judged.reasons, strict=True) if reason is None)
        texts[each.page.key] = "\n\n".join(kept)
    return texts
