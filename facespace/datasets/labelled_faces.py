"""The face of a labelled photo: one person, in the middle, whatever else is in the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from facespace.faces import align, detectors
from facespace.types import RGB, Crops, Detection, FacespaceError, Template

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
            return padded, middle_face(detections, *padded.shape[:2])
    raise FacespaceError(NO_FACE)


def bordered(rgb: RGB, share: float) -> RGB:
    """A picture, uint8 (H, W, 3), padded by a share of each side; its edge is repeated."""
    top, left = (round(side * share) for side in rgb.shape[:2])
    padded = cv2.copyMakeBorder(rgb, top, top, left, left, cv2.BORDER_REPLICATE)
    return np.asarray(padded, np.uint8)


def cut(padded: RGB, face: Detection, size: tuple[int, int], template: Template) -> Crops:
    """The crop of a face that ``face_of`` gave, as the photo itself gives it where it is served.

    The border helps to find a face; a grey crop, which repeats the photo's edge, is the same with
    it. In a crop in colour what is beyond the photo is black, so there the border is cut away.

    Args:
        padded: the photo with its border, uint8 (H, W, 3).
        face: in pixels of ``padded``.
        size: height and width of the photo without the border, which is equal on opposite sides.
        template: of the crop.

    Returns:
        uint8 ``template.shape``.
    """
    if template.colour:
        left, top = border_of(padded, size)
        padded = padded[top : top + size[0], left : left + size[1]]
        face = moved(face, (left, top))
    return np.asarray(align.crop(padded, [face], template)[0])


def border_of(padded: RGB, size: tuple[int, int]) -> tuple[int, int]:
    """Width and height of the border around a photo of some height and width."""
    return (padded.shape[1] - size[1]) // 2, (padded.shape[0] - size[0]) // 2


def moved(face: Detection, border: tuple[int, int]) -> Detection:
    """A face in pixels of the photo without its border, of some width and height."""
    left, top = border
    box = face.box._replace(x=face.box.x - left, y=face.box.y - top)
    landmarks = align.five(np.array(align.landmarks_of(face)) - border)
    return replace(face, box=box, landmarks=landmarks)


def middle_face(detections: Sequence[Detection], height: int, width: int) -> Detection:
    """The detection nearest the middle of a picture of this size."""
    middle = width / 2, height / 2

    def offset(detection: Detection) -> float:
        box = detection.box
        return float(
            np.hypot(box.x + box.width / 2 - middle[0], box.y + box.height / 2 - middle[1])
        )

    return min(detections, key=offset)
