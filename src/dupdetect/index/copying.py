"""Copying an index to another one of any store, without fingerprinting again; what was interrupted goes on.

The target's journal says how far it is, under the kind ``copy``. Documents are written by `Index.replace`, and where a
copy was interrupted the last page may be written twice, to the same effect.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from dupdetect.errors import IndexExistsError, SettingsError, SettingsMismatchError, StoreError
from dupdetect.index.base import Entry, Index, Record
from dupdetect.index.keys import as_batch

__all__ = ["Copied", "copy_index"]

_PAGE = 500
_KIND = "copy"

Progress = Callable[[str, Iterable[Any], int], Iterable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What was copied.

    Parameters
    ----------
    documents, entries, templates : int
        How many documents, lines of the journal and templates of sites both have now.
    digest : str
        Of all of them, the same on both sides.
    """

    documents: int
    entries: int
    templates: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """How far a copy is: the source, the last document and the last journal line of each kind; whether it is done."""

    source: str
    doc: int = 0
    sequences: dict[str, int] = field(default_factory=dict)
    done: bool = False

    def entry(self) -> Entry:
        body = {"source": self.source, "doc": self.doc, "sequences": self.sequences, "done": self.done}
        return Entry(kind=_KIND, subject="", body=json.dumps(body), time=time.time())


def copy_index(source: Index, target: Index, *, progress: Progress = lambda what, steps, count: steps) -> Copied:
    """Copy documents with their fingerprints and versions, the journal and the templates; hold both against each other.

    Claims are not copied: they end within minutes. Interrupted, it goes on where it was when it is called again with
    the same two. The source may be written to meanwhile; what was written too late for this call, the next one copies.

    Parameters
    ----------
    source : Index
        Not changed.
    target : Index
        Empty, or of an unfinished copy of the same source; of the same settings.
    progress : callable, optional
        Given a title, an iterable and its length, returns an iterable of the same, as a progress bar does.

    Raises
    ------
    IndexExistsError
        The target has documents that are no unfinished copy of this source.
    SettingsMismatchError, SettingsError
        It has other settings, or keeps text where the source does not, or the other way round.
    StoreError
        The two differ after it: one of them was written to meanwhile.
    """
    name, there = source.info().location, target.info().location
    if target.settings != source.settings:
        raise SettingsMismatchError(there, target.settings.differences(source.settings))
    if target.keep_text != source.keep_text:
        raise SettingsError(f"{there}: of the two indexes one keeps the texts and one does not")
    state = _state(target)
    if state is None and not (len(target) or target.kinds()):
        state = _State(source=name)
        target.record([state.entry()], keep=1)
    if state is None or state.done or state.source != name:
        raise IndexExistsError(f"{there}: holds something already, and is no unfinished copy of {name}")
    pages = _pages(source, state.doc)
    for page in progress("Copying", pages, -(-len(source) // _PAGE)):
        target.replace(
            [record.article for record in page],
            as_batch([record.fingerprint for record in page], source.settings),
            versions=[record.version for record in page],
        )
        state = replace(state, doc=page[-1].doc)
        target.record([state.entry()], keep=1)
    if len(source) != len(target):
        kept = set(source.ids())
        gone = [id for id in target.ids() if id not in kept]
        for start in range(0, len(gone), _PAGE):
            target.remove(gone[start : start + _PAGE])
    state = _copy_journal(source, target, state)
    _copy_templates(source, target)
    mine, its = (_digest(index, progress) for index in (source, target))
    if mine != its:
        raise StoreError(
            f"{there}: differs from {name} after copying ({its.documents} documents, {mine.documents} there); one of "
            "them was written to meanwhile: run it again"
        )
    target.record([replace(state, done=True).entry()], keep=1)
    return its


def _state(target: Index) -> _State | None:
    found = target.journal(_KIND, limit=1)
    return _State(**json.loads(found[0].body)) if found else None


def _pages(index: Index, after: int = 0) -> Iterator[tuple[Record, ...]]:
    while page := index.records(after=after, limit=_PAGE):
        yield page
        after = page[-1].doc


def _entries(index: Index, kind: str) -> list[Entry]:
    """Return all lines of a kind, the oldest first."""
    found: list[Entry] = []
    before = None
    while page := index.journal(kind, before=before, limit=_PAGE):
        found += page
        before = page[-1].sequence
    return found[::-1]


def _kinds(index: Index) -> list[str]:
    return [kind for kind in index.kinds() if kind != _KIND]


def _copy_journal(source: Index, target: Index, state: _State) -> _State:
    for kind in _kinds(source):
        done = state.sequences.get(kind, 0)
        new = iter([entry for entry in _entries(source, kind) if entry.sequence > done])
        while part := list(islice(new, _PAGE)):
            state = replace(state, sequences={**state.sequences, kind: part[-1].sequence})
            # In one transaction: none of them twice.
            target.record([*part, state.entry()])
    return state


def _copy_templates(source: Index, target: Index) -> None:
    for site in source.template_sites():
        body, there = source.template(site).body, target.template(site)
        if there.body != body and not target.set_template(site, body, version=there.version):
            raise StoreError(f"{target.info().location}: someone else writes the template of {site!r}; run it again")


def _digest(index: Index, progress: Progress) -> Copied:
    """Return how much an index holds, and a digest of it that does not depend on numbers or the order of documents."""
    documents, total = 0, 0
    for page in progress("Comparing", _pages(index), -(-len(index) // _PAGE)):
        documents += len(page)
        total += sum(_number(record) for record in page)
    rest = hashlib.sha256(total.to_bytes(40, "little"))
    entries = [(kind, one.subject, one.body, one.time) for kind in _kinds(index) for one in _entries(index, kind)]
    templates = [(site, index.template(site).body) for site in index.template_sites()]
    for told in (*entries, *templates):
        rest.update(repr(told).encode("utf-8", "surrogatepass"))
    return Copied(documents=documents, entries=len(entries), templates=len(templates), digest=rest.hexdigest()[:32])


def _number(record: Record) -> int:
    own = record.fingerprint
    facts = repr((record.article, record.version, own.digest, own.shingles, own.tokens, own.settings_identity))
    whole = hashlib.sha256(facts.encode("utf-8", "surrogatepass"))
    whole.update(own.signature.astype("<u4").tobytes())
    whole.update(own.sample.astype("<u8").tobytes())
    return int.from_bytes(whole.digest(), "little")
