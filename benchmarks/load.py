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

Between the two all bring at once what is made to do harm: a JPEG of thousands of scans to Photo,
and a ZIP of reviews to Review whose faces share one picture, which would be 200 MB if it were kept
for each. ``refused`` counts who is told so, of twice as many as there are people; ``harm_mb``
is by how much it raised the peak. All people forge headers, in several ways.

Memory is what is resident, in MB of 2**20 bytes, of the server with all its child processes:
``started_mb`` before anybody came, ``rest_mb`` after a visit to Home, Photo and Review, ``peak_mb``
at any moment, and ``settled_1_mb`` to ``settled_5_mb`` after each fifth of the uploads, once
everybody has left and the server has let their sessions go: what grows goes on growing, while the
heaps' free pages come and go. ``growth_mb`` is from the first of these to the last.
``first_page_s`` is from the start of the process to the end of Home's first run, with the files in
the system's cache. ``load`` is the load average as it began.
"""

from __future__ import annotations

import itertools
import os
import statistics
import sys
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from PIL import Image

from benchmarks.harness import meters, output, photos, visitor
from tests.support.browser import serving
from tests.support.hostile import reviews
from tests.support.hostile.headers import FORGED
from tests.support.pictures import progressive

#: Photos that one visit brings, one after the other.
VISIT = 5

#: Parts of the uploads, after each of which what is left in memory is measured.
PARTS = 5

#: Megapixels of the photos after the first moment: from a small picture to what phones take.
SIZES = (0.3, 1.0, 2.0, 5.0, 12.0)

#: Headers that the people send in turn; not another host, with which some get no answer.
HEADERS = [headers for headers in FORGED.values() if "Host" not in headers]

#: Scans of the JPEG.
SCANS = 5_000

#: What is made to do harm, by the page and its settings that it is brought to: the switch that is
#: turned on before, the file's name, and what is said of it.
HARM = {
    ("photo", ""): ("", "scans.jpg", "scans; at most"),
    ("review", "view=files"): ("Keep faces for review", "reviews.zip", "share the file"),
}

#: Seconds for which the server keeps a session that has ended (.streamlit/config.toml), and then
#: until memory counts as settled.
KEPT, SETTLING = 10.0, 5.0


class Crowd:
    """People who upload, on a thread each; ``seconds`` and ``problems`` of all uploads so far."""

    def __init__(self, address: str, people: int) -> None:
        self.address, self.people = address, people
        self.seconds: list[float] = []
        self.problems: list[str] = []

    def moment(self, photos: list[bytes]) -> None:
        """Everybody has the page open, and uploads in the same moment."""
        visits = [range(number, number + 1) for number in range(self.people)]
        self._make(visits, photos, threading.Barrier(self.people))

    def stream(self, uploads: int, photos: list[bytes]) -> None:
        """So many uploads, ``VISIT`` a visit, as many visits at once as there are people."""
        firsts = range(0, uploads, VISIT)
        visits = [range(first, min(first + VISIT, uploads)) for first in firsts]
        self._make(visits, photos, threading.Barrier(1))

    def harm(self, files: Mapping[str, bytes]) -> int:
        """Everybody brings ``HARM`` in the same moment; how often it is refused as it should be."""
        ready = threading.Barrier(self.people)

        def bring(number: int) -> int:
            refused = 0
            for (page, query), (switch, name, words) in HARM.items():
                try:
                    with self._person(number, page, query) as person:
                        if switch:
                            person.turn_on(switch)
                        ready.wait(visitor.PATIENCE)
                        person.bring(name, files[name])
                except visitor.LoadError as error:
                    if words in str(error):
                        refused += 1
                    else:
                        self.problems.append(str(error))
                except Exception as error:
                    self.problems.append(f"{type(error).__name__}: {error}")
            return refused

        with ThreadPoolExecutor(self.people) as threads:
            return sum(threads.map(bring, range(self.people)))

    def _person(self, number: int, page: str, query: str = "") -> visitor.Visitor:
        return visitor.Visitor(self.address, page, query, HEADERS[number % len(HEADERS)])

    def _make(self, visits: list[range], photos: list[bytes], ready: threading.Barrier) -> None:
        def visit(numbers: range) -> None:
            try:
                with self._person(numbers.start, "photo") as person:
                    ready.wait(visitor.PATIENCE)
                    for number in numbers:
                        photo = photos[number % len(photos)]
                        self.seconds.append(person.upload(f"photo-{number}.jpg", photo))
            except Exception as error:
                self.problems.append(f"{type(error).__name__}: {error}")

        with ThreadPoolExecutor(self.people) as threads:
            list(threads.map(visit, visits))


def settled(memory: meters.Memory, address: str, kept: float) -> float:
    """What is held once sessions that ended so many seconds ago are let go, MB."""
    time.sleep(kept)
    with visitor.Visitor(address, "photo"):
        pass  # the server looks for them when the next one ends
    time.sleep(SETTLING)
    return statistics.median(memory.now for _ in itertools.repeat(None, 5))


def measured(people: int, uploads: int, megapixels: float, kept: float = KEPT) -> dict[str, float]:
    """All figures of a dashboard of its own."""
    result = {"people": people, "load": os.getloadavg()[0]}
    burst = [photos.enlarged(megapixels, number) for number in range(people)]
    many = [photos.enlarged(SIZES[number % len(SIZES)], number) for number in range(4 * len(SIZES))]
    begin = time.perf_counter()
    with serving() as (address, server), meters.Memory(server) as memory:
        started = memory.now
        with visitor.Visitor(address, ""):
            result |= {"first_page_s": time.perf_counter() - begin, "started_mb": started}
        with visitor.Visitor(address, "photo") as first:
            first.upload("first.jpg", many[0])
        with visitor.Visitor(address, "review", "view=files"):
            pass  # so that it is loaded, and kept, before there are sessions with photos
        result["rest_mb"] = settled(memory, address, 0)
        crowd = Crowd(address, people)
        crowd.moment(burst)
        if crowd.seconds:
            result |= waits(crowd.seconds) | {"moment_peak_mb": memory.peak}
        before = memory.peak
        result["refused"] = crowd.harm(
            {
                "scans.jpg": progressive(
                    Image.fromarray(photos.astronaut()).resize((128, 128)), SCANS
                ),
                "reviews.zip": reviews.CASES["one picture for all faces"][0](),
            }
        )
        result["harm_mb"] = memory.peak - before
        done, left = people, list[float]()
        for part in range(1, PARTS + 1):
            more = max(0, part * uploads // PARTS - done)
            crowd.stream(more, many)
            done += more
            left.append(settled(memory, address, kept))
            result[f"settled_{part}_mb"] = left[-1]
        result |= {"uploads": len(crowd.seconds), "errors": len(crowd.problems)}
        result |= {"peak_mb": memory.peak, "growth_mb": left[-1] - left[0]}
    for problem in sorted(set(crowd.problems)):
        print(f"{crowd.problems.count(problem):4} x {problem}", file=sys.stderr)
    return result


def waits(seconds: list[float]) -> dict[str, float]:
    """How long the people of a moment waited."""
    p50, p95, slowest = (float(np.percentile(seconds, share)) for share in (50, 95, 100))
    return {"p50_s": p50, "p95_s": p95, "fairness": slowest / p50}


def main() -> None:
    arguments = output.parser(__doc__, data=False)
    arguments.add_argument("--people", type=int, default=16, help="at once")
    arguments.add_argument("--uploads", type=int, default=500, help="in sum")
    arguments.add_argument("--megapixels", type=float, default=12.0, help="of the photos at once")
    options = arguments.parse_args()
    output.publish(measured(options.people, options.uploads, options.megapixels), options.json)


if __name__ == "__main__":
    main()
