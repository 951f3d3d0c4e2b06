"""How fast films are read and drawn, how steadily faces are followed; beside the first app's way.

    python benchmarks/video.py --data FOLDER [--minutes 10] [--json FILE]

FOLDER holds films of faces (``video/``). What is there to be boxed is what the detector finds when
it is run on every frame, so a face that it never finds is not missed here. The first app looked at
each frame alone, with a Haar cascade of scale factor 1.5 and 3 neighbours; it is given the model of
today, which must say female or male. Speeds are those of the film whose heads turn, enlarged to
640 x 360, at 30 frames per second, read and written; contenders in turn, all in one run, the best
of ``ROUNDS``.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.harness import contenders, meters, output
from benchmarks.measures.steadiness import TURNING, film_of, steadiness
from facespace.faces import annotate
from facespace.faces.analyze import Settings, analyze
from facespace.types import RGB
from facespace.video import frames
from facespace.video.annotated_film import annotate_film

#: Pixels and frames per second of the film for speeds, and its length in seconds.
SIZE, RATE, SECONDS = (640, 360), 30, 10

#: How often each contender's speed is taken.
ROUNDS = 3

#: By name, detectors whose speeds are taken, and in one of how many frames they look; None is the
#: default.
CONTENDERS: dict[str, tuple[str, int | None]] = {
    **{f"yunet.every_{every or 'default'}": ("yunet", every) for every in (None, 1, 2, 3, 10)},
    "haar": ("haar", None),
    "haar_first_app": ("haar_first_app", None),
}


def main() -> None:
    arguments = output.parser(__doc__)
    words = "measure memory on a film of this length"
    arguments.add_argument("--minutes", type=float, help=words)
    options = arguments.parse_args()
    clips = sorted(p for p in (options.data / "video").iterdir() if p.suffix != ".txt")
    with tempfile.TemporaryDirectory() as folder:
        turning = next(path for path in clips if TURNING in path.name)
        sped = looped(turning, Path(folder, "sped.mp4"), SECONDS)
        figures = speeds(sped) | steadiness([*clips, sped])
        if options.minutes:
            long = looped(sped, Path(folder, "long.mp4"), options.minutes * 60)
            figures["memory_minutes"] = options.minutes
            figures["peak_megabytes"] = meters.apart(peak, long)
    figures["load_average"] = os.getloadavg()[0]
    output.publish(output.rounded(figures, 4), options.json)


@contextmanager
def encoded(out: Path, rate: Fraction, **encoder: str) -> Iterator[Callable[[RGB], None]]:
    """A film of ``SIZE`` to write: takes one picture after the other."""
    with av.open(str(out), "w") as written:
        stream = written.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.options = {**encoder}

        def write(rgb: RGB) -> None:
            written.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, "rgb24")))

        yield write
        written.mux(stream.encode())


def looped(clip: Path, out: Path, seconds: float) -> Path:
    """A film played forth and back at ``SIZE`` and ``RATE``, over and over for some seconds."""
    with frames.opened(clip) as source, encoded(out, Fraction(RATE)) as write:
        pictures = [source.upright(frame) for frame in source.frames()]
        there_and_back = pictures + pictures[-2:0:-1]
        for number in range(round(seconds * RATE)):
            rgb = there_and_back[int(number * source.rate / RATE) % len(there_and_back)]
            write(np.asarray(cv2.resize(rgb, SIZE, interpolation=cv2.INTER_CUBIC), np.uint8))
    return out


def speeds(path: Path) -> dict[str, float]:
    """Seconds of film for each second of work, by detector and frames; and of the first app."""
    works: list[tuple[str, Callable[[], float]]] = [
        (name, partial(drawn, path, Settings(detector), every))
        for name, (detector, every) in CONTENDERS.items()
    ]
    works.append(("first_app", partial(first_app_drawn, path)))
    drawn(path, Settings(), None)  # so that nobody is the one who loads the models
    figures: dict[str, float] = {}
    for (name, work), _ in contenders.alternating(works, range(ROUNDS)):
        wall, cpu = time.perf_counter(), time.process_time()
        seconds = work()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        multiple, used = f"real_time_multiple.{name}", f"processor_seconds_per_second.{name}"
        figures[multiple] = max(seconds / wall, figures.get(multiple, 0))
        figures[used] = min(cpu / seconds, figures.get(used, np.inf))
        print(f"{name:20} {seconds / wall:8.2f} times real time", flush=True)
    return {
        "real_time_multiple": figures["real_time_multiple.yunet.every_default"],
        "first_app_real_time_multiple": figures["real_time_multiple.first_app"],
        **figures,
    }


def drawn(path: Path, settings: Settings, every: int | None) -> float:
    """Read and write a film; its length in seconds."""
    return film_of(annotate_film(path, path.with_suffix(".out.mp4"), settings, every)).seconds


def first_app_drawn(path: Path) -> float:
    """Read and write a film, each frame alone; its length in seconds."""
    settings = Settings("haar_first_app")
    encoder = {"preset": "veryfast", "crf": "21", "threads": "2"}
    with frames.opened(path) as source:
        rate = Fraction(source.rate).limit_denominator(1001)
        with encoded(path.with_suffix(".out.mp4"), rate, **encoder) as write:
            for frame in source.frames():
                rgb = source.upright(frame)
                write(annotate.draw(rgb, analyze(rgb, settings).faces))
        return (source.total or 0) / source.rate


def peak(path: Path) -> float:
    """Read and write a film; the most memory of this process, MB."""
    drawn(path, Settings(), None)
    return meters.peak_mb()


if __name__ == "__main__":
    main()
