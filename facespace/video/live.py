"""A camera's frames, drawn at the camera's rate, analysed as fast as the machine can.

Frames come in on one thread (the camera's) and are analysed on another, always the newest; between
two analyses the tracker carries the boxes. Any thread may ask what is seen.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from facespace.faces import annotate
from facespace.faces.analyze import Settings, analyze, rules_of
from facespace.faces.annotate import Mark
from facespace.types import RGB, FacespaceError, Point, Reading
from facespace.video.film import mark_of
from facespace.video.tracker import Tracked, Tracker

#: Seconds without a frame after which the analysing thread ends; the next frame starts another.
IDLE = 3.0

#: Seconds from one analysis to the next at least, and the share of its time that the analysing
#: thread works: the rest is left to the stream itself.
PERIOD, WORKING = 0.12, 0.5

#: What takes time: finding faces, judging them, drawing a frame.
STAGES = ("find", "judge", "draw")

#: Seconds over which rates and times are averaged, and over which the history goes back.
WINDOW, HISTORY = 2.0, 60.0


def rest_after(seconds: float) -> float:
    """How many seconds to wait after an analysis that took so many."""
    return max(PERIOD, seconds / WORKING) - seconds


@dataclass(frozen=True, slots=True)
class Options:
    """What may be changed while the stream runs."""

    settings: Settings = field(default_factory=Settings)
    mirror: bool = True
    landmarks: bool = False
    leaning: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """What is seen at one moment.

    ``frame`` is the newest frame as it was analysed, uint8 (H, W, 3), and ``reading`` what came
    of it; None before the first. ``shown`` and ``analysed`` are frames per second;
    ``milliseconds`` the mean time of each of ``STAGES``; ``history`` one row a second: seconds
    ago, faces in view, frames shown a second. ``error`` is a sentence where frames cannot be
    analysed.
    """

    tracks: tuple[Tracked, ...] = ()
    frame: RGB | None = None
    reading: Reading | None = None
    shown: float = 0.0
    analysed: float = 0.0
    milliseconds: Mapping[str, float] = field(default_factory=dict)
    history: tuple[tuple[float, int, float], ...] = ()
    error: str = ""


class Meter:
    """Counts events and averages what they took, over the last ``WINDOW`` seconds."""

    def __init__(self) -> None:
        self._events: deque[tuple[float, float]] = deque()

    def note(self, now: float, milliseconds: float) -> None:
        """An event that took so long has just ended."""
        self._events.append((now, milliseconds))
        self._forget(now)

    def rate(self, now: float) -> float:
        """Events a second."""
        self._forget(now)
        return len(self._events) / WINDOW

    def mean(self) -> float:
        """The mean of what they took, in milliseconds; 0 where there were none."""
        return float(np.mean([took for _, took in self._events])) if self._events else 0.0

    def _forget(self, now: float) -> None:
        while self._events and self._events[0][0] < now - WINDOW:
            self._events.popleft()


class Live:
    """Reads a camera. Set ``options`` at any time; they count from the next frame on."""

    def __init__(
        self, options: Options | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.options = options or Options()
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting = threading.Condition(self._lock)
        self._newest: tuple[RGB, float, Options] | None = None
        self._worker: threading.Thread | None = None
        self._closed = False
        self._tracked = self.options.settings, self.options.mirror
        self._tracker = Tracker(rules_of(self.options.settings))
        self._seen: tuple[RGB, Reading] | None = None
        self._error = ""
        self._meters = {name: Meter() for name in STAGES}
        self._history: deque[tuple[float, int, float]] = deque()

    def show(self, rgb: RGB) -> RGB:
        """Take a frame, and give it back with what is known of the faces in it drawn.

        Args:
            rgb: uint8 (H, W, 3), as the camera gives it.

        Returns:
            uint8 (H, W, 3), mirrored where ``options`` say so.
        """
        start, options = self._clock(), self.options
        if options.mirror:
            rgb = np.ascontiguousarray(rgb[:, ::-1])
        with self._waiting:
            if not self._closed:
                self._newest = rgb, start, options
                self._ensure_worker()
                self._waiting.notify()
            tracks = self._tracker.at(start)
        overlay = annotate.draw_marks(rgb, [_mark(track, options) for track in tracks])
        with self._lock:
            now = self._clock()
            self._meters["draw"].note(now, (now - start) * 1000)
            self._remember(now, len(tracks))
        return overlay

    def look(self) -> Look:
        """What is seen now."""
        with self._lock:
            now = self._clock()
            frame, reading = self._seen or (None, None)
            return Look(
                tracks=tuple(self._tracker.at(now)),
                frame=frame,
                reading=reading,
                shown=self._meters["draw"].rate(now),
                analysed=self._meters["find"].rate(now),
                milliseconds={name: meter.mean() for name, meter in self._meters.items()},
                history=tuple((now - then, faces, rate) for then, faces, rate in self._history),
                error=self._error,
            )

    def close(self) -> None:
        """End the analysing thread and forget all pictures; frames that still come are ignored."""
        with self._waiting:
            self._closed = True
            self._newest = self._seen = None
            self._waiting.notify()
            worker = self._worker
        if worker is not None and worker is not threading.current_thread():
            worker.join()

    def _ensure_worker(self) -> None:
        if self._worker is None:
            self._worker = threading.Thread(target=self._work, name="facespace-live", daemon=True)
            self._worker.start()

    def _work(self) -> None:
        while (taken := self._take()) is not None:
            try:
                self._read(*taken)
            except Exception as error:  # the next frame may be read all the same
                known = isinstance(error, FacespaceError)
                with self._lock:
                    self._error = str(error) if known else f"A frame: {type(error).__name__}."

    def _read(self, rgb: RGB, when: float, options: Options) -> None:
        start, settings = self._clock(), options.settings
        reading = analyze(rgb, settings)
        with self._waiting:
            if self._tracked != (settings, options.mirror):
                self._tracked = settings, options.mirror
                self._tracker = Tracker(rules_of(settings))
            if not self._closed:
                self._follow(reading, when, settings)
                self._seen, self._error = (rgb, reading), ""
            now = self._clock()
            found, all_of_it = reading.finding or 0.0, reading.milliseconds or 0.0
            self._meters["find"].note(now, found)
            self._meters["judge"].note(now, all_of_it - found)
            self._waiting.wait_for(lambda: self._closed, rest_after(now - start))

    def _follow(self, reading: Reading, when: float, settings: Settings) -> None:
        try:
            self._tracker.update(reading.faces, when)
        except Exception:
            # As where a model was put in the place of another: what was followed is of no use.
            self._tracker = Tracker(rules_of(settings))
            raise

    def _take(self) -> tuple[RGB, float, Options] | None:
        """The newest frame, once there is one; None where the thread is to end."""
        with self._waiting:
            self._waiting.wait_for(lambda: self._newest is not None or self._closed, IDLE)
            taken, self._newest = self._newest, None
            if taken is None or self._closed:
                self._worker = None
                return None
            return taken

    def _remember(self, now: float, faces: int) -> None:
        """One row of history a second."""
        if not self._history or now - self._history[-1][0] >= 1:
            self._history.append((now, faces, self._meters["draw"].rate(now)))
        while self._history[0][0] < now - HISTORY:
            self._history.popleft()


def _mark(track: Tracked, options: Options) -> Mark:
    """A track's box with number and verdict, as in the table, and its landmarks where asked."""
    mark = mark_of(track, track.box, leaning=options.leaning)
    return replace(mark, points=_carried(track)) if options.landmarks else mark


def _carried(track: Tracked) -> list[Point]:
    """The landmarks of the newest face, moved and scaled as the box was since."""
    old, new = track.face.detection.box, track.box
    scale = new.width / max(old.width, 1e-6), new.height / max(old.height, 1e-6)
    return [
        (new.x + (x - old.x) * scale[0], new.y + (y - old.y) * scale[1])
        for x, y in track.face.detection.landmarks or ()
    ]
