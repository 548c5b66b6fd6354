"""The runner of pages finds the pages that lie."""

import pytest
from tests.docs.running import blocks, run_page, workplace


def page(*parts):
    return "\n\n".join(f"```{language}\n{source}\n```" for language, source in parts)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return workplace(tmp_path_factory.mktemp("place"))


def test_blocks_know_their_language_line_and_neighbour():
    text = "# T\n\n```python\na\n```\n\n```text\nb\n```\n\nwords\n\n- item\n\n  ```console\n  $ c\n    d\n  ```\n"
    assert [(b.language, b.source, b.line, b.follows_directly) for b in blocks(text)] == [
        ("python", "a\n", 4, False),
        ("text", "b\n", 8, True),
        ("console", "$ c\n  d\n", 16, False),
    ]


@pytest.mark.parametrize(
    "parts",
    [
        [("console", "$ echo one; echo two >&2\none\ntwo\n$ ls examples\nfiredoglake\nsites")],
        [("console", "$ printf 'a\\nb\\nc\\n'\na\n...\nc")],
        [("console", "$ echo a \\\n  b\na b")],
        [("console", "$ exit 1")],
        [("console", "$ dupdetect --no-such-option 2>/dev/null; echo $?\n2")],
        [("python", "a = 1"), ("python", "print(a + 1)"), ("text", "2")],
        [("python", "print('nobody said what this prints')")],
        [("python", "open('made', 'w').close()"), ("console", "$ ls made\nmade")],
        [("sh", "pip install nothing"), ("text", "not run")],
    ],
)
def test_a_page_that_says_what_happens_passes(parts, place):
    run_page(page(*parts), place)


@pytest.mark.parametrize(
    ("parts", "complaint"),
    [
        ([("console", "$ echo one\ntwo")], r"line 2: \$ echo one\nthe page says:\ntwo\n\nbut it shows:\none"),
        ([("console", "$ echo one")], "but it shows:\none"),
        ([("console", "$ true\n$ echo a\nb")], r"line 3: \$ echo a"),
        ([("console", "$ dupdetect --no-such-option\n...")], "ended with 2"),
        ([("console", "$ printf 'a\\nb\\n'\na\n...\nc")], "but it shows"),
        ([("console", "no command")], "starts with a command"),
        ([("python", "print(1)"), ("text", "2")], "line 2: this Python"),
    ],
)
def test_a_page_that_lies_fails_with_the_line(parts, complaint, place):
    with pytest.raises(AssertionError, match=complaint):
        run_page(page(*parts), place)


def test_python_that_fails_fails_the_page(place):
    with pytest.raises(ZeroDivisionError):
        run_page(page(("python", "1 / 0")), place)


def test_make_runs_the_real_makefile_without_installing(place):
    with pytest.raises(AssertionError, match="the page says:\nnothing"):
        run_page(page(("console", "$ make help\nnothing")), place)
    run_page(page(("console", "$ make -n demo\n...bin/dupdetect scan examples/firedoglake/pages ...")), place)
