"""A film in, the same film with other frames out.

Two passes over the file: the first finds, follows and judges (``read_film``), the second paints on
the frames, so that it knows of each what comes after it. Neither keeps more than a few frames in
memory.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import av
import numpy as np
from av.container import OutputContainer
from av.video.stream import VideoStream

from facespace import limits
from facespace.faces.analyze import Settings
from facespace.io.atomic import atomic_path
from facespace.types import RGB, FacespaceError
from facespace.video import frames
from facespace.video.film import Film, Progress
from facespace.video.read_film import Clock, read_film
from facespace.video.sound import Sound

#: Makes of a film that was read, and its frames, each uint8 (H, W, 3) with its time in seconds, the
#: frames to be written: as many, in their order. It may ask for some more before it gives one.
Paint: TypeAlias = Callable[[Film, Iterable[tuple[float, RGB]]], Iterator[RGB]]

#: Drawn frames between two previews.
PREVIEW = 20

#: Times of written frames are multiples of a second by this.
TICKS = 90_000

#: The colours of written films: BT.709, as browsers expect, in the numbers of ITU-T H.273.
COLOURS = "ITU709"
BT709, LIMITED = 1, 1


def rewritten(
    source: Path,
    out: Path,
    paint: Paint,
    settings: Settings | None = None,
    every: int | None = None,
    stop: Callable[[], bool] = lambda: False,
    name: str | None = None,
) -> Iterator[Progress | Film]:
    """Read a film and write it painted; arguments, yields and raises as ``annotate_film``."""
    _check_place(source, out)
    film: Film | None = None
    for step in read_film(source, settings, every, stop, name):
        if isinstance(step, Film):
            film = step
        else:
            yield step
    if film is not None:
        frames_drawn = len(film.times)
        ends = (lambda: False) if film.stopped else stop
        for progress in _write(film, source, out, paint, ends):
            frames_drawn = progress.done
            yield progress
        if frames_drawn < len(film.times):
            film = replace(film, times=film.times[:frames_drawn], stopped=True)
        yield film


def _check_place(source: Path, out: Path) -> None:
    """Before the work, not after it."""
    if not out.absolute().parent.is_dir():
        raise FacespaceError(f"The film cannot be written: there is no folder {out.parent}.")
    if os.path.realpath(source) == os.path.realpath(out):
        raise FacespaceError("The film cannot be written over itself. Give it another name.")


def _write(
    film: Film, source: Path, out: Path, paint: Paint, stop: Callable[[], bool]
) -> Iterator[Progress]:
    """The second pass: the frames that were read, painted, and the sound beside them.

    Raises:
        FacespaceError: the file cannot be written.
    """
    clock, start = Clock(), film.times[0]
    end = start + film.seconds
    try:
        with (
            atomic_path(out) as part,
            frames.opened(source) as original,
            av.open(
                frames.address(part), "w", "mp4", options={"movflags": "+faststart"}
            ) as written,
        ):
            picture = _picture(written, film)
            sound = Sound(original.sounds, written, start, end)
            durations = deque(round(s * TICKS) for s in np.diff([*film.times, end]).tolist())
            # zip asks for a time first: no frame is read that would not be written.
            shown = (
                (when, original.upright(frame))
                for when, frame in zip(film.times, original.frames(sound.pass_on), strict=False)
            )
            painted = zip(film.times, paint(film, shown), strict=False)
            for number, (when, rgb) in enumerate(painted, 1):
                coded = _coloured(rgb, picture)
                coded.pts, coded.time_base = round((when - start) * TICKS), Fraction(1, TICKS)
                _mux(written, picture.encode(coded), durations)
                yield Progress(
                    stage="drawing",
                    done=number,
                    total=len(film.times),
                    rate=clock.rate(number),
                    tracks=len(film.tracks),
                    preview=rgb if number % PREVIEW == 1 else None,
                )
                if stop():
                    break
            _mux(written, picture.encode(), durations)
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


def _mux(
    written: OutputContainer, packets: Iterable[av.Packet[Any]], durations: deque[int]
) -> None:
    """Write what the encoder gives, each packet with the next of the frames' durations.

    It keeps none itself, and so the last one would be lost.
    """
    for packet in packets:
        packet.duration = durations.popleft()
        written.mux(packet)


def _coloured(rgb: RGB, picture: VideoStream) -> av.VideoFrame:
    """A picture as the encoder wants it: of even width and height."""
    even = np.ascontiguousarray(rgb[: picture.height, : picture.width])
    frame = av.VideoFrame.from_ndarray(even, "rgb24")
    return frame.reformat(format="yuv420p", dst_colorspace=COLOURS, threads=1)


def _whole_rate(film: Film) -> Fraction:
    """Mean frames per second, as encoders want it."""
    rate = len(film.times) / film.seconds if film.seconds else 25
    return Fraction(rate).limit_denominator(1001)
