"""A film in, the same film with every face boxed out, and who was in view when.

Two passes over the file: the first finds, follows and judges, the second draws, so that a face
carries from its first frame on the verdict that all of its frames gave, and boxes between two
readings are interpolated. Neither keeps more than a few frames in memory.
"""

from __future__ import annotations

import os
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.container import OutputContainer
from av.video.stream import VideoStream

from facespace import limits
from facespace.faces import annotate
from facespace.faces.analyze import Settings, analyze, rules_of
from facespace.faces.annotate import Mark
from facespace.io.atomic import atomic_path
from facespace.types import RGB, Box, FacespaceError, Reading
from facespace.video import frames
from facespace.video.sound import Sound
from facespace.video.tracking import GONE, Tracked, Tracker

#: Seconds of film between two readings, where the user sets no other number of frames.
BETWEEN = 0.17

#: Seconds for which a box is drawn before a track's first reading and after its last: the face
#: was there, only not yet, or no more, looked for.
MARGIN = 0.1

#: Frames between two looks at most, however a film counts its time.
MOST_FRAMES = 30

#: Readings, and drawn frames, between two previews.
PREVIEW, PREVIEW_FRAMES = 5, 20

#: Times of written frames are multiples of a second by this.
TICKS = 90_000

#: The colours of written films: BT.709, as browsers expect, in the numbers of ITU-T H.273.
COLOURS = "ITU709"
BT709, LIMITED = 1, 1


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

    ``width`` and ``height`` are pixels after the turn; ``seconds`` is its length and ``times``
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


def annotate_film(
    source: Path,
    out: Path,
    settings: Settings | None = None,
    every: int | None = None,
    stop: Callable[[], bool] = lambda: False,
    name: str | None = None,
) -> Iterator[Progress | Film]:
    """Read a film and write it annotated: H.264 in MP4 as browsers play it, with its sound.

    Args:
        source: the film.
        out: where to write; nothing is left there if this fails.
        settings: the defaults where None.
        every: look for faces in one of so many frames; every ``BETWEEN`` seconds where None.
        stop: asked now and then; once it says True, what was read so far is drawn and kept.
        name: what the film is called in results; ``source`` where None.

    Yields:
        the progress, and the film at the end.

    Raises:
        FacespaceError: the film cannot be read, or is larger or longer than ``limits`` allow.
    """
    _check_place(source, out)
    film: Film | None = None
    for step in read_film(source, settings, every, stop, name):
        if isinstance(step, Film):
            film = step
        else:
            yield step
    if film is not None:
        drawn = len(film.times)
        for progress in draw_film(film, source, out, (lambda: False) if film.stopped else stop):
            drawn = progress.done
            yield progress
        if drawn < len(film.times):
            film = replace(film, times=film.times[:drawn], stopped=True)
        yield film


def _check_place(source: Path, out: Path) -> None:
    """Before the work, not after it."""
    if not out.absolute().parent.is_dir():
        raise FacespaceError(f"The film cannot be written: there is no folder {out.parent}.")
    if os.path.realpath(source) == os.path.realpath(out):
        raise FacespaceError("The film cannot be written over itself. Give it another name.")


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
    clock, looks, reading = _Clock(), 0, None
    stopped = False
    with frames.opened(source) as film:
        for look in _looks(film, settings, every, times):
            reading, looks = look.reading.result(), looks + 1
            tracks = tracker.update(reading.faces, look.time)
            shown = looks % PREVIEW == 1
            yield Progress(
                stage="reading",
                done=len(times),
                total=film.total,
                rate=clock.rate(len(times)),
                tracks=tracker.count,
                preview=annotate.draw_marks(look.rgb, marks(tracks)) if shown else None,
            )
            if looks > 1 and stop():  # one picture is no film
                # What was read but not yet looked at is left out: nobody was looked for there.
                del times[look.number + 1 :]
                stopped = True
                break
        problem = "" if stopped or not times else film.broken_off(times)
    if len(times) < 2 or reading is None:
        raise FacespaceError(
            "The film has no picture that can be read."
            if not times
            else "The film has one picture only. Read it on the page Photo."
        )
    yield Film(
        source=name or str(source),
        detector=reading.detector,
        model=reading.model or "",
        width=reading.width or 0,
        height=reading.height or 0,
        times=tuple(times),
        looks=looks,
        tracks=tuple(tracker.all()),
        stopped=stopped,
        problem=problem,
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


def draw_film(
    film: Film, source: Path, out: Path, stop: Callable[[], bool] = lambda: False
) -> Iterator[Progress]:
    """The second pass: the frames that were read, with their boxes, and the sound beside them.

    Raises:
        FacespaceError: the file cannot be written.
    """
    clock, start, end = _Clock(), film.times[0], film.times[-1]
    try:
        with (
            atomic_path(out) as part,
            frames.opened(source) as original,
            av.open(str(part), "w", "mp4", options={"movflags": "+faststart"}) as written,
        ):
            picture = _picture(written, film)
            sound = Sound(original.sounds, written, start, end)
            wide = {track.number: _usual_width(track) for track in film.tracks}
            for number, frame in enumerate(original.frames(sound.pass_on), 1):
                when = film.times[number - 1]
                seen = [_mark(track, box, wide[track.number]) for track, box in film.in_view(when)]
                rgb = annotate.draw_marks(original.upright(frame), seen)
                written.mux(picture.encode(_coloured(rgb, picture, when - start)))
                yield Progress(
                    stage="drawing",
                    done=number,
                    total=len(film.times),
                    rate=clock.rate(number),
                    tracks=len(film.tracks),
                    preview=rgb if number % PREVIEW_FRAMES == 1 else None,
                )
                if number == len(film.times) or stop():
                    break
            written.mux(picture.encode())
            sound.end()
    except (av.FFmpegError, OSError) as error:
        raise FacespaceError(f"The film cannot be written: {error.strerror}.") from error


def _picture(written: OutputContainer, film: Film) -> VideoStream:
    """The stream of pictures of a film to write."""
    picture = written.add_stream("libx264", rate=_whole_rate(film))
    picture.width, picture.height = max(2, film.width // 2 * 2), max(2, film.height // 2 * 2)
    picture.pix_fmt = "yuv420p"
    picture.options = {"preset": "veryfast", "crf": "21", "threads": str(limits.THREADS)}
    context = picture.codec_context
    context.time_base = Fraction(1, TICKS)
    context.colorspace = context.color_primaries = context.color_trc = BT709
    context.color_range = LIMITED
    return picture


def _coloured(rgb: RGB, picture: VideoStream, seconds: float) -> av.VideoFrame:
    """A frame to be shown at a time, as the encoder wants it: of even width and height."""
    even = np.ascontiguousarray(rgb[: picture.height, : picture.width])
    frame = av.VideoFrame.from_ndarray(even, "rgb24")
    frame = frame.reformat(format="yuv420p", dst_colorspace=COLOURS, threads=1)
    frame.pts, frame.time_base = round(seconds * TICKS), Fraction(1, TICKS)
    return frame


def _due(frames: int, seconds: float, every: int | None) -> bool:
    """Whether to look again, so many frames and seconds after the last look."""
    if every is not None:
        return frames >= every
    return seconds >= BETWEEN - 0.01 or frames >= MOST_FRAMES


def marks(tracks: Sequence[Tracked]) -> list[Mark]:
    """What to draw for tracks, each at its own box."""
    return [_mark(track, track.box) for track in tracks]


def _usual_width(track: Tracked) -> float:
    """The median width of its boxes in pixels."""
    return float(np.median([box.width for _, box in track.trail]))


def _mark(track: Tracked, box: Box, wide: float | None = None) -> Mark:
    words = annotate.verdict_text(track.verdict.label, track.probability_female)
    letter = track.verdict.label[0].upper()
    long = f"{track.number}  {words}"
    return Mark(box, track.verdict.label, (long, words, letter), wide=wide)


class _Clock:
    """How fast frames are done."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    def rate(self, done: int) -> float:
        return done / max(time.perf_counter() - self._start, 1e-6)


def _whole_rate(film: Film) -> Fraction:
    """Mean frames a second, as encoders want it."""
    return Fraction((len(film.times) - 1) / film.seconds if film.seconds else 25).limit_denominator(
        1001
    )
