"""The command `folder` beside bare worker processes: speed, processor time, memory, resuming.

    python benchmarks/folder.py --data FOLDER [--photos N] [--workers N] [--json FILE]

The photos are the test split of FOLDER/fairface and all of FOLDER/lfw, shuffled. ``command`` is
`python -m facespace folder` with a journal and a CSV file; ``bare`` are as many processes of one
thread that share the photos evenly and do nothing but read a file and call ``facespace.analyze``.
Both begin with the start of a process, so their imports count. So that whatever else the computer
does is the same for both, they take turns: one is stopped while the other runs for ``TURN``
seconds, and the clock of each runs in its own turns alone.

``command_over_bare`` is the speed of the command over that of the bare processes by this clock,
``command_over_bare_processor`` the same by processor time (user and system, of all processes).
``mb_early`` and ``mb_late`` are the most memory (resident, of all processes of the command) in the
second and the last quarter of its time. With ``--resume`` the command is killed once half of the
photos are in its journal, run again, and ``resumed_same`` says whether its lines are those of a run
that nobody interrupted, but for ``milliseconds``. For Linux: memory is read from /proc.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import facespace  # noqa: E402
from facespace.datasets import dataset  # noqa: E402

#: Seconds of a turn, and between two looks at memory.
TURN, LOOK = 4.0, 0.25


class Contender:
    """A command that reads photos, named on its standard input, and is stopped at first."""

    def __init__(self, command: Sequence[str], names: Path) -> None:
        with names.open("rb") as lines:
            self._process = subprocess.Popen(
                [sys.executable, *command],
                stdin=lines,
                cwd=ROOT,
                env={**os.environ, "OMP_NUM_THREADS": "1", "FACESPACE_THREADS": "1"},
                start_new_session=True,
            )
        self._signal(signal.SIGSTOP)
        self.seconds = self.processor = 0.0
        self.memory: list[float] = []
        self.ended = False

    def turn(self, seconds: float) -> None:
        """Let it run so long, or to its end."""
        self._signal(signal.SIGCONT)
        begin = time.perf_counter()
        while not self.ended and time.perf_counter() - begin < seconds:
            self.memory.append(_resident(self._process.pid) / 2**20)
            time.sleep(LOOK)
            pid, status, usage = os.wait4(self._process.pid, os.WNOHANG)
            if pid:
                self.ended, self._process.returncode = True, status
                self.processor = usage.ru_utime + usage.ru_stime
        self.seconds += time.perf_counter() - begin
        if self.ended and self._process.returncode:
            raise SystemExit("A contender failed; its last words are above.")
        if not self.ended:
            self._signal(signal.SIGSTOP)

    def kill(self) -> None:
        """End it and all that it started."""
        if not self.ended:
            self._signal(signal.SIGKILL)
            self._process.wait()
            self.ended = True

    def _signal(self, number: int) -> None:
        os.killpg(self._process.pid, number)


def _resident(pid: int) -> int:
    """Bytes in memory of a process and all below it."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        below = [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except (OSError, IndexError):
        return 0  # it has just ended
    return pages * os.sysconf("SC_PAGE_SIZE") + sum(map(_resident, below))


def bare(workers: int) -> None:
    """Be the bare processes."""
    names = sys.stdin.read().splitlines()
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=_analyze, args=(names[i::workers],)) for i in range(workers)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    sys.exit(any(process.exitcode for process in processes))


def _analyze(names: Sequence[str]) -> None:
    import cv2

    cv2.setNumThreads(1)
    for name in names:
        facespace.analyze(Path(name).read_bytes(), source=name)


def measured(names: Path, count: int, workers: int, folder: Path) -> dict[str, Any]:
    """Both in turns."""
    out = ["--out", str(folder / "measured.csv"), "--workers", str(workers)]
    own = str(Path(__file__).resolve())
    command = Contender(["-m", "facespace", "folder", "-", *out], names)
    reference = Contender([own, "--bare", "--workers", str(workers)], names)
    contenders = {"command": command, "bare": reference}
    try:
        while not all(one.ended for one in contenders.values()):
            for one in contenders.values():
                if not one.ended:
                    one.turn(TURN)
    finally:
        for one in contenders.values():
            one.kill()
    quarter = len(command.memory) // 4
    figures: dict[str, Any] = {
        "command_over_bare": reference.seconds / command.seconds,
        "command_over_bare_processor": reference.processor / command.processor,
        "mb_early": max(command.memory[quarter : 2 * quarter]),
        "mb_late": max(command.memory[3 * quarter :]),
    }
    for name, one in contenders.items():
        figures[f"{name}_per_s"] = count / one.seconds
        figures[f"{name}_processor_ms"] = one.processor / count * 1000
    return figures


def resumed(names: Path, count: int, workers: int, folder: Path) -> bool:
    """Whether a run that was killed and run again writes what one writes that was not."""
    whole, part = folder / "whole.jsonl", folder / "part.jsonl"
    journal = part.with_name(part.name + ".journal")

    def command(out: Path) -> list[str]:
        more = ["--workers", str(workers), "--out", str(out)]
        return [sys.executable, "-m", "facespace", "folder", "-", *more]

    with names.open("rb") as lines:
        process = subprocess.Popen(command(part), stdin=lines, cwd=ROOT)
    while process.poll() is None and _known(journal) < count // 2:
        time.sleep(0.2)
    killed = process.poll() is None
    process.kill()
    process.wait()
    print(f"killed with {_known(journal):,} photos in the journal", flush=True)
    for out in (part, whole):
        with names.open("rb") as lines:
            subprocess.run(command(out), stdin=lines, cwd=ROOT, check=True)
    read = [
        [json.loads(line) | {"milliseconds": None} for line in out.read_text("utf-8").splitlines()]
        for out in (part, whole)
    ]
    return killed and len(read[0]) == count and read[0] == read[1]


def _known(journal: Path) -> int:
    """Photos in a journal: its lines but for the first."""
    return max(0, journal.read_bytes().count(b"\n") - 1) if journal.is_file() else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--photos", type=int, default=5_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--resume", action="store_true", help="kill and resume it too")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--bare", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare:
        bare(options.workers)
    if options.data is None:
        parser.error("--data is missing")

    found = [p for p in dataset.read(options.data / "fairface").photos if p.split == "test"]
    found += dataset.read(options.data / "lfw").photos
    paths = [str(photo.path) for photo in found]
    random.Random(0).shuffle(paths)
    paths = paths[: options.photos]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        names = folder / "names.txt"
        names.write_text("\n".join(paths) + "\n", "utf-8")
        figures: dict[str, Any] = {"photos": len(paths), "workers": options.workers}
        figures |= measured(names, len(paths), options.workers, folder)
        figures["load"] = os.getloadavg()[0]
        if options.resume:
            figures["resumed_same"] = resumed(names, len(paths), options.workers, folder)
    for key, value in figures.items():
        print(f"{key:28}{value:.3f}" if isinstance(value, float) else f"{key:28}{value}")
    if options.json:
        rounded = {k: round(v, 3) if isinstance(v, float) else v for k, v in figures.items()}
        options.json.write_text(json.dumps(rounded, indent=1) + "\n")


if __name__ == "__main__":
    main()
