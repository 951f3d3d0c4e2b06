"""Photos to measure on: made of the astronaut, or of a data set's test split."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from dashboard.widgets.example import example
from facespace.datasets.dataset import Photo, read_dataset
from facespace.io import images
from facespace.types import RGB

#: The deviation of the grain of photos as phones take them, in grey levels.
GRAIN = 4.0


def astronaut() -> RGB:
    """The example of the pages, uint8 (512, 512, 3): one face."""
    return images.load(example()[1])


def side_by_side(faces: int, columns: int, rows: int, width: int = 640, grain: float = 0) -> bytes:
    """A JPEG file, 4 to 3, with so many faces in the cells of a grid."""
    page = np.full((width * 3 // 4, width, 3), 128, np.uint8)
    wide, high = width // columns, width * 3 // 4 // rows
    # One face takes the whole portrait; more, the head alone, in the shape of its cell.
    head = astronaut()[:480] if faces == 1 else astronaut()[20:220, 110:330]
    scale = min(wide / head.shape[1], high / head.shape[0])
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    head = np.asarray(cv2.resize(head, None, fx=scale, fy=scale, interpolation=way))
    for number in range(faces):
        row, column = divmod(number, columns)
        top = row * high + (high - head.shape[0]) // 2
        left = column * wide + (wide - head.shape[1]) // 2
        page[top : top + head.shape[0], left : left + head.shape[1]] = head
    return _jpeg(_grainy(page, grain), 92)


def enlarged(megapixels: float, number: int, grain: float = 0) -> bytes:
    """A JPEG file of 4 to 3 with so many megapixels and one face, another for each number.

    ``grain`` is the standard deviation of the noise in grey levels, as a camera's sensor has it.
    """
    width = round((megapixels * 1e6 * 4 / 3) ** 0.5)
    size = width, width * 3 // 4
    rgb = cv2.resize(astronaut()[:384], size, interpolation=cv2.INTER_CUBIC)
    rgb = cv2.convertScaleAbs(rgb, alpha=0.8 + 0.02 * (number % 10), beta=number % 7)
    return _jpeg(_grainy(np.ascontiguousarray(rgb[:, ::-1] if number % 2 else rgb), grain), 85)


def _grainy(rgb: RGB, deviation: float) -> RGB:
    if not deviation:
        return rgb
    noise = np.empty(rgb.shape[:2], np.int16)
    cv2.setRNGSeed(1)
    cv2.randn(noise, 0, deviation)  # type: ignore[call-overload]
    return np.asarray(np.clip(rgb + noise[..., None], 0, 255), np.uint8)


def _jpeg(rgb: np.ndarray, quality: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", quality=quality)
    return file.getvalue()


def tested(folder: Path) -> list[Photo]:
    """The photos of a data set's test split, or all where it has none."""
    photos = read_dataset(folder).photos
    return [photo for photo in photos if photo.split == "test"] or photos
