"""How steadily the faces of films are boxed, followed and judged."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from itertools import pairwise
from operator import add
from pathlib import Path
from typing import TypeVar

import numpy as np

from facespace.faces.analyze import Settings, analyze, rules_of
from facespace.faces.detectors.base import iou
from facespace.types import RGB, Box, Face
from facespace.video import frames
from facespace.video.film import Film, Progress
from facespace.video.read_film import read_film
from facespace.video.tracker import Tracker

#: The film whose heads turn, and the one without a face, by what their names contain.
TURNING, EMPTY = "head-pose", "people-detection"

#: Boxes that overlap by this IoU are of the same face.
SAME = 0.4

#: Seconds of a track before its verdict must stay.
SETTLED = 1.0

#: A face in a frame: who it is and where, and with what is said of it.
There = tuple[int, Box]
Row = tuple[int, Box, str]
Boxed = TypeVar("Boxed", There, Row)


@dataclass(frozen=True)
class Counts:
    """What is counted of one way to read one or more films; times in minutes of a face in view."""

    frames: int = 0
    boxed_frames: int = 0
    faces: int = 0
    boxed_faces: int = 0
    boxes: int = 0
    stray_boxes: int = 0
    minutes: float = 0.0
    switches: int = 0
    flips: int = 0
    gaps: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*map(add, astuple(self), astuple(other)))

    def figures(self) -> dict[str, float]:
        """The figures by name."""
        return {
            "boxed_share": self.boxed_frames / self.frames,
            "boxed_faces_share": self.boxed_faces / self.faces,
            "stray_boxes_share": self.stray_boxes / max(1, self.boxes),
            "identity_switches": self.switches,
            "verdict_flips_per_minute": self.flips / self.minutes,
            "gaps_per_minute": self.gaps / self.minutes,
        }


def film_of(steps: Iterable[Progress | Film]) -> Film:
    """What comes last of reading a film."""
    # One step at a time, as a page takes them: all their previews together would fill the memory.
    (last,) = deque(steps, maxlen=1)
    assert isinstance(last, Film)
    return last


def steadiness(clips: list[Path], first_app: bool = True) -> dict[str, float]:
    """How steadily the faces of films are boxed and judged: as films, live, as by the first app."""
    sums = {way: Counts() for way in ("", "live_", *(["first_app_"] if first_app else []))}
    by_film: dict[str, float] = {}
    empty = heads = 0.0
    for clip in clips:
        read = film_of(read_film(clip))
        seen = list(every_frame(clip, first_app))
        times = [frame.time for frame in seen]
        truth = everything(seen)
        said: dict[str, Sequence[Sequence[Row]]] = {
            "": [[(t.number, box, t.verdict.label) for t, box in read.in_view(w)] for w in times],
            "live_": live(seen, read.looks),
            "first_app_": [frame.alone for frame in seen],
        }
        counts = {way: counted(times, truth, said[way]) for way in sums}
        sums = {way: sums[way] + counts[way] for way in sums}
        if there := counts[""].frames:
            by_film[f"boxed_share.{clip.stem}"] = counts[""].boxed_frames / there
        if TURNING in clip.name:
            heads = counts[""].switches
        if EMPTY in clip.name:
            empty = float(np.mean([bool(rows) for rows in said[""]]))
    figures = {f"{way}{name}": v for way, c in sums.items() for name, v in c.figures().items()}
    figures.pop("first_app_identity_switches", None)  # it knew nobody
    figures |= {"head_turn_identity_switches": heads, "boxed_share_without_a_face": empty}
    return figures | by_film


@dataclass(frozen=True)
class Seen:
    """A frame: its time in seconds, the faces in it, and what the first app would show."""

    time: float
    faces: tuple[Face, ...]
    alone: list[Row]


def every_frame(path: Path, first_app: bool) -> Iterator[Seen]:
    """What is seen in each frame of a film."""
    with frames.opened(path) as source:
        when = source.times()
        for frame in source.frames():
            rgb = source.upright(frame)
            yield Seen(when(frame), analyze(rgb).faces, alone(rgb) if first_app else [])


def everything(seen: list[Seen]) -> list[list[There]]:
    """Of every frame the faces that the detector finds in it, each with who it is."""
    tracker = Tracker(rules_of(Settings()), trails=True)
    for frame in seen:
        tracker.update(frame.faces, frame.time)
    trails = [(track.number, dict(track.trail)) for track in tracker.all()]
    return [[(n, trail[f.time]) for n, trail in trails if f.time in trail] for f in seen]


def live(seen: list[Seen], looks: int) -> list[list[Row]]:
    """What a camera's picture would show: judged by what came before, boxes carried on."""
    tracker = Tracker(rules_of(Settings()))
    rows: list[list[Row]] = []
    every = max(1, round(len(seen) / looks))
    for number, frame in enumerate(seen):
        if number % every == 0:
            tracker.update(frame.faces, frame.time)
        tracks = tracker.at(frame.time)
        rows.append([(track.number, track.box, track.verdict.label) for track in tracks])
    return rows


def alone(rgb: RGB) -> list[Row]:
    """What the first app would show in a frame."""
    threshold = rules_of(Settings()).threshold

    def label(face: Face) -> str:
        return "female" if face.score.probability_female >= threshold else "male"

    faces = analyze(rgb, Settings("haar_first_app")).faces
    return [(0, face.detection.box, label(face)) for face in faces]


def counted(
    times: Sequence[float], truth: Sequence[Sequence[There]], said: Sequence[Sequence[Row]]
) -> Counts:
    """One film: what is there in each frame, held against what is said of it."""
    stories: dict[int, list[tuple[float, Row | None]]] = {}
    strays = 0
    for when, there, rows in zip(times, truth, said, strict=True):
        strays += sum(same(there, row[1]) is None for row in rows)
        for who, box in there:
            stories.setdefault(who, []).append((when, same(rows, box)))
    boxed = [[(when, row) for when, row in story if row] for story in stories.values()]
    return Counts(
        frames=sum(map(bool, truth)),
        boxed_frames=sum(bool(there and rows) for there, rows in zip(truth, said, strict=True)),
        faces=sum(map(len, stories.values())),
        boxed_faces=sum(map(len, boxed)),
        boxes=sum(map(len, said)),
        stray_boxes=strays,
        minutes=sum((story[-1][0] - story[0][0]) / 60 for story in stories.values()),
        switches=sum(a[0] != b[0] for rows in boxed for (_, a), (_, b) in pairwise(rows)),
        flips=sum(
            a[2] != b[2] and when > rows[0][0] + SETTLED
            for rows in boxed
            for (_, a), (when, b) in pairwise(rows)
        ),
        gaps=sum(
            a is not None and b is None
            for story in stories.values()
            for (_, a), (_, b) in pairwise(story)
        ),
    )


def same(rows: Sequence[Boxed], box: Box) -> Boxed | None:
    """The row whose box is of the same face as a box; None where there is none."""
    if not rows:
        return None
    overlaps = iou(np.array([astuple(row[1]) for row in rows]), np.array(astuple(box)))
    best = int(overlaps.argmax())
    return rows[best] if overlaps[best] >= SAME else None
