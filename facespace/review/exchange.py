"""The review queue as a ZIP: out, and back in.

``labels.csv`` is in the form that ``facespace.datasets.dataset`` reads: of each face the picture
around it (``file``) and its ``gender`` where a human said female or male, empty where not. Beside
it stand the grey crop of the face and all else that the queue knows, so that nothing is lost on
the way back.
"""

from __future__ import annotations

import io
import json
import math
import re
import time
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import cv2
import numpy as np

from facespace import limits
from facespace.io import encode, images, tables
from facespace.io.archive import Archive
from facespace.io.perceptual_hash import perceptual_hash
from facespace.io.read_table import open_table
from facespace.review.item import DECISIONS, MOST, REASONS, Item, Origin, crop_of
from facespace.review.queue import Queue
from facespace.types import RGB, Box, Crops, FacespaceError

#: Columns of ``labels.csv``: what training reads, the crop, and what else the queue knows.
NUMBERS = (
    *("added", "decided", "x", "y", "width", "height"),
    *("probability_female", "chance_wrong", "threshold", "distance", "detection"),
)

#: What tells the photo of a face, and the numbers that a face may lack.
HASHES = ("file_sha256", "photo_hash")
OPTIONAL = ("decided", "chance_wrong")
TEXTS = ("source", "place", "decision", "reviewer", "reasons", "model", "model_sha256", *HASHES)
COLUMNS = ("file", "gender", "crop", *TEXTS, *NUMBERS)

#: Columns that exports of earlier versions do not have.
ADDED_LATER = ("chance_wrong", *HASHES)

#: Characters of a text at most that are taken from a ZIP, and pixels of the side of a crop and of
#: a context.
MOST_TEXT, MOST_SIDE, MOST_CONTEXT = 500, 512, 2048

#: How a file of SQLite begins.
_SQLITE = b"SQLite format 3\x00"

#: A hash of 256 bits, or none.
_HASH = re.compile(r"([0-9a-f]{64})?")

_FOREIGN = "The ZIP was not exported by a review queue:"


@dataclass(frozen=True, slots=True)
class Imported:
    """How many faces of a ZIP were new, and how many were in the queue already."""

    new: int
    known: int


def pack(queue: Queue, items: Iterable[Item]) -> bytes:
    """Some faces of a queue as a ZIP; those deleted in the meantime are left out."""
    packed, rows = io.BytesIO(), []
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for item in items:
            pictures = queue.pictures(item.id)
            if pictures is None:
                continue
            row = _row(item)
            archive.writestr(row["crop"], pictures[0])
            archive.writestr(row["file"], pictures[1])
            rows.append(row)
        archive.writestr(
            "labels.csv",
            tables.marked(tables.table_csv(COLUMNS, rows)),
            zipfile.ZIP_DEFLATED,
        )
        about = {
            "title": "Faces reviewed by people",
            "licence": "not stated",
            "source": "the review queue of Facespace",
        }
        archive.writestr("dataset.json", json.dumps(about, indent=1))
    return packed.getvalue()


def unpack(queue: Queue, source: bytes | BinaryIO) -> Imported:
    """Put the faces of such a ZIP into a queue; all of them, or none where one is not sound.

    A face that the queue knows is not put in again, but takes on the ZIP's decision if it has none.
    The others count as added now, so that the age of an export does not delete them at once.

    Raises:
        FacespaceError: it is no ZIP, not to be trusted, not one that ``pack`` wrote, or more than
            the queue can hold.
    """
    rows: list[dict[str, Any]] = []
    named: set[str] = set()
    size = 0
    with Archive(source) as archive:
        for row in _table(archive):
            for name in (row["file"], row["crop"]):
                if name in named:
                    raise FacespaceError(f"{_FOREIGN} two faces share the file {name[:80]!r}.")
                named.add(name)
            rows.append(_values(archive, row))
            size += len(rows[-1]["crop"]) + len(rows[-1]["context"])
            if size > limits.MAX_REVIEW_BYTES:
                raise FacespaceError(
                    "The ZIP has more pictures than a review queue exports: over "
                    f"{limits.MAX_REVIEW_BYTES / 2**20:.0f} MB."
                )
    added = queue.insert(rows)
    new = sum(number is not None for number in added)
    return Imported(new, len(added) - new)


class Decided(NamedTuple):
    """A face that a human called female or male, and which.

    ``crop`` is grey, uint8 (side, side); ``context`` the picture around the face, uint8 (H, W, 3),
    and ``box`` the face in its pixels. ``origin`` is the photo that it comes from.
    """

    crop: Crops
    context: RGB
    box: Box
    label: str
    origin: Origin


def decided(source: Path) -> list[Decided]:
    """The faces that a human called female or male.

    Args:
        source: the file of a queue, or a ZIP that ``pack`` wrote.

    Raises:
        FacespaceError: it cannot be read, or there is no such face.
    """
    if not source.is_file():
        raise FacespaceError(f"There is no file {source}.")
    if source.read_bytes()[: len(_SQLITE)] == _SQLITE:
        own = Queue(source)
    else:
        own = Queue()
        with source.open("rb") as file:
            unpack(own, file)
    faces = [
        Decided(
            crop_of(pictures[0]),
            images.load(pictures[1]),
            Box(item.x, item.y, item.width, item.height),
            item.decision,
            item,
        )
        for item in own.items()
        if item.decision in ("female", "male") and (pictures := own.pictures(item.id))
    ]
    own.close()
    if not faces:
        raise FacespaceError(f"Nobody has decided female or male on a face of {source}.")
    return faces


def _row(item: Item) -> dict[str, Any]:
    return {
        **{name: getattr(item, name) for name in (*TEXTS, *NUMBERS)},
        "file": f"photos/{item.id:06d}.jpg",
        "crop": f"crops/{item.id:06d}.png",
        "gender": item.decision if item.decision in ("female", "male") else "",
        "reasons": " ".join(item.reasons),
    }


def _table(archive: Archive) -> list[dict[str, str]]:
    needed = set(COLUMNS) - set(ADDED_LATER)
    try:
        content, columns = archive.read("labels.csv"), dict.fromkeys(COLUMNS, ())
        with open_table(content, columns, needed, "labels.csv") as table:
            rows = [{name: row.get(name, "") for name in COLUMNS} for row in table.rows]
    except FacespaceError as error:
        raise FacespaceError(f"{_FOREIGN} {error}") from error
    if len(rows) > limits.MAX_REVIEWS:
        raise FacespaceError(
            f"The ZIP has {len(rows):,} faces; a queue holds {limits.MAX_REVIEWS:,} at most."
        )
    return rows


def _values(archive: Archive, row: dict[str, str]) -> dict[str, Any]:
    """A row for the queue, once all of it is seen to be sound."""
    name = row["file"]
    try:
        crop = crop_of(archive.read(row["crop"]), MOST_SIDE**2)
        numbers = {
            key: None if key in OPTIONAL and not row[key] else float(row[key]) for key in NUMBERS
        }
        context, scale = _small(archive.read(name))
        for key in ("x", "y", "width", "height"):
            numbers[key] = scale * float(row[key])
        if crop.shape[0] != crop.shape[1] or not 8 <= len(crop) <= MOST_SIDE:
            raise ValueError(f"a crop of {crop.shape[1]} x {crop.shape[0]} pixels")
        if any(number is not None and not math.isfinite(number) for number in numbers.values()):
            raise ValueError("a number that is none")
        if row["decision"] not in ("", *DECISIONS) or set(row["reasons"].split()) - set(REASONS):
            raise ValueError("a decision or reason that is unknown")
        if not all(_HASH.fullmatch(row[key]) for key in HASHES):
            raise ValueError("a hash that is none")
    except (FacespaceError, ValueError) as error:
        raise FacespaceError(f"{_FOREIGN} of {name[:80]!r}: {error}") from error
    texts = {key: tables.as_it_was(row[key])[:MOST_TEXT] for key in TEXTS}
    return {
        **texts,
        **numbers,
        "added": time.time(),
        "decision": row["decision"] or None,
        "hash": perceptual_hash(crop),
        "crop": encode.to_png(crop),
        "context": context,
    }


def _small(context: bytes) -> tuple[bytes, float]:
    """A context as the queue keeps one, and by what its sides were multiplied.

    One that this program wrote stays as it is. Another is written anew, no larger.
    """
    picture = images.load(context, MOST_CONTEXT**2)
    side = max(picture.shape[:2])
    scale = min(1.0, MOST / side)
    if scale == 1 and len(context) <= MOST**2:
        return context, 1.0
    height, width = (max(1, round(scale * length)) for length in picture.shape[:2])
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    return encode.to_jpeg(np.asarray(small, np.uint8)), scale
