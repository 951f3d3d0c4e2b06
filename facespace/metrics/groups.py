"""How well each group of faces is served, each crossing of two groups, and the gaps between."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np

from facespace.metrics import intervals
from facespace.metrics.operating_point import Array, Bools, OperatingPoint, Scores, answers

#: Groups of fewer faces have no part in a gap: their figures are mostly chance.
LEAST_GROUP = 30


def groups(
    female: Bools,
    probability: Scores,
    point: OperatingPoint,
    attributes: Mapping[str, Array],
    persons: Array,
) -> dict[str, Any]:
    """How well each group is read, and each crossing of two groups.

    Args:
        female: bool (N,), the labels.
        probability: (N,), of female.
        point: the model's.
        attributes: by name the groups, str (N,); "" where not known.
        persons: (N,), equal for faces of the same person.

    Returns:
        For each attribute, and each pair of them (``"race, sex"``): ``by_group``, for each value
        the number of ``faces`` and ``accuracy``, ``coverage`` and ``risk`` with intervals, and
        ``gap``: for accuracy and coverage the ``lowest`` and ``highest`` group of at least
        ``LEAST_GROUP`` faces and their ``difference``.
    """
    columns = {name: values for name, values in attributes.items() if (values != "").any()}
    for pair in combinations(sorted(columns), 2):
        columns[", ".join(pair)] = crossed(columns, ", ".join(pair))
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
                **intervals.of_faces(measure, arrays, persons[rows]),
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


def largest_gap(tables: Mapping[str, Any], metric: str) -> tuple[str, dict[str, Any]] | None:
    """The attribute with the largest gap in a metric, and that gap; None where there is none.

    Args:
        tables: by attribute ``gap``, as ``groups`` gives them.
        metric: ``accuracy`` or ``coverage``.
    """
    gaps = {name: table["gap"][metric] for name, table in tables.items() if metric in table["gap"]}
    if not gaps:
        return None
    widest = max(gaps, key=lambda name: gaps[name]["difference"])
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
