"""Faces for the tests of the review queue."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from facespace.review.candidate import Candidate
from facespace.review.queue import Queue
from facespace.types import RGB

DAY = 86_400


def covered(astronaut: RGB) -> RGB:
    """The astronaut with a cloth before nose and mouth: found, and marked "?"."""
    rgb = astronaut.copy()
    rgb[120:190, 165:285] = (90, 110, 140)
    return rgb


def noise(candidate: Candidate, seed: int) -> Candidate:
    """Another face, unlike any other."""
    crop = np.random.default_rng(seed).integers(0, 256, (16, 16), np.uint8)
    return replace(
        candidate, crop=np.asarray(cv2.resize(crop, (64, 64)), np.uint8), source=f"{seed}.png"
    )


def filled(candidate: Candidate, count: int, path: Path | None = None) -> Queue:
    queue = Queue(path)
    for seed in range(count):
        assert queue.add(noise(candidate, seed)) is not None
    return queue


def yesterday() -> float:
    return time.time() - DAY
