"""Pictures with marked faces, and how well detections agree with the marks."""

from __future__ import annotations

import os
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from facespace.faces.detectors.base import Rows, iou
from facespace.io import images, walk
from facespace.io.formats import is_picture_file
from facespace.io.names import Files
from facespace.io.read_table import open_table
from facespace.types import RGB, Bools, Detection, FacespaceError

#: Faces less high than this, in pixels, count neither for nor against a detector.
LEAST_HEIGHT = 20

#: Least intersection over union of a detection and a marked face.
IOU = 0.5

#: Another where a set's marks are not boxes that somebody drew but derived from landmarks.
IOU_OF = {"cfp_profile": 0.4}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture file and its marked faces.

    ``least_iou`` is the least intersection over union of a face and its detection. ``boxes`` are
    x, y, width, height in pixels, float64 (N, 4); ``counted``, bool (N,), is False for faces that
    are too small or marked to be ignored; ``attributes`` are the other columns of each face's mark.
    """

    path: Path
    least_iou: float
    boxes: Rows
    counted: Bools
    attributes: tuple[dict[str, str], ...]

    @property
    def even(self) -> bool:
        """Whether settings may be chosen on this picture: one in two, by its name's CRC-32."""
        return zlib.crc32(os.fsencode(self.path.name)) % 2 == 0


def read(folder: Path) -> list[Picture]:
    """All pictures of a folder with ``annotations.csv`` and ``images/``, also those without a face.

    Files that are neither marked nor pictures are left out.

    Raises:
        FacespaceError: there is no such file, or it lacks a column.
    """
    marks = folder / "annotations.csv"
    try:
        with open_table(marks, dict.fromkeys(("file", *"xywh"), ()), ("file", *"xywh")) as table:
            rows = list(table.rows)
        by_file: dict[Path, list[dict[str, str]]] = {}
        files = Files(folder)
        for row in rows:
            by_file.setdefault(files.find(row["file"]) or folder, []).append(row)
        found = walk.below(folder / "images")
        for path, problem in found.problems.items():
            raise FacespaceError(f"{path}: {problem}")
        paths = sorted(p for p in found.files if p in by_file or is_picture_file(p))
        least = IOU_OF.get(folder.name, IOU)
        return [_picture(path, least, by_file.get(path, [])) for path in paths]
    except (OSError, KeyError, ValueError) as error:
        raise FacespaceError(f"{marks} cannot be read: {type(error).__name__} {error}.") from error


def read_sets(folder: Path) -> dict[str, list[Picture]]:
    """The sets of marked pictures in a folder, by name.

    Raises:
        FacespaceError: there is none.
    """
    marks = sorted(folder.glob("*/annotations.csv"))
    if not marks:
        raise FacespaceError(f"{folder} has no folder with an annotations.csv.")
    return {mark.parent.name: read(mark.parent) for mark in marks}


def empty_sets(sets: Mapping[str, Sequence[Picture]]) -> list[str]:
    """Those in which no face is marked at all."""
    return [name for name, pictures in sets.items() if not any(len(p.boxes) for p in pictures)]


def opened(path: Path) -> RGB:
    """A picture, uint8 (H, W, 3).

    Raises:
        FacespaceError: it cannot be read; the file is named.
    """
    try:
        return images.load(path)
    except FacespaceError as error:
        raise FacespaceError(f"{path}: {error}") from error


def _picture(path: Path, least: float, rows: Sequence[dict[str, str]]) -> Picture:
    boxes = np.array([[float(row[k]) for k in "xywh"] for row in rows]).reshape(-1, 4)
    ignored = [row.get("invalid") == "1" or row.get("ignore") == "1" for row in rows]
    counted = (boxes[:, 3] >= LEAST_HEIGHT) & ~np.array(ignored, bool)
    return Picture(path, least, boxes, counted, tuple(rows))


@dataclass(frozen=True, slots=True)
class Matched:
    """Detections of one picture held against its marks.

    ``right``, int (D,), is 1 for a face that is marked, 0 for a false alarm and -1 for what is not
    counted; ``by``, int (N,), says by which detection each marked face was found, -1 by none.
    """

    right: npt.NDArray[np.int_]
    by: npt.NDArray[np.int_]


def match(detections: Sequence[Detection], picture: Picture, least: float | None = None) -> Matched:
    """Give every detection, the best score first, the marked face it overlaps most.

    A face is given once (PASCAL VOC, Everingham et al. 2010). A detection of a face that does not
    count, and one too small to count itself, is neither right nor wrong. ``least`` takes the place
    of the picture's own least intersection over union.
    """
    least = picture.least_iou if least is None else least
    right = np.zeros(len(detections), int)
    by = np.full(len(picture.boxes), -1)
    for i in sorted(range(len(detections)), key=lambda i: -detections[i].score):
        box = detections[i].box
        overlaps = iou(picture.boxes, np.array(box))
        free = np.where(picture.counted & (by < 0), overlaps, 0)
        if len(free) and free.max() >= least:
            by[free.argmax()] = i
            right[i] = 1
        elif (overlaps[~picture.counted] >= least).any() or box.height < LEAST_HEIGHT:
            right[i] = -1
    return Matched(right, by)


def average_precision(scores: npt.ArrayLike, right: npt.ArrayLike, faces: int) -> float:
    """Area under precision, made falling, over recall (PASCAL VOC 2010), over all scores.

    Args:
        scores: of detections (D,).
        right: 1 or 0 (D,).
        faces: how many there are to be found; NaN is returned for none.
    """
    if not faces:
        return float("nan")
    order = np.argsort(-np.asarray(scores), kind="stable")
    hits = np.asarray(right)[order].astype(float)
    recall = np.cumsum(hits) / faces
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    falling = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(recall, prepend=0.0) * falling))
