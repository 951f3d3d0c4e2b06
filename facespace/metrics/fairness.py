"""Thresholds that make a rate equal in every group, and what that costs on other people.

Equal opportunity is Hardt, Price and Srebro's (2016): a group's threshold is chosen after training,
from its scores alone. The product reads no group and has one threshold; this is for looking at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facespace.metrics import intervals
from facespace.metrics.groups import LEAST_GROUP, order_of
from facespace.metrics.intervals import Interval
from facespace.metrics.operating_point import Scores
from facespace.metrics.thresholds import equal_error_threshold
from facespace.types import Array, Bools

#: What can be made equal, and in which words.
CRITERIA = {
    "sexes": "Errors of female and male, in each group",
    "female": "Female read as labelled, in all groups",
    "male": "Male read as labelled, in all groups",
}

#: A group has a threshold of its own only with so many faces of either sex in either half.
LEAST_SIDE = LEAST_GROUP // 2


@dataclass(frozen=True, slots=True)
class EqualisedGroup:
    """A group with the one threshold and with its own.

    ``before`` and ``after``: ``error``, ``recall_female``, ``recall_male``; NaN where there is no
    such face.
    """

    faces: int
    before: dict[str, float]
    after: dict[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Equalised:
    """Thresholds chosen on one half of the persons, and what they do on the other.

    ``thresholds``: by group; a group too small for an own one has the ``common`` one, and is not
    in ``own``. ``measured`` and ``optimistic``: on the other half, and on the very half they were
    chosen on: ``error_before``, ``error_after``, ``gap_before``, ``gap_after`` and the differences
    ``error_cost`` and ``gap_change``, after less before, each with its interval. An error is a
    share of the faces; the gap is that of the criterion, over the groups of ``own``: for "sexes"
    the largest distance between the recalls of both sexes within a group, else the largest
    between the recall of that sex in two groups. ``groups``: by group its ``faces`` in the other
    half and what either threshold does there.
    """

    common: float
    thresholds: dict[str, float]
    own: tuple[str, ...]
    measured: dict[str, Interval]
    optimistic: dict[str, Interval]
    groups: dict[str, EqualisedGroup]


def half(persons: Array, seed: int = 0) -> Bools:
    """A random half of the persons, as bool (N,) over their faces; the same for the same seed."""
    people, number = np.unique(persons, return_inverse=True)
    chosen = np.zeros(len(people), bool)
    chosen[np.random.default_rng(seed).permutation(len(people))[: len(people) // 2]] = True
    return np.asarray(chosen[number])


def equalised(
    female: Bools,
    probability: Scores,
    groups: Array,
    persons: Array,
    common: float,
    criterion: str,
    seed: int = 0,
) -> Equalised:
    """Choose a threshold for each group on one half of the persons; measure it on the other.

    Args:
        female: bool (N,), the labels.
        probability: (N,), of female.
        groups: str (N,); faces whose group is not known ("") have no part.
        persons: (N,), equal for faces of the same person.
        common: the one threshold for all.
        criterion: of ``CRITERIA``.
        seed: of the halves.
    """
    known = groups != ""
    female, probability, groups, persons = (
        values[known] for values in (female, probability, groups, persons)
    )
    choosing = half(persons, seed)
    names = sorted(set(groups.tolist()), key=order_of)
    sides = [female, ~female]
    own = tuple(
        name
        for name in names
        if all(
            ((groups == name) & side & part).sum() >= LEAST_SIDE
            for side in sides
            for part in (choosing, ~choosing)
        )
    )
    fitted = choosing & np.isin(groups, own)
    thresholds = dict.fromkeys(names, common)
    if criterion == "sexes":
        for name in own:
            rows = choosing & (groups == name)
            thresholds[name] = equal_error_threshold(female[rows], probability[rows])
    elif fitted.any():
        side = female if criterion == "female" else ~female
        reaching = float((probability[fitted & side] >= common).mean())
        for name in own:
            rows = choosing & (groups == name) & side
            thresholds[name] = _reached_by(probability[rows], reaching)
    each = np.array([thresholds[name] for name in groups.tolist()])
    before, after = (probability >= cut for cut in (common, each))

    def cost(rows: Bools) -> dict[str, Interval]:
        arrays = female[rows], before[rows], after[rows], groups[rows], persons[rows]
        return _cost(*arrays, own, criterion)

    other = ~choosing
    return Equalised(
        common,
        thresholds,
        own,
        measured=cost(other),
        optimistic=cost(choosing),
        groups={name: _group(female, before, after, other & (groups == name)) for name in names},
    )


def _reached_by(scores: Scores, share: float) -> float:
    """The threshold that about a share of the scores reaches: halfway between two of them."""
    rising = np.sort(scores)
    below = round((1 - share) * len(rising))
    around = np.concatenate([[0.0], rising, [1.0]])[below : below + 2]
    return float(around.mean())


def _group(female: Bools, before: Bools, after: Bools, rows: Bools) -> EqualisedGroup:
    def rates(read: Bools) -> dict[str, float]:
        right = (read == female)[rows]
        parts = {"error": ~right, "recall_female": right[female[rows]]}
        parts["recall_male"] = right[~female[rows]]
        return {
            name: float(values.mean()) if len(values) else float("nan")
            for name, values in parts.items()
        }

    return EqualisedGroup(int(rows.sum()), rates(before), rates(after))


def _cost(
    female: Bools,
    before: Bools,
    after: Bools,
    groups: Array,
    persons: Array,
    own: tuple[str, ...],
    criterion: str,
) -> dict[str, Interval]:
    """Error and gap with the one threshold and with many, and the differences."""
    number = {name: i for i, name in enumerate(own)}
    group = np.array([number.get(name, len(own)) for name in groups.tolist()])
    shape = (len(own) + 1, 2, 2, 2)
    kinds = np.ravel_multi_index(
        (group, female.astype(int), (before == female).astype(int), (after == female).astype(int)),
        shape,
    )

    def measure(counts: Array) -> dict[str, Array]:
        table = counts.reshape(*counts.shape[:-1], *shape).astype(float)
        faces = table.sum(axis=(-4, -3, -2, -1))
        result = {}
        for name, axis in (("before", -1), ("after", -2)):
            # (..., group, female, right), once the other threshold is summed over.
            right = table.sum(axis=axis)
            result[f"error_{name}"] = right[..., 0].sum(axis=(-2, -1)) / faces
            with np.errstate(invalid="ignore"):
                recall = (right[..., 1] / right.sum(axis=-1))[..., : len(own), :]
            result[f"gap_{name}"] = _gap(recall, criterion)
        result["error_cost"] = result["error_after"] - result["error_before"]
        result["gap_change"] = result["gap_after"] - result["gap_before"]
        return result

    biased = {"gap_before": 0.0, "gap_after": 0.0, "gap_change": -np.inf}
    return intervals.of_counts(measure, kinds, int(np.prod(shape)), persons, biased)


def _gap(recall: Array, criterion: str) -> Array:
    """The criterion's gap of recalls (..., groups, [male, female])."""
    if recall.shape[-2] < (1 if criterion == "sexes" else 2):
        return np.full(recall.shape[:-2], np.nan)
    if criterion == "sexes":
        return np.asarray(np.abs(recall[..., 1] - recall[..., 0]).max(axis=-1))
    side = recall[..., 1 if criterion == "female" else 0]
    return np.asarray(side.max(axis=-1) - side.min(axis=-1))
