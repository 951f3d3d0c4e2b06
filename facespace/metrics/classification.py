"""Labels and scores -> every figure of a test set, with intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from facespace.metrics import curves, intervals
from facespace.metrics.curves import Reliability, RiskCoverage, Roc
from facespace.metrics.groups import Grouping, groups
from facespace.metrics.intervals import Interval
from facespace.metrics.operating_point import (
    Confusion,
    OperatingPoint,
    Scores,
    answers,
    certainty,
    confusion,
    from_confusion,
)
from facespace.types import Array, Bools


@dataclass(frozen=True, slots=True)
class Figures:
    """All that labels and scores say: ``metrics`` by name, ``groups`` by attribute."""

    metrics: Mapping[str, Interval]
    roc: Roc
    risk_coverage: RiskCoverage
    reliability: Reliability
    confusion: Confusion
    groups: Mapping[str, Grouping]


@dataclass(frozen=True, slots=True)
class EndToEnd:
    """Photo in, verdict out.

    ``metrics``: ``right``, ``wrong``, ``unsure`` ("?") and ``missed`` (no face found) are shares of
    all photos and sum to 1. ``coverage`` is the share that is answered, ``risk`` the share of the
    answers that are wrong. ``balanced_accuracy`` counts a missed face as wrong and leaves no "?".
    The others are of the faces found alone: as they were found, and (``_plain``) as the plain test
    crops them; None where one sex was not found.
    """

    photos: int
    metrics: Mapping[str, Interval] = field(metadata={"rest": True})
    auc_found: float | None = None
    accuracy_found: float | None = None
    auc_found_plain: float | None = None
    accuracy_found_plain: float | None = None


def metrics(female: Bools, probability: Scores, point: OperatingPoint) -> dict[str, float]:
    """Every metric of one test set, without intervals.

    All but ``coverage`` and ``risk`` count every face, as if "?" were not a choice. ``f1`` is
    that of female, ``kappa`` Cohen's, ``ece`` the expected calibration error. ``aurc`` and
    ``augrc`` are the areas under the curves of risk and of generalised risk over coverage
    (Geifman and El-Yaniv 2017, Traub et al. 2024).

    Args:
        female: bool (N,); both classes occur.
        probability: (N,), of female.
        point: the model's.
    """
    right = point.right(female, probability)
    counted = from_confusion(np.array(confusion(female, probability, point.threshold)))
    order = np.argsort(-certainty(probability), kind="stable")
    errors, count = np.cumsum(~right[order]), np.arange(1, len(right) + 1)
    bins = curves.reliability(female, probability)
    gaps = np.abs(np.subtract(bins.observed, bins.predicted))
    return {
        **{name: float(counted[name]) for name in ("accuracy", "balanced_accuracy")},
        **{name: float(counted[name]) for name in ("recall_female", "recall_male")},
        "auc": curves.area_under_roc(female, probability),
        "average_precision": curves.average_precision(female, probability),
        **{name: float(counted[name]) for name in ("f1", "kappa")},
        "brier": float(np.mean((probability - female) ** 2)),
        "ece": float(np.average(gaps, weights=bins.faces)),
        "aurc": float(np.mean(errors / count)),
        "augrc": float(np.mean(errors / len(right))),
        **answers(right, point.answered(probability)),
    }


def everything(
    female: Bools,
    probability: Scores,
    point: OperatingPoint,
    attributes: Mapping[str, Array],
    persons: Array,
) -> Figures:
    """All figures of a test set, with intervals.

    Args: as those of ``metrics`` and ``groups``.
    """
    return Figures(
        metrics=intervals.of_faces(partial(metrics, point=point), (female, probability), persons),
        roc=curves.roc(female, probability),
        risk_coverage=curves.risk_coverage(female, probability, point),
        reliability=curves.reliability(female, probability),
        confusion=confusion(female, probability, point.threshold),
        groups=groups(female, probability, point, attributes, persons),
    )


def end_to_end(
    female: Bools,
    found: Bools,
    probability: Scores,
    answered: Bools,
    point: OperatingPoint,
    persons: Array,
) -> EndToEnd:
    """Photo in, verdict out, with intervals.

    Args:
        female: bool (N,), the labels of all photos.
        found: bool (N,), where the detector found a face.
        probability: (N,), of female; where no face was found it does not count.
        answered: bool (N,), where the verdict would not be "?".
        point: the model's.
        persons: (N,), equal for faces of the same person.
    """

    def measure(labels: Bools, found: Bools, right: Bools, answered: Bools) -> dict[str, float]:
        sides = [(found & right)[labels == side].mean() for side in set(labels.tolist())]
        answers, wrong = found & answered, (found & answered & ~right).mean()
        coverage = float(answers.mean())
        return {
            "coverage": coverage,
            "risk": float(wrong) / coverage if coverage else math.nan,
            "right": coverage - float(wrong),
            "wrong": float(wrong),
            "unsure": float((found & ~answered).mean()),
            "missed": float((~found).mean()),
            "balanced_accuracy": float(np.mean(sides)),
        }

    columns = female, found, point.right(female, probability), answered
    return EndToEnd(len(female), intervals.of_faces(measure, columns, persons))
