"""The whole way from a folder of labelled photos to ``artifacts/``."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import Pipeline

from facespace.batch.dask_connection import connect
from facespace.faces import align, model
from facespace.metrics import thresholds
from facespace.metrics.operating_point import OperatingPoint
from facespace.types import FacespaceError
from training.abstain import certainty
from training.models import MODELS, baselines, export, fit, front_ends, pipeline
from training.models.fit import Fitted, Searched
from training.models.front_ends import FrontEnd
from training.options import TrainOptions
from training.photos import crops, download
from training.photos.material import Material, load
from training.photos.sample import Sample
from training.report import (
    artifact_files,
    describe_data,
    face_space,
    kept_models,
    measure,
    model_card,
)
from training.reviewed_faces import added, demand_no_worse

if TYPE_CHECKING:
    from facespace.batch.dask_cluster import Cluster

#: Crops on which the exported file is held against the pipeline.
CHECKED = 2000

log = logging.getLogger(__name__)


def train(options: TrainOptions) -> None:
    """Train models on data sets, test them there and on others, and write artifacts.

    The own test split of each data set, or a fifth of it, is kept for the test. Files in ``out``
    are replaced once all is done.

    Raises:
        FacespaceError: the data cannot be trained on, ``out`` cannot be written to, models cannot
            be kept, the cluster cannot be used, the embedding's PyTorch is missing, or with
            ``reviews`` a new model is worse than that in ``out``; then nothing is written.
        ExportError: an exported file does not compute what its pipeline does.
    """
    out = options.out
    if options.download:
        fetched = download.lfw(options.cache, options.names)
        options = replace(options, data=[*options.data, fetched])
    artifact_files.demand_writable(out)  # seen before hours of work, not after them
    if "embedding" in options.models:
        _demand_torch()
    material = _material(options)
    searched = _searched(options, material)
    log.info("fitting on all photos, and on fewer for the learning curves")
    fits = fit.fit(searched, material, options.jobs)
    space = (
        kept_models.reduction(out) if options.keep else fit.space(searched, fits, material.fitting)
    )
    trained = {
        one.front_end.name: _trained(one, fitted, space, material, options.jobs)
        for one, fitted in zip(searched, fits, strict=True)
    }
    if options.reviews is not None:
        demand_no_worse(out, trained, material, options.replace)
    if options.keep:
        trained |= kept_models.retested(out, options.models, material)
        trained = {name: trained[name] for name in MODELS if name in trained}
    log.info("describing the photos")
    described = describe_data.contents(material, options.jobs)
    artifact_files.write(out, material, trained, space, described)
    face_space.add(out, material)
    model_card.write(out)
    log.info(f"wrote {out}")


def _material(options: TrainOptions) -> Material:
    """The photos of the options, those that reviewers decided on among them."""
    with _workers(options) as workers:
        material = load(options.data, options.test, options.limit, options.crops, workers)
    if options.keep:
        kept_models.demand_fit(options.out, options.models, material.trained_on.name)
    if options.reviews is not None:
        material = added(material, options.reviews, options.review_weight)
    photos, validation = len(material.fitting.photos), len(material.validation.photos)
    log.info(f"{photos} photos to fit on, {validation} to choose on")
    if len(material.learned) > 1:
        for name, part in material.weights.items():
            share = f"a weight of {part['weight']:.1%}"
            log.info(f"{name}: {part['training']} of these to fit on, {share}")
    return material


def _workers(options: TrainOptions) -> AbstractContextManager[int | Cluster]:
    """What crops and searches: the cluster's workers, or processes here."""
    if options.scheduler is None:
        return nullcontext(options.jobs)
    return connect(options.scheduler, crops.needs, ("scikit-learn", "scipy", "joblib"))


def _searched(options: TrainOptions, material: Material) -> list[Searched]:
    """The front ends of all models, and the best settings behind each."""
    ends = [_front_end(name, options, material.fitting) for name in options.models]
    kind = pipeline.classifier(options.classifier, len(material.fitting.photos))
    log.info(f"the classifier is {kind}")
    with _workers(options) as workers:
        return [fit.search(end, material, workers, kind) for end in ends]


def _front_end(name: str, options: TrainOptions, fitting: Sample) -> FrontEnd:
    if name == "embedding":
        return _embedding(options, fitting)
    return front_ends.PIXELS if name == "eigenfaces" else front_ends.Gradients()


def _demand_torch() -> None:
    try:
        import torch  # noqa: F401
    except ImportError as error:
        raise FacespaceError(
            "The model embedding is trained with PyTorch: pip install -r "
            "training/network-requirements.txt; or choose --model eigenfaces --model gradients."
        ) from error


def _embedding(options: TrainOptions, fitting: Sample) -> FrontEnd:
    # PyTorch is needed for this model alone.
    from training.models import network, network_training

    recipe = network.Recipe()
    recipe = replace(recipe, epochs=options.epochs or recipe.epochs)
    columns = [fitting.female.astype(np.int64)]
    for name in ("age", "race"):
        values = fitting.attributes[name]
        known, codes = np.unique(values[values != ""], return_inverse=True)
        if len(known) > 1:
            column = np.full(len(values), -1)
            column[values != ""] = codes
            columns.append(column)
    log.info(f"training the network: {recipe.epochs} epochs over {len(fitting.photos)} photos")
    folder = options.cache / "network"
    return network.front_end(network_training.train(fitting.crops, columns, folder, recipe))


def _trained(
    one: Searched, fitted: Fitted, space: Pipeline, material: Material, jobs: int
) -> artifact_files.Trained:
    """Calibrate, choose when to answer, write, check, test, and compare with other classifiers."""
    name = one.front_end.name
    log.info(f"{name}: calibrating and exporting")
    content, facts, entry = _exported(one, fitted, space, material)
    log.info(f"{name}: {entry['parity']}; testing")
    measured, probabilities = measure.tested(
        model.session(content),
        OperatingPoint(facts["threshold"], facts["certainty"]),
        facts["smallest_face"],
        material,
    )
    log.info(f"{name}: comparing with other classifiers")
    comparison = baselines.compared(one, material.fitting, jobs)
    entry |= {**measured, "comparison": comparison}
    return artifact_files.Trained(content, facts, entry, probabilities)


def _exported(
    one: Searched, fitted: Fitted, space: Pipeline, material: Material
) -> tuple[bytes, dict[str, Any], dict[str, Any]]:
    """Calibrate, choose threshold and certainty, write and check.

    Returns:
        the file, the manifest's facts, and the part of the report's entry that needs no test set.
    """
    validation, side = material.validation, material.validation.crops.shape[1]
    rounding = _rounded(one, fitted, validation) if one.front_end.half else None
    calibrated = pipeline.calibrated(fitted.classifier, one.validation_rows, validation.labels)
    trial = model.session(export.to_onnx(calibrated, one.front_end, space, side, {}))
    chosen = certainty.choose(trial, validation)
    facts = {
        "title": one.title,
        "classes": list(export.CLASSES),
        "template": align.TEMPLATE.to_dict(),
        "components": int(one.best["components"]),
        "threshold": chosen.point.threshold,
        "certainty": chosen.point.certainty,
        "smallest_face": chosen.smallest_face,
        "chosen": {
            "on": f"{len(validation.photos):,} training photos of {material.trained_on.title} that "
            "nothing was fitted on",
            "how": certainty.HOW,
            **chosen.metrics,
        },
        "data": {key: getattr(material.trained_on, key) for key in ("title", "licence", "source")},
        "versions": artifact_files.versions(one.front_end.name),
    }
    content = export.to_onnx(calibrated, one.front_end, space, side, facts)
    first = next(iter(material.tests.values()))
    parity = export.check(content, calibrated, one.front_end, space, first.crops[:CHECKED])
    ranked = thresholds.ranking(validation.female, chosen.female)
    on_all = {"photos": len(one.rows), "components": one.best["components"], **ranked}
    entry = {
        "trained_on": material.trained_on.name,
        "learned": material.weights,
        "counts": {"training": len(material.fitting.photos), "validation": len(validation.photos)},
        "classifier": one.kind,
        "support_vectors": len(pipeline.parts(calibrated)[2].support_),
        "rounding": rounding,
        "parity": asdict(parity),
        "milliseconds": measure.milliseconds(model.session(content), first.crops),
        "search": {
            "photos": len(fit.subset(len(one.rows))),
            "folds": pipeline.FOLDS,
            "best": one.best,
            "table": one.table,
        },
        "face_size": chosen.sizes,
        "validation": chosen.metrics,
        "learning_curve": [*fitted.learning_curve, on_all],
        "component_curve": fitted.component_curve,
    }
    return content, facts, entry


def _rounded(one: Searched, fitted: Fitted, validation: Sample) -> dict[str, float]:
    """Round the classifier to half precision; what AUC that costs on the validation."""

    def auc() -> float:
        decisions = -fitted.classifier.decision_function(one.validation_rows)
        return float(roc_auc_score(validation.female, decisions))

    before = auc()
    pipeline.halve(fitted.classifier)
    return {"auc_lost": before - auc()}
