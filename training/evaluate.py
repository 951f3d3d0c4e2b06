"""Labels and scores -> metrics with intervals, and curves for drawing.

The positive class is female throughout: a label is True, a probability near 1, for female.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    brier_score_loss,
    confusion_matrix,
    roc_auc_score,
    roc_curve,
)

Bools = npt.NDArray[np.bool_]
Scores = npt.NDArray[np.floating[Any]]

#: Bootstrap rounds behind every interval.
ROUNDS = 1000

#: Points that a curve keeps for drawing.
CURVE_POINTS = 200


def metrics(
    female: Bools, probability: Scores, threshold: float, certainty: float
) -> dict[str, float]:
    """Every metric of one test set, without intervals.

    ``accuracy``, ``balanced_accuracy``, ``auc`` and ``brier`` count every face, as if "?" were
    not a choice; ``coverage`` is the share of faces answered and ``risk`` the share of wrong
    answers among them (NaN where none is answered).

    Args:
        female: bool (N,), what the labels say; both classes occur.
        probability: (N,), of female.
        threshold: a face reads as female from here on.
        certainty: least probability of the likelier class for an answer.
    """
    read = probability >= threshold
    answered = np.maximum(probability, 1 - probability) >= certainty
    wrong = (read != female)[answered]
    return {
        "accuracy": accuracy_score(female, read),
        "balanced_accuracy": balanced_accuracy_score(female, read),
        "auc": roc_auc_score(female, probability),
        "brier": brier_score_loss(female, probability),
        "coverage": float(answered.mean()),
        "risk": float(wrong.mean()) if len(wrong) else float("nan"),
    }


def with_intervals(
    measure: Callable[[Bools, Scores], dict[str, float]],
    female: Bools,
    probability: Scores,
    groups: npt.NDArray[Any],
    seed: int = 0,
) -> dict[str, dict[str, float]]:
    """Each metric with its 95 % interval: percentiles of a cluster bootstrap.

    Faces of the same group (the same person) are drawn together, as they are not independent
    (Field and Welsh 2007).

    Args:
        measure: labels and probabilities -> metrics.
        groups: (N,), whose equal values mark faces of the same person.
    """
    rng = np.random.default_rng(seed)
    _, number = np.unique(groups, return_inverse=True)
    members = np.split(np.argsort(number, kind="stable"), np.cumsum(np.bincount(number))[:-1])
    drawn: list[dict[str, float]] = []
    while len(drawn) < ROUNDS:
        chosen = rng.integers(len(members), size=len(members))
        rows = np.concatenate([members[i] for i in chosen])
        if 0 < female[rows].sum() < len(rows):
            drawn.append(measure(female[rows], probability[rows]))
    result = {}
    for name, value in measure(female, probability).items():
        low, high = np.nanpercentile([sample[name] for sample in drawn], (2.5, 97.5))
        result[name] = {"value": float(value), "low": float(low), "high": float(high)}
    return result


def roc(female: Bools, probability: Scores) -> dict[str, list[float]]:
    """The ROC curve, thinned: ``fpr``, ``tpr`` and the ``threshold`` that gives each point."""
    fpr, tpr, threshold = roc_curve(female, probability)
    keep = np.unique(np.linspace(0, len(fpr) - 1, CURVE_POINTS).round().astype(int))
    points = {"fpr": fpr, "tpr": tpr, "threshold": np.clip(threshold, 0, 1)}
    return {name: np.round(values[keep], 5).tolist() for name, values in points.items()}


def confusion(female: Bools, probability: Scores, threshold: float) -> list[list[int]]:
    """Counts: rows are the labels female, male; columns what they read as, female, male."""
    counts = confusion_matrix(~female, probability < threshold)
    return [[int(n) for n in row] for row in counts]


def least_certainty(female: Bools, probability: Scores, threshold: float, risk: float) -> float:
    """The lowest certainty to ask for so that at most ``risk`` of the answers are wrong.

    Faces are sorted by the probability of their likelier class; the longest run of the most
    certain ones whose error rate stays within ``risk`` is answered (El-Yaniv and Wiener 2010).

    Returns:
        a probability in 0.5 to 1; 1 where even the most certain answers are worse.
    """
    certainty = np.maximum(probability, 1 - probability)
    order = np.argsort(-certainty, kind="stable")
    wrong = ((probability >= threshold) != female)[order]
    falling = certainty[order]
    within = np.cumsum(wrong) <= risk * np.arange(1, len(wrong) + 1)
    # Equally certain faces are answered together or not at all.
    within &= np.append(falling[1:] < falling[:-1], True)
    return float(falling[within][-1]) if within.any() else 1.0
