"""Whose turn it is: how many threads may have a whole picture in their hands at once.

A dashboard runs in one process, with a thread for each visitor. A photo of 12 megapixels takes
some 100 MB while it is decoded, and the networks that look at it 40 MB more: sixteen visitors at
once would need more than a small server has, and would not be served sooner, as the processors
are busy with two.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from facespace import limits


class Turns:
    """Lets so many threads in at once; the others wait, and are let in as they came.

    ``threading.Semaphore`` would let a newcomer pass those who wait.
    """

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._waiting: deque[threading.Event] = deque()
        self._lock = threading.Lock()
        self._here = threading.local()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Have a turn for the length of a ``with`` block; a thread that has one has it already."""
        if getattr(self._here, "mine", False):
            yield
            return
        self._wait()
        self._here.mine = True
        try:
            yield
        finally:
            self._here.mine = False
            self._pass_on()

    def _wait(self) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            called = threading.Event()
            self._waiting.append(called)
        try:
            called.wait()
        except BaseException:  # Ctrl-C: whoever comes next must not wait for this thread
            with self._lock:
                if called in self._waiting:
                    self._waiting.remove(called)
                    raise
            self._pass_on()
            raise

    def _pass_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1


#: The turns of this process.
turn = Turns(limits.AT_ONCE).turn
