"""One person through a film: where they are, where they are going, and what their crops said.

In place of a Kalman filter an alpha-beta filter carries centre and size at constant velocity: the
same filter in its steady state (Kalata 1984).
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from facespace.types import Box, Face, Label

Floats64 = npt.NDArray[np.float64]

#: Gains of the filter: how far a measured box moves the expected place, and its velocity. The
#: second follows from the first (Kalata 1984).
ALPHA = 0.85
BETA = 2 * (2 - ALPHA) - 4 * (1 - ALPHA) ** 0.5

#: Seconds after which a carried box comes to rest: nobody goes on for ever.
REST = 1.0

#: Seconds from one reading to the next at least, as far as velocities go.
LEAST_STEP = 0.02


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
    good: int = 0
    weight: float = 0.0
    evidence: float = 0.0
    good_seconds: float = 0.0
    reasons: Counter[str] = field(default_factory=Counter)
    best: Face | None = None
    best_quality: float = -1.0
    label: Label = "?"
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
        self.face, self.last, self.hits = face, time, self.hits + 1
        return passed


def place_of(box: Box) -> Floats64:
    """Centre in pixels, and the logarithms of width and height."""
    x, y = box.x + box.width / 2, box.y + box.height / 2
    return np.array([x, y, np.log(max(box.width, 1.0)), np.log(max(box.height, 1.0))])


def box_of(place: Floats64) -> Box:
    """The box that ``place_of`` was given."""
    width, height = np.exp(place[2:]).tolist()
    return Box(float(place[0]) - width / 2, float(place[1]) - height / 2, width, height)
