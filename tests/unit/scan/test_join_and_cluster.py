import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import english
from tests.unit.scan.corpora import slow_pairs

from dupdetect.fingerprint import Fingerprinter
from dupdetect.model import Article, Comparison, Pair, Published, Relation, Verdict
from dupdetect.scan import candidate_pairs, cluster
from dupdetect.settings import Settings

SMALL = Settings(permutations=16, bands=8, rows=2, sample_rate=2, sample_floor=4)


@given(st.lists(english, max_size=14))
def test_the_join_finds_the_pairs_that_looking_at_each_pair_finds(texts):
    batch = Fingerprinter(SMALL).fingerprint_batch(texts)
    joined = candidate_pairs(batch, SMALL, hot_key=1000, limit=1000)
    assert set(zip(joined.left.tolist(), joined.right.tolist(), strict=True)) == slow_pairs(batch, SMALL)
    assert joined.hot_keys == 0
    assert joined.left_out == 0
    assert ((joined.strength > 0) & (joined.strength <= 1)).all()


def test_a_key_that_too_many_share_is_followed_to_the_next_neighbour_and_counted():
    words = " ".join(f"word{n}" for n in range(60))
    batch = Fingerprinter().fingerprint_batch([words] * 10)
    joined = candidate_pairs(batch, Settings(), hot_key=5)
    assert joined.hot_keys > 0
    assert set(zip(joined.left.tolist(), joined.right.tolist(), strict=True)) == {(n, n + 1) for n in range(9)}


def test_pairs_beyond_the_limit_of_both_documents_are_counted():
    words = " ".join(f"word{n}" for n in range(60))
    joined = candidate_pairs(Fingerprinter().fingerprint_batch([words] * 8), Settings(), limit=2)
    assert joined.left_out > 0
    assert len(joined.left) + joined.left_out == 28
    assert (np.bincount(np.concatenate([joined.left, joined.right]), minlength=8) >= 2).all()


def pair(left, right, score=1.0, relation=Relation.NEAR):
    verdict = Verdict(relation=relation, score=score, reasons=(), comparison=Comparison(tokens_left=9, tokens_right=9))
    return Pair(left=left, right=right, verdict=verdict)


def article(id, published=None, canonical_url=None, url=None):
    return Article(id=id, blocks=(), published=published, canonical_url=canonical_url, url=url)


def day(text):
    return Published(moment=dt.date.fromisoformat(text))


def test_a_cluster_is_its_representative_and_verified_duplicates_of_it():
    articles = [article(id) for id in "abcdef"]
    pairs = [pair("a", "b", 0.9), pair("b", "c", 0.7), pair("b", "d", 0.8), pair("e", "f", 0.95)]
    found = cluster(articles, pairs)
    assert [(one.ids, one.representative, one.weakest) for one in found] == [
        (("a", "b", "c", "d"), "b", 0.7),
        (("e", "f"), "e", 0.95),
    ]


def test_a_chain_of_versions_is_not_one_cluster():
    chain = [pair("a", "b"), pair("b", "c"), pair("c", "d"), pair("d", "e")]
    found = cluster([article(id) for id in "abcde"], chain)
    assert [one.ids for one in found] == [("a", "b", "c"), ("d", "e")]


def test_a_member_that_was_never_compared_with_the_representative_is_compared_now():
    def verify(left, right):
        asked.append({left, right})
        return pair(left, right, 0.6, Relation.NEAR if "e" not in (left, right) else Relation.TEMPLATE)

    asked = []
    chain = [pair("a", "b"), pair("b", "c"), pair("c", "d"), pair("d", "e")]
    found = cluster([article(id) for id in "abcde"], chain, verify)
    assert [(one.ids, one.weakest) for one in found] == [(("a", "b", "c", "d"), 0.6)]
    assert asked == [{"b", "d"}, {"b", "e"}]


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh"), st.integers(1, 9))), st.randoms())
def test_clusters_depend_on_no_order_and_never_hold_a_pair_that_was_not_verified(edges, rng):
    pairs = {frozenset((a, b)): pair(a, b, score / 10) for a, b, score in edges if a != b}
    articles = [article(id) for id in "abcdefgh"]
    found = cluster(articles, list(pairs.values()))
    for one in found:
        for id in set(one.ids) - {one.representative}:
            assert pairs[frozenset((id, one.representative))].verdict.score >= one.weakest
    members = [id for one in found for id in one.ids]
    assert len(members) == len(set(members))
    shuffled, others = list(pairs.values()), list(articles)
    rng.shuffle(shuffled)
    rng.shuffle(others)
    again = cluster(others, shuffled)
    assert {frozenset(one.ids) for one in again} == {frozenset(one.ids) for one in found}


def test_only_duplicates_join_a_cluster():
    others = [relation for relation in Relation if not relation.is_duplicate]
    assert cluster([article("a"), article("b")], [pair("a", "b", relation=relation) for relation in others]) == ()


@pytest.mark.parametrize(
    ("members", "original", "reason"),
    [
        ([article("a", day("2014-11-04")), article("b", day("2014-11-03"))], "b", "published first, on 2014-11-03."),
        ([article("a", day("2014-11-03")), article("b", day("2014-11-03"))], None, "same time"),
        ([article("a", day("2014-11-03")), article("b")], None, "1 of 2 carry no date"),
        (
            [article("a", Published(moment=dt.date(2014, 1, 1), precision="year")), article("b", day("2014-11-03"))],
            None,
            "same time",
        ),
        (
            [
                article("a", day("2014-11-04"), url="https://x/a"),
                article("b", day("2014-11-03"), "https://x/a", "https://x/b"),
            ],
            "a",
            "canonical",
        ),
    ],
)
def test_the_original_is_the_canonical_one_else_the_one_certainly_first_else_nobody(members, original, reason):
    (found,) = cluster(members, [pair("a", "b")])
    assert found.original == original
    assert reason in found.reasons[0]


def test_the_earlier_hour_decides_where_both_are_known():
    times = [
        Published(moment=dt.datetime(2014, 11, 3, hour, tzinfo=dt.timezone.utc), precision="time") for hour in (9, 8)
    ]
    (found,) = cluster([article("a", times[0]), article("b", times[1])], [pair("a", "b")])
    assert found.original == "b"
