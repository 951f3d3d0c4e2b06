"""Chooses when a verdict becomes "?" for another reason than the model's own doubt."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import roc_auc_score

from facespace.faces import align, detectors, evidence, model
from facespace.types import Crops, Detection, FacespaceError
from training.abstain import second_opinion
from training.abstain.marked_faces import Picture, empty_sets, match, opened, read_sets
from training.options import CutoffOptions
from training.photos.material import load
from training.photos.sample import Sample
from training.report import artifact_files

#: Shares of validation faces, nothing over them, that each cutoff may cost.
COVERED_LOSS, FACE_LOSS, DISTANCE_LOSS = 0.02, 0.02, 0.01

#: Standard deviations, in pixels of the crop, of the blur that validation crops are put through.
BLURS = (0.5, 0.7, 0.85, 1.0, 1.25, 1.5, 2.0)

#: How much AUC blur may cost before a face is too blurred.
AUC_LOSS = 0.01

#: Share of the faces found by a detector without landmarks that may be thrown out again.
FINDS_LOST = 0.03

#: Share of faces marked as profiles that must count as turned too far.
PROFILES_MARKED = 0.95

#: A detector is sure where at least this share of finds of that score are faces.
PRECISION = 0.7


log = logging.getLogger(__name__)


class Find(NamedTuple):
    """What a detector found, its crop, uint8 (side, side), and ``right`` as ``match`` says."""

    detection: Detection
    crop: Crops
    right: int


#: By detector.
Finds = Mapping[str, Sequence[Find]]


def choose(options: CutoffOptions) -> None:
    """Learn the second opinion, choose all cutoffs, and add both to artifacts that are there.

    The labelled photos are those that the models were trained on; they are split as they were
    there. Of the pictures with marked faces the half that ``Picture.even`` names is chosen on.

    Raises:
        FacespaceError: the data or the artifacts cannot be used.
        ExportError: the second opinion's file does not compute what was fitted.
    """
    out = options.out
    judge = model.load_model(where=out)
    sets = read_sets(options.detect)
    chosen = {name: [p for p in pictures if p.even] for name, pictures in sets.items()}
    empty = [p.path for name in empty_sets(sets) for p in chosen[name]]
    second_opinion.demand_pictures(empty, options.detect)
    _demand_poses(chosen)
    material = load(options.data, (), options.limit, options.crops, options.jobs)
    validation = material.validation
    log.info(f"covering photos, cutting squares out of {len(empty)} pictures without a face")
    examples = second_opinion.examples(material.fitting, empty, options.jobs)
    log.info("learning the second opinion")
    content = second_opinion.learn(examples)
    log.info("choosing the cutoffs")
    whose = (
        f"{len(validation.photos):,} training photos of {material.trained_on.title} that nothing "
        "was fitted on"
    )
    cutoffs, why = _by_validation(judge, content, validation, empty, whose)
    cutoffs["turn"], why["turn"] = _yaw(chosen)
    finds = _finds(chosen)
    sure, why["sure"] = _sure(finds)
    thrown_out, why["thrown_out"] = _thrown_out(finds, content)
    by_detector = {"sure": sure, "thrown_out": thrown_out}
    artifact_files.add(out, {evidence.FILE: content}, {**cutoffs, **by_detector, "chosen": why})
    log.info(f"wrote {out}: {cutoffs}, {by_detector}")


def _by_validation(
    judge: model.Model, content: bytes, validation: Sample, empty: Sequence[Path], whose: str
) -> tuple[dict[str, float], dict[str, Any]]:
    """The cutoffs that only faces are needed for, and why they are where they are."""
    session = model.session(content, contract=False)
    rng = np.random.default_rng(0)
    patches = np.concatenate(
        [align.crop(rgb, second_opinion.squares(rgb, rng)) for rgb in map(opened, empty)]
    )
    masked = second_opinion.covered(validation, seed=1)
    covered, face_like = evidence.run(session, validation.crops)
    distance = judge.run(validation.crops)[2]
    cutoffs = {
        "covered": float(np.quantile(covered, 1 - COVERED_LOSS)),
        "face_like": float(np.quantile(face_like, FACE_LOSS)),
        "distance": float(np.quantile(distance, 1 - DISTANCE_LOSS)),
    }
    patches_like, patches_far = evidence.run(session, patches)[1], judge.run(patches)[2]
    why: dict[str, Any] = {
        "covered": {
            "on": f"{whose}, and the same with something drawn over",
            "how": f"{COVERED_LOSS:.0%} of the faces as they are may count as covered",
            "faces": len(covered),
            "faces_marked": float(np.mean(covered > cutoffs["covered"])),
            "covered_faces": len(masked),
            "covered_faces_marked": float(
                np.mean(evidence.run(session, masked)[0] > cutoffs["covered"])
            ),
        }
    }
    least, most = cutoffs["face_like"], cutoffs["distance"]
    for name, loss, on_faces, on_patches in (
        ("face_like", FACE_LOSS, face_like < least, patches_like < least),
        ("distance", DISTANCE_LOSS, distance > most, patches_far > most),
    ):
        why[name] = {
            "on": f"{whose}; the patches are random squares of pictures without a face",
            "how": f"{loss:.0%} of the faces may be marked",
            "faces": len(on_faces),
            "faces_marked": float(on_faces.mean()),
            "patches": len(on_patches),
            "patches_marked": float(on_patches.mean()),
        }
    cutoffs["sharpness"], why["sharpness"] = _sharpness(judge, validation)
    why["sharpness"]["on"] = whose
    return cutoffs, why


def _sharpness(judge: model.Model, validation: Sample) -> tuple[float, dict[str, Any]]:
    """The median sharpness of the most blurred crops that are still read nearly as well."""
    female = validation.female

    def measured(crops: Crops) -> dict[str, float]:
        probability = judge.run(crops)[0][:, judge.info.classes.index("female")]
        sharp = evidence.sharpness(crops)
        return {
            "auc": float(roc_auc_score(female, probability)),
            "sharpness": float(np.median(sharp)),
        }

    table = [{"blur": 0.0, **measured(validation.crops)}]
    for blur in BLURS:
        blurred = np.stack(
            [cv2.equalizeHist(cv2.GaussianBlur(c, (0, 0), blur)) for c in validation.crops]
        ).astype(np.uint8)
        table.append({"blur": blur, **measured(blurred)})
    enough = [row for row in table if row["auc"] >= table[0]["auc"] - AUC_LOSS]
    cutoff = min(row["sharpness"] for row in enough)
    marked = float(np.mean(evidence.sharpness(validation.crops) < cutoff))
    how = f"the strongest blur that costs the default model at most {AUC_LOSS} of AUC"
    return cutoff, {"how": how, "table": table, "faces": len(female), "faces_marked": marked}


def _demand_poses(chosen: Mapping[str, Sequence[Picture]]) -> None:
    marks = [mark for part in chosen.values() for picture in part for mark in picture.attributes]
    if not {"frontal", "profile"} <= {mark.get("pose") for mark in marks}:
        raise FacespaceError("No set of pictures marks frontal faces and profiles (column pose).")


def _yaw(chosen: Mapping[str, Sequence[Picture]]) -> tuple[float, dict[str, Any]]:
    """The largest yaw beyond which ``PROFILES_MARKED`` of the profiles lie.

    Raises:
        FacespaceError: of either none was found.
    """
    yaws: dict[str, list[float]] = {"frontal": [], "profile": []}
    for pictures in chosen.values():
        for picture in pictures:
            poses = [mark.get("pose") for mark in picture.attributes]
            if not set(poses) & set(yaws):
                continue
            detections = detectors.get().detect(opened(picture.path))
            for pose, by in zip(poses, match(detections, picture).by, strict=True):
                landmarks = detections[by].landmarks if by >= 0 else None
                if pose in yaws and landmarks is not None:
                    yaws[pose].append(evidence.yaw(landmarks))
    frontal, profile = (np.array(yaws[pose]) for pose in ("frontal", "profile"))
    if not len(frontal) or not len(profile):
        raise FacespaceError("None of the marked frontal faces, or none of the profiles, is found.")
    cutoff = float(np.quantile(profile, 1 - PROFILES_MARKED))
    return cutoff, {
        "on": f"{len(frontal)} frontal faces and {len(profile)} profiles, even files",
        "how": f"the largest yaw beyond which {PROFILES_MARKED:.0%} of the profiles lie",
        "frontal_marked": float(np.mean(frontal > cutoff)),
        "profiles_marked": float(np.mean(profile > cutoff)),
    }


def _finds(chosen: Mapping[str, Sequence[Picture]]) -> Finds:
    """What each detector finds, as it is set, in the pictures of all sets."""
    finds: dict[str, list[Find]] = {name: [] for name in detectors.NAMES}
    for picture in (picture for part in chosen.values() for picture in part):
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
        share = IsotonicRegression(out_of_bounds="clip").fit(x, y).predict(x)
        enough = x[share >= PRECISION]
        sure[name] = round(float(enough.min() if len(enough) else 1.0), 4)
    how = f"the score from which at least {PRECISION:.0%} of the finds are faces"
    return sure, {"on": _counted(finds), "how": how}


def _thrown_out(finds: Finds, content: bytes) -> tuple[dict[str, float], dict[str, Any]]:
    """For each detector without landmarks the likeness below which a find is thrown out."""
    session = model.session(content, contract=False)
    cutoffs: dict[str, float] = {}
    for name, rows in finds.items():
        faces = [find.crop for find in rows if find.right == 1]
        if faces and not any(find.detection.landmarks for find in rows):
            like = evidence.run(session, np.stack(faces))[1]
            cutoffs[name] = round(float(np.quantile(like, FINDS_LOST)), 4)
    how = f"{FINDS_LOST:.0%} of the faces found by a detector without landmarks may be thrown out"
    return cutoffs, {"on": _counted(finds), "how": how}


def _counted(finds: Finds) -> str:
    faces = {name: sum(find.right == 1 for find in rows) for name, rows in finds.items()}
    return "even files; faces found: " + ", ".join(f"{name} {n}" for name, n in faces.items())
