"""Thresholds and certainties: chosen on validation, and what others would give.

What they would give has intervals fast enough to follow a slider.
"""

from __future__ import annotations

import numpy as np

from facespace.metrics import curves, intervals
from facespace.metrics.intervals import Interval
from facespace.metrics.operating_point import OperatingPoint, Scores, from_confusion
from facespace.types import Array, Bools


def equal_error_threshold(female: Bools, probability: Scores) -> float:
    """The threshold at which both sexes are misread equally often: the equal error rate."""
    _, threshold = _equal_errors(female, probability)
    return float(np.clip(threshold, 0, 1))


def ranking(female: Bools, scores: Scores) -> dict[str, float]:
    """``auc``, and ``balanced_accuracy`` where both sexes are misread equally often.

    Args:
        female: bool (N,); both classes occur.
        scores: (N,), higher for female; need not be probabilities.
    """
    balanced, _ = _equal_errors(female, scores)
    return {"auc": curves.area_under_roc(female, scores), "balanced_accuracy": balanced}


def _equal_errors(female: Bools, scores: Scores) -> tuple[float, float]:
    """Balanced accuracy and threshold where the two rates of error are closest.

    Of all thresholds: where the two cross is seldom a corner of the curve.
    """
    hits, false_alarms, threshold = curves.counts(female, scores)
    tpr, fpr = hits / hits[-1], false_alarms / false_alarms[-1]
    at = int(np.abs(fpr - (1 - tpr)).argmin())
    return float(tpr[at] + 1 - fpr[at]) / 2, float(threshold[at])


def least_certainty(female: Bools, probability: Scores, threshold: float, risk: float) -> float:
    """The lowest certainty to ask for so that at most ``risk`` of the answers are wrong.

    Faces are sorted by the probability of their likelier class; the longest run of the most
    certain ones whose error rate stays within ``risk`` is answered (El-Yaniv and Wiener 2010).

    Returns:
        a probability in 0.5 to 1, never so low that the threshold would lie outside the band of
        "?"; 1 where even the most certain answers are worse.
    """
    falling, risks = curves.risks(female, probability, threshold)
    # Equally certain faces are answered together or not at all.
    within = (risks <= risk) & np.append(falling[1:] < falling[:-1], True)
    least = float(falling[within][-1]) if within.any() else 1.0
    return max(least, threshold, 1 - threshold)


def at_threshold(
    female: Bools, probability: Scores, threshold: float, persons: Array
) -> dict[str, Interval]:
    """The metrics of ``from_confusion`` where a face is predicted female from a threshold on."""
    predicted = probability >= threshold
    behind = intervals.behind_recall(female, persons)
    for sex, side in (("female", predicted), ("male", ~predicted)):
        behind[f"precision_{sex}"] = max(1, intervals.people(persons[side]))
    return intervals.of_counts(
        lambda counts: from_confusion(counts.reshape(*counts.shape[:-1], 2, 2)),
        2 * ~female + ~predicted,
        4,
        persons,
        behind=behind,
    )


def at_point(
    female: Bools, probability: Scores, point: OperatingPoint, persons: Array
) -> dict[str, Interval]:
    """``coverage`` and ``risk`` as in ``answers``; ``right`` and ``wrong``, shares of all faces."""
    answered = point.answered(probability)
    kinds = np.where(answered, point.right(female, probability) + 0, 2)

    def measure(counts: Array) -> dict[str, Array]:
        wrong, right, faces = counts[..., 0], counts[..., 1], counts.sum(axis=-1)
        with np.errstate(invalid="ignore", divide="ignore"):
            risk = wrong / (wrong + right)
        shares = {"coverage": (wrong + right) / faces, "right": right / faces}
        return shares | {"wrong": wrong / faces, "risk": risk}

    return intervals.of_counts(measure, kinds, 3, persons)


def at_most_wrong(
    wrong: Bools, chance: Scores, child: Bools, persons: Array, most_wrong: float
) -> dict[str, Interval]:
    """What users get where an answer may be wrong with a chance of at most ``most_wrong``.

    Args:
        wrong: bool (N,), where an answer would not be the label.
        chance: (N,), of an answer to be wrong, 0 to 1; NaN where no face was found.
        child: bool (N,), where a face looks like a child's: there is no answer at any chance.
        persons: (N,), equal for photos of the same person.
        most_wrong: 0 to 1.

    Returns:
        the shares of ``classification.EndToEnd``: ``coverage``, ``risk``, ``right``, ``wrong``,
        ``unsure`` and ``missed``.
    """
    missed, answered = np.isnan(chance), (chance <= most_wrong) & ~child
    kinds = np.select([missed, ~answered, wrong], [3, 2, 1], 0)

    def measure(counts: Array) -> dict[str, Array]:
        names = ("right", "wrong", "unsure", "missed")
        shares = dict(zip(names, np.moveaxis(counts, -1, 0) / counts.sum(axis=-1), strict=True))
        coverage = shares["right"] + shares["wrong"]
        with np.errstate(invalid="ignore", divide="ignore"):
            return shares | {"coverage": coverage, "risk": shares["wrong"] / coverage}

    return intervals.of_counts(measure, kinds, 4, persons)
