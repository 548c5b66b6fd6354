"""Records made in columns are those that their constructor makes."""

import pytest

from dupdetect.model import Change, Span
from dupdetect.model.columns import from_columns


def test_records_of_columns_equal_those_of_the_constructor() -> None:
    spans = [Span(start=0, end=5), Span(start=7, end=9)]
    assert from_columns(Span, start=[0, 7], end=[5, 9]) == spans
    assert from_columns(Change, left=spans, right=spans[::-1], kind=["noise", "facts"]) == [
        Change(left=spans[0], right=spans[1], kind="noise"),
        Change(left=spans[1], right=spans[0], kind="facts"),
    ]
    assert from_columns(Span, start=[], end=[]) == []


def test_columns_of_other_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="one length are needed, not of \\[1, 2\\]"):
        from_columns(Span, start=[0], end=[5, 9])


def test_a_record_without_a_column_for_each_field_does_not_pass_for_whole() -> None:
    (span,) = from_columns(Span, start=[0])
    with pytest.raises(AttributeError, match="end"):
        span.end  # noqa: B018
