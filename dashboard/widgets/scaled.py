"""Pictures as large as a page shows them."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from facespace.io.resize import shrunk
from facespace.types import RGB

#: Longer side in pixels of pictures sent to the page; downloads have them in full.
SHOWN_SIDE = 1400


def enlarged(crop: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A crop, uint8 (side, side[, 3]), four times as large, so that browsers need not blur it."""
    return np.asarray(cv2.resize(crop, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC))


def fitted(rgb: RGB, longest: int = SHOWN_SIDE) -> RGB:
    """A picture, uint8 (H, W, 3), shrunk so that no side has more than ``longest`` pixels."""
    scale = longest / max(rgb.shape[:2])
    if scale >= 1:
        return rgb
    height, width = (max(1, round(side * scale)) for side in rgb.shape[:2])
    return shrunk(rgb, (width, height))
