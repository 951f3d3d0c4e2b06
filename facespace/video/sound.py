"""The sound of a film, taken along into another: as it is where MP4 holds its kind, else as AAC."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.container import OutputContainer

#: Kinds of sound that MP4 holds and browsers play.
AS_IT_IS = ("aac", "mp3")

#: Samples a second of sound that is made anew.
RATE = 48_000

#: Seconds by which sound may come late before silence is put in its place.
LATE = 0.1


class Sound:
    """Give it the packets of the sound track as they come, and ``end`` it before the file ends.

    What lies before ``start`` or after ``end``, in seconds of the film, is left out.
    """

    def __init__(
        self, sounds: Sequence[Any], written: OutputContainer, start: float, end: float
    ) -> None:
        self._written, self._start, self._end = written, start, end
        self._resampler: AudioResampler | None = None
        self._samples = 0
        self._out: Any = None
        sounds = [sound for sound in sounds if sound.codec_context]  # None: packed as nobody knows
        if sounds and sounds[0].codec_context.name in AS_IT_IS:
            self._out = written.add_stream_from_template(sounds[0])
        elif sounds:
            self._out = written.add_stream("aac", rate=RATE)
            self._resampler = _resampler()

    def pass_on(self, packet: av.Packet[Any]) -> None:
        """Copy, or encode anew, what a packet holds; a damaged moment is left out."""
        if packet.dts is None or packet.pts is None:
            return
        if not self._start <= float(packet.pts * packet.time_base) <= self._end:
            return
        with suppress(av.FFmpegError):
            if self._resampler is None:
                shift = round(self._start / packet.time_base)
                packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
                packet.stream = self._out
                self._written.mux(packet)
            else:
                self._encode(packet, self._resampler)

    def end(self) -> None:
        """Write what the encoder still holds."""
        if self._resampler is not None:
            self._written.mux(self._out.encode())

    def _encode(self, packet: av.Packet[Any], resampler: AudioResampler) -> None:
        frames: list[Any] = packet.decode()
        for frame in frames:
            late = round((float(frame.time or 0) - self._start) * RATE) - self._samples
            if late > LATE * RATE:
                silence = np.zeros((2, late), np.float32)
                self._write(av.AudioFrame.from_ndarray(silence, "fltp", "stereo"))
            try:
                parts = resampler.resample(frame)
            except ValueError:  # from here on it has other channels, or another rate
                self._resampler = resampler = _resampler()
                parts = resampler.resample(frame)
            for part in parts:
                self._write(part)

    def _write(self, frame: av.AudioFrame) -> None:
        # Without times the encoder counts samples itself, and so never stumbles over a gap.
        frame.pts, frame.sample_rate = None, RATE
        self._samples += frame.samples
        self._written.mux(self._out.encode(frame))


def _resampler() -> AudioResampler:
    return AudioResampler("fltp", "stereo", RATE)
