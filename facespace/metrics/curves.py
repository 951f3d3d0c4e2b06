"""Curves of scores, the areas under them, calibration, and the scores' histogram.

The fields of a curve are columns of equal length, rates and probabilities 0 to 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from facespace.metrics.operating_point import OperatingPoint, Scores, certainty
from facespace.types import Array, Bools

#: Points that a curve keeps for drawing.
CURVE_POINTS = 200

#: Bins of equal mass behind the expected calibration error and the reliability diagram.
BINS = 15


Column = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Roc:
    """False and true positive rates of female, and the threshold that gives each pair."""

    fpr: Column
    tpr: Column
    threshold: Column


@dataclass(frozen=True, slots=True)
class PrecisionRecall:
    """Precision over recall of female, and the threshold that gives each pair."""

    recall: Column
    precision: Column
    threshold: Column


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """The share of faces answered, the errors among them, and the certainty asked for, falling."""

    coverage: Column
    risk: Column
    certainty: Column


@dataclass(frozen=True, slots=True)
class AnswersByChance:
    """The share of photos answered, the errors among them, and the chance allowed, rising."""

    coverage: Column
    risk: Column
    chance: Column


@dataclass(frozen=True, slots=True)
class Reliability:
    """Bins of equal mass: the mean probability, the share labelled female, and how many faces."""

    predicted: Column
    observed: Column
    faces: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many faces of either label score where; ``edges`` is one longer."""

    edges: Column
    female: tuple[int, ...]
    male: tuple[int, ...]


def roc(female: Bools, probability: Scores) -> Roc:
    """The ROC curve, thinned."""
    fpr, tpr, threshold = _rates(female, probability)
    return Roc(*_thinned(fpr, tpr, np.clip(threshold, 0, 1)))


def precision_recall(female: Bools, probability: Scores) -> PrecisionRecall:
    """Precision over recall of female, thinned."""
    hits, false_alarms, threshold = counts(female, probability)
    return PrecisionRecall(*_thinned(hits / hits[-1], hits / (hits + false_alarms), threshold))


def risk_coverage(female: Bools, probability: Scores, point: OperatingPoint) -> RiskCoverage:
    """What answering only the most certain faces costs and brings, thinned.

    El-Yaniv and Wiener 2010.
    """
    falling, risk = risks(female, probability, point.threshold)
    return RiskCoverage(*_thinned(np.arange(1, len(risk) + 1) / len(risk), risk, falling))


def answers_by_chance(wrong: Bools, chance: Scores, child: Bools) -> AnswersByChance:
    """What a larger chance of being wrong brings and costs, photo in, verdict out, thinned.

    Args: as those of ``thresholds.at_most_wrong``. Empty where no photo is ever answered.
    """
    open_ = ~np.isnan(chance) & ~child
    order = np.argsort(chance[open_], kind="stable")
    if not len(order):
        return AnswersByChance((), (), ())
    rising, count = chance[open_][order], np.arange(1, len(order) + 1)
    risk = np.cumsum(wrong[open_][order]) / count
    return AnswersByChance(*_thinned(count / len(chance), risk, rising))


def reliability(female: Bools, probability: Scores) -> Reliability:
    """Whether the probabilities mean what they say."""
    bins = np.array_split(np.argsort(probability, kind="stable"), min(BINS, len(female)))
    return Reliability(
        tuple(float(probability[rows].mean()) for rows in bins),
        tuple(float(female[rows].mean()) for rows in bins),
        tuple(len(rows) for rows in bins),
    )


def area_under_roc(female: Bools, scores: Scores) -> float:
    """The chance that a face labelled female scores above one labelled male; ties count half."""
    fpr, tpr, _ = _rates(female, scores)
    return float(np.trapezoid(tpr, fpr))


def average_precision(female: Bools, scores: Scores) -> float:
    """The mean precision of female at each step of recall, not interpolated."""
    hits, false_alarms, _ = counts(female, scores)
    steps = np.diff(hits, prepend=0) / hits[-1]
    return float(np.sum(steps * hits / (hits + false_alarms)))


def histogram(female: Bools, probability: Scores, bins: int = 40) -> Histogram:
    """How many faces of either label score where, in bins of equal width from 0 to 1."""
    edges = np.linspace(0, 1, bins + 1)
    sides = (probability[side] for side in (female, ~female))
    counted = (tuple(np.histogram(side, edges)[0].tolist()) for side in sides)
    return Histogram(tuple(edges.tolist()), *counted)


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


def _thinned(*columns: Array) -> Iterator[Column]:
    rows = np.unique(np.linspace(0, len(columns[0]) - 1, CURVE_POINTS).round().astype(int))
    return (tuple(np.round(values[rows], 5).tolist()) for values in columns)
