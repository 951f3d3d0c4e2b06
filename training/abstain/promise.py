"""Cutoffs by what was promised: how large a chance is answered, and below which age nobody is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from facespace.metrics import intervals
from facespace.metrics.age_errors import years
from facespace.types import Array, Bools

#: What the upper end of the 95 % interval of wrong answers may be on photos as they are.
RISK = 0.03

#: Photos from which on an interval can show that; of fewer the share itself is held, and by the fit
#: on all of them.
ENOUGH = 200

#: Share of wrong answers that is put up with in each condition of spoilt photos.
SPOILT_RISK = 0.06

#: So many wrong answers of a condition are put up with however few answers it has.
CHANCE_ERRORS = 2

#: The largest chance is never chosen beyond these: the range of the slider.
LEAST, MOST = 0.01, 0.5

#: Of those labelled 0 to 9 so many are to look like children; of those of 20 and older at most so
#: many.
CHILDREN, ADULTS = 0.85, 0.03

#: Fewer faces of either age choose nothing.
LEAST_AGES = 20

#: The name of the condition that is none: photos as they are.
PLAIN = "as they are"


@dataclass(frozen=True, slots=True)
class Held:
    """What the answers of one condition came to, and ``high``, the upper end of their risk."""

    faces: int
    answered: float
    wrong: float
    high: float


def most_wrong(chances: Array, wrong: Bools, conditions: Array) -> float:
    """The largest chance of being wrong that may be answered, so that every promise is kept.

    Args:
        chances: of N faces that may be answered, by models that were fitted without them.
        wrong: bool (N,), whether the answer is.
        conditions: (N,), ``PLAIN`` or how the photo was spoilt.

    Returns:
        ``LEAST`` where no chance keeps them: too few photos, or too many wrong answers.
    """
    kept = np.logical_and.reduce(
        [_kept(chances, wrong, conditions, condition) for condition in set(conditions.tolist())]
        or [np.zeros(0, bool)]
    )
    return _largest(chances, kept)


def broken(chances: Array, wrong: Bools, conditions: Array) -> list[str]:
    """The conditions whose promise is broken where as much is answered as photos as they are allow.

    Args: as those of ``most_wrong``.
    """
    cutoff = _largest(chances, _kept(chances, wrong, conditions, PLAIN))
    result = []
    for condition in sorted(set(conditions.tolist()) - {PLAIN}):
        answered = (conditions == condition) & (chances <= cutoff)
        if not _few_wrong((answered & wrong).sum(), answered.sum()):
            result.append(condition)
    return result


def _kept(chances: Array, wrong: Bools, conditions: Array, condition: str) -> Bools:
    """Whether the promise of a condition is kept with each of the chances, rising, as a cutoff."""
    order = np.argsort(chances, kind="stable")
    here = conditions[order] == condition
    answered, errors = np.cumsum(here), np.cumsum(here & wrong[order])
    if condition != PLAIN:
        return _few_wrong(errors, answered)
    if here.sum() < ENOUGH:
        return np.asarray(errors <= RISK * answered)
    return np.asarray(_upper(errors, answered) <= RISK)


def _few_wrong(errors: Array, answered: Array) -> Bools:
    return np.asarray(errors <= np.maximum(SPOILT_RISK * answered, CHANCE_ERRORS))


def _largest(chances: Array, kept: Bools) -> float:
    """The largest of the chances that is kept, as the manifest will have it."""
    # Rounded upwards, so that no face more is answered; equal ones are answered together.
    rising = np.ceil(np.sort(chances) * 1e4) / 1e4
    within = kept & np.append(rising[1:] > rising[:-1], True)[: len(rising)]
    largest = float(rising[within][-1]) if within.any() else LEAST
    return min(max(largest, LEAST), MOST)


def _upper(errors: Array, answered: Array) -> Array:
    """The upper ends of ``intervals.proportion``, (N,)."""
    return np.array(
        [intervals.proportion(*counts).high for counts in zip(errors, answered, strict=True)]
    )


def held(answered: Bools, wrong: Bools, conditions: Array) -> dict[str, dict[str, float]]:
    """Of each condition, by its name, its faces, the share answered, and of those the wrong ones.

    Args:
        answered: bool (N,).
        wrong: bool (N,), whether the answer is, or would be.
        conditions: (N,).
    """
    result = {}
    for condition in dict.fromkeys(conditions.tolist()):
        here = conditions == condition
        given = here & answered
        risk = intervals.proportion(int((given & wrong).sum()), int(given.sum()))
        share = float(given.sum() / here.sum())
        result[condition] = asdict(Held(int(here.sum()), share, risk.value, risk.high))
    return result


def child(ages: Array, groups: Array) -> float | None:
    """The age in years below which a face looks like a child's.

    So that ``CHILDREN`` of those labelled 0 to 9 are below it, or, where that were more than
    ``ADULTS`` of those of 20 and older, so that these are.

    Args:
        ages: what the model takes each face for, in years, (N,).
        groups: what it is labelled, as ``metrics.groups.age_group`` gives it, (N,).

    Returns:
        None where there are fewer than ``LEAST_AGES`` of either.
    """
    young, grown = ages[is_young(groups)], ages[is_grown(groups)]
    if min(len(young), len(grown)) < LEAST_AGES:
        return None
    most = np.quantile(grown, ADULTS, method="lower")
    return float(np.floor(min(np.quantile(young, CHILDREN, method="higher"), most) * 100) / 100)


def is_young(groups: Array) -> Bools:
    """Which age groups end before 10, bool (N,)."""
    return np.asarray(_spans(groups)[:, 1] <= 10)


def is_grown(groups: Array) -> Bools:
    """Which age groups begin at 20 or later, bool (N,)."""
    return np.asarray(_spans(groups)[:, 0] >= 20)


def _spans(groups: Array) -> Array:
    """Where the groups begin and end, in years, float64 (N, 2); NaN where they are no ages."""
    spans = [years(group) or (np.nan, np.nan) for group in groups.tolist()]
    return np.array(spans, np.float64).reshape(-1, 2)


def marked(ages: Array, groups: Array, below: float) -> Mapping[str, Mapping[str, float]]:
    """How many of the youngest and of the grown look younger than an age."""
    sides = {"labelled 0 to 9": is_young(groups), "labelled 20 and older": is_grown(groups)}
    return {
        name: {"faces": int(side.sum()), "marked": float((ages[side] < below).mean())}
        for name, side in sides.items()
    }
