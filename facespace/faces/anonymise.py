"""A picture -> the same with every face in it unrecognisable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, get_args

import cv2
import numpy as np

from facespace import gate
from facespace.faces import detectors
from facespace.faces.detectors import Detector
from facespace.faces.detectors.base import iou
from facespace.io.pixels import Pixels
from facespace.types import RGB, Box

Way = Literal["blur", "pixelate", "fill"]

#: What may be done with a face: smeared, shown in few blocks of one colour each, or painted over.
WAYS: tuple[Way, ...] = get_args(Way)

#: Detection score from which a find is hidden, and how far beyond its box on each side, as a share
#: of the box. A face that is missed costs more here than a lamp that is hidden. On the even files
#: of the marked sets this covers 97 % of the faces in crowds and 98 % of the masked ones.
THRESHOLD, MARGIN = 0.15, 0.2

#: What this misses and what it hides for nothing, of the odd files (``benchmarks/anonymise.json``).
MEASURED = (
    "Measured on marked photos, faces of 20 pixels and more: of those in crowds 0.9 % stay "
    "visible, of masked ones 1.6 %, of portraits and profiles none; in 21 % of pictures without a "
    "face something is hidden."
)

#: So many blocks span what was the longer side of a face's box: what is hidden is made of them
#: alone, however smooth it looks, and cannot be brought back. Where the detector takes even that
#: for a face, fewer do.
BLOCKS = (4, 2, 1)

#: What faces are painted over with, RGB.
GREY = (128, 128, 128)


def anonymise(
    picture: RGB | bytes | str | Path | Pixels, way: Way = "blur", found: Iterable[Box] = ()
) -> RGB:
    """Make every face in a picture unrecognisable, doubtful finds too.

    They are looked for by the default detector, for which it is measured what is missed: that stays
    visible. Pixels have no metadata: a file that is written of them has
    none of the picture's.

    Args:
        picture: uint8 (H, W, 3) RGB, or the content of a picture file, or its path; or ``Pixels``.
        way: what is done with faces: "blur", "pixelate" or "fill".
        found: boxes that are hidden in any case, in pixels of the picture upright.

    Returns:
        uint8 (H, W, 3), a new picture, upright.

    Raises:
        FacespaceError: the picture cannot be read.
    """
    with gate.enter():
        return anonymised(Pixels.of(picture).rgb, way, found)


def anonymised(rgb: RGB, way: Way, found: Iterable[Box] = ()) -> RGB:
    """A picture whose faces nobody can recognise, and the detector does not find.

    Args:
        rgb: uint8 (H, W, 3); left as it is.
        way: what is done with faces.
        found: boxes that are hidden in any case, in pixels of ``rgb``.

    Returns:
        uint8 (H, W, 3), a new picture.
    """
    detector = detectors.working()[0]
    return concealed(rgb, [*places(rgb, detector), *found], way, detector)


def places(rgb: RGB, detector: Detector) -> list[Box]:
    """Where faces are or may be, boxes in pixels of the picture, uint8 (H, W, 3)."""
    return [detection.box for detection in detector.detect(rgb, THRESHOLD)]


def concealed(rgb: RGB, boxes: Iterable[Box], way: Way, detector: Detector) -> RGB:
    """The same as ``hidden``, and what might still be taken for a face is hidden again.

    So it is where the detector is in doubt too: a picture that is encoded is another one.
    """
    places_hidden = list(boxes)
    made = hidden(rgb, places_hidden, way)
    for blocks in BLOCKS[1:]:
        again = places(made, detector)
        if not again:
            return made
        made = hidden(made, _touched(places_hidden, again), way, blocks)
    return hidden(made, places(made, detector), way, BLOCKS[-1])


def _touched(boxes: Sequence[Box], finds: Iterable[Box]) -> list[Box]:
    """The boxes that overlap finds, and the finds that overlap none of them."""
    touched: list[Box] = []
    for find in finds:
        overlaps = iou(np.array(boxes).reshape(-1, 4), np.array(find)) > 0
        touched += [box for box, touches in zip(boxes, overlaps, strict=True) if touches]
        touched += [] if overlaps.any() else [find]
    return touched


def hidden(rgb: RGB, boxes: Iterable[Box], way: Way, blocks: int = BLOCKS[0]) -> RGB:
    """A picture with some places hidden.

    Args:
        rgb: uint8 (H, W, 3); left as it is.
        boxes: of faces, in pixels of ``rgb``; they may reach beyond it.
        way: "blur" and "pixelate" leave a face's colours, averaged; "fill" leaves nothing.
        blocks: how many span the longer side of a box.

    Returns:
        uint8 (H, W, 3), a new picture.
    """
    made = rgb.copy()
    height, width = rgb.shape[:2]
    for box in boxes:
        across, down = MARGIN * box.width, MARGIN * box.height
        left, top = max(0, int(box.x - across)), max(0, int(box.y - down))
        right = min(width, int(np.ceil(box.x + box.width + across)))
        bottom = min(height, int(np.ceil(box.y + box.height + down)))
        if left < right and top < bottom:
            part = made[top:bottom, left:right]
            part[:] = _hidden(part, max(box.width, box.height) / blocks, way)
    return made


def _hidden(part: RGB, block: float, way: Way) -> RGB:
    """A part of a picture in blocks of about this side, in pixels."""
    if way == "fill":
        return np.full_like(part, GREY)
    height, width = part.shape[:2]
    size = max(1, int(width / block)), max(1, int(height / block))
    blocks = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    smooth = cv2.INTER_NEAREST if way == "pixelate" else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(blocks, (width, height), interpolation=smooth), np.uint8)
