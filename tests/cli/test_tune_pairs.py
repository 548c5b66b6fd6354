import csv
import json

import pytest
from tests.unit.compare.texts import FIRST, SECOND, THIRD, prose

from dupdetect.cli import run

WHOLE = f"{FIRST} {SECOND} {THIRD}"


def labels(path, *rows, columns=("left", "right", "label")):
    with path.open("w", encoding="utf-8", newline="") as file:
        written = csv.writer(file)
        written.writerow(columns)
        written.writerows(rows)
    return str(path)


def told(capsys, *arguments):
    assert run(["tune", "pairs", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_files_beside_the_list_are_compared_and_scored(capsys, tmp_path):
    for name, text in (("whole", WHOLE), ("copy", WHOLE.replace("board", "council")), ("part", FIRST)):
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    path = labels(
        tmp_path / "labels.csv",
        ("whole.txt", "copy.txt", "near"),
        ("whole.txt", "part.txt", "CONTAINS"),
        ("part.txt", "whole.txt", "CONTAINS"),
    )
    answer = told(capsys, path)
    assert answer["pairs"] == 3
    assert answer["stories"] is None
    rows = {row["of"]: row for row in answer["quality"]}
    assert (rows["NEAR"]["precision"]["value"], rows["NEAR"]["recall"]["value"]) == (1.0, 1.0)
    assert rows["CONTAINS"]["recall"]["value"] == 0.5
    (differs,) = answer["differing"]
    assert (differs["left"], differs["label"], differs["said"]) == ("part.txt", "CONTAINS", "CONTAINED")
    assert answer["thresholds"] == []


def test_texts_stand_in_the_list_itself(capsys, tmp_path):
    columns = ("left_text", "right_text", "label")
    path = labels(tmp_path / "labels.csv", (WHOLE, WHOLE, "yes"), (FIRST, SECOND, "no"), columns=columns)
    (row,) = told(capsys, path)["quality"]
    assert (row["labelled"], row["said"], row["precision"]["value"]) == (1, 1, 1.0)


def test_ids_are_those_of_the_articles_and_rarity_is_counted_over_them(capsys, tmp_path):
    with (tmp_path / "posts.jsonl").open("w", encoding="utf-8") as file:
        for number in range(4):
            file.write(json.dumps({"id": f"post {number}", "text": prose(number)}) + "\n")
    path = labels(tmp_path / "labels.csv", ("post 0", "post 1", "DISTINCT"))
    answer = told(capsys, path, "--articles", str(tmp_path / "posts.jsonl"))
    assert answer["stories"] == 4
    assert answer["differing"] == []


def test_lines_that_cannot_be_used_are_listed_and_the_rest_is_scored(capsys, tmp_path):
    (tmp_path / "a.txt").write_text(WHOLE, encoding="utf-8")
    path = labels(
        tmp_path / "labels.csv",
        ("a.txt", "a.txt", "IDENTICAL"),
        ("a.txt", "gone.txt", "yes"),
        ("a.txt", "a.txt", "perhaps"),
    )
    assert run(["tune", "pairs", path]) == 3
    out, err = capsys.readouterr()
    assert "1 labelled pairs" in out
    assert "labels.csv:3: " in err
    assert "gone.txt: No such file" in err
    assert "labels.csv:4: the label 'perhaps' is neither a relation" in err


@pytest.mark.parametrize("rows", [(), (("gone.txt", "gone.txt", "yes"),)])
def test_a_list_without_a_pair_is_refused(capsys, tmp_path, rows):
    assert run(["tune", "pairs", labels(tmp_path / "labels.csv", *rows)]) == 3
    assert "no labelled pair could be read" in capsys.readouterr().err


def test_people_are_told_that_few_labels_suggest_nothing(capsys, tmp_path):
    columns = ("left_text", "right_text", "label")
    path = labels(tmp_path / "labels.csv", (WHOLE, WHOLE, "yes"), (FIRST, FIRST, "no"), columns=columns)
    assert run(["tune", "pairs", path]) == 0
    out = capsys.readouterr().out
    assert "each judged alone" in out
    assert "no but IDENTICAL" in out
    assert "Too few labels" in out


def test_people_are_told_what_the_labels_speak_for(capsys, tmp_path):
    rows = []
    for number in range(120):
        share = 0.3 + 0.65 * number / 120
        words = prose(number).split()
        rows.append((" ".join(words), " ".join(words[: round(share * len(words))]), "yes" if share >= 0.7 else "no"))
    path = labels(tmp_path / "labels.csv", *rows, columns=("left_text", "right_text", "label"))
    assert run(["tune", "pairs", path]) == 0
    assert "near_longer: 0.69 instead of 0.6" in capsys.readouterr().out
