"""Who comes, what the verdict settles at, who leaves; and everybody is counted once."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from facespace.services.address import Address
from facespace.services.people import Period
from facespace.services.watch import Event, Seen, Watch
from facespace.types import RGB, FacespaceError
from tests.support.streams import film, scene

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory, astronaut: RGB) -> Path:
    """A face for three seconds, nobody for three, and the face for two."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    path.write_bytes(film([*scene(astronaut, 3, 3), *scene(astronaut, 2, 0)]))
    return path


@pytest.fixture(scope="module")
def steps(path: Path) -> list[Seen]:
    watch = Watch(Address.of(str(path)), per=86_400)
    return list(watch.steps(lambda: False))


@pytest.fixture(scope="module")
def events(steps: list[Seen]) -> list[Event]:
    return [event for step in steps for event in step.events]


def told(events: Sequence[Event]) -> list[tuple[str, int | None]]:
    return [(event["event"], event.get("track")) for event in events]


def test_faces_enter_settle_and_leave(events: list[Event]) -> None:
    assert told(events) == [
        ("begin", None),
        *(("enter", 1), ("settled", 1), ("leave", 1)),
        *(("enter", 2), ("settled", 2), ("leave", 2)),
        ("end", None),
    ]
    assert [event["time"] for event in events] == sorted(event["time"] for event in events)
    left = events[3]
    assert list(left) == [
        *("time", "event", "track", "label", "probability_female", "chance_wrong", "reasons"),
        "seconds",
    ]
    assert left["label"] == "female" and left["reasons"] == [] and left["time"].endswith("Z")
    assert 2.0 < left["seconds"] < 3.5


def test_the_first_line_says_how_it_came_about(events: list[Event], path: Path) -> None:
    assert events[0]["source"] == str(path)
    assert events[0]["made_by"]["detector"] == "yunet"
    assert not [event for event in events[1:] if "made_by" in event]


def test_everybody_is_counted_once_as_they_leave(steps: list[Seen]) -> None:
    periods = [step.over for step in steps if step.over]
    assert sum(period.people["female"] for period in periods) == 2
    assert sum(period.people["male"] + period.people["?"] for period in periods) == 0
    assert 7 < sum(period.watched for period in periods) < 9
    counted = left = 0
    for step in steps[:-1]:
        left += sum(event["event"] == "leave" for event in step.events)
        counted += sum(step.over.people.values()) if step.over else 0
        assert left == counted + sum(step.now.people.values())


def test_what_is_seen_is_the_picture_with_its_tracks(steps: list[Seen], astronaut: RGB) -> None:
    seen = [step for step in steps if step.picture is not None and step.tracks]
    assert seen and all(
        step.picture.shape == (320, 512, 3) for step in seen if step.picture is not None
    )
    box = seen[5].tracks[0].box
    assert abs(box.x - 178) < 15 and abs(box.y - 63) < 15
    assert seen[-1].looks > 0


def test_it_ends_when_asked_and_whoever_is_in_view_leaves(path: Path) -> None:
    over, events = list[Period](), list[Event]()
    stop = threading.Event()
    for step in Watch(Address.of(str(path))).steps(stop.is_set):
        events += step.events
        over += [step.over] if step.over else []
        if ("settled", 1) in told(events):
            stop.set()
    assert told(events)[-2:] == [("leave", 1), ("end", None)]
    assert sum(period.people["female"] for period in over) == 1


def test_a_source_that_cannot_be_read_is_an_error_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(bytes(2000))
    events: list[Event] = []
    with pytest.raises(FacespaceError, match="not a film"):
        for step in Watch(Address.of(str(path))).steps(lambda: False):
            events += step.events
    assert told(events) == [("begin", None), ("end", None)]
