"""How fast films are read and drawn, how steadily faces are followed; beside the first app's way.

    python benchmarks/video.py --data FOLDER [--minutes 10] [--json FILE]

FOLDER holds films of faces (``video/``). What is there to be boxed is what the detector finds when
it is run on every frame, so a face that it never finds is not missed here. The first app looked at
each frame alone, with a Haar cascade of scale factor 1.5 and 3 neighbours; it is given the model of
today, which must say female or male. Speeds are those of ``SPED`` enlarged to 640 x 360, at 30
frames a second, read and written; contenders in turn, all in one run, the best of ``ROUNDS``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.peers import peak_mb
from facespace.faces import annotate
from facespace.faces.analyze import Settings, analyze, rules_of
from facespace.faces.detectors.base import iou
from facespace.types import RGB, Box, Face
from facespace.video import frames
from facespace.video.annotated_film import annotate_film
from facespace.video.read_film import read_film
from facespace.video.tracking import Tracker

#: The film whose heads turn, from which the film for speeds is made, and the one without a face.
SPED, EMPTY = "head-pose", "people-detection"

#: Pixels and frames a second of the film for speeds, and its length in seconds.
SIZE, RATE, SECONDS = (640, 360), 30, 10

#: How often each contender's speed is taken.
ROUNDS = 3

#: Boxes that overlap by this IoU are of the same face.
SAME = 0.4

#: Seconds of a track before its verdict must stay.
SETTLED = 1.0

#: Detectors whose speeds are taken, each with these numbers of frames for one that is looked at;
#: None is the default.
CONTENDERS: tuple[tuple[str, int | None], ...] = (
    *(("yunet", every) for every in (None, 1, 2, 3, 10)),
    ("haar", None),
    ("haar_first_app", None),
)

#: A face in a frame: who it is, where, and what is said of it.
Row = tuple[int, Box, str]


@dataclass
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
    by_film: dict[str, float] = field(default_factory=dict)

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, metavar="FOLDER")
    parser.add_argument("--minutes", type=float, help="measure memory on a film of this length")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--memory-of", type=Path, metavar="FILM", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory_of:
        print(peak(options.memory_of))
        return
    if options.data is None:
        parser.error("--data is needed")
    clips = sorted(p for p in (options.data / "video").iterdir() if p.suffix != ".txt")
    with tempfile.TemporaryDirectory() as folder:
        sped = looped(next(p for p in clips if SPED in p.name), Path(folder, "sped.mp4"), SECONDS)
        figures = speeds(sped) | steadiness([*clips, sped])
        if options.minutes:
            long = looped(sped, Path(folder, "long.mp4"), options.minutes * 60)
            figures["memory_minutes"] = options.minutes
            figures["peak_megabytes"] = memory(long)
    figures["load_average"] = os.getloadavg()[0]
    for name, value in figures.items():
        print(f"{name:55} {value:10.4g}")
    if options.json:
        rounded = {name: round(value, 4) for name, value in figures.items()}
        options.json.write_text(json.dumps(rounded, indent=1) + "\n", "utf-8")


def looped(clip: Path, out: Path, seconds: float) -> Path:
    """A film played forth and back at ``SIZE`` and ``RATE``, over and over for some seconds."""
    once = out.with_suffix(".once.mp4")
    with frames.opened(clip) as source, av.open(str(once), "w") as written:
        pictures = [source.upright(frame) for frame in source.frames()]
        step = source.rate / RATE
        there_and_back = pictures + pictures[-2:0:-1]
        stream = written.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for number in range(round(len(there_and_back) / step)):
            rgb = there_and_back[int(number * step)]
            rgb = np.asarray(cv2.resize(rgb, SIZE, interpolation=cv2.INTER_CUBIC), np.uint8)
            written.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, "rgb24")))
        written.mux(stream.encode())
    with av.open(str(out), "w") as written:
        shift, stream = Fraction(0), None
        while shift < seconds:
            with av.open(str(once)) as read:
                original = read.streams.video[0]
                stream = stream or written.add_stream_from_template(original)
                for packet in read.demux(original):
                    if packet.dts is None or packet.pts * packet.time_base + shift >= seconds:
                        continue
                    packet.pts += round(shift / packet.time_base)
                    packet.dts += round(shift / packet.time_base)
                    packet.stream = stream
                    written.mux(packet)
                shift += Fraction(original.frames, RATE)
    once.unlink()
    return out


def speeds(path: Path) -> dict[str, float]:
    """Seconds of film for each second of work, by detector and frames; and of the first app."""
    works: dict[str, Callable[[], float]] = {
        f"yunet.every_{every or 'default'}" if detector == "yunet" else detector: partial(
            drawn, path, Settings(detector), every
        )
        for detector, every in CONTENDERS
    } | {"first_app": partial(first_app_drawn, path)}
    drawn(path, Settings(), None)  # so that nobody is the one who loads the models
    figures: dict[str, float] = {}
    for _ in range(ROUNDS):
        for name, work in works.items():
            wall, cpu, film_seconds = timed(work)
            multiple, used = f"real_time_multiple.{name}", f"processor_seconds_per_second.{name}"
            figures[multiple] = max(film_seconds / wall, figures.get(multiple, 0))
            figures[used] = min(cpu / film_seconds, figures.get(used, np.inf))
            print(f"{name:20} {film_seconds / wall:8.2f} times real time", flush=True)
    return {
        "real_time_multiple": figures["real_time_multiple.yunet.every_default"],
        "first_app_real_time_multiple": figures["real_time_multiple.first_app"],
        **figures,
    }


def timed(work: Callable[[], float]) -> tuple[float, float, float]:
    """Seconds on the clock, seconds of processor time, and what the work gave."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return time.perf_counter() - wall, time.process_time() - cpu, result


def drawn(path: Path, settings: Settings, every: int | None) -> float:
    """Read and write a film; its length in seconds."""
    # One step at a time, as a page takes them: all their previews together would fill the memory.
    steps = annotate_film(path, path.with_suffix(".out.mp4"), settings, every)
    return deque(steps, maxlen=1)[0].seconds


def first_app_drawn(path: Path) -> float:
    """Read and write a film, each frame alone; its length in seconds."""
    settings = Settings("haar_first_app")
    out = path.with_suffix(".out.mp4")
    with frames.opened(path) as source, av.open(str(out), "w") as written:
        stream = written.add_stream("libx264", rate=Fraction(source.rate).limit_denominator(1001))
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.options = {"preset": "veryfast", "crf": "21", "threads": "2"}
        for frame in source.frames():
            rgb = source.upright(frame)
            rgb = annotate.draw(rgb, analyze(rgb, settings).faces)
            written.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, "rgb24")))
        written.mux(stream.encode())
        return (source.total or 0) / source.rate


def steadiness(clips: list[Path], first_app: bool = True) -> dict[str, float]:
    """How steadily the faces of films are boxed and judged: as films, live, as by the first app."""
    ways = {way: Counts() for way in ("", "live_", *(["first_app_"] if first_app else []))}
    empty = heads = 0.0
    for clip in clips:
        film = deque(read_film(clip), maxlen=1)[0]
        seen = list(every_frame(clip, first_app))
        times = [frame.time for frame in seen]
        truth = everything(seen)
        said = {
            "": [[(t.number, box, t.verdict.label) for t, box in film.in_view(w)] for w in times],
            "live_": live(seen, film.looks),
            "first_app_": [frame.alone for frame in seen],
        }
        for way, counts in ways.items():
            before = counts.boxed_frames, counts.frames, counts.switches
            count(counts, times, truth, said[way])
            boxed, there = counts.boxed_frames - before[0], counts.frames - before[1]
            if there:
                counts.by_film[f"boxed_share.{clip.stem}"] = boxed / there
            if not way and SPED in clip.name:
                heads = counts.switches - before[2]
        if EMPTY in clip.name:
            empty = float(np.mean([bool(rows) for rows in said[""]]))
    figures = {
        f"{way}{name}": value
        for way, counts in ways.items()
        for name, value in counts.figures().items()
        if not (way == "first_app_" and name == "identity_switches")  # it knew nobody
    }
    figures |= {"head_turn_identity_switches": heads, "boxed_share_without_a_face": empty}
    return figures | ways[""].by_film


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


def everything(seen: list[Seen]) -> list[list[tuple[int, Box]]]:
    """Of every frame the faces that the detector finds in it, each with who it is."""
    tracker = Tracker(rules_of(Settings()), trails=True)
    for frame in seen:
        tracker.update(frame.faces, frame.time)
    trails = [(track.number, dict(track.trail)) for track in tracker.all()]
    return [[(n, trail[f.time]) for n, trail in trails if f.time in trail] for f in seen]


def live(seen: list[Seen], looks: int) -> list[list[Row]]:
    """What a camera's picture would show: judged by what came before, boxes carried on."""
    tracker, rows = Tracker(rules_of(Settings())), []
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


def count(
    counts: Counts,
    times: list[float],
    truth: list[list[tuple[int, Box]]],
    said: list[list[Row]],
) -> None:
    """Add one film: what is there in each frame, and what is said of it."""
    stories: dict[int, list[tuple[float, Row | None]]] = {}
    for when, there, rows in zip(times, truth, said, strict=True):
        counts.frames += bool(there)
        counts.boxed_frames += bool(there and rows)
        counts.boxes += len(rows)
        counts.stray_boxes += sum(same(there, row[1]) is None for row in rows)
        for who, box in there:
            stories.setdefault(who, []).append((when, same(rows, box)))
    for story in stories.values():
        found = [(when, row) for when, row in story if row]
        counts.faces += len(story)
        counts.boxed_faces += len(found)
        counts.minutes += (story[-1][0] - story[0][0]) / 60
        counts.gaps += sum(a is not None and b is None for (_, a), (_, b) in pairwise(story))
        counts.switches += sum(a[0] != b[0] for (_, a), (_, b) in pairwise(found))
        counts.flips += sum(
            a[2] != b[2] and when > found[0][0] + SETTLED for (_, a), (when, b) in pairwise(found)
        )


def same(rows: list[Any], box: Box) -> Any:
    """The row whose box is of the same face as a box; None where there is none."""
    if not rows:
        return None
    overlaps = iou(np.array([corners(row[1]) for row in rows]), np.array(corners(box)))
    best = int(overlaps.argmax())
    return rows[best] if overlaps[best] >= SAME else None


def corners(box: Box) -> tuple[float, float, float, float]:
    return box.x, box.y, box.width, box.height


def memory(path: Path) -> float:
    """The most memory in megabytes that a process of its own has in use while it reads a film."""
    command = [sys.executable, __file__, "--memory-of", str(path)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def peak(path: Path) -> float:
    """Read and write a film, and say how many megabytes this process had in use at most."""
    drawn(path, Settings(), None)
    return peak_mb()


if __name__ == "__main__":
    main()
