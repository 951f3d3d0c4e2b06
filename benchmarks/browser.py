"""How live the webcam page is where the visitor's own browser reads the camera.

    python benchmarks/browser.py [--seconds 20] [--json FILE]

A headless Chromium plays a film of a real face as its camera, 640 x 480, and reads it by ONNX
Runtime Web, which npm fetches. It shares this machine with the dashboard, which has little to do.
Bytes are those of what is loaded up to the first verdict, not compressed.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.harness import ort_web, output, photos
from facespace.browser.runtime import OWN
from facespace.cli.doctor import chromium
from tests.support.browser import FLAGS, SECONDS, serving
from tests.support.camera import film

#: Seconds of film, which plays over and over, and seconds before anything is counted.
LENGTH, SETTLING = 20, 8

#: Keeps what the worker answers: since when, and what each frame took.
KEEP = """
window.answers = [];
window.Worker = class extends Worker {
    constructor(...how) {
        super(...how);
        this.addEventListener("message", ({ data }) => {
            if ("tracks" in data) answers.push([performance.now(), data.finding, data.judging]);
        });
    }
};
"""

#: Means over some seconds: frames a second, and milliseconds for finding and for judging.
COUNT = """
async (seconds) => {
    const since = answers.length, start = performance.now();
    await new Promise((done) => setTimeout(done, seconds * 1000));
    const rows = answers.slice(since), passed = performance.now() - start;
    const mean = (column) => rows.reduce((sum, row) => sum + row[column], 0) / rows.length;
    return [rows.length / passed * 1000, mean(1), mean(2)];
}
"""


def main() -> None:
    arguments = output.parser(__doc__, data=False)
    arguments.add_argument("--seconds", type=int, default=20, help="to count frames for")
    options = arguments.parse_args()
    os.environ[OWN] = str(ort_web.folder())
    with tempfile.TemporaryDirectory() as folder, serving() as (url, _), sync_playwright() as tool:
        camera = film(Path(folder, "camera.mjpeg"), photos.astronaut(), LENGTH)
        flags = [*FLAGS, f"--use-file-for-fake-video-capture={camera}"]
        browser = tool.chromium.launch(executable_path=chromium(), args=flags)
        context = browser.new_context(permissions=["camera"])
        context.set_default_timeout(SECONDS * 1000)
        context.add_init_script(KEEP)
        figures = measured(context, url, options.seconds)
        browser.close()
    output.publish(output.rounded(figures, 3), options.json)


def measured(context: BrowserContext, url: str, seconds: int) -> dict[str, float]:
    """Seconds to the first verdict, frames analysed a second, milliseconds, and megabytes."""
    page = context.new_page()
    received: list[int] = []
    page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda frame: received.append(len(frame))),
    )
    page.on("response", lambda answer: _count(answer, received))
    cold = first_verdict(page, url)
    loaded = sum(received)
    page.close()
    page = context.new_page()
    warm = first_verdict(page, url)
    page.wait_for_timeout(SETTLING * 1000)
    rate, finding, judging = page.evaluate(COUNT, seconds)
    return {
        "browser_analysed_fps": rate,
        "browser_ms_detect": finding,
        "browser_ms_face": judging,
        "browser_mb_first": loaded / 1e6,
        "browser_s_first": cold,
        "browser_s_first_warm": warm,
    }


def first_verdict(page: Page, url: str) -> float:
    """Seconds from pressing the button to a verdict in words."""
    page.goto(f"{url}/webcam?where=browser")
    button = page.get_by_role("button", name="Start the camera")
    button.wait_for()
    page.wait_for_timeout(2000)
    start = time.perf_counter()
    button.click()
    page.get_by_role("status").get_by_text("Face 1").wait_for()
    return time.perf_counter() - start


def _count(answer: Any, received: list[int]) -> None:
    """Note the bytes of a module; the page itself is there in any case."""
    if "/app/static/" in answer.url and answer.status == 200:
        received.append(int(answer.headers.get("content-length", 0)))


if __name__ == "__main__":
    main()
