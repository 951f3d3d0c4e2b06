"""ZIPs of reviews as no queue exports them: small as they come, and large once they are read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import cache

import numpy as np
from PIL import Image

from facespace import limits
from facespace.io.tables import table_csv
from facespace.review.exchange import COLUMNS, HASHES
from tests.support.outcomes import READ

#: Faces of one ZIP, and sides in pixels of a bitmap of 2 MB around a face.
FACES, SIDE = 100, 836

#: A face as the table of an export has one; files are named by its number.
ROW = dict.fromkeys(COLUMNS, "0.5") | {
    **{"gender": "", "source": "a.png", "place": "photo", "decision": "", "decided": ""},
    **{"reviewer": "", "reasons": "unsure", "model": "embedding", "model_sha256": "0" * 64},
    **dict.fromkeys(HASHES, ""),
}


def encoded(pixels: np.ndarray, kind: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()


@cache
def around() -> bytes:
    """A bitmap of 2 MB that packs to a fifth."""
    noise = np.random.default_rng(0).integers(0, 4, (SIDE, SIDE, 3), np.uint8)
    noise[::2] = 0
    return encoded(noise, "BMP")


def crop(number: int) -> bytes:
    """A crop unlike any other."""
    noise = np.random.default_rng(number).integers(0, 256, (8, 8), np.uint8)
    return encoded(noise.repeat(8, 0).repeat(8, 1), "PNG")


def packed(
    faces: int = FACES,
    file: str = "photos/{}.bmp",
    crops: str = "crops/{}.png",
    picture: Callable[[], bytes] = around,
    **says: str,
) -> bytes:
    """A ZIP of so many faces.

    Args:
        faces: rows of its table.
        file: what the rows call the picture around a face, by their number.
        crops: the same of the crops.
        picture: the content around each face.
        says: what every row says in some columns.
    """
    whole = io.BytesIO()
    rows = [ROW | {"file": file.format(i), "crop": crops.format(i)} | says for i in range(faces)]
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in dict.fromkeys(row["file"] for row in rows):
            archive.writestr(name, picture())
        for number, name in enumerate(dict.fromkeys(row["crop"] for row in rows)):
            archive.writestr(name, crop(number))
        archive.writestr("labels.csv", table_csv(COLUMNS, rows))
    return whole.getvalue()


SHARED = "two faces share the file"


def of_one(**says: str) -> bytes:
    """A ZIP of one face."""
    return packed(1, says.pop("file", "a.png"), picture=lambda: crop(1), **says)


#: By name a ZIP and how it ends.
CASES: dict[str, tuple[Callable[[], bytes], str]] = {
    "one picture for all faces": (lambda: packed(file="photo.bmp"), SHARED),
    "one crop for all faces": (lambda: packed(20, crops="crop.png"), SHARED),
    "a picture that is its own crop": (lambda: packed(1, file="a.png", crops="a.png"), SHARED),
    "a large picture for each face": (lambda: packed(20), READ),
    "a face": (lambda: of_one(), READ),
    "more faces than a queue holds": (
        lambda: packed(limits.MAX_REVIEWS + 1, "photo.png", "crop.png", lambda: crop(1)),
        "faces; a queue holds",
    ),
    "no number": (lambda: of_one(distance="far"), "could not convert"),
    "a number without end": (lambda: of_one(x="inf"), "a number that is none"),
    "a decision that is none": (lambda: of_one(decision="person"), "that is unknown"),
    "a picture that is none": (lambda: packed(1, picture=lambda: b"x"), "is not a JPEG"),
    "a picture outside": (lambda: of_one(file="../x.png"), "outside its own folder"),
    "nothing": (lambda: b"", "is not a ZIP archive"),
}
