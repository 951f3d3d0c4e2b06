"""Films that are cut, mislabelled, odd, or say what is not so, each with how it must end."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from fractions import Fraction
from functools import cache, partial
from typing import Any

import av
import numpy as np

from tests.support.film_files import audio_stream, video_stream
from tests.support.hostile.photos import encoded, face, shapes
from tests.support.outcomes import EITHER, READ

NO_FILM, ONE, NO_PICTURE = "is not a film that can be read", "one picture only", "no picture"


def film(
    kind: str = "mp4",
    codec: str = "libx264",
    size: tuple[int, int] = (96, 64),
    frames: int = 8,
    sound: bool = False,
    step: int = 1,
    options: dict[str, str] | None = None,
    **fields: Any,
) -> bytes:
    """A few frames that change."""
    file = io.BytesIO()
    with av.open(file, "w", kind, options=options or {}) as made:
        for key, value in fields.pop("metadata", {}).items():
            made.metadata[key] = value
        picture = video_stream(made, codec, 10)
        picture.width, picture.height = size
        picture.pix_fmt = fields.pop("pix_fmt", "yuv420p")
        for key, value in fields.items():
            setattr(picture, key, value)
        voice = audio_stream(made, "aac") if sound else None
        for number in range(frames):
            rgb = np.asarray(shapes(*size).rotate(20 * number))
            frame = av.VideoFrame.from_ndarray(rgb, "rgb24")
            frame.pts, frame.time_base = number * step, Fraction(1, 10)
            made.mux(picture.encode(frame))
        made.mux(picture.encode())
        if voice:
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 48_000), np.float32), "fltp", "mono")
            silence.sample_rate = 48_000
            made.mux([*voice.encode(silence), *voice.encode()])
    return file.getvalue()


def sound_alone(kind: str, codec: str) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", kind) as made:
        voice = audio_stream(made, codec)
        layout = "fltp" if codec in ("aac", "libmp3lame") else "s16"
        kind_of = np.float32 if layout == "fltp" else np.int16
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4800), kind_of), layout, "mono")
        frame.sample_rate = 48_000
        made.mux([*voice.encode(frame), *voice.encode()])
    return file.getvalue()


@cache
def plain(kind: str = "mp4", codec: str = "libx264") -> bytes:
    return film(kind, codec, sound=kind in ("mp4", "matroska"))


def cut(kind: str, codec: str, share: float) -> bytes:
    return plain(kind, codec)[: int(len(plain(kind, codec)) * share)]


def flipped(kind: str, codec: str, share: float) -> bytes:
    data = bytearray(plain(kind, codec))
    data[int((len(data) - 1) * share)] ^= 0xFF
    return bytes(data)


def boxed(box: bytes, place: int, form: str, *values: int) -> bytes:
    """The film with numbers of one of its boxes overwritten; ``place`` counts from its name."""
    data = bytearray(plain())
    struct.pack_into(form, data, data.index(box) + place, *values)
    return bytes(data)


def sliver(width: int, height: int) -> bytes:
    return film("matroska", "ffv1", (width, height), pix_fmt="bgr0")


def moving_gif() -> bytes:
    more = [face().rotate(9 * i) for i in range(1, 4)]
    return encoded(face(), "GIF", save_all=True, duration=100, append_images=more)


def titled_with_no_text() -> bytes:
    content = film("avi", "mpeg4", metadata={"title": "Q" * 8})
    return content.replace(b"Q" * 8, b"\xff\xfe\x80\x81" * 2)


PIECES = {"movflags": "frag_keyframe+empty_moov"}
PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"


Case = tuple[Callable[[], bytes], str]


KINDS = (("mp4", "libx264"), ("matroska", "libx264"), ("avi", "mpeg4"))
CASES: dict[str, Case] = {
    f"{kind} cut at {share:.0%}": (partial(cut, kind, codec, share), EITHER)
    for kind, codec in KINDS
    for share in (0.02, 0.3, 0.6, 0.95)
}


CASES |= {
    f"{kind}, byte at {share:.0%} flipped": (
        partial(flipped, kind, codec, share),
        EITHER,
    )
    for kind, codec in KINDS
    for share in (0, 0.1, 0.4, 0.7, 0.9)
}


CASES |= {
    f"{wide} x {high} pixels": (partial(sliver, wide, high), READ)
    for wide, high in ((1, 1), (2, 2), (4, 90), (90, 4), (17, 33), (3, 1200), (2000, 2))
}  # fmt: skip


CASES |= {
    "nothing": (lambda: b"", NO_FILM),
    "text": (lambda: b"no film", NO_FILM),
    "noise": (lambda: np.random.default_rng(0).bytes(9000), EITHER),
    "zeros": (lambda: bytes(9000), EITHER),
    "a photo": (lambda: encoded(face(), "JPEG"), NO_FILM),
    "a PNG": (lambda: encoded(face(), "PNG"), NO_FILM),
    "HEIC": (lambda: encoded(face(), "HEIF"), EITHER),
    "a ZIP": (lambda: b"PK\x03\x04" + bytes(100), NO_FILM),
    "a playlist that names another file": (lambda: PLAYLIST, NO_FILM),
    "a list of files": (lambda: b"ffconcat version 1.0\nfile /etc/passwd\n", NO_FILM),
    "a description of a stream": (lambda: b"v=0\nm=video 1 RTP/AVP 96\n", NO_FILM),
    "subtitles": (lambda: b"1\n00:00:00,000 --> 00:00:01,000\nwords\n", NO_FILM),
    "SVG": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", NO_FILM),
    "sound alone, MP4": (lambda: sound_alone("mp4", "aac"), NO_PICTURE),
    "sound alone, WAV": (lambda: sound_alone("wav", "pcm_s16le"), EITHER),
    "sound alone, MP3": (lambda: sound_alone("mp3", "libmp3lame"), EITHER),
    "sound alone, MKV": (lambda: sound_alone("matroska", "aac"), NO_PICTURE),
    "one frame": (lambda: film(frames=1), ONE),
    "no frame": (lambda: film(frames=0, kind="avi", codec="mpeg4"), EITHER),
    "two frames": (lambda: film(frames=2), READ),
    "a GIF that moves": (moving_gif, READ),
    "a GIF that does not": (lambda: encoded(shapes(), "GIF"), ONE),
    "a film named after another": (lambda: plain("avi", "mpeg4"), READ),
    "WebM": (lambda: film("webm", "libvpx"), READ),
    "MPEG-TS": (lambda: film("mpegts", "mpeg2video"), READ),
    "Motion JPEG": (lambda: film("avi", "mjpeg", pix_fmt="yuvj420p"), READ),
    "in pieces": (lambda: film(options=PIECES), READ),
    "in pieces and cut": (lambda: film(options=PIECES)[:1500], EITHER),
    "raw H.264": (lambda: film("h264"), NO_FILM),
    "10 bits": (lambda: film(pix_fmt="yuv420p10le"), READ),
    "grey": (lambda: film("matroska", "ffv1", pix_fmt="gray"), READ),
    "alpha": (lambda: film("mov", "png", pix_fmt="rgba"), READ),
    "an hour between two frames": (lambda: film(step=36_000, frames=4), "longer than"),
    "odd metadata": (lambda: film("matroska", metadata={"title": "<b>" + "x" * 9000}), READ),
    "metadata that is no text": (titled_with_no_text, READ),
    "a header of vast pictures": (lambda: boxed(b"avc1", 28, ">HH", 65_535, 65_535), EITHER),
    "a header of 0 x 0 pixels": (lambda: boxed(b"avc1", 28, ">HH", 0, 0), EITHER),
    "a codec that is none": (lambda: plain().replace(b"avc1", b"zzzz"), "packed in a way"),
    "a length of a thousand years": (lambda: boxed(b"mvhd", 20, ">I", 2**32 - 1), EITHER),
    "a clock that stands": (lambda: boxed(b"mdhd", 16, ">I", 0), EITHER),
    "a clock that races": (lambda: boxed(b"mdhd", 16, ">I", 2**31 - 1), EITHER),
    "two thousand million frames": (lambda: boxed(b"stsz", 12, ">I", 2**31 - 1), EITHER),
    "frames elsewhere": (lambda: boxed(b"stco", 12, ">I", 2**31), EITHER),
    "frames at negative times": (lambda: boxed(b"stts", 16, ">I", 2**32 - 1), EITHER),
    "frames at one time": (lambda: boxed(b"stts", 16, ">I", 0), EITHER),
    "a box within itself": (lambda: boxed(b"trak", -4, ">I", 2**31 - 1), EITHER),
    "a box of no size": (lambda: boxed(b"moov", -4, ">I", 0), EITHER),
    "a box turned inside out": (lambda: boxed(b"tkhd", 44, ">9i", *([2**31 - 1] * 9)), EITHER),
}  # fmt: skip


@cache
def content(name: str) -> bytes:
    return CASES[name][0]()


#: Of every way to end one, for command line and pages.
FEW = {"nothing": 1, "a photo": 1, "sound alone, MP4": 1, "one frame": 1, "two frames": 0}
