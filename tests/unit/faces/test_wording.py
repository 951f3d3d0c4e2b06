"""A verdict in words."""

from __future__ import annotations

import numpy as np
import pytest

import facespace
from facespace.faces import annotate
from facespace.faces.wording import SHORT, count, in_words, percent, verdict_text, verdicts
from facespace.types import REASONS, RGB, Verdict


def test_an_unsure_verdict_says_why_and_not_what_the_model_would_guess() -> None:
    for reason, short in SHORT.items():
        verdict = Verdict("?", (reason, "unsure"), 0.24)
        assert verdict_text(verdict) == f"? {short}"
        assert verdict_text(verdict, 0.1) == f"? {short}, 76% male"
    assert verdict_text(Verdict("female", (), 0.07), 0.9) == "female 93%"


def test_every_reason_has_short_words() -> None:
    assert set(SHORT) == set(REASONS)
    assert max(map(len, SHORT.values())) <= 12


@pytest.mark.parametrize(("confidence", "whole"), [(0.5, 50), (0.934, 93), (0.994, 99), (1.0, 99)])
def test_nobody_is_sure_of_100_per_cent(confidence: float, whole: int) -> None:
    assert percent(confidence) == whole


def test_things_are_counted_and_listed() -> None:
    assert (count(1, "face"), count(0, "face")) == ("1 face", "0 faces")
    assert verdicts({"female": 1200, "male": 0, "?": 2}) == "1,200 female, 2 “?”"
    assert in_words(["small", "child"]) == "too small to judge; looks like a child"


def test_faces_are_numbered_from_left_to_right(astronaut: RGB) -> None:
    """As they stand in the picture, whichever the detector is surest of."""
    small = np.ascontiguousarray(astronaut[::2, ::2])
    row = np.full((256, 1024, 3), 200, np.uint8)
    row[:, 256:512], row[:, 768:] = small, small[:, ::-1]
    row[:, :256] = np.ascontiguousarray(astronaut[:256, 96:352])
    faces = facespace.analyze(row).faces
    places = [face.detection.box.x for face in faces]
    assert len(faces) == 3 and places == sorted(places)
    scores = [face.detection.score for face in faces]
    assert scores != sorted(scores, reverse=True)  # or the order would prove nothing


def test_a_picture_shows_the_leaning_where_it_is_asked_for(astronaut: RGB) -> None:
    rules = facespace.FaceAnalyzer().rules
    unsure = facespace.FaceAnalyzer(rules=type(rules)(rules.threshold, rules.chance, 0.01))
    faces = unsure.analyze(astronaut).faces
    assert faces[0].verdict.label == "?"
    plain, told = (annotate.draw(astronaut, faces, leaning=leaning) for leaning in (False, True))
    assert (plain != told).any()
