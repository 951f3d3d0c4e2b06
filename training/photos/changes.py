"""What life does to a photo of a face: covers, blur, distance, the picture's edge."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np

from facespace.faces import align
from facespace.faces.align import in_picture
from facespace.faces.annotate import painted
from facespace.types import RGB, Detection
from training.photos import synthetic_masks

#: A picture, uint8 (H, W, 3), and the face in it -> a new picture; what is random is drawn.
Change = Callable[[RGB, Detection, np.random.Generator], RGB]

#: What a patch hides, from and to these fractions of the grey crop's height.
PATCHES = {"lower": (0.52, 1.25), "upper": (-0.25, 0.52)}

#: What a patch looks like: its mean grey and the standard deviation of its grain. Without grain
#: the equalised histogram of the crop would hold nothing but the patch.
PATCH_GREY, PATCH_GRAIN = 120, 12

#: Standard deviations of a blur, in pixels of the grey crop.
BLURS = {"soft": 1.0, "blurred": 2.0}

#: To which shorter side of the face's box, in pixels, a picture is shrunk.
SIDES = {"small": 40, "tiny": 24}

#: Least and greatest part of the face's box that the picture's edge cuts off.
CUT_OFF = 0.15, 0.35


def patched(rgb: RGB, face: Detection, rng: np.random.Generator, half: str) -> RGB:
    """One half of the face painted over, as an upright mask would, in the crop.

    The grain is the same on every picture.
    """
    first, last = PATCHES[half]
    points = [(-0.6, first), (0.6, first), (0.6, last), (-0.6, last)]
    grain = np.random.default_rng(0).normal(PATCH_GREY, PATCH_GRAIN, (*rgb.shape[:2], 1))
    return painted(rgb, in_picture(align.landmarks_of(face), points), np.clip(grain, 0, 255))


def masked(rgb: RGB, face: Detection, rng: np.random.Generator) -> RGB:
    """A cloth mask or a scarf over the lower half."""
    kind = "mask" if rng.random() < 0.75 else "scarf"
    return synthetic_masks.cover(rgb, align.landmarks_of(face), kind, rng)


def visored(rgb: RGB, face: Detection, rng: np.random.Generator) -> RGB:
    """A costume mask over forehead and eyes."""
    return synthetic_masks.cover(rgb, align.landmarks_of(face), "visor", rng)


def blurred(rgb: RGB, face: Detection, rng: np.random.Generator, deviation: float) -> RGB:
    """Details lost by a Gaussian of so many pixels of the grey crop."""
    _, _, down = align.axes(align.landmarks_of(face))
    pixels = deviation * float(np.hypot(*down)) / align.TEMPLATE.side
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), max(pixels, 0.1)), np.uint8)


def shrunk(rgb: RGB, face: Detection, rng: np.random.Generator, side: float) -> RGB:
    """The picture so small that the face's box has this shorter side; never enlarged."""
    factor = side / max(face.box.side, 1.0)
    if factor >= 1:
        return rgb
    width, height = (max(1, round(n * factor)) for n in rgb.shape[1::-1])
    return np.asarray(cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def cut_off(rgb: RGB, face: Detection, rng: np.random.Generator) -> RGB:
    """The picture without a strip at one side, which holds a part of the face."""
    rows, columns = rgb.shape[:2]
    x, y, width, height = face.box
    # Of the box only what is in the picture counts.
    left, top, right, bottom = max(x, 0), max(y, 0), min(x + width, columns), min(y + height, rows)
    across, down = (rng.uniform(*CUT_OFF) * n for n in (right - left, bottom - top))
    cuts = left + across, top + down, right - across, bottom - down
    edges, side = [0, 0, columns, rows], int(rng.integers(4))
    edges[side] = min(max(round(cuts[side]), 1), (columns, rows)[side % 2] - 1)
    first, upper, last, lower = edges
    return rgb[upper:lower, first:last].copy()


#: By their names.
CHANGES: dict[str, Change] = {
    **{half: partial(patched, half=half) for half in PATCHES},
    "masked": masked,
    "visored": visored,
    **{name: partial(blurred, deviation=deviation) for name, deviation in BLURS.items()},
    **{name: partial(shrunk, side=side) for name, side in SIDES.items()},
    "cut off": cut_off,
}

#: Those that no rule is fitted on: kept for the test.
FOR_TEST = tuple(PATCHES)

#: What they are called.
WORDS = {
    "lower": "a patch over the lower half",
    "upper": "a patch over the upper half",
    "masked": "a mask over the lower half",
    "visored": "a mask over the upper half",
    "soft": "a little blur",
    "blurred": "blur",
    "small": "a face of 40 pixels",
    "tiny": "a face of 24 pixels",
    "cut off": "cut by the picture's edge",
}
