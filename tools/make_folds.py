"""Write src/dupdetect/text/folds.txt: what single characters fold to, where nothing beside them can change that.

Working it out takes each process that opens an index some 40 ms, which a hook has better uses for. Run it with the
*oldest* supported Python, after ``make_charclasses.py``: ``python3.10 tools/make_folds.py``, with dupdetect installed.
"""

import sys
import unicodedata
from pathlib import Path

from dupdetect.text.characters import CharClass, character_classes
from dupdetect.text.normalize import fold_assigned

END = 0x20000
SELF = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xAC00, 0xD7A4))
"""Han and Hangul fold to themselves."""
LOOKED_AT = ((0, 0x1100), (0x1200, 0x3400), (0xFE00, 0xFE10), (0xFEFF, 0xFFF0), (0x1F100, 0x1FB00))
"""Of the rest, these blocks hold what texts hold. Conjoining jamo compose with each other."""


def target_of(code: int) -> int | str:
    """Return the code point that a character folds to, or ``separator``, or ``apart``.

    Apart is what does not fold alone: to several characters, as a mark, or to one that is longer in UTF-8.
    """
    classes = character_classes()
    if any(low <= code < high for low, high in SELF) or classes[code] == CharClass.UNASSIGNED:
        return code
    if not any(low <= code < high for low, high in LOOKED_AT):
        return "apart"
    folded = fold_assigned(chr(code))
    kinds = {CharClass(classes[ord(char)]) for char in folded}
    if len(folded) != 1:
        # Of two and more characters none is between two digits: even "..." is all separators.
        return "separator" if kinds <= {CharClass.SEPARATOR, CharClass.MID_NUMBER} else "apart"
    if kinds & {CharClass.MARK, CharClass.SIGN_MARK}:
        return "apart"
    if kinds <= {CharClass.SEPARATOR, CharClass.UNASSIGNED}:
        return "separator"
    longer = len(folded.encode()) > len(chr(code).encode("utf-8", "surrogatepass"))
    return "apart" if longer else ord(folded)


def main() -> None:
    """Write what does not fold to itself as ranges, every character or every second one."""
    target = Path(__file__).parent.parent / "src/dupdetect/text/folds.txt"
    classes = character_classes()
    told: dict[int, int | str] = {}
    for code in range(END):
        to = target_of(code)
        silent = to == code or (to == "separator" and classes[code] <= CharClass.UNASSIGNED)
        marks = to == "apart" and classes[code] in (CharClass.MARK, CharClass.SIGN_MARK)
        if not silent and not marks:
            told[code] = to

    def follows(code: int, step: int, first: int) -> bool:
        to, begun = told.get(code), told[first]
        if isinstance(to, int) and isinstance(begun, int):
            return to - begun == code - first
        return to == begun and step == 1

    lines = []
    while told:
        first = min(told)
        step = 1 if follows(first + 1, 1, first) else 2
        last = first
        while follows(last + step, step, first):
            last += step
        to = told[first]
        lines.append(f"{first:X}..{last:X};{step};{f'{to:X}' if isinstance(to, int) else to}")
        for code in range(first, last + 1, step):
            del told[code]
    version = unicodedata.unidata_version
    head = f"# Simple folds, Unicode {version}; by tools/make_folds.py: first..last;step;what the first folds to."
    target.write_text("\n".join([head, *lines]) + "\n", encoding="ascii")
    sys.stderr.write(f"{target}: {len(lines)} ranges, Unicode {version}\n")


if __name__ == "__main__":
    main()
