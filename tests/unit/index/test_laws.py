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


def alike(query, text, frequency):
    """Return strength, shared bands and shared sample of a text for a query; None if it is no candidate."""
    mine, other = PRINTS[query], PRINTS[text]
    if not mine.tokens or not other.tokens:
        return None
    bands = len(BANDS[query] & BANDS[text])
    shared = np.intersect1d(mine.sample, other.sample).tolist()
    weight = sum(min(1, 4 / frequency[one]) for one in shared)
    shares = [min(1, max(1 / 4, 64 / max(1, one.shingles))) for one in (mine, other)]
    comparable = min(shares) * min(len(one.sample) / share for one, share in zip((mine, other), shares, strict=True))
    equal = mine.digest == other.digest
    enough = (len(shared) >= 2 and weight >= 0.5) or (weight >= 0.25 and weight >= 0.05 * comparable)
    if not (equal or bands or enough):
        return None
    strength = 1.0 if equal else min(1.0, max((bands / 24) ** (1 / 5), weight / (comparable + 1)))
    return round(strength, 9), bands, len(shared)


def one_story(text, other):
    mine, its = PRINTS[text], PRINTS[other]
    larger = mine if mine.shingles >= its.shingles else its
    return len(larger.sample) > 0 and 2 * len(np.intersect1d(mine.sample, its.sample)) >= len(larger.sample)


class IndexMachine(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.index = create_index(":memory:")
        self.documents = {}
        self.claims = {}
        self.told = {}
        self.number = 0

    def teardown(self):
        assert self.index.verify() == ()
        self.index.close()

    def tell(self, who, text):
        """Note the story of a new document or claim: that of the earliest that is the same to half."""
        self.told.pop(who, None)
        self.number += 1
        stories = (story for _, story, other in sorted(self.told.values()) if one_story(text, other))
        self.told[who] = (self.number, next(stories, self.number), text)

    def frequency(self, query):
        """Return in how many stories each hash of a text's sample stands."""
        return {
            one: len({story for _, story, text in self.told.values() if one in PRINTS[text].sample})
            for one in PRINTS[query].sample.tolist()
        }

    def expected(self, query, exclude, claim):
        rows = [("published", id, text) for id, text in self.documents.items() if id not in exclude]
        rows += [
            ("claimed", id, text)
            for key, (id, text) in self.claims.items()
            if key != claim and (not id or id not in exclude)
        ]
        frequency = self.frequency(query)
        measured = ((status, id, alike(query, text, frequency)) for status, id, text in rows)
        return sorted((id, status, *found) for status, id, found in measured if found)

    @rule(id=ids, text=texts)
    def add(self, id, text):
        try:
            self.index.add([article(id, text)], FINGERPRINTER.fingerprint_batch([text]))
            assert id not in self.documents
            self.documents[id] = text
            self.tell(id, text)
        except DuplicateIdError:
            assert id in self.documents

    @rule(id=ids, text=texts, fulfilled=st.lists(keys, max_size=2))
    def replace(self, id, text, fulfilled):
        self.index.replace([article(id, text)], FINGERPRINTER.fingerprint_batch([text]), claims=fulfilled)
        self.documents.pop(id, None)
        self.documents[id] = text
        for key in fulfilled:
            self.claims.pop(key, None)
            self.told.pop(f"claim {key}", None)
        self.tell(id, text)

    @rule(chosen=st.lists(ids, max_size=3, unique=True))
    def remove(self, chosen):
        assert self.index.remove(chosen) == len(self.documents.keys() & set(chosen))
        for id in chosen:
            self.documents.pop(id, None)
            self.told.pop(id, None)

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
            self.tell(f"claim {key}", text)

    @rule(key=keys)
    def release(self, key):
        assert self.index.release(key) == (key in self.claims)
        self.claims.pop(key, None)
        self.told.pop(f"claim {key}", None)

    @rule(query=texts, exclude=st.lists(ids, max_size=2), claim=st.none() | keys)
    def look(self, query, exclude, claim):
        seen = self.index.candidates(PRINTS[query], exclude=exclude, claim=claim)
        found = seen.found
        frequency = self.frequency(query)
        if PRINTS[query].tokens:
            # Up to four documents are not told apart by story: all of them are few.
            told = dict(zip(PRINTS[query].sample.tolist(), seen.stories, strict=True))
            assert {one: max(4, count) for one, count in told.items()} == {
                one: max(4, count) for one, count in frequency.items()
            }
        assert [one.strength for one in found] == sorted((one.strength for one in found), reverse=True)
        told = sorted(
            (one.id, one.status, round(one.strength, 9), one.shared_bands, one.shared_sample) for one in found
        )
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
