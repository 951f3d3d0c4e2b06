"""How live the webcam page is: frames shown a second, and from the camera's frame to its picture.

    python benchmarks/webcam.py [--seconds 20] [--minutes 10] [--json FILE]

A headless Chromium plays a film of a real face as its camera, 640 x 480 at 30 frames per second;
each frame carries its number as squares along the bottom. The same browser reads the numbers off
its own camera and off the video that comes back: the time between the two is the latency. Server,
browser, and both directions of the video codec share this machine. With ``--minutes`` it goes on
streaming, and the growth of the server's memory is measured.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Frame, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.harness import meters, output, photos
from facespace.cli.doctor import chromium
from tests.support.browser import FLAGS, SECONDS, serving
from tests.support.camera import BITS, SIZE, SQUARE, film

#: Seconds of film; its frames are numbered, and it plays over and over.
LENGTH = 8

#: Seconds before anything is counted.
SETTLING = 8

#: Keeps what the camera gives, to be read beside what comes back.
KEEP = """
const asked = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (what) => window.camera = await asked(what);
"""

#: Reads the numbers off both videos for some seconds: rows of number and time in milliseconds.
READ = """
async ([seconds, bits, square, width, height]) => {
    const back = document.querySelector("video");
    const own = document.createElement("video");
    own.muted = true;
    own.srcObject = window.camera;
    await own.play();
    const reader = (video) => {
        const canvas = new OffscreenCanvas(bits * square, 1);
        const pen = canvas.getContext("2d", { willReadFrequently: true });
        const rows = [];
        const read = (now) => {
            const across = video.videoWidth / width, down = video.videoHeight / height;
            pen.drawImage(video, 0, (height - square / 2) * down, bits * square * across, 1,
                0, 0, bits * square, 1);
            const line = pen.getImageData(0, 0, bits * square, 1).data;
            let number = 0;
            for (let bit = 0; bit < bits; bit++)
                if (line[4 * (bit * square + square / 2)] > 128) number |= 1 << bit;
            rows.push([number, now]);
            video.requestVideoFrameCallback(read);
        };
        video.requestVideoFrameCallback(read);
        return rows;
    };
    const [camera, shown] = [reader(own), reader(back)];
    await new Promise((done) => setTimeout(done, seconds * 1000));
    return [camera, shown];
}
"""


def main() -> None:
    arguments = output.parser(__doc__, data=False)
    arguments.add_argument("--seconds", type=int, default=20, help="to count frames for")
    arguments.add_argument("--minutes", type=float, default=0, help="to stream on for the memory")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder, serving() as (url, server):
        camera = film(Path(folder, "camera.mjpeg"), photos.astronaut(), LENGTH, True)
        flags = [*FLAGS, "--disable-features=WebRtcHideLocalIpsWithMdns"]
        flags.append(f"--use-file-for-fake-video-capture={camera}")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=flags)
            page, frame = started(browser.new_context(permissions=["camera"]), url)
            figures = measured(frame, options.seconds)
            figures["faces_in_view"] = float(
                page.get_by_test_id("stMetricValue").first.inner_text()
            )
            if options.minutes:
                before = meters.resident_mb(server)
                page.wait_for_timeout(options.minutes * 60_000)
                figures["memory_minutes"] = options.minutes
                figures["memory_growth_mb"] = meters.resident_mb(server) - before
            browser.close()
    output.publish(figures, options.json)


def started(context: Any, url: str) -> tuple[Page, Frame]:
    """The page with its camera running, and the frame that shows it."""
    context.set_default_timeout(SECONDS * 1000)
    context.add_init_script(KEEP)
    page = context.new_page()
    page.goto(f"{url}/webcam?mirror=false")
    handle = page.wait_for_selector("iframe[title*=webrtc]")
    frame = handle.content_frame()
    frame.get_by_role("button", name="Start the camera").click()
    frame.wait_for_function("document.querySelector('video')?.currentTime > 0")
    page.wait_for_timeout(SETTLING * 1000)
    return page, frame


def measured(frame: Frame, seconds: int) -> dict[str, float]:
    """Frames shown a second, and the latency's percentiles in milliseconds."""
    camera, shown = frame.evaluate(READ, [seconds, BITS, SQUARE, *SIZE])
    given = np.array(camera)
    latencies = []
    for number, when in shown:
        same = given[(given[:, 0] == number) & (given[:, 1] <= when), 1]
        if len(same) and when - same.max() < LENGTH * 1000 / 2:
            latencies.append(when - same.max())
    fresh = len({(number, round(when / LENGTH / 1000)) for number, when in shown})
    return {
        "frames_per_second_camera": len(camera) / seconds,
        "frames_per_second_shown": fresh / seconds,
        "latency_ms_p50": float(np.percentile(latencies, 50)),
        "latency_ms_p95": float(np.percentile(latencies, 95)),
        "frames_matched": float(len(latencies)),
    }


if __name__ == "__main__":
    main()
