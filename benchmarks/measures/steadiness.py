"""How steadily the faces of films are boxed, followed and judged."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

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


def film_of(steps: Iterable[Progress | Film]) -> Film:
    """What comes last of reading a film."""
    # One step at a time, as a page takes them: all their previews together would fill the memory.
    (last,) = deque(steps, maxlen=1)
    assert isinstance(last, Film)
    return last


def steadiness(clips: list[Path], first_app: bool = True) -> dict[str, float]:
    """How steadily the faces of films are boxed and judged: as films, live, as by the first app."""
    ways = ("", "live_", *(["first_app_"] if first_app else []))
    sums: dict[str, Any] = dict.fromkeys(ways, 0)
    by_film: dict[str, float] = {}
    empty = heads = 0.0
    for clip in clips:
        read = film_of(read_film(clip))
        seen = list(every_frame(clip, first_app))
        times = [frame.time for frame in seen]
        truth = everything(seen)
        said: dict[str, Sequence[Sequence[Row]]] = {
            "": [[(t.number, box, t.verdict.label) for t, box in read.in_view(w)] for w in times],
            "live_": live(seen, len(read.looks)),
            "first_app_": [frame.alone for frame in seen],
        }
        counts = {way: counted(times, truth, said[way]) for way in sums}
        sums = {way: sums[way] + counts[way] for way in sums}
        if there := counts[""].frames:
            by_film[f"boxed_share.{clip.stem}"] = counts[""].boxed_frames / there
        if TURNING in clip.name:
            heads = int(counts[""].switches)
        if EMPTY in clip.name:
            empty = float(np.mean([bool(rows) for rows in said[""]]))
    figures = {f"{way}{name}": v for way, c in sums.items() for name, v in figures_of(c).items()}
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
) -> pd.Series:
    """One film: what is there in each frame, held against what is said of it.

    The counts of several films can be added. ``minutes`` are those of a face in view. A flip is an
    answer that becomes another or is taken back; a "?" that becomes an answer is none.
    """
    stories: dict[int, list[tuple[float, Row | None]]] = {}
    strays = 0
    for when, there, rows in zip(times, truth, said, strict=True):
        strays += sum(same(there, row[1]) is None for row in rows)
        for who, box in there:
            stories.setdefault(who, []).append((when, same(rows, box)))
    boxed = [[(when, row) for when, row in story if row] for story in stories.values()]
    counts = {
        "frames": sum(map(bool, truth)),
        "boxed_frames": sum(bool(there and rows) for there, rows in zip(truth, said, strict=True)),
        "faces": sum(map(len, stories.values())),
        "boxed_faces": sum(map(len, boxed)),
        "boxes": sum(map(len, said)),
        "stray_boxes": strays,
        "minutes": sum((story[-1][0] - story[0][0]) / 60 for story in stories.values()),
        "switches": sum(a[0] != b[0] for rows in boxed for (_, a), (_, b) in pairwise(rows)),
        "flips": sum(
            "?" != a[2] != b[2] and when > rows[0][0] + SETTLED
            for rows in boxed
            for (_, a), (when, b) in pairwise(rows)
        ),
        "gaps": sum(
            a is not None and b is None
            for story in stories.values()
            for (_, a), (_, b) in pairwise(story)
        ),
    }
    return pd.Series(counts)


def figures_of(counts: pd.Series) -> dict[str, float]:
    """The figures of what was counted, by name."""
    return {
        "boxed_share": counts.boxed_frames / counts.frames,
        "boxed_faces_share": counts.boxed_faces / counts.faces,
        "stray_boxes_share": counts.stray_boxes / max(1, counts.boxes),
        "identity_switches": int(counts.switches),
        "verdict_flips_per_minute": counts.flips / counts.minutes,
        "gaps_per_minute": counts.gaps / counts.minutes,
    }


def same(rows: Sequence[Boxed], box: Box) -> Boxed | None:
    """The row whose box is of the same face as a box; None where there is none."""
    if not rows:
        return None
    overlaps = iou(np.array([row[1] for row in rows]), np.array(box))
    best = int(overlaps.argmax())
    return rows[best] if overlaps[best] >= SAME else None
