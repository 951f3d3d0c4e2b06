"""How far ages by looks are from those that are labelled, which may be ranges of years."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from facespace.metrics.groups import age_group, order_of
from facespace.types import Array

#: Years that a range without an end ("more than 70") is taken to have.
OPEN_YEARS = 10


@dataclass(frozen=True, slots=True)
class AgeError:
    """Of the ``faces`` of an age group: the mean distance in years, and the share in the group.

    ``error`` is the distance from the age, or from the middle of the range, that is labelled;
    ``within`` the share whose age by looks lies in the group.
    """

    faces: int
    error: float
    within: float


def by_group(ages: Array, labels: Array) -> dict[str, AgeError]:
    """The errors of each age group.

    Args:
        ages: by looks, in years, (N,).
        labels: ages or ranges of years as data sets write them, str (N,); "" where not known.
    """
    groups = np.array([age_group(label) for label in labels.tolist()])
    result = {}
    for group in sorted(set(groups.tolist()), key=order_of):
        span, rows = years(group), groups == group
        if span is None:
            continue
        first, end = span
        middles = np.array([_middle(label) for label in labels[rows].tolist()])
        within = (ages[rows] >= first) & ((ages[rows] < end) | _open(group))
        error = float(np.abs(ages[rows] - middles).mean())
        result[group] = AgeError(int(rows.sum()), error, float(within.mean()))
    return result


def years(group: str) -> tuple[float, float] | None:
    """Where a range of years begins and ends: "3-9" is from 3 to 10, "more than 70" from 70 on.

    None where it names no number. A range without an end is ``OPEN_YEARS`` long.
    """
    numbers = [int(digits) for digits in re.findall("[0-9]+", group)]
    if not numbers:
        return None
    end = numbers[-1] + (OPEN_YEARS if _open(group) else 1)
    return float(numbers[0]), float(end)


def _middle(label: str) -> float:
    """The middle of a range; an age in whole years is halfway to the next."""
    first, end = years(label) or (np.nan, np.nan)
    return (first + end) / 2


def _open(group: str) -> bool:
    """Whether a range has no end: ``more than 70``, ``70+``."""
    return len(re.findall("[0-9]+", group)) == 1 and not group.isdigit()
