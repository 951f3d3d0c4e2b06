"""What every face detector promises, and how one that is not thread-safe is shared."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

from facespace.types import RGB, Detection

T = TypeVar("T")


class Detector(Protocol):
    """Finds faces. One detector may be used by many threads at once.

    ``name`` is what settings, files and the command line call it; ``threshold`` the detection
    score (0 to 1) below which it reports nothing unless told otherwise.
    """

    @property
    def name(self) -> str: ...

    @property
    def threshold(self) -> float: ...

    def detect(
        self, rgb: RGB, threshold: float | None = None, small_faces: bool = False
    ) -> list[Detection]:
        """All faces of a picture, the best score first.

        Args:
            rgb: uint8 (H, W, 3).
            threshold: least detection score, 0 to 1; the detector's own where None.
            small_faces: take more time to find small faces in a large picture; without effect
                where the detector knows no other way.
        """
        ...


class Pool(Generic[T]):
    """Keeps idle objects that only one thread may use at a time, and makes more on demand.

    OpenCV's detectors hold the picture's size and buffers, so two threads must never share one.
    Web servers run each visit in a fresh thread, so one per thread would never be warm. The
    pool hands the warmest idle one to whoever asks.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._idle: list[T] = []
        self._lock = threading.Lock()

    @contextmanager
    def borrow(self) -> Iterator[T]:
        """Lend an object for the length of a ``with`` block."""
        with self._lock:
            item = self._idle.pop() if self._idle else None
        if item is None:
            item = self._make()
        try:
            yield item
        finally:
            with self._lock:
                self._idle.append(item)
