import importlib.util

import pytest
from tests.conftest import ROOT

import dupdetect
from dupdetect.errors import DupdetectError

spec = importlib.util.spec_from_file_location("reference", ROOT / "tools" / "reference.py")
reference = importlib.util.module_from_spec(spec)
spec.loader.exec_module(reference)


@pytest.mark.parametrize("name", reference.PAGES)
def test_a_reference_page_is_what_the_code_says(name):
    written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert written == reference.PAGES[name](), "run python tools/reference.py"


def test_every_public_name_is_there_and_explains_itself():
    assert len(dupdetect.__all__) == len(set(dupdetect.__all__))
    for name in dupdetect.__all__:
        assert getattr(dupdetect, name).__doc__, name


def test_the_error_tree_in_the_docstring_is_the_tree():
    def below(kind, depth=0):
        yield depth, kind.__name__
        for child in kind.__subclasses__():
            if child.__module__ == "dupdetect.errors":
                yield from below(child, depth + 1)

    drawn = dupdetect.errors.__doc__
    lines = [line.split("(")[0] for line in drawn.splitlines() if "─ " in line or line.endswith("DupdetectError")]
    names = [line.split("─ ")[-1].split()[0] for line in lines]
    assert sorted(names) == sorted(name for _, name in below(DupdetectError))
