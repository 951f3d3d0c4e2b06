"""Streams of films that tests write."""

from __future__ import annotations

import struct
from pathlib import Path

import av
from av.container import OutputContainer


def video_stream(film: OutputContainer, codec: str, rate: int) -> av.VideoStream:
    """A new stream of pictures; ``rate`` is frames per second."""
    stream = film.add_stream(codec, rate=rate)
    assert isinstance(stream, av.VideoStream)
    return stream


def displayed(path: Path, a: int, b: int, c: int, d: int) -> Path:
    """The same MP4 with a display matrix: a pixel at (x, y) is shown at (a x + c y, b x + d y)."""
    content = bytearray(path.read_bytes())
    place = content.find(b"tkhd") + 4 + 40
    one = 1 << 16
    row = a * one, b * one, 0, c * one, d * one, 0, 0, 0, 1 << 30
    content[place : place + 36] = struct.pack(">9i", *row)
    path.write_bytes(content)
    return path


def audio_stream(film: OutputContainer, codec: str) -> av.AudioStream:
    """A new stream of sound, 48,000 samples a second."""
    stream = film.add_stream(codec, rate=48_000)
    assert isinstance(stream, av.AudioStream)
    return stream
