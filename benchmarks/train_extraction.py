"""Train the block model and print its cross-validated quality.

``python -m benchmarks.train_extraction DIR [--write]`` with ``pip install catboost``; DIR as in
`benchmarks.extraction_data`. Five folds by site; the figures are those of pages whose site no tree has seen.
``--write`` then trains on everything and writes ``src/dupdetect/extract/weights.json``.

Two passes of oblivious boosted trees. The second also sees how a block stands to what the first one would choose;
its training rows get the first pass's *out-of-fold* probabilities, as they will be on strange pages.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import tempfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.extraction_data import SHINGLE, AnnotatedPage, Score, group_of, load, shingles, tokens
from dupdetect.errors import ExtractionError
from dupdetect.extract import Limits
from dupdetect.extract.blocks import Page
from dupdetect.extract.boilerplate import CORE_CUT, choose_subtree, decide, facts_of, find_posts
from dupdetect.extract.extractor import flattened
from dupdetect.extract.features import CORE_NAMES, FEATURE_NAMES, Measured, core_features, measure
from dupdetect.extract.metadata import Metadata, read_metadata

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


@dataclass(slots=True, kw_only=True)
class Example:
    """A page ready for training: a label for each block, NaN where nobody knows."""

    page: AnnotatedPage
    flat: Page
    metadata: Metadata
    measured: Measured
    posts: list[int]
    labels: NDArray[np.float64]
    first: NDArray[np.float64]
    second: NDArray[np.float64]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Blocks whose label is known."""
        return ~np.isnan(self.labels)

    def weights(self) -> NDArray[np.float64]:
        """Return the weights of the known blocks: a page counts the same whatever its length."""
        kind = self.page.truth.get("type")
        whole = WEIGHTS.get(self.page.data, 1.0 if kind in (None, "article") else OTHER_TYPES)
        weights = np.sqrt(self.measured.words[self.known]) + 1
        scaled: NDArray[np.float64] = weights / max(weights.sum(), 1e-9) * whole
        return scaled

    def rows(self, second: bool) -> NDArray[np.float32]:
        """Return the measures of every block, shape (blocks, measures)."""
        if not second:
            return self.measured.features.T
        core = choose_subtree(self.flat, self.measured.words, self.first, cut=CORE_CUT)
        return np.concatenate((self.measured.features, core_features(self.flat, self.measured, self.first, core))).T


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
        none = np.zeros(len(flat.texts))
        found.append(
            Example(
                page=page,
                flat=flat,
                metadata=metadata,
                measured=measure(flat, facts_of(metadata), posts),
                posts=posts,
                labels=label(page, flat),
                first=none,
                second=none,
            )
        )
    return found


def fold_of(example: Example) -> int:
    """Return the fold of a page's site."""
    return zlib.crc32(group_of(example.page.truth).encode()) % FOLDS


def fit(training: Iterable[Example], *, second: bool) -> Any:
    """Return a trained forest."""
    catboost = importlib.import_module("catboost")
    chosen = list(training)
    rows = np.concatenate([each.rows(second)[each.known] for each in chosen])
    labels = np.concatenate([each.labels[each.known] for each in chosen])
    weights = np.concatenate([each.weights() for each in chosen])
    model = catboost.CatBoostClassifier(**TREES)
    model.fit(catboost.Pool(rows, labels, weight=weights))
    return model


def cross_validate(pages: list[Example]) -> None:
    """Fill in the out-of-fold probabilities of both passes."""
    for second in (False, True):
        for fold in range(FOLDS):
            model = fit((each for each in pages if fold_of(each) != fold), second=second)
            for each in pages:
                if fold_of(each) == fold:
                    found = model.predict_proba(each.rows(second))[:, 1]
                    each.first, each.second = (each.first, found) if second else (found, each.second)


def report(pages: list[Example]) -> None:
    """Print the cross-validated quality by data set and page type."""
    scores: dict[str, Score] = {}
    for each in pages:
        judged = decide(each.flat, each.metadata, each.measured, (each.first + each.second) / 2, each.posts)
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


def write(pages: list[Example], target: Path) -> None:
    """Train both passes on every page and write them, a tree a line."""
    digest = hashlib.sha256("".join(sorted(each.page.data + each.page.id for each in pages)).encode()).hexdigest()
    about = {
        "made_by": "benchmarks/train_extraction.py",
        "data": sorted({each.page.data for each in pages}),
        "pages": len(pages),
        "pages_digest": digest[:16],
        "parameters": TREES,
    }
    lines = [f'{{"format": 1,\n"about": {json.dumps(about)}']
    for name, second, names in (("first", False, FEATURE_NAMES), ("second", True, FEATURE_NAMES + CORE_NAMES)):
        forest = exported(fit(pages, second=second), names)
        trees = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in forest["trees"])
        lines.append(f'"{name}": {{"bias": {forest["bias"]:.7g}, "trees": [\n{trees}\n]}}')
    target.write_text(",\n".join(lines) + "\n}\n", encoding="utf-8")


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
