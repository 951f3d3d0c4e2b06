"""Boxes joined over time: who is who through crossings and gaps, and one steady verdict each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from facespace.faces import doubts
from facespace.faces.decide import decide
from facespace.types import Box, Detection, Evidence, Face, Score
from facespace.video.track import REST, Means, Track
from facespace.video.tracker import (
    COAST,
    GONE,
    HITS,
    LOOKS,
    MISSES,
    REMEMBERED,
    SLACK,
    SUREST,
    Tracked,
    Tracker,
    _log_odds,
)
from tests.support.made_rules import rules

RULES = rules(most_wrong=0.2, child=15.0)

#: A face without any doubt but the model's own, and what makes one of each reason.
CLEAR = Evidence(0.1, 0.9, 300.0, 0.02, 5.0)
DOUBTS: dict[str, dict[str, Any]] = {
    "covered": {"evidence": replace(CLEAR, covered=0.9)},
    "blurred": {"evidence": replace(CLEAR, sharpness=9.0)},
    "profile": {"evidence": replace(CLEAR, yaw=0.15)},
    "small": {"side": 16.0},
    "detector": {"detected": 0.5},
}

#: Seconds from one reading to the next.
STEP = 0.1


def face(
    x: float,
    y: float = 100.0,
    side: float = 60.0,
    *,
    who: int = 0,
    female: float = 0.9,
    **odd: Any,
) -> Face:
    """A face whose box is centred on a place; ``who`` tells what it looks like.

    ``odd`` are evidence, the detector's score and age where they are not as usual.
    """
    evidence = odd.get("evidence", CLEAR)
    detection = Detection(Box(x - side / 2, y - side / 2, side, side), odd.get("detected", 0.9))
    score = Score(female, 0.2, np.eye(8, dtype=np.float32)[who], odd.get("age"))
    crop = np.full((64, 64), who, np.uint8)
    verdict = decide(detection, score, RULES, evidence)
    return Face(detection, crop, crop, score, verdict, evidence)


def follow(frames: Sequence[Sequence[Face]], step: float = STEP) -> tuple[Tracker, list[Any]]:
    """A tracker fed with frames, and what it said of each."""
    tracker = Tracker(RULES, trails=True)
    return tracker, [tracker.update(faces, step * i) for i, faces in enumerate(frames)]


def numbers(tracked: Sequence[Tracked]) -> dict[int, int]:
    """Which track holds each ``who``."""
    return {int(track.face.crop[0, 0]): track.number for track in tracked}


def crossing(frames: int = 21) -> Iterator[list[Face]]:
    """Two that walk towards and through one another; in the middle the one behind is hidden."""
    for i in range(frames):
        left, right = 100 + 20 * i, 500 - 20 * i
        pair = [face(left, who=0), face(right, y=110, who=1)]
        yield pair if abs(left - right) > 45 else pair[:1]


def test_a_face_is_in_view_from_its_second_reading_on() -> None:
    _, seen = follow([[face(100 + 5 * i)] for i in range(4)])
    assert [len(tracks) for tracks in seen] == [0] * (HITS - 1) + [1] * (5 - HITS)
    track = seen[-1][0]
    assert (track.number, track.hits, track.first) == (1, 4, 0)
    assert track.seconds == pytest.approx(3 * STEP)


def test_one_reading_alone_is_no_track() -> None:
    tracker, seen = follow([[face(100)], [], [face(400, who=1)], []])
    assert not any(seen)
    assert tracker.all() == []
    assert tracker.count == 0


def test_numbers_are_given_without_gaps_to_those_that_count() -> None:
    stray = [face(600, y=300, who=5)]
    tracker, _ = follow([[*stray, face(100)], [face(100), face(400, who=1)], [face(400, who=1)]])
    assert [track.number for track in tracker.all()] == [1, 2]
    assert tracker.count == 2


@pytest.mark.parametrize("every", [1, 2, 3])
def test_who_cross_keep_their_numbers(every: int) -> None:
    tracker, seen = follow(list(crossing())[::every], STEP * every)
    assert numbers(seen[HITS]) == numbers(seen[-1]) == {0: 1, 1: 2}
    assert tracker.count == 2


@pytest.mark.parametrize("step", [1.6, 5.0, 60.0])
def test_looks_far_apart_make_one_track(step: float) -> None:
    """Slides, a time lapse, a camera that stores a picture now and then."""
    tracker, seen = follow([[face(100 + 3 * i)] for i in range(4)], step)
    (track,) = tracker.all()
    assert (track.number, track.hits, track.seconds) == (1, 4, 3 * step)
    assert [len(tracks) for tracks in seen[1:]] == [1, 1, 1]


def test_one_look_in_vain_ends_no_track() -> None:
    shown = [[face(100)], [face(100)], [], [face(100)]]
    assert follow(shown, 5.0)[0].count == 1
    assert follow([*shown[:2], [], [], *shown[:2]], 5.0)[0].count == 2


def test_a_still_stretch_splits_no_track() -> None:
    """A recording of a screen stores nothing while nothing moves."""
    tracker = Tracker(RULES, trails=True)
    for time in (0.0, 0.1, 0.2, 9.0, 9.1):
        tracker.update([face(100)], time)
    assert [track.hits for track in tracker.all()] == [5]


def test_who_is_on_one_slide_only_counts_too() -> None:
    slides = [[face(100, who=0)], [face(100, who=1), face(400, who=2)], [], [face(100, who=3)]]
    tracker, _ = follow(slides, 2.0)
    assert [track.hits for track in tracker.all()] == [1, 1, 1, 1]
    assert tracker.count == 4


def test_somebody_else_after_a_pause_is_somebody_else() -> None:
    tracker, _ = follow([[face(100, who=0)], [face(100, who=1)]], 3.0)
    assert [track.number for track in tracker.all()] == [1, 2]


def test_one_reading_alone_before_a_pause_is_no_track() -> None:
    """Where it could have been seen twice, and was not."""
    tracker = Tracker(RULES, trails=True)
    for time, faces in ((0.0, []), (0.1, [face(100)]), (9.0, []), (9.1, [face(400, who=1)])):
        tracker.update(faces, time)
    assert tracker.all() == []


def test_who_meet_and_turn_back_keep_their_numbers_by_their_looks() -> None:
    path = [*range(100, 290, 15), *range(290, 100, -15)]
    frames = [[face(x, who=0), face(600 - x, who=1)] for x in path]
    _, seen = follow(frames)
    assert numbers(seen[-1]) == {0: 1, 1: 2}


@pytest.mark.parametrize("missed", [1, 3, 8])
def test_a_gap_is_bridged(missed: int) -> None:
    frames: list[list[Face]] = [[face(100 + 6 * i)] for i in range(20)]
    frames[6 : 6 + missed] = [[]] * missed
    tracker, seen = follow(frames)
    assert tracker.count == 1
    # Through a short gap the box is carried to where the face is.
    carried = seen[6][0].box
    assert carried.x + carried.width / 2 == pytest.approx(136, abs=3)


def test_after_a_gap_somebody_else_is_somebody_else() -> None:
    def back(who: int) -> int:
        frames = [[face(100)]] * 5 + [[]] * 6 + [[face(170, who=who)]] * 5
        return follow(frames)[0].count

    assert back(0) == 1
    assert back(1) == 2


def test_a_track_ends() -> None:
    gone = int(GONE / STEP) + 2
    tracker, seen = follow([[face(100)]] * 5 + [[]] * gone + [[face(100)]] * 5)
    assert not seen[5 + int(COAST / STEP) + 1]
    first, second = tracker.all()
    assert (first.number, second.number) == (1, 2)
    assert first.last == pytest.approx(4 * STEP)
    assert first.box.x == pytest.approx(70, abs=1)


def test_noise_is_smoothed_and_splits_no_track(rng: np.random.Generator) -> None:
    spread = 3.0
    places = 100 + 4 * np.arange(60) + rng.normal(0, spread, 60)
    tracker, seen = follow([[face(float(x))] for x in places])
    assert tracker.count == 1
    off = [t[0].box.x + 30 - (100 + 4 * i) for i, t in enumerate(seen) if i > 10]
    assert np.std(off) < spread


def test_between_readings_a_box_is_carried_and_comes_to_rest() -> None:
    tracker, _ = follow([[face(100 + 10 * i)] for i in range(10)])

    def middle(time: float) -> float:
        box = tracker.at(time)[0].box
        return box.x + box.width / 2

    last = 9 * STEP
    assert middle(last + STEP / 2) == pytest.approx(195, abs=1)
    assert middle(last - STEP / 2) == pytest.approx(185, abs=1)
    assert middle(last + 1.9) < 190 + 100 * REST
    assert tracker.at(last + 60) == []


def test_two_readings_at_nearly_the_same_time_send_no_box_away() -> None:
    tracker = Tracker(RULES)
    for time in (0.0, 0.1, 0.1 + 1e-7, 0.1 + 2e-7):
        tracker.update([face(100 + 30 * time)], time)
    (track,) = tracker.at(0.2)
    assert abs(track.box.x - 70) < 20


def labels(frames: Sequence[Sequence[Face]]) -> list[str]:
    return [tracks[0].verdict.label for tracks in follow(frames)[1] if tracks]


def test_a_verdict_does_not_flicker(rng: np.random.Generator) -> None:
    # Each frame alone is on either side of the chance allowed, now and then of the threshold.
    odds = rng.normal(1.6, 1.2, 200)
    alone = [face(100, female=float(1 / (1 + np.exp(-x)))) for x in odds]
    flips = np.count_nonzero(np.diff([f.verdict.label == "female" for f in alone]))
    assert flips > 40
    said = labels([[f] for f in alone])
    assert set(said[10:]) == {"female"}


def test_an_answer_stays_until_in_doubt() -> None:
    tracker = Tracker(RULES)
    track = Track(face(0), 0, 0, np.zeros(4), weight=1.0)
    track.measures.add(doubts.about(track.face.detection, track.face.score, CLEAR, 0.5), 1.0)
    said = []
    for female in (0.79, 0.81, 0.77, 0.69, 0.77, 0.81):
        track.evidence = _log_odds(female)
        track.verdict = tracker._verdict(track)
        said.append(track.verdict.label)
    assert said == ["?", "female", "female", "?", "?", "female"]
    assert 0.23 < RULES.most_wrong * SLACK < 0.31


def test_good_crops_outweigh_many_bad_ones() -> None:
    bad = [[face(100, female=0.02, **DOUBTS["covered"])]] * 20
    good = [[face(100, female=0.97)]] * 5
    assert labels([*good, *bad])[-1] == labels([*bad, *good])[-1] == "female"


@pytest.mark.parametrize("reason", sorted(DOUBTS))
def test_who_was_never_seen_well_stays_a_question(reason: str) -> None:
    tracker, _ = follow([[face(100, female=0.95, **DOUBTS[reason])]] * 50)
    (track,) = tracker.all()
    assert track.verdict.label == "?" and reason in track.verdict.reasons
    # What hides a face hides it in every frame: so many looks are hardly more than one.
    assert track.verdict.chance_wrong == pytest.approx(track.face.verdict.chance_wrong, abs=0.1)


def test_the_measures_of_looks_are_averaged_by_what_speaks_against_them() -> None:
    """Two looks of equal weight, then one that hardly counts beside them."""
    means = Means()
    for value, weight in ((1.0, 1.0), (3.0, 1.0), (100.0, 1e-6), (None, 5.0)):
        means.add({"yaw": value, "roll": None}, weight)
    mean = means.mean()
    assert mean["yaw"] == pytest.approx(2, abs=1e-3)
    assert mean["roll"] is None


def test_a_track_in_doubt_is_unsure() -> None:
    (track,) = follow([[face(100, female=0.55)]] * 10)[0].all()
    assert (track.verdict.label, track.verdict.reasons) == ("?", ("unsure",))
    assert track.confidence == 1 - track.verdict.chance_wrong


def test_a_face_that_looks_like_a_child_stays_a_question() -> None:
    """By its age on average: one look alone changes nothing."""
    young, old = face(100, female=0.95, age=9.0), face(100, female=0.95, age=30.0)
    (track,) = follow([[young]] * 9 + [[old]])[0].all()
    assert track.verdict.reasons == ("child",)
    (track,) = follow([[old]] * 9 + [[young]])[0].all()
    assert track.verdict.label == "female"


def test_a_doubtful_face_keeps_its_best_crop() -> None:
    blurred = [[face(100, side=90, female=0.5, **DOUBTS["blurred"])]] * 8
    small = [[face(100, side=50, female=0.6)]]
    large = [[face(100, side=60, female=0.55)]]
    tracker, _ = follow([*blurred, *small, *large])
    (track,) = tracker.all()
    assert track.verdict.label == "?"
    assert track.best.detection.box.side == 60


def test_many_alike_frames_are_not_as_many_proofs() -> None:
    def sure(frames: int) -> float:
        return float(follow([[face(100, female=0.7)]] * frames)[0].all()[0].probability_female)

    odds = 0.7 / 0.3
    bound = odds**LOOKS / (1 + odds**LOOKS)
    assert sure(2) < sure(10) < sure(40) == pytest.approx(bound)
    assert sure(400) == pytest.approx(bound)


def test_one_certain_crop_does_not_decide_for_all() -> None:
    frames = [[face(100, female=0.2)]] * 10 + [[face(100, female=1.0)]]
    assert labels(frames)[-1] == "male"
    alone = follow([[face(100, female=1.0)]] * 2)[0].all()[0]
    assert SUREST <= alone.probability_female < 1


def test_a_camera_that_runs_for_days_keeps_few_tracks() -> None:
    tracker = Tracker(RULES)
    for i in range(3 * REMEMBERED):
        for time in (0.0, 0.1):
            tracker.update([face(100, who=i % 8)], 4 * i + time)
    assert tracker.count == 3 * REMEMBERED
    assert len(tracker.all()) <= REMEMBERED + MISSES
    assert all(track.trail == () for track in tracker.all())


def test_each_track_that_ends_is_told_once_however_many_end_together() -> None:
    told: list[Tracked] = []
    tracker = Tracker(RULES, ended=told.append)
    crowd = [face(100 * i, who=i % 8) for i in range(2 * REMEMBERED)]
    for time in (0.0, 0.1):
        tracker.update([*crowd, face(50, y=900)], time)
    for time in (0.2, 0.3, 0.2 + 2 * GONE):
        tracker.update([face(50, y=900)], time)
    assert len({track.number for track in told}) == len(told) == 2 * REMEMBERED
    tracker.end()
    assert len(told) == tracker.count == 2 * REMEMBERED + 1
    assert told[-1].seconds == pytest.approx(0.2 + 2 * GONE)
    tracker.end()
    assert len(told) == tracker.count


def test_after_the_end_the_same_face_is_a_new_track() -> None:
    told: list[Tracked] = []
    tracker = Tracker(RULES, ended=told.append)
    for time in (0.0, 0.1, 0.2):
        tracker.update([face(100)], time)
    tracker.end()
    assert tracker.at(0.2) == [] and [track.number for track in told] == [1]
    tracker.update([face(100)], 0.3)
    assert [track.number for track in tracker.update([face(100)], 0.4)] == [2]


def test_trails_and_plain_data() -> None:
    tracker, seen = follow([[face(100 + i)] for i in range(5)])
    (track,) = tracker.all()
    assert [time for time, _ in track.trail] == pytest.approx([STEP * i for i in range(5)])
    assert [box.x for _, box in track.trail] == [70, 71, 72, 73, 74]
    assert seen[-1][0].trail == ()
    assert json.loads(json.dumps(track.to_dict())) == {
        "track": 1,
        "first": 0.0,
        "last": 0.4,
        "hits": 5,
        "label": "female",
        "probability_female": round(track.probability_female, 4),
        "chance_wrong": round(1 - track.confidence, 4),
        "reasons": [],
    }


def test_doubtful_frames_do_not_flicker_about_the_middle(rng: np.random.Generator) -> None:
    """Single frames say female six times in ten; the track must not change its mind."""
    odds = rng.normal(0.3, 1.2, 300)
    said = labels([[face(100, female=float(1 / (1 + np.exp(-x))))] for x in odds])[10:]
    assert "male" not in said
    assert np.count_nonzero(np.array(said[1:]) != np.array(said[:-1])) <= 2
