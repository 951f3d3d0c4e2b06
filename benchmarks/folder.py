"""The command `folder` beside bare worker processes: speed, processor time, memory, resuming.

    python benchmarks/folder.py --data FOLDER [--photos N] [--large N] [--workers N] [--json FILE]

The photos are the test split of FOLDER/fairface and all of FOLDER/lfw, shuffled; and then so many
``large`` ones as phones take them: 12 megapixels, made of the astronaut, with grain. ``command`` is
`python -m facespace folder` with a journal and a CSV file; ``bare`` are as many processes of one
thread that share the photos evenly and do nothing but read a file and call ``facespace.analyze``.
Both begin with the start of a process, so their imports count. So that whatever else the computer
does is the same for both, they alternate: one is stopped while the other runs for ``SLICE``
seconds, and the clock of each runs in its own slices alone.

``command_over_bare`` is the speed of the command over that of the bare processes by this clock,
``command_over_bare_processor`` the same by processor time (user and system, of all processes).
``mb_early`` and ``mb_late`` are the most memory (resident, of all processes of the command) in the
second and the last quarter of its time. With ``--resume`` the command is killed once half of the
photos are in its journal, run again, and ``resumed_same`` says whether its lines are those of a run
that nobody interrupted, but for ``milliseconds``. For Linux: memory is read from /proc.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Self

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import facespace
from benchmarks.harness import meters, output, photos

ROOT = Path(__file__).resolve().parents[1]

#: Seconds of a slice, and between two looks at memory.
SLICE, LOOK = 4.0, 0.25

#: Pictures that the large photos are made of.
VARIANTS = 20


class Command:
    """A command of Python that reads photos, named on its standard input, and is stopped at first.

    ``seconds`` are those of its slices, ``processor`` those of all its processes once it has
    ``ended``; ``memory`` is what they held at each look, MB.
    """

    def __init__(self, words: Sequence[str], names: Path) -> None:
        with names.open("rb") as lines:
            self._process = subprocess.Popen(
                [sys.executable, *words],
                stdin=lines,
                cwd=ROOT,
                env={**os.environ, "OMP_NUM_THREADS": "1", "FACESPACE_THREADS": "1"},
                start_new_session=True,
            )
        self._signal(signal.SIGSTOP)
        self.seconds = self.processor = 0.0
        self.memory: list[float] = []
        self.ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End it and all that it started."""
        if not self.ended:
            self._signal(signal.SIGKILL)
            self._process.wait()

    def run(self, seconds: float) -> None:
        """Let it run so long, or to its end.

        Raises:
            SystemExit: it has failed.
        """
        self._signal(signal.SIGCONT)
        begin = time.perf_counter()
        while not self.ended and time.perf_counter() - begin < seconds:
            self.memory.append(meters.resident_mb(self._process.pid))
            time.sleep(LOOK)
            pid, status, usage = os.wait4(self._process.pid, os.WNOHANG)
            if pid:
                self.ended, self._process.returncode = True, status
                self.processor = usage.ru_utime + usage.ru_stime
        self.seconds += time.perf_counter() - begin
        if self._process.returncode:
            raise SystemExit("A contender failed; its last words are above.")
        if not self.ended:
            self._signal(signal.SIGSTOP)

    def _signal(self, number: int) -> None:
        os.killpg(self._process.pid, number)


def reading(out: Path, workers: int) -> list[str]:
    """The words of the command that reads the photos named on its standard input."""
    words = ["-m", "facespace", "folder", "-"]
    return [*words, "--workers", str(workers), "--out", str(out)]


def bare(workers: int) -> None:
    """Be the bare processes."""
    names = sys.stdin.read().splitlines()
    with ProcessPoolExecutor(workers, get_context("spawn")) as processes:
        list(processes.map(analyze_all, [names[i::workers] for i in range(workers)]))


def analyze_all(names: Sequence[str]) -> None:
    """Be one of them."""
    import cv2

    cv2.setNumThreads(1)
    for name in names:
        facespace.analyze(Path(name).read_bytes(), source=name)


def measured(names: Path, count: int, workers: int, folder: Path) -> dict[str, Any]:
    """Both alternate to their ends."""
    own = [str(Path(__file__).resolve()), "--bare", str(workers)]
    with (
        Command(reading(folder / "measured.csv", workers), names) as command,
        Command(own, names) as reference,
    ):
        while not (command.ended and reference.ended):
            for one in (command, reference):
                if not one.ended:
                    one.run(SLICE)
    quarter = len(command.memory) // 4
    figures: dict[str, Any] = {
        "command_over_bare": reference.seconds / command.seconds,
        "command_over_bare_processor": reference.processor / command.processor,
        "mb_early": max(command.memory[quarter : 2 * quarter]),
        "mb_late": max(command.memory[3 * quarter :]),
    }
    for name, one in (("command", command), ("bare", reference)):
        figures[f"{name}_per_s"] = count / one.seconds
        figures[f"{name}_processor_ms"] = one.processor / count * 1000
    return figures


def resumed(names: Path, count: int, workers: int, folder: Path) -> bool:
    """Whether a run that was killed and run again writes what one writes that was not."""
    whole, part = folder / "whole.jsonl", folder / "part.jsonl"
    journal = part.with_name(part.name + ".journal")

    def start(out: Path) -> subprocess.Popen[bytes]:
        with names.open("rb") as lines:
            command = [sys.executable, *reading(out, workers)]
            return subprocess.Popen(command, stdin=lines, cwd=ROOT)

    process = start(part)
    while process.poll() is None and _known(journal) < count // 2:
        time.sleep(0.2)
    killed = process.poll() is None
    process.kill()
    process.wait()
    print(f"killed with {_known(journal):,} photos in the journal", flush=True)
    if any(start(out).wait() for out in (part, whole)):
        raise SystemExit("A run failed; its last words are above.")
    read = [
        [json.loads(line) | {"milliseconds": None} for line in out.read_text("utf-8").splitlines()]
        for out in (part, whole)
    ]
    return killed and len(read[0]) == count and read[0] == read[1]


def large(folder: Path, count: int) -> list[str]:
    """Write so many photos of 12 megapixels, no two files of which are the same; their names."""
    made = [photos.enlarged(12, number, photos.GRAIN) for number in range(min(count, VARIANTS))]
    paths = [folder / f"{number}.jpg" for number in range(count)]
    for number, path in enumerate(paths):  # what follows a JPEG's end is not looked at
        path.write_bytes(made[number % VARIANTS] + number.to_bytes(4))
    return [str(path) for path in paths]


def _known(journal: Path) -> int:
    """Photos in a journal: its lines but for the first."""
    return max(0, journal.read_bytes().count(b"\n") - 1) if journal.is_file() else 0


def main() -> None:
    arguments = output.parser(__doc__)
    arguments.add_argument("--photos", type=int, default=5_000)
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--resume", action="store_true", help="kill and resume it too")
    arguments.add_argument("--large", type=int, default=1_000)
    options = arguments.parse_args()
    chosen = photos.tested(options.data / "fairface") + photos.tested(options.data / "lfw")
    paths = [str(photo.path) for photo in chosen]
    random.Random(0).shuffle(paths)
    paths = paths[: options.photos]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        names = folder / "names.txt"
        names.write_text("\n".join(paths) + "\n", "utf-8")
        figures: dict[str, Any] = {"photos": len(paths), "workers": options.workers}
        figures |= measured(names, len(paths), options.workers, folder)
        if options.large:
            apart = folder / "large"
            apart.mkdir()
            names.write_text("\n".join(large(apart, options.large)) + "\n", "utf-8")
            figures["large_photos"] = options.large
            of_large = measured(names, options.large, options.workers, apart)
            figures |= {f"large_{figure}": value for figure, value in of_large.items()}
        figures["load"] = os.getloadavg()[0]
        if options.resume:
            figures["resumed_same"] = resumed(names, len(paths), options.workers, folder)
    output.publish(output.rounded(figures, 3), options.json)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--bare"]:
        bare(int(sys.argv[2]))
    else:
        main()
