"""The face of a labelled photo: one person, in the middle, whatever else is in the picture."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from facespace.faces import detectors
from facespace.types import RGB, Detection, FacespaceError

#: Labelled photos show one person, in the middle, so even a doubtful detection there is taken.
THRESHOLD = 0.4

#: Shares of each side by which a photo is padded before detecting, until a face is found: data
#: sets ship chips so tight that the detector misplaces the face, and sometimes misses it.
PADDINGS = (0.5, 0.25, 0.0)

#: What is said of a photo in which the detector found nothing.
NO_FACE = "No face was found."


def face_of(
    rgb: RGB,
    detector: str = detectors.DEFAULT,
    threshold: float | None = THRESHOLD,
    paddings: Sequence[float] = PADDINGS,
) -> tuple[RGB, Detection]:
    """The face of a photo, and the photo with the border that helped to find it.

    Args:
        rgb: uint8 (H, W, 3).
        detector: its name.
        threshold: the least detection score; the detector's own where None.
        paddings: shares of each side to pad by, in the order in which they are tried.

    Returns:
        the padded photo, uint8, and the detection in its pixels.

    Raises:
        FacespaceError: there is none, or the detector cannot be used.
    """
    for share in paddings:
        padded = bordered(rgb, share)
        detections = detectors.get(detector).detect(padded, threshold)
        if detections:
            return padded, middle_face(detections, padded)
    raise FacespaceError(NO_FACE)


def bordered(rgb: RGB, share: float) -> RGB:
    """A picture, uint8 (H, W, 3), padded by a share of each side; its edge is repeated."""
    top, left = (round(side * share) for side in rgb.shape[:2])
    padded = cv2.copyMakeBorder(rgb, top, top, left, left, cv2.BORDER_REPLICATE)
    return np.asarray(padded, np.uint8)


def middle_face(detections: Sequence[Detection], rgb: RGB) -> Detection:
    """The detection nearest the middle of a picture, uint8 (H, W, 3)."""
    middle = rgb.shape[1] / 2, rgb.shape[0] / 2

    def offset(detection: Detection) -> float:
        box = detection.box
        return float(
            np.hypot(box.x + box.width / 2 - middle[0], box.y + box.height / 2 - middle[1])
        )

    return min(detections, key=offset)
