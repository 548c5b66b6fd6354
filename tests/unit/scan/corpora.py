"""Small corpora with every kind of kinship in them, and a scan that looks at each pair, one at a time."""

import random
from itertools import combinations

from dupdetect.compare import Comparator, StoryCounts
from dupdetect.compare.kin import kin_of
from dupdetect.compare.repeats import repeats
from dupdetect.fingerprint import Fingerprinter, band_keys
from dupdetect.model import Article, Block, Pair, Relation, ScanResult
from dupdetect.scan import cluster
from dupdetect.scan.join import MIN_SHARED_SAMPLE, MIN_SHARED_SHARE
from dupdetect.settings import Settings
from dupdetect.text import shingle_batch


def words(rng, count):
    """Words of letters only: a digit would make them facts."""
    return ["".join(rng.choice("bcdfghklmnprst") + rng.choice("aeiou") for _ in range(3)) for _ in range(count)]


def related_texts(seed=7, stories=12):
    """Stories, edited and exact copies, excerpts, a shared paragraph, templates, a double paste, short ones."""
    rng = random.Random(seed)
    shared = words(rng, 40)
    frame = words(rng, 60)
    texts = {}
    for number in range(stories):
        story = words(rng, rng.randrange(60, 160))
        texts[f"story-{number}"] = story
        if number % 3 == 0:
            edited = list(story)
            edited[20:23] = ["entirely", "rewritten"]
            texts[f"edited-{number}"] = edited
        if number % 4 == 0:
            texts[f"copy-{number}"] = list(story)
        if number % 4 == 1:
            texts[f"excerpt-{number}"] = story[10:50]
        if number % 5 == 2:
            texts[f"quoting-{number}"] = words(rng, 70) + shared + words(rng, 20)
        facts = (str(rng.randrange(1000, 9999)) for _ in frame)
        texts[f"round-up-{number}"] = [
            part for n, w in enumerate(frame) for part in ([w] if n % 4 else [w, next(facts)])
        ]
    notice = words(rng, 60)
    for number in range(6):  # a template of words alone, and a text that was edited in it
        texts[f"notice-{number}"] = [words(rng, 1)[0] if n % 12 == 5 else word for n, word in enumerate(notice)]
    texts["notice-edited"] = [*texts["notice-3"][:30], "moreover", *texts["notice-3"][30:]]
    texts["twice"] = texts["story-1"] + texts["story-1"]
    texts["short"] = ["only", "four", "words", "here"]
    texts["empty"] = ["…"]
    listed = [(id, " ".join(text)) for id, text in texts.items()]
    rng.shuffle(listed)
    return listed


def articles_of(texts):
    return [Article(id=id, blocks=(Block(text=text),)) for id, text in texts]


def slow_pairs(batch, settings):
    """Every pair of documents, one at a time, by Python sets."""
    bands = band_keys(batch.signatures, settings)
    found = set()
    for left, right in combinations(range(len(batch)), 2):
        one, other = batch[left], batch[right]
        shared_bands = set(bands[left][bands[left] > 0].tolist()) & set(bands[right].tolist())
        shared_sample = set(one.sample.tolist()) & set(other.sample.tolist())
        twins = one.tokens > 0 and one.digest == other.digest
        share = len(shared_sample) / max(1, _comparable(one, other, settings))
        enough = len(shared_sample) >= MIN_SHARED_SAMPLE or (shared_sample and share >= MIN_SHARED_SHARE)
        if twins or shared_bands or enough:
            found.add((left, right))
    return found


def _comparable(one, other, settings):
    """How many hashes the smaller of two texts is expected to have under the lower threshold of their samples."""
    shares = [min(1.0, max(1 / settings.sample_rate, settings.sample_floor / max(1, n.shingles))) for n in (one, other)]
    distinct = [len(each.sample) / share for each, share in zip((one, other), shares, strict=True)]
    return min(shares) * min(distinct)


def slow_scan(articles, settings=None):
    """What a scan finds, without gates, shards, files or shortcuts."""
    settings = settings or Settings()
    texts = [article.text for article in articles]
    shingles = []
    for _, chunk in shingle_batch(texts, settings):
        shingles += [chunk.hashes[a:b] for a, b in zip(chunk.offsets, chunk.offsets[1:], strict=False)]
    comparator = Comparator(settings=settings, rarity=StoryCounts(shingles))
    prepared = [comparator.prepare(article) for article in articles]
    places = {article.id: place for place, article in enumerate(articles)}
    judged = {}

    def judge(left, right, kin):
        left, right = sorted((left, right))
        verdict = comparator.relate(prepared[left], prepared[right], kin=kin)
        judged[left, right] = Pair(left=articles[left].id, right=articles[right].id, verdict=verdict)
        return judged[left, right]

    for left, right in sorted(slow_pairs(Fingerprinter(settings).fingerprint_batch(texts), settings)):
        judge(left, right, None)
    duplicates = [pair for pair, one in judged.items() if one.verdict.is_duplicate]
    together = {place: {place} for place in range(len(articles))}
    for left, right in duplicates:
        joined = together[left] | together[right]
        together |= dict.fromkeys(joined, joined)
    kin = {place: kin_of(prepared[each].distinct for each in sorted(them)) for place, them in together.items()}
    for left, right in duplicates:
        judge(left, right, kin[left])

    def late(a, b):
        ends = tuple(sorted((places[a], places[b])))
        return judged[ends] if ends in judged else judge(*ends, kin[ends[0]])

    clusters = cluster(articles, list(judged.values()), late)
    silent = (Relation.DISTINCT, Relation.UNDECIDED)
    return ScanResult(
        articles=tuple(articles),
        pairs=tuple(judged[key] for key in sorted(judged) if judged[key].verdict.relation not in silent),
        clusters=clusters,
        repeats={text.article.id: found for text in prepared if (found := repeats(text))},
        failures=(),
        compared=len(judged),
    )
