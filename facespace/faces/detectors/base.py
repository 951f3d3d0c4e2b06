"""What every face detector promises, and what detectors share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import LifoQueue
from typing import Generic, Protocol, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from facespace import limits
from facespace.io.images import Decoded
from facespace.io.pixels import Pixels
from facespace.types import RGB, Detection

T = TypeVar("T")

Rows = npt.NDArray[np.float64]

#: Two boxes overlapping by more than this IoU are one face.
NMS_IOU = 0.3

#: A long picture narrower than this in pixels is searched as a whole: it has room for no face that
#: could be judged, and there might be thousands of parts.
NARROWEST = 64

#: A picture that is no longer than so many of its parts is searched as a whole: its faces are only
#: a little smaller.
WORTH = 1.5

#: A picture that is decoded for a scan has at least so many times the pixels on its longer side
#: that the scan takes: where the last step is an average over a few pixels, as of a whole picture,
#: boxes stay the same.
ROOM = 1.5

#: A find nearer to a cut than this share of its size may be a face of which a part is missing.
AT_THE_CUT = 0.15


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


class PixelsDetector(ABC):
    """A detector that asks for no more of a picture's pixels than it needs."""

    __slots__ = ()

    @abstractmethod
    def search(
        self, pixels: Pixels, threshold: float | None = None, small_faces: bool = False
    ) -> list[Detection]:
        """What ``Detector.detect`` gives, in pixels of the whole picture."""

    def detect(
        self, rgb: RGB, threshold: float | None = None, small_faces: bool = False
    ) -> list[Detection]:
        """See ``Detector.detect``."""
        return self.search(Pixels(rgb), threshold, small_faces)


def search(
    detector: Detector, pixels: Pixels, threshold: float | None = None, small_faces: bool = False
) -> list[Detection]:
    """What a detector finds in a picture, of which it sees no more than it needs, if it can say."""
    if isinstance(detector, PixelsDetector):
        return detector.search(pixels, threshold, small_faces)
    return detector.detect(pixels.rgb, threshold, small_faces)


class Pool(Generic[T]):
    """Keeps idle objects that only one thread may use at a time, and makes more on demand.

    OpenCV's detectors hold the picture's size and buffers, so two threads must never share one.
    Web servers run each visit in a fresh thread, so one per thread would never be warm. The pool
    lends the warmest idle one, and never more than ``limits.AT_ONCE`` at once.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._places: LifoQueue[T | None] = LifoQueue()  # None: nothing was made for it yet
        for _ in range(limits.AT_ONCE):
            self._places.put(None)

    @contextmanager
    def borrow(self) -> Iterator[T]:
        """Lend an object for the length of a ``with`` block."""
        item = self._places.get()
        try:
            if item is None:
                item = self._make()
            yield item
        finally:
            self._places.put(item)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a picture that is searched by itself.

    ``rgb``, uint8 (H, W, 3), is a view that begins at ``corner``, x and y in pixels of the
    picture. ``axis`` is where it is cut, 0 across and 1 down, before it and behind it where
    ``cut`` says so; ``overlap`` are the pixels that it shares with the next.
    """

    rgb: RGB
    corner: tuple[int, int] = (0, 0)
    axis: int = 0
    cut: tuple[bool, bool] = (False, False)
    overlap: int = 0

    def is_whole(self, boxes: Rows) -> npt.NDArray[np.bool_]:
        """Whether finds count here, (N,): not those at a cut that the next part has whole.

        ``boxes``, (N, 4) or more columns, are in pixels of the part.
        """
        low, size = boxes[:, self.axis], boxes[:, self.axis + 2]
        room, length = AT_THE_CUT * size, self.rgb.shape[1 - self.axis]
        before, behind = self.cut
        at_cut = (before & (low < room)) | (behind & (low + size > length - room))
        return np.asarray(~at_cut | (size + 2 * room > self.overlap))


def _length(height: int, width: int, shortest: int) -> int:
    """The length of a long picture's parts; 0 where it is searched as a whole."""
    longer, shorter = max(height, width), min(height, width)
    length = max(2 * shorter, shortest)
    return 0 if longer <= WORTH * length or shorter < NARROWEST else length


def to_scan(pixels: Pixels, longest: int) -> Decoded:
    """A picture as finely as a scan needs it that shrinks it, or each of its ``parts``, so far."""
    seen = pixels.at_least(ROOM * longest)
    return pixels.at_least() if _length(seen.height, seen.width, longest) else seen


def parts(rgb: RGB, shortest: int) -> Iterator[Part]:
    """The picture, uint8 (H, W, 3), or parts of one that is over three times as long as wide.

    Shrunk as a whole, a long screenshot or a panorama would lose its faces. Parts are twice as long
    as wide, and no shorter than ``shortest`` pixels. They overlap by their width, so that every
    face is whole in one of them.
    """
    height, width = rgb.shape[:2]
    axis = int(height > width)
    longer, shorter = max(height, width), min(height, width)
    length = _length(height, width, shortest)
    if not length:
        yield Part(rgb)
        return
    count = 1 + -(-(longer - length) // (length - shorter))
    for start in np.linspace(0, longer - length, count).round().astype(int).tolist():
        place = slice(start, start + length)
        view = rgb[place] if axis else rgb[:, place]
        cut = start > 0, start < longer - length
        yield Part(view, (0, start) if axis else (start, 0), axis, cut, shorter)


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
