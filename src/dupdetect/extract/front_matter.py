"""What a Markdown post says of itself before its text."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import Any

from dupdetect.errors import ExtractionError, MissingExtraError

__all__ = ["front_matter"]

_FRONT_MATTER_SIZE = 65_536
"""Characters of front matter at most."""

_FENCED = re.compile(r"\A\s*(---|\+\+\+)[ \t]*\r?\n(.*?)^\1[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_KEY_LINES = re.compile(r"\A\s*((?:[A-Za-z][\w-]*:[^\n]*\n)+)\s*\n")


def front_matter(text: str) -> tuple[Mapping[str, Any], str]:
    """Return a post's front matter, and the rest of its text.

    Parameters
    ----------
    text : str
        Of a Markdown file. Front matter is YAML between ``---``, TOML between ``+++``, or Pelican's ``Key: value``
        lines.

    Returns
    -------
    tuple of (mapping, str)
        Keys in lower case; empty where there is none.

    Raises
    ------
    ExtractionError
        It is not what it begins as.
    MissingExtraError
        YAML, or TOML on Python 3.10, needs the extra ``markdown``.
    """
    head = text[:_FRONT_MATTER_SIZE]
    if fenced := _FENCED.match(head):
        parsed = _toml(fenced[2]) if fenced[1] == "+++" else _yaml(fenced[2])
        if not isinstance(parsed, dict):
            raise ExtractionError("its front matter is no list of keys and values; mend it, or hand in the body alone")
        return {str(key).lower(): value for key, value in parsed.items()}, text[fenced.end() :]
    if (lines := _KEY_LINES.match(head)) and re.search(r"^(?:title|date):", lines[1], re.IGNORECASE | re.MULTILINE):
        pairs = (line.split(":", 1) for line in lines[1].splitlines())
        return {key.strip().lower(): value.strip() for key, value in pairs}, text[lines.end() :]
    return {}, text


def _yaml(text: str) -> Any:
    try:
        import yaml
    except ImportError:
        raise MissingExtraError("markdown", "front matter in YAML") from None
    try:
        return yaml.safe_load(text) or {}
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ExtractionError(f"its front matter is not YAML: {' '.join(str(error).split())}") from None


def _toml(text: str) -> Any:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        try:
            import tomli as tomllib
        except ImportError:
            raise MissingExtraError("markdown", "front matter in TOML on Python 3.10") from None
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ExtractionError(f"its front matter is not TOML: {error}") from None
