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
from typing import Any, Protocol, TypeVar

from dupdetect.errors import DupdetectError, SettingsError

__all__ = ["Job", "run_tasks"]

Task = TypeVar("Task")
Task_contra = TypeVar("Task_contra", contravariant=True)
Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)


class Job(Protocol[Task_contra, Result_co]):
    """What a process needs to start work: small, hashable, and sent to it with every task."""

    def start(self) -> Callable[[Task_contra], Result_co]:
        """Return what does one task; called once a process."""


def run_tasks(job: Job[Task, Result], tasks: Iterable[Task], *, workers: int = 1) -> Iterator[Result]:
    """Do `tasks`; yield the results as they are ready, in the tasks' order for one worker only.

    Tasks are drawn when a worker is soon free, so that an input is never read ahead into memory.

    Parameters
    ----------
    job : Job
    tasks : iterable
    workers : int
        1 works in this process; more start so many (``spawn``: a script that calls this needs the usual
        ``if __name__ == "__main__":``).

    Raises
    ------
    SettingsError
        `workers` is below 1.
    DupdetectError
        A worker ended before its work was done. What a task raises is raised here.
    """
    if workers < 1:
        raise SettingsError(f"workers must be 1 or more, not {workers}")
    if workers == 1:
        yield from map(job.start(), tasks)
        return
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_begin) as pool:
        waiting: set[Future[Result]] = set()
        try:
            for task in tasks:
                waiting.add(pool.submit(_do, job, task))
                if len(waiting) > 2 * workers:
                    done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    yield from (one.result() for one in done)
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (one.result() for one in done)
        except BrokenProcessPool as error:
            raise DupdetectError(
                "a worker process ended before its work was done: was it killed, or was memory short? "
                "With fewer workers and the same work folder the scan goes on where it stopped."
            ) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


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
