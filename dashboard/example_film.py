"""The example film: the example picture, moved about and covered for a while by code."""

from __future__ import annotations

import io
from fractions import Fraction

import av
import cv2
import numpy as np

from dashboard.example import example
from facespace import images
from facespace.types import RGB

NAME = "astronaut.mp4"

#: Pixels, frames a second, and frames.
SIZE, RATE, FRAMES = (640, 360), 25, 150

#: Between these frames a bar passes over the face.
COVERED = (60, 90)


def frame(picture: RGB, number: int) -> RGB:
    """One frame, uint8 (360, 640, 3): the picture drifts and grows, then is covered, then not."""
    turn = 2 * np.pi * number / FRAMES
    scale = 0.75 + 0.15 * np.sin(turn)
    middle = np.array([SIZE[0] / 2 + 110 * np.sin(turn), SIZE[1] / 2 + 70])
    offset = middle - scale * np.array(picture.shape[1::-1]) / 2
    move = np.array([[scale, 0, offset[0]], [0, scale, offset[1]]])
    rgb = cv2.warpAffine(picture, move, SIZE, borderMode=cv2.BORDER_REPLICATE)
    if COVERED[0] <= number < COVERED[1]:
        share = (number - COVERED[0]) / (COVERED[1] - COVERED[0])
        left = round(share * SIZE[0] * 1.2 - 0.2 * SIZE[0])
        rgb[:, max(0, left) : max(0, left + 120)] = (90, 100, 110)
    return np.asarray(rgb, np.uint8)


def example_film() -> tuple[str, bytes]:
    """The example's name and content, an MP4 of six seconds.

    Raises:
        FacespaceError: the example picture is not installed.
    """
    picture = images.load(example()[1])
    file = io.BytesIO()
    with av.open(file, "w", "mp4") as written:
        stream = written.add_stream("libx264", rate=Fraction(RATE))
        stream.width, stream.height = SIZE
        stream.pix_fmt, stream.options = "yuv420p", {"preset": "veryfast", "crf": "20"}
        for number in range(FRAMES):
            written.mux(stream.encode(av.VideoFrame.from_ndarray(frame(picture, number), "rgb24")))
        written.mux(stream.encode())
    return NAME, file.getvalue()
