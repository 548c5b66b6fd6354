"""The folder of a run, on any file system that Spark writes to: each stage is a Parquet table, written once.

A finished table cuts off the plan that made it, as a checkpoint does, and a run that was interrupted goes on behind it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dupdetect.errors import InputError, SettingsError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["FORMAT", "Folder"]

FORMAT = 1
"""Version of the folder's layout. Another one is refused."""

_BEGUN, _DONE, _WORK = "run.json", "summary.json", "_work"


class Folder:
    """Tables of one run.

    Parameters
    ----------
    spark : SparkSession
    path : str
        A path or URI of a folder.
    """

    def __init__(self, spark: SparkSession, path: str) -> None:
        self.spark, self.path = spark, path.rstrip("/")
        # Spark has no public door to its file systems from Python; this one has been there since Python came to it.
        self._hadoop: Any = spark._jvm.org.apache.hadoop  # type: ignore[union-attr]
        self._conf = spark._jsc.hadoopConfiguration()  # type: ignore[attr-defined]

    @classmethod
    def begin(cls, spark: SparkSession, path: str, identity: Mapping[str, Any], *, resume: bool) -> Folder:
        """Make the folder, or go on with an interrupted run.

        Parameters
        ----------
        spark : SparkSession
        path : str
        identity : mapping
            What decides the result. Stored when the run begins.
        resume : bool
            Whether to go on behind the stages that are finished, if the folder holds such a run.

        Raises
        ------
        SettingsError
            The folder holds other files, a finished run, another run, or one that is not to go on.
        """
        folder = cls(spark, path)
        wanted = json.loads(json.dumps({"format": FORMAT, **identity}))
        if not folder.holds(""):
            folder._write(_BEGUN, wanted)
            return folder
        if folder.holds(_DONE):
            raise SettingsError(f"{path}: holds a finished run; give another folder")
        if not folder.holds(_BEGUN):
            raise SettingsError(f"{path}: holds files, but no run; give a new folder")
        if not resume:
            raise SettingsError(f"{path}: holds a run that was interrupted; resume it, or give another folder")
        found = folder._read(_BEGUN)
        if odd := [name for name in wanted if found.get(name) != wanted[name]]:
            raise SettingsError(f"{path}: holds a run that differs in {', '.join(odd)}; give another folder")
        return folder

    @classmethod
    def finished(cls, spark: SparkSession, path: str) -> tuple[Folder, dict[str, Any], dict[str, Any]]:
        """Open the folder of a finished run; return it, what the run was told, and its summary.

        Raises
        ------
        InputError
            There is no finished run.
        """
        folder = cls(spark, path)
        if not folder.holds(_DONE):
            raise InputError(f"{path}: holds no finished run")
        return folder, folder._read(_BEGUN), folder._read(_DONE)

    def table(self, name: str) -> DataFrame:
        """Return a table that is there."""
        return self.spark.read.parquet(f"{self.path}/{name}")

    def keep(self, name: str, frame: DataFrame) -> DataFrame:
        """Return the table of this name in the work folder; write it if it is not there."""
        return self.result(f"{_WORK}/{name}", frame)

    def result(self, name: str, frame: DataFrame) -> DataFrame:
        """Return the table of this name; write it if it is not there."""
        if not self.holds(f"{name}/_SUCCESS"):
            self.spark.sparkContext.setJobDescription(f"dupdetect: {name.removeprefix(f'{_WORK}/')}")
            frame.write.mode("overwrite").parquet(f"{self.path}/{name}")
        return self.table(name)

    def finish(self, summary: Mapping[str, Any], *, keep_work: bool) -> None:
        """Write the summary, last of all, and remove the work folder."""
        self._write(_DONE, summary)
        if not keep_work:
            path = self._hadoop.fs.Path(f"{self.path}/{_WORK}")
            path.getFileSystem(self._conf).delete(path, True)

    def holds(self, name: str) -> bool:
        """Whether there is a file or folder of this name."""
        path = self._hadoop.fs.Path(f"{self.path}/{name}" if name else self.path)
        return bool(path.getFileSystem(self._conf).exists(path))

    def _write(self, name: str, value: Mapping[str, Any]) -> None:
        path = self._hadoop.fs.Path(f"{self.path}/{name}")
        out = path.getFileSystem(self._conf).create(path, True)
        try:
            out.write(bytearray(json.dumps(value, indent=1).encode()))
        finally:
            out.close()

    def _read(self, name: str) -> dict[str, Any]:
        lines = self.spark.read.text(f"{self.path}/{name}", wholetext=True).first()
        return dict(json.loads(lines[0])) if lines is not None else {}
