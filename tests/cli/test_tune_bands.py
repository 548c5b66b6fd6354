import json
from xml.etree import ElementTree

import pytest

from dupdetect.cli import run
from dupdetect.index import create_index
from dupdetect.testing import OTHER, add, article


def rows(capsys, *arguments):
    assert run(["tune", "bands", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)["choices"]


def test_the_curve_of_a_choice_is_that_of_the_textbook(capsys):
    (row,) = rows(capsys, "20x5")
    assert row["probability"]["0.8"] == pytest.approx(0.9996, abs=1e-4)  # Mining of Massive Datasets, 3.4.2
    assert row["half at"] == pytest.approx((1 - 0.5**0.05) ** 0.2)


def test_an_index_says_how_many_candidates_each_choice_makes(capsys, tmp_path):
    with create_index(tmp_path / "site.db") as index:
        add(index, article("a"), article("b"), article("c"), article("d", OTHER))
    assert [
        row["candidates an article"] for row in rows(capsys, "32x4", "8x16", "--index", str(tmp_path / "site.db"))
    ] == [
        1.5,
        1.5,
    ]
    create_index(tmp_path / "empty.db").close()
    assert rows(capsys, "--index", str(tmp_path / "empty.db"))[0]["candidates an article"] is None


def test_the_plot_is_a_drawing_with_a_line_for_each_choice(capsys, tmp_path):
    assert run(["tune", "bands", "32x4", "20x5", "--plot", str(tmp_path / "s.svg")]) == 0
    drawing = ElementTree.parse(tmp_path / "s.svg").getroot()
    assert len(drawing.findall("{http://www.w3.org/2000/svg}polyline")) == 2
    told = capsys.readouterr().out
    assert "32 × 4" in told
    assert "99.98%" in told


@pytest.mark.parametrize("choice", ["32", "0x4", "4x0", "x", "9999x99"])
def test_what_is_no_choice_is_a_usage_error(capsys, choice):
    assert run(["tune", "bands", choice]) == 2
    assert "dupdetect: " in capsys.readouterr().err
