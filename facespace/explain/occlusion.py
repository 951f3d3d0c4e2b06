"""What in a crop a verdict hangs on: cover it part by part, and see what changes.

Zeiler and Fergus, Visualizing and Understanding Convolutional Networks, 2014, section 4.2. It
needs nothing but answers, so it serves every model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from facespace.types import Crops

#: The patch is as grey as an equalised crop is on average.
GREY = 128

#: Gives the probability of female, float (N,), of crops, uint8 (N, side, side).
Judge = Callable[[Crops], npt.NDArray[np.floating]]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """``change`` float64 (n, n): the probability of female with a patch at a place, less that of
    the bare crop, ``probability``. ``centres`` (n,) are the places, across and down alike, in
    pixels from the crop's upper left corner.
    """

    change: npt.NDArray[np.float64]
    centres: npt.NDArray[np.float64]
    probability: float


def sensitivity(judge: Judge, crop: npt.NDArray[np.uint8], patch: int, stride: int) -> Sensitivity:
    """Cover a crop with a grey square, everywhere in turn.

    The centres of the squares stand on a grid that fills the crop, so that every part of it is
    covered equally often; at the border the square reaches beyond. The crop is not equalised
    again: all that is not covered stays as it was.

    Args:
        judge: is asked once, for all places and the bare crop.
        crop: uint8 (side, side).
        patch: side of the square, in pixels.
        stride: distance between neighbouring squares, in pixels.
    """
    side = len(crop)
    centres = np.arange(stride / 2, side, stride)
    starts = np.clip(np.rint(centres - patch / 2).astype(int), 1 - patch, side - 1)
    crops = np.repeat(crop[None], 1 + len(centres) ** 2, axis=0)
    places = ((y, x) for y in starts for x in starts)
    for covered, (y, x) in zip(crops[1:], places, strict=True):
        covered[max(y, 0) : y + patch, max(x, 0) : x + patch] = GREY
    bare, *rest = np.asarray(judge(crops), np.float64)
    change = np.reshape(rest, (len(centres), len(centres))) - bare
    return Sensitivity(change, centres, float(bare))
