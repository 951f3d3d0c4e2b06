"""The browser's modules without a page: a server, and a Chromium that has loaded them."""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from facespace.browser.bundle import Bundle
from facespace.types import RGB
from tests.support.paths import ROOT

#: Makes ``window.analyzer`` and, with what a page says of a face, plain data.
SETUP = """
async () => {
    const bytes = async (name) => (await fetch(name)).arrayBuffer();
    const facts = await (await fetch("/facts.json")).json();
    const load = (name) => import(`/static/browser/${name}.js`);
    const [{ started, loaded }, { FaceAnalyzer }] = await Promise.all(
        [load("onnx_session"), load("analyze")]);
    const models = {};
    for (const name of Object.keys(facts.models)) models[name] = await bytes(`/models/${name}`);
    const ort = await started(await bytes("/ort/module"), await bytes("/ort/wasm"));
    const analyzer = new FaceAnalyzer(ort, await loaded(ort, models), facts);
    const plain = (face) => ({ ...face, score: {
        ...face.score, coordinates: [...face.score.coordinates] } });
    Object.assign(window, { facts, load, analyzer, plain, picture: async () => {
        const [width, height] = (await (await fetch("/size.json")).json());
        return { data: new Uint8Array(await bytes("/picture")), width, height, channels: 3 };
    } });
}
"""


class Bench:
    """A page that analyses pictures as a visitor's browser does."""

    def __init__(self, page: Page, files: dict[str, bytes]) -> None:
        self.page, self._files = page, files

    def analyze(self, rgb: RGB) -> list[dict[str, Any]]:
        """The faces of a picture, uint8 (H, W, 3), from left to right, as plain data."""
        self.show(rgb)
        script = "async () => (await analyzer.analyze(await picture())).map(plain)"
        faces: list[dict[str, Any]] = self.page.evaluate(script)
        return faces

    def show(self, rgb: RGB) -> None:
        """What ``picture()`` gives from now on."""
        self._files["/picture"] = rgb.tobytes()
        self._files["/size.json"] = json.dumps(rgb.shape[1::-1]).encode()


@contextmanager
def bench(browser: Browser, bundle: Bundle, ort_web: Path) -> Iterator[Bench]:
    """A page with the models of a bundle, and ONNX Runtime Web from its folder."""
    from facespace.browser.runtime import FILES

    files = {f"/models/{name}": content for name, content in bundle.models.items()}
    files |= {f"/ort/{name}": (ort_web / file.name).read_bytes() for name, file in FILES.items()}
    files |= {"/facts.json": json.dumps(bundle.facts).encode(), "/": b"<!doctype html>"}
    with served(files) as address:
        page = browser.new_page()
        page.goto(address)
        page.evaluate(SETUP)
        yield Bench(page, files)
        page.close()


@contextmanager
def served(files: dict[str, bytes]) -> Iterator[str]:
    """The address of a server of some files, which may change, and of the project's ``static``."""

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path not in files:
                super().do_GET()
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/html" if self.path == "/" else "text/plain")
            self.send_header("Content-Length", str(len(files[self.path])))
            self.end_headers()
            self.wfile.write(files[self.path])

        def log_message(self, format: str, *args: Any) -> None:
            pass

    Handler.extensions_map = {**Handler.extensions_map, ".js": "text/javascript"}
    handler = functools.partial(Handler, directory=str(ROOT))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    thread.join()
