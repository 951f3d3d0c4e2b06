"""Answers, counted by hand."""

from __future__ import annotations

from facespace.metrics import operating_point
from tests.support.eight_faces import FEMALE, PROBABILITY


def test_confusion() -> None:
    assert operating_point.confusion(FEMALE, PROBABILITY, 0.5) == ((3, 1), (1, 3))
    assert operating_point.confusion(FEMALE, PROBABILITY, 0.0) == ((4, 0), (4, 0))
