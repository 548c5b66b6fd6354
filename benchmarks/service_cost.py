"""Where the processor time of one check goes, in one process and without HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from benchmarks.frame import Contestant, Table, race, timing_table
from dupdetect.detector import Detector
from dupdetect.extract import read
from dupdetect.fingerprint import Fingerprinter
from dupdetect.io import decision_json
from dupdetect.model import Document

__all__ = ["cost"]

POSTS = 50
"""Of posts that were not asked for before: what is cached of an index is its inner pages."""


def cost(path: Path, posts: Sequence[str], *, rounds: int) -> Table:
    """Time the parts of a check of each of some posts.

    Parameters
    ----------
    path : Path
        An index.
    posts : sequence of str
        As an editor's HTML; at least one.
    rounds : int
    """
    documents = [
        Document(id=f"wp:2:{n}", content=post, format="fragment", title=f"Post {n}", site="The Bullpen")
        for n, post in enumerate(posts[:POSTS])
    ]
    with closing(Detector(path)) as detector:
        index, fingerprinter = detector.index, Fingerprinter(detector.settings)
        articles = [read(document) for document in documents]
        prints = [fingerprinter.fingerprint(article.text) for article in articles]
        found = [index.candidates(one).found for one in prints]
        decisions = [detector.decide(article) for article in articles]

        def claimed() -> None:
            for number, article in enumerate(articles):
                detector.decide(article, claim=f"{number}-claim")
                detector.release(f"{number}-claim")

        def each(name: str, work: Callable[[int], object]) -> Contestant:
            return Contestant(name=name, work=lambda: [work(number) for number in range(len(articles))])

        contestants = (
            each("check", lambda n: detector.check(documents[n])),
            each("… read the HTML", lambda n: read(documents[n])),
            each("… fingerprint", lambda n: fingerprinter.fingerprint(articles[n].text)),
            each("… look up", lambda n: index.candidates(prints[n])),
            each("… fetch what was found", lambda n: index.fetch_batch(found[n])),
            each("answer as JSON", lambda n: json.dumps(decision_json(decisions[n], limit=5))),
            Contestant(name="decide, claim and release", work=claimed),
        )
        timings = race(contestants, rounds=rounds)
    return timing_table(
        "Parts of one check, one process",
        timings,
        items=len(articles),
        item="check",
        notes=("What is left of a check beside its parts is ranking and comparing; HTTP is not in it.",),
    )
