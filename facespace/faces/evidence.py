"""What speaks for or against judging a face at all: covers, likeness to a face, blur, pose."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from facespace.artifacts.manifest import load_manifest
from facespace.faces import align, model
from facespace.types import RGB, Crops, Detection, Evidence, FacespaceError, FivePoints, Floats

#: The second opinion among the artifacts.
FILE = "second_opinion.onnx"

#: Outputs of the second opinion's file, each float32 (N,), probabilities.
OUTPUTS = ("covered", "face_like")


def sharpness(crops: Crops) -> npt.NDArray[np.float64]:
    """Variance of the Laplacian (Pech-Pacheco et al. 2000) of crops, uint8 (N, side, side); (N,).

    The crops' histograms are equalised, so that the light does not count.
    """
    return np.array([cv2.Laplacian(crop, cv2.CV_32F).var() for crop in crops], np.float64)


def light(rgb: RGB) -> tuple[float, float]:
    """Brightness and contrast of a picture, uint8 (H, W, 3), each in grey levels, 0 to 255.

    The mean and the standard deviation (root mean square contrast, Peli 1990) of its grey values
    (BT.601).
    """
    mean, deviation = cv2.meanStdDev(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))
    return float(mean[0, 0]), float(deviation[0, 0])


def yaw(landmarks: FivePoints) -> float:
    """How far a face is turned aside: 0 from the front, about 0.15 in full profile.

    The distance of the tip of the nose from the axis between eyes and mouth, in sides of the
    crop.
    """
    top, right, down = align.axes(landmarks)
    axis = top + down * (align.TEMPLATE.eyes + align.TEMPLATE.mouth) / 2
    length = float(right @ right)
    return abs(float((np.array(landmarks[2]) - axis) @ right)) / length if length else 0.0


def roll(landmarks: FivePoints) -> float:
    """Degrees by which a face is tilted from upright, 0 to 180, to either side.

    The angle between straight down and the axis from the eyes to the mouth.
    """
    right, down = align.axes(landmarks)[2]
    return abs(math.degrees(math.atan2(right, down)))


def gather(
    detections: Sequence[Detection], crops: Crops, where: Path | None = None
) -> list[Evidence]:
    """The evidence on every face.

    Args:
        detections: N faces.
        crops: theirs, uint8 (N, side, side).
        where: the artifacts folder; ``artifacts_folder()`` where None.

    Raises:
        FacespaceError: the second opinion's file is missing, altered, or something else.
    """
    manifest = load_manifest(where)
    opinions: list[tuple[float | None, float | None]] = [(None, None)] * len(crops)
    if info := manifest.files.get(FILE):
        covered, face_like = run(_session(manifest.path(info), info.sha256), crops)
        opinions = list(zip(covered.tolist(), face_like.tolist(), strict=True))
    return [
        Evidence(*opinion, float(sharp), *_pose(detection.landmarks))
        for detection, opinion, sharp in zip(detections, opinions, sharpness(crops), strict=True)
    ]


def _pose(landmarks: FivePoints | None) -> tuple[float | None, float | None]:
    return (None, None) if landmarks is None else (yaw(landmarks), roll(landmarks))


def run(session: ort.InferenceSession, crops: Crops) -> tuple[Floats, Floats]:
    """Probabilities that something covers a face, and that it is one, float32 (N,) each."""
    covered, face_like = model.batches(session, OUTPUTS, crops)
    if covered.ndim != 1 or face_like.ndim != 1:
        raise FacespaceError("The second opinion gives something other than two probabilities.")
    return covered, face_like


@lru_cache(maxsize=2)
def _session(path: Path, sha256: str) -> ort.InferenceSession:
    opinion = model.session(path, contract=False)
    if [node.name for node in opinion.get_outputs()] != list(OUTPUTS):
        raise FacespaceError(f"{path} is not a second opinion.")
    return opinion
