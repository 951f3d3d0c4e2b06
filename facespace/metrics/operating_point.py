"""How a probability becomes an answer, and what the answers count up to.

The positive class is female throughout: a label is True, a probability near 1, for female.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from facespace.types import Array, Bools

Scores = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """How a probability becomes an answer.

    ``threshold``: a face is predicted female from this probability on. ``certainty``: the least
    probability of the likelier class, 0.5 to 1, for an answer.
    """

    threshold: float
    certainty: float

    def right(self, female: Bools, probability: Scores) -> Bools:
        """Which faces are predicted as labelled, "?" or not, bool (N,)."""
        return np.asarray((probability >= self.threshold) == female)

    def answered(self, probability: Scores) -> Bools:
        """Which faces are certain enough for an answer, bool (N,)."""
        return np.asarray(certainty(probability) >= self.certainty)


def certainty(probability: Scores) -> Scores:
    """The probability of the likelier class, 0.5 to 1, (N,)."""
    return np.maximum(probability, 1 - probability)


#: Counts: rows are the labels female, male; columns the predictions female, male.
Confusion = tuple[tuple[int, ...], ...]


def confusion(female: Bools, probability: Scores, threshold: float) -> Confusion:
    """How many faces of either label are predicted female and male from a threshold on."""
    predicted = probability >= threshold
    return tuple(
        (int((side & predicted).sum()), int((side & ~predicted).sum()))
        for side in (female, ~female)
    )


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
