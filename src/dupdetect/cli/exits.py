"""Exit codes: a hook reads nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

import click

from dupdetect.errors import (
    DupdetectError,
    ExtractionError,
    InputError,
    MissingExtraError,
    ServiceError,
    SettingsError,
    StoreError,
)
from dupdetect.model import Relation

__all__ = ["Exit", "exit_code_of", "fail_on_option", "outcome"]


class Exit(IntEnum):
    """What an exit code says."""

    NOTHING_FOUND = 0
    DUPLICATES = 1
    USAGE = 2
    UNREADABLE = 3
    UNUSABLE_INDEX = 4
    NO_SERVICE = 5
    INTERNAL = 70


_BRANCHES: dict[type[DupdetectError], Exit] = {
    ExtractionError: Exit.UNREADABLE,
    InputError: Exit.UNREADABLE,
    StoreError: Exit.UNUSABLE_INDEX,
    ServiceError: Exit.NO_SERVICE,
    SettingsError: Exit.USAGE,
    MissingExtraError: Exit.USAGE,
}


def exit_code_of(error: DupdetectError) -> Exit:
    """Return the exit code of an error, by the branch of the tree it stands on."""
    return next((code for branch, code in _BRANCHES.items() if isinstance(error, branch)), Exit.INTERNAL)


_BLOCKED = frozenset({Relation.IDENTICAL, Relation.NEAR})
_WARNED = _BLOCKED | {Relation.CONTAINS, Relation.CONTAINED}
FAIL_ON: dict[str, frozenset[Relation]] = {"block": _BLOCKED, "warn": _WARNED, "never": frozenset()}

fail_on_option = click.option(
    "--fail-on",
    type=click.Choice(list(FAIL_ON)),
    default="block",
    show_default=True,
    help="What exit code 1 stands for: block = IDENTICAL or NEAR, warn = also CONTAINS and CONTAINED, never = nothing.",
)


def outcome(relations: Iterable[Relation], *, fail_on: str, unreadable: int, strict: bool) -> Exit:
    """Return the exit code of a batch: duplicates weigh more than unreadable documents, unless `strict`."""
    found = any(relation in FAIL_ON[fail_on] for relation in relations)
    if unreadable and (strict or not found):
        return Exit.UNREADABLE
    return Exit.DUPLICATES if found else Exit.NOTHING_FOUND
