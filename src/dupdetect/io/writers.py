"""Where results go: JSONL files, written beside their place and moved into it when complete."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from dupdetect.errors import InputError
from dupdetect.io.encode import Json, cluster_json, pair_json
from dupdetect.model import ScanResult

__all__ = ["write_clusters", "write_pairs", "write_text"]


def write_text(path: Path, text: str) -> None:
    """Write a whole file at once: a reader sees the old one or the new one. Lone surrogates are written as escapes.

    Raises
    ------
    InputError
        The place is not writable.
    """
    draft = path.with_name(f".{path.name}.new")
    try:
        draft.write_text(text, encoding="utf-8", errors="backslashreplace")
        draft.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot write there: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


def _lines(objects: Iterable[Json]) -> str:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects)


def write_pairs(result: ScanResult, path: Path) -> None:
    """Write each pair of a scan as a line ``{a, b, relation, score, measures, passages, …}``."""
    articles = {article.id: article for article in result.articles}
    write_text(path, _lines(pair_json(pair, articles[pair.left], articles[pair.right]) for pair in result.pairs))


def write_clusters(result: ScanResult, path: Path) -> None:
    """Write each cluster of a scan as a line ``{ids, representative, original, reasons, weakest}``."""
    write_text(path, _lines(map(cluster_json, result.clusters)))
