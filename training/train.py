"""The whole way from a folder of labelled photos to ``artifacts/``."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import numpy.typing as npt
from onnxruntime import InferenceSession
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import Pipeline

from facespace.batch import remote
from facespace.faces import align, model
from facespace.metrics import classification, thresholds
from facespace.metrics.operating_point import OperatingPoint
from facespace.types import Crops, FacespaceError
from training import reviewed_faces as reviewed
from training.models import MODELS, baselines, export, fit, front_ends, pipeline
from training.models.fit import Fitted, Searched
from training.models.front_ends import FrontEnd
from training.photos import crops
from training.photos.material import Material, load
from training.photos.sample import Sample
from training.report import artifact_files, describe_data, measure, model_card
from training.report import face_space as measured_space
from training.report import kept_models as beside

if TYPE_CHECKING:
    from facespace.batch.cluster import Cluster

#: Share of wrong answers among the answered faces of the validation that is put up with.
RISK = 0.04

#: Sides in pixels to which validation crops are shrunk, to see how small a face may be.
SHRUNK_TO = (8, 10, 12, 16, 20, 24, 32, 48)

#: How much AUC the smallest face that is answered may cost.
AUC_LOSS = 0.01

#: Crops on which the exported file is held against the pipeline.
CHECKED = 2000

Array = npt.NDArray[Any]


def train(
    data: Path | Sequence[Path],
    out: Path,
    tests: Sequence[Path] = (),
    models: Sequence[str] = MODELS,
    limit: int | None = None,
    epochs: int | None = None,
    cache: Path = Path(".cache"),
    jobs: int = -1,
    reviews: Path | None = None,
    review_weight: int = 1,
    replace_better: bool = False,
    scheduler: str | None = None,
    classifier: str = "auto",
    keep: bool = False,
) -> None:
    """Train models on data sets, test them there and on others, and write artifacts.

    Args:
        data: labelled photos, one folder or several; the own test split of each, or a fifth of it,
            is kept for the test.
        out: where the artifacts go; files of the same names are replaced once all is done.
        tests: further data sets, for testing alone.
        models: names of ``MODELS``.
        limit: at most so many photos of each data set, for a quick try.
        epochs: how often the network sees every photo; as its recipe says where None.
        cache: where crops and the network's checkpoints are kept between runs.
        jobs: worker processes; -1 for one a processor.
        reviews: a review queue, or the ZIP it exports, whose decided faces are fitted on too.
        review_weight: how many photos each of them counts as.
        replace_better: with ``reviews``, replace also a model that is better than the new one.
        scheduler: address of a Dask scheduler by whose workers photos are cropped and the best
            settings searched, not by ``jobs`` processes; the rest stays here.
        classifier: what the SVM is, one of ``pipeline.CLASSIFIERS``, or "auto": by the number of
            photos to fit on.
        keep: other models that are in ``out`` stay, and are tested once more beside the new ones.

    Raises:
        FacespaceError: the data cannot be trained on, ``out`` cannot be written to, models cannot
            be kept, the cluster cannot be used, the embedding's PyTorch is missing, or with
            ``reviews`` a new model is worse than that in ``out``; then nothing is written.
        ExportError: an exported file does not compute what its pipeline does.
    """
    say = _Clock()
    artifact_files.demand_writable(out)  # seen before hours of work, not after them
    if "embedding" in models:
        _demand_torch()
    with _workers(scheduler, jobs) as workers:
        material = load(data, tests, limit, cache / "crops", workers)
    if keep:
        beside.demand(out, models, material.trained_on.name)
    if reviews is not None:
        material = reviewed.added(material, reviews, review_weight, say)
    fitting = material.fitting
    say(f"{len(fitting.photos)} photos to fit on, {len(material.validation.photos)} to choose on")
    for name, part in material.weights.items() if len(material.learned) > 1 else ():
        say(f"{name}: {part['training']} of these to fit on, a weight of {part['weight']:.1%}")
    ends: list[FrontEnd] = []
    for name in (name for name in MODELS if name in models):
        if name == "embedding":
            ends.append(_embedding(fitting, epochs, cache / "network", say))
        else:
            ends.append(front_ends.PIXELS if name == "eigenfaces" else front_ends.Gradients())
    kind = pipeline.classifier(classifier, len(fitting.photos))
    say(f"the classifier is {kind}")
    with _workers(scheduler, jobs) as workers:
        searched = [fit.search(end, material, workers, say, kind) for end in ends]
    say("fitting on all photos, and on fewer for the learning curves")
    fits = fit.fit(searched, material, jobs)
    space = beside.space(out) if keep else fit.space(searched, fits, fitting)
    trained = {}
    for one, fitted in zip(searched, fits, strict=True):
        name = one.front_end.name
        say(f"{name}: calibrating and exporting")
        content, facts, entry = _exported(one, fitted, space, material)
        say(f"{name}: {entry['parity']}; testing")
        point = OperatingPoint(facts["threshold"], facts["certainty"])
        measured, probabilities = measure.tested(
            model.session(content), point, facts["smallest_face"], material
        )
        say(f"{name}: comparing with other classifiers")
        chosen = fit.drawn(len(fitting.photos))
        comparison = baselines.classifiers(
            one.rows[chosen],
            fitting.labels[chosen],
            fitting.persons[chosen],
            one.best,
            jobs,
            kind,
            one.front_end.whitening,
        )
        entry |= {**measured, "comparison": comparison}
        trained[name] = artifact_files.Trained(content, facts, entry, probabilities)
    if reviews is not None:
        reviewed.demand_no_worse(out, trained, material, replace_better, say)
    if keep:
        trained |= beside.kept(out, models, material, say)
        trained = {name: trained[name] for name in MODELS if name in trained}
    say("describing the photos")
    artifact_files.write(out, material, trained, space, describe_data.contents(material, jobs))
    measured_space.add(out, material)
    model_card.write(out)
    say(f"wrote {out}")


def _workers(scheduler: str | None, jobs: int) -> AbstractContextManager[int | Cluster]:
    if scheduler is None:
        return nullcontext(jobs)
    return remote.connect(scheduler, crops.needs, ("scikit-learn", "scipy", "joblib"))


def _demand_torch() -> None:
    try:
        import torch  # noqa: F401
    except ImportError as error:
        raise FacespaceError(
            "The model embedding is trained with PyTorch: pip install -r "
            "training/network-requirements.txt; or choose --model eigenfaces --model gradients."
        ) from error


def _embedding(fitting: Sample, epochs: int | None, folder: Path, say: _Clock) -> FrontEnd:
    # PyTorch is needed for this model alone.
    from training.models import network

    recipe = network.Recipe()
    recipe = replace(recipe, epochs=epochs or recipe.epochs)
    columns = [fitting.female.astype(np.int64)]
    for name in ("age", "race"):
        values = fitting.attributes[name]
        known, codes = np.unique(values[values != ""], return_inverse=True)
        if len(known) > 1:
            column = np.full(len(values), -1)
            column[values != ""] = codes
            columns.append(column)
    say(f"training the network: {recipe.epochs} epochs over {len(fitting.photos)} photos")
    return network.front_end(network.train(fitting.crops, columns, folder, recipe))


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
    female = measure.probability(trial, validation.crops)
    threshold = thresholds.equal_error_threshold(validation.female, female)
    certainty = thresholds.least_certainty(validation.female, female, threshold, RISK)
    # Rounded as the manifest will have them; upwards, so that the risk stays within its bound.
    point = OperatingPoint(round(threshold, 4), float(np.ceil(certainty * 1e4) / 1e4))
    smallest, sizes = _smallest_face(trial, validation)
    measured = classification.metrics(validation.female, female, point)
    facts = {
        "title": one.title,
        "classes": list(export.CLASSES),
        "template": align.TEMPLATE.to_dict(),
        "components": int(one.best["components"]),
        "threshold": point.threshold,
        "certainty": point.certainty,
        "smallest_face": smallest,
        "chosen": {
            "on": f"{len(validation.photos):,} training photos of {material.trained_on.title} that "
            "nothing was fitted on",
            "how": "probabilities by Platt's sigmoid; the threshold where both sexes are read "
            f"wrongly equally often; the most faces answered with at most {RISK:.0%} of the "
            f"answers wrong; the smallest face whose AUC is within {AUC_LOSS} of a full crop's",
            **measured,
        },
        "data": {key: getattr(material.trained_on, key) for key in ("title", "licence", "source")},
        "versions": artifact_files.versions(one.front_end.name),
    }
    content = export.to_onnx(calibrated, one.front_end, space, side, facts)
    first = next(iter(material.tests.values()))
    parity = export.check(content, calibrated, one.front_end, space, first.crops[:CHECKED])
    ranked = thresholds.ranking(validation.female, female)
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
            "photos": len(fit.drawn(len(one.rows))),
            "folds": pipeline.FOLDS,
            "best": one.best,
            "table": one.table,
        },
        "face_size": sizes,
        "validation": measured,
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


def _smallest_face(
    trial: InferenceSession, validation: Sample
) -> tuple[float, list[dict[str, float]]]:
    """The smallest face, in pixels, that is read nearly as well as a full crop.

    Crops are shrunk to fewer pixels and enlarged again. A face's box is somewhat larger than
    its crop; the median ratio turns the one into the other.

    Returns:
        The side of the box in pixels, and a table of sides and what AUC they reach.
    """
    eyes = validation.rows["landmarks"][:, :2].mean(axis=1)
    mouth = validation.rows["landmarks"][:, 3:].mean(axis=1)
    template = align.TEMPLATE
    extent = np.hypot(*(mouth - eyes).T) / (template.mouth - template.eyes)
    ratio = float(np.median(validation.rows["face"] / extent))

    def auc(crops: Crops) -> float:
        return float(roc_auc_score(validation.female, measure.probability(trial, crops)))

    full = template.side
    table = [
        {"face": side * ratio, "auc": auc(np.stack([_shrunk(c, side) for c in validation.crops]))}
        for side in SHRUNK_TO
    ]
    table.append({"face": full * ratio, "auc": auc(validation.crops)})
    enough = [row["face"] for row in table if row["auc"] >= table[-1]["auc"] - AUC_LOSS]
    return round(min(enough), 1), table


def _shrunk(crop: Array, side: int) -> Array:
    small = cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, crop.shape[::-1], interpolation=cv2.INTER_CUBIC))


class _Clock:
    """Prints what is being done, with the minutes since the start."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def __call__(self, words: str) -> None:
        print(f"[{(time.monotonic() - self._start) / 60:5.1f} min] {words}", flush=True)
