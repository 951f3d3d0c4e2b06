"""Haar cascades (Viola and Jones 2001), as the first app used them and with better settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from facespace.detectors.base import Pool
from facespace.types import RGB, Box, Detection

#: Longer side in pixels that a picture is shrunk to: time grows with the pixels.
LONGER_SIDE = 1280

#: Smallest face in pixels of the shrunk picture; the cascade was trained on 20 x 20.
SMALLEST_FACE = 24


class Haar:
    """OpenCV's frontal cascade. Gives boxes alone, no landmarks.

    ``scale_factor`` is the step between the sizes that are tried, ``min_neighbors`` how many
    overlapping hits make a face. The score is w / (1 + w), where w >= 0 is the weight of the
    cascade's last stage: it ranks detections and is no probability.
    """

    threshold = 0.0

    def __init__(self, name: str, scale_factor: float, min_neighbors: int) -> None:
        self.name = name
        self._scale_factor = scale_factor
        self._min_neighbors = min_neighbors
        self._pool: Pool[Any] = Pool(self._make)

    def _make(self) -> Any:
        folder = Path(cv2.__file__).parent / "data"
        return cv2.CascadeClassifier(str(folder / "haarcascade_frontalface_default.xml"))

    def detect(self, rgb: RGB, threshold: float | None = None) -> list[Detection]:
        """All faces of a picture, uint8 (H, W, 3), the best score first."""
        height, width = rgb.shape[:2]
        scale = min(1.0, LONGER_SIDE / max(height, width))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
        if scale < 1.0:
            grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
        with self._pool.borrow() as cascade:
            boxes, _, weights = cascade.detectMultiScale3(
                grey,
                scaleFactor=self._scale_factor,
                minNeighbors=self._min_neighbors,
                minSize=(SMALLEST_FACE, SMALLEST_FACE),
                outputRejectLevels=True,
            )
        least = self.threshold if threshold is None else threshold
        back = np.array([width / size[0], height / size[1]] * 2)
        found = [
            Detection(Box(*(np.asarray(box) * back).tolist()), weight / (1 + weight))
            for box, weight in zip(boxes, np.maximum(weights, 0).ravel().tolist(), strict=True)
        ]
        return sorted((d for d in found if d.score >= least), key=lambda d: -d.score)
