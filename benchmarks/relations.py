"""How pieces relate, end to end and by stage: ``python -m benchmarks run relations --data DIR``.

Every figure is taken at the library's defaults. Positive is a pair that is one piece (identical, near, revision);
containment is scored apart.
"""

from __future__ import annotations

import gzip
import itertools
import json
import random
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import relations_data as data
from benchmarks.frame import Benchmark, Cell, Options, Table
from benchmarks.relations_candidates import candidate_table, limit_table
from benchmarks.relations_peers import peer_table
from benchmarks.relations_templates import READ, UNREAD, texts_of
from dupdetect.compare import Comparator, StoryCounts, Thresholds
from dupdetect.fingerprint import Fingerprinter
from dupdetect.model import Article, Relation, ScanResult, Verdict
from dupdetect.scan import scan_articles
from dupdetect.scan.join import candidate_pairs
from dupdetect.settings import Settings

__all__ = ["BENCHMARK"]

CONTAINMENT = (Relation.CONTAINS, Relation.CONTAINED)
PAIR_ROUNDS = 9
"""Rounds over the pairs whose time with passages is measured: the median counts."""
Pair = tuple[str, str]
Row = dict[str, Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A corpus and what the library says of it."""

    corpus: data.Corpus
    source: str
    result: ScanResult
    verdicts: dict[Pair, Verdict]

    def relation(self, pair: Pair) -> Relation:
        """Return the relation of a pair, left to right; DISTINCT where nothing was reported."""
        return self.verdicts[pair].relation if pair in self.verdicts else Relation.DISTINCT

    @property
    def found(self) -> set[Pair]:
        """Pairs that are said to be one piece."""
        return {pair for pair, verdict in self.verdicts.items() if verdict.is_duplicate}


def judge(corpus: data.Corpus, source: str) -> Judged:
    """Scan a corpus at the defaults."""
    result = scan_articles(corpus.articles)
    verdicts = {}
    for pair in result.pairs:
        verdict = pair.verdict
        if pair.left > pair.right:
            verdict = Verdict(
                relation=verdict.relation.mirrored,
                score=verdict.score,
                reasons=verdict.reasons,
                comparison=verdict.comparison,
            )
        verdicts[min(pair.left, pair.right), max(pair.left, pair.right)] = verdict
    return Judged(corpus=corpus, source=source, result=result, verdicts=verdicts)


def measure(options: Options) -> Iterable[Table]:
    """Measure all tables on the folder of labelled sets."""
    folders = [path for path in options.data if path.is_dir() and any(path.glob("*.pairs.jsonl.gz"))]
    if not folders:
        note = "needs a folder with NAME.docs.jsonl.gz and NAME.pairs.jsonl.gz: --data DIR"
        yield Table(title="Relations: not measured", columns=("set",), rows=(), notes=(note,))
        return
    folder = folders[0]
    few = options.quick
    judged = []
    for html in (True, False):
        for corpus in data.corpora(folder, html=html):
            pages = any(article.url for article in corpus.articles)
            if (few and corpus.name != "synth.dev") or (html and not pages):
                continue
            judged.append(judge(corpus, "pages" if html else "texts"))
    yield quality(judged)
    for hard in folder.glob("real_hard*.pairs.jsonl.gz"):
        yield from hard_pairs(hard, judged)
    yield by_edit(folder, count=20 if few else 500)
    yield wire(folder, stories=3 if few else 12)
    yield versions(folder, stories=2 if few else 15)
    yield templates(texts=5 if few else 14)
    yield quoting(folder, count=5 if few else 100)
    synth = next(one for one in judged if one.corpus.name.startswith("synth"))
    yield cold_start(synth.corpus, draws=10 if few else 200)
    yield candidate_table([one.corpus for one in judged])
    yield limit_table([one.corpus for one in judged])
    yield speed([one.corpus for one in judged if one.source == "texts"], folder)
    yield peer_table(judged[-1].corpus if few else synth.corpus)
    yield reliability(judged)
    yield errors(judged)


def rates(found: set[Pair], truth: set[Pair]) -> tuple[float | None, float | None, float | None]:
    """Return precision, recall and F1; None where nothing was found or is to be found."""
    right = len(found & truth)
    precision = right / len(found) if found else None
    recall = right / len(truth) if truth else None
    f1 = 2 * right / (len(found) + len(truth)) if found and truth else None
    return precision, recall, f1


def quality(judged: Sequence[Judged]) -> Table:
    """Duplicates, clusters, templates and containment of every set."""
    rows: list[Row] = []
    for one in judged:
        corpus, truth = one.corpus, one.corpus.duplicates
        precision, recall, f1 = rates(one.found, truth)
        ids = [article.id for article in corpus.articles]
        links = [link for cluster in one.result.clusters for link in itertools.pairwise(cluster.ids)]
        rand = data.adjusted_rand(data.components(ids, truth), data.components(ids, links))
        templates = {pair for pair, label in corpus.labels.items() if label == "template"}
        inside, right, claimed = containment(one)
        beyond = Counter(
            corpus.labels.get(pair, "distinct") for pair in one.verdicts if one.relation(pair) in CONTAINMENT
        )
        beyond.pop("contained", None)
        rows.append(
            {
                "set": corpus.name,
                "from": one.source,
                "documents": len(ids),
                "P": precision,
                "R": recall,
                "F1": f1,
                "ARI": rand if truth else None,
                "false": len(one.found - truth),
                "missed": len(truth - one.found),
                "templates flagged": f"{len(one.found & templates)} of {len(templates)}" if templates else None,
                "contained R": right / inside if inside else None,
                "contained P": right / claimed if claimed else None,
                "claimed beyond": ", ".join(f"{n} {label}" for label, n in beyond.most_common()) or None,
            }
        )
    return Table(
        title="Verdicts end to end, at the defaults",
        columns=tuple(rows[0]),
        rows=tuple(rows),
        notes=(
            "contained: the longer text must be the one that contains; a claim outside the labels counts as wrong.",
            "claimed beyond: what the labels say of those. A post that quotes most of another in a block quote is "
            "labelled near, and said to be contained.",
        ),
        bars="F1",
    )


def containment(one: Judged) -> tuple[int, int, int]:
    """Return the labelled containments, those found in the right direction, and all that are claimed."""
    tokens = {article.id: len(article.text) for article in one.corpus.articles}
    labelled = {pair for pair, label in one.corpus.labels.items() if label == "contained"}
    right = claimed = 0
    for pair in set(one.verdicts) | labelled:
        relation = one.relation(pair)
        if relation not in CONTAINMENT:
            continue
        claimed += 1
        holder, held = pair if relation is Relation.CONTAINS else pair[::-1]
        right += pair in labelled and tokens[holder] >= tokens[held]
    return len(labelled), right, claimed


def hard_pairs(path: Path, judged: Sequence[Judged]) -> Iterator[Table]:
    """Score the pairs where the decision is hard, by the verdicts of the sets they come from."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        hard = [json.loads(line) for line in lines]
    by_set = {one.corpus.name.removesuffix(".dev"): one for one in judged if one.source == "texts"}
    if not {row["set"] for row in hard} <= set(by_set):
        return
    found, truth = set(), set()
    for row in hard:
        pair = (min(row["a"], row["b"]), max(row["a"], row["b"]))
        if row["relation"] in data.DUPLICATES:
            truth.add(pair)
        if by_set[row["set"]].relation(pair).is_duplicate:
            found.add(pair)
    precision, recall, f1 = rates(found, truth)
    row = {
        "pairs": len(hard),
        "P": precision,
        "R": recall,
        "F1": f1,
        "false": len(found - truth),
        "missed": len(truth - found),
    }
    yield Table(title="Hard pairs: word-5 Jaccard from .3 to .8", columns=tuple(row), rows=(row,))


def by_edit(folder: Path, *, count: int) -> Table:
    """Recall by edit: each pair alone, without a corpus to tell what is common."""
    rows: list[Row] = []
    comparator = Comparator()
    for edit in data.EDITS:
        said = Counter(
            comparator.relate(comparator.prepare(before), comparator.prepare(after), passages=False).relation
            for before, after in data.edited(folder, edit, count=count, seed=20)
        )
        duplicates = sum(number for relation, number in said.items() if relation.is_duplicate)
        others = ", ".join(f"{n} {r.value}" for r, n in said.most_common() if not r.is_duplicate)
        rows.append({"edit": edit, "pairs": count, "recall": duplicates / count, "said instead": others or None})
    return Table(
        title="Recall by edit, the pair alone",
        columns=("edit", "pairs", "recall", "said instead"),
        rows=tuple(rows),
        notes=("rewrite changes 10–25 % of the words; reorder, dropparas and update may leave less than near.",),
        bars="recall",
    )


def wire(folder: Path, *, stories: int) -> Table:
    """Forty copies of each story: pairs and clusters."""
    rows: list[Row] = []
    for copies in (5, 40):
        one = judge(data.wire_copies(folder, stories=stories, copies=copies, seed=4), "texts")
        truth = one.corpus.duplicates
        looked_at = set(one.verdicts) & truth
        rows.append(
            {
                "copies a story": copies,
                "stories": stories,
                "clusters": len(one.result.clusters),
                "clusters right": sum(
                    len({id[:3] for id in c.ids}) == 1 and len(c.ids) == copies for c in one.result.clusters
                ),
                "pairs reported": len(looked_at),
                "near or identical": len(one.found & truth) / max(1, len(looked_at)),
                "false": len(one.found - truth),
            }
        )
    return Table(title="Wire copies", columns=tuple(rows[0]), rows=tuple(rows))


def templates(*, texts: int) -> Table:
    """Templates that no set has: what is said of two of their texts alone, and of all in one scan."""
    rows: list[Row] = []
    comparator = Comparator()
    for read, families in (("yes", READ), ("no", UNREAD)):
        for name, pattern in families.items():
            articles = texts_of(pattern, count=texts, seed=9)
            pairs = texts * (texts - 1) // 2
            alone = sum(comparator.compare(*pair).is_duplicate for pair in itertools.combinations(articles, 2))
            row: Row = {"template": name, "read": read, "pairs": pairs, "flagged alone": alone}
            for column, at in (("kin not asked", Thresholds(varying=float("inf"))), ("in a scan", Thresholds())):
                scan = scan_articles(articles, thresholds=at)
                row[column] = sum(pair.verdict.is_duplicate for pair in scan.pairs)
            rows.append(row)
    return Table(
        title=f"Templates in words, {texts} texts of each",
        columns=tuple(rows[0]),
        rows=tuple(rows),
        notes=("Read: while rules were made. Some of these pairs differ in one word.",),
    )


def versions(folder: Path, *, stories: int) -> Table:
    """Eight versions of each story, each edited in the same way: whether their kin make less of them."""
    rows: list[Row] = []
    for edit in data.EDITS:
        one = judge(data.versions(folder, edit, stories=stories, count=8, seed=7), "texts")
        unasked = scan_articles(one.corpus.articles, thresholds=Thresholds(varying=float("inf")))
        row: Row = {"edit": edit, "pairs": len(one.corpus.duplicates)}
        row["duplicates, kin not asked"] = sum(pair.verdict.is_duplicate for pair in unasked.pairs)
        row["duplicates"] = len(one.found)
        rows.append(row)
    title = f"Eight versions of each of {stories} stories"
    return Table(title=title, columns=tuple(rows[0]), rows=tuple(rows))


def quoting(folder: Path, *, count: int) -> Table:
    """Count what is said of texts that quote another."""
    comparator = Comparator()
    said: dict[str, Counter[str]] = defaultdict(Counter)
    for how, quoted, quoting in data.replies(folder, count=count, seed=5):
        said[how][comparator.compare(quoted, quoting).relation.value] += 1
    names = sorted({relation for counts in said.values() for relation in counts})
    rows: tuple[Row, ...] = tuple(
        {"quotes": how, **{name: counts[name] for name in names}} for how, counts in said.items()
    )
    return Table(title="Quoting: the quoted text against the one that quotes", columns=("quotes", *names), rows=rows)


def cold_start(corpus: data.Corpus, *, draws: int) -> Table:
    """Small corpora: twenty pages drawn at random around one duplicate pair."""
    by_id = {article.id: article for article in corpus.articles}
    rng = random.Random(8)
    chosen = sorted(corpus.duplicates)
    right = found = truth = 0
    for _ in range(draws):
        pair = rng.choice(chosen)
        others = rng.sample([id for id in by_id if id not in pair], 18)
        articles = [by_id[id] for id in rng.sample([*pair, *others], 20)]
        one = judge(data.Corpus(name="draw", articles=tuple(articles), labels={}, similarity={}), "pages")
        here = {p for p in corpus.duplicates if p[0] in one_ids(articles) and p[1] in one_ids(articles)}
        right, found, truth = right + len(one.found & here), found + len(one.found), truth + len(here)
    row: Row = {"draws": draws, "P": right / max(1, found), "R": right / truth, "F1": 2 * right / (found + truth)}
    return Table(title="Cold start: 20 pages", columns=tuple(row), rows=(row,))


def one_ids(articles: Iterable[Article]) -> set[str]:
    """Return the ids of articles."""
    return {article.id for article in articles}


def speed(sets: Sequence[data.Corpus], folder: Path) -> Table:
    """Verdicts a second over the candidates of a set, and the time of one pair with passages."""
    rows: list[Row] = []
    settings = Settings()
    for corpus in sets:
        texts = [article.text for article in corpus.articles]
        found = candidate_pairs(Fingerprinter(settings).fingerprint_batch(texts), settings)
        bare = Comparator(settings=settings)
        rarity = StoryCounts([bare.prepare(article).distinct for article in corpus.articles])
        comparator = Comparator(settings=settings, rarity=rarity)
        started = time.process_time()
        prepared = [comparator.prepare(article) for article in corpus.articles]
        preparing = (time.process_time() - started) / max(1, len(prepared))
        pairs = list(zip(found.left.tolist(), found.right.tolist(), strict=True))
        random.Random(3).shuffle(pairs)
        pairs = pairs[:4000]
        started = time.process_time()
        for left, right in pairs:
            comparator.relate(prepared[left], prepared[right], passages=False)
        taken = time.process_time() - started
        rows.append(
            {
                "what": f"candidates of {corpus.name}",
                "pairs": len(pairs),
                "verdicts/s": len(pairs) / taken,
                "µs a pair": taken / len(pairs) * 1e6,
                "µs to prepare a text": preparing * 1e6,
            }
        )
    comparator = Comparator()
    for edit in ("copyedit", "ocr", "rewrite"):
        edited = [tuple(map(comparator.prepare, pair)) for pair in data.edited(folder, edit, count=60, seed=6)]
        sized = [pair for pair in edited if 450 <= len(pair[0]) <= 750]
        rounds = []
        for _ in range(PAIR_ROUNDS):
            started = time.process_time()
            for before, after in sized:
                comparator.relate(before, after)
            rounds.append(time.process_time() - started)
        taken = statistics.median(rounds)
        rows.append(
            {
                "what": f"{edit}, some 600 words, with passages",
                "pairs": len(sized),
                "verdicts/s": len(sized) / taken,
                "µs a pair": taken / len(sized) * 1e6,
                "µs to prepare a text": None,
            }
        )
    return Table(title="Speed, cpu time of one core", columns=tuple(rows[0]), rows=tuple(rows), bars="verdicts/s")


def reliability(judged: Sequence[Judged]) -> Table:
    """Share of duplicates among the reported pairs of each band of the score: what a probability would have to be."""
    bands = (0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
    rows: list[Row] = []
    for one in judged:
        row: Row = {"set": corpus_name(one), "pairs": len(one.verdicts)}
        for low, high in itertools.pairwise(bands):
            inside = [
                pair
                for pair, verdict in one.verdicts.items()
                if low <= verdict.score < high or verdict.score == high == bands[-1]
            ]
            share = len([pair for pair in inside if pair in one.corpus.duplicates]) / max(1, len(inside))
            row[f"{low:g}–{high:g}"] = f"{share:.2f} of {len(inside)}" if inside else None
        rows.append(row)
    return Table(
        title="Duplicates among reported pairs, by score",
        columns=tuple(rows[0]),
        rows=tuple(rows),
        notes=(
            "The share depends on the set: templates score as high as edits. The score orders, and is no probability.",
        ),
    )


def corpus_name(one: Judged) -> str:
    """Return the name of a set, with what it was read from."""
    return f"{one.corpus.name} ({one.source})"


def errors(judged: Sequence[Judged]) -> Table:
    """List every error, of duplicates and of containment, with its reason and the longest passage, for reading."""
    rows: list[Row] = []
    for one in judged:
        texts = {article.id: article.text for article in one.corpus.articles}
        truth = one.corpus.duplicates
        inside = {pair for pair, label in one.corpus.labels.items() if label == "contained"}
        claimed = {pair for pair in one.verdicts if one.relation(pair) in CONTAINMENT}
        for pair in sorted((one.found ^ truth) | (claimed ^ inside)):
            verdict = one.verdicts.get(pair)
            passages = (verdict.comparison.passages if verdict else None) or ()
            longest = max(passages, key=lambda passage: passage.tokens, default=None)
            shown = None
            if longest is not None:
                shown = max((s.of(texts[id])[:100] for s in (longest.left, longest.right) for id in pair), key=len)
            rows.append(
                {
                    "set": corpus_name(one),
                    "a": pair[0],
                    "b": pair[1],
                    "label": one.corpus.labels.get(pair, "distinct"),
                    "word similarity": one.corpus.similarity.get(pair),
                    "said": one.relation(pair).value,
                    "because": verdict.reasons[0].text if verdict else "no candidate, or nothing shared",
                    "passage": shown and " ".join(shown.split()),
                }
            )
    columns = ("set", "a", "b", "label", "word similarity", "said", "because", "passage")
    return Table(title="Errors", columns=columns, rows=tuple(rows))


BENCHMARK = Benchmark(
    name="relations",
    summary="How pieces relate: quality, candidates, edits, quoting, speed, against peers. Needs --data DIR.",
    measure=measure,
    peers=("datasketch", "gaoya", "rapidfuzz", "rensa", "scikit-learn", "simhash"),
)
