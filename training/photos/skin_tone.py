"""How light the skin in a test photo is, measured from its pixels: so that tests need no labels.

The individual typology angle (Chardon, Cretois and Hourseau 1991), which Merler et al. 2019
(Diversity in Faces) measure on faces too. It says of a photo how light its skin came out, not of a
person what skin they have: coloured or weak light, make-up and the camera's white balance move it
by a class or more. Only tests measure it, and no product of this repository does.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from facespace.faces import align
from facespace.metrics.groups import TONES
from facespace.types import Array, Crops
from training.photos.sample import Sample

#: What the tests call it.
ATTRIBUTE = "skin_tone"

#: The least angle of each of ``TONES`` but the last, in degrees (Chardon et al. 1991).
LEAST = (55, 41, 28, 10, -30)

#: The cheeks in a crop of ``align.WIDE``: how far from its middle they begin and end, and their
#: upper and lower edge, in sides of the crop. Eyes, nose, mouth, and most beards and hair are not
#: there.
ACROSS, UP_AND_DOWN = (0.09, 0.17), (0.50, 0.60)

#: A photo whose cheeks have less chroma (CIE Lab) is grey: its angle says nothing.
LEAST_CHROMA = 4.0


def tones(sample: Sample) -> Array:
    """One of ``TONES`` for each photo, str (N,); "" where it has no crop, or is grey."""
    found = sample.found
    result = np.full(len(found), "", f"U{max(map(len, TONES))}")
    places = np.flatnonzero(found)
    for start in range(0, len(places), 1024):
        part = places[start : start + 1024]
        result[part] = named(angles(np.asarray(sample.wide[part])))
    return result


def named(angles: npt.NDArray[np.float64]) -> Array:
    """The tone of each angle, degrees (N,): str (N,), "" for NaN."""
    names = np.array([*TONES, ""])
    place = (np.asarray(angles)[:, None] <= LEAST).sum(axis=1)
    return names[np.where(np.isnan(angles), len(TONES), place)]


def angles(crops: Crops) -> npt.NDArray[np.float64]:
    """The individual typology angle of the cheeks of crops of ``align.WIDE``.

    That is the angle of lightness over yellow, ``atan2(L* - 50, b*)``, of the median of either: in
    CIE Lab (D65), of pixels taken for sRGB.

    Args:
        crops: uint8 (N, side, side, 3).

    Returns:
        degrees, float64 (N,); NaN where the cheeks are grey.
    """
    result = np.full(len(crops), np.nan)
    for i, crop in enumerate(crops):
        lab = cv2.cvtColor(cheeks(crop).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
        lightness, a, b = np.median(lab.reshape(-1, 3), axis=0)
        if np.hypot(a, b) >= LEAST_CHROMA:
            result[i] = np.degrees(np.arctan2(lightness - 50, b))
    return result


def cheeks(crop: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Both cheeks of a crop, uint8 (side, side, 3), one below the other: uint8 (H, W, 3)."""
    side = align.WIDE.side
    top, bottom = (round(share * side) for share in UP_AND_DOWN)
    near, far = (round(share * side) for share in ACROSS)
    middle = side // 2
    sides = (
        crop[top:bottom, middle - far : middle - near],
        crop[top:bottom, middle + near : middle + far],
    )
    return np.concatenate(sides)
