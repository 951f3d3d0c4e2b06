"""Reviewed faces: added to what is fitted on, unless they come from a photo that is held out."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from facespace.artifacts.report import Reviewed
from facespace.datasets import labelled_faces
from facespace.datasets.dataset import Photo
from facespace.faces import align, detectors
from facespace.faces.detectors.base import iou
from facespace.io.perceptual_hash import (
    Hashes,
    differing,
    differing_pairs,
    from_hex,
    perceptual_hash,
)
from facespace.review import exchange
from facespace.review.exchange import Decided
from facespace.review.queue import NEAR
from facespace.types import Array, Crops, Detection
from training.photos.crop_cache import ROW
from training.photos.crops import Way, crop_all
from training.photos.mapped import Mapped
from training.photos.material import Material
from training.photos.near_duplicates import DOUBTFUL, hashed
from training.photos.sample import Sample, joined

#: Why a reviewed face is not fitted on; the first that holds is said.
FILE = "Their photo is a test or validation photo."
PHOTO = "Their photo looks like a test or validation photo."
CROP = "They look like the face of a test or validation photo."
UNKNOWN = (
    "The queue kept them before it noted photos, so they may be of test or validation photos. "
    "Read their photos once more while faces are kept, and the queue knows."
)
REASONS = (FILE, PHOTO, CROP, UNKNOWN)

#: How faces come into the queue: photos are read as they are, by whichever detector.
SERVED = tuple(Way(name, serving=True) for name in detectors.NAMES)

#: Hashes of whole photos that differ in at most so many of 256 bits are of one photo. Of 400 test
#: photos of FairFace and 400 of LFW, saved again as JPEG of quality 60 or 30, or at 1/2, 3/4 or 3/2
#: of their size, 99.5 % or more of the faces are known by it, by the crop alone 49 to 77 %. None of
#: 400 training photos of FairFace is taken for one of these.
LIKE = DOUBTFUL

#: Least intersection over union of a reviewed face and what is found of it in its context.
SAME = 0.3

log = logging.getLogger(__name__)


def added(material: Material, source: Path, weight: int, cache: Path, jobs: int) -> Material:
    """The material with the faces that people decided on among those to fit on.

    Validation and tests stay as they are. A reviewed face is left out, and counted by why, where
    its file, its whole photo or its crop is one of theirs, or where its photo is not known.

    Args:
        material: all photos of the training.
        source: a review queue, or the ZIP it exports.
        weight: how many photos a reviewed face counts as; it is there so many times.
        cache: where crops and hashes are kept.
        jobs: who opens photos, see ``workers.opened``.

    Raises:
        FacespaceError: the source cannot be read, or nobody decided on a face in it.
    """
    faces = exchange.decided(source)
    size = align.TEMPLATE.side, align.TEMPLATE.side
    crops = np.stack([np.asarray(cv2.resize(face.crop, size), np.uint8) for face in faces])
    reasons = left_out(faces, crops, _held(material, cache, jobs))
    kept = np.flatnonzero(reasons == "")
    log.info(f"{len(kept)} reviewed faces, each counting as {weight}, are fitted on too")
    for why, number in Counter(reasons[reasons != ""].tolist()).items():
        log.info(f"{number} reviewed faces are left out. {why}")
    if not len(kept):
        return material
    places = np.repeat(kept, weight)
    photos = [Photo(Path(f"reviewed face {i}"), faces[i].label) for i in places]
    rows = np.zeros(len(places), ROW)
    rows["content"] = [_content(faces[i]) for i in places]
    once = np.array([_wide(faces[i]) for i in kept], np.uint8)
    wide = Mapped.of_all(once).part(np.repeat(np.arange(len(kept)), weight))
    fitting = joined([material.fitting, Sample(photos, crops[places], rows, wide)])
    share = len(places) / len(fitting.photos)
    return replace(material, fitting=fitting, reviewed=Reviewed(len(kept), weight, share))


@dataclass(frozen=True, slots=True)
class Held:
    """What must not be fitted on: N photos of the tests and the validation.

    ``contents`` are the hashes of their files as ``ROW`` has them, (N,), ``photos`` those of the
    pictures, uint64 (N, 4), and ``crops`` those of the faces found in them, int64 (M,).
    """

    contents: Array
    photos: Hashes
    crops: npt.NDArray[np.int64]


def _held(material: Material, cache: Path, jobs: int) -> Held:
    """Of the photos to test and to choose on; their faces cropped as those of the queue are."""
    held = joined([material.validation, *material.whole.values()])
    served = [crop_all(held.photos, cache, jobs, way).faced.crops for way in SERVED]
    codes = [perceptual_hash(crop) for crops in served for crop in crops]
    contents, photos = held.rows["content"], hashed(held, cache, jobs).photos
    return Held(contents, photos, np.array(codes, np.int64))


def left_out(faces: Sequence[Decided], crops: Crops, held: Held) -> Array:
    """Why each face is not to be fitted on, one of ``REASONS``, str (N,); "" where it is."""
    return np.array(
        [_why(face, crop, held) for face, crop in zip(faces, crops, strict=True)],
        f"U{max(map(len, REASONS))}",
    )


def _why(face: Decided, crop: Crops, held: Held) -> str:
    origin = face.origin
    if origin.file_sha256 and _content(face) in held.contents:
        return FILE
    if origin.photo_hash:
        code = from_hex(origin.photo_hash)[None]
        if differing_pairs(code, held.photos).min(initial=code.nbytes * 8) <= LIKE:
            return PHOTO
    if differing(held.crops, perceptual_hash(crop)).min(initial=64) <= NEAR:
        return CROP
    return "" if origin.photo_hash else UNKNOWN


def _content(face: Decided) -> bytes:
    """The hash of the file, as ``ROW`` has it; empty where there is no file."""
    return face.origin.file_sha256[: ROW["content"].itemsize].encode()


def _wide(face: Decided) -> Crops:
    """The wide crop of a reviewed face, uint8 (112, 112, 3), out of the picture around it.

    Its landmarks are looked for once more; where it is not found, its box must do.
    """
    found = detectors.get().detect(face.context, labelled_faces.THRESHOLD)
    overlaps = [iou(np.array([detection.box]), np.array(face.box))[0] for detection in found]
    again = found[int(np.argmax(overlaps))] if max(overlaps, default=0) >= SAME else None
    detection = again or Detection(face.box, 1.0)
    return np.asarray(align.crop(face.context, [detection], align.WIDE)[0])
