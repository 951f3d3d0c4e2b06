"""The SVM beside other classifiers on the same PCA coordinates and the same folds."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from skl2onnx.common.exceptions import MissingShapeCalculator
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

from training.models import pipeline, svm_to_onnx
from training.models.nystroem import NystroemSVC
from training.models.onnx_graph import OPSET

Array = npt.NDArray[Any]

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


def classifiers(
    rows: Array,
    labels: Array,
    persons: Array,
    best: dict[str, Any],
    jobs: int = -1,
    kind: str = "svc",
    whitening: float = pipeline.WHITENING,
) -> list[dict[str, Any]]:
    """Cross-validate every classifier.

    Coordinates are scaled to a standard deviation of 1 on average, which what is not a kernel
    machine would otherwise have to make up for; the mirror image is left out, so that all judge
    the same numbers.

    Args:
        rows: float32 (N, 2 D), as ``front_ends.rows`` gives them.
        labels: (N,).
        persons: (N,), equal for photos of the same person.
        best: what the search found.
        kind: for which of ``pipeline.CLASSIFIERS``.
        whitening: of the PCA.

    Returns:
        For each classifier its ``name``, the means over the folds of ``balanced_accuracy``,
        ``auc`` and, in the first alone, ``fit_seconds``; ``balanced_accuracy_sd`` and ``auc_sd``;
        ``microseconds`` a face in batches of ``TIMED``; ``bytes`` of the ONNX file of the
        classifier alone (None where it cannot be written).
    """
    own = pipeline.own(rows)
    parts = []
    for rest, held in pipeline.folds().split(own, labels, persons):
        reduction = pipeline.reduction(int(best["components"]), whitening).fit(own[rest])
        parts.append(
            (
                reduction.transform(own[rest]),
                labels[rest],
                reduction.transform(own[held]),
                labels[held],
            )
        )
    tasks = [(name, fold) for name in contenders(best, kind) for fold in range(len(parts))]
    done = Parallel(n_jobs=jobs)(
        delayed(_run)(contenders(best, kind)[name], *parts[fold], name in KERNELS)
        for name, fold in tasks
    )
    table = []
    for name in contenders(best, kind):
        results = [result for task, result in zip(tasks, done, strict=True) if task[0] == name]
        row: dict[str, Any] = {"name": name}
        for key in ("balanced_accuracy", "auc", "fit_seconds", "microseconds", "bytes"):
            values = [result[key] for result in results]
            row[key] = None if None in values else float(np.mean(values))
            if key in ("balanced_accuracy", "auc"):
                row[f"{key}_sd"] = float(np.std(values))
        table.append(row)
    return table


def _run(
    classifier: Any, rows: Array, labels: Array, held: Array, held_labels: Array, kernel: bool
) -> dict[str, Any]:
    # The kernel's gamma was found for coordinates of a total variance of 1.
    unit = 1.0 if kernel else np.sqrt(rows.shape[1])
    start = time.perf_counter()
    classifier.fit(rows * unit, labels)
    seconds = time.perf_counter() - start
    score = getattr(classifier, "decision_function", None)
    scores = score(held * unit) if score else classifier.predict_proba(held * unit)[:, 1]
    batch = np.resize(held * unit, (TIMED, rows.shape[1]))
    start = time.perf_counter()
    classifier.predict(batch)
    predicting = time.perf_counter() - start
    return {
        "balanced_accuracy": balanced_accuracy_score(held_labels, classifier.predict(held * unit)),
        "auc": roc_auc_score(held_labels == classifier.classes_[1], scores),
        "fit_seconds": seconds,
        "microseconds": predicting / TIMED * 1e6,
        "bytes": _bytes(classifier, rows.shape[1]),
    }


def _bytes(classifier: Any, columns: int) -> int | None:
    """The size of the classifier as an ONNX file."""
    svm_to_onnx.register()
    try:
        made = convert_sklearn(
            classifier,
            initial_types=[("coordinates", FloatTensorType([None, columns]))],
            target_opset=OPSET,
        )
    except (MissingShapeCalculator, ValueError):
        # The majority class has no converter; that of the boosted trees trips over some trees.
        return None
    return len(made.SerializeToString())
