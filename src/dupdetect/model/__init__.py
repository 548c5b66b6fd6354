"""The nouns: what flows between the layers. Frozen, slotted, keyword-only; no behaviour beyond reading themselves.

Similarities are fractions in [0, 1]; ``None`` means *not measured*. Offsets are half-open code-point offsets into
`Article.text`.
"""

from __future__ import annotations

from dupdetect.model.decisions import Action, Decision, JudgedMatch, Outcome, Override
from dupdetect.model.documents import (
    Article,
    Block,
    BlockKind,
    ContentFormat,
    Document,
    Failure,
    Published,
)
from dupdetect.model.fingerprints import (
    Fingerprint,
    FingerprintBatch,
    Rarity,
)
from dupdetect.model.judgements import (
    MEASURES,
    Change,
    Comparison,
    Excuse,
    Passage,
    Reason,
    Relation,
    Repeat,
    Span,
    Verdict,
)
from dupdetect.model.results import (
    CheckResult,
    Cluster,
    Match,
    Pair,
    ScanResult,
)

__all__ = [
    "MEASURES",
    "Action",
    "Article",
    "Block",
    "BlockKind",
    "Change",
    "CheckResult",
    "Cluster",
    "Comparison",
    "ContentFormat",
    "Decision",
    "Document",
    "Excuse",
    "Failure",
    "Fingerprint",
    "FingerprintBatch",
    "JudgedMatch",
    "Match",
    "Outcome",
    "Override",
    "Pair",
    "Passage",
    "Published",
    "Rarity",
    "Reason",
    "Relation",
    "Repeat",
    "ScanResult",
    "Span",
    "Verdict",
]
