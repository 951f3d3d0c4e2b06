"""What the review queue keeps of a face: its crop, a picture around it, and what the model said."""

from __future__ import annotations

import io
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from facespace import types
from facespace.artifacts.manifest import ModelInfo
from facespace.io import encode
from facespace.types import RGB, Box, Face

#: A reason beside those of a verdict: someone at the page does not agree.
DISPUTED = "disputed"

#: Why a face is in the queue, in the words used on pages.
REASONS = types.REASONS | {DISPUTED: "someone disputes the verdict"}

#: What is kept of a face, in words.
KEPT = (
    "the grey crop, a small picture of its surroundings, its file’s name, the time, what the model "
    "said, and your decision"
)

#: The context is a square of so many times the longer side of the face's box, and at most so many
#: pixels wide: a face in it keeps more pixels than the crop has.
AROUND, MOST = 3.0, 384


@dataclass(frozen=True, slots=True)
class Candidate:
    """A face on its way into the queue.

    ``crop`` is uint8 (side, side), grey. ``context`` is a JPEG file with the face in its middle,
    ``box`` (x, y, width, height) the face in its pixels. ``place`` is the page it comes from.
    The others are as in ``queue.Item``.
    """

    crop: npt.NDArray[np.uint8]
    context: bytes
    box: tuple[float, float, float, float]
    source: str
    place: str
    reasons: tuple[str, ...]
    probability_female: float
    threshold: float
    distance: float
    detection: float
    model: str
    model_sha256: str

    @classmethod
    def of(
        cls,
        rgb: RGB,
        face: Face,
        info: ModelInfo,
        source: str,
        place: str,
        disputed: bool = False,
    ) -> Candidate:
        """A face of a picture, uint8 (H, W, 3), that this model judged."""
        context, box = around(rgb, face.detection.box)
        return cls(
            crop=face.crop,
            context=encode.to_jpeg(context),
            box=(box.x, box.y, box.width, box.height),
            source=source,
            place=place,
            reasons=face.verdict.reasons + ((DISPUTED,) if disputed else ()),
            probability_female=face.score.probability_female,
            threshold=info.threshold,
            distance=face.score.distance,
            detection=face.detection.score,
            model=info.name,
            model_sha256=info.file.sha256,
        )


def around(rgb: RGB, box: Box) -> tuple[RGB, Box]:
    """The square around a face, with the face in its middle, and the face's box in it.

    Args:
        rgb: uint8 (H, W, 3); where the square reaches beyond, its edge is repeated.
        box: the face, in pixels of ``rgb``.

    Returns:
        uint8 (side, side, 3) with side <= ``MOST``, and the box in its pixels.
    """
    half = max(AROUND * max(box.width, box.height) / 2, 8.0)
    left, top = box.x + box.width / 2 - half, box.y + box.height / 2 - half
    scale = min(1.0, MOST / (2 * half))
    side = max(16, round(2 * half * scale))
    scale = side / (2 * half)
    # Only what lies under the square is shrunk, by averaging; then it is set in its place.
    height, width = rgb.shape[:2]
    x0, y0 = int(np.clip(left, 0, width - 1)), int(np.clip(top, 0, height - 1))
    x1 = int(np.clip(np.ceil(left + 2 * half), x0 + 1, width))
    y1 = int(np.clip(np.ceil(top + 2 * half), y0 + 1, height))
    columns, rows = max(1, round((x1 - x0) * scale)), max(1, round((y1 - y0) * scale))
    part = cv2.resize(rgb[y0:y1, x0:x1], (columns, rows), interpolation=cv2.INTER_AREA)
    before_x = int(np.clip(round((x0 - left) * scale), 0, side - 1))
    before_y = int(np.clip(round((y0 - top) * scale), 0, side - 1))
    columns, rows = min(columns, side - before_x), min(rows, side - before_y)
    square = cv2.copyMakeBorder(
        part[:rows, :columns],
        before_y,
        side - before_y - rows,
        before_x,
        side - before_x - columns,
        cv2.BORDER_REPLICATE,
    )
    moved = Box(
        (box.x - left) * scale, (box.y - top) * scale, box.width * scale, box.height * scale
    )
    return np.asarray(square, np.uint8), moved


def crop_png(crop: npt.NDArray[np.uint8]) -> bytes:
    """A grey crop, uint8 (side, side), as a PNG file, without loss."""
    file = io.BytesIO()
    Image.fromarray(crop).save(file, "PNG")
    return file.getvalue()


def crop_of(content: bytes) -> npt.NDArray[np.uint8]:
    """The grey crop, uint8 (side, side), that ``crop_png`` wrote."""
    with Image.open(io.BytesIO(content), formats=("PNG",)) as image:
        return np.asarray(image.convert("L"), np.uint8)
