"""A film in, the same film with every face boxed out.

Two passes over the file: the first finds, follows and judges (``read_film``), the second
draws, so that a face carries from its first frame on the verdict that all of its frames gave, and
boxes between two readings are interpolated. Neither keeps more than a few frames in memory.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.container import OutputContainer
from av.video.stream import VideoStream

from facespace import limits
from facespace.faces import annotate
from facespace.faces.analyze import Settings
from facespace.io.atomic import atomic_path
from facespace.types import RGB, FacespaceError
from facespace.video import frames
from facespace.video.film import Film, Progress, mark_of
from facespace.video.read_film import Clock, read_film
from facespace.video.sound import Sound

#: Drawn frames between two previews.
PREVIEW = 20

#: Times of written frames are multiples of a second by this.
TICKS = 90_000

#: The colours of written films: BT.709, as browsers expect, in the numbers of ITU-T H.273.
COLOURS = "ITU709"
BT709, LIMITED = 1, 1


def annotate_film(
    source: Path,
    out: Path,
    settings: Settings | None = None,
    every: int | None = None,
    stop: Callable[[], bool] = lambda: False,
    name: str | None = None,
    leaning: bool = False,
) -> Iterator[Progress | Film]:
    """Read a film and write it annotated: H.264 in MP4 as browsers play it, with its sound.

    Args:
        source: the film.
        out: where to write; nothing is left there if this fails.
        settings: the defaults where None.
        every: look for faces in one of so many frames; every ``BETWEEN`` seconds where None.
        stop: asked now and then; once it says True, what was read so far is drawn and kept.
        name: what the film is called in results; ``source`` where None.
        leaning: whether a box with "?" says which class is likelier.

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
        frames_drawn = len(film.times)
        ends = (lambda: False) if film.stopped else stop
        for progress in draw_film(film, source, out, ends, leaning):
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


def draw_film(
    film: Film,
    source: Path,
    out: Path,
    stop: Callable[[], bool] = lambda: False,
    leaning: bool = False,
) -> Iterator[Progress]:
    """The second pass: the frames that were read, with their boxes, and the sound beside them.

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
            widths = {t.number: [box.width for _, box in t.trail] for t in film.tracks}
            usual = {number: float(np.median(pixels)) for number, pixels in widths.items()}
            durations = deque(round(s * TICKS) for s in np.diff([*film.times, end]).tolist())
            for number, frame in enumerate(original.frames(sound.pass_on), 1):
                when = film.times[number - 1]
                overlay = [
                    mark_of(track, box, usual[track.number], leaning)
                    for track, box in film.in_view(when)
                ]
                rgb = annotate.draw_marks(original.upright(frame), overlay)
                shown = _coloured(rgb, picture)
                shown.pts, shown.time_base = round((when - start) * TICKS), Fraction(1, TICKS)
                _mux(written, picture.encode(shown), durations)
                yield Progress(
                    stage="drawing",
                    done=number,
                    total=len(film.times),
                    rate=clock.rate(number),
                    tracks=len(film.tracks),
                    preview=rgb if number % PREVIEW == 1 else None,
                )
                if number == len(film.times) or stop():
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
