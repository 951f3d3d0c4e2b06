"""Who calls a function for many items: this process, processes of this machine, or a Dask cluster.

    with executors.opened(4) as workers:
        for results in workers.map(read_photo, chunked(photos), settings, outputs):
            ...

Chunks of items are sent ahead of their results, which come in order. An item that ends the worker
it is with costs no other: its result is None, and what was in a worker's hands is done again.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

import cv2

from facespace import limits
from facespace.types import FacespaceError

#: Items that a worker is given at once, and such chunks on their way for each worker: what
#: memory can hold and an interruption can cost.
CHUNK, AHEAD = 8, 3

#: After so many items in a row of which each ended its worker, the items are not to blame.
GIVE_UP = 3

#: Why an item has no result, and why none has.
DEADLY = "Reading the picture ended the process that read it, perhaps for want of memory."
DYING = (
    "The worker processes end unexpectedly, perhaps for want of memory. What was read is kept: "
    "run the same again, with fewer workers."
)

Item = TypeVar("Item")
Result = TypeVar("Result")


def opened(workers: int | Workers | None) -> AbstractContextManager[Workers]:
    """Workers, as a context that ends them.

    Args:
        workers: how many processes of this machine; one a processor where None; 0 for this process
            itself, on the thread that asks. Workers that are there already stay, whose they are.
    """
    if isinstance(workers, Workers):
        return nullcontext(workers)
    return InThisProcess() if workers == 0 else Processes(workers or processors())


def processors() -> int:
    """How many this process may use."""
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count() or 1


def chunked(items: Sequence[Item], size: int = CHUNK) -> Iterator[Sequence[Item]]:
    """Items in chunks of ``size``, in order."""
    return (items[start : start + size] for start in range(0, len(items), size))


@dataclass(frozen=True, slots=True)
class Task(Generic[Result]):
    """What is done with every item: a function of a module, and its further arguments."""

    function: Callable[..., Result]
    arguments: tuple[object, ...]

    def __call__(self, items: Sequence[Any]) -> list[Result]:
        """One result an item."""
        return [self.function(item, *self.arguments) for item in items]


@dataclass(frozen=True, slots=True)
class Work(Generic[Result]):
    """A chunk on its way."""

    task: Task[Result]
    items: Sequence[Any]
    future: Future[list[Result]]


class Workers(ABC):
    """Those who work; a context manager. For one ``map`` at a time."""

    #: What a future raises whose worker ended.
    ended: type[Exception] = BrokenProcessPool

    #: Whether a path means the same file to them as here.
    share_disk = True

    def __init__(self) -> None:
        self._under_way: deque[Work[Any]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """End them, once each has finished what it is at, or leave them to others."""

    @property
    @abstractmethod
    def slots(self) -> int:
        """How many things they do at once beside this process."""

    def map(
        self,
        function: Callable[..., Result],
        chunks: Iterable[Sequence[Item]],
        *arguments: object,
        stop: Callable[[], bool] = lambda: False,
    ) -> Iterator[list[Result | None] | None]:
        """The results of chunks, in order.

        Args:
            function: of a module; called with an item and ``arguments``.
            chunks: what a worker is given at once; asked for when it can be sent.
            arguments: the same for all items.
            stop: asked now and then; once it says so, no more is sent, and a chunk that nobody
                has begun has None for its results.

        Yields:
            One result an item; None for one that ended its workers, be it by their want of memory.

        Raises:
            FacespaceError: so many items in a row end their workers that these are to blame, or
                the workers are gone.
            Exception: what ``function`` raises.
        """
        task, waiting = Task(function, arguments), self._under_way
        if waiting:
            raise RuntimeError("Another map of these workers is not at its end.")
        try:
            for chunk in chunks:
                if stop():
                    break
                waiting.append(self._sent(task, chunk))
                while waiting and self._full():
                    yield self._results(waiting.popleft())
            while waiting:
                work = waiting.popleft()
                yield None if stop() and work.future.cancel() else self._results(work)
        finally:
            while waiting:
                waiting.pop().future.cancel()

    def each(
        self,
        function: Callable[..., Result],
        items: Sequence[Item],
        *arguments: object,
        size: int = CHUNK,
    ) -> Iterator[Result | None]:
        """The results of items, in order, sent in chunks of ``size``; see ``map``."""
        for results in self.map(function, chunked(items, size), *arguments):
            yield from results or ()

    def _full(self) -> bool:
        """Whether results should be taken before more is sent."""
        return len(self._under_way) > AHEAD * self.slots

    def _sent(self, task: Task[Result], items: Sequence[Any]) -> Work[Result]:
        return Work(task, items, self._submit(task, items) if items else _done_here(task, items))

    def _results(self, work: Work[Result]) -> list[Result | None]:
        try:
            return [*self._result(work.future)]
        except self.ended:
            return self._one_by_one(work)

    def _one_by_one(self, work: Work[Result]) -> list[Result | None]:
        """Do a chunk again, to see which of its items it was."""
        results: list[Result | None] = []
        deaths = 0
        with self._alone() as workers:
            for item in work.items:
                try:
                    done = workers._result(workers._submit(work.task, [item]))
                    results.extend(done)
                    deaths = 0
                except self.ended as error:
                    deaths += 1
                    if deaths == GIVE_UP:
                        raise FacespaceError(DYING) from error
                    results.append(None)
        return results

    def _alone(self) -> AbstractContextManager[Workers]:
        """Those who do only what is submitted next, so that a death tells of that alone."""
        return nullcontext(self)

    @abstractmethod
    def _submit(self, task: Task[Result], items: Sequence[Any]) -> Future[list[Result]]:
        """Have a chunk done."""

    def _result(self, future: Future[list[Result]]) -> list[Result]:
        return future.result()


def _done_here(task: Task[Result], items: Sequence[Any]) -> Future[list[Result]]:
    """A chunk that this process does at once."""
    future: Future[list[Result]] = Future()
    future.set_result(task(items))
    return future


class InThisProcess(Workers):
    """No worker at all: every chunk is done when it is asked for, on the thread that asks."""

    slots = 0

    def close(self) -> None:
        """Nobody is there to end."""

    def _submit(self, task: Task[Result], items: Sequence[Any]) -> Future[list[Result]]:
        return _done_here(task, items)


class Processes(Workers):
    """Processes of this machine, each with one thread; those that die are replaced."""

    slots = 0

    def __init__(self, count: int) -> None:
        super().__init__()
        self.slots = count
        self._pool = _pool(count)

    def close(self) -> None:
        """End the processes, once each has finished what it is at."""
        self._pool.shutdown(cancel_futures=True)

    def _alone(self) -> AbstractContextManager[Workers]:
        return Processes(1)

    def _submit(self, task: Task[Result], items: Sequence[Any]) -> Future[list[Result]]:
        try:
            return self._pool.submit(task, items)
        except BrokenProcessPool:
            self.close()
            self._pool = _pool(self.slots)
            return self._pool.submit(task, items)


def _pool(count: int) -> ProcessPoolExecutor:
    # Forked processes would share the locks of this one's threads.
    return ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _begin)


def _begin() -> None:
    """Make ready a process: one thread, and Ctrl-C is its parent's matter."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    one_thread()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def one_thread() -> None:
    """Let this process compute on one thread: others work beside it."""
    limits.THREADS = 1
    cv2.setNumThreads(1)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"  # for libraries that are still to be loaded
    try:
        import threadpoolctl  # comes with scikit-learn, which reading photos does not need
    except ImportError:
        return
    threadpoolctl.threadpool_limits(1)


def _end_with_parent() -> None:
    # Whoever is killed cannot tell its workers; they would wait for photos for ever.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
