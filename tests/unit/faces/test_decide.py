"""When the verdict is female, male, or "?"."""

from __future__ import annotations

import numpy as np
import pytest

from facespace.artifacts.chance import Chance
from facespace.artifacts.manifest import Finds, load_manifest
from facespace.faces import detectors
from facespace.faces.decide import Rules, decide, rejected
from facespace.types import REASONS, Box, Detection, Evidence, FivePoints, Score
from tests.support.made_rules import MARGIN, rules


def scored(probability: float, distance: float = 0.1, age: float | None = None) -> Score:
    return Score(probability, distance, np.zeros(3, np.float32), age)


@pytest.mark.parametrize(
    ("probability", "side", "label", "reasons"),
    [
        (0.95, 50, "female", ()),
        (0.81, 50, "female", ()),
        (0.79, 50, "?", ("unsure",)),
        (0.50, 50, "?", ("unsure",)),
        (0.21, 50, "?", ("unsure",)),
        (0.19, 50, "male", ()),
        (0.00, 32, "male", ()),
        (0.95, 20, "?", ("unsure", "small")),
        (0.97, 10, "?", ("small", "unsure")),
    ],
)
def test_verdicts(probability: float, side: float, label: str, reasons: tuple[str, ...]) -> None:
    detection = Detection(Box(0, 0, side, 2 * side), 0.9)
    verdict = decide(detection, scored(probability), rules())
    assert (verdict.label, verdict.reasons) == (label, reasons)
    assert set(verdict.reasons) <= set(REASONS)


@pytest.mark.parametrize("probability", [0.01, 0.3, 0.5, 0.8, 0.99])
def test_the_chance_of_being_wrong_is_the_doubt_that_is_left(probability: float) -> None:
    verdict = decide(Detection(Box(0, 0, 50, 50), 0.9), scored(probability), rules())
    assert verdict.chance_wrong == pytest.approx(min(probability, 1 - probability), abs=1e-3)
    assert verdict.confidence == 1 - verdict.chance_wrong


def test_the_threshold_parts_female_from_male() -> None:
    ours = Rules(0.6, Chance(-8.0, {"margin": MARGIN}), most_wrong=1.0)
    face = Detection(Box(0, 0, 9, 9), 0.9)
    assert [decide(face, scored(p), ours).label for p in (0.59, 0.6)] == ["male", "female"]


def test_the_user_s_rules_take_the_manifest_s_place() -> None:
    info = load_manifest().model()
    own = Rules.of(info)
    assert own == Rules(info.threshold, info.chance, info.most_wrong, info.child)
    assert Rules.of(info, 0.5) == Rules(info.threshold, info.chance, 0.5, info.child)


@pytest.mark.parametrize(
    ("evidence", "distance", "score", "reasons"),
    [
        (Evidence(), 0.1, 0.9, ()),
        (Evidence(0.4, 0.5, 100, 0.08, 90), 0.5, 0.8, ()),
        (Evidence(covered=0.7), 0.1, 0.9, ("covered",)),
        (Evidence(face_like=0.2), 0.1, 0.9, ("covered",)),
        (Evidence(), 0.8, 0.9, ("covered",)),
        (Evidence(sharpness=9), 0.1, 0.9, ("blurred",)),
        (Evidence(yaw=0.13), 0.1, 0.9, ("profile",)),
        (Evidence(roll=150), 0.1, 0.9, ("profile",)),
        (Evidence(), 0.1, 0.5, ("detector",)),
        (Evidence(0.9, 0.9, 1, 0.2, 0), 0.1, 0.5, ("covered", "blurred", "profile", "detector")),
    ],
)
def test_evidence_makes_a_question_mark(
    evidence: Evidence, distance: float, score: float, reasons: tuple[str, ...]
) -> None:
    found = Detection(Box(0, 0, 50, 50), score)
    verdict = decide(found, scored(0.99, distance), rules(), evidence)
    assert (verdict.label, set(verdict.reasons) - {"unsure"}) == (
        "?" if reasons else "female",
        set(reasons),
    )


def test_a_sure_model_outweighs_a_small_doubt() -> None:
    found = Detection(Box(0, 0, 50, 50), 0.9)
    turned = Evidence(yaw=0.12)
    assert decide(found, scored(0.9), rules(), turned).reasons == ("unsure", "profile")
    assert decide(found, scored(0.999), rules(), turned).label == "female"


@pytest.mark.parametrize(
    ("age", "probability", "reasons"),
    [
        (None, 0.99, ()),
        (15.0, 0.99, ()),
        (14.9, 0.99, ("child",)),
        (3.0, 0.6, ("child", "unsure")),
    ],
)
def test_a_child_is_a_question_whatever_the_chance(
    age: float | None, probability: float, reasons: tuple[str, ...]
) -> None:
    found = Detection(Box(0, 0, 50, 50), 0.9)
    verdict = decide(found, scored(probability, age=age), rules(child=15.0))
    assert (verdict.label, verdict.reasons) == ("?" if reasons else "female", reasons)
    assert verdict.chance_wrong == pytest.approx(1 - probability, abs=1e-3)
    assert "child" not in decide(found, scored(probability, age=age), rules()).reasons


def test_two_doubts_are_needed_to_throw_a_find_out() -> None:
    ours = rules(detection_score=0.8, discarded=0.3)

    def out(
        score: float, face_like: float | None, landmarks: FivePoints | None = ((0.0, 0.0),) * 5
    ) -> bool:
        found = Detection(Box(0, 0, 50, 50), score, landmarks)
        return rejected(found, Evidence(face_like=face_like), ours)

    assert out(0.7, 0.2)
    assert not out(0.9, 0.2)
    assert not out(0.7, 0.4)
    assert not out(0.7, None)
    assert out(0.9, 0.2, None)
    assert not out(0.1, 0.4, None)


def test_each_detector_has_a_likeness_of_its_own() -> None:
    info = load_manifest().model()
    finds = Finds(sure={"haar": 0.8}, thrown_out={"haar": 0.6, "yunet": 0.3})

    def out(face_like: float, detector: str) -> bool:
        found = Detection(Box(0, 0, 50, 50), 0.9)
        told = Evidence(face_like=face_like)
        return rejected(found, told, Rules.of(info, finds=finds, detector=detector))

    assert out(0.5, "haar") and not out(0.7, "haar")
    assert out(0.2, "yunet") and not out(0.5, "yunet")
    assert not out(0.1, "other")


def test_the_finds_of_the_artifacts_say_where_they_come_from() -> None:
    finds = load_manifest().finds
    for values, name in ((finds.sure, "sure"), (finds.thrown_out, "thrown_out")):
        assert set(values) == set(detectors.NAMES)
        assert finds.chosen[name]["on"] and finds.chosen[name]["how"]
