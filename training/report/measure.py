"""One exported file on every test set: what the report says of a model."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
from onnxruntime import InferenceSession
from sklearn.metrics import roc_auc_score

from facespace.artifacts.manifest import Manifest
from facespace.artifacts.report import Tested
from facespace.faces import model
from facespace.io.typed_json import plain
from facespace.metrics import classification
from facespace.metrics.classification import EndToEnd
from facespace.metrics.operating_point import OperatingPoint
from facespace.types import Array, Crops, Floats
from training.photos.crops import COVERS, Cropped
from training.photos.material import Material
from training.photos.sample import Sample

#: Batches whose time a face is measured, and how often.
TIMED, TIMES = (1, 32), 20

#: What the report says of each test set beside its metrics, as ``classification.Figures`` has it.
BY_TEST = ("roc", "risk_coverage", "reliability", "confusion", "groups")


def probability(runner: InferenceSession, crops: Crops) -> Floats:
    """What a ``model.session`` says of crops: the probability of female, float32 (N,)."""
    return np.asarray(model.run(runner, crops)[0][:, 0])


def milliseconds(runner: InferenceSession, crops: Crops) -> dict[str, float]:
    """The median time a face, in milliseconds, in batches of ``TIMED`` faces."""
    result = {}
    for size in TIMED:
        batch = np.resize(crops, (size, *crops.shape[1:]))
        times = []
        for _ in range(TIMES):
            start = time.perf_counter()
            model.run(runner, batch)
            times.append((time.perf_counter() - start) * 1000 / size)
        result[str(size)] = float(np.median(times))
    return result


def retested(
    manifest: Manifest, name: str, material: Material
) -> tuple[dict[str, Any], dict[str, Array]]:
    """``tested`` for a model that is there."""
    info = manifest.models[name]
    point = OperatingPoint(info.threshold, info.certainty)
    runner = model.session(manifest.path(info.file))
    return tested(runner, point, info.smallest_face, material)


def tested(
    runner: InferenceSession, point: OperatingPoint, smallest_face: float, material: Material
) -> tuple[dict[str, Any], dict[str, Array]]:
    """Test an exported file on every set, and the whole way from photo to verdict.

    Args:
        runner: the file's ``model.session``.
        point: its threshold and certainty.
        smallest_face: least shorter side of a face's box, in pixels, for an answer.
        material: the test sets.

    Returns:
        the part of the report's entry that the test sets fill, and for each of them the
        probabilities of female, (N,).
    """
    entry: dict[str, Any] = {kind: {} for kind in ("tests", *BY_TEST, "end_to_end", "covered")}
    probabilities = {}
    for name, sample in material.tests.items():
        scores = probabilities[name] = probability(runner, sample.crops)
        figures = classification.everything(
            sample.female, scores, point, sample.attributes, sample.persons
        )
        same = "same data set" if name in material.learned else "other data set"
        title = material.datasets[name].title
        entry["tests"][name] = Tested(same, title, len(sample.photos), figures.metrics)
        for kind in BY_TEST:
            entry[kind][name] = getattr(figures, kind)
        entry["end_to_end"][name], entry["covered"][name] = {}, {}
        for way, cropped in material.by_way[name].items():
            part = entry["covered" if way in COVERS else "end_to_end"][name]
            part[way] = _end_to_end(runner, point, smallest_face, material.whole[name], cropped)
    return plain(entry), probabilities


def _end_to_end(
    runner: InferenceSession,
    point: OperatingPoint,
    smallest_face: float,
    whole: Sample,
    cropped: Cropped,
) -> EndToEnd:
    """Photo in, verdict out, where the faces were found in some way.

    Beside the shares, and only over the faces found: accuracy and AUC by the landmarks of this
    way, and (``_plain``) of the same faces by those of the plain test.
    """
    found, faced = cropped.found, whole.rows["error"] == ""
    scores = np.zeros(len(found), np.float32)
    scores[found] = probability(runner, cropped.crops[found])
    answered = point.answered(scores) & (cropped.rows["face"] >= smallest_face)
    shares = classification.end_to_end(whole.female, found, scores, answered, point, whole.persons)
    both = found & faced
    labels = whole.female[both]
    if len(set(labels.tolist())) < 2:
        return shares
    of_plain_test = probability(runner, whole.crops[both])
    return replace(
        shares,
        auc_found=float(roc_auc_score(labels, scores[both])),
        accuracy_found=float(point.right(labels, scores[both]).mean()),
        auc_found_plain=float(roc_auc_score(labels, of_plain_test)),
        accuracy_found_plain=float(point.right(labels, of_plain_test).mean()),
    )
