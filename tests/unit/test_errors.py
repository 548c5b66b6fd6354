import copy
import inspect

import pytest

from dupdetect import errors
from dupdetect.model import Article, CheckResult
from dupdetect.policy import Policy, decide

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.DupdetectError)]


def made(kind):
    arguments = {
        errors.SettingsMismatchError: ("site.db", {"bands": (32, 16)}),
        errors.MissingExtraError: ("io", "Parquet"),
        errors.DuplicateBlocked: (decide(Policy(), CheckResult(article=Article(blocks=()), matches=(), candidates=0)),),
    }
    return kind(*arguments.get(kind, ("what happened",)))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_error_crosses_a_process_border_whole(kind):
    error = made(kind)
    if isinstance(error, errors.ExtractionError):
        error = error.of("page.html")
    again = copy.copy(error)  # by way of __reduce_ex__, as between processes
    assert type(again) is kind
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_every_error_is_exported():
    assert sorted(errors.__all__) == sorted(kind.__name__ for kind in KINDS)


def test_an_extraction_error_names_its_document():
    assert str(errors.NotTextError("binary").of("logo.png")) == "logo.png: binary"
