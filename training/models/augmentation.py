"""Crops disturbed as life does: turned, shifted, lit from a side, blurred, shrunk, covered."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from facespace.types import Array


def augmented(crop: npt.NDArray[np.uint8], rng: np.random.Generator, calm: bool) -> Array:
    """A crop, uint8 (side, side), disturbed as photos are, with its histogram equalised again.

    Args:
        calm: only mirrored, and one in two a little turned and shifted.
    """
    picture: Array = np.ascontiguousarray(crop[:, ::-1]) if rng.random() < 0.5 else crop
    side = len(picture)
    if rng.random() < (0.5 if calm else 0.85):
        strength = 0.6 if calm else 1.0
        middle = (side / 2 - 0.5, side / 2 - 0.5)
        growth = float(np.exp(rng.normal(0, 0.07 * strength)))
        matrix = cv2.getRotationMatrix2D(middle, rng.normal(0, 6 * strength), growth)
        matrix[:, 2] = matrix[:, 2] + rng.normal(0, side / 40 * strength, 2)
        picture = cv2.warpAffine(picture, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)
    if calm:
        return np.asarray(cv2.equalizeHist(picture))
    if rng.random() < 0.25:  # far from the camera
        small = int(rng.integers(10, 40))
        picture = cv2.resize(picture, (small, small), interpolation=cv2.INTER_AREA)
        picture = cv2.resize(picture, (side, side), interpolation=cv2.INTER_CUBIC)
    elif rng.random() < 0.15:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 1.5))
    values: Array = picture.astype(np.float32)
    if rng.random() < 0.3:  # lit from a side
        ramp = np.linspace(-1, 1, side, dtype=np.float32)
        across, down = rng.uniform(-0.5, 0.5, 2)
        values *= 1 + across * ramp[None, :] + down * ramp[:, None]
    if rng.random() < 0.15:
        values += rng.normal(0, rng.uniform(4, 20), values.shape)
    if rng.random() < 0.25:
        _cover(values, rng)
    return np.asarray(cv2.equalizeHist(np.clip(values, 0, 255).astype(np.uint8)))


def _cover(values: Array, rng: np.random.Generator) -> None:
    """Paint over the lower or the upper part, or a rectangle anywhere, in grey with a grain."""
    side = values.shape[0]
    top, bottom, left, right = 0, side, 0, side
    kind = rng.random()
    if kind < 0.35:
        top = int(rng.uniform(0.45, 0.75) * side)
    elif kind < 0.55:
        bottom = int(rng.uniform(0.2, 0.55) * side)
    else:
        height, width = (rng.uniform(0.15, 0.5, 2) * side).astype(int)
        top, left = int(rng.integers(side - height)), int(rng.integers(side - width))
        bottom, right = top + height, left + width
    shape = (bottom - top, right - left)
    values[top:bottom, left:right] = rng.uniform(0, 255) + rng.normal(0, rng.uniform(1, 25), shape)
