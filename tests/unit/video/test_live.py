"""A camera's frames come back at once, drawn; they are analysed beside; nothing stays behind."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from facespace.faces.analyze import Settings, analyze
from facespace.types import RGB, Reading
from facespace.video import live as module
from facespace.video.live import Live, Look, Meter, Options

pytestmark = pytest.mark.packages


@pytest.fixture
def live() -> Iterator[Live]:
    made = Live(Options(mirror=False))
    yield made
    made.close()


def workers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "facespace-live"]


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)


def played(live: Live, rgb: RGB, condition: Callable[[Look], object]) -> RGB:
    """Show a picture again and again until something is seen; a frame drawn after that."""

    def seen() -> bool:
        live.show(rgb)
        return bool(condition(live.look()))

    until(seen)
    return live.show(rgb)


def test_a_face_is_boxed_and_judged(live: Live, astronaut: RGB) -> None:
    first = live.show(astronaut)
    np.testing.assert_array_equal(first, astronaut)  # nothing is known yet, and nobody waits
    drawn = played(live, astronaut, lambda look: look.tracks)
    look = live.look()
    (track,) = look.tracks
    assert track.verdict.label == "female"
    assert abs(track.box.x + track.box.width / 2 - 223) < 12
    assert not np.array_equal(drawn, astronaut)
    assert look.frame is astronaut
    assert look.reading is not None and len(look.reading.faces) == 1
    assert look.shown > 0 and look.analysed > 0
    assert set(look.milliseconds) == {"find", "judge", "draw"}
    assert look.history


def test_options_count_at_once(live: Live, astronaut: RGB) -> None:
    played(live, astronaut, lambda look: look.tracks)
    live.options = Options(mirror=True, landmarks=True)
    played(live, astronaut, lambda look: look.tracks and look.tracks[0].box.x > 230)
    live.options = Options(Settings(most_wrong=0.0), mirror=True)
    played(live, astronaut, lambda look: look.tracks and look.tracks[0].verdict.label == "?")
    live.options = Options(Settings(threshold=1.0))
    played(live, astronaut, lambda look: look.reading is not None and not look.reading.faces)


def test_landmarks_are_drawn_where_they_are_wanted(live: Live, astronaut: RGB) -> None:
    plain = played(live, astronaut, lambda look: look.tracks)
    live.options = Options(mirror=False, landmarks=True)
    dotted = played(live, astronaut, lambda look: look.tracks)
    changed = np.argwhere((plain != dotted).any(axis=2))
    (y0, x0), (y1, x1) = changed.min(axis=0), changed.max(axis=0)
    box = live.look().tracks[0].box
    assert box.x < x0 and x1 < box.x + box.width
    assert box.y < y0 and y1 < box.y + box.height


def test_a_fault_is_a_sentence_and_frames_go_on(live: Live, astronaut: RGB) -> None:
    live.options = Options(Settings(model="nobody"))
    drawn = played(live, astronaut, lambda look: look.error)
    assert "no model 'nobody'" in live.look().error
    assert drawn.shape == astronaut.shape
    live.options = Options()
    played(live, astronaut, lambda look: look.tracks and not look.error)


def test_a_fault_in_following_is_said_and_following_begins_anew(
    live: Live, astronaut: RGB, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where another model, with other coordinates, is installed beside a running camera."""
    played(live, astronaut, lambda look: look.tracks)
    (track,) = live.look().tracks
    scored = replace(track.face.score, coordinates=track.face.score.coordinates[:-1])

    def other_model(rgb: RGB, settings: Settings) -> Reading:
        reading = analyze(rgb, settings)
        return replace(reading, faces=tuple(replace(f, score=scored) for f in reading.faces))

    monkeypatch.setattr(module, "analyze", other_model)
    said: list[str] = []

    def complains(look: Look) -> bool:
        said.append(look.error)
        return bool(look.error)

    played(live, astronaut, complains)
    assert "ValueError" in said[-1]
    played(live, astronaut, lambda look: look.tracks and not look.error)
    assert live.look().tracks[0].first > track.first
    assert len(workers()) == 1


def test_closing_forgets_everything(astronaut: RGB) -> None:
    live = Live()
    played(live, astronaut, lambda look: look.tracks)
    live.close()
    assert workers() == []
    assert live.look().frame is None
    assert live.show(astronaut).shape == astronaut.shape  # a late frame does no harm
    assert workers() == []
    live.close()


def test_a_stream_that_falls_silent_leaves_no_thread(
    live: Live, astronaut: RGB, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IDLE", 0.2)
    played(live, astronaut, lambda look: look.tracks)
    until(lambda: not workers())
    played(live, astronaut, lambda look: look.analysed > 0)  # it wakes up again
    assert len(workers()) == 1


@pytest.mark.slow
def test_twenty_starts_and_stops_leave_nothing(astronaut: RGB) -> None:
    def once() -> None:
        live = Live()
        played(live, astronaut, lambda look: look.tracks)
        live.close()

    once()
    threads = threading.active_count()
    for _ in range(20):
        once()
    gc.collect()
    assert threading.active_count() == threads
    assert sum(isinstance(thing, Live) for thing in gc.get_objects()) == 0


def test_a_meter_forgets() -> None:
    meter = Meter()
    for tenth in range(20):
        meter.note(tenth / 10, 5.0 if tenth < 10 else 15.0)
    assert meter.rate(1.9) == 10
    assert meter.mean() == 10
    assert meter.rate(100) == 0
    assert meter.mean() == 0
