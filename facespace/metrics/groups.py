"""How well each group of faces is served, each crossing of two groups, and the gaps between."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from facespace.metrics import intervals
from facespace.metrics.intervals import Interval
from facespace.metrics.operating_point import OperatingPoint, Scores, answers
from facespace.types import Array, Bools

#: Skin tones by the individual typology angle, from the largest to the smallest (Chardon 1991).
TONES = ("very light", "light", "intermediate", "tan", "brown", "dark")

#: Groups of fewer faces have no part in a gap: their figures are mostly chance.
LEAST_GROUP = 30


@dataclass(frozen=True, slots=True)
class Group:
    """How many faces a group has, and their metrics, such as ``accuracy``.

    ``counts``: how many of them a metric is about, where it is not about all.
    """

    faces: int
    metrics: Mapping[str, Interval] = field(metadata={"rest": True})
    counts: Mapping[str, int] | None = None

    def count(self, metric: str) -> int:
        """How many faces a metric is about."""
        return (self.counts or {}).get(metric, self.faces)


@dataclass(frozen=True, slots=True)
class Gap:
    """The group of at least ``LEAST_GROUP`` faces with the lowest figure, that with the highest."""

    lowest: str
    highest: str
    difference: float


@dataclass(frozen=True, slots=True)
class Grouping:
    """The groups of one attribute, or of a crossing of two, and their gap by metric."""

    by_group: Mapping[str, Group]
    gap: Mapping[str, Gap]

    def ratio(self, metric: str) -> float:
        """The lowest figure over the highest of those of ``gap``; NaN where there is no gap."""
        if metric not in self.gap:
            return math.nan
        low, high = (
            self.by_group[name].metrics[metric].value
            for name in (self.gap[metric].lowest, self.gap[metric].highest)
        )
        return low / high if high else math.nan

    def small(self, metric: str) -> dict[str, int]:
        """The groups that are too small for the gap, and how many faces each has."""
        counts = {name: group.count(metric) for name, group in self.by_group.items()}
        return {name: count for name, count in counts.items() if count < LEAST_GROUP}


def groups(
    female: Bools,
    probability: Scores,
    point: OperatingPoint,
    attributes: Mapping[str, Array],
    persons: Array,
) -> dict[str, Grouping]:
    """How well each group is predicted, and each crossing of two groups.

    Args:
        female: bool (N,), the labels.
        probability: (N,), of female.
        point: the model's.
        attributes: by name the groups, str (N,); "" where not known.
        persons: (N,), equal for faces of the same person.

    Returns:
        by attribute, and by each pair of them (``"race, sex"``); a gap in accuracy and in coverage.
    """
    columns = {name: values for name, values in attributes.items() if (values != "").any()}
    for pair in combinations(sorted(columns), 2):
        columns[", ".join(pair)] = crossed(columns, ", ".join(pair))
    right, answered = point.right(female, probability), point.answered(probability)

    def measure(labels: Bools, right: Bools, answered: Bools) -> dict[str, float]:
        return {"accuracy": float(right.mean()), **answers(right, answered)}

    result = {}
    for name, values in columns.items():
        table: dict[str, Group] = {}
        for value in sorted(set(values.tolist()) - {""}, key=order_of):
            rows = values == value
            arrays = female[rows], right[rows], answered[rows]
            figures = intervals.of_faces(measure, arrays, persons[rows])
            table[value] = Group(int(rows.sum()), figures)
        result[name] = Grouping(table, gaps(table, ("accuracy", "coverage")))
    return result


def gaps(table: Mapping[str, Group], metrics: Iterable[str]) -> dict[str, Gap]:
    """The gap of each metric of which two groups of a table have ``LEAST_GROUP`` faces."""
    gaps = {}
    for metric in metrics:
        values = {
            name: group.metrics[metric].value
            for name, group in table.items()
            if group.count(metric) >= LEAST_GROUP
        }
        if len(values) < 2:
            continue
        lowest, highest = min(values, key=values.__getitem__), max(values, key=values.__getitem__)
        gaps[metric] = Gap(lowest, highest, values[highest] - values[lowest])
    return gaps


def largest_gap(groupings: Mapping[str, Grouping], metric: str) -> tuple[str, Gap] | None:
    """The attribute with the largest gap in ``accuracy`` or ``coverage``, and that gap, if any."""
    gaps = {name: one.gap[metric] for name, one in groupings.items() if metric in one.gap}
    if not gaps:
        return None
    widest = max(gaps, key=lambda name: gaps[name].difference)
    return widest, gaps[widest]


def crossed(attributes: Mapping[str, Array], names: str) -> Array:
    """The groups of an attribute, or of a crossing (``"age, race"``), str (N,); "" if unknown."""
    columns = [attributes[name] for name in names.split(", ")]
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return np.array([", ".join(row) if all(row) else "" for row in rows])


def age_group(age: str) -> str:
    """An age in years as the decade it falls in; anything else as it is."""
    if not (age.isascii() and age.isdigit() and len(age) <= 3):
        return age
    decade = int(age) // 10 * 10
    return f"{decade}-{decade + 9}"


def order_of(value: str) -> tuple[float, str]:
    """A key that sorts ages by number, tones from light to dark, all else by the alphabet."""
    if value in TONES:
        return TONES.index(value), value
    digits = "".join(c if c in "0123456789" else " " for c in value).split()
    return (float(digits[0]) + 0.5 * value.startswith("more"), value) if digits else (1e9, value)
