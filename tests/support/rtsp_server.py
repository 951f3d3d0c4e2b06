"""A camera in the network: an RTSP server of its own, GStreamer's, which repeats a short film.

Run as a program by the system's Python, for which alone its packages are made:
``rtsp_server.py FOLDER PORT RATE [NAME:PASSWORD]``.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: What runs the server, and what it needs to be there.
PYTHON = "/usr/bin/python3"
PACKAGES = "gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-good"


def main(folder: str, port: str, rate: str, login: str = "") -> None:
    """Serve the access units of an H.264 film, one a file in order, over and over."""
    import gi

    gi.require_version("Gst", "1.0")
    gi.require_version("GstRtspServer", "1.0")
    from gi.repository import GLib, Gst, GstRtspServer

    Gst.init(None)
    if Gst.ElementFactory.find("rtph264pay") is None:
        raise SystemExit("no rtph264pay")
    units = [path.read_bytes() for path in sorted(Path(folder).iterdir())]
    step = Gst.SECOND // int(rate)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(
        '( appsrc name=units is-live=true format=time caps="video/x-h264,'
        f'stream-format=byte-stream,alignment=au,framerate={rate}/1" '
        "! rtph264pay config-interval=-1 name=pay0 pt=96 )"
    )
    factory.set_shared(True)

    def begin(_: Any, media: Any) -> None:
        numbers = itertools.count()

        def push(source: Any, _: int) -> None:
            number = next(numbers)
            buffer = Gst.Buffer.new_wrapped(units[number % len(units)])
            buffer.pts, buffer.duration = number * step, step
            source.emit("push-buffer", buffer)

        media.get_element().get_by_name("units").connect("need-data", push)

    factory.connect("media-configure", begin)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    server.get_mount_points().add_factory("/camera", factory)
    if login:
        _lock(server, factory, login, GstRtspServer)
    if not server.attach(None):
        raise SystemExit(f"no port {port}")
    print(server.get_bound_port(), flush=True)
    GLib.MainLoop().run()


def _lock(server: Any, factory: Any, login: str, rtsp: Any) -> None:
    """Let in nobody but this user."""
    name, _, password = login.partition(":")
    auth, token = rtsp.RTSPAuth(), rtsp.RTSPToken()
    token.set_string("media.factory.role", "user")
    auth.add_basic(rtsp.RTSPAuth.make_basic(name, password), token)
    server.set_auth(auth)
    allowed = rtsp.RTSPPermissions()
    for what in ("access", "construct"):
        allowed.add_permission_for_role("user", f"media.factory.{what}", True)
    factory.set_permissions(allowed)


@contextmanager
def serving(
    units: Sequence[bytes], rate: int, port: int = 0, login: str = ""
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server at work, and its port; its stream is ``rtsp://127.0.0.1:PORT/camera``.

    Args:
        units: access units of H.264, as a file of it has them, the first a key frame.
        rate: of them in a second.
        port: any that is free where 0.
        login: ``NAME:PASSWORD`` that it asks for; nothing where "".
    """
    with tempfile.TemporaryDirectory() as folder:
        for number, unit in enumerate(units):
            (Path(folder) / f"{number:05d}").write_bytes(unit)
        words = [PYTHON, __file__, folder, str(port), str(rate), *filter(None, [login])]
        server = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout
            yield server, int(server.stdout.readline())
        finally:
            server.kill()
            server.wait()


def missing() -> str:
    """Why there can be no server here; "" where there can."""
    if not Path(PYTHON).exists():
        return f"no {PYTHON}"
    try:
        with serving([b""], 1):
            return ""
    except ValueError:
        return f"no RTSP server: apt-get install {PACKAGES}"


if __name__ == "__main__":
    main(*sys.argv[1:])
