"""The gallery in a real browser, on the machine that runs the dashboard."""

from __future__ import annotations

import contextlib
import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from facespace.types import RGB
from tests.support.browser import choose, dashboard, download, settled, visit


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory, astronaut: RGB) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    for label in ("female", "male"):
        (folder / label).mkdir()
        for i in range(15):
            part = astronaut[0:256, 100 + i : 356 + i]
            Image.fromarray(part).resize((128, 128)).save(folder / label / f"{i}.png")
    return folder


@pytest.fixture(scope="module")
def here(photos: Path) -> Iterator[str]:
    """A dashboard for which no folder is set, as someone starts it at their own desk."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("FACESPACE_DATA", raising=False)
        with dashboard() as url:
            yield url


def test_a_folder_of_ones_own(page: Page, here: str, photos: Path, tmp_path: Path) -> None:
    visit(page, f"{here}/data?part=Look+at+photos")
    folder = page.get_by_role("textbox", name="Folder")
    folder.fill(str(photos))
    folder.press("Enter")
    expect(page.get_by_text("1 to 24 of 30")).to_be_visible()
    thumbnails = page.get_by_test_id("stImage").locator("img")
    expect(thumbnails).to_have_count(24)
    expect(thumbnails.first).to_have_attribute("alt", "Photo 1: female")

    choose(page, "Label", "female")
    expect(page.get_by_text("1 to 15 of 15")).to_be_visible()
    expect(thumbnails).to_have_count(15)
    settled(page)
    assert "gallery_label=female" in page.url
    assert str(photos.name) not in page.url  # a path of this machine is nobody else's business

    # The keyboard opens a photo, and closes it.
    page.get_by_role("button", name=re.compile("^3 · female")).press("Enter")
    opened = page.get_by_role("dialog")
    expect(opened.get_by_text("5 · Verdict 1")).to_be_visible()
    for step in ("1 · Photo, 128 × 128", "2 · Grey", "3 · Found by YuNet", "4 · Crop 1"):
        expect(opened.get_by_text(step)).to_be_visible()
    assert download(page, "What was found (JSON)", tmp_path).read_text("utf-8").startswith("[")
    page.keyboard.press("Escape")
    expect(opened).to_have_count(0)


class Proxy(socketserver.BaseRequestHandler):
    """Hands connections on to ``to`` and says of the first request of each where it came from.

    A browser's own extra headers do not go with its web socket.
    """

    to: tuple[str, int]

    def handle(self) -> None:
        with socket.create_connection(self.to) as server:
            line, end, rest = self.request.recv(65536).partition(b"\r\n")
            server.sendall(line + end + b"X-Forwarded-For: 203.0.113.9\r\n" + rest)
            back = threading.Thread(target=self.pumped, args=(server, self.request), daemon=True)
            back.start()
            self.pumped(self.request, server)

    @staticmethod
    def pumped(one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while content := one.recv(65536):
                other.sendall(content)
            other.shutdown(socket.SHUT_WR)


@pytest.fixture
def behind_a_proxy(here: str) -> Iterator[str]:
    """The dashboard's address on this machine, through a proxy on this machine."""

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    class Handler(Proxy):
        to = ("127.0.0.1", int(here.rpartition(":")[2]))

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_who_comes_through_a_proxy_sees_no_folder_field(page: Page, behind_a_proxy: str) -> None:
    visit(page, f"{behind_a_proxy}/data?part=Look+at+photos")
    expect(page.get_by_role("tab", name="Mean faces")).to_be_visible()
    expect(page.get_by_role("tab", name="Look at photos")).to_have_count(0)
    expect(page.get_by_role("textbox", name="Folder")).to_have_count(0)
