"""Which way leads from a face to one that reads more female, or more male."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from facespace.artifacts.face_space import FaceSpace
from facespace.types import Crops, Floats

#: Gives the probability of female, float (N,), of crops, uint8 (N, side, side).
Judge = Callable[[Crops], npt.NDArray[np.floating]]

#: Half the width of the differences, in standard deviations of a coordinate. Crops are whole grey
#: levels; that rounding moves a coordinate by about a hundredth of this, and no more.
STEP = 0.25

#: Probabilities are kept so far from 0 and 1, where the logit has no end.
EDGE = 1e-6


@dataclass(frozen=True, slots=True)
class Direction:
    """A direction in face space.

    ``towards`` float32 (K,): a step in standard deviations of each coordinate, its length 1.
    ``slope``: by how much the logit of female grows a step.
    """

    towards: Floats
    slope: float


def logit(probability: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The logarithm of the odds, kept within ``EDGE`` of certainty."""
    p = np.clip(np.asarray(probability, np.float64), EDGE, 1 - EDGE)
    return np.asarray(np.log(p / (1 - p)))


def gradient(space: FaceSpace, judge: Judge, coordinates: Floats) -> Direction:
    """The direction in which a face begins to read as female fastest.

    The logit of the probability is differentiated by central differences: every coordinate
    ``STEP`` standard deviations to either side, the 2 K faces rebuilt as crops, and all of them
    judged at once, as any crop is. Of all steps of one length in standard deviations (Mahalanobis)
    the gradient is the one that raises the logit most; measured in grey levels that would be a
    picture of faint eigenfaces, in which hardly any two faces differ.

    Args:
        space: what the coordinates belong to.
        judge: is asked once.
        coordinates: float32 (K,), where to start.
    """
    steps = np.diag(STEP * space.deviations)
    aside = np.concatenate([coordinates + steps, coordinates - steps]).astype(np.float32)
    up, down = np.split(logit(judge(space.rebuilt(aside))), 2)
    slopes = (up - down) / (2 * STEP)
    length = float(np.linalg.norm(slopes))
    return Direction((slopes / (length or 1.0)).astype(np.float32), length)


def path(
    space: FaceSpace, coordinates: Floats, direction: Direction, steps: npt.ArrayLike
) -> Floats:
    """The coordinates, float32 (N, K), after so many steps (N,) along a straight line."""
    away = np.asarray(steps, np.float32)[:, None] * direction.towards * space.deviations
    return np.asarray(coordinates + away, np.float32)


def picture(space: FaceSpace, direction: Direction) -> Floats:
    """What one step adds to a face, in grey levels, float32 (side, side)."""
    return np.asarray(np.tensordot(direction.towards, space.effects, 1), np.float32)
