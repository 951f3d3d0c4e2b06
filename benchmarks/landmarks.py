"""How steady YuNet's landmarks are, at the first look and at the second.

    python benchmarks/landmarks.py --data FOLDER [--photos N] [--json FILE]

FOLDER holds data sets as the trainer reads them (``fairface``, ``lfw``). Nobody marked the
landmarks of these photos by hand, so what is measured is whether they stay where they are: each
photo is mirrored, shifted by less than a pixel and scaled by 0.7 to 1.4, which moves no eye on
the face. What is printed is the median over the photos of the root mean square by which the five
landmarks move all the same, in parts of the distance from eyes to mouth.
"""

from __future__ import annotations

import sys
from pathlib import Path
from unittest.mock import patch

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.harness import output
from facespace.datasets import labelled_faces
from facespace.datasets.dataset import read_dataset
from facespace.faces import detectors
from facespace.faces.detectors import yunet
from facespace.io import images

#: Copies of every photo, and their least and largest scale.
COPIES, SCALES = 4, (0.7, 1.4)

#: Which landmark of the mirror image is which.
MIRRORED = [1, 0, 2, 4, 3]


def landmarks(padded: np.ndarray) -> np.ndarray | None:
    """The landmarks of the face nearest the middle, (5, 2), or None."""
    faces = detectors.get("yunet").detect(padded, labelled_faces.THRESHOLD)
    return (
        np.array(labelled_faces.middle_face(faces, *padded.shape[:2]).landmarks) if faces else None
    )


def movements(folder: Path, count: int) -> dict[str, float]:
    """Median movements at the first and the second look, on some photos of a data set."""
    photos = read_dataset(folder).photos
    rng = np.random.default_rng(0)
    chosen = rng.permutation(len(photos))[:count]
    measured: dict[str, list[float]] = {"first_look": [], "second_look": []}
    for i in chosen:
        rgb = images.load(photos[i].path)
        padded = labelled_faces.bordered(rgb, 0.5)
        matrices = [moved(padded.shape[1], rng) for _ in range(COPIES)]
        with patch.object(yunet, "LOOK_SMALLEST", np.inf):
            first = movement(padded, matrices)
        second = movement(padded, matrices)
        if first is not None and second is not None:
            measured["first_look"].append(first)
            measured["second_look"].append(second)
    return {name: float(np.median(values)) for name, values in measured.items()}


def moved(width: int, rng: np.random.Generator) -> np.ndarray:
    """A matrix, (2, 3), that mirrors a picture, scales it and shifts it by part of a pixel."""
    scale = np.exp(rng.uniform(*np.log(SCALES)))
    shift = rng.uniform(0, 1, 2)
    return np.array([[-scale, 0, scale * width + shift[0]], [0, scale, shift[1]]])


def movement(rgb: np.ndarray, matrices: list[np.ndarray]) -> float | None:
    """How far the landmarks move on a face, root mean square over the copies."""
    points = landmarks(rgb)
    if points is None:
        return None
    unit = np.linalg.norm(points[3:].mean(axis=0) - points[:2].mean(axis=0))
    squares = []
    for matrix in matrices:
        scale = matrix[1, 1]
        size = tuple(int(np.ceil(side * scale)) + 1 for side in rgb.shape[1::-1])
        # OpenCV counts from pixel centres, the landmarks from the corner of the picture.
        centred = matrix.copy()
        centred[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5
        blurred = cv2.GaussianBlur(rgb, (0, 0), 0.5 / scale) if scale < 1 else rgb
        copy = cv2.warpAffine(blurred, centred, size, borderMode=cv2.BORDER_REPLICATE)
        again = landmarks(copy)
        if again is None:
            return None
        back = ((again - matrix[:, 2]) / np.diag(matrix[:, :2]))[MIRRORED]
        squares.append(np.square(back - points).sum(axis=1).mean())
    return float(np.sqrt(np.mean(squares)) / unit)


def main() -> None:
    arguments = output.parser(__doc__)
    arguments.add_argument("--photos", type=int, default=200, metavar="N", help="of each data set")
    options = arguments.parse_args()
    rows = {name: movements(options.data / name, options.photos) for name in ("fairface", "lfw")}
    output.table(rows, "movement, in distances from eyes to mouth")
    output.write(output.joined(rows, "{row}_{figure}"), options.json)


if __name__ == "__main__":
    main()
