"""Pictures that show the faults of the first app's detector, drawn and made of the astronaut."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from facespace.faces.annotate import painted
from facespace.types import RGB


def lamps(_: RGB, blur: int) -> RGB:
    """Fifteen bright discs with a dark bar each, out of focus by ``blur`` pixels; none is a face.

    Returns:
        uint8 (440, 760, 3).
    """
    wide, high, dark = 760, 440, (70, 60, 50)
    picture = Image.new("RGB", (wide, high), "#14161c")
    pen = ImageDraw.Draw(picture)
    rng = np.random.default_rng(1)
    for row, column in np.ndindex(3, 5):
        x = wide * (column + 0.5) / 5 + rng.uniform(-15, 15)
        y = high * (row + 0.5) / 3 + rng.uniform(-10, 10)
        r = 44 * rng.uniform(0.6, 1.3)
        pen.ellipse((x - r, y - r, x + r, y + r), (240, 228, 200))
        for left, right in ((-0.75, -0.1), (0.1, 0.75)):
            pen.rectangle((x + left * r, y - 0.45 * r, x + right * r, y - 0.05 * r), dark)
    return np.asarray(picture.filter(ImageFilter.GaussianBlur(blur)))


def eight(astronaut: RGB) -> RGB:
    """The astronaut eight times, each made harder in another way: what tells detectors apart.

    Returns:
        uint8 (520, 1040, 3): plain, tilted, on the side, masked; with the eyes covered, out of
        focus, in the dark, and small.
    """
    head = astronaut[0:250, 100:350]
    mask = painted(astronaut, [(184, 125), (223, 116), (264, 125), *_JAW], _CLOTH)
    band = painted(astronaut, [(170, 88), (275, 88), (275, 118), (170, 118)], (40, 40, 46))
    small = np.full_like(head, 96)
    small[100:150, 100:150] = cv2.resize(head, (50, 50), interpolation=cv2.INTER_AREA)
    tiles = [
        *(head, _turned(head, 35), _turned(head, 90), mask[0:250, 100:350]),
        *(band[0:250, 100:350], cv2.GaussianBlur(head, (0, 0), 6), head // 6, small),
    ]
    framed = [cv2.copyMakeBorder(t, *(5,) * 4, cv2.BORDER_CONSTANT, value=(96,) * 3) for t in tiles]
    return np.concatenate([np.concatenate(framed[i : i + 4], axis=1) for i in (0, 4)])


def _turned(head: RGB, degrees: float) -> RGB:
    height, width = head.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    turned = cv2.warpAffine(head, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8)


def moving(astronaut: RGB, motion: int) -> RGB:
    """The astronaut in six sizes, each smeared sideways over ``motion`` pixels."""
    kernel = np.full((1, max(1, motion)), 1 / max(1, motion), np.float32)
    return _sizes(
        astronaut,
        lambda head: np.asarray(cv2.filter2D(head, -1, kernel, borderType=cv2.BORDER_REPLICATE)),
    )


def masked(astronaut: RGB, share: int) -> RGB:
    """The astronaut in six sizes, a mask over ``share`` % of the way from the chin to the eyes."""
    top = _CHIN - share / 100 * (_CHIN - _EYES)
    corners = [(184, top + 8), (223, top), (264, top + 8)]
    corners += [(x, max(y, top + 8)) for x, y in _JAW]
    return _sizes(painted(astronaut, corners, _CLOTH) if share else astronaut)


def covered(astronaut: RGB, share: int) -> RGB:
    """The astronaut in six sizes, cloth above and below the eyes; ``share`` % of the face."""
    gap = (1 - share / 100) * (_CHIN - _FOREHEAD)
    picture = astronaut
    for left, top, right, bottom in (
        (160, 0, 290, _EYES - gap * 0.45),
        (150, _EYES + gap * 0.55, 300, 200),
    ):
        corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
        picture = painted(picture, corners, (77, 85, 102))
    return _sizes(picture)


#: Heights in the example, in pixels from above.
_FOREHEAD, _EYES, _CHIN = 63, 102, 176

#: The lower edge of a mask, from right to left, and its colour.
_JAW = ((262, 150), (246, 174), (222, 183), (200, 174), (185, 150))
_CLOTH = (169, 200, 221)

#: Heights of the heads in drawn pictures, in pixels; faces are about half as high.
_HEADS = (220, 170, 120, 90, 64, 44)


def _sizes(astronaut: RGB, change: Callable[[RGB], RGB] = lambda head: head) -> RGB:
    """The astronaut's head beside itself in six sizes, each changed; uint8 (240, W, 3)."""
    head = astronaut[0:250, 110:340]
    strips = [np.full((240, 10, 3), 96, np.uint8)]
    for height in _HEADS:
        size = (round(height * head.shape[1] / head.shape[0]), height)
        small = change(np.asarray(cv2.resize(head, size, interpolation=cv2.INTER_AREA), np.uint8))
        strip = np.full((240, size[0] + 10, 3), 96, np.uint8)
        strip[(240 - height) // 2 :][:height, :-10] = small
        strips.append(strip)
    return np.concatenate(strips, axis=1)
