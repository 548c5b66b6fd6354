"""Work beside the event loop: so many threads, so many waiting, so long."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from dupdetect.server.problems import Problem

__all__ = ["Pool"]

T = TypeVar("T")


class Pool:
    """Threads with a bounded queue. Its methods are called on the event loop.

    Parameters
    ----------
    threads : int
    queue : int
        Calls that may wait for a thread.
    name : str
    """

    def __init__(self, *, threads: int, queue: int, name: str) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._room = threads + queue
        self._inside = 0

    @property
    def inside(self) -> int:
        """Calls at work or waiting."""
        return self._inside

    async def run(self, work: Callable[[], T], *, seconds: float) -> T:
        """Do work in a thread.

        What has begun when the time is up goes on to its end, unseen in its thread; what has not begun is dropped.

        Raises
        ------
        Problem
            ``saturated``: no room left. ``deadline``: no result after `seconds`.
        """
        if self._inside >= self._room:
            raise Problem("saturated", "every thread is busy and the queue is full; try again")
        end = time.monotonic() + seconds

        def within_time() -> T:
            if time.monotonic() >= end:
                raise Problem("deadline", f"waited for a thread for {seconds:g} s")
            return work()

        self._inside += 1
        future = asyncio.get_running_loop().run_in_executor(self._threads, within_time)
        future.add_done_callback(self._done)
        try:
            return await asyncio.wait_for(asyncio.shield(future), seconds)
        except asyncio.TimeoutError:
            raise Problem("deadline", f"no answer after {seconds:g} s") from None

    def _done(self, future: asyncio.Future[T]) -> None:
        self._inside -= 1
        with contextlib.suppress(asyncio.CancelledError):
            future.exception()  # looked at, so that nobody complains of what no one waits for any more

    def close(self) -> None:
        """Let what is inside finish, and take no more."""
        self._threads.shutdown(wait=True)
