"""When the verdict is female, male, or "?"."""

from __future__ import annotations

import numpy as np
import pytest

from facespace import artifacts
from facespace.decide import Rules, decide
from facespace.types import REASONS, Box, Detection, Score

RULES = Rules(threshold=0.5, certainty=0.8, smallest_face=20)


@pytest.mark.parametrize(
    ("probability", "side", "label", "reasons"),
    [
        (0.95, 50, "female", ()),
        (0.80, 50, "female", ()),
        (0.79, 50, "?", ("unsure",)),
        (0.50, 50, "?", ("unsure",)),
        (0.21, 50, "?", ("unsure",)),
        (0.20, 50, "male", ()),
        (0.00, 20, "male", ()),
        (0.95, 19.9, "?", ("small",)),
        (0.60, 10, "?", ("unsure", "small")),
    ],
)
def test_verdicts(probability: float, side: float, label: str, reasons: tuple[str, ...]) -> None:
    detection = Detection(Box(0, 0, side, 2 * side), 0.9)
    verdict = decide(detection, Score(probability, 0.1, np.zeros(3, np.float32)), RULES)
    assert (verdict.label, verdict.reasons) == (label, reasons)
    assert set(verdict.reasons) <= set(REASONS)


def test_the_threshold_parts_female_from_male() -> None:
    rules = Rules(threshold=0.6, certainty=0.5, smallest_face=0)
    face = Detection(Box(0, 0, 9, 9), 0.9)
    labels = [decide(face, Score(p, 0, np.zeros(1)), rules).label for p in (0.59, 0.6)]
    assert labels == ["male", "female"]


def test_the_user_s_rules_take_the_manifest_s_place() -> None:
    info = artifacts.manifest().model()
    assert Rules.of(info) == Rules(info.threshold, info.certainty, info.smallest_face)
    assert Rules.of(info, 0.5, 0) == Rules(info.threshold, 0.5, 0)
    assert 0.5 < info.certainty < 1
    assert 8 <= info.smallest_face <= 64
