"""Readers and writers."""

from dupdetect.io.encode import article_json, check_json, failure_json, repeat_json, scan_json, verdict_json
from dupdetect.io.readers import is_jsonl, read_documents, read_file
from dupdetect.io.writers import write_clusters, write_pairs, write_text

__all__ = [
    "article_json",
    "check_json",
    "failure_json",
    "is_jsonl",
    "read_documents",
    "read_file",
    "repeat_json",
    "scan_json",
    "verdict_json",
    "write_clusters",
    "write_pairs",
    "write_text",
]
