"""How well each group of faces is served, each crossing of two groups, and the gaps between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from facespace.metrics import intervals
from facespace.metrics.intervals import Interval
from facespace.metrics.operating_point import OperatingPoint, Scores, answers
from facespace.types import Array, Bools

#: Groups of fewer faces have no part in a gap: their figures are mostly chance.
LEAST_GROUP = 30


@dataclass(frozen=True, slots=True)
class Group:
    """How many faces a group has, and their ``accuracy``, ``coverage`` and ``risk``."""

    faces: int
    metrics: Mapping[str, Interval] = field(metadata={"rest": True})


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
        result[name] = Grouping(table, _gaps(table))
    return result


def _gaps(table: Mapping[str, Group]) -> dict[str, Gap]:
    large = {name: group for name, group in table.items() if group.faces >= LEAST_GROUP}
    if len(large) < 2:
        return {}
    gaps = {}
    for metric in ("accuracy", "coverage"):
        values = {name: group.metrics[metric].value for name, group in large.items()}
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
    """A key that sorts ages by number, all else by the alphabet."""
    digits = "".join(c if c in "0123456789" else " " for c in value).split()
    return (float(digits[0]) + 0.5 * value.startswith("more"), value) if digits else (1e9, value)
