"""The parts of a run, each against something slow and obvious."""

import json
import random
from collections import Counter
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.errors import InputError
from dupdetect.scan.shards import TWICE
from dupdetect.settings import Settings

pytestmark = [pytest.mark.system, pytest.mark.filterwarnings("default")]


@st.composite
def shared_keys(draw):
    """Keys of documents, cut into parts, and how many documents make a key hot."""
    documents = draw(st.lists(st.sets(st.integers(0, 6), max_size=5), max_size=24))
    cuts = draw(st.lists(st.integers(0, len(documents)), max_size=4))
    return documents, sorted({0, len(documents), *cuts}), draw(st.integers(1, 8))


@given(shared_keys())
def test_documents_meet_in_parts_as_they_meet_in_one(given):
    from dupdetect.integrations.spark.meeting import meet_in_bucket, part_of

    documents, cuts, hot_key = given
    parts = []
    for start, end in pairwise(cuts):
        owned = np.array([(key, place) for place in range(start, end) for key in documents[place]], dtype=np.int64)
        keys, owners = owned.reshape(-1, 2).T
        parts.append(part_of(keys.astype(np.uint64), owners, hot_key))
    random.Random(len(documents)).shuffle(parts)
    columns = {name: [getattr(part, name) for part in parts] for name in ("keys", "owners", "hot", "chain")}
    if not parts:
        return
    joined = {name: np.concatenate(each) for name, each in columns.items()}
    met, hot = meet_in_bucket(joined["keys"], joined["owners"], joined["hot"], hot_key)
    found = Counter(pair for pairs in (joined["chain"], *met) for pair in pairs.tolist())

    expected, expected_hot = Counter(), 0
    for key in range(7):
        owners = [place for place, own in enumerate(documents) if key in own]
        if len(owners) > hot_key:
            expected_hot += 1
            expected.update(pairwise(owners))
        else:
            expected.update(combinations(owners, 2))
    assert (found, hot) == (expected, expected_hot)


def lowest_connected(edges):
    """A plain union-find."""
    parent = {}

    def root(node):
        while parent.setdefault(node, node) != node:
            node = parent[node]
        return node

    for left, right in edges:
        low, high = sorted((root(left), root(right)))
        parent[high] = low
    return {node: root(node) for node in list(parent)}


def graphs():
    """Paths, rings, stars, cliques, trees and random graphs, node numbers shuffled; as one graph of many components."""
    rng = random.Random(5)
    first = 0
    for number in range(120):
        size = rng.randrange(2, 40)
        shape = number % 6
        edges = {
            0: [(n, n + 1) for n in range(size - 1)],
            1: [(n, (n + 1) % size) for n in range(size)],
            2: [(0, n) for n in range(1, size)],
            3: list(combinations(range(min(size, 9)), 2)),
            4: [(n, rng.randrange(n)) for n in range(1, size)],
            5: [(rng.randrange(size), rng.randrange(size)) for _ in range(size)],
        }[shape]
        names = rng.sample(range(first, first + 3 * size), size)
        first += 3 * size
        yield from ((names[a], names[b]) for a, b in edges if a != b)


def test_stars_find_the_components_that_union_find_finds(spark, tmp_path):
    from dupdetect.integrations.spark.components import components
    from dupdetect.integrations.spark.folder import Folder

    edges = [tuple(sorted(edge)) for edge in graphs()]
    frame = spark.createDataFrame(edges, "left bigint, right bigint")
    found = components(frame, Folder(spark, str(tmp_path / "out")), "test")
    rows = [(row.node, row.component) for row in found.collect()]
    assert len(rows) == len(dict(rows))
    assert dict(rows) == lowest_connected(edges)


def test_rows_with_dates_and_sections_are_documents_and_bad_rows_are_failures(spark):
    from datetime import date

    from dupdetect.integrations.spark.reading import articles_of

    rows = [
        ("1", "<p>" + "one two three " * 30 + "</p>", None, date(2014, 11, 3), ["News"]),
        ("2", None, "A piece of text.", None, None),
        ("3", "<p>both</p>", "both", None, None),
        (None, None, "no id", None, None),
    ]
    frame = spark.createDataFrame(rows, "id string, html string, text string, published date, sections array<string>")
    found = {row.id: row for row in articles_of(frame, Settings()).collect()}
    assert (found["1"].published, found["1"].sections, found["1"].error) == ("2014-11-03", ["News"], None)
    assert found["2"].tokens == 4
    assert "exactly one" in found["3"].error
    assert "`id` is missing" in found["a row without an id"].error


def test_unknown_columns_are_named(spark):
    from dupdetect.integrations.spark.reading import articles_of

    with pytest.raises(InputError, match="unknown columns body;"):
        articles_of(spark.createDataFrame([("1", "a", "b")], "id string, text string, body string"), Settings())
    with pytest.raises(InputError, match="are needed"):
        articles_of(spark.createDataFrame([("1", "a")], "id string, title string"), Settings())


def test_lines_web_archives_and_parquet_are_read_and_what_is_damaged_is_a_failure(spark, tmp_path):
    from dupdetect.integrations.spark import Files

    good = json.dumps({"id": "1", "text": "A line."}).encode()
    (tmp_path / "lines.jsonl").write_bytes(good + b"\n\n\xff\xfe broken\n")
    rows = Files(spark=spark, paths=(str(tmp_path / "lines.jsonl"),), format="jsonl").articles(Settings()).collect()
    assert sorted((row.id, row.error is None) for row in rows) == [
        ("1", True),
        ("lines.jsonl: \\xff\\xfe broken …", False),
    ]

    (tmp_path / "broken.warc").write_bytes(b"WARC/1.0\r\nnothing")
    page(tmp_path / "good.warc.gz", "https://paper.example/1", b"<p>" + b"A page of an archive. " * 20 + b"</p>")
    rows = Files(spark=spark, paths=(str(tmp_path),), format="warc").articles(Settings()).collect()
    assert sorted((row.id, row.tokens) for row in rows if row.error is None) == [("https://paper.example/1", 100)]

    spark.createDataFrame([("1", "Some text.")], "id string, text string").write.parquet(str(tmp_path / "table"))
    assert [
        row.id
        for row in Files(spark=spark, paths=(str(tmp_path / "table"),), format="parquet").articles(Settings()).collect()
    ] == ["1"]
    with pytest.raises(InputError, match="PATH_NOT_FOUND"):
        Files(spark=spark, paths=(str(tmp_path / "none.jsonl"),), format="jsonl").articles(Settings())
    with pytest.raises(InputError, match="no web archive there"):
        Files(spark=spark, paths=(str(tmp_path / "table"),), format="warc").articles(Settings())


def page(path, url, html):
    from io import BytesIO

    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.0")
        writer.write_record(writer.create_warc_record(url, "response", payload=BytesIO(html), http_headers=headers))


def test_of_documents_with_one_id_the_same_stays_whatever_their_order(spark, tmp_path):
    from dupdetect.integrations.spark.reading import articles_of, placed

    rows = [("1", "first words"), ("1", "other words"), ("1", "other words"), ("2", "more words"), ("2", None)]
    stayed = []
    for number, order in enumerate((rows, rows[::-1])):
        frame = articles_of(spark.createDataFrame(order, "id string, text string").coalesce(1), Settings())
        path = str(tmp_path / str(number))
        frame.write.parquet(path)
        found = placed(spark.read.parquet(path), 0, None).collect()
        assert Counter((row.id, row.error) for row in found if row.error == TWICE) == {("1", TWICE): 2}
        assert [row.id for row in sorted(found, key=lambda row: row.place)] == ["1", "1", "1", "2", "2"]
        stayed.append(sorted((row.id, row.digest) for row in found if row.error is None))
    assert stayed[0] == stayed[1]
    assert [id for id, _ in stayed[0]] == ["1", "2"]
