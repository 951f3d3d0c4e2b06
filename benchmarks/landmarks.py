"""How steady YuNet's landmarks are, at the first look and at the second.

    python benchmarks/landmarks.py --data FOLDER [--photos N] [--json FILE]

FOLDER holds data sets as the trainer reads them (``fairface``, ``lfw``). Nobody marked the
landmarks of these photos by hand, so each look is held against the median of eight looks at the
same face that differ in size and in how much of the surroundings they show. What is printed is
the median over the photos of the root mean square offset of the five landmarks, in parts of the
distance from eyes to mouth.
"""

from __future__ import annotations

import argparse
import json
import sys
from itertools import product
from pathlib import Path
from unittest.mock import patch

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from facespace import images
from facespace.detectors import yunet
from training import crops, datasets

#: Sides and surroundings of the looks whose median stands for the truth.
LOOKS = tuple(product((128, 160, 192, 224), (2.0, 2.5)))


def landmarks(detector: yunet.YuNet, padded: np.ndarray) -> np.ndarray | None:
    """The landmarks of the face nearest the middle, (5, 2), or None."""
    middle = padded.shape[1] / 2, padded.shape[0] / 2
    found = detector.detect(padded, crops.THRESHOLD)
    if not found:
        return None
    return np.array(min(found, key=lambda face: crops._offset(face, middle)).landmarks)


def offsets(folder: Path, count: int) -> dict[str, float]:
    """Median offsets of the first and the second look on some photos of a data set."""
    photos = datasets.read(folder).photos
    chosen = np.random.default_rng(0).permutation(len(photos))[:count]
    measured: dict[str, list[float]] = {"first_look": [], "second_look": []}
    for i in chosen:
        rgb = images.load(photos[i].path)
        top, left = (side // 2 for side in rgb.shape[:2])
        padded = cv2.copyMakeBorder(rgb, top, top, left, left, cv2.BORDER_REPLICATE)
        with patch.object(yunet, "LOOK_SMALLEST", np.inf):
            first = landmarks(yunet.YuNet(), padded)
        second = landmarks(yunet.YuNet(), padded)
        looks = []
        for side, around in LOOKS:
            with patch.multiple(yunet, LOOK_SIDE=side, LOOK_AROUND=around):
                looks.append(landmarks(yunet.YuNet(), padded))
        if first is None or second is None or any(look is None for look in looks):
            continue
        truth = np.median(looks, axis=0)
        unit = np.linalg.norm(truth[3:].mean(axis=0) - truth[:2].mean(axis=0))
        for name, points in (("first_look", first), ("second_look", second)):
            square = np.square(points - truth).sum(axis=1).mean()
            measured[name].append(float(np.sqrt(square) / unit))
    return {name: float(np.median(values)) for name, values in measured.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--photos", type=int, default=200, metavar="N", help="of each data set")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    figures: dict[str, float] = {}
    print(f"{'data set':12}  {'first look':>10}  {'second look':>11}")
    for name in ("fairface", "lfw"):
        found = offsets(options.data / name, options.photos)
        figures |= {f"{name}_{look}": value for look, value in found.items()}
        print(f"{name:12}  {found['first_look']:10.3f}  {found['second_look']:11.3f}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
