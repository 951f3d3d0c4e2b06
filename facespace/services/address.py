"""Where pictures come from: a stream's address, a camera of this machine, or a film.

An address may hold a name and a password: what is shown, printed or written has neither.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import av

from facespace.io.formats import FILM_FORMATS
from facespace.types import FacespaceError
from facespace.video import frames

#: Seconds that an answer may take, and seconds from one picture to the next: after more a stream is
#: lost.
ANSWER, SILENCE = 10.0, 10.0

#: What FFmpeg may open for an address of each kind, and as what. A playlist or a redirect could
#: name files of this machine else.
_WEB = {
    "protocol_whitelist": "http,https,tcp,tls,httpproxy,crypto",
    "format_whitelist": ",".join((*FILM_FORMATS, "hls", "mpjpeg", "mjpeg", "h264", "hevc")),
}
_RTSP = {
    "protocol_whitelist": "tcp,tls",
    "format_whitelist": "rtsp",
    "rtsp_transport": "tcp",
    # Else some seconds go by in which it counts pictures a second, which nobody asks for.
    "fpsprobesize": "0",
}
_NETWORK = {"rtsp": _RTSP, "rtsps": _RTSP, "http": _WEB, "https": _WEB}

#: FFmpeg's name of what reads this system's cameras, and what it needs to be told.
_DEVICES: dict[str, tuple[str, dict[str, str]]] = {
    "linux": ("video4linux2", {}),
    "darwin": ("avfoundation", {"framerate": "30"}),
    "win32": ("dshow", {}),
}

#: What a source may be, in words.
SOURCES = (
    "an address (rtsp://, rtsps://, http:// or https://), the number or the name of a camera of "
    "this machine, or a film, which plays at its own speed"
)

_ESCAPE = (
    "its host or its port cannot be read. In a name or a password write %40 for @, %2F for /, "
    "%3F for ? and %23 for #"
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where pictures come from.

    ``shown`` is the address without name, password, what stands behind a ``?``, and parts of its
    path that may hold these; ``named`` is how a command names it, without them too. ``kind`` is
    "network", "camera" or "film". ``target`` is what FFmpeg opens, by ``device`` if that is not "".
    """

    shown: str
    named: str
    kind: str
    target: str = field(repr=False)
    device: str = ""
    options: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, text: str) -> Address:
        """What a user has named.

        Raises:
            FacespaceError: it is nothing that pictures come from; the sentence has no password.
        """
        text = text.strip()
        if "://" in text:
            return _network(text)
        if text.isascii() and text.isdigit():
            return _camera(_numbered(int(text)), f"camera {int(text)}", text)
        path = Path(text)
        if path.is_file():
            return cls(text, text, "film", text)
        if path.is_char_device() or (text and sys.platform in ("darwin", "win32")):
            return _camera(text, text, text)
        # What an address without its beginning holds may be a password.
        named = text if text and not set("@?=") & set(text) else "this"
        raise FacespaceError(f"{named} is no source: it must be {SOURCES}")

    @contextmanager
    def opened(self) -> Iterator[Pictures]:
        """What comes from there; closed at the end of the block.

        Raises:
            FacespaceError: what is there can never be read.
            av.FFmpegError: nothing is there, or not now. Its words may hold the password.
        """
        if self.kind == "film":
            with frames.opened(Path(self.target)) as film:
                yield Pictures(film, paced=True, ends=True)
            return
        container = av.open(
            self.target,
            format=self.device or None,
            options=dict(self.options),
            # Where RTSP is silent FFmpeg hands out what it still holds, and waits once more.
            timeout=(ANSWER, SILENCE / 2 if self.options is _RTSP else SILENCE),
            **frames.TITLES,
        )
        with container:
            # A film on a server says how long it is. What a camera's says is that of no camera.
            ends = container.duration is not None and container.format.name != "rtsp"
            paced = ends or container.format.name == "hls"
            yield Pictures(frames.source_of(container), paced, ends)


@dataclass(frozen=True, slots=True)
class Pictures:
    """What comes from an open address.

    Pictures that are ``paced`` can be read faster than they are to be shown; what ``ends`` is a
    film, where another has broken off.
    """

    source: frames.Source
    paced: bool
    ends: bool


def _network(text: str) -> Address:
    try:
        parts = urlsplit(text)
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:
        raise FacespaceError(f"this is no address: {_ESCAPE}") from error
    if "@" in parts.path + parts.query + parts.fragment:
        raise FacespaceError(f"this is no address: {_ESCAPE}")
    options = _NETWORK.get(parts.scheme)
    if options is None or not parts.hostname:
        raise FacespaceError(f"{parts.scheme}:// is no source: it must be {SOURCES}")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    secret = "?…" if parts.query else ""
    # Some cameras take name and password in the path: /user=anna&password=...
    path = "/".join("…" if "=" in part else part for part in parts.path.split("/"))
    shown = f"{parts.scheme}://{host}{port}{path}{secret}"
    target = parts.scheme + text[len(parts.scheme) :]
    return Address(shown, shown, "network", target, options=options)


def _camera(target: str, shown: str, named: str) -> Address:
    device, options = _DEVICES.get(sys.platform, ("", {}))
    if not device:
        raise FacespaceError("cameras of this system cannot be read; a stream's address can")
    if device == "dshow" and not target.startswith("video="):
        target = f"video={target}"
    return Address(shown, named, "camera", target, device, options)


def _numbered(number: int) -> str:
    """What FFmpeg calls the camera with a number, from 0."""
    if sys.platform == "linux":
        return f"/dev/video{number}"
    if sys.platform != "win32":
        return str(number)
    devices = av.enumerate_input_devices("dshow")
    names = [device.name for device in devices if "video" in device.media_types]
    if number >= len(names):
        raise FacespaceError(f"there is no camera {number}; this machine has {len(names)}")
    return names[number]
