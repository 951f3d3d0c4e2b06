"""People at once on the page Photo: errors, seconds, fairness, and the server's memory.

    python benchmarks/load.py [--people 16] [--uploads 500] [--megapixels 12] [--json FILE]

No browser: each of the people is a real session over Streamlit's websocket, with the messages of
``streamlit.proto``. A session opens the page, uploads a photo through the server's own address for
uploads, waits for the verdict, and fetches the pictures of the page. The dashboard is started as a
user starts it. The photos are the astronaut, enlarged, each another in light and side.

First all upload a photo of so many megapixels in the same moment: ``errors``, and seconds from the
choice of the file to the end of the page's run: ``p50_s``, ``p95_s``, and ``fairness``, the slowest
over the median. Then, until there have been so many uploads in sum, photos of many sizes: each of
the people brings ``VISIT`` of them one after the other, leaves, and comes anew.

Memory is what is resident, in MB of 2**20 bytes, of the server with all its child processes:
``started_mb`` before anybody came, ``rest_mb`` after a visit to Home and one to Photo, ``peak_mb``
at any moment, and ``settled_1_mb`` to ``settled_5_mb`` after each fifth of the uploads, once
everybody has left and the server has let their sessions go: what grows goes on growing, while the
heaps' free pages come and go. ``growth_mb`` is from the first of these to the last.
``first_page_s`` is from the start of the process to the end of Home's first run, with the files in
the system's cache. ``load`` is the load average as it began.
"""

from __future__ import annotations

import argparse
import io
import itertools
import json
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import cv2
import numpy as np
import requests
from PIL import Image
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs, UploadedFileInfo
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from dashboard.widgets.example import example
from facespace.io import images
from tests.support.browser import serving

#: Photos that one visit brings, one after the other.
VISIT = 5

#: Parts of the uploads, after each of which what is left in memory is measured.
PARTS = 5

#: Megapixels of the photos after the first moment: from a small picture to what phones take.
SIZES = (0.3, 1.0, 2.0, 5.0, 12.0)

#: Seconds after which a run of the page counts as lost, and between two looks at the memory.
PATIENCE, LOOK = 180.0, 0.02

#: Seconds for which the server keeps a session that has ended (.streamlit/config.toml), and then
#: until memory counts as settled.
KEPT, SETTLING = 10.0, 5.0


class LoadError(Exception):
    """What a visitor must not see."""


class Visitor:
    """A session: what a browser's tab says to the server, and what it is shown.

    Raises LoadError where a run of the page ends in an exception, a warning, or not at all.
    """

    def __init__(self, address: str, page: str) -> None:
        self._address = address
        self._http = requests.Session()
        self._http.get(f"{address}/_stcore/host-config", timeout=PATIENCE).raise_for_status()
        self._http.get(f"{address}/_stcore/health", timeout=PATIENCE).raise_for_status()
        self._token = self._http.cookies.get("_streamlit_xsrf", "")
        self._open = ExitStack()
        self._open.enter_context(self._http)
        self._socket = self._open.enter_context(
            connect(
                f"{address.replace('http', 'ws', 1)}/_stcore/stream",
                additional_headers={"Cookie": f"_streamlit_xsrf={self._token}"},
                subprotocols=["streamlit"],
                max_size=None,
                open_timeout=PATIENCE,
            )
        )
        self.shown: list[Element] = []
        self._session, self._page, self._files = "", page, list[UploadedFileInfo]()
        self._hash = ""
        self._run()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def upload(self, name: str, content: bytes) -> float:
        """Add a photo to the page; the seconds until its verdict was there."""
        begin = time.perf_counter()
        request = BackMsg()
        request.file_urls_request.request_id = name
        request.file_urls_request.file_names.append(name)
        request.file_urls_request.session_id = self._session
        self._socket.send(request.SerializeToString())
        urls = self._urls()
        self._http.put(
            self._address + urls.upload_url,
            files={"file": (name, content, "image/jpeg")},
            headers={"X-Xsrftoken": self._token},
            timeout=PATIENCE,
        ).raise_for_status()
        self._files.append(
            UploadedFileInfo(name=name, size=len(content), file_id=urls.file_id, file_urls=urls)
        )
        self._run()
        seconds = time.perf_counter() - begin
        count = len(self._files)
        wanted = f"{count} picture{'s' * (count > 1)}, {count} face{'s' * (count > 1)}"
        if not any(wanted in said for said in self.said(Alert.SUCCESS)):
            raise LoadError(f"The page does not say {wanted!r}.")
        return seconds

    def said(self, kind: int) -> list[str]:
        """The words of the page's alerts of one kind."""
        alerts = [one.alert for one in self.shown if one.WhichOneof("type") == "alert"]
        return [alert.body for alert in alerts if alert.format == kind]

    def _run(self) -> None:
        """Let the page run with the photos there are, and take in what it shows."""
        message = BackMsg()
        message.rerun_script.page_script_hash = self._hash
        message.rerun_script.page_name = "" if self._hash else self._page
        uploader = next((e.file_uploader for e in self.shown if e.HasField("file_uploader")), None)
        if uploader is not None:
            state = message.rerun_script.widget_states.widgets.add(id=uploader.id)
            state.file_uploader_state_value.uploaded_file_info.extend(self._files)
        self._socket.send(message.SerializeToString())
        for told in self._messages():
            kind = told.WhichOneof("type")
            if kind == "new_session":
                self.shown = []
                self._session = told.new_session.initialize.session_id or self._session
            elif kind == "navigation":
                self._hash = told.navigation.page_script_hash
            elif kind == "delta" and told.delta.HasField("new_element"):
                self.shown.append(told.delta.new_element)
            elif kind == "script_finished":
                if told.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                    break
                if told.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                    raise LoadError("The page does not compile.")
        self._check()

    def _check(self) -> None:
        """Look for what should not be there, and fetch the pictures that should."""
        for element in self.shown:
            if element.HasField("exception"):
                raise LoadError(f"{element.exception.type}: {element.exception.message}")
        if wrong := self.said(Alert.WARNING) + self.said(Alert.ERROR):
            raise LoadError(wrong[0])
        for picture in (one for element in self.shown for one in element.imgs.imgs):
            self._http.get(self._address + picture.url, timeout=PATIENCE).raise_for_status()

    def _urls(self) -> FileURLs:
        for told in self._messages():
            if told.HasField("file_urls_response"):
                return told.file_urls_response.file_urls[0]
        raise AssertionError

    def _messages(self) -> Iterator[ForwardMsg]:
        end = time.monotonic() + PATIENCE
        while True:
            content = self._socket.recv(timeout=end - time.monotonic())
            assert isinstance(content, bytes)
            yield ForwardMsg.FromString(content)


class Memory:
    """Watches what a process and its children hold, on a thread of its own."""

    def __init__(self, process: int) -> None:
        self._process, self._peak, self._over = process, 0.0, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(LOOK):
            self._peak = max(self._peak, self.now)

    @property
    def peak(self) -> float:
        """The most so far, MB."""
        return self._peak

    @property
    def now(self) -> float:
        """What is held now, MB."""
        return sum(map(_resident, _family(self._process)))


def _family(process: int) -> list[int]:
    found = [process]
    for parent in found:
        for path in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found += map(int, path.read_text().split())
            except OSError:  # ended since
                continue
    return found


def _resident(process: int) -> float:
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def photo(megapixels: float, number: int) -> bytes:
    """A JPEG of 4 to 3: the astronaut with so many megapixels, another one for each number."""
    portrait = images.load(example()[1])[:384]
    width = round((megapixels * 1e6 * 4 / 3) ** 0.5)
    rgb = cv2.resize(portrait, (width, width * 3 // 4), interpolation=cv2.INTER_CUBIC)
    rgb = cv2.convertScaleAbs(rgb, alpha=0.8 + 0.02 * (number % 10), beta=number % 7)
    if number % 2:
        rgb = np.ascontiguousarray(rgb[:, ::-1])
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", quality=85)
    return file.getvalue()


class Crowd:
    """People who upload, on a thread each; ``seconds`` and ``problems`` of all uploads so far."""

    def __init__(self, address: str, people: int) -> None:
        self.address, self.people = address, people
        self.seconds: list[float] = []
        self.problems: list[str] = []

    def moment(self, photos: list[bytes]) -> None:
        """Everybody has the page open, and uploads in the same moment."""
        ready = threading.Barrier(self.people)

        def one(number: int) -> None:
            with Visitor(self.address, "photo") as visitor:
                ready.wait(PATIENCE)
                self._upload(visitor, number, photos)

        self._all(one, range(self.people))

    def stream(self, uploads: int, photos: list[bytes]) -> None:
        """So many uploads, ``VISIT`` a visit, as many visits at once as there are people."""

        def one(first: int) -> None:
            with Visitor(self.address, "photo") as visitor:
                for number in range(first, min(first + VISIT, uploads)):
                    self._upload(visitor, number, photos)

        self._all(one, range(0, uploads, VISIT))

    def _all(self, one: Callable[[int], None], numbers: range) -> None:
        def guarded(number: int) -> None:
            try:
                one(number)
            except Exception as error:
                self.problems.append(f"{type(error).__name__}: {error}")

        with ThreadPoolExecutor(self.people) as threads:
            list(threads.map(guarded, numbers))

    def _upload(self, visitor: Visitor, number: int, photos: list[bytes]) -> None:
        name = f"photo-{number}.jpg"
        self.seconds.append(visitor.upload(name, photos[number % len(photos)]))


def settled(memory: Memory, address: str, kept: float) -> float:
    """What is held once sessions that ended so many seconds ago are let go, MB."""
    time.sleep(kept)
    with Visitor(address, "photo"):
        pass  # the server looks for them when the next one ends
    time.sleep(SETTLING)
    return statistics.median(memory.now for _ in itertools.repeat(None, 5))


def measured(people: int, uploads: int, megapixels: float, kept: float = KEPT) -> dict[str, float]:
    """All figures of a dashboard of its own."""
    result = {"people": people, "load": os.getloadavg()[0]}
    burst = [photo(megapixels, number) for number in range(people)]
    many = [photo(SIZES[number % len(SIZES)], number) for number in range(4 * len(SIZES))]
    begin = time.perf_counter()
    with serving() as (address, server), Memory(server) as memory:
        started = memory.now
        with Visitor(address, ""):
            result |= {"first_page_s": time.perf_counter() - begin, "started_mb": started}
        with Visitor(address, "photo") as first:
            first.upload("first.jpg", many[0])
        result["rest_mb"] = settled(memory, address, 0)
        crowd = Crowd(address, people)
        crowd.moment(burst)
        slow = sorted(crowd.seconds)
        if slow:
            result |= {
                "p50_s": float(np.percentile(slow, 50)),
                "p95_s": float(np.percentile(slow, 95)),
                "fairness": slow[-1] / statistics.median(slow),
                "moment_peak_mb": memory.peak,
            }
        done, left = people, list[float]()
        for part in range(1, PARTS + 1):
            wanted = max(0, part * uploads // PARTS - done)
            crowd.stream(wanted, many)
            done += wanted
            left.append(settled(memory, address, kept))
            result[f"settled_{part}_mb"] = left[-1]
        result |= {
            "uploads": len(crowd.seconds),
            "errors": len(crowd.problems),
            "peak_mb": memory.peak,
            "growth_mb": left[-1] - left[0],
        }
    for problem in sorted(set(crowd.problems)):
        print(f"{crowd.problems.count(problem):4} x {problem}", file=sys.stderr)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=16, help="at once")
    parser.add_argument("--uploads", type=int, default=500, help="in sum")
    parser.add_argument("--megapixels", type=float, default=12.0, help="of the photos at once")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the same, as one flat object")
    options = parser.parse_args()
    figures = measured(options.people, options.uploads, options.megapixels)
    for name, value in figures.items():
        print(f"{name:16} {value:.2f}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
