"""Faces for the tests of the review queue."""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from facespace.io import images
from facespace.io.perceptual_hash import difference_hash, to_hex
from facespace.review.item import Candidate, Origin
from facespace.review.queue import Queue
from facespace.types import RGB

DAY = 86_400


def covered(astronaut: RGB) -> RGB:
    """The astronaut with a cloth before forehead and eyes: found, and marked "?"."""
    rgb = astronaut.copy()
    rgb[60:112, 165:285] = 235
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


def of_photo(origin: Origin, content: bytes) -> bool:
    """Whether a face is known to come from the photo with this content."""
    whole = to_hex(difference_hash(images.load(content)))
    known = hashlib.sha256(content).hexdigest(), whole
    return (origin.file_sha256, origin.photo_hash) == known


def yesterday() -> float:
    return time.time() - DAY
