"""What comes of the faces that detectors find: marked as covered, thrown out, or "?"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from facespace.artifacts.manifest import Finds, load_manifest
from facespace.datasets.dataset import read_dataset
from facespace.faces import align, detectors, evidence
from facespace.faces.analyze import analyze
from facespace.faces.decide import Rules, rejected
from facespace.io import images
from training.abstain import marked_faces
from training.abstain.marked_faces import Picture

#: Height in pixels from which a masked face should be marked as covered.
LARGE = 40

T = TypeVar("T")


def measured(sets: Mapping[str, list[Picture]], portraits: Sequence[Path]) -> dict[str, Any]:
    """All figures: of sets of marked pictures, and of data sets of portraits."""
    return {
        "covered": covered(sets),
        "not_like_a_face": not_like_a_face(sets),
        "unanswered": dict(map(unanswered, portraits)),
    }


def parts(rows: Sequence[T], even: Callable[[T], bool]) -> dict[str, list[T]]:
    """All, those that settings were chosen on, and the others."""
    return {
        "all": list(rows),
        "even": [row for row in rows if even(row)],
        "odd": [row for row in rows if not even(row)],
    }


def covered(sets: Mapping[str, list[Picture]]) -> dict[str, Any]:
    """By part, then by mask, the share of large faces found whose verdict is "?" for a cover."""
    marked = [row for pictures in sets.values() for picture in pictures for row in masks(picture)]
    figures: dict[str, Any] = {}
    for part, rows in parts(marked, lambda row: row[0]).items():
        by_mask: dict[str, list[bool]] = {}
        for _, mask, is_covered in rows:
            by_mask.setdefault(mask, []).append(is_covered)
        figures[part] = {mask: {"faces": len(v), "marked": mean(v)} for mask, v in by_mask.items()}
    return figures


def masks(picture: Picture) -> list[tuple[bool, str, bool]]:
    """Of the large faces found whose mask is marked: whether the picture is even, the mark, and
    whether the verdict is "?" for a cover."""
    if not any("mask" in mark for mark in picture.attributes):
        return []
    faces = analyze(picture.path).faces
    by = marked_faces.match([face.detection for face in faces], picture).by
    return [
        (picture.even, mark["mask"], "covered" in faces[i].verdict.reasons)
        for mark, box, i in zip(picture.attributes, picture.boxes, by, strict=True)
        if i >= 0 and box[3] >= LARGE
    ]


def not_like_a_face(sets: Mapping[str, list[Picture]]) -> dict[str, Any]:
    """By detector and part, what is thrown out of its finds where no face is, and of true ones."""
    chosen = load_manifest().finds
    empty = set(marked_faces.empty_sets(sets))
    figures: dict[str, Any] = {}
    for name in detectors.NAMES:
        finds = [
            find | {"false": key in empty}
            for key, pictures in sets.items()
            for picture in pictures
            for find in opinions(name, picture, chosen)
        ]
        figures[name] = {}
        for part, some in parts(finds, lambda find: find["even"]).items():
            false, true = ([f for f in some if f[which]] for which in ("false", "true"))
            row: dict[str, float | None] = {"false_alarms": len(false), "true_faces": len(true)}
            row["rejected_removed"] = mean([f["rejected"] for f in false])
            row["rejected_lost"] = mean([f["rejected"] for f in true])
            figures[name][part] = row
    return figures


def opinions(name: str, picture: Picture, finds: Finds) -> list[dict[str, bool]]:
    """Which of one picture's finds are faces, and which are thrown out."""
    rgb = images.load(picture.path)
    faces = detectors.get(name).detect(rgb)
    if not faces:
        return []
    crops = align.crop(rgb, faces)
    by = Rules.of(load_manifest().model(), finds=finds, detector=name)
    right = marked_faces.match(faces, picture).right
    return [
        {
            "even": picture.even,
            "true": right[i] == 1,
            "rejected": rejected(faces[i], told, by),
        }
        for i, told in enumerate(evidence.gather(faces, crops))
    ]


def unanswered(portraits: Path) -> tuple[str, dict[str, Any]]:
    """A data set's name, and which of its largest faces come out as "?", for which reasons."""
    dataset = read_dataset(portraits)
    faces = [analyze(photo.path).faces for photo in dataset.photos]
    verdicts = [
        max(some, key=lambda face: face.detection.box.side).verdict for some in faces if some
    ]
    reasons = Counter(reason for verdict in verdicts for reason in verdict.reasons)
    return dataset.name, {
        "photos": len(dataset.photos),
        "found": len(verdicts),
        "unanswered": mean([verdict.label == "?" for verdict in verdicts]),
        "reasons": dict(sorted(reasons.items())),
    }


def mean(values: Sequence[bool]) -> float | None:
    """Their share of True; None for none."""
    return float(np.mean(values)) if values else None
