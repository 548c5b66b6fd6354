import sys
import unicodedata

import pytest

from dupdetect.text import fold, tokenize
from dupdetect.text.characters import CharClass, character_classes


def words(text):
    tokens = tokenize(text)
    return [fold(text[start:end]) for start, end in zip(tokens.starts, tokens.ends, strict=True)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The “Bullpen”", 'the "BULLPEN"'),
        ("ﬁnal ofﬁce", "final office"),
        ("Stra\u00adße", "STRASSE"),
        ("e\u0301te\u0301", "été"),
        ("can’t", "cant"),
        ("ice\u2010cream", "ice-cream"),
        ("zero\u200bwidth", "zerowidth"),
        ("Ｗｉｄｅ", "wide"),
    ],
)
def test_typographic_variants_have_the_same_tokens(one, other):
    assert tokenize(one).hashes.tolist() == tokenize(other).hashes.tolist()


def test_a_number_keeps_its_inner_stops_and_loses_its_outer_ones():
    assert words("Up 3.5 to 1,234.") == ["up", "3.5", "to", "1,234"]


def test_each_sign_of_a_script_without_spaces_is_a_token():
    assert words("東京 Tokyo") == ["東", "京", "tokyo"]


def test_a_character_newer_than_the_table_is_a_separator_on_every_interpreter():
    newer = "\ua7dc"  # Unicode 16: a capital that newer interpreters fold to an older letter
    assert character_classes()[ord(newer)] == CharClass.UNASSIGNED
    assert tokenize(f"a{newer}b").hashes.tolist() == tokenize("a b").hashes.tolist()


def test_the_table_agrees_with_the_interpreter_about_every_letter_that_both_know():
    classes = character_classes()
    odd = [
        hex(code)
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code))[0] == "L"
        and classes[code] not in (CharClass.LETTER, CharClass.SIGN, CharClass.UNASSIGNED, CharClass.IGNORED)
    ]
    assert odd == []
