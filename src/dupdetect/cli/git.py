"""Which files of a site there are, and which of them changed, as git knows it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import click

__all__ = ["changed_files", "tracked_files"]


def tracked_files(root: Path) -> list[Path] | None:
    """Return the files below `root` that git tracks; None where `root` is in no repository, or there is no git."""
    try:
        told = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ".")
    except (OSError, subprocess.CalledProcessError):
        return None
    return [root / name for name in told.split("\0") if name and (root / name).is_file()]


def changed_files(root: Path, since: str, until: str) -> list[Path]:
    """Return the files below `root` that were added, copied, renamed or changed between two commits."""
    try:
        told = _git(
            root,
            *("diff", "--name-only", "-z", "--diff-filter=ACMR", "--relative", "--end-of-options"),
            *(f"{since}...{until}", "--", "."),
        )
    except OSError as error:
        raise click.UsageError(f"--from-ref needs git: {error}") from error
    except subprocess.CalledProcessError as error:
        raise click.UsageError(f"git: {error.stderr.strip() or error}") from error
    return [root / name for name in told.split("\0") if name and (root / name).is_file()]


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603  # fixed program, options ended by --end-of-options and --
        ["git", "-C", str(root), *arguments],  # noqa: S607  # the git of the caller's PATH is the caller's choice
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout
