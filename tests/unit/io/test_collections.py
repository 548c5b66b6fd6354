"""CSV, Parquet, WARC, batches, baselines, writers."""

import builtins
import csv
import datetime as dt
import gzip
import json

import pytest

from dupdetect.errors import InputError, MissingExtraError
from dupdetect.io import PathSource, PiecesSource, read_baseline, read_documents, write_rows
from dupdetect.io.encode import cluster_json, pair_json
from dupdetect.io.writers import CLUSTER_COLUMNS, PAIR_COLUMNS
from dupdetect.model import Article, Block, Cluster, Comparison, Document, Failure, Pair, Relation, Verdict

ROWS = [
    {"id": "1", "text": 'First, "quoted"\nsecond line.', "title": "T", "published": "2014-11-03", "section": "Main"},
    {"id": "2", "html": "<p>Second.</p>", "url": "https://x/2", "site": "S"},
]


def csv_file(path, header, *lines):
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8-sig")
    return path


def test_csv_columns_are_named_as_in_jsonl_and_empty_fields_are_not_known(tmp_path):
    header = "id,text,html,title,url,published,section,site"
    lines = [
        '1,"First, ""quoted""\nsecond line.",,T,,2014-11-03,Main,',
        "2,,<p>Second.</p>,,https://x/2,,,S",
    ]
    jsonl = tmp_path / "in.jsonl"
    jsonl.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    assert list(read_documents(csv_file(tmp_path / "in.csv", header, *lines))) == list(read_documents(jsonl))


@pytest.mark.parametrize(
    ("line", "says"),
    [("1,a,b", "expected 2 fields"), ("1", "expected 2 fields"), (",a", "`id` is missing"), ("1,", "exactly one of")],
)
def test_a_csv_row_that_is_no_document_is_a_failure_with_its_line(tmp_path, line, says):
    first, failure, last = read_documents(csv_file(tmp_path / "in.csv", "id,text", "0,zero", line, "2,two"))
    assert (first.id, last.id) == ("0", "2")
    assert failure.id == "in.csv:3"
    assert says in failure.error


def test_reading_csv_leaves_the_limit_of_fields_as_other_code_set_it(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("id,text\n" + "".join(f"{n},{'word ' * 40_000}\n" for n in range(3)), encoding="utf-8")
    before = csv.field_size_limit()
    lengths = [(len(document.content), csv.field_size_limit()) for document in read_documents(path)]
    assert lengths == [(200_000, before)] * 3


def test_csv_that_is_empty_or_no_utf8_is_an_error(tmp_path):
    (tmp_path / "in.csv").touch()
    with pytest.raises(InputError, match="first row names the columns"):
        list(read_documents(tmp_path / "in.csv"))
    (tmp_path / "in.csv").write_bytes(b"id,text\n1,\xff\n")
    with pytest.raises(InputError, match="not readable"):
        list(read_documents(tmp_path / "in.csv"))


def test_parquet_columns_are_named_as_in_jsonl_and_nulls_are_not_known(tmp_path):
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    names = ["id", "text", "html", "title", "url", "section", "site"]
    table = {name: [row.get(name) for row in ROWS] for name in names}
    table["published"] = arrow.array([dt.date(2014, 11, 3), None])
    parquet.write_table(arrow.table(table), tmp_path / "in.parquet")
    jsonl = tmp_path / "in.jsonl"
    jsonl.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    assert list(read_documents(tmp_path / "in.parquet")) == list(read_documents(jsonl))
    parquet.write_table(arrow.table({"id": [7], "text": ["x"]}), tmp_path / "in.parquet")
    (failure,) = read_documents(tmp_path / "in.parquet")
    assert (failure.id, "`id` must be text" in failure.error) == ("in.parquet:1", True)
    (tmp_path / "in.parquet").write_bytes(b"no Parquet")
    with pytest.raises(InputError, match="not readable as Parquet"):
        list(read_documents(tmp_path / "in.parquet"))


def warc(path, *records):
    """Write a web archive by hand, each record compressed on its own if the name says so."""
    pytest.importorskip("warcio")
    packed = gzip.compress if path.suffix == ".gz" else bytes
    with path.open("wb") as out:
        for url, status, kind, body in records:
            http = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n\r\n".encode() + body
            head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nContent-Length: {len(http)}\r\n"
            head += "Content-Type: application/http; msgtype=response\r\n\r\n"
            out.write(packed(head.encode() + http + b"\r\n\r\n"))
    return path


@pytest.mark.parametrize("name", ["in.warc.gz", "in.warc"])
def test_of_a_web_archive_the_pages_that_were_there_are_read(tmp_path, name):
    path = warc(
        tmp_path / name,
        ("https://x/1", "200 OK", "text/html; charset=utf-8", b"<p>One."),
        ("https://x/2", "404 Not Found", "text/html", b"<p>Gone."),
        ("https://x/logo", "200 OK", "image/png", b"\x89PNG"),
        ("https://x/3", "200 OK", "application/xhtml+xml", b"<p>Three."),
    )
    assert list(read_documents(path)) == [
        Document(id="https://x/1", content=b"<p>One.", url="https://x/1"),
        Document(id="https://x/3", content=b"<p>Three.", url="https://x/3"),
    ]


def test_a_record_that_is_too_large_is_a_failure_and_a_foreign_file_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr("dupdetect.io.tables.MAX_RECORD", 10)
    path = warc(tmp_path / "in.warc.gz", ("https://x/1", "200 OK", "text/html", b"<p>" + b"x" * 100))
    (failure,) = read_documents(path)
    assert isinstance(failure, Failure)
    assert "larger than 10 bytes" in failure.error
    path.write_bytes(b"no archive at all, but some bytes to look at")
    with pytest.raises(InputError, match="not readable as WARC"):
        list(read_documents(path))


@pytest.mark.parametrize(("name", "module"), [("in.parquet", "pyarrow"), ("in.warc", "warcio")])
def test_a_missing_extra_is_named_with_its_pip_line(tmp_path, monkeypatch, name, module):
    def without(wanted, *rest, **named):
        if wanted.startswith(module):
            raise ImportError(wanted)
        return real(wanted, *rest, **named)

    real = builtins.__import__
    monkeypatch.setattr("dupdetect.io.tables.import_module", without)
    (tmp_path / name).touch()
    with pytest.raises(MissingExtraError, match=r"pip install 'dupdetect\[io\]'"):
        list(read_documents(tmp_path / name))
    if module == "pyarrow":
        with pytest.raises(MissingExtraError, match="writing Parquet"):
            write_rows(tmp_path / "out.parquet", [], PAIR_COLUMNS)


# --------------------------------------------------------------------------------------------------------- sources


@pytest.fixture
def mixed(tmp_path):
    """A folder, a collection, single files, one of them missing."""
    (tmp_path / "pages" / "sub").mkdir(parents=True)
    for name in ("b.html", "a.txt", "sub/c.html"):
        (tmp_path / "pages" / name).write_text(name)
    (tmp_path / "in.jsonl").write_text('{"id": "1", "text": "x"}\n\nbroken\n{"id": "2", "text": "y"}\n')
    (tmp_path / "in.csv").write_text("id,text\n3,z\n")
    (tmp_path / "single.txt").write_text("single")
    names = ("single.txt", "gone.txt", "pages", "in.jsonl", "in.csv", "single.txt")
    return [str(tmp_path / name) for name in names]


@pytest.mark.parametrize("size", [1, 2, 100])
def test_batches_hold_the_documents_in_order_whatever_their_size(mixed, size):
    batches = list(PathSource(mixed).batches(size))
    read = [list(batch.documents()) for batch in batches]
    assert max(len(part) for part in read) <= size
    assert [one.id.rpartition("/")[2] if one.id.endswith("e.txt") else one.id for part in read for one in part] == [
        "single.txt", "gone.txt", "a.txt", "b.html", "sub/c.html", "1", "in.jsonl:3", "2", "3", "single.txt",
    ]  # fmt: skip


def test_the_digest_changes_with_names_sizes_times_and_format(mixed, tmp_path):
    first = PathSource(mixed).digest()
    assert PathSource(mixed).digest() == first
    assert PathSource(mixed[1:]).digest() != first
    assert PathSource(mixed, format="text").digest() != first
    (tmp_path / "pages" / "b.html").write_text("longer than it was")
    changed = PathSource(mixed).digest()
    assert changed != first
    (tmp_path / "pages" / "new.html").write_text("new")
    assert PathSource(mixed).digest() != changed
    pieces = [Document(id="a", content="x"), Failure(id="b", error="y")]
    assert PiecesSource(pieces).digest() != PiecesSource(pieces[:1]).digest()


# ---------------------------------------------------------------------------------------------- results, baselines


def sample_pair():
    articles = [Article(id=id, blocks=(Block(text="Some words \ud800."),)) for id in ("a", "b\udc80")]
    measured = Comparison(tokens_left=2, tokens_right=2, jaccard=1.0, passages=())
    verdict = Verdict(relation=Relation.NEAR, score=0.9, reasons=(), comparison=measured)
    return pair_json(Pair(left="a", right="b\udc80", verdict=verdict), *articles, digests=("00ff", "11ee"))


@pytest.mark.parametrize("name", ["pairs.jsonl", "pairs.parquet"])
def test_a_baseline_is_what_a_scan_wrote(tmp_path, name):
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    pair = sample_pair()
    assert write_rows(tmp_path / name, [pair, {**pair, "b": "c"}], PAIR_COLUMNS) == 2
    (surrogate,) = {b for _, b, *_ in read_baseline(tmp_path / name)} - {"c"}
    assert surrogate in ("b\udc80", "b\\udc80")
    assert {(a, x, y) for a, _, x, y in read_baseline(tmp_path / name)} == {("a", "00ff", "11ee")}


def test_parquet_holds_the_columns_of_pairs_and_clusters(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    write_rows(tmp_path / "pairs.parquet", [sample_pair()], PAIR_COLUMNS)
    (row,) = parquet.read_table(tmp_path / "pairs.parquet").to_pylist()
    assert (row["relation"], row["score"], row["is_duplicate"]) == ("NEAR", 0.9, True)
    assert json.loads(row["measures"]) == {"jaccard": 1.0}
    assert row["index"] is None
    cluster = Cluster(ids=("a", "b"), representative="a", original=None, reasons=("why",), weakest=0.5)
    write_rows(tmp_path / "clusters.parquet", [cluster_json(cluster)], CLUSTER_COLUMNS)
    (row,) = parquet.read_table(tmp_path / "clusters.parquet").to_pylist()
    assert (row["ids"], row["original"], row["reasons"], row["weakest"]) == (["a", "b"], None, ["why"], 0.5)


@pytest.mark.parametrize(
    "line", ['{"a": "x", "b": "y"}', "[1]", "{", '{"a": 1, "b": "y", "a_digest": "", "b_digest": ""}']
)
def test_a_baseline_line_that_is_no_pair_is_an_error_that_names_it(tmp_path, line):
    (tmp_path / "old.jsonl").write_text(f"\n{line}\n")
    with pytest.raises(InputError, match=r"old\.jsonl:2"):
        read_baseline(tmp_path / "old.jsonl")
    with pytest.raises(InputError, match="no such file"):
        read_baseline(tmp_path / "none.jsonl")


def test_rows_that_cannot_be_written_leave_the_old_file(tmp_path):
    path = tmp_path / "pairs.jsonl"
    path.write_text("old")

    def rows():
        yield sample_pair()
        raise InputError("the input broke")

    with pytest.raises(InputError, match="the input broke"):
        write_rows(path, rows(), PAIR_COLUMNS)
    assert path.read_text() == "old"
    assert [child.name for child in tmp_path.iterdir()] == ["pairs.jsonl"]
    with pytest.raises(InputError, match="cannot write there"):
        write_rows(tmp_path / "none" / "pairs.jsonl", [], PAIR_COLUMNS)
