"""What watching a camera for long takes: memory, processor, and whether everybody is counted.

    python benchmarks/watch.py [--minutes 60] [--json FILE]

An RTSP server repeats a film of 512 x 320 pixels, 12 pictures a second: a face for three seconds
and nobody for three. ``facespace watch`` watches it in a process of its own while the server is
ended and started anew every five minutes. Needs the packages that ``tests/support/rtsp_server.py``
names.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.harness import meters, output, photos
from tests.support import rtsp_server
from tests.support.paths import ROOT
from tests.support.streams import RATE, scene, units

#: Seconds of the film with a face, and without.
SEEN, EMPTY = 3, 3

#: Minutes from one cut to the next, and seconds that one lasts at least.
CUT_EVERY, CUT = 5.0, 8.0

#: Seconds before memory is measured for the first time.
SETTLING = 30.0


def main() -> None:
    arguments = output.parser(__doc__, data=False)
    arguments.add_argument("--minutes", type=float, default=60.0, help="to watch for")
    options = arguments.parse_args()
    if why := rtsp_server.missing():
        raise SystemExit(why)
    with tempfile.TemporaryDirectory() as folder:
        output.publish(measured(Path(folder, "events"), options.minutes), options.json)


def measured(events: Path, minutes: float) -> dict[str, float]:
    """Memory in MB at the beginning, half way and at the end, and what else is of interest."""
    film = units(scene(photos.astronaut(), SEEN, EMPTY))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "facespace", "watch", f"rtsp://127.0.0.1:{port}/camera"]
    start, memory, cuts = time.monotonic(), dict[float, float](), -1
    watch = subprocess.Popen([*command, "--events", events], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        while (now := time.monotonic() - start) < 60 * minutes:
            end = min(60 * minutes, now + 60 * CUT_EVERY)
            cuts += 1
            with rtsp_server.serving(film, RATE, port):
                while (now := time.monotonic() - start) < end:
                    time.sleep(1.0)
                    memory[now] = meters.resident_mb(watch.pid)
            time.sleep(CUT if now < 60 * minutes else 0)
        used = sum(map(int, Path(f"/proc/{watch.pid}/stat").read_text().split()[13:15]))
    finally:
        watch.terminate()
        watch.wait(60)
    told = [json.loads(line) for line in events.read_text("utf-8").splitlines()]
    down = sum(event["seconds"] for event in told if event["event"] == "back")
    settled = {when: mb for when, mb in memory.items() if when >= SETTLING}
    half = min(settled, key=lambda when: abs(when - 30 * minutes))
    return {
        "minutes": minutes,
        "cuts": cuts,
        "start_mb": settled[min(settled)],
        "half_mb": settled[half],
        "end_mb": settled[max(settled)],
        "most_mb": max(settled.values()),
        "processors": used / os.sysconf("SC_CLK_TCK") / (60 * minutes),
        "lost_seconds": down,
        "people_shown": (60 * minutes - down) / (SEEN + EMPTY),
        "people_counted": sum(event["event"] == "leave" for event in told),
        "answered": sum(e["event"] == "leave" and e["label"] != "?" for e in told),
    }


if __name__ == "__main__":
    main()
