"""Slow, obvious versions of what the library does with arrays."""

import hashlib
import zlib
from collections.abc import Sequence

from dupdetect.settings import Settings
from dupdetect.text.characters import CharClass, character_classes
from dupdetect.text.normalize import fold

MASK = 2**64 - 1


def words(text: str) -> list[tuple[str, str]]:
    """Return (token, kind) of each token of a folded text, character by character."""
    table = character_classes()
    chars = [(char, CharClass(int(table[ord(char)]))) for char in fold(text)]
    chars = [(char, name) for char, name in chars if name is not CharClass.IGNORED]
    found: list[tuple[str, str]] = []
    previous = CharClass.SEPARATOR
    for place, (char, given) in enumerate(chars):
        name = given
        if name is CharClass.MID_NUMBER:
            beside = [chars[p][1] for p in (place - 1, place + 1) if 0 <= p < len(chars)]
            name = CharClass.DIGIT if beside == [CharClass.DIGIT, CharClass.DIGIT] else CharClass.SEPARATOR
        if name is CharClass.SEPARATOR or name is CharClass.UNASSIGNED:
            previous = CharClass.SEPARATOR
            continue
        wordlike = (CharClass.LETTER, CharClass.DIGIT, CharClass.MARK)
        continues = (
            (name in wordlike and previous in wordlike)
            or (name is CharClass.MARK and previous is not CharClass.SEPARATOR)
            or (name is CharClass.SIGN_MARK and previous in (CharClass.SIGN, CharClass.SIGN_MARK))
        )
        kind = "number" if name is CharClass.DIGIT else "sign" if name >= CharClass.SIGN else "word"
        if continues:
            token, old = found[-1]
            found[-1] = (token + char, "sign" if old == "sign" else "number" if "number" in (old, kind) else "word")
        else:
            found.append((char, kind))
        previous = name
    return found


def mix64(value: int) -> int:
    """MurmurHash3's 64-bit finaliser."""
    for multiplier in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        value ^= value >> 33
        value = value * multiplier & MASK
    return value ^ value >> 33


def word_hash(word: str) -> int:
    """Eight bytes of UTF-8 after the other, mixed in between; BLAKE2b of a word of more than 32."""
    data = word.encode()
    if len(data) > 32:
        return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little")
    found = 0
    for start in range(0, len(data), 8):
        found = mix64(found + int.from_bytes(data[start : start + 8], "little") & MASK)
    return found


def shingles(text: str, settings: Settings) -> list[int]:
    """Hash of every shingle, in reading order."""
    tokens = words(text)
    hashes = [word_hash(token) for token, _ in tokens]
    out = []
    for place, (_, kind) in enumerate(tokens):
        size = settings.shingle_signs if kind == "sign" else settings.shingle_words
        part = hashes[place : place + size]
        if len(part) == size:
            total = sum(h * 0x9FB21C651E98DF25 * pow(0xD6E8FEB86659FD93, i, 2**64) for i, h in enumerate(part))
            out.append(mix64(total & MASK))
    return out


def digest(text: str) -> bytes:
    """Two sums over the tokens, each token mixed with its place."""
    plain = weighted = 0
    hashes = [word_hash(token) for token, _ in words(text)]
    for place, value in enumerate(hashes, 1):
        mixed = mix64(value + place * 0x9E3779B97F4A7C15 & MASK)
        plain += mixed
        weighted += mixed * (2 * place + 1)
    return b"".join(mix64(total & MASK).to_bytes(8, "little") for total in (plain, weighted))


def signature_of_schema_three(values: Sequence[int]) -> bytes:
    """Return a signature as indexes of schema 3 held it: the lower bytes of each value, then the highest by zlib."""
    parts = [value.to_bytes(4, "little") for value in values]
    return b"".join(part[:3] for part in parts) + zlib.compress(b"".join(part[3:] for part in parts), 9)


def colliding(count: int) -> list[str]:
    """Return names that all want one place of the compiled tables, whose hash has no secret (Fowler, Noll and Vo's)."""
    found: list[str] = []
    number = 0
    while len(found) < count:
        # Letters only, so that each is one word of a class, a tag and a text.
        name = "x" + "".join(chr(97 + number // 26**place % 26) for place in range(5))
        value = 0xCBF29CE484222325
        for byte in name.encode():
            value = (value ^ byte) * 0x100000001B3 % 2**64
        if (value ^ value >> 29) % 1024 == 7:
            found.append(name)
        number += 1
    return found
