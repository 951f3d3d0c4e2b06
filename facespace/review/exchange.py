"""The review queue as a ZIP: out, and back in.

``labels.csv`` is in the form that ``facespace.datasets.dataset`` reads: of each face the picture
around it (``file``) and its ``gender`` where a human said female or male, empty where not. Beside
it stand the crop that the model saw and all else that the queue knows, so that nothing is lost on
the way back.
"""

from __future__ import annotations

import csv
import io
import json
import math
import time
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from facespace import limits
from facespace.io import images, tables
from facespace.io.archive import Archive
from facespace.io.perceptual_hash import perceptual_hash
from facespace.review.candidate import REASONS, crop_of, crop_png
from facespace.review.item import DECISIONS, Item
from facespace.review.queue import Queue
from facespace.types import Crops, FacespaceError

#: Columns of ``labels.csv``: what training reads, the crop, and what else the queue knows.
NUMBERS = (
    *("added", "decided", "x", "y", "width", "height"),
    *("probability_female", "threshold", "distance", "detection"),
)
TEXTS = ("source", "place", "decision", "reviewer", "reasons", "model", "model_sha256")
COLUMNS = ("file", "gender", "crop", *TEXTS, *NUMBERS)

#: Characters of a text at most that are taken from a ZIP, and pixels of a crop's side.
MOST_TEXT, MOST_SIDE = 500, 512

#: How a file of SQLite begins.
_SQLITE = b"SQLite format 3\x00"

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
            "labels.csv", tables.table_csv(COLUMNS, rows, exact=True), zipfile.ZIP_DEFLATED
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
        FacespaceError: it is no ZIP, not to be trusted, or not one that ``pack`` wrote.
    """
    with Archive(source) as archive:
        rows = [_values(archive, row) for row in _table(archive)]
    added = queue.insert(rows)
    new = sum(number is not None for number in added)
    return Imported(new, len(added) - new)


def decided(source: Path) -> tuple[Crops, list[str]]:
    """The crops that a human called female or male, and what they said.

    Args:
        source: the file of a queue, or a ZIP that ``pack`` wrote.

    Returns:
        uint8 (N, side, side), and "female" or "male" of each.

    Raises:
        FacespaceError: it cannot be read, or there is no such crop.
    """
    if not source.is_file():
        raise FacespaceError(f"There is no file {source}.")
    if source.read_bytes()[: len(_SQLITE)] == _SQLITE:
        own = Queue(source)
    else:
        own = Queue()
        with source.open("rb") as file:
            unpack(own, file)
    decisions = [
        (crop_of(pictures[0]), item.decision)
        for item in own.items()
        if item.decision in ("female", "male") and (pictures := own.pictures(item.id))
    ]
    own.close()
    if not decisions:
        raise FacespaceError(f"Nobody has decided female or male on a face of {source}.")
    return np.stack([crop for crop, _ in decisions]), [label for _, label in decisions]


def _row(item: Item) -> dict[str, Any]:
    return {
        **{name: getattr(item, name) for name in (*TEXTS, *NUMBERS)},
        "file": f"photos/{item.id:06d}.jpg",
        "crop": f"crops/{item.id:06d}.png",
        "gender": item.decision if item.decision in ("female", "male") else "",
        "decision": item.decision or "",
        "decided": "" if item.decided is None else item.decided,
        "reasons": " ".join(item.reasons),
    }


def _table(archive: Archive) -> list[dict[str, str]]:
    try:
        text = archive.read("labels.csv").decode("utf-8-sig")
        reader = csv.DictReader(io.StringIO(text))
        missing = set(COLUMNS) - set(reader.fieldnames or ())
        if missing:
            raise FacespaceError(
                f"{_FOREIGN} labels.csv has no column {' or '.join(sorted(missing))}."
            )
        rows = [{name: (row[name] or "").strip() for name in COLUMNS} for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise FacespaceError(f"{_FOREIGN} labels.csv cannot be read ({error}).") from error
    if len(rows) > limits.MAX_REVIEWS:
        raise FacespaceError(
            f"The ZIP has {len(rows):,} faces; a queue holds {limits.MAX_REVIEWS:,} at most."
        )
    return rows


def _values(archive: Archive, row: dict[str, str]) -> dict[str, Any]:
    """A row for the queue, once all of it is seen to be sound."""
    name = row["file"]
    try:
        crop = images.load(archive.read(row["crop"]))[..., 0]
        context = archive.read(name)
        images.load(context)
        numbers = {
            key: None if key == "decided" and not row[key] else float(row[key]) for key in NUMBERS
        }
        if crop.shape[0] != crop.shape[1] or not 8 <= len(crop) <= MOST_SIDE:
            raise ValueError(f"a crop of {crop.shape[1]} x {crop.shape[0]} pixels")
        if any(number is not None and not math.isfinite(number) for number in numbers.values()):
            raise ValueError("a number that is none")
        if row["decision"] not in ("", *DECISIONS) or set(row["reasons"].split()) - set(REASONS):
            raise ValueError("a decision or reason that is unknown")
    except (FacespaceError, ValueError) as error:
        raise FacespaceError(f"{_FOREIGN} of {name[:80]!r}: {error}") from error
    texts = {key: row[key][:MOST_TEXT] for key in TEXTS}
    return {
        **texts,
        **numbers,
        "added": time.time(),
        "decision": row["decision"] or None,
        "hash": perceptual_hash(crop),
        "crop": crop_png(crop),
        "context": context,
    }
