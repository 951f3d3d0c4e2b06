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

#: The patch on a grey crop: as an equalised one is on average.
GREY = 128

#: Gives the probability of female, float (N,), of crops, uint8 (N, ...), as a model eats them.
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
    """Cover a crop with a plain square, everywhere in turn.

    The square is ``GREY``, or of the mean colour of a crop in colour.

    The centres of the squares stand on a grid that fills the crop, so that every part of it is
    covered equally often; at the border the square reaches beyond. The crop is not equalised
    again: all that is not covered stays as it was.

    Args:
        judge: is asked for the bare crop, and then for the places of each row together.
        crop: uint8 (side, side) or (side, side, 3).
        patch: side of the square, in pixels.
        stride: distance between neighbouring squares, in pixels.
    """
    side = len(crop)
    centres = np.arange(stride / 2, side, stride)
    starts = np.clip(np.rint(centres - patch / 2).astype(int), 1 - patch, side - 1)
    plain = GREY if crop.ndim == 2 else np.rint(crop.mean(axis=(0, 1))).astype(np.uint8)

    def row(y: int) -> npt.NDArray[np.float64]:
        crops = np.repeat(crop[None], len(starts), axis=0)
        for covered, x in zip(crops, starts, strict=True):
            covered[max(y, 0) : y + patch, max(x, 0) : x + patch] = plain
        return np.asarray(judge(crops), np.float64)

    bare = float(judge(crop[None])[0])
    return Sensitivity(np.stack([row(y) for y in starts]) - bare, centres, bare)
