"""A line of text apart from how a page writes it down."""

from __future__ import annotations

import re

__all__ = ["plain", "same_words"]

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,10});")


def plain(text: str) -> str:
    """Return text without the entities and tags that some systems put into attributes and JSON."""
    if "&" in text and _ENTITY.search(text):
        import html

        text = html.unescape(text)
    if "<" in text:
        text = re.sub(r"</?[a-zA-Z][^<>]*>", " ", text)
    return " ".join(text.split())


def same_words(text: str) -> str:
    """Return only the letters and digits of `text`, case folded: what two copies of a line share."""
    folded = text.casefold()
    if folded.isascii():
        return folded.encode().translate(None, _BETWEEN_WORDS).decode()
    return "".join(filter(str.isalnum, folded))


_BETWEEN_WORDS = bytes(sign for sign in range(128) if not chr(sign).isalnum())
