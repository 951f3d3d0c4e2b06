"""Crops kept on disk, in files that grow, so that no photo is cropped twice."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from facespace.faces import align
from facespace.io.atomic import atomic_write
from facespace.types import Array, Crops
from training.photos import mapped
from training.photos.mapped import Mapped

try:
    import fcntl
except ImportError:  # Windows has none
    fcntl = None  # type: ignore[assignment]

#: All grey crops one behind the other, 4,096 bytes each, all wide ones, 37,632 bytes each, and
#: their rows of ``ROW``. New ones come as files of their own; these three take them in.
CROPS, WIDE, ROWS = "crops.bin", "wide.bin", "rows.bin"

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

#: A row and its crops, uint8: the grey one of ``align.TEMPLATE`` and that of ``align.WIDE``.
Cropping = tuple[Any, Crops, Crops]


class Kept(NamedTuple):
    """Rows (N,), grey crops (N, side, side) and wide ones (N, side, side, 3)."""

    rows: Array
    crops: Crops
    wide: Mapped

    def followed_by(self, more: Kept) -> Kept:
        """These, and others behind them."""
        return Kept(
            np.concatenate([self.rows, more.rows]),
            np.concatenate([self.crops, more.crops]),
            mapped.joined([self.wide, more.wide]),
        )


def without_crop(key: bytes, error: str) -> Cropping:
    """The row of a photo that has no crop, and empty ones."""
    row = np.zeros((), ROW)
    row["key"], row["score"], row["error"] = key, np.nan, error[:200]
    grey, wide = (np.zeros(t.shape, np.uint8) for t in (align.TEMPLATE, align.WIDE))
    return row, grey, wide


def stacked(croppings: Sequence[Cropping]) -> Kept:
    """The rows and crops of at least one photo."""
    rows, crops, wide = (np.stack(column) for column in zip(*croppings, strict=True))
    return Kept(rows, crops, Mapped.of_all(wide))


def add(croppings: Sequence[Cropping], cache: Path) -> None:
    """Write new rows and crops as a file of their own."""
    kept = stacked(croppings)
    name = hashlib.sha256(kept.rows["key"].tobytes()).hexdigest()[:32]
    with atomic_write(cache / f"{name}.npz") as file:
        np.savez(file, rows=kept.rows, crops=kept.crops, wide=kept.wide[:])


def load(cache: Path) -> Kept:
    """All rows and crops, mapped from the files: only what is taken of them is read."""
    names = (ROWS, CROPS, WIDE)
    with ExitStack() as stack:
        files = [stack.enter_context((cache / name).open("a+b")) for name in names]
        if fcntl is not None:
            fcntl.flock(files[0], fcntl.LOCK_EX)  # another training may be gathering too
        for path in sorted(cache.glob("*.npz")):
            with np.load(path, allow_pickle=False) as chunk:
                if "wide" in chunk:  # an earlier version cut none, and its rows are not asked for
                    _append(files, [chunk[key] for key in ("rows", "crops", "wide")])
            path.unlink()
        count = _count(files[0])
        # Where an earlier version cut none there is a hole, which takes no room on the disk.
        files[2].truncate(count * math.prod(align.WIDE.shape))
    if count == 0:  # an empty file cannot be mapped
        empty = (np.empty((0, *t.shape), np.uint8) for t in (align.TEMPLATE, align.WIDE))
        return Kept(np.empty(0, ROW), next(empty), Mapped.of_all(next(empty)))
    crops, wide = (
        np.memmap(cache / name, np.uint8, "r", shape=(count, *template.shape))
        for name, template in ((CROPS, align.TEMPLATE), (WIDE, align.WIDE))
    )
    return Kept(np.memmap(cache / ROWS, ROW, "r", shape=(count,)), crops, Mapped.of_all(wide))


def _append(files: Sequence[BinaryIO], values: Sequence[Array]) -> None:
    """Rows, the first, come last: one is there only once its crops are.

    What an interruption left is cut off.
    """
    count = _count(files[0])
    for file, new in reversed(list(zip(files, values, strict=True))):
        file.truncate(count * new[0].nbytes)
        file.write(new.tobytes())
        file.flush()


def _count(rows: BinaryIO) -> int:
    """Whole rows in the file."""
    return os.fstat(rows.fileno()).st_size // ROW.itemsize
