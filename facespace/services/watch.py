"""A camera that is watched: who comes, what the verdict on them settles at, who leaves, how many.

Pictures go the way that those of the webcam go: the newest is analysed, the tracker joins what is
seen. No picture is kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from facespace.faces.analyze import FaceAnalyzer, Settings
from facespace.services.address import Address
from facespace.services.camera import Camera, State
from facespace.services.people import People, Period, at
from facespace.types import RGB, FacespaceError
from facespace.video.live import Meter, rest_after
from facespace.video.tracker import Tracked, Tracker

#: Seconds between two signs of life where no picture comes.
TICK = 0.25

#: Seconds for which a label must stand to have settled.
STEADY = 1.0

#: Seconds without a picture after which nobody can tell who is still there.
CUT = 10.0

#: Seconds for which people are counted together, where a user says nothing else.
PER = 60

#: What an event says of a track.
_TOLD = ("track", "label", "probability_female", "chance_wrong", "reasons")

Event = dict[str, Any]
"""Plain data for a line of JSON: ``time`` (UTC), ``event``, and what belongs to it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is seen at one moment.

    ``picture`` is what was looked at, uint8 (H, W, 3), None where none came; ``tracks`` are in view
    then. ``events`` are new, ``over`` is the period that has just come to its end, ``now`` the
    one that goes on. ``looks`` are analyses a second.
    """

    state: State
    now: Period
    picture: RGB | None = None
    tracks: tuple[Tracked, ...] = ()
    events: tuple[Event, ...] = ()
    over: Period | None = None
    looks: float = 0.0


@dataclass(slots=True)
class _Here:
    """A track that has come and not left: its label, since when, and which one was told last."""

    label: str = ""
    since: float = 0.0
    settled: str = ""


class Watch:
    """Watches a source. ``made_by`` is how its verdicts come about.

    Args:
        address: the source.
        settings: how pictures are analysed.
        per: seconds for which people are counted together.

    Raises:
        FacespaceError: the detector or the model cannot be used.
    """

    def __init__(self, address: Address, settings: Settings | None = None, per: int = PER) -> None:
        self._address = address
        self._analyzer = FaceAnalyzer.of(settings or Settings())
        self.made_by = self._analyzer.made_by
        self._tracker = Tracker(self._analyzer.rules, ended=self._left)
        self._here: dict[int, _Here] = {}
        self._events: list[Event] = []
        self._people = People(per)
        self._meter = Meter()
        self._state = State("connecting")
        self._lost: float | None = None
        self._looked = time.monotonic()

    def steps(self, stop: Callable[[], object]) -> Iterator[Seen]:
        """What is seen, several times a second, until ``stop`` says so or a film is over.

        A person is counted once, as they leave, with the last verdict. Whoever is in view at the
        end leaves then, in the last step.

        Raises:
            FacespaceError: the source cannot be read, said after the last step.
        """
        self._tell("begin", source=self._address.shown, made_by=self.made_by)
        with Camera(self._address) as camera:
            while self._state.stage != "over" and not stop():
                taken = camera.picture(TICK)
                start = time.monotonic()
                self._note(camera.state)
                tracks = self._look(*taken) if taken else self._tracker.at(start)
                if self._state.stage != "on" and start - self._looked > CUT:
                    self._tracker.end()
                yield self._seen(taken and taken[0], tracks)
                if taken:
                    time.sleep(rest_after(time.monotonic() - start))
        self._tracker.end()
        self._tell("end")
        yield self._seen(None, [])
        yield Seen(self._state, self._people.now, over=self._people.now)
        if self._state.error:
            raise FacespaceError(self._state.error)

    def _look(self, rgb: RGB, when: float) -> list[Tracked]:
        start = time.monotonic()
        reading = self._analyzer.analyze(rgb, self._address.shown)
        tracks = self._tracker.update(reading.faces, when)
        for track in tracks:
            self._came(track)
            self._settles(track, when)
        self._looked = now = time.monotonic()
        self._meter.note(now, (now - start) * 1000)
        return tracks

    def _came(self, track: Tracked) -> _Here:
        if track.number not in self._here:
            self._here[track.number] = _Here()
            self._tell("enter", track)
        return self._here[track.number]

    def _settles(self, track: Tracked, when: float) -> None:
        here = self._here[track.number]
        if here.label != track.verdict.label:
            here.label, here.since = track.verdict.label, when
        if here.label != here.settled and when - here.since >= STEADY:
            here.settled = here.label
            self._tell("settled", track)

    def _left(self, track: Tracked) -> None:
        self._came(track)
        del self._here[track.number]
        self._tell("leave", track)
        self._people.count(track.verdict.label)

    def _note(self, state: State) -> None:
        """Tell once that a source is lost, or lost for another reason, and that it is back."""
        old, self._state = self._state, state
        if state.stage == "lost" and (old.stage, old.why) != ("lost", state.why):
            self._lost = self._lost or time.monotonic()
            self._tell("lost", why=state.why)
        if state.stage == "on" and self._lost:
            self._tell("back", seconds=round(time.monotonic() - self._lost, 3))
            self._lost = None

    def _tell(self, event: str, track: Tracked | None = None, **more: Any) -> None:
        told: Event = {"time": at(datetime.now(UTC)), "event": event}
        if track:
            told |= {name: track.to_dict()[name] for name in _TOLD}
            told["seconds"] = round(track.seconds, 3)
        self._events.append(told | more)

    def _seen(self, picture: RGB | None, tracks: list[Tracked]) -> Seen:
        events, self._events = tuple(self._events), []
        over = self._people.passed(self._state.stage == "on")
        looks = self._meter.rate(time.monotonic())
        return Seen(self._state, self._people.now, picture, tuple(tracks), events, over, looks)
