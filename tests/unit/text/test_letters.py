"""The table of what characters fold to is what folding them one by one says."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np

from dupdetect.text.characters import CharClass, character_classes
from dupdetect.text.letters import _simple_folds

TOOL = Path(__file__).parents[3] / "tools" / "make_folds.py"


def test_each_characters_fold_is_that_of_the_character_alone() -> None:
    tool = runpy.run_path(str(TOOL))
    target_of, classes = tool["target_of"], character_classes()
    expected = []
    for code in range(tool["END"]):
        to = target_of(code)
        alone = to != "apart" and classes[code] not in (CharClass.MARK, CharClass.SIGN_MARK)
        separates = to == "separator" or (alone and classes[to] <= CharClass.UNASSIGNED)
        expected.append(0xFF << 24 if not alone else 0 if separates else to | int(classes[to]) << 24)
    wrong = np.flatnonzero(_simple_folds() != np.array(expected, dtype=np.uint32))
    assert [f"U+{code:04X}" for code in wrong.tolist()] == []
