import gzip
import json
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.errors import InputError
from dupdetect.io import read_documents, read_file, readers
from dupdetect.model import Document, Failure


def write(path, *lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_a_folder_is_read_recursively_in_name_order_and_ids_are_paths_below_it(tmp_path):
    for name in ("b.html", "a.txt", "sub/c.htm", "style.css", "sub/d.HTML"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    found = list(read_documents(tmp_path))
    assert [(one.id, one.format) for one in found] == [
        ("a.txt", "text"), ("b.html", "html"), ("sub/c.htm", "html"), ("sub/d.HTML", "html"),
    ]  # fmt: skip


def test_a_folder_without_pages_and_a_path_of_no_known_kind_are_errors(tmp_path):
    with pytest.raises(InputError, match="no page in it"):
        list(read_documents(tmp_path))
    (tmp_path / "x.pdf").touch()
    with pytest.raises(InputError, match="expected a folder"):
        list(read_documents(tmp_path / "x.pdf"))
    with pytest.raises(InputError, match="no such file"):
        list(read_documents(tmp_path / "y.jsonl"))


def test_a_jsonl_line_says_what_is_known_of_the_document(tmp_path):
    line = {
        "id": "1", "text": "Words.", "title": "T", "url": "https://x/1", "published": "2014-11-03",
        "site": "S", "section": "Main",
    }  # fmt: skip
    (document,) = read_documents(write(tmp_path / "in.jsonl", line))
    assert (document.content, document.format, document.title, document.url) == ("Words.", "text", "T", "https://x/1")
    assert (str(document.published), document.site, document.sections) == ("2014-11-03", "S", ("Main",))


def test_null_fields_are_fields_that_are_not_known(tmp_path):
    (document,) = read_documents(write(tmp_path / "in.jsonl", {"id": "1", "html": "<p>x", "title": None, "url": None}))
    assert document == Document(id="1", content="<p>x")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("[1]", "JSON object"),
        ("{", "not a document"),
        ("[" * 100_000, "not a document"),
        ('{"id": "1"}', "exactly one of"),
        ('{"id": "1", "html": "a", "text": "b"}', "exactly one of"),
        ('{"html": "a"}', "`id` is missing"),
        ('{"id": 7, "html": "a"}', "`id` must be text"),
        ('{"id": "1", "html": "a", "sections": "Main"}', "list of text"),
        ('{"id": "1", "html": "a", "published": "never"}', "no date"),
        ('{"id": "1", "html": "a", "headline": "x"}', "unknown fields headline"),
    ],
)
def test_a_line_that_is_no_document_is_a_failure_with_its_number_and_the_rest_is_read(tmp_path, line, says):
    path = tmp_path / "in.jsonl"
    path.write_text(f'{{"id": "0", "text": "a"}}\n\n{line}\n{{"id": "2", "text": "b"}}\n', encoding="utf-8")
    first, failure, last = read_documents(path)
    assert isinstance(failure, Failure)
    assert failure.id == "in.jsonl:3"
    assert says in failure.error
    assert (first.id, last.id) == ("0", "2")


def test_bytes_that_are_no_utf8_are_a_failure(tmp_path):
    (tmp_path / "in.jsonl").write_bytes(b'{"id": "\xff"}\n')
    (failure,) = read_documents(tmp_path / "in.jsonl")
    assert "not a document" in failure.error


def test_a_compressed_file_is_read_and_a_broken_one_is_an_error(tmp_path):
    path = tmp_path / "in.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"id": "1", "text": "a"}\n' * 1000))
    assert len(list(read_documents(path))) == 1000
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(InputError, match="not readable to its end"):
        list(read_documents(path))


def test_a_file_that_is_not_there_is_an_error_that_names_it(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.html"):
        read_file(tmp_path / "nowhere.html")


@given(
    st.lists(st.sampled_from([b"{}", b" ", b"\n", b"\r\n"]), max_size=40).map(b"".join),
    st.integers(1, 4),
    st.integers(1, 9),
)
def test_lines_are_found_where_reading_the_file_would_find_them(content, step, block):
    with NamedTemporaryFile(suffix=".jsonl") as file, patch.object(readers, "_BLOCK", block):
        file.write(content)
        file.flush()
        path = Path(file.name)
        lines = list(readers.jsonl_lines(path))
        parts = [list(islice(readers.jsonl_lines(path, start), step)) for start in readers.line_starts(path, step)]
    assert parts == [lines[start : start + step] for start in range(0, len(lines), step)]
