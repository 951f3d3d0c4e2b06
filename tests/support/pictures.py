"""Pictures as files, and ZIPs of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from facespace.types import RGB, FivePoints

GREY = np.full((80, 80, 3), 128, np.uint8)


def png(rgb: RGB) -> bytes:
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "PNG")
    return file.getvalue()


def saved(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    """A picture as a file of this kind, as Pillow calls it."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def progressive(picture: Image.Image, scans: int) -> bytes:
    """A progressive JPEG whose last scan is there so often that it has as many as asked for."""
    content = saved(picture, progressive=True)
    last = content.rindex(b"\xff\xda")
    more = scans - content.count(b"\xff\xda")
    return content[:-2] + content[last:-2] * more + content[-2:]


def packed(files: Mapping[str, bytes | str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def variant(astronaut: RGB, rng: np.random.Generator, dark: bool) -> RGB:
    """The astronaut's portrait a little turned, lit and noisy; the one class with a dark jaw.

    No two are near duplicates: the frame around the face is one of random patches.
    """
    part = astronaut[20:220, 120:330].astype(np.float64)
    if dark:
        part[110:146, 72:128] *= 0.35
    turn = cv2.getRotationMatrix2D((105, 100), rng.uniform(-12, 12), rng.uniform(0.9, 1.1))
    moved = cv2.warpAffine(part, turn, (210, 200), borderMode=cv2.BORDER_REPLICATE)
    part = moved * rng.uniform(0.8, 1.1) + rng.normal(0, 6, part.shape)
    patches = rng.integers(0, 256, (16, 16, 3)).astype(np.uint8)
    framed = np.asarray(cv2.resize(patches, (300, 290), interpolation=cv2.INTER_NEAREST), np.uint8)
    framed[45:245, 45:255] = np.clip(part, 0, 255).astype(np.uint8)
    return framed


def five_points(points: npt.NDArray[np.float64]) -> FivePoints:
    """(5, 2) as a detection has them."""
    one, two, three, four, last = ((float(x), float(y)) for x, y in points)
    return one, two, three, four, last


def portrait(astronaut: RGB, rng: np.random.Generator) -> RGB:
    """The astronaut's face before a backdrop of random patches, no two alike."""
    patches = rng.integers(0, 256, (16, 16, 3)).astype(np.uint8)
    picture = np.asarray(cv2.resize(patches, (240, 240), interpolation=cv2.INTER_NEAREST), np.uint8)
    face = astronaut[60:180, 170:280] * rng.uniform(0.7, 1.0)
    picture[60:180, 65:175] = face.astype(np.uint8)
    return picture


def saved_again(rgb: RGB) -> bytes:
    """The picture at 3/4 of its size, as a JPEG of quality 60."""
    file = io.BytesIO()
    Image.fromarray(rgb).resize((180, 180)).save(file, "JPEG", quality=60)
    return file.getvalue()
