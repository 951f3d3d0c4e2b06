"""Reviewed faces: added to what is fitted on, and the new models held against the old."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from facespace.artifacts.manifest import load_manifest
from facespace.datasets.dataset import Photo
from facespace.faces import align
from facespace.io.perceptual_hash import differing, perceptual_hash
from facespace.review import exchange
from facespace.review.queue import NEAR
from facespace.types import FacespaceError
from training.photos.crop_cache import ROW
from training.photos.material import Material
from training.photos.sample import Sample
from training.report import measure
from training.report.artifact_files import Trained

#: What old and new are compared by, on every test set.
COMPARED = ("auc", "balanced_accuracy")

log = logging.getLogger(__name__)


def added(material: Material, source: Path, weight: int) -> Material:
    """The material with the faces that people decided on among those to fit on.

    Validation and tests stay as they are; a reviewed face that looks like one of theirs, by
    perceptual hash, is left out.

    Args:
        material: all photos of the training.
        source: a review queue, or the ZIP it exports.
        weight: how many photos a reviewed face counts as; it is there so many times.

    Raises:
        FacespaceError: the source cannot be read, or nobody decided on a face in it.
    """
    crops, labels = exchange.decided(source)
    side = align.TEMPLATE.side
    crops = np.stack([np.asarray(cv2.resize(crop, (side, side)), np.uint8) for crop in crops])
    others = [material.validation, *material.tests.values()]
    held = np.array([perceptual_hash(c) for sample in others for c in sample.crops], np.int64)
    new = np.array([differing(held, perceptual_hash(crop)).min() > NEAR for crop in crops])
    log.info(
        f"{new.sum()} reviewed faces, each counting as {weight}; {(~new).sum()} look like test "
        "or validation photos and are left out"
    )
    places = np.repeat(np.flatnonzero(new), weight)
    photos = [Photo(Path(f"reviewed face {i}"), labels[i]) for i in places]
    old = material.fitting
    rows = np.concatenate([old.rows, np.zeros(len(places), ROW)])
    crops = np.concatenate([old.crops, crops[places]])
    return replace(material, fitting=Sample([*old.photos, *photos], crops, rows))


def demand_no_worse(
    out: Path, trained: Mapping[str, Trained], material: Material, anyway: bool
) -> None:
    """Print old beside new on the untouched test sets; refuse to replace a better model.

    Better is the one with the higher AUC, on average over the test sets.

    Args:
        out: where the old models are; nothing is demanded where there are none.
        trained: the new ones by name.
        material: the test sets.
        anyway: replace it all the same.

    Raises:
        FacespaceError: a new model is worse, and not ``anyway``.
    """
    try:
        manifest = load_manifest(out)
    except FacespaceError:
        log.info(f"there are no models in {out} to compare with")
        return
    worse = []
    for name in (name for name in trained if name in manifest.models):
        before, _ = measure.retested(manifest, name, material)
        now = trained[name].entry
        for test, cells in now["tests"].items():
            changes = [_change(before["tests"][test], cells, metric) for metric in COMPARED]
            log.info(f"{name} on {test}: {', '.join(changes)}")
        if _auc(now) < _auc(before):
            worse.append(name)
    if worse and not anyway:
        raise FacespaceError(
            f"The new model {' and '.join(worse)} is worse than the one in {out}, which stays. "
            "Say --replace to replace it all the same."
        )


def _change(before: Mapping[str, Any], now: Mapping[str, Any], metric: str) -> str:
    old, new = before[metric]["value"], now[metric]["value"]
    return f"{metric} {old:.4f} -> {new:.4f} ({new - old:+.4f})"


def _auc(entry: Mapping[str, Any]) -> float:
    return float(np.mean([cells["auc"]["value"] for cells in entry["tests"].values()]))
