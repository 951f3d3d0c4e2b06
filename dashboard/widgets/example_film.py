"""The example film: the example picture, moved about and covered for a while by code."""

from __future__ import annotations

import io
from fractions import Fraction

import av
import cv2
import numpy as np

from dashboard.widgets.example import example
from facespace.io import images
from facespace.types import RGB

NAME = "astronaut.mp4"

#: Pixels, frames per second, and frames.
SIZE, RATE, FRAMES = (640, 360), 25, 150

#: Between these frames a bar, so many pixels wide, passes over the face.
COVERED, BAR = (60, 100), 260


def frame(picture: RGB, number: int) -> RGB:
    """One frame, uint8 (360, 640, 3): a camera that drifts about the face and back."""
    phase = 2 * np.pi * number / FRAMES
    scale = 1.6 + 0.2 * np.sin(phase)
    left, top = scale * 60 + 50 * np.cos(phase), 8 * scale + 10 * np.sin(2 * phase)
    move = np.array([[scale, 0, -left], [0, scale, -top]])
    rgb = cv2.warpAffine(picture, move, SIZE, borderMode=cv2.BORDER_REPLICATE)
    if COVERED[0] <= number < COVERED[1]:
        share = (number - COVERED[0]) / (COVERED[1] - COVERED[0])
        edge = round(share * (SIZE[0] + BAR)) - BAR
        rgb[:, max(0, edge) : max(0, edge + BAR)] = (90, 100, 110)
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
