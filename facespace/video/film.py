"""What was read from a film: who was in view when, and where; as tables too, CSV and JSON."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from facespace.faces.annotate import Mark
from facespace.faces.wording import verdict_text
from facespace.io import tables
from facespace.made_by import in_a_line
from facespace.types import RGB, Box
from facespace.video.tracker import GONE, Tracked

#: Seconds for which a box is drawn before a track's first reading and after its last: the face
#: was there, only not yet, or no more, looked for.
MARGIN = 0.1

#: Columns of a row for each face in each frame, and of one for each track.
FRAME_COLUMNS = (
    *("frame", "seconds", "track", "label", "probability_female", "chance_wrong"),
    *("x", "y", "width", "height", "made_by"),
)
TRACK_COLUMNS = (
    *("track", "label", "probability_female", "chance_wrong", "reasons"),
    *("first", "last", "seconds", "hits", "made_by"),
)


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
    when each of its frames is shown, as far as it was read, the last one for ``last`` seconds;
    ``looks`` are those of them in which faces were looked for. ``problem`` is a sentence where not
    all of it could be read. ``made_by`` is that of its readings.
    """

    source: str
    detector: str
    model: str
    width: int
    height: int
    times: tuple[float, ...]
    looks: tuple[float, ...]
    tracks: tuple[Tracked, ...]
    last: float = 0.0
    stopped: bool = False
    problem: str = ""
    made_by: Mapping[str, Any] | None = None

    @property
    def seconds(self) -> float:
        """From when the first frame is shown to when the last one is no more."""
        return self.times[-1] - self.times[0] + self.last if self.times else 0.0

    def in_view(self, when: float) -> list[tuple[Tracked, Box]]:
        """The tracks in view at a time, in seconds, each with its box then."""
        boxes = ((track, self._box_at(track, when)) for track in self.tracks)
        return [(track, box) for track, box in boxes if box is not None]

    def stretches(self, track: Tracked) -> list[tuple[float, float]]:
        """From when to when a track was in view, in seconds."""
        result: list[tuple[float, float]] = []
        for when, _ in track.trail:
            if result and not self._was_gone(result[-1][1], when):
                result[-1] = result[-1][0], when
            else:
                result.append((when, when))
        return result

    def _was_gone(self, before: float, after: float) -> bool:
        """Whether nobody can tell where a face was between two readings that follow one another.

        So it is where it was looked for in between, for long, and not seen.
        """
        looked = bisect_left(self.looks, after) - bisect_right(self.looks, before)
        return looked > 0 and after - before > GONE

    def _box_at(self, track: Tracked, when: float) -> Box | None:
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
        if self._was_gone(before, after):
            return None
        share = (when - before) / (after - before)
        return one.toward(other, share)

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
            "looks": len(self.looks),
            "stopped": self.stopped,
            "error": self.problem or None,
            "made_by": self.made_by and dict(self.made_by),
            "tracks": [self.track_dict(track) for track in self.tracks],
        }

    def track_dict(self, track: Tracked) -> dict[str, Any]:
        """A track as plain data; times in seconds from the film's first frame."""
        row, start = track.to_dict(), self.times[0]
        return row | {name: round(row[name] - start, 3) for name in ("first", "last")}


def marks(tracks: Sequence[Tracked], leaning: bool = False) -> list[Mark]:
    """What to draw for tracks, each at its own box."""
    return [mark_of(track, track.box, leaning=leaning) for track in tracks]


def mark_of(track: Tracked, box: Box, wide: float | None = None, leaning: bool = False) -> Mark:
    """What to draw for a track at a box; its words are chosen by ``wide`` pixels, or the box's.

    With ``leaning`` a "?" says which class is likelier.
    """
    words = verdict_text(track.verdict, track.probability_female if leaning else None)
    letter = track.verdict.label[0].upper()
    long = f"{track.number}  {words}"
    return Mark(box, track.verdict.label, (long, words, letter), wide=wide)


def frame_rows(film: Film) -> Iterator[dict[str, Any]]:
    """One row a face a frame, of the columns ``FRAME_COLUMNS``.

    ``frame`` counts from 0, ``seconds`` from the film's first frame; ``x`` to ``height`` are
    pixels. A frame without a face has no row.
    """
    how = in_a_line(film.made_by)
    for number, when in enumerate(film.times):
        for track, box in film.in_view(when):
            yield {
                "frame": number,
                "seconds": round(when - film.times[0], 3),
                "track": track.number,
                "label": track.verdict.label,
                "probability_female": round(track.probability_female, 4),
                "chance_wrong": round(track.verdict.chance_wrong, 4),
                **{side: round(pixels, 2) for side, pixels in box._asdict().items()},
                "made_by": how,
            }


def track_rows(film: Film) -> Iterator[dict[str, Any]]:
    """One row a track, of the columns ``TRACK_COLUMNS``; times in seconds, reasons by spaces."""
    for track in film.tracks:
        row = film.track_dict(track)
        yield row | {
            "reasons": " ".join(row["reasons"]),
            "seconds": round(track.seconds, 3),
            "made_by": in_a_line(film.made_by),
        }


def frames_csv(film: Film) -> str:
    """The rows of ``frame_rows`` under a header."""
    return tables.table_csv(FRAME_COLUMNS, frame_rows(film))


def tracks_csv(film: Film) -> str:
    """The rows of ``track_rows`` under a header."""
    return tables.table_csv(TRACK_COLUMNS, track_rows(film))


def to_table(film: Film) -> str:
    """The rows of ``track_rows`` for a terminal, in aligned columns."""
    return tables.table_text(TRACK_COLUMNS[:-1], track_rows(film))


def to_json(film: Film) -> str:
    """The film with its tracks."""
    return tables.json_text(film.to_dict(), indent=1)
