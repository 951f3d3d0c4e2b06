"""What every face detector promises, and what detectors share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from facespace import limits
from facespace.types import RGB, Detection

T = TypeVar("T")

Rows = npt.NDArray[np.float64]

#: Two boxes overlapping by more than this IoU are one face.
NMS_IOU = 0.3


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
    Web servers run each visit in a fresh thread, so one per thread would never be warm. The pool
    lends the warmest idle one, and never more than ``limits.AT_ONCE`` at once.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._idle: list[T] = []
        self._lent = threading.Semaphore(limits.AT_ONCE)

    @contextmanager
    def borrow(self) -> Iterator[T]:
        """Lend an object for the length of a ``with`` block."""
        with self._lent:
            try:
                item = self._idle.pop()
            except IndexError:
                item = self._make()
            try:
                yield item
            finally:
                self._idle.append(item)


def iou(boxes: Rows, box: Rows) -> Rows:
    """Intersection over union of boxes (N, 4) with one box (4,), each x, y, width, height; (N,)."""
    corner = np.maximum(boxes[:, :2], box[:2])
    end = np.minimum(boxes[:, :2] + boxes[:, 2:], box[:2] + box[2:])
    both = np.clip(end - corner, 0, None).prod(axis=1)
    return np.asarray(both / (boxes[:, 2:].prod(axis=1) + box[2:].prod() - both))


def best_of_overlapping(boxes: Rows, scores: Rows) -> npt.NDArray[np.intp]:
    """Non-maximum suppression: of boxes (N, 4) that overlap the places of the best scored."""
    # OpenCV drops what does not exceed its threshold, and a score (N,) may be 0.
    best = cv2.dnn.NMSBoxes(boxes.tolist(), (scores + 1).tolist(), 0.0, NMS_IOU)
    return np.asarray(best, np.intp).ravel()
