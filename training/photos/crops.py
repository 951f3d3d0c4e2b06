"""Photos -> aligned crops, on all processors or by a cluster, and none cropped twice."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from facespace import limits
from facespace.batch import dask_connection
from facespace.batch.executors import DEADLY, Workers
from facespace.datasets import labelled_faces
from facespace.datasets.dataset import Photo
from facespace.faces import align, detectors
from facespace.faces.covering import in_picture, painted
from facespace.io import find_photos, images
from facespace.types import RGB, Array, Bools, Crops, Detection, FacespaceError
from training.photos import crop_cache, workers
from training.photos.crop_cache import Cropping, without_crop

#: What photo and way become as a crop. A change that makes any crop another takes a new number,
#: and crops that are kept are made anew; the golden crops of ``tests/training`` hold it.
VERSION = 1

#: Photos that are cropped before the results are written: what an interruption can cost.
KEPT_AT_ONCE = 256

#: Parts of a face that ``Way.cover`` hides, from and to these fractions of the crop's height.
COVERS = {"lower": (0.52, 1.25), "upper": (-0.25, 0.52)}

#: What a cover looks like: its mean grey and the standard deviation of its grain. Without grain
#: the equalised histogram of the crop would hold nothing but the cover.
COVER_GREY, COVER_GRAIN = 120, 12


@dataclass(frozen=True, slots=True)
class Way:
    """How the face of a labelled photo is found.

    ``detector`` is its name. Where ``serving``, the photo is read as the dashboard would read it:
    as it is, at the detector's own threshold; otherwise as a photo that is known to show a face,
    padded and at ``labelled_faces.THRESHOLD``. ``cover`` is a key of ``COVERS`` or "": that part
    of the face is painted over once it has been found, and the face is looked for again.
    """

    detector: str = detectors.DEFAULT
    serving: bool = False
    cover: str = ""


@dataclass(frozen=True, slots=True)
class Cropped:
    """The crops of some photos, in the photos' order.

    ``crops`` is uint8 (N, side, side); ``rows`` a structured array (N,) of dtype
    ``crop_cache.ROW``. Where
    ``rows["error"]`` is not empty the crop is all zero and not to be used.
    """

    crops: Crops
    rows: Array

    @property
    def found(self) -> Bools:
        """bool (N,): which photos have a crop."""
        return np.asarray(self.rows["error"] == "")


def crop_all(
    photos: Sequence[Photo], cache: Path, jobs: int | Workers = -1, way: Way | None = None
) -> Cropped:
    """Crop the face nearest the middle of every photo, or take it from the cache.

    Args:
        photos: what to crop.
        cache: folder of earlier results, made if need be. A photo is cropped again only if its
            file changed, or ``VERSION``, or OpenCV's own.
        jobs: who crops, see ``workers.opened``; to a cluster photos are sent.
        way: how the faces are found; ``Way()`` where None.

    Raises:
        FacespaceError: the detector, or the cluster, cannot be used.
    """
    way = way or Way()
    detectors.get(way.detector)  # a fault of the installation is not the photos' own
    cache.mkdir(parents=True, exist_ok=True)
    keys = [_key(photo.path, way) for photo in photos]
    rows, crops = crop_cache.load(cache)
    known = set(rows["key"].tolist())
    new = [
        find_photos.Photo(key.decode(), photo.path)
        for photo, key in zip(photos, keys, strict=True)
        if key not in known
    ]
    if new:
        with workers.opened(jobs) as crew:
            lost = _crop_new(new, cache, way, crew)
        rows, crops = crop_cache.load(cache)
        if lost:
            more = crop_cache.stacked(lost)
            rows, crops = np.concatenate([rows, more[0]]), np.concatenate([crops, more[1]])
    places = {key: i for i, key in enumerate(rows["key"].tolist())}
    order = [places[key] for key in keys]
    return Cropped(crops[order], rows[order])


def _crop_new(
    photos: Sequence[find_photos.Photo], cache: Path, way: Way, crew: Workers
) -> list[Cropping]:
    """Crop photos, named by their keys, into the cache.

    Returns:
        The rows of photos that ended their worker: perhaps for want of memory, so not to be kept.
    """
    fresh: list[Cropping] = []
    lost: list[Cropping] = []
    bar = tqdm(crew.each(_crop_one, photos, way), "cropping", len(photos), unit="photo")
    try:
        for photo, cropping in zip(photos, bar, strict=True):
            if cropping is None:
                lost.append(without_crop(photo.name.encode(), DEADLY))
                continue
            fresh.append(cropping)
            if len(fresh) == KEPT_AT_ONCE:
                crop_cache.add(fresh, cache)
                fresh = []
    finally:
        if fresh:
            crop_cache.add(fresh, cache)
    return lost


def needs() -> dict[str, str]:
    """What crops and search depend on beside photos and packages; see ``dask_cluster.Cluster``."""
    here = Path(__file__).parents[1]
    limit = f"{limits.MAX_BYTES} {limits.MAX_PIXELS}"
    detectors.get()  # a worker without YuNet would find no face
    return {
        "code": dask_connection.code(here, here.parent / "facespace"),
        "limits (FACESPACE_...)": limit,
    }


def _key(path: Path, way: Way) -> bytes:
    """Names a photo by place and content, and by how it would be cropped."""
    try:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        content = "missing"
    text = f"{path.resolve()} {content} {way} {VERSION} {cv2.__version__}"
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:32].encode()


def _crop_one(photo: find_photos.Photo, way: Way) -> Cropping:
    """A row and a crop of one photo, named by its key, or why there is none."""
    row, crop = without_crop(photo.name.encode(), "")
    try:
        crop = _cut(photo.content(), way, row)
    except FacespaceError as error:
        if isinstance(error.__cause__, MemoryError):
            raise  # no fault of the photo, and not to be kept
        row["error"] = str(error)[:200]
    return row, crop


def _cut(content: bytes, way: Way, row: Any) -> npt.NDArray[np.uint8]:
    """The crop of one photo; fills in what ``row`` says of it."""
    rgb = images.load(content)
    row["content"] = hashlib.sha256(content).hexdigest()[:32].encode()
    row["height"], row["width"] = rgb.shape[:2]
    alone = (0.0,)
    threshold = None if way.serving else labelled_faces.THRESHOLD
    paddings = alone if way.serving else labelled_faces.PADDINGS
    padded, face = labelled_faces.face_of(rgb, way.detector, threshold, paddings)
    if way.cover:
        hidden = _covered(padded, face, way.cover)
        padded, face = labelled_faces.face_of(hidden, way.detector, threshold, alone)
    border = (np.array(padded.shape[1::-1]) - rgb.shape[1::-1]) // 2
    row["face"], row["score"] = face.box.side, face.score
    row["landmarks"] = np.array(align.landmarks_of(face)) - border
    return np.asarray(align.crop(padded, [face])[0])


def _covered(rgb: RGB, face: Detection, cover: str) -> RGB:
    """The picture with a part of one face painted over: an upright mask would be, in the crop."""
    first, last = COVERS[cover]
    points = [(-0.6, first), (0.6, first), (0.6, last), (-0.6, last)]
    grain = np.random.default_rng(0).normal(COVER_GREY, COVER_GRAIN, (*rgb.shape[:2], 1))
    return painted(rgb, in_picture(align.landmarks_of(face), points), np.clip(grain, 0, 255))
