"""Time and memory. Memory is what is resident, in MB of 2**20 bytes."""

from __future__ import annotations

import os
import resource
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import ParamSpec, Self, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def milliseconds(
    work: Callable[[], object], times: int = 1, least_seconds: float = 0.0
) -> list[float]:
    """What single runs take: so many, and more until they have taken so long together."""
    taken: list[float] = []
    while len(taken) < times or sum(taken) < 1000 * least_seconds:
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def apart(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What a function of a script gives in a process of its own."""
    # Not at the top: contenders are timed from the start of their process.
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(1, get_context("spawn")) as one:
        return one.submit(work, *args, **kwargs).result()


def peak_mb() -> float:
    """The most memory that this process has held so far."""
    status = Path("/proc/self/status")
    if status.is_file():
        # Linux starts ru_maxrss at what the parent held when it started this process.
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(fields["VmHWM"].split()[0]) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def resident_mb(process: int) -> float:
    """What a process and all below it hold now; 0 once it has ended. For Linux.

    Reads little, as it is called some fifty times a second beside what is measured.
    """
    below: list[int] = []
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):  # a thread that has ended since
            below += map(int, children.read_text().split())
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20 + sum(map(resident_mb, below))


def processor_s(process: int) -> float:
    """The processor time of a process so far, in seconds, user and system. For Linux."""
    # The name of the program, in brackets, may have spaces in it.
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Memory:
    """Watches what a process and all below it hold, on a thread of its own."""

    #: Seconds between two looks.
    LOOK = 0.02

    def __init__(self, process: int) -> None:
        self._process, self._over = process, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.peak = 0.0
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(self.LOOK):
            self.peak = max(self.peak, self.now)

    @property
    def now(self) -> float:
        """What is held now."""
        return resident_mb(self._process)
