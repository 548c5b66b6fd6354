"""An index against a slow, obvious one: dictionaries and every article looked at."""

import numpy as np
from hypothesis import settings as limits
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from dupdetect.errors import DuplicateIdError
from dupdetect.fingerprint import Fingerprinter, band_keys
from dupdetect.index import create_index
from dupdetect.settings import Settings
from dupdetect.testing import OTHER, STORY, article

FINGERPRINTER = Fingerprinter()
SENTENCES = [
    f"{start} of the {thing} was {end}"
    for start in ("Most", "Little", "Half")
    for thing in ("pier", "boat")
    for end in ("lost at sea in the long winter", "sold to the mayor for a song")
]
TEXTS = ["", "…", "Two words", "two WORDS", STORY, STORY + " " + OTHER, OTHER]
TEXTS += [". ".join(SENTENCES[start:stop]) for start, stop in ((0, 12), (0, 6), (4, 9), (6, 12), (1, 3))]
WORDS = STORY.split()
TRIPLES = [" ".join(WORDS[start : start + 3]) for start in range(len(WORDS) - 2)]
SAMPLE = FINGERPRINTER.fingerprint(STORY).sample
# Three words of the story that share one sampled shingle with it, and nothing else: no candidates.
TEXTS.append(next(three for three in TRIPLES if np.isin(FINGERPRINTER.fingerprint(three).sample, SAMPLE).sum() == 1))
PRINTS = {text: FINGERPRINTER.fingerprint(text) for text in TEXTS}
BANDS = {text: set(band_keys(one.signature[None], Settings())[0].tolist()) - {0} for text, one in PRINTS.items()}

ids = st.sampled_from(["a", "b", "c", "d"])
keys = st.sampled_from(["one", "two", "three"])
texts = st.sampled_from(TEXTS)


def alike(query, text):
    """Return strength, shared bands and shared sample of a text for a query; None if it is no candidate."""
    mine, other = PRINTS[query], PRINTS[text]
    if not mine.tokens or not other.tokens:
        return None
    bands = len(BANDS[query] & BANDS[text])
    sample = len(np.intersect1d(mine.sample, other.sample))
    equal = mine.digest == other.digest
    if not (equal or bands or sample >= 2):
        return None
    contained = sample / max(1, min(len(mine.sample), len(other.sample)))
    return (1.0 if equal else min(1.0, max((bands / 32) ** (1 / 4), contained))), bands, sample


class IndexMachine(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.index = create_index(":memory:")
        self.documents = {}
        self.claims = {}

    def teardown(self):
        assert self.index.verify() == ()
        self.index.close()

    def expected(self, query, exclude, claim):
        rows = [("published", id, text) for id, text in self.documents.items() if id not in exclude]
        rows += [
            ("claimed", id, text)
            for key, (id, text) in self.claims.items()
            if key != claim and (not id or id not in exclude)
        ]
        measured = ((status, id, alike(query, text)) for status, id, text in rows)
        return sorted((id, status, *found) for status, id, found in measured if found)

    @rule(id=ids, text=texts)
    def add(self, id, text):
        try:
            self.index.add([article(id, text)], FINGERPRINTER.fingerprint_batch([text]))
            assert id not in self.documents
            self.documents[id] = text
        except DuplicateIdError:
            assert id in self.documents

    @rule(id=ids, text=texts, fulfilled=st.lists(keys, max_size=2))
    def replace(self, id, text, fulfilled):
        self.index.replace([article(id, text)], FINGERPRINTER.fingerprint_batch([text]), claims=fulfilled)
        self.documents.pop(id, None)
        self.documents[id] = text
        for key in fulfilled:
            self.claims.pop(key, None)

    @rule(chosen=st.lists(ids, max_size=3, unique=True))
    def remove(self, chosen):
        assert self.index.remove(chosen) == len(self.documents.keys() & set(chosen))
        for id in chosen:
            self.documents.pop(id, None)

    @rule(id=ids | st.just(""), text=texts, key=keys, stale=st.booleans())
    def claim(self, id, text, key, stale):
        query = PRINTS[text]
        before = self.index.candidates(query, exclude=[id], claim=key)
        granted = (
            not before.found
            and self.index.claim(
                article(id, text), query, key, judged_up_to=0 if stale else before.sequence, judge=lambda newer: False
            ).granted
        )
        assert granted == (not self.expected(text, [id], key))
        if granted:
            self.claims[key] = (id, text)

    @rule(key=keys)
    def release(self, key):
        assert self.index.release(key) == (key in self.claims)
        self.claims.pop(key, None)

    @rule(query=texts, exclude=st.lists(ids, max_size=2), claim=st.none() | keys)
    def look(self, query, exclude, claim):
        found = self.index.candidates(PRINTS[query], exclude=exclude, claim=claim).found
        assert [one.strength for one in found] == sorted((one.strength for one in found), reverse=True)
        told = sorted((one.id, one.status, one.strength, one.shared_bands, one.shared_sample) for one in found)
        assert told == self.expected(query, exclude, claim)

    @rule()
    def compact(self):
        self.index.compact()

    @invariant()
    def documents_are_there_in_the_order_of_adding(self):
        assert [(one.id, one.text) for one, _ in self.index.iterate()] == list(self.documents.items())
        assert len(self.index) == len(self.documents)


TestIndexAgainstDictionaries = IndexMachine.TestCase
TestIndexAgainstDictionaries.settings = limits(max_examples=60, stateful_step_count=25, deadline=None)
