"""Everybody is counted once, in periods that a clock put right does not tell twice."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from facespace.palette import VERDICTS
from facespace.services import people as module
from facespace.services.people import COLUMNS, People


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A clock on the wall, ``wall``, and one that counts seconds, ``passed``."""
    clock = SimpleNamespace(wall=1_795_999_983.0, passed=0.0)
    times = SimpleNamespace(time=lambda: clock.wall, monotonic=lambda: clock.passed)
    monkeypatch.setattr(module, "time", times)
    return clock


def test_a_period_has_those_who_left_in_it_by_verdict(clock: SimpleNamespace) -> None:
    people = People(60)
    for label in ("female", "?", "female"):
        people.count(label)
    clock.wall, clock.passed = clock.wall + 20, 20.0
    assert people.passed(watched=True) is None
    clock.wall, clock.passed = clock.wall + 20, 40.0
    assert people.passed(watched=False) is None
    people.count("male")
    clock.wall, clock.passed = clock.wall + 20, 60.0
    over = people.passed(watched=True)
    assert over is not None
    row = over.row("made so")
    assert tuple(row) == COLUMNS and COLUMNS[3:6] == tuple(VERDICTS)
    assert row == {
        "start": "2026-11-30T00:53:00Z",
        "seconds": 60,
        "watched": 40.0,
        "female": 2,
        "male": 1,
        "?": 1,
        "made_by": "made so",
    }
    assert people.now.row(None)["start"] == "2026-11-30T00:54:00Z"
    assert set(people.now.people.values()) == {0}


@pytest.mark.parametrize(("leap", "rows"), [(-50, 0), (-3600, 1), (10**9, 1)])
def test_a_clock_that_is_set_makes_no_period_up(
    leap: float, rows: int, clock: SimpleNamespace
) -> None:
    people = People(60)
    clock.wall += leap
    over = [people.passed(True) for _ in range(5)]
    assert len([period for period in over if period]) == rows
