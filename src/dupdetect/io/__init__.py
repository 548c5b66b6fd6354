"""Readers and writers."""

from dupdetect.io.baseline import read_baseline
from dupdetect.io.encode import (
    article_json,
    cluster_json,
    decision_json,
    failure_json,
    pair_json,
    passages_json,
    repeat_json,
    scan_json,
    verdict_json,
)
from dupdetect.io.readers import SUFFIXES, is_collection, is_jsonl, pages_of, read_documents, read_file
from dupdetect.io.sources import PathSource, PiecesSource, Source
from dupdetect.io.writers import CLUSTER_COLUMNS, PAIR_COLUMNS, write_clusters, write_pairs, write_rows, write_text

__all__ = [
    "CLUSTER_COLUMNS",
    "PAIR_COLUMNS",
    "SUFFIXES",
    "PathSource",
    "PiecesSource",
    "Source",
    "article_json",
    "cluster_json",
    "decision_json",
    "failure_json",
    "is_collection",
    "is_jsonl",
    "pages_of",
    "pair_json",
    "passages_json",
    "read_baseline",
    "read_documents",
    "read_file",
    "repeat_json",
    "scan_json",
    "verdict_json",
    "write_clusters",
    "write_pairs",
    "write_rows",
    "write_text",
]
