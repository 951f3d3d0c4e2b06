"""Haar cascades (Viola and Jones 2001), as the first app used them and with better settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from facespace.faces.detectors.base import (
    PixelsDetector,
    Pool,
    Rows,
    best_of_overlapping,
    parts,
    to_scan,
)
from facespace.io.pixels import Pixels
from facespace.io.resize import shrunk
from facespace.types import RGB, Box, Detection

#: Longer side in pixels that a picture is shrunk to: time grows with the pixels.
LONGER_SIDE = 1280

#: Smallest face in pixels of the shrunk picture; the cascade was trained on 20 x 20.
SMALLEST_FACE = 24

FRONTAL, PROFILE = "haarcascade_frontalface_default.xml", "haarcascade_profileface.xml"


@dataclass(frozen=True, slots=True)
class Haar(PixelsDetector):
    """OpenCV's cascades. They give boxes alone, no landmarks.

    ``scale_factor`` is the step between the sizes that are tried, ``min_neighbors`` how many
    overlapping hits make a face. With ``profile`` the cascade for faces that look to the left is
    run too, on the picture and on its mirror image. The score is w / (1 + w), where w >= 0 is the
    weight of the cascade's last stage: it ranks detections and is no probability.
    """

    name: str
    scale_factor: float
    min_neighbors: int
    profile: bool = False
    threshold: float = 0.0

    def search(
        self, pixels: Pixels, threshold: float | None = None, small_faces: bool = False
    ) -> list[Detection]:
        """All faces of a picture, the best score first, in pixels of the whole."""
        seen = to_scan(pixels, LONGER_SIDE)
        finds = [
            ((boxes[whole] + [*part.corner, 0, 0]) * (seen.back * 2), weights[whole])
            for part in parts(seen.rgb, LONGER_SIDE)
            for boxes, weights in self._finds(part.rgb)
            for whole in [part.is_whole(boxes)]
        ]
        boxes, weights = (np.concatenate(kind) for kind in zip(*finds, strict=True))
        if len(finds) > 1:
            chosen = best_of_overlapping(boxes, weights)
            boxes, weights = boxes[chosen], weights[chosen]
        least = self.threshold if threshold is None else threshold
        detections = [
            Detection(Box(*box), weight / (1 + weight))
            for box, weight in zip(boxes.tolist(), weights.tolist(), strict=True)
        ]
        return sorted((d for d in detections if d.score >= least), key=lambda d: -d.score)

    def _finds(self, rgb: RGB) -> Iterator[tuple[Rows, Rows]]:
        """Boxes (N, 4) in pixels of the picture and weights (N,) >= 0 of each cascade."""
        height, width = rgb.shape[:2]
        scale = min(1.0, LONGER_SIDE / max(height, width))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
        if scale < 1.0:
            grey = shrunk(grey, size)
        back = np.array([width / size[0], height / size[1]] * 2)
        boxes, weights = self._run(FRONTAL, grey)
        yield boxes * back, weights
        if self.profile:
            boxes, weights = self._run(PROFILE, grey)
            yield boxes * back, weights
            boxes, weights = self._run(PROFILE, np.ascontiguousarray(grey[:, ::-1]))
            boxes[:, 0] = grey.shape[1] - boxes[:, 0] - boxes[:, 2]
            yield boxes * back, weights

    def _run(self, file: str, grey: npt.NDArray[np.uint8]) -> tuple[Rows, Rows]:
        """Boxes (N, 4) and weights (N,) >= 0 of one cascade."""
        with _cascades(file).borrow() as cascade:
            boxes, _, weights = cascade.detectMultiScale3(
                grey,
                scaleFactor=self.scale_factor,
                minNeighbors=self.min_neighbors,
                minSize=(SMALLEST_FACE, SMALLEST_FACE),
                outputRejectLevels=True,
            )
        return np.reshape(boxes, (-1, 4)).astype(np.float64), np.maximum(weights, 0.0).reshape(-1)


@cache
def _cascades(file: str) -> Pool[Any]:
    """The cascades of one file, shared by all detectors that use it."""
    path = Path(cv2.__file__).parent / "data" / file
    return Pool(lambda: cv2.CascadeClassifier(str(path)))
