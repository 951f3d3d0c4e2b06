"""A film in, the same film with every face boxed out.

Two passes over the file: the first finds, follows and judges (``read_film``), the second
draws, so that a face carries from its first frame on the verdict that all of its frames gave, and
boxes between two readings are interpolated. Neither keeps more than a few frames in memory.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

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
from facespace.video.tracker import Tracked

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
        frames_drawn = len(film.times)
        for progress in draw_film(film, source, out, (lambda: False) if film.stopped else stop):
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
    film: Film, source: Path, out: Path, stop: Callable[[], bool] = lambda: False
) -> Iterator[Progress]:
    """The second pass: the frames that were read, with their boxes, and the sound beside them.

    Raises:
        FacespaceError: the file cannot be written.
    """
    clock, start, end = Clock(), film.times[0], film.times[-1]
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
                overlay = [
                    mark_of(track, box, wide[track.number]) for track, box in film.in_view(when)
                ]
                rgb = annotate.draw_marks(original.upright(frame), overlay)
                written.mux(picture.encode(_coloured(rgb, picture, when - start)))
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


def _usual_width(track: Tracked) -> float:
    """The median width of its boxes in pixels."""
    return float(np.median([box.width for _, box in track.trail]))


def _whole_rate(film: Film) -> Fraction:
    """Mean frames a second, as encoders want it."""
    return Fraction((len(film.times) - 1) / film.seconds if film.seconds else 25).limit_denominator(
        1001
    )
