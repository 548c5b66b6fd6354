"""Write src/dupdetect/text/charclasses.txt from an interpreter's Unicode data.

Run it with the *oldest* supported Python: the table is versioned with the library, and a newer interpreter must not
give an old index other words. ``python3.10 tools/make_charclasses.py``
"""

import sys
import unicodedata
from pathlib import Path

# Scripts written without spaces between words, by block; their letters are signs, each a token of its own.
UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19DF),  # Tai Le, New Tai Lue
    (0x1A20, 0x1AAF),  # Tai Tham
    (0x2E80, 0x2FDF),  # CJK radicals
    (0x3005, 0x3007),  # iteration mark, ideographic zero
    (0x3021, 0x3029),  # Hangzhou numerals
    (0x3040, 0x312F),  # Hiragana, Katakana, Bopomofo
    (0x31A0, 0x31BF),  # Bopomofo extended
    (0x31F0, 0x31FF),  # Katakana phonetic extensions
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),  # Han
    (0xA000, 0xA48F),  # Yi
    (0xAA60, 0xAA7F),  # Myanmar extended
    (0xAA80, 0xAADF),  # Tai Viet
    (0xF900, 0xFAFF),
    (0x1B000, 0x1B16F),
    (0x20000, 0x3FFFD),
)
APOSTROPHES = {0x27, 0x2018, 0x2019, 0x201B, 0x02BC, 0xFF07}
VARIATION = ((0xFE00, 0xFE0F), (0xE0100, 0xE01EF), (0x180B, 0x180D))
MID_NUMBER = {0x2C, 0x2E, 0x066B, 0x066C}


def class_of(code: int) -> str:
    """Return the name of the class of one code point."""
    category = unicodedata.category(chr(code))
    unspaced = any(low <= code <= high for low, high in UNSPACED)
    if category == "Cn":
        return "unassigned"
    if code in APOSTROPHES or category == "Cf" or any(low <= code <= high for low, high in VARIATION):
        return "ignored"
    if code in MID_NUMBER:
        return "mid_number"
    if category == "Nd":
        return "digit"
    if category[0] == "M":
        return "sign_mark" if unspaced else "mark"
    if category[0] == "L" or category in ("Nl", "No"):
        return "sign" if unspaced else "letter"
    return "separator"


def main() -> None:
    """Write the table as ranges, in the form of the Unicode character database."""
    target = Path(__file__).parent.parent / "src/dupdetect/text/charclasses.txt"
    runs: list[list[int | str]] = []
    for code in range(0x110000):
        name = class_of(code)
        if runs and runs[-1][2] == name:
            runs[-1][1] = code
        else:
            runs.append([code, code, name])
    lines = [f"{low:X}..{high:X};{name}" for low, high, name in runs if name != "separator"]
    version = unicodedata.unidata_version
    head = f"# Character classes, Unicode {version}; written by tools/make_charclasses.py. Unlisted: separator."
    target.write_text("\n".join([head, *lines]) + "\n", encoding="ascii")
    sys.stderr.write(f"{target}: {len(lines)} ranges, Unicode {version}\n")


if __name__ == "__main__":
    main()
