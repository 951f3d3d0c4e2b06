"""One person through a film: where they are, where they are going, and what their crops said.

In place of a Kalman filter an alpha-beta filter carries centre and size at constant velocity: the
same filter in its steady state (Kalata 1984).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from facespace.types import Box, Face, Verdict

#: Of a track before its first crop is judged.
UNDECIDED = Verdict("?", ("unsure",), 1.0)

Floats64 = npt.NDArray[np.float64]

#: Gains of the filter: how far a measured box moves the expected place, and its velocity. The
#: second follows from the first (Kalata 1984).
ALPHA = 0.85
BETA = 2 * (2 - ALPHA) - 4 * (1 - ALPHA) ** 0.5

#: Seconds after which a carried box comes to rest: nobody goes on for ever.
REST = 1.0

#: Seconds from one reading to the next at least, as far as velocities go.
LEAST_STEP = 0.02


class Means:
    """The weighted mean of each measure (``faces.doubts.about``), over the crops that have it."""

    def __init__(self) -> None:
        self._sums: dict[str, float] = {}
        self._weights: dict[str, float] = {}

    def add(self, about: Mapping[str, float | None], weight: float) -> None:
        """Count the measures of one more crop, by a weight above 0."""
        for name, value in about.items():
            self._weights.setdefault(name, 0.0)
            if value is not None:
                self._sums[name] = self._sums.get(name, 0.0) + weight * value
                self._weights[name] += weight

    def mean(self) -> dict[str, float | None]:
        """Each measure's mean; None where no crop has it."""
        return {
            name: self._sums[name] / weight if weight else None
            for name, weight in self._weights.items()
        }


@dataclass
class Track:
    """What is known of one person: where they are, where to, and what their crops said."""

    face: Face
    first: float
    last: float
    place: Floats64
    number: int = 0
    before: tuple[float, Floats64] | None = None
    velocity: Floats64 = field(default_factory=lambda: np.zeros(4))
    hits: int = 1
    misses: int = 0
    weight: float = 0.0
    evidence: float = 0.0
    good_seconds: float = 0.0
    measures: Means = field(default_factory=Means)
    best: Face | None = None
    best_quality: float = -1.0
    verdict: Verdict = UNDECIDED
    trail: list[tuple[float, Box]] = field(default_factory=list)

    def expected(self, time: float) -> Floats64:
        """Where it should be: carried on, ever slower, or between its last two readings."""
        if time >= self.last:
            passed = REST * (1 - math.exp((self.last - time) / REST))
            return self.place + self.velocity * passed
        if self.before is None or time <= self.before[0]:
            return self.place if self.before is None else self.before[1]
        then, place = self.before
        return place + (self.place - place) * (time - then) / (self.last - then)

    def move(self, face: Face, time: float) -> float:
        """Take the place of a newer reading; returns the seconds since the last one."""
        passed = max(time - self.last, LEAST_STEP)
        expected = self.expected(time)
        off = place_of(face.detection.box) - expected
        # Its second place is the first to tell a velocity: taken as it is.
        alpha, beta = (1.0, 1.0) if self.hits == 1 else (ALPHA, BETA)
        self.before = self.last, self.place
        self.place = expected + alpha * off
        self.velocity = self.velocity + beta * off / passed
        self.face, self.last, self.hits, self.misses = face, time, self.hits + 1, 0
        return passed


def place_of(box: Box) -> Floats64:
    """Centre in pixels, and the logarithms of width and height."""
    x, y = box.x + box.width / 2, box.y + box.height / 2
    return np.array([x, y, np.log(max(box.width, 1.0)), np.log(max(box.height, 1.0))])


def box_of(place: Floats64) -> Box:
    """The box that ``place_of`` was given."""
    width, height = np.exp(place[2:]).tolist()
    return Box(float(place[0]) - width / 2, float(place[1]) - height / 2, width, height)
