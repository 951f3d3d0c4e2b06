"""Photos -> aligned crops, on all processors, kept on disk so that no photo is cropped twice."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed
from tqdm import tqdm

from facespace import align, detectors, images
from facespace.types import Crops, Detection, FacespaceError
from training.datasets import Photo

#: Photos a worker crops before its result is written: what an interruption can cost.
CHUNK = 256

#: Labelled photos show one person, in the middle, so even a doubtful detection there is taken.
THRESHOLD = 0.4

#: Shares of each side by which a photo is padded before detecting, until a face is found: data
#: sets ship chips so tight that the detector misplaces the face, and sometimes misses it.
PADDINGS = (0.5, 0.25, 0.0)

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


@dataclass(frozen=True, slots=True)
class Cropped:
    """The crops of some photos, in the photos' order.

    ``crops`` is uint8 (N, side, side); ``rows`` a structured array (N,) of dtype ``ROW``. Where
    ``rows["error"]`` is not empty the crop is all zero and not to be used.
    """

    crops: Crops
    rows: npt.NDArray[Any]

    @property
    def found(self) -> npt.NDArray[np.bool_]:
        """bool (N,): which photos have a crop."""
        return np.asarray(self.rows["error"] == "")


def crop_all(
    photos: Sequence[Photo], cache: Path, jobs: int = -1, detector: str = detectors.DEFAULT
) -> Cropped:
    """Crop the face nearest the middle of every photo, or take it from the cache.

    Args:
        photos: what to crop.
        cache: folder of earlier results, made if need be. A photo is cropped again only if its
            file changed, or any code that crops depend on.
        jobs: worker processes; -1 for one a processor.
        detector: the name of what finds the faces.

    Raises:
        FacespaceError: the detector cannot be used.
    """
    detectors.get(detector)  # a fault of the installation is not the photos' own
    cache.mkdir(parents=True, exist_ok=True)
    keys = [_key(photo.path, detector) for photo in photos]
    rows, crops = _load(cache)
    known = {key: i for i, key in enumerate(rows["key"].tolist())}
    todo = [p.path for p, key in zip(photos, keys, strict=True) if key not in known]
    chunks = [todo[i : i + CHUNK] for i in range(0, len(todo), CHUNK)]
    work = Parallel(n_jobs=jobs, return_as="generator_unordered")(
        delayed(_crop_chunk)(chunk, cache, detector) for chunk in chunks
    )
    with tqdm(total=len(todo), desc="cropping", unit="photo", disable=not todo) as bar:
        for done in work:
            bar.update(done)
    if todo:
        rows, crops = _load(cache)
        known = {key: i for i, key in enumerate(rows["key"].tolist())}
    order = [known[key] for key in keys]
    return Cropped(crops[order], rows[order])


def _key(path: Path, detector: str) -> bytes:
    """Names a photo by place, size and time of change, and by how it would be cropped."""
    try:
        stat = path.stat()
        state = f"{stat.st_size} {stat.st_mtime_ns}"
    except OSError:
        state = "missing"
    text = f"{path.resolve()} {state} {detector} {_code()}"
    return hashlib.sha256(text.encode()).hexdigest()[:32].encode()


@lru_cache
def _code() -> str:
    """Hash of all code that a crop depends on: whatever changes there, photos are cropped anew."""
    files = [Path(__file__), Path(align.__file__), Path(images.__file__)]
    files += sorted(Path(detectors.__file__).parent.glob("*.py"))
    contents = (file.read_bytes() for file in files)
    return hashlib.sha256(b"".join([cv2.__version__.encode(), *contents])).hexdigest()


def _load(cache: Path) -> tuple[npt.NDArray[Any], Crops]:
    side = align.TEMPLATE.side
    rows, crops = [np.empty(0, ROW)], [np.empty((0, side, side), np.uint8)]
    for path in sorted(cache.glob("*.npz")):
        with np.load(path, allow_pickle=False) as chunk:
            rows.append(chunk["rows"])
            crops.append(chunk["crops"])
    return np.concatenate(rows), np.concatenate(crops)


def _crop_chunk(paths: Sequence[Path], cache: Path, detector: str) -> int:
    cv2.setNumThreads(1)  # the processes share the processors already
    side = align.TEMPLATE.side
    rows = np.zeros(len(paths), ROW)
    crops = np.zeros((len(paths), side, side), np.uint8)
    for i, path in enumerate(paths):
        rows[i]["key"] = _key(path, detector)
        rows[i]["score"] = np.nan
        try:
            crops[i] = _crop_one(path, detector, rows[i])
        except FacespaceError as error:
            if isinstance(error.__cause__, MemoryError):
                raise  # no fault of the photo, and not to be kept
            rows[i]["error"] = str(error)[:200]
    name = hashlib.sha256(rows["key"].tobytes()).hexdigest()[:32]
    part = cache / f"{name}.{os.getpid()}.part"
    with part.open("wb") as file:
        np.savez(file, rows=rows, crops=crops)
    part.replace(cache / f"{name}.npz")
    return len(paths)


def _crop_one(path: Path, detector: str, row: Any) -> npt.NDArray[np.uint8]:
    """The crop of one photo; fills in what ``row`` says of it."""
    rgb = images.load(path)
    row["content"] = hashlib.sha256(path.read_bytes()).hexdigest()[:32].encode()
    row["height"], row["width"] = rgb.shape[:2]
    for share in PADDINGS:
        top, left = (round(side * share) for side in rgb.shape[:2])
        bordered = cv2.copyMakeBorder(rgb, top, top, left, left, cv2.BORDER_REPLICATE)
        padded = np.asarray(bordered, np.uint8)
        found = detectors.get(detector).detect(padded, THRESHOLD)
        if found:
            middle = padded.shape[1] / 2, padded.shape[0] / 2
            face = min(found, key=lambda detection: _offset(detection, middle))
            row["face"], row["score"] = face.box.side, face.score
            row["landmarks"] = np.array(align.landmarks_of(face)) - (left, top)
            return np.asarray(align.crop(padded, [face])[0])
    raise FacespaceError("No face was found.")


def _offset(detection: Detection, point: tuple[float, float]) -> float:
    """Distance in pixels from the middle of a detection's box to a point."""
    box = detection.box
    return float(np.hypot(box.x + box.width / 2 - point[0], box.y + box.height / 2 - point[1]))
