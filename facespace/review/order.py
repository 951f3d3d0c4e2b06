"""In which order faces are reviewed, and how often the reviewers agree with the model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from facespace.io.perceptual_hash import differing
from facespace.metrics.intervals import proportion
from facespace.review.item import REASONS, Item

#: Among so many faces closest to the boundary the least like the last so many is taken.
CLOSEST, LAST = 12, 12

#: Edges of the bins of the probability of female that agreement is counted in.
EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def by_usefulness(items: Iterable[Item], most: int | None = None) -> list[Item]:
    """The faces that wait, the most useful to decide first; only so many where ``most`` is given.

    Uncertainty sampling with variety: of the ``CLOSEST`` faces nearest to the decision boundary
    that one comes next which differs most, by perceptual hash, from the ``LAST`` that came before
    it, those decided last among them. In a simulation (``benchmarks/review.py``) it came to the
    error of 2,000 reviews in random order after 77 % of them; over the first 1,000 it gained
    nothing.
    """
    items = list(items)
    rest = sorted(
        (item for item in items if item.decision is None), key=lambda item: (item.margin, item.id)
    )
    done = sorted(
        (item for item in items if item.decided is not None), key=lambda item: item.decided or 0.0
    )
    before = [item.hash for item in done[-LAST:]]
    ordered: list[Item] = []
    while rest and (most is None or len(ordered) < most):
        closest = np.array([item.hash for item in rest[:CLOSEST]], np.int64)
        apart = [differing(closest, code) for code in before]
        chosen = int(np.min(apart, axis=0).argmax()) if apart else 0
        ordered.append(rest.pop(chosen))
        before = [*before, ordered[-1].hash][-LAST:]
    return ordered


def agreement(items: Sequence[Item]) -> dict[str, Any]:
    """How often reviewers decided as the model would have answered, had it had to.

    Returns:
        ``all``; ``by_reason``, a row for each reason in words; ``by_score``, a row for each bin of
        the probability of female, ``from`` and ``to``. Every row has ``decided``
        (female or male), ``agreed``, ``share`` of these with its 95 % interval (None where nobody
        decided), ``no_face`` and ``unknown``.
    """
    done = [item for item in items if item.decision is not None]
    bins = [
        {"from": low, "to": high, **_counted([item for item in done if _within(item, low, high)])}
        for low, high in pairwise(EDGES)
    ]
    reasons = {
        words: _counted([item for item in done if reason in item.reasons])
        for reason, words in REASONS.items()
        if any(reason in item.reasons for item in done)
    }
    return {"all": _counted(done), "by_reason": reasons, "by_score": bins}


def _within(item: Item, low: float, high: float) -> bool:
    return low <= item.probability_female < high or (high == 1.0 == item.probability_female)


def _counted(items: Sequence[Item]) -> dict[str, Any]:
    answered = [item for item in items if item.decision in ("female", "male")]
    agreed = sum(item.decision == item.predicted for item in answered)
    return {
        "decided": len(answered),
        "agreed": agreed,
        "share": proportion(agreed, len(answered)) if answered else None,
        "no_face": sum(item.decision == "no face" for item in items),
        "unknown": sum(item.decision == "unknown" for item in items),
    }
