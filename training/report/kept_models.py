"""Models that stay in the artifacts while others are trained beside them."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.pipeline import Pipeline

from facespace.artifacts import face_space
from facespace.artifacts.manifest import load_manifest
from facespace.types import FacespaceError
from training.models import pipeline
from training.photos.material import Material
from training.report import artifact_files, measure

log = logging.getLogger(__name__)


def demand_fit(out: Path, models: Sequence[str], data: str) -> None:
    """Look before a long training whether what is in a folder can stay.

    Args:
        out: the artifacts.
        models: the names of those that are to be trained.
        data: the name of what is trained on.

    Raises:
        FacespaceError: there are no artifacts, or the models would not fit together.
    """
    manifest = load_manifest(out)
    if "eigenfaces" in models:
        raise FacespaceError(
            "All models measure the distance from the space of the model eigenfaces: with a new "
            "one none can be kept. Leave --keep or that model away."
        )
    entries = manifest.json(artifact_files.REPORT)["models"]
    for name in manifest.models:
        if name not in models and (on := entries[name]["trained_on"]) != data:
            raise FacespaceError(
                f"The model {name} in {out} was trained on {on}, not on {data}: one "
                "report cannot hold both. Leave --keep away, or choose another --out."
            )


def retested(
    out: Path, models: Sequence[str], material: Material
) -> dict[str, artifact_files.Trained]:
    """The models of a folder that are not among ``models``, by name, tested on the material."""
    manifest = load_manifest(out)
    listed = json.loads((out / artifact_files.MANIFEST).read_text("utf-8"))["models"]
    entries = manifest.json(artifact_files.REPORT)["models"]
    kept = {}
    for name, info in manifest.models.items():
        if name in models:
            continue
        log.info(f"{name}: stays; testing")
        measured, probabilities = measure.retested(manifest, name, material)
        facts = {
            key: value for key, value in listed[name].items() if key not in artifact_files.IDENTITY
        }
        content = manifest.path(info.file).read_bytes()
        kept[name] = artifact_files.Trained(content, facts, entries[name] | measured, probabilities)
    return kept


def reduction(out: Path) -> Pipeline:
    """The pixel eigenfaces of a folder, as the fitted ``pipeline.reduction`` they were."""
    stored = face_space.load(out)
    fitted = pipeline.reduction(stored.components)
    scaler, pca = fitted["scaler"], fitted["pca"]
    scaler.mean_, scaler.scale_ = stored.mean, stored.scale
    scaler.var_, scaler.n_features_in_ = np.square(stored.scale), stored.mean.size
    pca.mean_, pca.components_ = stored.centre, stored.eigenfaces
    pca.explained_variance_, pca.n_components_ = stored.variance, stored.components
    pca.explained_variance_ratio_ = stored.variance / stored.total_variance
    return fitted
