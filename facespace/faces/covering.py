"""Faces with a part painted over: to learn what a cover looks like, and to see what it costs."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from facespace.faces import align
from facespace.types import RGB, FivePoints


def in_picture(
    landmarks: FivePoints, points: Sequence[tuple[float, float]]
) -> npt.NDArray[np.float64]:
    """Where points of a face's crop lie in the picture that the crop is cut from.

    Args:
        landmarks: of the face, in pixels of the picture.
        points: N of them, each as far to the right of the crop's middle and below its upper edge,
            in sides of the crop; they may lie beyond it.

    Returns:
        float64 (N, 2), in pixels of the picture.
    """
    top, right, down = align.axes(landmarks)
    return np.array([top + y * down + x * right for x, y in points])


def painted(rgb: RGB, corners: npt.ArrayLike, filling: npt.ArrayLike) -> RGB:
    """A picture, uint8 (H, W, 3), with a convex polygon painted over; ``rgb`` itself stays.

    Args:
        corners: in pixels, (N, 2).
        filling: a colour, (3,), or for every pixel of the picture a grey value, (H, W, 1).
    """
    mask = np.zeros((*rgb.shape[:2], 1), np.uint8)
    cv2.fillConvexPoly(mask, np.rint(np.asarray(corners)).astype(np.int32), (1,))
    return np.where(mask == 1, np.asarray(filling, np.uint8), rgb)
