"""The SVM beside other classifiers on the same PCA coordinates and the same folds."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from onnx import TensorProto, helper
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from skl2onnx.common.exceptions import MissingShapeCalculator
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer
from sklearn.model_selection import cross_validate
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

from facespace.types import Array
from training.models import pipeline
from training.models.fit import Searched, subset
from training.models.nystroem import NystroemSVC
from training.models.onnx_graph import OPSET, Graph
from training.photos.sample import Sample

#: Faces whose scoring is timed together.
TIMED = 256

#: Without a limit the trees of the forest alone would take more room than all else.
TREES, LEAF = 200, 5


#: Those that need coordinates as the search found them.
KERNELS = ("RBF SVM", "Nystroem SVM")


def contenders(best: dict[str, Any], kind: str = "svc") -> dict[str, Any]:
    """Every classifier, not fitted, by the name that people read; the last as it was found.

    With ``kind`` "nystroem" the RBF SVM has the same settings, to see what the landmarks cost.
    """
    C, gamma = best["C"], best["gamma"]
    own = {"Nystroem SVM": NystroemSVC(C, gamma, pipeline.LANDMARKS)} if kind == "nystroem" else {}
    return {
        "Majority": DummyClassifier(strategy="most_frequent"),
        "Logistic regression": LogisticRegression(C=1.0, max_iter=1000),
        "k nearest neighbours": KNeighborsClassifier(25),
        "Decision tree": DecisionTreeClassifier(max_depth=8, random_state=0),
        "Random forest": RandomForestClassifier(TREES, min_samples_leaf=LEAF, random_state=0),
        "Gradient boosting": HistGradientBoostingClassifier(random_state=0),
        "Linear SVM": LinearSVC(C=1.0, random_state=0),
        "RBF SVM": SVC(C=C, gamma=gamma, cache_size=2000),
    } | own


def compared(searched: Searched, fitting: Sample, jobs: int = -1) -> list[dict[str, Any]]:
    """Cross-validate every classifier on at most ``fit.SEARCH_PHOTOS`` of the photos to fit on.

    Coordinates are scaled to a standard deviation of 1 on average, which what is not a kernel
    machine would otherwise have to make up for; the mirror image is left out, so that all judge
    the same numbers.

    Returns:
        For each classifier its ``name``, the means over the folds of ``balanced_accuracy``,
        ``auc`` and, in the first alone, ``fit_seconds``; ``balanced_accuracy_sd`` and ``auc_sd``;
        ``microseconds`` a face in batches of ``TIMED``; ``bytes`` of the ONNX file of the
        classifier alone (None where it cannot be written).
    """
    sample = fitting.part(subset(len(fitting.photos)))
    coordinates, parts = _placed(searched, sample)
    tried = contenders(searched.best, searched.kind)
    labels = np.tile(sample.labels, len(parts))
    # The kernel's gamma was found for coordinates of a total variance of 1.
    unit = np.sqrt(coordinates.shape[1])
    results = Parallel(n_jobs=jobs)(
        delayed(cross_validate)(
            classifier,
            coordinates if name in KERNELS else coordinates * unit,
            labels,
            cv=parts,
            scoring=_measured,
            error_score="raise",
        )
        for name, classifier in tried.items()
    )
    return [_row(name, result) for name, result in zip(tried, results, strict=True)]


def _placed(searched: Searched, sample: Sample) -> tuple[Array, list[tuple[Array, Array]]]:
    """Coordinates of all photos by the PCA of every fold, one below the other, and the folds there.

    So the PCA is fitted once for all classifiers, and never on what is held out.
    """
    own = pipeline.own(searched.rows[subset(len(searched.rows))], searched.front_end.views)
    components, whitening = int(searched.best["components"]), searched.front_end.whitening
    coordinates, parts = [], []
    folds = pipeline.folds().split(own, sample.labels, sample.persons)
    for fold, (rest, held) in enumerate(folds):
        reduction = pipeline.reduction(components, whitening).fit(own[rest])
        coordinates.append(reduction.transform(own))
        parts.append((rest + fold * len(own), held + fold * len(own)))
    return np.concatenate(coordinates), parts


def _measured(classifier: Any, held: Array, labels: Array) -> dict[str, float]:
    """How well a fitted classifier does on rows that it did not see, how fast, and how large."""
    batch = np.resize(held, (TIMED, held.shape[1]))
    start = time.perf_counter()
    classifier.predict(batch)
    predicting = time.perf_counter() - start
    return {
        "balanced_accuracy": get_scorer("balanced_accuracy")(classifier, held, labels),
        "auc": get_scorer("roc_auc")(classifier, held, labels),
        "microseconds": predicting / TIMED * 1e6,
        "bytes": _bytes(classifier, held.shape[1]),
    }


def _row(name: str, result: dict[str, Array]) -> dict[str, Any]:
    def mean(key: str) -> float | None:
        value = float(np.mean(result[key]))
        return None if np.isnan(value) else value

    row: dict[str, Any] = {"name": name}
    for metric in ("balanced_accuracy", "auc"):
        row[metric] = mean(f"test_{metric}")
        row[f"{metric}_sd"] = float(np.std(result[f"test_{metric}"]))
    row["fit_seconds"] = mean("fit_time")
    return row | {key: mean(f"test_{key}") for key in ("microseconds", "bytes")}


def _bytes(classifier: Any, columns: int) -> float:
    """The size of the classifier as an ONNX file; NaN where it cannot be written."""
    if isinstance(classifier, SVC | NystroemSVC):  # written as the models have it
        graph = Graph()
        decisions = graph.decided(classifier, "coordinates")
        given = helper.make_tensor_value_info("coordinates", TensorProto.FLOAT, ["N", columns])
        return float(len(graph.finished(given, {decisions: ["N", 2]}).SerializeToString()))
    try:
        written = convert_sklearn(
            classifier,
            initial_types=[("coordinates", FloatTensorType([None, columns]))],
            target_opset=OPSET,
        )
    except (MissingShapeCalculator, ValueError):
        # The majority class has no converter; that of the boosted trees trips over some trees.
        return float("nan")
    return float(len(written.SerializeToString()))
