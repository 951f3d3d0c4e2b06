"""The example pictures: NASA's portrait of Eileen Collins (public domain), from scikit-image.

The others are made from it by code: covered, seen from afar, and several in one picture.
"""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from facespace.io import encode, images
from facespace.types import RGB, FacespaceError

NAME = "astronaut.png"
CREDIT = "Example: the astronaut Eileen Collins, photographed by NASA (public domain)."

#: What each example shows, by the name of its file.
EXAMPLES = {
    NAME: "A clear face",
    "covered.png": "Half of it covered",
    "far-away.png": "Too small to judge",
    "several.png": "Several faces",
}

#: The lower half of the face in pixels of the picture, and the colour of the cloth before it.
MASKED, CLOTH = (slice(118, 184), slice(172, 277)), (90, 140, 190)

#: Sides in pixels of the whole picture where it is seen from afar: its face has 16.
AFAR = 96


def example() -> tuple[str, bytes]:
    """The example's name and content, found without importing scikit-image (58 MB of memory).

    Raises:
        FacespaceError: scikit-image is not installed.
    """
    spec = importlib.util.find_spec("skimage")
    path = Path(spec.origin).parent / "data" / NAME if spec and spec.origin else None
    if path is None or not path.is_file():
        raise FacespaceError("The example needs scikit-image: pip install scikit-image")
    return NAME, path.read_bytes()


@lru_cache(maxsize=1)
def examples() -> dict[str, bytes]:
    """The content of each of ``EXAMPLES``.

    Raises:
        FacespaceError: scikit-image is not installed.
    """
    _, content = example()
    rgb = images.load(content)
    covered = rgb.copy()
    covered[MASKED] = CLOTH
    made = {
        "covered.png": covered,
        "far-away.png": _afar(rgb),
        "several.png": np.hstack([rgb, covered[:, ::-1], _afar(rgb)]),
    }
    return {NAME: content} | {name: encode.to_png(picture) for name, picture in made.items()}


def _afar(rgb: RGB) -> RGB:
    """The picture, uint8 (H, W, 3), small, on a plain ground of its own size."""
    ground = np.full_like(rgb, 168)
    top, left = rgb.shape[0] // 2, (rgb.shape[1] - AFAR) // 2
    ground[top : top + AFAR, left : left + AFAR] = cv2.resize(
        rgb, (AFAR, AFAR), interpolation=cv2.INTER_AREA
    )
    return ground
