"""People by verdict in each period, counted once each: rows that grow for as long as it runs."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from facespace.palette import VERDICTS

#: A row of the table for each period.
COLUMNS = ("start", "seconds", "watched", *VERDICTS, "made_by")


@dataclass(frozen=True, slots=True)
class Period:
    """People who left within some time.

    ``start`` is in UTC and a multiple of its ``seconds``; ``watched`` are those of them in which
    pictures came. ``people`` are counts by verdict.
    """

    start: datetime
    seconds: int
    watched: float = 0.0
    people: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(VERDICTS, 0))

    def row(self, made_by: str | None) -> dict[str, Any]:
        """A row of the columns ``COLUMNS``."""
        return {
            "start": at(self.start, "seconds"),
            "seconds": self.seconds,
            "watched": round(min(self.watched, self.seconds), 1),
            **self.people,
            "made_by": made_by,
        }


class People:
    """Counts people. ``now`` is the period that goes on.

    Args:
        seconds: how long a period is.
    """

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._looked = time.monotonic()
        self.now = self._period()

    def count(self, label: str) -> None:
        """One more has left, with this verdict."""
        people = {**self.now.people, label: self.now.people[label] + 1}
        self.now = replace(self.now, people=people)

    def passed(self, watched: bool) -> Period | None:
        """Time has passed, with pictures or without; the period that is over, if one is.

        Of a clock that was set to another time no periods are made up: it goes on there.
        """
        now = time.monotonic()
        if watched:
            self.now = replace(self.now, watched=self.now.watched + now - self._looked)
        self._looked = now
        new = self._period()
        # A clock that is put right by less than a period begins none for a second time.
        if -self._seconds <= (new.start - self.now.start).total_seconds() <= 0:
            return None
        over, self.now = self.now, new
        return over

    def _period(self) -> Period:
        start = time.time() // self._seconds * self._seconds
        return Period(datetime.fromtimestamp(start, UTC), self._seconds)


def at(when: datetime, spec: str = "milliseconds") -> str:
    """A time in UTC as ISO 8601 has it, ``2026-11-30T12:00:00Z``."""
    return when.isoformat(timespec=spec).replace("+00:00", "Z")
