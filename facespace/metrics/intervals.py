"""95 % intervals: Wilson's of a share, and the cluster bootstrap's of everything else."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from facespace.types import Array


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure's ``value``, and the ends of its 95 % interval; NaN where there is none."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, value: float) -> Interval:
        """A value whose interval is not known."""
        return cls(value, math.nan, math.nan)

    @property
    def complement(self) -> Interval:
        """The interval of one less a share."""
        return Interval(1 - self.value, 1 - self.high, 1 - self.low)


#: Bootstrap rounds behind every interval.
ROUNDS = 1000

#: Metrics that are shares: of all faces, or of the part that another metric says.
_SHARES = {
    **dict.fromkeys(("accuracy", "coverage", "right", "wrong", "unsure", "missed", "child"), ""),
    "risk": "coverage",
}

#: The normal distribution's quantile of 97.5 %.
_Z = 1.959964


def proportion(hits: int, total: int) -> Interval:
    """A share and its interval (Wilson 1927); NaN, between 0 and 1, where there is nothing."""
    if total == 0:
        return Interval(math.nan, 0.0, 1.0)
    share, weight = hits / total, _Z * _Z / total
    middle = (share + weight / 2) / (1 + weight)
    half = _Z * (share * (1 - share) / total + weight / total / 4) ** 0.5 / (1 + weight)
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))


def of_faces(
    measure: Callable[..., Mapping[str, float]],
    columns: tuple[Array, ...],
    persons: Array,
    seed: int = 0,
) -> dict[str, Interval]:
    """Each metric of faces with its interval: percentiles of a cluster bootstrap.

    The calibration error ``ece`` of a drawn sample is too large on average, since some faces are
    drawn twice; its interval is moved by as much, and ends at 0.

    Args:
        measure: rows of the columns -> metrics.
        columns: arrays (N,); the first says which faces are labelled female, and only samples
            that hold both classes, if all faces do, are measured.
        persons: (N,), equal for faces of the same person.
        seed: of what is drawn.
    """
    _, number = np.unique(persons, return_inverse=True)
    members = np.split(np.argsort(number, kind="stable"), np.cumsum(np.bincount(number))[:-1])
    behind = behind_recall(columns[0], persons)
    mixed = len(behind) > 2
    whole = measure(*columns)

    def sample(chosen: Array) -> Array | None:
        rows = np.concatenate([members[i] for i in chosen])
        if mixed and len(set(columns[0][rows].tolist())) < 2:
            return None
        return np.array(list(measure(*(column[rows] for column in columns)).values()))

    def metrics(values: Array) -> dict[str, Array]:
        return dict(zip(whole, values.T, strict=True))

    every = np.array(list(whole.values()))
    return _bootstrap(metrics, every, sample, len(members), {"ece": 0.0}, behind, seed)


def behind_recall(female: Array, persons: Array) -> dict[str, int]:
    """For the rule of three, how many persons are behind the recall of each sex that occurs.

    Behind the balanced accuracy, their mean, are twice as many as the rarer sex has: the chance to
    see no error at all is highest where all of them are of that sex.

    Args:
        female: bool (N,), the labels.
        persons: (N,), equal for faces of the same person.
    """
    labels = np.asarray(female, bool)
    sides = {"recall_female": labels, "recall_male": ~labels}
    behind = {name: people(persons[side]) for name, side in sides.items() if side.any()}
    if not behind:
        return {}
    return behind | {"balanced_accuracy": len(behind) * min(behind.values())}


def people(persons: Array) -> int:
    """How many different persons there are."""
    return len(np.unique(persons))


def of_counts(
    measure: Callable[[Array], Mapping[str, Array]],
    kinds: Array,
    count: int,
    persons: Array,
    biased: Mapping[str, float] | None = None,
    behind: Mapping[str, int] | None = None,
    seed: int = 0,
) -> dict[str, Interval]:
    """As ``of_faces``, for metrics that need nothing but how many faces are of which kind.

    A thousand rounds take some 50 ms for 2,500 faces: fast enough to follow a slider.

    Args:
        measure: counts (..., ``count``) -> metrics (...); NaN where there is none.
        kinds: int (N,), 0 to ``count`` - 1.
        count: how many kinds there are.
        persons: (N,), equal for faces of the same person.
        biased: metrics that a drawn sample makes too large on average, such as the largest of
            several differences, and the least that each can be; their intervals are moved by as
            much.
        behind: metrics that are shares of some persons' faces alone, and how many persons these
            are, for the rule of three.
        seed: of what is drawn.
    """
    _, number = np.unique(persons, return_inverse=True)
    drawn = int(number.max()) + 1

    def sample(chosen: Array) -> Array:
        times = np.bincount(chosen, minlength=drawn)
        return np.bincount(kinds, weights=times[number], minlength=count)

    every = np.bincount(kinds, minlength=count)
    return _bootstrap(measure, every, sample, drawn, biased or {}, behind or {}, seed)


def _bootstrap(
    measure: Callable[[Array], Mapping[str, Array]],
    every: Array,
    sample: Callable[[Array], Array | None],
    drawn: int,
    biased: Mapping[str, float],
    behind: Mapping[str, int],
    seed: int,
) -> dict[str, Interval]:
    """Metrics of all persons' faces, with the percentiles of those of persons drawn anew.

    Faces of the same person are drawn together, as they are not independent (Field and Welsh
    2007). What is biased in a drawn sample is moved back (Efron and Tibshirani 1993, 10.6). A share
    that is nothing or everything is so in every sample; its interval is by the rule of three
    (Hanley and Lippman-Hand 1983), n being persons.

    Args:
        measure: summaries (..., S) -> metrics (...).
        every: the summary of all faces, (S,).
        sample: numbers of persons, (drawn,) -> the summary of their faces, (S,), or None to draw
            others.
        drawn: how many persons there are.
        biased: metrics whose intervals are moved, and the least that each can be.
        behind: metrics that are shares of some persons' faces, and how many persons these are.
        seed: of what is drawn.
    """
    rng = np.random.default_rng(seed)
    summaries: list[Array] = []
    while len(summaries) < ROUNDS:
        summary = sample(rng.integers(drawn, size=drawn))
        if summary is not None:
            summaries.append(summary)
    values = measure(every)
    result = {}
    for name, rounds in measure(np.array(summaries)).items():
        known, value = rounds[~np.isnan(rounds)], float(values[name])
        ends = np.percentile(known, (2.5, 97.5)) if len(known) else np.full(2, np.nan)
        if name in biased and len(known):
            ends = np.maximum(ends - (known.mean() - value), biased[name])
        if name in {*_SHARES, *behind} and value in (0, 1) and ends[0] == ends[1]:
            part = float(values.get(_SHARES.get(name, ""), 1.0))
            far = min(1.0, 3 / behind.get(name, drawn * part))
            ends = np.array([0, far]) if value == 0 else np.array([1 - far, 1])
        result[name] = Interval(value, float(ends[0]), float(ends[1]))
    return result
