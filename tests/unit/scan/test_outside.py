"""A scan against an index says what a check says."""

from tests.unit.test_checking import NOTICE, text, words

from dupdetect import Detector, Relation
from dupdetect.extract import read
from dupdetect.scan.outside import compare_with_index
from dupdetect.scan.shards import Corpus, MemoryShard


def test_a_notice_under_every_post_makes_no_two_posts_overlap_once_the_index_knows_it():
    posts = [text(f"{n}", f"{words(n, 150)} {NOTICE}") for n in range(60)]
    with Detector() as detector:
        corpus = Corpus([MemoryShard.of([read(post) for post in posts[-2:]], detector.index.settings)])
        detector.add(posts[:1])
        found, _ = compare_with_index(corpus, detector.index)
        assert [one.pair.verdict.relation for one in found] == [Relation.OVERLAPS] * 2
        detector.add(posts[1:-2])
        assert compare_with_index(corpus, detector.index)[0] == []


def test_relation_score_and_measures_are_those_of_a_check():
    wire = words(1, 200)
    posts = [text(f"{n}", f"{words(n, 150)} {NOTICE}") for n in range(40)]
    posts += [text("wire", wire), text("edited", wire.replace(wire[300:360], "rewritten by the desk"))]
    new = text("new", f"{wire} {NOTICE}")
    with Detector() as detector:
        detector.add(posts)
        corpus = Corpus([MemoryShard.of([read(new)], detector.index.settings)])
        found, _ = compare_with_index(corpus, detector.index)
        said = {match.id: match.verdict for match in detector.check(new).matches}
        assert {one.pair.right: one.pair.verdict for one in found} == said
        assert said["wire"].comparison.shared_rarity == 1
