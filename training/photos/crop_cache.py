"""Crops kept on disk, all in one file that grows, so that no photo is cropped twice."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from facespace.faces import align
from facespace.io.atomic import atomic_write
from facespace.types import Array, Crops

try:
    import fcntl
except ImportError:  # Windows has none
    fcntl = None  # type: ignore[assignment]

#: All crops one behind the other, 4,096 bytes each, and their rows of ``ROW``. New ones come as
#: files of their own; these two take them in.
CROPS, ROWS = "crops.bin", "rows.bin"

ROW = np.dtype(
    [
        ("key", "S32"),  # which photo, as it was on disk, cropped how
        ("content", "S32"),  # hash of the file, equal for equal photos
        ("width", "i4"),  # of the photo, pixels
        ("height", "i4"),
        ("face", "f4"),  # shorter side of the face's box, pixels of the photo
        ("score", "f4"),  # of the detection, 0 to 1; NaN where there is no face
        ("landmarks", "f4", (5, 2)),  # pixels of the photo
        ("error", "U200"),  # why there is no crop, a sentence; "" where there is one
    ]
)

#: A row and its crop, uint8 (side, side).
Cropping = tuple[Any, npt.NDArray[np.uint8]]


def without_crop(key: bytes, error: str) -> Cropping:
    """The row of a photo that has no crop, and an empty one."""
    row = np.zeros((), ROW)
    row["key"], row["score"], row["error"] = key, np.nan, error[:200]
    return row, np.zeros((align.TEMPLATE.side,) * 2, np.uint8)


def stacked(croppings: Sequence[Cropping]) -> tuple[Array, Crops]:
    """Rows and crops, (N,) and (N, side, side)."""
    rows, crops = zip(*croppings, strict=True)
    return np.stack(rows), np.stack(crops)


def add(croppings: Sequence[Cropping], cache: Path) -> None:
    """Write new rows and crops as a file of their own."""
    rows, crops = stacked(croppings)
    name = hashlib.sha256(rows["key"].tobytes()).hexdigest()[:32]
    with atomic_write(cache / f"{name}.npz") as file:
        np.savez(file, rows=rows, crops=crops)


def load(cache: Path) -> tuple[Array, Crops]:
    """All rows and crops, (N,) and (N, side, side), mapped from the files: only what is taken of
    them is read."""
    side = align.TEMPLATE.side
    with (cache / ROWS).open("a+b") as rows, (cache / CROPS).open("a+b") as crops:
        if fcntl is not None:
            fcntl.flock(rows, fcntl.LOCK_EX)  # another training may be gathering too
        for path in sorted(cache.glob("*.npz")):
            with np.load(path, allow_pickle=False) as chunk:
                _append(rows, chunk["rows"], crops, chunk["crops"])
            path.unlink()
        count = _count(rows)
    if count == 0:  # an empty file cannot be mapped
        return np.empty(0, ROW), np.empty((0, side, side), np.uint8)
    return (
        np.memmap(cache / ROWS, ROW, "r", shape=(count,)),
        np.memmap(cache / CROPS, np.uint8, "r", shape=(count, side, side)),
    )


def _append(rows: BinaryIO, new_rows: Array, crops: BinaryIO, new_crops: Array) -> None:
    """Crops first: a row is there only once its crop is. What an interruption left is cut off."""
    count = _count(rows)
    rows.truncate(count * ROW.itemsize)
    crops.truncate(count * new_crops[0].nbytes)
    for file, values in ((crops, new_crops), (rows, new_rows)):
        file.write(values.tobytes())
        file.flush()


def _count(rows: BinaryIO) -> int:
    """Whole rows in the file."""
    return os.fstat(rows.fileno()).st_size // ROW.itemsize
