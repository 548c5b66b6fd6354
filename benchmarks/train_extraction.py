"""Train the block model and print its cross-validated quality.

``python -m benchmarks.train_extraction DIR [--write]`` with ``pip install catboost scikit-learn``; DIR as in
`benchmarks.extraction_data`. Five folds by site; the figures are those of pages whose site neither lexicon nor trees
have seen. ``--write`` then trains on everything and writes ``src/dupdetect/extract/weights.json``.

Two stages: logistic regression over words (`dupdetect.extract.lexicon`), then oblivious boosted trees, which also see
its sums. Their training rows get sums by a lexicon that has seen neither the page's fold nor the one that is judged, as
they will be on strange pages.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import tempfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.extraction_data import SHINGLE, AnnotatedPage, Score, group_of, load, shingles, tokens
from dupdetect.errors import ExtractionError
from dupdetect.extract import Limits
from dupdetect.extract.blocks import Page
from dupdetect.extract.boilerplate import decide, facts_of
from dupdetect.extract.extractor import flattened
from dupdetect.extract.features import FEATURE_NAMES, Measured, measure, row
from dupdetect.extract.lexicon import LEXICON_NAMES, PLACES, lexicon_features, said
from dupdetect.extract.metadata import Metadata, read_metadata
from dupdetect.extract.posts import find_posts

FOLDS = 5
TREES = {
    "iterations": 140,
    "depth": 6,
    "learning_rate": 0.12,
    "loss_function": "CrossEntropy",
    "l2_leaf_reg": 5,
    "border_count": 64,
    "rsm": 0.8,
    "bootstrap_type": "Bernoulli",
    "subsample": 0.7,
    "random_seed": 1,
    "verbose": False,
    "allow_writing_files": False,
}
# News is what the library is for, and has the fewest annotated pages; segments are weak labels.
WEIGHTS = {"scrapinghub-dev": 3.0, "trafilatura-dev": 0.8}
OTHER_TYPES = 0.55
# The lexicon: strength of the L1 penalty; a word must stand on so many sites; blocks before and behind the article.
WORDS = {"before": 15, "behind": 30, "sites": 6}
PENALTY = 0.03
# Of the blocks far from the article trees see a third, with three times the weight: menus are easy, and most blocks.
FAR = {"before": 40, "behind": 80}
FAR_SHARE = 0.34


@dataclass(slots=True, kw_only=True)
class Example:
    """A page ready for training: a label for each block, NaN where nobody knows."""

    page: AnnotatedPage
    flat: Page
    metadata: Metadata
    measured: Measured
    posts: list[int]
    labels: NDArray[np.float64]
    words: Any = None
    probabilities: NDArray[np.float64]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Blocks whose label is known."""
        return ~np.isnan(self.labels)

    def near(self, before: int, behind: int) -> NDArray[np.bool_]:
        """Blocks whose label is known and that stand at most so far before or behind the article."""
        inside = np.flatnonzero(self.labels >= 0.5)
        near = self.known
        if self.page.truth.get("articleBody"):
            order = np.arange(len(near))
            near &= len(inside) > 0
            if len(inside):
                near &= (order >= inside[0] - before) & (order < inside[-1] + behind)
        return near

    def weights(self, blocks: NDArray[np.int64], times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the weights of blocks: a page counts the same whatever its length."""
        kind = self.page.truth.get("type")
        whole = WEIGHTS.get(self.page.data, 1.0 if kind in (None, "article") else OTHER_TYPES)
        weights = (np.sqrt(self.measured.words[blocks]) + 1) * times
        scaled: NDArray[np.float64] = weights / max(weights.sum(), 1e-9) * whole
        return scaled

    def rows(self, scores: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return the measures of every block, shape (blocks, measures), given what the words say."""
        return np.concatenate((self.measured.features, lexicon_features(self.measured, scores))).T


def label(page: AnnotatedPage, flat: Page) -> NDArray[np.float64]:
    """Return the share of each block that the annotation holds; NaN where the annotation does not say."""
    if page.truth.get("articleBody"):
        return _label_by_body([tokens(text) for text in flat.texts], page.truth["articleBody"], flat)
    labels = np.full(len(flat.texts), np.nan)
    texts = [" ".join(text.split()).lower() for text in flat.texts]
    for value, segments in ((0.0, page.truth.get("without", ())), (1.0, page.truth.get("with", ()))):
        for segment in (" ".join(each.split()).lower() for each in segments):
            for block, text in enumerate(texts):
                if segment in text and (value == 0 or len(segment) > 12 or len(text) < 80):
                    labels[block] = value
    return labels


def _label_by_body(blocks: Sequence[list[str]], body: str, flat: Page) -> NDArray[np.float64]:
    wanted = set(shingles(tokens(body)))
    lines = {tuple(tokens(line)) for line in body.split("\n") if line.strip()}
    labels = np.zeros(len(blocks))
    for number, words in enumerate(blocks):
        if len(words) >= SHINGLE:
            own = list(shingles(words).elements())
            share = sum(shingle in wanted for shingle in own) / len(own)
            labels[number] = share if share >= 0.15 else 0.0
    # Shorter blocks have no shingle of their own: they belong where they continue a neighbour that belongs.
    for order in (range(len(blocks)), range(len(blocks) - 1, -1, -1)):
        last = None
        for number in order:
            words = blocks[number]
            if 0 < len(words) < SHINGLE and not labels[number] and last is not None and abs(number - last) < 12:
                joined = blocks[last][-3:] + words if last < number else words + blocks[last][:3]
                labels[number] = float(len(joined) >= SHINGLE and all(each in wanted for each in shingles(joined)))
            if labels[number] >= 0.5:
                last = number
    kept: list[int] = np.flatnonzero(labels >= 0.5).tolist()
    for number in range(kept[0], kept[-1]) if len(kept) else ():
        if 0 < len(blocks[number]) < SHINGLE and tuple(blocks[number]) in lines:
            labels[number] = 1.0
    # Of a text that stands twice, the copy among more of the article is meant.
    mass: dict[int, int] = {}
    for number in kept:
        container = flat.parents[flat.owners[number]]
        mass[container] = mass.get(container, 0) + len(blocks[number])
    copies: dict[tuple[str, ...], int] = {}
    for number in sorted(kept, key=lambda number: -mass[flat.parents[flat.owners[number]]]):
        if len(blocks[number]) >= SHINGLE and copies.setdefault(tuple(blocks[number]), number) != number:
            labels[number] = 0.0
    return labels


def examples(folder: Path) -> list[Example]:
    """Return every page that can be read."""
    found = []
    for page in load(folder):
        try:
            flat, _ = flattened(page.source, None, Limits())
        except ExtractionError:
            continue
        metadata = read_metadata(flat, page.truth.get("url"))
        posts = find_posts(flat, metadata)
        found.append(
            Example(
                page=page,
                flat=flat,
                metadata=metadata,
                measured=measure(flat, facts_of(metadata), posts),
                posts=posts,
                labels=label(page, flat),
                probabilities=np.zeros(len(flat.texts)),
            )
        )
    return found


def fold_of(example: Example) -> int:
    """Return the fold of a page's site."""
    return zlib.crc32(group_of(example.page.truth).encode()) % FOLDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The columns that the lexicon is chosen from: place and word of each."""

    columns: tuple[tuple[str, str], ...]

    def places(self) -> NDArray[np.int64]:
        """Return the place's number of each column."""
        return np.array([PLACES.index(place) for place, _ in self.columns])


def count_words(pages: Sequence[Example]) -> Vocabulary:
    """Count the words of every block into ``words``, a sparse matrix a page; return what its columns are."""
    sparse = importlib.import_module("scipy.sparse")
    sites: dict[tuple[str, str], set[str]] = {}
    told = [said(each.flat) for each in pages]
    for each, blocks in zip(pages, told, strict=True):
        site = group_of(each.page.truth)
        for block in np.flatnonzero(each.known).tolist():
            for place in PLACES:
                for word in blocks[block][place]:
                    sites.setdefault((place, word), set()).add(site)
    columns = tuple(sorted(column for column, where in sites.items() if len(where) >= WORDS["sites"]))
    number = {column: index for index, column in enumerate(columns)}
    for each, blocks in zip(pages, told, strict=True):
        found, ends = [], [0]
        for words in blocks:
            found += [number[place, word] for place in PLACES for word in words[place] if (place, word) in number]
            ends.append(len(found))
        ones = np.ones(len(found), np.float32)
        each.words = sparse.csr_matrix((ones, found, ends), shape=(len(blocks), len(columns)))
        each.words.sum_duplicates()
    return Vocabulary(columns=columns)


def _shape_of(example: Example) -> Any:
    """Return length, links and tag of each block as columns of zeros and ones, so that no word speaks for them."""
    sparse = importlib.import_module("scipy.sparse")
    features, n = example.measured.features, len(example.labels)
    columns = (
        np.digitize(example.measured.words, [2, 4, 7, 12, 20, 35, 60]),
        8 + np.digitize(features[row("linked")], [0.1, 0.5, 0.9]),
        12 + features[row("tag")].astype(int),
    )
    where = (np.tile(np.arange(n), len(columns)), np.concatenate(columns))
    return sparse.csr_matrix((np.ones(len(columns) * n, np.float32), where), shape=(n, 40))


def fit_lexicon(pages: Sequence[Example], vocabulary: Vocabulary) -> NDArray[np.float32]:
    """Return the weight of each column of the vocabulary, to three digits; most are 0."""
    sparse = importlib.import_module("scipy.sparse")
    linear = importlib.import_module("sklearn.linear_model")
    chosen = [(each, np.flatnonzero(each.near(WORDS["before"], WORDS["behind"]))) for each in pages]
    chosen = [(each, blocks) for each, blocks in chosen if len(blocks)]
    parts = [(sparse.hstack((each.words, _shape_of(each)), format="csr"), blocks) for each, blocks in chosen]
    rows = sparse.vstack([part[blocks] for part, blocks in parts])
    labels = np.concatenate([each.labels[blocks] >= 0.5 for each, blocks in chosen])
    weights = np.concatenate([each.weights(blocks, np.ones(len(blocks))) for each, blocks in chosen])
    model = linear.LogisticRegression(
        C=PENALTY, l1_ratio=1.0, solver="liblinear", max_iter=60, tol=1e-3, random_state=1
    )
    model.fit(rows, labels, sample_weight=weights / weights.mean())
    found = model.coef_[0][: len(vocabulary.columns)]
    return np.array([float(f"{weight:.3g}") for weight in found], np.float32)


def scores_of(example: Example, weights: NDArray[np.float32], vocabulary: Vocabulary) -> NDArray[np.float64]:
    """Return what `dupdetect.extract.lexicon.word_scores` does, by the counted words."""
    places = vocabulary.places()
    return np.array([example.words @ np.where(places == place, weights, 0.0) for place in range(len(PLACES))])


Scores = Callable[[Example], NDArray[np.float64]]


def fit(pages: Sequence[Example], scores: Scores) -> Any:
    """Return a trained forest."""
    catboost = importlib.import_module("catboost")
    draw = np.random.default_rng(1)
    rows, labels, weights = [], [], []
    for each in pages:
        near = each.near(FAR["before"], FAR["behind"])
        far = each.known & ~near & (draw.random(len(near)) < FAR_SHARE)
        blocks = np.flatnonzero(near | far)
        if len(blocks):
            rows.append(each.rows(scores(each))[blocks])
            labels.append(each.labels[blocks])
            weights.append(each.weights(blocks, np.where(far[blocks], 1 / FAR_SHARE, 1.0)))
    model = catboost.CatBoostClassifier(**TREES)
    model.fit(catboost.Pool(np.concatenate(rows), np.concatenate(labels), weight=np.concatenate(weights)))
    return model


def cross_validate(pages: Sequence[Example]) -> None:
    """Fill in ``probabilities``, of each page by a lexicon and trees that have not seen its site."""
    vocabulary = count_words(pages)
    folds = {id(each): fold_of(each) for each in pages}

    def without(*left_out: int) -> list[Example]:
        return [each for each in pages if folds[id(each)] not in left_out]

    weights = {pair: fit_lexicon(without(*pair), vocabulary) for pair in combinations_with_replacement(range(FOLDS), 2)}
    for fold in range(FOLDS):

        def scores(each: Example, fold: int = fold) -> NDArray[np.float64]:
            low, high = sorted((fold, folds[id(each)]))
            return scores_of(each, weights[low, high], vocabulary)

        model = fit(without(fold), scores)
        for each in pages:
            if folds[id(each)] == fold:
                each.probabilities = model.predict_proba(each.rows(scores(each)))[:, 1]


def report(pages: list[Example]) -> None:
    """Print the cross-validated quality by data set and page type."""
    scores: dict[str, Score] = {}
    for each in pages:
        judged = decide(each.flat, each.metadata, each.measured, each.probabilities, each.posts)
        text = "\n\n".join(t for t, reason in zip(each.flat.texts, judged.reasons, strict=True) if reason is None)
        kind = f"{each.page.data} {each.page.truth.get('type') or ''}".strip()
        scores.setdefault(kind, Score.empty()).add(each.page, text)
    for kind, score in sorted(scores.items()):
        shown = {name: round(float(value), 4) for name, value in score.row().items() if value is not None}
        print(kind, shown, flush=True)


def exported(model: Any, names: Sequence[str]) -> dict[str, Any]:
    """Return a forest as `dupdetect.extract.trees.Forest.from_dict` reads it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        model.save_model(str(path), format="json")
        values = json.loads(path.read_text())
    scale, bias = values["scale_and_bias"]
    trees = [
        {
            "questions": [
                [names[split["float_feature_index"]], float(f"{split['border']:.7g}")] for split in tree["splits"]
            ],
            "leaves": [float(f"{scale * leaf:.4g}") for leaf in tree["leaf_values"]],
        }
        for tree in values["oblivious_trees"]
    ]
    return {"bias": bias[0] if isinstance(bias, list) else bias, "trees": trees}


def write(pages: Sequence[Example], target: Path) -> None:
    """Train on every page and write the weights, a tree a line.

    The trees see each page's words through a lexicon that has not seen its fold; what is written has seen all.
    """
    vocabulary = count_words(pages)
    folds = [fit_lexicon([each for each in pages if fold_of(each) != fold], vocabulary) for fold in range(FOLDS)]
    forest = exported(
        fit(pages, lambda each: scores_of(each, folds[fold_of(each)], vocabulary)), FEATURE_NAMES + LEXICON_NAMES
    )
    lexicon: dict[str, dict[str, float]] = {place: {} for place in PLACES}
    weights = fit_lexicon(pages, vocabulary).tolist()
    for (place, word), weight in zip(vocabulary.columns, weights, strict=True):
        if weight:
            lexicon[place][word] = float(f"{weight:.3g}")
    digest = hashlib.sha256("".join(sorted(each.page.data + each.page.id for each in pages)).encode()).hexdigest()
    about = {
        "made_by": "benchmarks/train_extraction.py",
        "data": sorted({each.page.data for each in pages}),
        "pages": len(pages),
        "pages_digest": digest[:16],
        "trees": TREES,
        "words": {**WORDS, "C": PENALTY},
        "far": {**FAR, "share": FAR_SHARE},
    }
    places = ",\n".join(f'"{place}": {json.dumps(lexicon[place], ensure_ascii=False)}' for place in PLACES)
    trees = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in forest["trees"])
    text = (
        f'{{"format": 2,\n"about": {json.dumps(about)},\n"lexicon": {{\n{places}\n}},\n'
        f'"forest": {{"bias": {forest["bias"]:.7g}, "trees": [\n{trees}\n]}}\n}}\n'
    )
    target.write_text(text, encoding="utf-8")


def main() -> None:
    """Run what the module's docstring says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    pages = examples(options.data)
    cross_validate(pages)
    report(pages)
    if options.write:
        write(pages, Path(__file__).parents[1] / "src" / "dupdetect" / "extract" / "weights.json")


if __name__ == "__main__":
    main()
