"""Who may work at once: how many threads may have a whole picture in their hands.

A dashboard runs in one process, with a thread for each visitor. A photo of 12 megapixels takes
some 100 MB while it is decoded, and the networks that look at it 40 MB more: sixteen visitors at
once would need more than a small server has, and would not be served sooner, as the processors
are busy with two.

The gate is entered where a picture comes in, once: ``FaceAnalyzer.analyze`` does so, and whoever
decodes, searches or draws on a whole picture without it. Nothing that is called inside enters
again.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from facespace import limits


class Gate:
    """Lets so many threads in at once; the others wait, and are let in as they came.

    ``threading.Semaphore`` would let a newcomer pass those who wait.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Hold a place for the length of a ``with`` block; must not be entered within it."""
        self._wait()
        try:
            yield
        finally:
            self._leave()

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
            self._leave()
            raise

    def _leave(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1


#: The gate of this process.
enter = Gate(limits.AT_ONCE).enter
