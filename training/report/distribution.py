"""How numbers are spread, over all photos and by group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from facespace.metrics.groups import order_of
from facespace.types import Array

#: Bins of a histogram below the 99th percentile, and at most in all: the tail goes on in bins of
#: the same width, so that a few odd photos do not blur all others.
BINS, MOST_BINS = 30, 150

_MARKS = {"min": 0, "p5": 5, "p25": 25, "median": 50, "p75": 75, "p95": 95, "max": 100}
_BOX = ("p5", "p25", "median", "p75", "p95")


def distribution(values: Array, attributes: Mapping[str, Array]) -> dict[str, Any]:
    """A histogram, percentiles, and percentiles by group.

    Args:
        values: numbers (N,).
        attributes: the groups of each, str (N,), among them ``sex``.
    """
    values = np.asarray(values, np.float64)
    counts, edges = np.histogram(values, _bins(values))
    female, _ = np.histogram(values[attributes["sex"] == "female"], edges)
    marks = np.percentile(values, list(_MARKS.values()))
    return {
        "edges": _short(edges),
        "counts": counts.tolist(),
        "female": female.tolist(),
        **dict(zip(_MARKS, _short(marks), strict=True)),
        "by": {
            attribute: {value: _box(values[groups == value]) for value in values_of(groups)}
            for attribute, groups in attributes.items()
        },
    }


def _bins(values: Array) -> int:
    spread = float(np.percentile(values, 99) - values.min())
    if not spread:  # nearly all are the same
        return BINS if np.ptp(values) else 1
    return min(MOST_BINS, int(np.ceil(BINS * np.ptp(values) / spread)))


def values_of(values: Array) -> list[str]:
    """The values that occur, without "" (not known), ages by number, all else by the alphabet."""
    return sorted(set(values.tolist()) - {""}, key=order_of)


def _box(values: Array) -> dict[str, Any]:
    marks = _short(np.percentile(values, [_MARKS[name] for name in _BOX]))
    return {"photos": len(values), **dict(zip(_BOX, marks, strict=True))}


def _short(values: Array) -> list[float]:
    """Five digits of every number."""
    return [float(f"{value:.5g}") for value in values]
