"""What was read from a film: who was in view when, and where."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from facespace.faces import annotate
from facespace.faces.annotate import Mark
from facespace.types import RGB, Box
from facespace.video.tracker import GONE, Tracked

#: Seconds for which a box is drawn before a track's first reading and after its last: the face
#: was there, only not yet, or no more, looked for.
MARGIN = 0.1


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a film is: ``stage`` is "reading" or "drawing".

    ``done`` and ``total`` are frames (``total`` may be an estimate, or None), ``rate`` frames a
    second of work, ``left`` the seconds until the stage is done. ``preview`` is a drawn frame,
    uint8 (H, W, 3), now and then.
    """

    stage: str
    done: int
    total: int | None
    rate: float
    tracks: int
    preview: RGB | None = None

    @property
    def left(self) -> float | None:
        """Seconds until this stage is done; None where that cannot be told."""
        if self.total is None or self.rate <= 0:
            return None
        return max(0.0, (self.total - self.done) / self.rate)


@dataclass(frozen=True, slots=True)
class Film:
    """What was read from a film.

    ``width`` and ``height`` are pixels, upright; ``seconds`` is its length and ``times``
    when each of its frames is shown, as far as it was read; in ``looks`` of them faces were looked
    for. ``problem`` is a sentence where not all of it could be read.
    """

    source: str
    detector: str
    model: str
    width: int
    height: int
    times: tuple[float, ...]
    looks: int
    tracks: tuple[Tracked, ...]
    stopped: bool = False
    problem: str = ""

    @property
    def seconds(self) -> float:
        """From the first frame to the last."""
        return self.times[-1] - self.times[0] if self.times else 0.0

    def in_view(self, when: float) -> list[tuple[Tracked, Box]]:
        """The tracks in view at a time, in seconds, each with its box then."""
        boxes = ((track, box_at(track, when)) for track in self.tracks)
        return [(track, box) for track, box in boxes if box is not None]

    def to_dict(self) -> dict[str, Any]:
        """The film as plain data for JSON; times in seconds."""
        return {
            "source": self.source,
            "width": self.width,
            "height": self.height,
            "detector": self.detector,
            "model": self.model,
            "frames": len(self.times),
            "seconds": round(self.seconds, 3),
            "looks": self.looks,
            "stopped": self.stopped,
            "error": self.problem or None,
            "tracks": [self.track_dict(track) for track in self.tracks],
        }

    def track_dict(self, track: Tracked) -> dict[str, Any]:
        """A track as plain data; times in seconds from the film's first frame."""
        row, start = track.to_dict(), self.times[0]
        return row | {name: round(row[name] - start, 3) for name in ("first", "last")}


def box_at(track: Tracked, when: float) -> Box | None:
    """Where a track with a trail is at a time: between two readings on a straight line.

    None before its first and after its last reading (but for ``MARGIN`` seconds), and in gaps
    too long for it to have been in view.
    """
    trail = track.trail
    if not trail[0][0] - MARGIN <= when <= trail[-1][0] + MARGIN:
        return None
    place = bisect_right(trail, when, key=lambda row: row[0])
    if place == 0 or place == len(trail):
        return trail[0 if place == 0 else -1][1]
    (before, one), (after, other) = trail[place - 1], trail[place]
    if after - before > GONE:
        return None
    share = (when - before) / (after - before)

    def between(a: float, b: float) -> float:
        return a + (b - a) * share

    return Box(
        between(one.x, other.x),
        between(one.y, other.y),
        between(one.width, other.width),
        between(one.height, other.height),
    )


def marks(tracks: Sequence[Tracked]) -> list[Mark]:
    """What to draw for tracks, each at its own box."""
    return [mark_of(track, track.box) for track in tracks]


def mark_of(track: Tracked, box: Box, wide: float | None = None) -> Mark:
    """What to draw for a track at a box; its words are chosen by ``wide`` pixels, or the box's."""
    words = annotate.verdict_text(track.verdict.label, track.probability_female)
    letter = track.verdict.label[0].upper()
    long = f"{track.number}  {words}"
    return Mark(box, track.verdict.label, (long, words, letter), wide=wide)
