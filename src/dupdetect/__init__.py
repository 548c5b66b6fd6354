"""dupdetect: tells publishers, before they press Publish, that a piece is already out there.

>>> from dupdetect import compare, extract
>>> page = "<html><body><article><h1>Ferry</h1><p>{}</p></article></body></html>"
>>> post = "The council voted on Monday to keep the ferry running through the winter, come rain or come snow. " * 3
>>> compare(extract(page.format(post)), extract(page.format(post.upper()))).relation.value
'IDENTICAL'
"""

from dupdetect.compare import Comparator, Thresholds, compare, find_repeats
from dupdetect.detector import Detector
from dupdetect.errors import (
    DupdetectError,
    DuplicateBlocked,
    ExtractionError,
    MissingExtraError,
    SettingsError,
    StoreError,
)
from dupdetect.extract import extract, extract_all
from dupdetect.fingerprint import Fingerprinter
from dupdetect.index import Index, create_index, open_index
from dupdetect.model import (
    Action,
    Article,
    Block,
    CheckResult,
    Cluster,
    Comparison,
    Decision,
    Document,
    Failure,
    Fingerprint,
    Match,
    Override,
    Pair,
    Passage,
    Published,
    Relation,
    Repeat,
    ScanResult,
    Span,
    Verdict,
)
from dupdetect.policy import Policy, parse_policy
from dupdetect.settings import Settings

__all__ = [
    "Action",
    "Article",
    "Block",
    "CheckResult",
    "Cluster",
    "Comparator",
    "Comparison",
    "Decision",
    "Detector",
    "Document",
    "DupdetectError",
    "DuplicateBlocked",
    "ExtractionError",
    "Failure",
    "Fingerprint",
    "Fingerprinter",
    "Index",
    "Match",
    "MissingExtraError",
    "Override",
    "Pair",
    "Passage",
    "Policy",
    "Published",
    "Relation",
    "Repeat",
    "ScanResult",
    "Settings",
    "SettingsError",
    "Span",
    "StoreError",
    "Thresholds",
    "Verdict",
    "compare",
    "create_index",
    "extract",
    "extract_all",
    "find_repeats",
    "open_index",
    "parse_policy",
]
