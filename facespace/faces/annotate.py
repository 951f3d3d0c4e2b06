"""A picture and its faces -> the picture with boxes and verdicts, or with a part painted over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from facespace.faces.wording import face_text
from facespace.palette import VERDICTS, ink
from facespace.types import RGB, Box, Detection, Face, Label, Point

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True, slots=True)
class Mark:
    """A box to draw, the verdict that colours it, the words above it, longest first, and points.

    ``wide`` is the width in pixels by which the words and their size are chosen, the box's own
    where None: in a film they should not change with every frame.
    """

    box: Box
    label: Label
    words: Sequence[str]
    points: Sequence[Point] = ()
    wide: float | None = None


def draw(
    rgb: RGB,
    faces: Sequence[Face],
    scale: float = 1.0,
    leaning: bool = False,
) -> RGB:
    """Draw every face's box, dashed where the verdict is "?", with a label above it.

    The label gets shorter where the face is small: number, verdict and confidence, or the reason
    for "?"; number and the verdict's first letter; the number.

    Args:
        rgb: uint8 (H, W, 3); left as it is.
        faces: in pixels of ``rgb``, or of that picture ``rgb`` was shrunk from.
        scale: how many pixels of ``rgb`` one of theirs takes.
        leaning: whether "?" says which class is likelier.

    Returns:
        uint8 (H, W, 3), a new picture.
    """
    marks = []
    for number, face in enumerate(faces, 1):
        full, letter = face_text(face, leaning), face.verdict.label[0].upper()
        words = [f"{number}  {full}", f"{number} {letter}", str(number)]
        box = face.detection.box.scaled(scale)
        marks.append(Mark(box, face.verdict.label, words))
    return draw_marks(rgb, marks)


def draw_marks(rgb: RGB, marks: Sequence[Mark]) -> RGB:
    """Draw boxes with labels, the first on top.

    Args:
        rgb: uint8 (H, W, 3); left as it is.
        marks: in pixels of ``rgb``.

    Returns:
        uint8 (H, W, 3), a new picture.
    """
    picture = Image.fromarray(rgb)
    pen = ImageDraw.Draw(picture)
    line = max(2, round(max(picture.size) / 400))
    for mark in reversed(marks):
        colour = VERDICTS[mark.label]
        _rectangle(pen, mark.box, colour, line, mark.label == "?")
        for x, y in mark.points:
            pen.ellipse((x - line, y - line, x + line, y + line), fill=colour)
        _label(pen, mark, colour, line, picture.width)
    return np.asarray(picture)


def draw_detections(
    rgb: RGB, detections: Sequence[Detection], colour: str, scale: float = 1.0
) -> RGB:
    """Draw every detection's box, numbered from 1 inside its corner; nothing is said of verdicts.

    Args:
        rgb: uint8 (H, W, 3); left as it is.
        detections: in pixels of ``rgb``, or of that picture ``rgb`` was shrunk from.
        colour: of all boxes; a white seam sets them off.
        scale: how many pixels of ``rgb`` one of theirs takes.

    Returns:
        uint8 (H, W, 3), a new picture.
    """
    picture = Image.fromarray(rgb)
    pen = ImageDraw.Draw(picture)
    line = max(2, round(max(picture.size) / 300))
    for number, detection in reversed(list(enumerate(detections, 1))):
        box = detection.box.scaled(scale)
        seam = Box(box.x - 1, box.y - 1, box.width + 2, box.height + 2)
        _rectangle(pen, seam, "white", line + 2, dashed=False)
        _rectangle(pen, box, colour, line, dashed=False)
        font = _font(int(np.clip(box.width / 5, 10, 4 * line + 8)))
        _words_on(pen, (box.x, box.y), str(number), font, line, colour)
    return np.asarray(picture)


def painted(rgb: RGB, corners: npt.ArrayLike, filling: npt.ArrayLike) -> RGB:
    """A picture, uint8 (H, W, 3), with a convex polygon painted over; ``rgb`` itself stays.

    Args:
        corners: in pixels, (N, 2).
        filling: a colour, (3,), or for every pixel of the picture a grey value, (H, W, 1).
    """
    mask = np.zeros((*rgb.shape[:2], 1), np.uint8)
    cv2.fillConvexPoly(mask, np.rint(np.asarray(corners)).astype(np.int32), (1,))
    return np.where(mask == 1, np.asarray(filling, np.uint8), rgb)


def _rectangle(pen: ImageDraw.ImageDraw, box: Box, colour: str, line: int, dashed: bool) -> None:
    left, top, right, bottom = box.x, box.y, box.x + box.width, box.y + box.height
    if not dashed:
        pen.rectangle((left, top, right, bottom), outline=colour, width=line)
        return
    dash = max(line * 3, box.side / 12)
    for x in np.arange(left, right, 2 * dash):
        for y in (top, bottom):
            pen.line((x, y, min(x + dash, right), y), fill=colour, width=line)
    for y in np.arange(top, bottom, 2 * dash):
        for x in (left, right):
            pen.line((x, y, x, min(y + dash, bottom)), fill=colour, width=line)


def _label(pen: ImageDraw.ImageDraw, mark: Mark, colour: str, line: int, width: int) -> None:
    """Write the longest of the words that fits over the box, else the shortest."""
    box, wide = mark.box, mark.box.width if mark.wide is None else mark.wide
    font = _font(int(np.clip(wide / 8, 11, max(14, width / 40))))
    room = max(wide * 1.25, 1)
    text = next((w for w in mark.words if pen.textlength(w, font) <= room), mark.words[-1])
    pad = line + 2
    x0, y0, x1, y1 = pen.textbbox((0, 0), text, font)
    wide, high = x1 - x0 + 2 * pad, y1 - y0 + 2 * pad
    left = float(np.clip(box.x - line / 2, 0, max(0, width - wide)))
    top = box.y - high if box.y >= high else max(box.y, 0)
    _words_on(pen, (left, top), text, font, pad, colour)


def _words_on(
    pen: ImageDraw.ImageDraw, corner: Point, text: str, font: Font, pad: int, colour: str
) -> None:
    """Words on a ground of this colour, from its upper left corner."""
    left, top = corner
    x0, y0, x1, y1 = pen.textbbox((0, 0), text, font)
    pen.rectangle((left, top, left + x1 - x0 + 2 * pad, top + y1 - y0 + 2 * pad), fill=colour)
    pen.text((left + pad - x0, top + pad - y0), text, font=font, fill=ink(colour))


@lru_cache(maxsize=64)
def _font(size: int) -> Font:
    return ImageFont.load_default(size)
