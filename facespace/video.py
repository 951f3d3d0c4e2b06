"""A film in, the same film with every face boxed out, and who was in view when.

Two passes over the file: the first finds, follows and judges, the second draws, so that a face
carries from its first frame on the verdict that all of its frames gave, and boxes between two
readings are interpolated. Neither keeps more than a few frames in memory.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream

from facespace import annotate, limits
from facespace.analyze import Settings, analyze, rules_of
from facespace.annotate import Mark
from facespace.tracking import GONE, Tracked, Tracker
from facespace.types import RGB, Box, FacespaceError

#: Seconds of film between two readings, where the user sets no other number of frames.
BETWEEN = 0.17

#: Seconds for which a box is drawn before a track's first reading and after its last: the face
#: was there, only not yet, or no more, looked for.
MARGIN = 0.1

#: Readings between two previews.
PREVIEW = 5

#: Times of written frames are multiples of a second by this.
TICKS = 90_000

#: Kinds of file that are opened, as FFmpeg names them.
FORMATS = ("mov", "mp4", "matroska", "webm", "avi", "mpegts", "mpeg", "ogg", "flv", "asf", "gif")


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
    when each of its frames is shown, as far as it was read; ``every`` says that each so many
    frames one was looked at. ``problem`` is a sentence where not all of it could be read.
    """

    source: str
    detector: str
    model: str
    width: int
    height: int
    times: tuple[float, ...]
    every: int
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
            "every": self.every,
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
    place = bisect_right(trail, when, key=lambda row: row[0])
    if place == 0 or place == len(trail):
        near = trail[0 if place == 0 else -1]
        return near[1] if abs(near[0] - when) <= MARGIN else None
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
        every: look for faces in each so many frames one; by ``BETWEEN`` where None.
        stop: asked now and then; once it says True, what was read so far is drawn and kept.
        name: what the film is called in results; ``source`` where None.

    Yields:
        the progress, and the film at the end.

    Raises:
        FacespaceError: the film cannot be read, or is larger or longer than ``limits`` allow.
    """
    film: Film | None = None
    for step in read(source, settings, every, stop, name):
        if isinstance(step, Film):
            film = step
        else:
            yield step
    if film is not None:
        drawn = len(film.times)
        for progress in draw(film, source, out, (lambda: False) if film.stopped else stop):
            drawn = progress.done
            yield progress
        if drawn < len(film.times):
            film = replace(film, times=film.times[:drawn], stopped=True)
        yield film


def read(
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
    stopped, problem = False, ""
    with _opened(source) as (container, stream):
        rate = float(stream.average_rate or stream.guessed_rate or 25)
        every = every or max(1, round(BETWEEN * rate))
        total = stream.frames or _estimate(container, rate)
        clock = _Clock()
        try:
            for number, frame in enumerate(container.decode(stream)):
                times.append(_time(frame, number, rate, times))
                _check_length(times[-1] - times[0])
                if number % every:
                    continue
                rgb = _upright(frame)
                reading = analyze(rgb, settings)
                tracks = tracker.update(reading.faces, times[-1])
                preview = number // every % PREVIEW == 0
                yield Progress(
                    stage="reading",
                    done=len(times),
                    total=total,
                    rate=clock.rate(len(times)),
                    tracks=tracker.count,
                    preview=annotate.draw_marks(rgb, marks(tracks)) if preview else None,
                )
                if stop():
                    stopped = True
                    break
        except av.FFmpegError as error:
            problem = f"The film breaks off: {error.strerror}."
    if len(times) < 2:
        raise FacespaceError(
            "The film has no picture that can be read."
            if not times
            else "The film has one picture only. Read it on the page Photo."
        )
    if not stopped and not problem and stream.frames and len(times) < 0.98 * stream.frames:
        problem = f"The film breaks off after {len(times):,} of {stream.frames:,} frames."
    height, width = rgb.shape[:2]
    yield Film(
        source=name or str(source),
        detector=reading.detector,
        model=reading.model or "",
        width=width,
        height=height,
        times=tuple(times),
        every=every,
        tracks=tuple(tracker.all()),
        stopped=stopped,
        problem=problem,
    )


def draw(
    film: Film, source: Path, out: Path, stop: Callable[[], bool] = lambda: False
) -> Iterator[Progress]:
    """The second pass: the frames that were read, with their boxes, and the sound beside them.

    Raises:
        FacespaceError: the file cannot be written.
    """
    part = out.with_name(f"{out.stem}.part{out.suffix}")
    clock, start, end = _Clock(), film.times[0], film.times[-1]
    try:
        with (
            _opened(source) as (container, stream),
            av.open(str(part), "w", "mp4", options={"movflags": "+faststart"}) as written,
        ):
            picture = written.add_stream("libx264", rate=_whole_rate(film))
            picture.width, picture.height = film.width // 2 * 2, film.height // 2 * 2
            picture.pix_fmt, picture.options = "yuv420p", {"preset": "veryfast", "crf": "21"}
            picture.codec_context.time_base = Fraction(1, TICKS)
            sound = _Sound(container, written, start, end)
            number = 0
            for packet in container.demux(stream, *sound.streams):
                if packet.stream.type == "audio":
                    sound.pass_on(packet)
                    continue
                for frame in _decoded(packet):
                    if number == len(film.times):
                        break
                    when = film.times[number]
                    rgb = annotate.draw_marks(_upright(frame), marks_at(film, when))
                    made = av.VideoFrame.from_ndarray(
                        np.ascontiguousarray(rgb[: picture.height, : picture.width]), "rgb24"
                    )
                    made.pts, made.time_base = round((when - start) * TICKS), Fraction(1, TICKS)
                    written.mux(picture.encode(made))
                    number += 1
                    yield Progress(
                        stage="drawing",
                        done=number,
                        total=len(film.times),
                        rate=clock.rate(number),
                        tracks=len(film.tracks),
                        preview=rgb if number % (PREVIEW * film.every) == 1 else None,
                    )
                if number == len(film.times) or (number and stop()):
                    break
            written.mux(picture.encode())
            sound.end()
        part.replace(out)
    except (av.FFmpegError, OSError) as error:
        raise FacespaceError(f"The film cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def marks(tracks: Sequence[Tracked]) -> list[Mark]:
    """What to draw for tracks, each at its own box."""
    return [_mark(track, track.box) for track in tracks]


def marks_at(film: Film, when: float) -> list[Mark]:
    """What to draw at a time of a film, in seconds."""
    return [_mark(track, box) for track, box in film.in_view(when)]


def _mark(track: Tracked, box: Box) -> Mark:
    words = annotate.verdict_text(track.verdict.label, track.probability_female)
    letter = track.verdict.label[0].upper()
    return Mark(box, track.verdict.label, (f"{track.number}  {words}", words, letter))


class _Sound:
    """Takes the first sound track along: as it is where MP4 holds its kind, else made AAC."""

    def __init__(
        self, container: InputContainer, written: OutputContainer, start: float, end: float
    ) -> None:
        self.streams = list(container.streams.audio[:1])
        self._written, self._start, self._end = written, start, end
        self._resampler: AudioResampler | None = None
        if not self.streams:
            return
        (source,) = self.streams
        if source.codec_context.name in ("aac", "mp3"):
            self._out = written.add_stream_from_template(source)
        else:
            self._out = written.add_stream("aac", rate=48000)
            self._resampler = AudioResampler("fltp", "stereo", 48000)

    def pass_on(self, packet: av.Packet[Any]) -> None:
        """Copy, or encode anew, what a packet holds; what lies after the end is left out."""
        if packet.dts is None or packet.pts is None:
            return
        if not self._start <= float(packet.pts * packet.time_base) <= self._end:
            return
        if self._resampler is None:
            shift = round(self._start / packet.time_base)
            packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
            packet.stream = self._out
            self._written.mux(packet)
            return
        with suppress(av.FFmpegError):  # a damaged moment of sound is left out
            frames: list[Any] = packet.decode()
            for frame in frames:
                for part in self._resampler.resample(frame):
                    part.pts = None
                    self._written.mux(self._out.encode(part))

    def end(self) -> None:
        """Write what the encoder still holds."""
        if self._resampler is not None:
            self._written.mux(self._out.encode())


class _Clock:
    """How fast frames are done."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    def rate(self, done: int) -> float:
        return done / max(time.perf_counter() - self._start, 1e-6)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """A film and its picture stream; a sentence where it is none, or beyond the limits."""
    if not path.is_file():
        raise FacespaceError("The film is missing.")
    if path.stat().st_size > limits.MAX_FILM_BYTES:
        raise FacespaceError(
            f"The film is larger than {limits.MAX_FILM_BYTES // 2**20} MB. Cut or shrink it first."
        )
    # Playlists could make the reader open other files, or addresses.
    safe = {"format_whitelist": ",".join(FORMATS), "protocol_whitelist": "file"}
    try:
        container = av.open(str(path), options=safe)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise FacespaceError(
            "The file is not a film that can be read (MP4, MOV, MKV, WebM, AVI and more). It may "
            "be cut off, or a picture: those go to the page Photo."
        ) from error
    with container:
        if not container.streams.video:
            raise FacespaceError("The file holds no picture, only sound.")
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        if stream.width * stream.height > limits.MAX_FILM_PIXELS:
            raise FacespaceError(
                f"The film’s pictures of {stream.width} × {stream.height} pixels are too large; "
                f"{limits.MAX_FILM_PIXELS / 1e6:.0f} million pixels can be read. Shrink it first."
            )
        if container.duration:
            _check_length(container.duration / av.time_base)
        yield container, stream


def _check_length(seconds: float) -> None:
    if seconds > limits.MAX_FILM_SECONDS:
        raise FacespaceError(
            f"The film is longer than {limits.MAX_FILM_SECONDS / 60:.0f} minutes. Cut it first."
        )


def _estimate(container: InputContainer, rate: float) -> int | None:
    return round(container.duration / av.time_base * rate) if container.duration else None


def _time(frame: av.VideoFrame, number: int, rate: float, times: Sequence[float]) -> float:
    """When a frame is shown, in seconds; later than the one before, whatever the file says."""
    when = number / rate if frame.time is None else float(frame.time)
    return max(when, times[-1] + 1 / TICKS * 90) if times else when


def _decoded(packet: av.Packet[Any]) -> Iterator[av.VideoFrame]:
    """The frames of a packet, as many as can be read."""
    with suppress(av.FFmpegError):
        yield from packet.decode()


def _upright(frame: av.VideoFrame) -> RGB:
    """A frame as a person sees it, uint8 (H, W, 3): turned as its display matrix says."""
    rgb = frame.to_ndarray(format="rgb24")
    return np.ascontiguousarray(np.rot90(rgb, round(frame.rotation / 90) % 4))


def _whole_rate(film: Film) -> Fraction:
    """Mean frames a second, as encoders want it."""
    return Fraction((len(film.times) - 1) / film.seconds if film.seconds else 25).limit_denominator(
        1001
    )
