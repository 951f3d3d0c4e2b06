"""Streams of films that tests write."""

from __future__ import annotations

import av
from av.container import OutputContainer


def video_stream(film: OutputContainer, codec: str, rate: int) -> av.VideoStream:
    """A new stream of pictures; ``rate`` is frames a second."""
    stream = film.add_stream(codec, rate=rate)
    assert isinstance(stream, av.VideoStream)
    return stream


def audio_stream(film: OutputContainer, codec: str) -> av.AudioStream:
    """A new stream of sound, 48,000 samples a second."""
    stream = film.add_stream(codec, rate=48_000)
    assert isinstance(stream, av.AudioStream)
    return stream
