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
from tqdm import tqdm

from facespace import limits
from facespace.batch import dask_connection
from facespace.batch.executors import DEADLY, Workers
from facespace.datasets import labelled_faces
from facespace.datasets.dataset import Photo
from facespace.faces import align, detectors
from facespace.io import find_photos, images
from facespace.types import RGB, Crops, Detection, FacespaceError
from training.photos import changes, crop_cache, workers
from training.photos.crop_cache import Cropping, without_crop
from training.photos.sample import Sample

#: What photo and way become as a crop. A change that makes any crop another takes a new number,
#: and crops that are kept are made anew; the golden crops of ``tests/training`` hold it.
VERSION = 2

#: Photos that are cropped before the results are written: what an interruption can cost.
KEPT_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Way:
    """How the face of a labelled photo is found.

    ``detector`` is its name. Where ``serving``, the photo is read as the dashboard would read it:
    as it is, at the detector's own threshold; otherwise as a photo that is known to show a face,
    padded and at ``labelled_faces.THRESHOLD``. ``change`` is a key of ``changes.CHANGES`` or "":
    what is done to the photo once its labelled face has been found, which is then looked for again;
    where not ``serving`` it is done to the padded photo, whose size must stay.
    """

    detector: str = detectors.DEFAULT
    serving: bool = False
    change: str = ""

    def __str__(self) -> str:
        """A part of each crop's key; crops that are kept have it in these words."""
        return f"Way(detector={self.detector!r}, serving={self.serving}, cover={self.change!r})"


def crop_all(
    photos: Sequence[Photo], cache: Path, jobs: int | Workers = -1, way: Way | None = None
) -> Sample:
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
    kept = crop_cache.load(cache)
    known = set(kept.rows["key"].tolist())
    new = [
        find_photos.Photo(key.decode(), photo.path)
        for photo, key in zip(photos, keys, strict=True)
        if key not in known
    ]
    if new:
        with workers.opened(jobs) as crew:
            lost = _crop_new(new, cache, way, crew)
        kept = crop_cache.load(cache)
        if lost:
            kept = kept.followed_by(crop_cache.stacked(lost))
    places = {key: i for i, key in enumerate(kept.rows["key"].tolist())}
    order = np.array([places[key] for key in keys], int)
    return Sample(list(photos), kept.crops[order], kept.rows[order], kept.wide.part(order))


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
    """A row and the crops of one photo, named by its key, or why there is none."""
    row, grey, wide = without_crop(photo.name.encode(), "")
    try:
        grey, wide = _cut(photo.content(), way, row)
    except FacespaceError as error:
        if isinstance(error.__cause__, MemoryError):
            raise  # no fault of the photo, and not to be kept
        row["error"] = str(error)[:200]
    return row, grey, wide


def _cut(content: bytes, way: Way, row: Any) -> tuple[Crops, Crops]:
    """The grey crop of one photo and the wide one; fills in what ``row`` says of it."""
    rgb = images.load(content)
    digest = hashlib.sha256(content).hexdigest()
    row["content"] = digest[:32].encode()
    row["height"], row["width"] = rgb.shape[:2]
    rgb, padded, face = _found(rgb, way, int(digest[:15], 16))
    size = rgb.shape[0], rgb.shape[1]
    row["face"], row["score"] = face.box.side, face.score
    border = labelled_faces.border_of(padded, size)
    row["landmarks"] = np.array(align.landmarks_of(face)) - border
    grey, wide = (
        labelled_faces.cut(padded, face, size, template)
        for template in (align.TEMPLATE, align.WIDE)
    )
    return grey, wide


def _found(rgb: RGB, way: Way, seed: int) -> tuple[RGB, RGB, Detection]:
    """The photo as it is read, the same with a border, and the face in pixels of the latter."""
    rng = np.random.default_rng([seed, *way.change.encode()])
    alone = (0.0,)
    if not way.serving:
        padded, face = labelled_faces.face_of(rgb, way.detector)
        if way.change:
            padded = changes.CHANGES[way.change](padded, face, rng)
            padded, face = labelled_faces.face_of(padded, way.detector, paddings=alone)
        return rgb, padded, face
    if way.change:
        padded, face = labelled_faces.face_of(rgb, way.detector)
        size = rgb.shape[0], rgb.shape[1]
        face = labelled_faces.moved(face, labelled_faces.border_of(padded, size))
        rgb = changes.CHANGES[way.change](rgb, face, rng)
    return rgb, *labelled_faces.face_of(rgb, way.detector, None, alone)
