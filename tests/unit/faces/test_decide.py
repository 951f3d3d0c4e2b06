"""When the verdict is female, male, or "?"."""

from __future__ import annotations

import numpy as np
import pytest

from facespace.artifacts.manifest import Cutoffs, load_manifest
from facespace.faces import detectors
from facespace.faces.decide import Rules, decide, rejected
from facespace.types import REASONS, Box, Detection, Evidence, FivePoints, Score

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
    labels = [decide(face, Score(p, 0, np.zeros(1, np.float32)), rules).label for p in (0.59, 0.6)]
    assert labels == ["male", "female"]


def test_the_user_s_rules_take_the_manifest_s_place() -> None:
    info = load_manifest().model()
    assert Rules.of(info) == Rules(info.threshold, info.certainty, info.smallest_face)
    assert Rules.of(info, 0.5, 0) == Rules(info.threshold, 0.5, 0)
    assert 0.5 < info.certainty < 1
    assert 8 <= info.smallest_face <= 64


CUTOFFS = Cutoffs(covered=0.5, face_like=0.3, distance=0.6, sharpness=100, yaw=0.1)


@pytest.mark.parametrize(
    ("evidence", "distance", "score", "reasons"),
    [
        (Evidence(), 0.1, 0.9, ()),
        (Evidence(0.5, 0.3, 100, 0.1), 0.6, 0.8, ()),
        (Evidence(covered=0.51), 0.1, 0.9, ("covered",)),
        (Evidence(face_like=0.29), 0.1, 0.9, ("covered",)),
        (Evidence(), 0.61, 0.9, ("covered",)),
        (Evidence(sharpness=99), 0.1, 0.9, ("blurred",)),
        (Evidence(yaw=0.11), 0.1, 0.9, ("profile",)),
        (Evidence(), 0.1, 0.79, ("detector",)),
        (Evidence(0.9, 0.1, 1, 0.2), 0.9, 0.1, ("covered", "blurred", "profile", "detector")),
    ],
)
def test_evidence_makes_a_question_mark(
    evidence: Evidence, distance: float, score: float, reasons: tuple[str, ...]
) -> None:
    rules = Rules(
        threshold=0.5, certainty=0.8, smallest_face=20, cutoffs=CUTOFFS, detection_score=0.8
    )
    found = Detection(Box(0, 0, 50, 50), score)
    verdict = decide(found, Score(0.95, distance, np.zeros(3, np.float32)), rules, evidence)
    assert (verdict.label, verdict.reasons) == ("?" if reasons else "female", reasons)


def test_two_doubts_are_needed_to_throw_a_find_out() -> None:
    rules = Rules(
        0.5, certainty=0.8, smallest_face=20, cutoffs=CUTOFFS, detection_score=0.8, discarded=0.3
    )

    def out(
        score: float, face_like: float | None, landmarks: FivePoints | None = ((0.0, 0.0),) * 5
    ) -> bool:
        found = Detection(Box(0, 0, 50, 50), score, landmarks)
        return rejected(found, Evidence(face_like=face_like), rules)

    assert out(0.7, 0.2)
    assert not out(0.9, 0.2)
    assert not out(0.7, 0.4)
    assert not out(0.7, None)
    assert out(0.9, 0.2, None)
    assert not out(0.1, 0.4, None)


def test_a_detector_without_landmarks_has_a_cutoff_of_its_own() -> None:
    info = load_manifest().model()
    cutoffs = Cutoffs(face_like=0.3, detection_score={"haar": 0.8}, discarded={"haar": 0.6})

    def out(face_like: float, detector: str) -> bool:
        found = Detection(Box(0, 0, 50, 50), 0.9)
        return rejected(
            found, Evidence(face_like=face_like), Rules.of(info, 0, 0, cutoffs, detector)
        )

    assert out(0.5, "haar") and not out(0.7, "haar")
    assert out(0.2, "other") and not out(0.5, "other")


def test_the_cutoffs_of_the_artifacts_say_where_they_come_from() -> None:
    cutoffs = load_manifest().cutoffs
    for name in ("covered", "face_like", "distance", "sharpness", "turn"):
        cutoff = cutoffs.named(name)
        assert isinstance(cutoff, float) and cutoff > 0
        assert cutoffs.chosen[name]["on"] and cutoffs.chosen[name]["how"]
    assert set(cutoffs.detection_score) == set(detectors.NAMES)
    assert set(cutoffs.discarded) == set(detectors.NAMES) - {"yunet"}
