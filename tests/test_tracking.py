"""Faces are joined over time, and each gets one verdict that stays."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from facespace.decide import Rules
from facespace.tracking import GONE, Tracked, Tracker
from facespace.types import Box, Detection, Face, Score, Verdict

RULES = Rules(threshold=0.5, certainty=0.8, smallest_face=20)

#: Seconds between two readings.
STEP = 0.1

WOMAN, MAN = np.eye(8, dtype=np.float32)[:2]


def face(
    x: float, y: float = 50, side: float = 60, female: float = 0.9, who=WOMAN, reasons=()
) -> Face:
    """A face as ``analyze`` would give it, its box's middle at x, y."""
    box = Box(x - side / 2, y - side / 2, side, side)
    label = "?" if reasons else "female" if female >= 0.5 else "male"
    return Face(
        Detection(box, 0.9),
        np.zeros((64, 64), np.uint8),
        Score(female, 0.3, who),
        Verdict(label, tuple(reasons)),
    )


def followed(readings: Sequence[Sequence[Face]], step: float = STEP) -> tuple[Tracker, list]:
    """A tracker that was given these readings, and what it said after each."""
    tracker = Tracker(RULES, trails=True)
    return tracker, [tracker.update(faces, i * step) for i, faces in enumerate(readings)]


def middle(track: Tracked) -> float:
    return track.box.x + track.box.width / 2


def test_a_face_that_walks_is_one_track(rng: np.random.Generator) -> None:
    readings = [[face(100 + 12 * i + rng.normal(0, 2))] for i in range(30)]
    tracker, seen = followed(readings)
    assert [len(tracks) for tracks in seen] == [0] + [1] * 29
    (track,) = tracker.all()
    assert (track.number, track.hits, track.verdict.label) == (1, 30, "female")
    assert abs(middle(seen[-1][0]) - (100 + 12 * 29)) < 6
    assert track.seconds == pytest.approx(2.9)


def test_between_readings_the_box_is_carried_on() -> None:
    tracker, _ = followed([[face(100 + 10 * i)] for i in range(20)])
    (later,) = tracker.at(1.9 + STEP / 2)
    assert abs(middle(later) - 295) < 4
    (before,) = tracker.at(1.9 - STEP / 2)
    assert abs(middle(before) - 285) < 4


def test_two_who_cross_keep_their_numbers() -> None:
    readings = []
    for i in range(31):
        woman = face(100 + 10 * i, female=0.95)
        man = face(400 - 10 * i, y=75, female=0.05, who=MAN)
        readings.append([woman, man] if i % 2 else [man, woman])
    tracker, seen = followed(readings)
    assert [track.number for track in tracker.all()] == [1, 2]
    places = {track.number: (middle(track), track.verdict.label) for track in seen[-1]}
    assert sorted(places.values()) == [
        (pytest.approx(100, abs=20), "male"),
        (pytest.approx(400, abs=20), "female"),
    ]
    first = {track.number: track.verdict.label for track in seen[1]}
    assert first == {number: label for number, (_, label) in places.items()}


def test_a_short_gap_is_bridged_and_a_long_one_ends_the_track() -> None:
    short = int(GONE / STEP) - 3
    still = [[face(100)]] * 10
    tracker, seen = followed([*still, *[[]] * short, *still])
    assert [track.number for track in tracker.all()] == [1]
    assert seen[9 + short] == []  # half a second after it was last seen nothing is claimed
    tracker, _ = followed([*still, *[[]] * 30, *still])
    assert [(track.number, track.hits) for track in tracker.all()] == [(1, 10), (2, 10)]


def test_after_a_gap_a_face_further_on_is_the_same_only_if_it_looks_alike() -> None:
    first, gap = [[face(100)]] * 10, [[]] * 6
    tracker, _ = followed([*first, *gap, *[[face(180)]] * 5])
    assert len(tracker.all()) == 1
    tracker, _ = followed([*first, *gap, *[[face(180, who=MAN)]] * 5])
    assert len(tracker.all()) == 2


def test_a_find_of_one_frame_is_no_track() -> None:
    tracker, seen = followed([[], [face(100)], *[[]] * 30])
    assert tracker.all() == []
    assert not any(seen)


def test_the_verdict_of_doubtful_frames_does_not_flicker(rng: np.random.Generator) -> None:
    """Single frames say female six times in ten; the track must not change its mind."""
    odds = rng.normal(0.3, 1.2, 300)
    readings = [[face(100, female=float(1 / (1 + np.exp(-o))))] for o in odds]
    frames = ["female" if o > 0 else "male" for o in odds]
    assert sum(a != b for a, b in pairwise(frames)) > 80
    _, seen = followed(readings)
    labels = [tracks[0].verdict.label for tracks in seen[10:]]
    assert sum(a != b for a, b in pairwise(labels)) <= 2
    assert "male" not in labels


def test_many_looks_at_one_face_are_surer_than_one_but_not_without_end() -> None:
    tracker, seen = followed([[face(100, female=0.75)]] * 400)
    certainty = [tracks[0].certainty for tracks in seen[1:]]
    assert certainty[0] < 0.8
    assert certainty[-1] == pytest.approx(0.75**3 / (0.75**3 + 0.25**3), abs=1e-6)
    assert tracker.all()[0].verdict.label == "female"


@pytest.mark.parametrize("reason", ["covered", "blurred", "profile"])
def test_bad_crops_count_little(reason: str) -> None:
    good, bad = face(100, female=0.95), face(100, female=0.05, reasons=[reason])
    tracker, _ = followed([[good]] * 10 + [[bad]] * 20)
    (track,) = tracker.all()
    assert track.verdict.label == "female"
    assert track.best is good


def test_a_track_that_stays_in_doubt_says_why() -> None:
    tracker, _ = followed([[face(100, female=0.6, reasons=["covered", "unsure"])]] * 10)
    (track,) = tracker.all()
    assert track.verdict.label == "?"
    assert set(track.verdict.reasons) == {"covered", "unsure"}
    assert track.to_dict()["reasons"] == list(track.verdict.reasons)
