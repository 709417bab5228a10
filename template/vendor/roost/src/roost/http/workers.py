"""Threads for code that cannot await; one that waits for a body makes room for another."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import queue
import threading
from collections.abc import Callable, Generator
from typing import TypeVar

from roost.errors import AppError

# Nearly all of them wait, for Tinybird: a request that finds none free waits behind those.
WORKING_THREADS = 64
# Threads that wait for the rest of a body, beside those that work.
WAITING_THREADS = 448

_Result = TypeVar("_Result")


class Workers:
    """Threads of an event loop's process, started as they are needed.

    working: how many of them work at once.  waiting: how many may wait for a body meanwhile.
    """

    def __init__(self, working: int = WORKING_THREADS, waiting: int = WAITING_THREADS) -> None:
        self._working = working
        self._most_waiting = waiting
        self._slots = threading.Semaphore(working)
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        # Over what follows, and over putting and taking jobs.
        self._lock = threading.Lock()
        self._threads = self._idle = self._waiting = 0

    async def run(self, work: Callable[[], _Result]) -> _Result:
        """Return what `work` returns in a thread, or raise what it raises; in the same context."""
        future: asyncio.Future[_Result] = asyncio.get_running_loop().create_future()
        context = contextvars.copy_context()

        def job() -> None:
            try:
                result = context.run(work)
            except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
                _settle(future, future.set_exception, _raisable(error))
            else:
                _settle(future, future.set_result, result)

        self._submit(job)
        return await future

    @contextlib.contextmanager
    def waiting(self) -> Generator[None]:
        """Let another thread work while this one waits for what is in here.

        Raises: AppError: `overloaded` (503, Retry-After) if too many wait already.
        """
        with self._lock:
            if self._waiting >= self._most_waiting:
                raise AppError("overloaded", headers={"Retry-After": "1"})
            self._waiting += 1
            if not self._jobs.empty():
                self._start_another()
        self._slots.release()
        try:
            yield
        finally:
            self._slots.acquire()
            with self._lock:
                self._waiting -= 1

    def _submit(self, job: Callable[[], None]) -> None:
        with self._lock:
            self._jobs.put(job)
            if self._idle:
                self._idle -= 1
            else:
                self._start_another()

    def _start_another(self) -> None:
        if self._threads >= self._working + self._waiting:
            return
        # Daemons, so that they never keep a process from ending.
        thread = threading.Thread(target=self._work, daemon=True)
        try:
            thread.start()
        except RuntimeError:
            # The system has no more of them: those that there are do the job later.
            if not self._threads:
                raise
        else:
            self._threads += 1

    def _work(self) -> None:
        while (job := self._next()) is not None:
            with self._slots:
                job()

    def _next(self) -> Callable[[], None] | None:
        with self._lock:
            if self._threads > self._working + self._waiting:
                self._threads -= 1
                return None
            with contextlib.suppress(queue.Empty):
                return self._jobs.get_nowait()
            self._idle += 1
        return self._jobs.get()


def _raisable(error: BaseException) -> Exception:
    # What would end an event loop, or what a future does not take, is a failure like any other.
    if isinstance(error, Exception) and not isinstance(error, StopIteration):
        return error
    return RuntimeError(f"{type(error).__name__} in a thread")


def _settle(future: asyncio.Future[_Result], settle: Callable[..., None], outcome: object) -> None:
    loop = future.get_loop()
    try:
        loop.call_soon_threadsafe(_unless_over, future, settle, outcome)
    except RuntimeError:
        # The process ends, and nobody waits any more.
        if not loop.is_closed():
            raise


def _unless_over(
    future: asyncio.Future[_Result], settle: Callable[..., None], outcome: object
) -> None:
    # Whoever waited may have gone.
    if not future.done():
        settle(outcome)
