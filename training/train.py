"""The whole way from a folder of labelled photos to ``artifacts/``."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import Pipeline

from facespace.artifacts.chance import Chance
from facespace.artifacts.manifest import load_manifest
from facespace.batch.dask_connection import connect
from facespace.faces import model
from facespace.io.atomic import check_folder
from facespace.metrics import age_errors, thresholds
from facespace.types import FacespaceError
from training.abstain import certainty, chance
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
    fitted_on,
    kept_models,
    measure,
    model_card,
    validation,
)
from training.report.validation import Exported
from training.reviewed_faces import added

if TYPE_CHECKING:
    from facespace.batch.dask_cluster import Cluster

#: Crops on which the exported file is held against the pipeline.
CHECKED = 2000

log = logging.getLogger(__name__)


def train(options: TrainOptions) -> None:
    """Train models on data sets, test them there and on others, and write artifacts.

    The own test split of each data set, or a fifth of it, is kept for the test. Files in ``out``
    are replaced once all is done. With ``validate`` the models are neither tested nor written.

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
    check_folder(out)  # seen before hours of work, not after them
    if "embedding" in options.models:
        _demand_torch()
    material = _material(options)
    searched = _searched(options, material)
    log.info("fitting on all photos, and on fewer for the learning curves")
    fits = fit.fit(searched, material, options.jobs)
    space = (
        kept_models.reduction(out) if options.keep else fit.space(searched, fits, material.fitting)
    )
    exported, entries = {}, {}
    for one, fitted in zip(searched, fits, strict=True):
        name = one.front_end.name
        log.info(f"{name}: calibrating and exporting")
        exported[name], entries[name] = _exported(one, fitted, space, material)
    if options.validate:
        for name, each in exported.items():
            validation.tell(name, validation.measured(each, material))
        return
    if options.reviews is not None:
        validation.demand_no_worse(out, exported, material.choice, options.replace)
    trained = {}
    for one in searched:
        name = one.front_end.name
        trained[name] = _tested(one, exported[name], entries[name], material, options)
    if options.keep:
        trained |= kept_models.retested(out, options.models, material)
        trained = {name: trained[name] for name in MODELS if name in trained}
    log.info("describing the photos")
    described = describe_data.contents(material, options.jobs)
    kept = load_manifest(out) if options.keep else None
    described |= fitted_on.contents(material, options.models, kept)
    artifact_files.write(out, material, trained, space, described)
    face_space.add(out, material)
    model_card.write(out)
    log.info(f"wrote {out}")


def _material(options: TrainOptions) -> Material:
    """The photos of the options, those that reviewers decided on among them."""
    with _workers(options) as workers:
        ways = not options.validate
        given = options.data, options.test, options.limit, options.crops
        material = load(*given, workers, ways, options.labels)
    if options.keep:
        kept_models.demand_fit(options.out, options.models, material.trained_on.name)
        material = kept_models.untested(material, options)
    if options.reviews is not None:
        reviews = options.reviews, options.review_weight
        material = added(material, *reviews, options.crops, options.jobs)
    parts = material.fitting, material.search, material.choice
    photos, search, choice = (len(part.photos) for part in parts)
    log.info(f"{photos} photos to fit on, {search} to search on, {choice} to choose on")
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
    columns, years = [fitting.female.astype(np.int64)], None
    for name in ("age", "race"):
        values = fitting.attributes[name]
        known, codes = np.unique(values[values != ""], return_inverse=True)
        if len(known) > 1:
            column = np.full(len(values), -1)
            column[values != ""] = codes
            columns.append(column)
            spans = [age_errors.years(group) for group in known.tolist()]
            if name == "age" and None not in spans:
                years = np.array(spans, float).mean(axis=1)
    log.info(f"training the network: {recipe.epochs} epochs over {len(fitting.photos)} photos")
    folder = options.cache / "network"
    trained = network_training.train(fitting.wide, columns, folder, recipe, device=options.device)
    return network.front_end(trained, years)


def _tested(
    one: Searched,
    exported: Exported,
    entry: dict[str, Any],
    material: Material,
    options: TrainOptions,
) -> artifact_files.Trained:
    """Test a model, and compare its classifier with others.

    Args:
        one: its front end and settings.
        exported: its file.
        entry: the part of the report's entry that needs no test set.
        material: what is tested on.
        options: of the training.
    """
    name, (content, facts, template) = one.front_end.name, exported
    log.info(f"{name}: {entry['parity']}; testing")
    judge = measure.Judge(
        runner=model.session(content),
        threshold=facts["threshold"],
        certainty=facts["certainty"],
        chance=Chance.from_dict(facts["chance"]),
        most_wrong=facts["most_wrong"],
        child=None,
        template=template,
        where=_earlier(options.out),
    )
    measured, answers = measure.tested(judge, material)
    log.info(f"{name}: comparing with other classifiers")
    comparison = baselines.compared(one, material.fitting, options.jobs)
    entry = {**entry, **measured, "comparison": comparison}
    return artifact_files.Trained(content, dict(facts), entry, answers)


def _earlier(out: Path) -> Path | None:
    """A folder of artifacts whose second opinion and finds a new training leaves there, if it is.

    Those of another format are replaced like none.
    """
    try:
        return load_manifest(out).folder
    except FacespaceError:
        return None


def _exported(
    one: Searched, fitted: Fitted, space: Pipeline, material: Material
) -> tuple[Exported, dict[str, Any]]:
    """Calibrate, choose threshold and certainty, write and check.

    Returns:
        the file, and the part of the report's entry that needs no test set.
    """
    choice, template = material.choice, one.front_end.template
    rounding = _rounded(one, fitted, material.search) if one.front_end.half else None
    rows = front_ends.rows(one.front_end, choice.eaten(template))
    calibrated = pipeline.calibrated(fitted.classifier, rows, choice.labels)
    trial = model.session(export.to_onnx(calibrated, one.front_end, space, template.side, {}))
    chosen = certainty.choose(trial, choice, template)
    on = (
        f"{len(choice.photos):,} training photos of {material.trained_on.title} that nothing was "
        "fitted on"
    )
    facts: dict[str, Any] = {
        "title": one.title,
        "classes": list(export.CLASSES),
        "template": template.to_dict(),
        "components": int(one.best["components"]),
        "threshold": chosen.point.threshold,
        "certainty": chosen.point.certainty,
        "chosen": {"on": on, "how": certainty.HOW, **chosen.metrics},
        "data": {key: getattr(material.trained_on, key) for key in ("title", "licence", "source")},
        "versions": artifact_files.versions(one.front_end.name),
    }
    content = export.to_onnx(calibrated, one.front_end, space, template.side, facts)
    first = material.validation.eaten(template)[:CHECKED]
    parity = export.check(content, calibrated, one.front_end, space, first)
    decisions = -fitted.classifier.decision_function(one.search_rows)
    ranked = thresholds.ranking(material.search.female, decisions)
    on_all = {"photos": len(one.rows), "components": one.best["components"], **ranked}
    entry = {
        "trained_on": material.trained_on.name,
        "learned": material.weights,
        "counts": {
            "training": len(material.fitting.photos),
            "validation": len(material.validation.photos),
        },
        "reviewed": asdict(material.reviewed) if material.reviewed else None,
        "classifier": one.kind,
        "support_vectors": len(pipeline.parts(calibrated)[2].support_),
        "rounding": rounding,
        "parity": asdict(parity),
        "milliseconds": measure.milliseconds(model.session(content), first),
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
    # The file does not say what the command ``rules`` replaces.
    rules = chance.of_margin(choice, chosen.female, chosen.point.threshold)
    facts["chosen"]["rules"] = {"on": on, **rules.pop("rules")}
    return Exported(content, facts | rules, template), entry


def _rounded(one: Searched, fitted: Fitted, search: Sample) -> dict[str, float]:
    """Round the classifier to half precision; what AUC that costs on the validation's half A."""

    def auc() -> float:
        decisions = -fitted.classifier.decision_function(one.search_rows)
        return float(roc_auc_score(search.female, decisions))

    before = auc()
    pipeline.halve(fitted.classifier)
    return {"auc_lost": before - auc()}
