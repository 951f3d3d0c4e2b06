"""A film file, opened within the limits, and its frames as a person sees them, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from facespace import limits
from facespace.io.formats import FILM_FORMATS
from facespace.types import RGB, FacespaceError, TooLarge, UnknownFormat

#: Pixels that are this many times as wide as high, or as high as wide, are an error of the file.
MOST_OBLONG = 4

#: A film breaks off if it ends before this share of what its header says.
WHOLE = 0.98


class Source:
    """An open film. Not for several threads at once.

    ``rate`` are frames per second, as far as the file says. ``total`` is the number of frames, or
    an estimate of it, or None. ``last`` are the seconds for which the newest frame that ``times``
    was asked about is shown. ``sounds`` is its sound track, if it has one.
    """

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._container, self._stream = container, stream
        self._size: tuple[int, int] | None = None
        self._matrices: dict[int, tuple[int, ...]] = {}
        self.rate = float(stream.average_rate or stream.guessed_rate or 25)
        self.last = 1 / self.rate
        self.sounds = [sound] if (sound := _default(container.streams.audio)) else []
        self._seconds = _seconds(container, stream)
        # Of frames that were cut out without encoding anew the header still counts all.
        told = (stream.frames, self._seconds and round(self._seconds * self.rate))
        self.total = min((number for number in told if number), default=None)

    def frames(self, aside: Callable[[av.Packet[Any]], None] | None = None) -> Iterator[Any]:
        """Every frame that can be read, an ``av.VideoFrame``; damaged ones are left out.

        Args:
            aside: is given the packets of ``sounds`` as they come between the frames.

        Raises:
            FacespaceError: a frame is larger than the limits allow, whatever the header says.
        """
        streams = [self._stream, *(self.sounds if aside else [])]
        packets = self._container.demux(*streams)
        while True:
            try:
                packet = next(packets, None)
            except av.FFmpegError:  # the file breaks off: what the decoder still holds comes next
                packet = None
            if packet is not None and packet.stream.type == "audio":
                if aside:
                    aside(packet)
                continue
            with suppress(av.FFmpegError):
                for frame in self._stream.decode(packet):
                    check_pixels(frame.width, frame.height)
                    yield frame
            if packet is None:
                return

    def upright(self, frame: Any) -> RGB:
        """A frame as a person sees it, uint8 (H, W, 3).

        It is turned and mirrored as its display matrix says, pixels that are not square are
        stretched, and a frame of another size than the first is brought to that one's.
        """
        if self._size is None:
            self._size = round(frame.width * self._oblong()), frame.height
        width, height = self._size
        # One thread: there are as many more as there are processors of the host otherwise.
        rgb = frame.to_ndarray(format="rgb24", width=width, height=height, threads=1)
        # Asked of one frame of each turn: a frame that was asked is let go late.
        turn = frame.rotation
        if turn not in self._matrices:
            self._matrices[turn] = _matrix(frame)
        return np.ascontiguousarray(_displayed(rgb, self._matrices[turn]), np.uint8)

    def times(self) -> Callable[[Any], float]:
        """A function that says of one frame after the other when it is shown, in seconds.

        Each is later than the one before, whatever the file says.
        """
        shown: list[float] = []

        def when(frame: Any) -> float:
            time = frame.time
            if time is None:
                time = shown[0] + 1 / self.rate if shown else 0.0
            shown[:] = [max(float(time), shown[0] + 0.001) if shown else float(time)]
            self.last = float(frame.duration * frame.time_base) if frame.duration else 1 / self.rate
            return shown[0]

        return when

    def broken_off(self, times: Sequence[float]) -> str:
        """The sentence for a film that ended before its header said; "" where it did not."""
        seconds = times[-1] - times[0] + self.last
        if self._seconds is None or seconds >= WHOLE * self._seconds - 1 / self.rate:
            return ""
        if self._stream.frames and len(times) >= WHOLE * self._stream.frames:
            return ""
        return f"The film breaks off after {seconds:.1f} of {self._seconds:.1f} seconds."

    def _oblong(self) -> Fraction:
        """Width of a pixel over its height."""
        ratio = self._stream.sample_aspect_ratio
        if not ratio or not 1 / MOST_OBLONG <= ratio <= MOST_OBLONG:
            return Fraction(1)
        return Fraction(ratio.numerator, ratio.denominator)


def _default(streams: Iterable[Any]) -> Any:
    """Of several streams of a kind the one that players take: marked as default, or the first."""
    streams = list(streams)
    marked = (stream for stream in streams if stream.disposition & Disposition.default)
    return next(marked, streams[0] if streams else None)


def _seconds(container: InputContainer, stream: VideoStream) -> float | None:
    """How long the pictures last by the header; None where it does not say."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    # The file's own length may be that of a sound which goes on after the last picture.
    if container.duration and not container.streams.audio:
        return container.duration / av.time_base
    return None


def _matrix(frame: Any) -> tuple[int, ...]:
    """a, b, c and d of a frame's display matrix (ISO/IEC 14496-12): which way is up and right.

    A pixel at (x, y) is shown at (a x + c y, b x + d y).
    """
    matrix = frame.side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return 1, 0, 0, 1
    a, b, _, c, d, *_ = np.frombuffer(matrix, np.int32).tolist()
    return a, b, c, d


def _displayed(rgb: RGB, matrix: tuple[int, ...]) -> RGB:
    """A picture, uint8 (H, W, 3), moved as a display matrix says, to right angles."""
    a, b, c, d = matrix
    if abs(a) + abs(d) < abs(b) + abs(c):
        rgb, across, down = rgb.transpose(1, 0, 2), c, b
    else:
        across, down = a, d
    return rgb[:: -1 if down < 0 else 1, :: -1 if across < 0 else 1]


#: Titles that are no text are no reason to refuse a film. From PyAV 19 on they never are.
TITLES: dict[str, Any] = (
    {"metadata_errors": "replace"} if int(av.__version__.split(".")[0]) < 19 else {}
)


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """A film, closed at the end of the ``with`` block.

    Raises:
        FacespaceError: it is none, or beyond the limits.
    """
    if not path.is_file():
        raise FacespaceError("The film is missing.")
    if path.stat().st_size > limits.MAX_FILM_BYTES:
        raise TooLarge(
            f"The film is larger than {limits.MAX_FILM_BYTES // 2**20} MB. Cut or shrink it first."
        )
    # Playlists could make the reader open other files, or addresses.
    safe = {"format_whitelist": ",".join(FILM_FORMATS), "protocol_whitelist": "file"}
    try:
        container = av.open(address(path), options=safe, **TITLES)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise UnknownFormat(
            "The file is not a film that can be read (MP4, MOV, MKV, WebM, AVI and more). It may "
            "be cut off, or a picture: read that as a photo."
        ) from error
    with container:
        source = source_of(container)
        if container.duration:
            check_length(container.duration / av.time_base)
        yield source


def source_of(container: InputContainer) -> Source:
    """The pictures of an open container, which stays the caller's to close.

    Raises:
        FacespaceError: it holds none, or larger ones than the limits allow.
    """
    # A song's cover is a picture stream too.
    cover, streams = Disposition.attached_pic, container.streams.video
    stream = _default(stream for stream in streams if not stream.disposition & cover)
    if stream is None:
        raise UnknownFormat("The file holds no picture, only sound.")
    if stream.codec_context is None:
        raise UnknownFormat("The film’s pictures are packed in a way that is not known here.")
    stream.thread_type = "AUTO"
    stream.codec_context.thread_count = limits.THREADS
    check_pixels(stream.width, stream.height)
    return Source(container, stream)


def address(path: Path) -> str:
    """What FFmpeg calls a file, whatever its name: one with a colon may be an address to it."""
    return f"file:{path}"


def check_pixels(width: int, height: int) -> None:
    """Raises FacespaceError for frames that are too large."""
    if width * height > limits.MAX_FILM_PIXELS:
        raise TooLarge(
            f"The film’s pictures of {width} × {height} pixels are too large; "
            f"{limits.MAX_FILM_PIXELS / 1e6:.0f} million pixels can be read. Shrink it first."
        )


def check_length(seconds: float, frames: int = 0) -> None:
    """Raises FacespaceError for a film that is too long, or has too many pictures a second."""
    if frames > limits.MAX_FILM_FRAMES:
        raise TooLarge(f"The film has more than {limits.MAX_FILM_FRAMES:,} pictures. Cut it first.")
    if seconds > limits.MAX_FILM_SECONDS:
        raise TooLarge(
            f"The film is longer than {limits.MAX_FILM_SECONDS / 60:.0f} minutes. Cut it first."
        )
