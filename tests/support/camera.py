"""A film for Chromium's fake camera: the example picture, moved about by code."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from facespace.types import RGB

#: Pixels and frames per second of the film.
SIZE, RATE = (640, 480), 30

#: Squares in the bottom row that spell the frame's number, and their side in pixels.
BITS, SQUARE = 12, 32


def film(path: Path, picture: RGB, seconds: float, numbered: bool = False) -> Path:
    """Write Motion JPEG that Chromium plays over and over as its camera.

    The picture drifts along a closed curve, so the film's end meets its beginning.

    Args:
        path: ends in ``.mjpeg``.
        picture: uint8 (H, W, 3) with a face.
        seconds: the film's length.
        numbered: draw each frame's number as black and white squares along the bottom.
    """
    frames = round(seconds * RATE)
    with path.open("wb") as file:
        for number in range(frames):
            turn = 2 * np.pi * number / frames
            across, down = 80 * np.sin(turn), 30 * np.sin(2 * turn)
            middle = SIZE[0] / 2 - picture.shape[1] / 2, SIZE[1] / 2 - picture.shape[0] / 2
            shift = np.array([[1, 0, middle[0] + across], [0, 1, middle[1] + down + 16]])
            frame = cv2.warpAffine(picture, shift, SIZE, borderValue=(96, 104, 112))
            if numbered:
                for bit in range(BITS):
                    light = 255 if number >> bit & 1 else 0
                    left = bit * SQUARE
                    frame[-SQUARE:, left : left + SQUARE] = light
            jpeg = cv2.imencode(".jpg", frame[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])[1]
            file.write(jpeg.tobytes())
    return path
