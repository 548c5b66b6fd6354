"""The work folder of a scan: every file appears whole or not at all, and a scan goes on where it stopped.

That holds when processes die. Against a power cut only the small JSON files are synced: the parts can be made again,
and to sync them takes as long as to make them (docs/explanation/scan.md).
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dupdetect.errors import InputError, ScanError, SettingsError

__all__ = ["FORMAT", "Arrays", "Kept", "WorkFolder", "compute_only", "damaged", "load_array", "write_json"]

FORMAT = 4
"""Version of the work folder's layout. Another one is refused."""

_BEGUN, _DONE = "scan.json", "manifest.json"

Arrays = dict[str, NDArray[Any]]
Kept = Callable[[str, Callable[[], Arrays]], Arrays]
"""Answers ``(name, compute)`` with what `compute` returns, or with what it returned before an interruption."""


def compute_only(name: str, compute: Callable[[], Arrays]) -> Arrays:
    """Keep nothing: the `Kept` of a scan in memory."""
    return compute()


_MAPPED = 1 << 20


def load_array(path: Path) -> NDArray[Any]:
    """Read a small array file, map a large one: it is read as far as it is used.

    Raises
    ------
    ScanError
        The file is gone or damaged.
    """
    try:
        mode: Literal["r"] | None = "r" if path.stat().st_size > _MAPPED else None
        # A plain array over the map: `numpy.memmap` adds half a microsecond of Python to every operation.
        array: NDArray[Any] = np.asarray(np.load(path, mmap_mode=mode, allow_pickle=False))
    except (OSError, EOFError, ValueError) as error:
        raise damaged(path, error) from error
    return array


def damaged(path: Path, error: Exception) -> ScanError:
    """Return the error that says that a part of a work folder is not readable."""
    return ScanError(
        f"{path}: part of a scan, but not readable ({error}): did the machine lose power, or the folder a file? "
        "Remove the work folder and scan anew"
    )


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file at once, and see it onto the disk."""
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    with draft.open("w", encoding="utf-8") as file:
        file.write(json.dumps(value, indent=1) + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


class WorkFolder:
    """A folder with the finished parts of one scan.

    Parameters
    ----------
    path : Path
        A folder that `begin` made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def begin(cls, path: Path, identity: Mapping[str, Any]) -> WorkFolder:
        """Make the folder, or go on with what is there.

        Parameters
        ----------
        path : Path
        identity : mapping
            What decides the result: settings, thresholds, input. Stored when the scan begins.

        Raises
        ------
        SettingsError
            The folder holds a scan of another identity or format, or other files.
        InputError
            The folder cannot be made or read.
        """
        wanted = json.loads(json.dumps({"format": FORMAT, **identity}))
        folder = cls(path)
        try:
            path.mkdir(parents=True, exist_ok=True)
            begun = path / _BEGUN
            if begun.exists():
                folder._check(json.loads(begun.read_text(encoding="utf-8")), wanted)
            elif any(not child.name.startswith(f".{_BEGUN}.") for child in path.iterdir()):
                raise SettingsError(f"{path}: holds files, but no scan; give an empty or new folder")
            else:
                write_json(begun, wanted)
        except SettingsError:
            raise
        except (OSError, ValueError) as error:
            raise InputError(f"{path}: no usable work folder: {error}") from error
        return folder

    def _check(self, found: Any, wanted: Mapping[str, Any]) -> None:
        odd = [name for name in wanted if not isinstance(found, dict) or found.get(name) != wanted[name]]
        if odd:
            raise SettingsError(
                f"{self.path}: holds a scan that differs in {', '.join(odd)}; "
                "give another folder, or remove this one to scan anew"
            )

    @contextmanager
    def making(self, name: str) -> Iterator[Path | None]:
        """Give a new folder to fill, which takes the name when the block ends; None if `name` is finished."""
        target = self.path / name
        if target.exists():
            yield None
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
        draft.mkdir()
        try:
            yield draft
            try:
                draft.replace(target)
            except OSError:
                if not target.exists():  # else a worker of an interrupted run was quicker
                    raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def keep(self, name: str, compute: Callable[[], Arrays]) -> Arrays:
        """Return the arrays of this name; compute and store them if they are not there. A `Kept`."""
        with self.making(name) as draft:
            if draft is not None:
                for key, array in compute().items():
                    np.save(draft / f"{key}.npy", array, allow_pickle=False)
        return {file.stem: load_array(file) for file in (self.path / name).iterdir()}

    def note(self, name: str, value: Any) -> None:
        """Write a JSON file of this name."""
        write_json(self.path / name, value)

    def noted(self, name: str) -> Any:
        """Return what `note` wrote; None if it did not."""
        path = self.path / name
        try:
            return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
        except (OSError, ValueError) as error:
            raise damaged(path, error) from error

    def finished(self, name: str) -> bool:
        """Whether this part is there."""
        return (self.path / name).exists()

    def finish(self, facts: Mapping[str, Any]) -> None:
        """Write the manifest, last of all."""
        self.note(_DONE, {**self.noted(_BEGUN), **facts})

    @property
    def manifest(self) -> dict[str, Any] | None:
        """What `finish` wrote; None while the scan is not finished."""
        found: dict[str, Any] | None = self.noted(_DONE)
        return found
