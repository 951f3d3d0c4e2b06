"""Chooses which finds of a detector are doubtful, and which of these are no faces at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from onnxruntime import InferenceSession
from sklearn.isotonic import IsotonicRegression

from facespace.faces import align, detectors, evidence
from facespace.types import Crops, Detection
from training.abstain.marked_faces import Picture, match, opened

#: Share of faces that may be thrown out where their find is doubtful: of those a detector without
#: landmarks finds, whose finds all are, and of labelled photos' for another.
FINDS_LOST, FACES_LOST = 0.03, 0.02

#: A detector is sure where at least this share of finds of that score are faces.
PRECISION = 0.7


class Find(NamedTuple):
    """What a detector found, its crop, uint8 (side, side), and ``right`` as ``match`` says."""

    detection: Detection
    crop: Crops
    right: int


#: By detector.
Finds = Mapping[str, Sequence[Find]]


def choose(
    pictures: Sequence[Picture], faces: Crops, opinion: InferenceSession, whose: str
) -> dict[str, Any]:
    """The scores and likenesses, by detector, as ``artifacts.manifest.Finds`` keeps them.

    Args:
        pictures: with marked faces, and without any.
        faces: crops of labelled photos, uint8 (N, side, side).
        opinion: the session of the second opinion.
        whose: faces these are, in words.
    """
    finds = _finds(pictures)
    sure, why_sure = _sure(finds)
    thrown_out, why_thrown_out = _thrown_out(finds, faces, opinion, whose)
    chosen = {"sure": why_sure, "thrown_out": why_thrown_out}
    return {"sure": sure, "thrown_out": thrown_out, "chosen": chosen}


def _finds(pictures: Sequence[Picture]) -> Finds:
    """What each detector finds, as it is set."""
    finds: dict[str, list[Find]] = {name: [] for name in detectors.NAMES}
    for picture in pictures:
        rgb = opened(picture.path)
        for name, rows in finds.items():
            detections = detectors.get(name).detect(rgb)
            right = match(detections, picture).right.tolist()
            rows += map(Find, detections, align.crop(rgb, detections), right)
    return finds


def _sure(finds: Finds) -> tuple[dict[str, float], dict[str, Any]]:
    """For each detector the score from which on ``PRECISION`` of its finds are faces."""
    sure: dict[str, float] = {}
    for name, rows in finds.items():
        x = np.array([find.detection.score for find in rows if find.right >= 0])
        y = np.array([find.right for find in rows if find.right >= 0])
        share = IsotonicRegression(out_of_bounds="clip").fit_transform(x, y) if len(x) else x
        enough = x[share >= PRECISION]
        sure[name] = round(float(enough.min() if len(enough) else 1.0), 4)
    how = f"the score from which at least {PRECISION:.0%} of the finds are faces"
    return sure, {"on": _counted(finds), "how": how}


def _thrown_out(
    finds: Finds, faces: Crops, opinion: InferenceSession, whose: str
) -> tuple[dict[str, float], dict[str, Any]]:
    """For each detector the likeness to a face below which a doubtful find is thrown out."""
    of_faces = float(np.quantile(evidence.run(opinion, faces)[1], FACES_LOST))
    cutoffs: dict[str, float] = {}
    for name, rows in finds.items():
        found = [find.crop for find in rows if find.right == 1]
        if name in detectors.WITH_LANDMARKS:
            cutoffs[name] = round(of_faces, 4)
        elif found:
            like = evidence.run(opinion, np.stack(found))[1]
            cutoffs[name] = round(float(np.quantile(like, FINDS_LOST)), 4)
    how = (
        f"{FINDS_LOST:.0%} of the faces found by a detector without landmarks may be thrown out; "
        f"of the doubtful ones of others those less like a face than {1 - FACES_LOST:.0%} of the "
        "labelled photos"
    )
    return cutoffs, {"on": f"{_counted(finds)}; {len(faces):,} {whose}", "how": how}


def _counted(finds: Finds) -> str:
    faces = {name: sum(find.right == 1 for find in rows) for name, rows in finds.items()}
    return "even files; faces found: " + ", ".join(f"{name} {n}" for name, n in faces.items())
