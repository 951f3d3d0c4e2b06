"""Labels and scores -> metrics with intervals, curves, groups; and the choices made on validation.

The positive class is female throughout: a label is True, a probability near 1, for female.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]
Scores = npt.NDArray[np.floating[Any]]

#: A metric's ``value``, and ``low`` and ``high``, the ends of its 95 % interval.
Interval = dict[str, float]

#: Bootstrap rounds behind every interval.
ROUNDS = 1000

#: Points that a curve keeps for drawing.
CURVE_POINTS = 200

#: Bins of equal mass behind the expected calibration error and the reliability diagram.
BINS = 15

#: Groups of fewer faces have no part in a gap: their figures are mostly chance.
LEAST_GROUP = 30


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """How a probability becomes an answer.

    ``threshold``: a face reads as female from this probability on. ``certainty``: the least
    probability of the likelier class, 0.5 to 1, for an answer.
    """

    threshold: float
    certainty: float

    def right(self, female: Bools, probability: Scores) -> Bools:
        """Which faces read as labelled, "?" or not, bool (N,)."""
        return np.asarray((probability >= self.threshold) == female)

    def answered(self, probability: Scores) -> Bools:
        """Which faces are certain enough for an answer, bool (N,)."""
        return np.asarray(_certainty(probability) >= self.certainty)


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
    read = from_confusion(np.array(confusion(female, probability, point.threshold)))
    order = np.argsort(-_certainty(probability), kind="stable")
    errors, count = np.cumsum(~right[order]), np.arange(1, len(right) + 1)
    bins = reliability(female, probability)
    gaps = np.abs(np.subtract(bins["observed"], bins["predicted"]))
    return {
        **{name: float(read[name]) for name in ("accuracy", "balanced_accuracy")},
        **{name: float(read[name]) for name in ("recall_female", "recall_male")},
        "auc": area_under_roc(female, probability),
        "average_precision": average_precision(female, probability),
        **{name: float(read[name]) for name in ("f1", "kappa")},
        "brier": float(np.mean((probability - female) ** 2)),
        "ece": float(np.average(gaps, weights=bins["faces"])),
        "aurc": float(np.mean(errors / count)),
        "augrc": float(np.mean(errors / len(right))),
        **answers(right, point.answered(probability)),
    }


def from_confusion(counts: Array) -> dict[str, Array]:
    """The metrics that counts alone give: what moves when the threshold moves.

    ``accuracy``, ``balanced_accuracy``, ``recall`` and ``precision`` of either sex (``_female``,
    ``_male``), ``f1`` of female, Cohen's ``kappa``; NaN where a count below the line is 0, but a
    ``kappa`` of 0 where agreement by chance is certain.

    Args:
        counts: (..., 2, 2), as ``confusion`` gives them.

    Returns:
        by name an array (...).
    """
    n = np.asarray(counts, np.float64)
    labels, verdicts, faces = n.sum(axis=-1), n.sum(axis=-2), n.sum(axis=(-2, -1))
    hits = n[..., [0, 1], [0, 1]]
    with np.errstate(invalid="ignore", divide="ignore"):
        recall, precision = hits / labels, hits / verdicts
        accuracy = hits.sum(axis=-1) / faces
        by_chance = (labels * verdicts).sum(axis=-1) / faces**2
        kappa = np.where(by_chance < 1, (accuracy - by_chance) / (1 - by_chance), 0.0)
        f1 = 2 * hits[..., 0] / (labels[..., 0] + verdicts[..., 0])
    return {
        "accuracy": accuracy,
        "balanced_accuracy": recall.mean(axis=-1),
        "recall_female": recall[..., 0],
        "recall_male": recall[..., 1],
        "precision_female": precision[..., 0],
        "precision_male": precision[..., 1],
        "f1": f1,
        "kappa": kappa,
    }


def answers(right: Bools, answered: Bools) -> dict[str, float]:
    """``coverage``, the share of faces answered, and ``risk``, of those the share answered wrong.

    ``risk`` is NaN where none is answered.
    """
    given = right[answered]
    return {
        "coverage": float(answered.mean()),
        "risk": float(1 - given.mean()) if len(given) else float("nan"),
    }


def with_intervals(
    measure: Callable[..., dict[str, float]],
    columns: tuple[Array, ...],
    persons: Array,
    seed: int = 0,
) -> dict[str, Interval]:
    """Each metric with its 95 % interval: percentiles of a cluster bootstrap.

    Faces of the same person are drawn together, as they are not independent (Field and Welsh
    2007). The calibration error of a drawn sample is too large on average, since some faces are
    drawn twice; its interval is moved by as much (Efron and Tibshirani 1993, 10.6).

    Args:
        measure: rows of the columns -> metrics.
        columns: arrays (N,); the first says which faces are labelled female, and only samples
            that hold both classes, if all faces do, are measured.
        persons: (N,), equal for faces of the same person.
    """
    rng = np.random.default_rng(seed)
    _, number = np.unique(persons, return_inverse=True)
    members = np.split(np.argsort(number, kind="stable"), np.cumsum(np.bincount(number))[:-1])
    mixed = len(set(columns[0].tolist())) == 2
    drawn: dict[str, list[float]] = {}
    rounds = 0
    while rounds < ROUNDS:
        chosen = rng.integers(len(members), size=len(members))
        rows = np.concatenate([members[i] for i in chosen])
        if mixed and len(set(columns[0][rows].tolist())) < 2:
            continue
        rounds += 1
        for name, value in measure(*(column[rows] for column in columns)).items():
            drawn.setdefault(name, []).append(value)
    result = {}
    for name, value in measure(*columns).items():
        low, high = (
            (np.nan, np.nan)
            if np.isnan(drawn[name]).all()
            else np.nanpercentile(drawn[name], (2.5, 97.5))
        )
        excess = np.mean(drawn[name]) - value if name == "ece" else 0.0
        ends = {"low": low - excess, "high": high - excess}
        result[name] = {"value": float(value)} | {
            end: float(max(0.0, limit) if name == "ece" else limit) for end, limit in ends.items()
        }
    return result


def everything(
    female: Bools,
    probability: Scores,
    point: OperatingPoint,
    attributes: Mapping[str, Array],
    persons: Array,
) -> dict[str, Any]:
    """All that labels and scores say: ``metrics`` with intervals, curves, confusion, ``groups``.

    Args: as those of ``metrics`` and ``groups``.
    """

    def measure(labels: Bools, values: Scores) -> dict[str, float]:
        return metrics(labels, values, point)

    return {
        "metrics": with_intervals(measure, (female, probability), persons),
        "roc": roc(female, probability),
        "risk_coverage": risk_coverage(female, probability, point),
        "reliability": reliability(female, probability),
        "confusion": confusion(female, probability, point.threshold),
        "groups": groups(female, probability, point, attributes, persons),
    }


def roc(female: Bools, probability: Scores) -> dict[str, list[float]]:
    """The ROC curve, thinned: ``fpr``, ``tpr`` and the ``threshold`` that gives each point."""
    fpr, tpr, threshold = _rates(female, probability)
    return _thinned({"fpr": fpr, "tpr": tpr, "threshold": np.clip(threshold, 0, 1)})


def precision_recall(female: Bools, probability: Scores) -> dict[str, list[float]]:
    """Precision over recall of female, thinned: ``recall``, ``precision``, ``threshold``."""
    found, taken, threshold = _counts(female, probability)
    precision, recall = found / (found + taken), found / found[-1]
    return _thinned({"recall": recall, "precision": precision, "threshold": threshold})


def risk_coverage(
    female: Bools, probability: Scores, point: OperatingPoint
) -> dict[str, list[float]]:
    """What answering only the most certain faces costs and brings (El-Yaniv and Wiener 2010).

    Thinned: ``coverage``, the ``risk`` at it, and the ``certainty`` asked for, falling.
    """
    certainty, risk = _risks(female, probability, point.threshold)
    coverage = np.arange(1, len(risk) + 1) / len(risk)
    return _thinned({"coverage": coverage, "risk": risk, "certainty": certainty})


def reliability(female: Bools, probability: Scores) -> dict[str, list[float]]:
    """Bins of equal mass: the mean ``predicted``, the share ``observed`` female, and ``faces``."""
    order = np.array_split(np.argsort(probability, kind="stable"), min(BINS, len(female)))
    return {
        "predicted": [float(probability[rows].mean()) for rows in order],
        "observed": [float(female[rows].mean()) for rows in order],
        "faces": [len(rows) for rows in order],
    }


def confusion(female: Bools, probability: Scores, threshold: float) -> list[list[int]]:
    """Counts: rows are the labels female, male; columns what they read as, female, male."""
    read = probability >= threshold
    return [[int((side & read).sum()), int((side & ~read).sum())] for side in (female, ~female)]


def groups(
    female: Bools,
    probability: Scores,
    point: OperatingPoint,
    attributes: Mapping[str, Array],
    persons: Array,
) -> dict[str, Any]:
    """How well each group is read, and each crossing of two groups.

    Args:
        attributes: by name the groups, str (N,); "" where not known.

    Returns:
        For each attribute, and each pair of them (``"race, sex"``): ``by_group``, for each value
        the number of ``faces`` and ``accuracy``, ``coverage`` and ``risk`` with intervals, and
        ``gap``: for accuracy and coverage the ``lowest`` and ``highest`` group of at least
        ``LEAST_GROUP`` faces and their ``difference``.
    """
    columns = {name: values for name, values in attributes.items() if (values != "").any()}
    for one, other in combinations(sorted(columns), 2):
        known = (columns[one] != "") & (columns[other] != "")
        both = np.char.add(np.char.add(columns[one], ", "), columns[other])
        columns[f"{one}, {other}"] = np.where(known, both, "")
    right, answered = point.right(female, probability), point.answered(probability)

    def measure(labels: Bools, right: Bools, answered: Bools) -> dict[str, float]:
        return {"accuracy": float(right.mean()), **answers(right, answered)}

    result = {}
    for name, values in columns.items():
        table: dict[str, dict[str, Any]] = {}
        for value in sorted(set(values.tolist()) - {""}, key=order_of):
            rows = values == value
            arrays = female[rows], right[rows], answered[rows]
            table[value] = {
                "faces": int(rows.sum()),
                **with_intervals(measure, arrays, persons[rows]),
            }
        result[name] = {"by_group": table, "gap": _gaps(table)}
    return result


def _gaps(table: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    large = {name: row for name, row in table.items() if row["faces"] >= LEAST_GROUP}
    if len(large) < 2:
        return {}
    gaps = {}
    for metric in ("accuracy", "coverage"):
        values = {name: row[metric]["value"] for name, row in large.items()}
        lowest, highest = min(values, key=values.__getitem__), max(values, key=values.__getitem__)
        difference = values[highest] - values[lowest]
        gaps[metric] = {"lowest": lowest, "highest": highest, "difference": difference}
    return gaps


def end_to_end(
    female: Bools,
    found: Bools,
    probability: Scores,
    answered: Bools,
    point: OperatingPoint,
    persons: Array,
) -> dict[str, Any]:
    """Photo in, verdict out, with intervals.

    ``right``, ``wrong``, ``unsure`` ("?") and ``missed`` (no face found) are shares of all photos
    and sum to 1; ``balanced_accuracy`` counts a missed face as wrong and leaves no "?".

    Args:
        female: bool (N,), the labels of all photos.
        found: bool (N,), where the detector found a face.
        probability: (N,), of female; where no face was found it does not count.
        answered: bool (N,), where the verdict would not be "?".
    """

    def measure(labels: Bools, found: Bools, right: Bools, answered: Bools) -> dict[str, float]:
        sides = [(found & right)[labels == side].mean() for side in set(labels.tolist())]
        return {
            "right": float((found & answered & right).mean()),
            "wrong": float((found & answered & ~right).mean()),
            "unsure": float((found & ~answered).mean()),
            "missed": float((~found).mean()),
            "balanced_accuracy": float(np.mean(sides)),
        }

    columns = female, found, point.right(female, probability), answered
    return {"photos": len(female), **with_intervals(measure, columns, persons)}


def equal_error_threshold(female: Bools, probability: Scores) -> float:
    """The threshold at which both sexes are read wrongly equally often: the equal error rate."""
    _, threshold = _equal_errors(female, probability)
    return float(np.clip(threshold, 0, 1))


def ranking(female: Bools, scores: Scores) -> dict[str, float]:
    """``auc``, and ``balanced_accuracy`` where both sexes are read wrongly equally often.

    Args:
        female: bool (N,); both classes occur.
        scores: (N,), higher for female; need not be probabilities.
    """
    balanced, _ = _equal_errors(female, scores)
    return {"auc": area_under_roc(female, scores), "balanced_accuracy": balanced}


def _equal_errors(female: Bools, scores: Scores) -> tuple[float, float]:
    """Balanced accuracy and threshold where the two rates of error are closest.

    Of all thresholds: where the two cross is seldom a corner of the curve.
    """
    found, taken, threshold = _counts(female, scores)
    tpr, fpr = found / found[-1], taken / taken[-1]
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
    falling, risks = _risks(female, probability, threshold)
    # Equally certain faces are answered together or not at all.
    within = (risks <= risk) & np.append(falling[1:] < falling[:-1], True)
    least = float(falling[within][-1]) if within.any() else 1.0
    return max(least, threshold, 1 - threshold)


def age_group(age: str) -> str:
    """An age in years as the decade it falls in; anything else as it is."""
    if not (age.isascii() and age.isdigit() and len(age) <= 3):
        return age
    decade = int(age) // 10 * 10
    return f"{decade}-{decade + 9}"


def order_of(value: str) -> tuple[float, str]:
    """A key that sorts ages by number, all else by the alphabet."""
    digits = "".join(c if c in "0123456789" else " " for c in value).split()
    return (float(digits[0]) + 0.5 * value.startswith("more"), value) if digits else (1e9, value)


def proportion_interval(hits: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """The interval of a share, 95 % unless told (Wilson 1927); 0 to 1 where there is nothing."""
    if total == 0:
        return 0.0, 1.0
    share, weight = hits / total, z * z / total
    middle = (share + weight / 2) / (1 + weight)
    half = z * np.sqrt(share * (1 - share) / total + weight / (4 * total)) / (1 + weight)
    return float(middle - half), float(middle + half)


def area_under_roc(female: Bools, scores: Scores) -> float:
    """The chance that a face labelled female scores above one labelled male; ties count half."""
    fpr, tpr, _ = _rates(female, scores)
    return float(np.trapezoid(tpr, fpr))


def average_precision(female: Bools, scores: Scores) -> float:
    """The mean precision of female at each step of recall, not interpolated."""
    found, taken, _ = _counts(female, scores)
    steps = np.diff(found, prepend=0) / found[-1]
    return float(np.sum(steps * found / (found + taken)))


def _counts(female: Bools, scores: Scores) -> tuple[Array, Array, Scores]:
    """From each distinct score on, falling: faces labelled female, labelled male, the score."""
    order = np.argsort(-scores, kind="stable")
    falling = scores[order]
    last = np.append(falling[1:] < falling[:-1], True)
    found = np.cumsum(female[order])[last]
    return found, np.arange(1, len(order) + 1)[last] - found, falling[last]


def _rates(female: Bools, scores: Scores) -> tuple[Scores, Scores, Scores]:
    """False and true positive rate, and the threshold of each, from (0, 0) on.

    Points on a straight line between their neighbours are left out (Fawcett 2006).
    """
    found, taken, threshold = _counts(female, scores)
    corner = np.ones(len(found), bool)
    corner[1:-1] = (np.diff(found, 2) != 0) | (np.diff(taken, 2) != 0)
    fpr = np.append(0, taken[corner] / taken[-1])
    tpr = np.append(0, found[corner] / found[-1])
    return fpr, tpr, np.append(np.inf, threshold[corner])


def _certainty(probability: Scores) -> Scores:
    """The probability of the likelier class, 0.5 to 1, (N,)."""
    return np.maximum(probability, 1 - probability)


def _risks(female: Bools, probability: Scores, threshold: float) -> tuple[Scores, Scores]:
    """Certainties, falling, and the share of wrong answers among the faces up to each, (N,)."""
    certainty = _certainty(probability)
    order = np.argsort(-certainty, kind="stable")
    wrong = ((probability >= threshold) != female)[order]
    return certainty[order], np.cumsum(wrong) / np.arange(1, len(wrong) + 1)


def _thinned(curve: Mapping[str, Array]) -> dict[str, list[float]]:
    length = len(next(iter(curve.values())))
    keep = np.unique(np.linspace(0, length - 1, CURVE_POINTS).round().astype(int))
    return {name: np.round(values[keep], 5).tolist() for name, values in curve.items()}
