"""Films as a camera would send them, and a web server that does."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import av
import numpy as np
from PIL import Image

from facespace.types import RGB
from tests.support.pictures import saved

#: Pictures a second.
RATE = 12


def scene(astronaut: RGB, seconds: float, empty: float) -> list[RGB]:
    """A face for some seconds and then nobody, 512 x 320."""
    face = np.ascontiguousarray(astronaut[:320])
    nobody = np.full_like(face, 110)
    return [face] * round(RATE * seconds) + [nobody] * round(RATE * empty)


def units(pictures: Sequence[RGB]) -> list[bytes]:
    """Access units of H.264, one a picture, the first a key frame."""
    height, width = pictures[0].shape[:2]
    context = av.CodecContext.create("libx264", "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.time_base, context.framerate = Fraction(1, RATE), Fraction(RATE)
    # One slice a picture: the server sends a key frame of several as several pictures.
    more = {"x264-params": "sliced-threads=0"}
    context.options = {"tune": "zerolatency", "g": str(RATE), **more}
    packets = [packet for rgb in pictures for packet in context.encode(_frame(rgb))]
    return [bytes(packet) for packet in (*packets, *context.encode())]


def film(pictures: Sequence[RGB], kind: str = "mp4") -> bytes:
    """A film file of some kind, as FFmpeg calls it."""
    file = io.BytesIO()
    with av.open(file, "w", kind) as written:
        stream = written.add_stream("libx264", rate=RATE)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for rgb in pictures:
            written.mux(stream.encode(_frame(rgb)))
        written.mux(stream.encode())
    return file.getvalue()


def _frame(rgb: RGB) -> av.VideoFrame:
    return av.VideoFrame.from_ndarray(rgb, "rgb24")


class Web:
    """A web server: files by name, and Motion JPEG as cameras send it at ``/live``.

    ``asked`` are the paths that were asked for. While ``broken`` nothing is answered, and the live
    stream ends; while ``refused`` a name and a password are asked for.
    """

    def __init__(self, files: Mapping[str, bytes], live: Sequence[RGB]) -> None:
        self.files = files
        self.asked: list[str] = []
        self.broken = self.refused = False
        self.jpegs = [saved(Image.fromarray(rgb)) for rgb in live]
        self.address = ""


@contextmanager
def web(files: Mapping[str, bytes], live: Sequence[RGB] = ()) -> Iterator[Web]:
    """A web server at work."""
    about = Web(files, live)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            about.asked.append(self.path)
            if about.broken:
                self.send_error(503)
            elif about.refused:
                self.send_error(401)
            elif path == "/live":
                self.live()
            elif content := about.files.get(path):
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            else:
                self.send_error(404)

        def live(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=next")
            self.end_headers()
            number = 0
            while not about.broken:
                jpeg = about.jpegs[number % len(about.jpegs)]
                head = f"--next\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                self.wfile.write(head.encode() + jpeg + b"\r\n")
                number += 1
                time.sleep(1 / RATE)

        def handle(self) -> None:
            with suppress(OSError):  # who asked has gone
                super().handle()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    about.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield about
    finally:
        about.broken = True
        server.shutdown()
        server.server_close()
