"""Curves of scores, the areas under them, calibration, and the scores' histogram."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from facespace.metrics.operating_point import Array, Bools, OperatingPoint, Scores, certainty

#: Points that a curve keeps for drawing.
CURVE_POINTS = 200

#: Bins of equal mass behind the expected calibration error and the reliability diagram.
BINS = 15


def roc(female: Bools, probability: Scores) -> dict[str, list[float]]:
    """The ROC curve, thinned: ``fpr``, ``tpr`` and the ``threshold`` that gives each point."""
    fpr, tpr, threshold = _rates(female, probability)
    return _thinned({"fpr": fpr, "tpr": tpr, "threshold": np.clip(threshold, 0, 1)})


def precision_recall(female: Bools, probability: Scores) -> dict[str, list[float]]:
    """Precision over recall of female, thinned: ``recall``, ``precision``, ``threshold``."""
    hits, false_alarms, threshold = counts(female, probability)
    precision, recall = hits / (hits + false_alarms), hits / hits[-1]
    return _thinned({"recall": recall, "precision": precision, "threshold": threshold})


def risk_coverage(
    female: Bools, probability: Scores, point: OperatingPoint
) -> dict[str, list[float]]:
    """What answering only the most certain faces costs and brings (El-Yaniv and Wiener 2010).

    Thinned: ``coverage``, the ``risk`` at it, and the ``certainty`` asked for, falling.
    """
    falling, risk = risks(female, probability, point.threshold)
    coverage = np.arange(1, len(risk) + 1) / len(risk)
    return _thinned({"coverage": coverage, "risk": risk, "certainty": falling})


def reliability(female: Bools, probability: Scores) -> dict[str, list[float]]:
    """Bins of equal mass: the mean ``predicted``, the share ``observed`` female, and ``faces``."""
    order = np.array_split(np.argsort(probability, kind="stable"), min(BINS, len(female)))
    return {
        "predicted": [float(probability[rows].mean()) for rows in order],
        "observed": [float(female[rows].mean()) for rows in order],
        "faces": [len(rows) for rows in order],
    }


def area_under_roc(female: Bools, scores: Scores) -> float:
    """The chance that a face labelled female scores above one labelled male; ties count half."""
    fpr, tpr, _ = _rates(female, scores)
    return float(np.trapezoid(tpr, fpr))


def average_precision(female: Bools, scores: Scores) -> float:
    """The mean precision of female at each step of recall, not interpolated."""
    hits, false_alarms, _ = counts(female, scores)
    steps = np.diff(hits, prepend=0) / hits[-1]
    return float(np.sum(steps * hits / (hits + false_alarms)))


def histogram(female: Bools, probability: Scores, bins: int = 40) -> dict[str, list[float]]:
    """How many faces of either label score where: ``edges`` (bins + 1), ``female``, ``male``."""
    edges = np.linspace(0, 1, bins + 1)
    return {
        "edges": edges.tolist(),
        "female": np.histogram(probability[female], edges)[0].astype(float).tolist(),
        "male": np.histogram(probability[~female], edges)[0].astype(float).tolist(),
    }


def counts(female: Bools, scores: Scores) -> tuple[Array, Array, Scores]:
    """From each distinct score on, falling: faces labelled female, labelled male, the score."""
    order = np.argsort(-scores, kind="stable")
    falling = scores[order]
    last = np.append(falling[1:] < falling[:-1], True)
    hits = np.cumsum(female[order])[last]
    return hits, np.arange(1, len(order) + 1)[last] - hits, falling[last]


def risks(female: Bools, probability: Scores, threshold: float) -> tuple[Scores, Scores]:
    """Certainties, falling, and the share of wrong answers among the faces up to each, (N,)."""
    falling = certainty(probability)
    order = np.argsort(-falling, kind="stable")
    wrong = ((probability >= threshold) != female)[order]
    return falling[order], np.cumsum(wrong) / np.arange(1, len(wrong) + 1)


def _rates(female: Bools, scores: Scores) -> tuple[Scores, Scores, Scores]:
    """False and true positive rate, and the threshold of each, from (0, 0) on.

    Points on a straight line between their neighbours are left out (Fawcett 2006).
    """
    hits, false_alarms, threshold = counts(female, scores)
    corner = np.ones(len(hits), bool)
    corner[1:-1] = (np.diff(hits, 2) != 0) | (np.diff(false_alarms, 2) != 0)
    fpr = np.append(0, false_alarms[corner] / false_alarms[-1])
    tpr = np.append(0, hits[corner] / hits[-1])
    return fpr, tpr, np.append(np.inf, threshold[corner])


def _thinned(curve: Mapping[str, Array]) -> dict[str, list[float]]:
    length = len(next(iter(curve.values())))
    rows = np.unique(np.linspace(0, length - 1, CURVE_POINTS).round().astype(int))
    return {name: np.round(values[rows], 5).tolist() for name, values in curve.items()}
