"""Documents with every kind of kinship in them, what a scan says of them, and a run's tables as a scan has them."""

import json
import random

from benchmarks.scan_data import generate

from dupdetect.extract import read
from dupdetect.io import cluster_json, pair_json
from dupdetect.model import Document
from dupdetect.scan import scan_articles
from tests.unit.scan.corpora import related_texts, words

__all__ = [
    "articles_in_order",
    "clusters_in",
    "documents",
    "pages_of_one_template",
    "pair_told",
    "pairs_in",
    "scanned",
    "told_clusters",
    "told_pairs",
    "write_lines",
]


def documents(folder, size, templates):
    """`size` synthetic articles and some hundreds that are related in every way, ids in no order."""
    path = folder / "synthetic.jsonl"
    generate(size, path)
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    rows += [{"id": id, "text": text, "title": id.title()} for id, text in related_texts(stories=24)]
    rng = random.Random(3)
    story = " ".join(words(rng, 120))
    for number in range(60):  # a wire report: more copies than an article has candidates
        more = " ".join(words(rng, number % 5))
        rows.append({"id": f"wire-{number}", "text": f"{story} {more}", "published": f"2014-11-{number % 28 + 1:02}"})
    rows += pages_of_one_template(templates)
    rng.shuffle(rows)
    for number, row in enumerate(rows):
        row["id"] = f"{number * 7919 % 10007:05}-{row['id']}"
        row["url"] = f"https://paper.example/{row['id']}"
        row["sections"] = [("News", "Sport")[number % 2]]
    return rows


def pages_of_one_template(count):
    """Pages that say the same but for their numbers."""
    rng = random.Random(11)
    frame = words(rng, 90)
    return [
        {
            "id": f"template-{number}",
            "html": "<html><head><title>Round-up</title></head><body><article><p>"
            + " ".join(word if n % 12 else f"{word} {rng.randrange(10**6)}" for n, word in enumerate(frame))
            + "</p></article></body></html>",
        }
        for number in range(count)
    ]


def write_lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def articles_in_order(rows):
    """The articles of rows in the order of their ids, as a scan reads them."""
    from dupdetect.io.readers import document_of_line

    found = [document_of_line(json.dumps(row).encode(), "") for row in sorted(rows, key=lambda row: row["id"])]
    assert all(isinstance(one, Document) for one in found)
    return [read(one) for one in found]


def scanned(rows):
    return scan_articles(articles_in_order(rows))


def told_pairs(result):
    articles = {article.id: article for article in result.articles}
    return dict(pair_told(pair, articles[pair.left], articles[pair.right]) for pair in result.pairs)


def pair_told(pair, left, right):
    row = pair_json(pair, left, right)
    return (row["a"], row["b"]), (
        row["relation"],
        pair.verdict.score,
        *map(row.get, ("reasons", "measures", "passages")),
    )


def told_clusters(result):
    return sorted(
        (one["ids"], *map(one.get, ("representative", "original", "reasons")))
        for one in map(cluster_json, result.clusters)
    )


def pairs_in(spark, output):
    return {
        (row.a, row.b): (row.relation, row.score, *map(json.loads, (row.reasons, row.measures, row.passages or "null")))
        for row in spark.read.parquet(f"{output}/pairs").collect()
    }


def clusters_in(spark, output):
    rows = spark.read.parquet(f"{output}/clusters").collect()
    return sorted((row.ids, row.representative, row.original, row.reasons) for row in rows)
