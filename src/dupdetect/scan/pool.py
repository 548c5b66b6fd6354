"""Work for several processes: tasks in, results out, as they come, with a bounded number under way."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from types import TracebackType
from typing import Any, Protocol, TypeVar

from dupdetect.errors import ScanError, SettingsError

__all__ = ["Job", "Workers"]

Task = TypeVar("Task")
Task_contra = TypeVar("Task_contra", contravariant=True)
Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)


class Job(Protocol[Task_contra, Result_co]):
    """What a process needs to start work: small, hashable, and sent to it with every task."""

    def start(self) -> Callable[[Task_contra], Result_co]:
        """Return what does one task; called once a process."""


class Workers:
    """Processes that work for one scan, from its first task on. A context manager.

    Parameters
    ----------
    number : int
        1 works in this process; more start so many (``spawn``: a script that uses them needs the usual
        ``if __name__ == "__main__":``).

    Raises
    ------
    SettingsError
        `number` is below 1.
    """

    def __init__(self, number: int = 1) -> None:
        if number < 1:
            raise SettingsError(f"workers must be 1 or more, not {number}")
        self._number = number
        self._pool: ProcessPoolExecutor | None = None

    def run(self, job: Job[Task, Result], tasks: Iterable[Task]) -> Iterator[Result]:
        """Do `tasks`; yield the results as they are ready, in the tasks' order for one worker only.

        Tasks are drawn when a worker is soon free, so that an input is never read ahead into memory.

        Raises
        ------
        ScanError
            A worker ended before its work was done. What a task raises is raised here.
        """
        if self._number == 1:
            yield from map(job.start(), tasks)
            return
        waiting: set[Future[Result]] = set()
        try:
            for task in tasks:
                if self._pool is None:
                    context = multiprocessing.get_context("spawn")
                    self._pool = ProcessPoolExecutor(self._number, context, initializer=_begin)
                waiting.add(self._pool.submit(_do, job, task))
                if len(waiting) > 2 * self._number:
                    done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    yield from (one.result() for one in done)
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (one.result() for one in done)
        except BrokenProcessPool as error:
            raise ScanError(
                "a worker process ended before its work was done: was it killed, or was memory short? "
                "With fewer workers and the same work folder the scan goes on where it stopped."
            ) from error

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)


def _begin() -> None:
    """Leave Ctrl-C to the parent, and end with it however it ends: a worker waits on a pipe that nobody closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:

        def follow() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=follow, daemon=True).start()


@lru_cache(maxsize=1)
def _started(job: Job[Any, Any]) -> Callable[[Any], Any]:
    return job.start()


def _do(job: Job[Task, Result], task: Task) -> Result:
    result: Result = _started(job)(task)  # type: ignore[arg-type]
    return result
