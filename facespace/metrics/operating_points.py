"""What a threshold and a certainty give, with intervals fast enough to follow a slider.

The metrics and the bootstrap are those of ``evaluate``, for what counts of faces alone decide.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping

import numpy as np

from facespace.metrics.classification import (
    ROUNDS,
    Array,
    Bools,
    Interval,
    OperatingPoint,
    Scores,
    from_confusion,
)


def counted_intervals(
    measure: Callable[[Array], Mapping[str, Array]],
    kinds: Array,
    count: int,
    persons: Array,
    biased: Container[str] = (),
    seed: int = 0,
) -> dict[str, Interval]:
    """As ``with_intervals``, for metrics that need nothing but how many faces are of which kind.

    A thousand rounds take some 50 ms for 2,500 faces: fast enough to follow a slider.

    Args:
        measure: counts (..., ``count``) -> metrics (...); NaN where there is none.
        kinds: int (N,), 0 to ``count`` - 1.
        persons: (N,), equal for faces of the same person.
        biased: metrics that a drawn sample makes too large on average, such as the largest of
            several differences; their intervals are moved by as much (Efron and Tibshirani 1993,
            10.6).
    """
    rng = np.random.default_rng(seed)
    _, number = np.unique(persons, return_inverse=True)
    people = int(number.max()) + 1
    drawn = np.empty((ROUNDS, count))
    for row in drawn:
        times = np.bincount(rng.integers(people, size=people), minlength=people)
        row[:] = np.bincount(kinds, weights=times[number], minlength=count)
    values = measure(np.bincount(kinds, minlength=count))
    result = {}
    for name, rounds in measure(drawn).items():
        known = rounds[~np.isnan(rounds)]
        low, high = np.percentile(known, (2.5, 97.5)) if len(known) else (np.nan, np.nan)
        excess = known.mean() - values[name] if name in biased and len(known) else 0.0
        ends = {"low": float(low - excess), "high": float(high - excess)}
        result[name] = {"value": float(values[name])} | ends
    return result


def at_threshold(
    female: Bools, probability: Scores, threshold: float, persons: Array
) -> dict[str, Interval]:
    """The metrics of ``from_confusion`` where a face reads as female from a threshold on."""
    kinds = 2 * ~female + (probability < threshold)
    return counted_intervals(
        lambda counts: from_confusion(counts.reshape(*counts.shape[:-1], 2, 2)), kinds, 4, persons
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

    return counted_intervals(measure, kinds, 3, persons)


def histogram(female: Bools, probability: Scores, bins: int = 40) -> dict[str, list[float]]:
    """How many faces of either label score where: ``edges`` (bins + 1), ``female``, ``male``."""
    edges = np.linspace(0, 1, bins + 1)
    return {
        "edges": edges.tolist(),
        "female": np.histogram(probability[female], edges)[0].astype(float).tolist(),
        "male": np.histogram(probability[~female], edges)[0].astype(float).tolist(),
    }
