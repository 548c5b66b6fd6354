"""Bytes to text, as browsers decide it: byte order mark, HTTP header, ``<meta>``, then UTF-8, then a guess.

Declarations lie in one direction often enough to check: bytes that *are* UTF-8 under another declared name. A strict
UTF-8 decoder accepts text of another encoding by accident very rarely, so it is believed over the declaration.
Whatever was not declared, or was overruled, is said in the notes.
"""

from __future__ import annotations

import re

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom

from dupdetect.errors import DocumentTooLargeError, EmptyDocumentError, NotTextError
from dupdetect.extract.limits import DEFAULT_LIMITS, Limits
from dupdetect.extract.loops import NUL, REPLACEMENT, SURROGATE, flaws

__all__ = ["decode"]

_MAGIC = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a PNG image",
    b"GIF8": "a GIF image",
    b"\xff\xd8\xff": "a JPEG image",
    b"PK\x03\x04": "a ZIP archive or an office document",
    b"\x1f\x8b": "gzip-compressed",
    b"\x7fELF": "a program",
    b"SQLite format 3": "a SQLite database",
    b"{\\rtf": "an RTF document",
}

# A page's language says which legacy encodings its bytes may be in, the likelier first.
_BY_LANGUAGE = {
    "ja": ("shift_jis", "euc_jp", "iso2022_jp"),
    "zh": ("gb18030", "big5"),
    "ko": ("cp949",),
    "ru": ("cp1251", "koi8_r"),
    "uk": ("cp1251", "koi8_u"),
    "bg": ("cp1251",),
    "sr": ("cp1251", "cp1250"),
    "pl": ("iso8859_2", "cp1250"),
    "cs": ("cp1250", "iso8859_2"),
    "sk": ("cp1250", "iso8859_2"),
    "hu": ("cp1250", "iso8859_2"),
    "ro": ("cp1250", "iso8859_2"),
    "el": ("cp1253", "iso8859_7"),
    "tr": ("cp1254",),
    "he": ("cp1255",),
    "ar": ("cp1256",),
    "fa": ("cp1256",),
    "th": ("cp874",),
    "vi": ("cp1258",),
}
_LANGUAGE = re.compile(rb"<html[^>]{0,400}?\blang\s*=\s*[\"']?([a-zA-Z]{2})", re.IGNORECASE)
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 27})


def decode(
    source: str | bytes, *, content_type: str | None = None, limits: Limits = DEFAULT_LIMITS
) -> tuple[str, tuple[str, ...]]:
    """Return the document as text, and notes on how its encoding was found.

    Parameters
    ----------
    source : str or bytes
    content_type : str, optional
        The HTTP header ``Content-Type`` it came with.
    limits : Limits

    Returns
    -------
    text : str
        Without NULs and lone surrogates, which no text has.
    notes : tuple of str
        Empty where the bytes were what they said they were.

    Raises
    ------
    EmptyDocumentError
        Nothing but white space.
    NotTextError
        Binary.
    DocumentTooLargeError
        Over ``limits.size``.
    """
    if len(source) > limits.size:
        raise DocumentTooLargeError(
            f"{len(source):,} {'bytes' if isinstance(source, bytes) else 'characters'} are over the limit of "
            f"{limits.size:,}; raise Limits(size=…) if this is a page"
        )
    notes: tuple[str, ...] = ()
    if isinstance(source, str):
        text = source
    else:
        text, notes = _decode_bytes(bytes(source), content_type)
    found = flaws(text)
    if isinstance(source, str):
        _refuse_binary_text(text, found)
    if found & NUL:
        text = text.replace("\0", "")
    if found & SURROGATE:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        notes = (*notes, "lone surrogates were replaced")
    if text[:1] in _BLANK and not text.strip(_BLANK):
        raise EmptyDocumentError("the document is empty")
    return text.lstrip("\ufeff"), notes


_BLANK = "\ufeff \t\r\n\f\v"


def _decode_bytes(body: bytes, content_type: str | None) -> tuple[str, tuple[str, ...]]:
    encoding, bom = read_bom(body)
    if encoding is not None:
        return body[len(bom or b"") :].decode(encoding, "replace"), ()
    _refuse_binary(body)
    declared = http_content_type_encoding(content_type) or html_body_declared_encoding(body)
    if declared in (None, "utf-8"):
        try:
            return body.decode("utf-8"), ()
        except UnicodeDecodeError as error:
            # One broken byte in a large page is a broken byte; many are another encoding.
            text = body.decode("utf-8", "replace")
            broken = text.count("\ufffd")
            if declared and broken * 50 < sum(1 for byte in body if byte >= 128):
                return text, (f"declared UTF-8, but {broken} characters were not (the first at byte {error.start})",)
        return _guess(body, declared)
    # A pure ASCII body decodes alike in all but a few encodings, and those use escape sequences.
    if not body.isascii() and not declared.startswith(("utf-16", "utf-32")):
        try:
            return body.decode("utf-8"), (f"declared {declared}, but the bytes are UTF-8",)
        except UnicodeDecodeError:
            pass
    try:
        text = body.decode(declared, "replace")
    except LookupError:
        return _guess(body, declared)
    if text.count("\ufffd") * 50 > len(text):
        return _guess(body, declared)
    return text, ()


def _guess(body: bytes, declared: str | None) -> tuple[str, tuple[str, ...]]:
    """Return the text in the first encoding of the page's language that fits, else in windows-1252."""
    found = _LANGUAGE.search(body[:4096])
    candidates = _BY_LANGUAGE.get(found[1].decode().lower(), ()) if found else ()
    said = f"declared {declared}, but the bytes are not" if declared else "no encoding declared"
    for encoding in candidates:
        try:
            return body.decode(encoding), (f"{said}; guessed {encoding} from the page's language",)
        except UnicodeDecodeError:
            continue
    return body.decode("cp1252", "replace"), (f"{said}; guessed windows-1252",)


def _refuse_binary(body: bytes) -> None:
    for magic, name in _MAGIC.items():
        if body.startswith(magic):
            raise NotTextError(f"the document is {name}, not a page; convert it to HTML or text first")
    head = body[:65536]
    if len(head) - len(head.translate(None, _CONTROL)) > 8 + len(head) // 20:
        raise NotTextError("the document is binary: more than one byte in twenty is a control character")


def _refuse_binary_text(text: str, found: int) -> None:
    if text.startswith("%PDF-"):
        raise NotTextError("the document is a PDF, not a page; convert it to HTML or text first")
    if found & (NUL | REPLACEMENT):
        head = text[:65536]
        odd = sum(head.count(chr(byte)) for byte in _CONTROL) + head.count("\ufffd")
        if odd > 8 + len(head) // 20:
            raise NotTextError("the document is binary: more than one character in twenty is a control character")
