"""Models that are in the artifacts: tested once more, and kept while others are trained."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.pipeline import Pipeline

from facespace.artifacts import face_space
from facespace.artifacts.manifest import load_manifest
from facespace.datasets.dataset import read_dataset
from facespace.io.atomic import check_folder
from facespace.types import FacespaceError
from training.models import pipeline
from training.options import MeasureOptions, TrainOptions
from training.photos.material import Material, load
from training.report import artifact_files, fitted_on, measure, model_card

log = logging.getLogger(__name__)


def retest(options: MeasureOptions) -> None:
    """Measure every model of some artifacts anew, and replace what the report says of the tests.

    That is on other photos, or by a changed detector or crop.
    What was chosen and measured in training stays. The photos are those that the models were
    trained on; their test split is tested on, but for photos that a model saw.

    Raises:
        FacespaceError: the data or the artifacts cannot be used, or it is not known what a model
            was fitted on.
    """
    out = options.out
    check_folder(out)
    manifest = load_manifest(out)
    fitted_on.demand_known(manifest, manifest.models)  # seen before long work, not after it
    report = manifest.json(artifact_files.REPORT)
    given = options.data, options.test, options.limit, options.crops
    material = load(*given, options.jobs, labels=options.labels)
    names = list(manifest.models)
    material = fitted_on.untested(material, manifest, names, options.crops, options.jobs)
    answers = {}
    for name in manifest.models:
        log.info(f"testing {name}")
        entry, answers[name] = measure.retested(manifest, name, material)
        report["models"][name] |= entry
    contents = {artifact_files.REPORT: artifact_files.encoded(report)}
    artifact_files.add(out, contents | artifact_files.said(material, answers))
    model_card.write(out)
    log.info(f"wrote {out}")


def demand_tests(options: MeasureOptions) -> None:
    """See before long work that all is named that some artifacts were tested on.

    Raises:
        FacespaceError: it is not, so that figures by other rules would stand side by side.
    """
    report = load_manifest(options.out).json(artifact_files.REPORT)
    known = {name for entry in report["models"].values() for name in entry["tests"]}
    folders = (*options.data, *options.test)
    named = {read_dataset(folder, labels=options.labels).name for folder in folders}
    if missing := sorted(known - named):
        raise FacespaceError(
            f"The models were tested on {', '.join(missing)} too, and must be once more: what is "
            "chosen changes the figures. Name the folders with --test."
        )


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


def untested(material: Material, options: TrainOptions) -> Material:
    """The material without test photos that a model saw which the options keep."""
    manifest = load_manifest(options.out)
    kept = [name for name in manifest.models if name not in options.models]
    return fitted_on.untested(material, manifest, kept, options.crops, options.jobs)


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
        measured, answers = measure.retested(manifest, name, material)
        facts = {
            key: value for key, value in listed[name].items() if key not in artifact_files.IDENTITY
        }
        content = manifest.path(info.file).read_bytes()
        kept[name] = artifact_files.Trained(content, facts, entries[name] | measured, answers)
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
