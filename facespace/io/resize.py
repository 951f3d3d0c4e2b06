"""Pictures made smaller by averaging, so that no pixel is skipped."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]


def shrunk(picture: Picture, size: tuple[int, int]) -> Picture:
    """A picture, uint8 (H, W) or (H, W, 3), averaged to this width and height.

    OpenCV takes ten times as long for averages over fractions of pixels as for those over two by
    two: so a picture is halved first as long as enough is left.
    """
    return _area(halved(picture, size)[0], size)


def halved(picture: Picture, size: tuple[int, int]) -> tuple[Picture, int]:
    """A picture halved as long as it stays as large as this width and height.

    Of an odd number of rows or columns the last is lost.

    Returns:
        uint8 (H, W) or (H, W, 3), and how many of the picture's rows one has now: 1, 2, 4 …
    """
    width, height = size
    times = 1
    while picture.shape[1] >= 2 * width and picture.shape[0] >= 2 * height:
        half = picture.shape[1] // 2, picture.shape[0] // 2
        picture = _area(picture[: 2 * half[1], : 2 * half[0]], half)
        times *= 2
    return picture, times


def _area(picture: Picture, size: tuple[int, int]) -> Picture:
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
