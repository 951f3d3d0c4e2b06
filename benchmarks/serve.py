"""`facespace serve` with many clients beside the bare analyzer: errors, speed, memory.

    python benchmarks/serve.py [--clients N] [--photos N] [--rounds N] [--json FILE]

``serve`` is the service in a process of its own, as a user starts it, and so many clients in this
one, each with a connection and the next photo once it has the result of the last. ``bare`` is
another process in which as many threads share one ``facespace.FaceAnalyzer`` and the contents of
the same photos. Both read so many photos in each round, in turn, every other round in the opposite
order. The photos are as phones take them: of so many megapixels, made of the astronaut, with grain.

``serve_over_bare`` is the speed of the service over that of the bare analyzer, in photos a second,
the clients' own work on the same processors included; ``serve_over_bare_processor`` the same by
processor time, of the service alone. ``errors`` are answers that are no reading with a face.
``serve_peak_mb`` is the most memory (resident, MB of 2**20 bytes) that the service held at any
moment, ``mb_early`` and ``mb_late`` the most in the second and in the last quarter of the rounds,
``bare_peak_mb`` that of the bare analyzer. For Linux: both are read from /proc.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from queue import SimpleQueue
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import facespace
from benchmarks.harness import contenders, meters, output, photos
from tests.support.serving import serving

#: Pictures that the photos of a round are made of.
VARIANTS = 16

#: What stands between the parts of a form.
BOUNDARY = "facespace-benchmark"


class Clients:
    """So many clients of a service, each with a connection for a round; ``errors`` so far."""

    def __init__(self, url: str, count: int) -> None:
        self.errors, self._count = 0, count
        self._idle = SimpleQueue[HTTPConnection]()
        for _ in range(count):
            self._idle.put(HTTPConnection(urlsplit(url).netloc, timeout=300))
        self._threads = ThreadPoolExecutor(count)

    def read(self, forms: list[bytes]) -> None:
        """Have photos read, as many at once as there are clients."""
        for problem in self._threads.map(self._problem, forms):
            if problem:
                self.errors += 1
                print(problem, file=sys.stderr)
        idle = [self._idle.get() for _ in range(self._count)]
        for client in idle:  # a server waits for the next request for some seconds only
            client.close()
            self._idle.put(client)

    def _problem(self, form: bytes) -> str:
        client = self._idle.get()
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        try:
            client.request("POST", "/v1/photo", form, headers)
            answer = client.getresponse()
            content = answer.read()
        except OSError as error:
            client.close()
            return f"{type(error).__name__}: {error}"
        finally:
            self._idle.put(client)
        if answer.status != 200 or not json.loads(content)["faces"]:
            return f"{answer.status}: {content[:200]!r}"
        return ""


def form(photo: bytes) -> bytes:
    """A form with a photo in its field ``file``."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"'
    return f"{head}\r\n\r\n".encode() + photo + f"\r\n--{BOUNDARY}--\r\n".encode()


def bare(folder: Path, threads: int) -> Callable[..., Mapping[str, Any]]:
    """Be the bare analyzer: what answers with the seconds that so many photos took."""
    contents = [path.read_bytes() for path in sorted(folder.iterdir())]
    analyzer = facespace.FaceAnalyzer()
    pool = ThreadPoolExecutor(threads)

    def answer(photos: int) -> Mapping[str, Any]:
        chosen = [contents[number % len(contents)] for number in range(photos)]
        begin, used = time.perf_counter(), time.process_time()
        faces = [len(reading.faces) for reading in pool.map(analyzer.analyze, chosen)]
        assert all(faces)
        return {
            "seconds": time.perf_counter() - begin,
            "processor": time.process_time() - used,
        }

    return answer


def measured(clients: int, count: int, rounds: int, megapixels: float) -> dict[str, Any]:
    """Both in turn."""
    made = [photos.enlarged(megapixels, number, photos.GRAIN) for number in range(VARIANTS)]
    forms = [form(made[number % VARIANTS]) for number in range(count)]
    seconds, processor = ({"serve": 0.0, "bare": 0.0} for _ in range(2))
    held: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        for number, photo in enumerate(made):
            Path(name, f"{number:03}.jpg").write_bytes(photo)
        with (
            contenders.Contender("bare", sys.executable, __file__, name, str(clients)) as reference,
            serving(OMP_NUM_THREADS="2") as served,
            meters.Memory(served.process.pid) as memory,
        ):
            crowd = Clients(served.url, clients)

            def one_round(who: str) -> tuple[float, float]:
                if who == "bare":
                    answer = reference.ask(photos=count)
                    return answer["seconds"], answer["processor"]
                used, begin = meters.processor_s(served.process.pid), time.perf_counter()
                crowd.read(forms)
                taken = time.perf_counter() - begin
                return taken, meters.processor_s(served.process.pid) - used

            for who in seconds:  # models are loaded, connections are there
                one_round(who)
            for who, _ in contenders.alternating(["bare", "serve"], range(rounds)):
                before, memory.peak = memory.peak, 0.0
                taken, used = one_round(who)
                seconds[who] += taken
                processor[who] += used
                if who == "serve":
                    held.append(memory.peak)
                memory.peak = max(memory.peak, before)
            quarter = max(1, rounds // 4)
            figures: dict[str, Any] = {
                **{"clients": clients, "photos": count * rounds, "megapixels": megapixels},
                "errors": crowd.errors,
                "serve_over_bare": seconds["bare"] / seconds["serve"],
                "serve_over_bare_processor": processor["bare"] / processor["serve"],
                "serve_peak_mb": memory.peak,
                "mb_early": max(held[quarter : 2 * quarter] or held),
                "mb_late": max(held[-quarter:]),
                "bare_peak_mb": reference.peak_mb(),
            }
    for who in seconds:
        figures[f"{who}_per_s"] = count * rounds / seconds[who]
        figures[f"{who}_processor_ms"] = processor[who] / (count * rounds) * 1000
    return figures


def main() -> None:
    arguments = output.parser(__doc__, data=False)
    arguments.add_argument("--clients", type=int, default=32)
    arguments.add_argument("--photos", type=int, default=96, help="in each round")
    arguments.add_argument("--rounds", type=int, default=8)
    arguments.add_argument("--megapixels", type=float, default=12.0)
    options = arguments.parse_args()
    load = os.getloadavg()[0]
    figures = measured(options.clients, options.photos, options.rounds, options.megapixels)
    output.publish(output.rounded(figures | {"load": load}, 3), options.json)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        contenders.serve(bare(Path(sys.argv[3]), int(sys.argv[4])))
    else:
        main()
