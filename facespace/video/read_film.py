"""The first pass over a film: find, follow and judge faces, and find those for the review queue."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from facespace import limits
from facespace.artifacts.files import fingerprint
from facespace.artifacts.manifest import load_manifest
from facespace.faces import annotate
from facespace.faces.analyze import Settings, analyze, rules_of
from facespace.review.item import Candidate, origin_of
from facespace.types import RGB, FacespaceError, Reading
from facespace.video import frames
from facespace.video.film import Film, Progress, marks
from facespace.video.tracker import Tracked, Tracker

#: Seconds of film between two readings, where the user sets no other number of frames.
BETWEEN = 0.17

#: Frames between two readings at most, however a film counts its time.
MOST_FRAMES = 30

#: Readings between two previews.
PREVIEW = 5


class Clock:
    """How fast frames are done."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    def rate(self, done: int) -> float:
        """Frames per second so far."""
        return done / max(time.perf_counter() - self._start, 1e-6)


def read_film(
    source: Path,
    settings: Settings | None = None,
    every: int | None = None,
    stop: Callable[[], bool] = lambda: False,
    name: str | None = None,
) -> Iterator[Progress | Film]:
    """The first pass: find, follow and judge. Arguments, yields and raises as ``annotate_film``."""
    settings = settings or Settings()
    tracker = Tracker(rules_of(settings), trails=True)
    times: list[float] = []
    looks: list[float] = []
    clock, reading = Clock(), None
    stopped = False
    with frames.opened(source) as film:
        for look in _looks(film, settings, every, times):
            reading = look.reading.result()
            looks.append(look.time)
            tracks = tracker.update(reading.faces, look.time)
            shown = len(looks) % PREVIEW == 1
            yield Progress(
                stage="reading",
                done=len(times),
                total=film.total,
                rate=clock.rate(len(times)),
                tracks=tracker.count,
                preview=annotate.draw_marks(look.rgb, marks(tracks)) if shown else None,
            )
            if len(looks) > 1 and stop():  # one picture is no film
                # What was read but not yet looked at is left out: nobody was looked for there.
                del times[look.number + 1 :]
                stopped = True
                break
        last = 1 / film.rate if stopped else film.last
        problem = "" if stopped or not times else film.broken_off(times)
    if len(times) < 2 or reading is None:
        raise FacespaceError(
            "The film has no picture that can be read."
            if not times
            else "The film has one picture only. Read it as a photo."
        )
    yield Film(
        source=name or str(source),
        detector=reading.detector,
        model=reading.model or "",
        width=reading.width or 0,
        height=reading.height or 0,
        times=tuple(times),
        looks=tuple(looks),
        tracks=tuple(tracker.all()),
        last=last,
        stopped=stopped,
        problem=problem,
        made_by=reading.made_by,
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """A frame in which faces are looked for."""

    number: int
    time: float
    rgb: RGB
    reading: Future[Reading]


def _looks(
    film: frames.Source, settings: Settings, every: int | None, times: list[float]
) -> Iterator[_Look]:
    """The frames that are looked at, in order, the last one among them; ``times`` grows by all.

    Some are analysed at once, while the next ones are decoded.
    """
    when, waiting = film.times(), deque[_Look]()
    last, newest = 0, None
    with ThreadPoolExecutor(limits.THREADS) as workers:

        def look(number: int, frame: Any) -> None:
            rgb = film.upright(frame)
            waiting.append(_Look(number, times[-1], rgb, workers.submit(analyze, rgb, settings)))

        for number, newest in enumerate(film.frames()):
            times.append(when(newest))
            frames.check_length(times[-1] - times[0], len(times))
            if number and not _due(number - last, times[-1] - times[last], every):
                continue
            last = number
            look(number, newest)
            if len(waiting) > limits.THREADS:
                yield waiting.popleft()
        if times and last < len(times) - 1:
            look(len(times) - 1, newest)
        yield from waiting


def _due(frames: int, seconds: float, every: int | None) -> bool:
    """Whether to look again, so many frames and seconds after the last look."""
    if every is not None:
        return frames >= every
    return seconds >= BETWEEN - 0.01 or frames >= MOST_FRAMES


def candidates(film: Film, source: Path) -> list[Candidate]:
    """A face for the review queue of each track that stayed "?"; reads the film once more.

    Args:
        film: what was read.
        source: its file.

    Raises:
        FacespaceError: the film or the artifacts cannot be read any more.
    """
    unsure = [track for track in film.tracks if track.verdict.label == "?"]
    return list(candidates_of(film, source, unsure).values())


def candidates_of(film: Film, source: Path, tracks: Sequence[Tracked]) -> dict[int, Candidate]:
    """A face for the review queue of each of some tracks, by the track's number.

    Reasons and probability are those of the whole track. Arguments and raises as ``candidates``.
    """
    due: dict[float, list[Tracked]] = {}
    for track in tracks:
        seen = (when for when, box in track.trail if box == track.best.detection.box)
        due.setdefault(next(seen), []).append(track)
    if not due:
        return {}
    info = load_manifest().model(film.model)
    chosen: dict[int, Candidate] = {}
    with frames.opened(source) as pictures:
        when, digest = pictures.times(), fingerprint(source)
        for frame in pictures.frames():
            if here := due.pop(when(frame), []):
                rgb = pictures.upright(frame)
                origin = origin_of(rgb, film.source, "video", digest)
                for track in here:
                    chosen[track.number] = replace(
                        Candidate.of(rgb, track.best, info, origin),
                        reasons=track.verdict.reasons,
                        probability_female=track.probability_female,
                        chance_wrong=track.verdict.chance_wrong,
                    )
            if not due:
                break
    return chosen
