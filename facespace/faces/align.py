"""Five landmarks, or only a box -> the square crop that a model eats, grey or in colour.

Training and serving both walk through ``crop``, so a model meets at work what it learned from.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from facespace.io.pixels import Pixels
from facespace.io.resize import halved, shrunk
from facespace.types import RGB, Array, Crops, Detection, FivePoints, Point, Template

#: The grey crop of face space and of all evidence: from the hairline to the chin, which stays
#: inside the tight face chips of public data sets.
TEMPLATE = Template(side=64, eyes=0.33, mouth=0.775)

#: The wide crop in colour: with hair, ears and neck.
WIDE = Template(side=112, eyes=0.40, mouth=0.70, colour=True)

#: Longer side in pixels that a face's box has at least where its crop is cut from, or all that it
#: has: the templates shrink such a face.
FINE = 96

#: Where the landmarks are assumed when a detector gives only a box (Haar's is a square from the
#: forehead to the chin), as fractions of its sides: the median of YuNet's landmarks within Haar's
#: boxes on 818 training photos of FairFace, made symmetric.
BOX_RULE: FivePoints = (
    (0.317, 0.387),
    (0.683, 0.387),
    (0.5, 0.598),
    (0.345, 0.766),
    (0.655, 0.766),
)


def similarity(source: npt.ArrayLike, target: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The turn, scale and shift that bring one set of points closest to another.

    Least squares without reflection (Umeyama 1991), in the plane, where points are complex
    numbers and turn and scale are one factor.

    Args:
        source, target: (N, 2) points, N >= 2. Source points that are all the same are
            brought to the middle of the target, infinitely shrunk.

    Returns:
        float64 (2, 3), to be applied as ``matrix @ (x, y, 1)``.
    """
    a, b = (np.asarray(p, np.float64) @ (1, 1j) for p in (source, target))
    centred = a - a.mean()
    factor = np.vdot(centred, b - b.mean()) / max(float(np.vdot(centred, centred).real), 1e-12)
    shift = b.mean() - factor * a.mean()
    return np.array(
        [[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]]
    )


def five(points: Array) -> FivePoints:
    """Landmarks from an array, (5, 2)."""
    eye, other_eye, nose, mouth, other_mouth = ((float(x), float(y)) for x, y in points)
    return eye, other_eye, nose, mouth, other_mouth


def landmarks_of(detection: Detection) -> FivePoints:
    """The detector's own landmarks, or where ``BOX_RULE`` puts them."""
    if detection.landmarks is not None:
        return detection.landmarks
    left, top, width, height = detection.box
    points = [(left + x * width, top + y * height) for x, y in BOX_RULE]
    return points[0], points[1], points[2], points[3], points[4]


def axes(
    landmarks: FivePoints, template: Template = TEMPLATE
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Where the template's frame lies in the picture: upright in the crop, turned in the picture.

    Returns:
        the middle of the crop's upper edge, and the vectors that lead across and down by one
        whole side of the crop, each float64 (2,), in pixels of the picture.
    """
    eye, other_eye, _, mouth, other_mouth = np.array(landmarks)
    eyes, mouths = (eye + other_eye) / 2, (mouth + other_mouth) / 2
    down = (mouths - eyes) / (template.mouth - template.eyes)
    return eyes - template.eyes * down, np.array([down[1], -down[0]]), down


def in_picture(landmarks: FivePoints, points: Sequence[Point]) -> npt.NDArray[np.float64]:
    """Where points of a face's crop lie in the picture that the crop is cut from.

    Args:
        landmarks: of the face, in pixels of the picture.
        points: N of them, each as far to the right of the crop's middle and below its upper edge,
            in sides of the crop; they may lie beyond it.

    Returns:
        float64 (N, 2), in pixels of the picture.
    """
    top, right, down = axes(landmarks)
    return np.array([top + y * down + x * right for x, y in points])


def crop(
    picture: RGB | Pixels, detections: Sequence[Detection], template: Template = TEMPLATE
) -> Crops:
    """Cut every face out: upright and centred; in colour as it is, or grey and equalised.

    Grey (BT.601) crops get an equalised histogram (Gonzalez and Woods, Digital Image Processing,
    3.3.1): that takes the light and the camera's contrast out, which would otherwise be the
    strongest eigenfaces.

    Args:
        picture: uint8 (H, W, 3), or one that is decoded as finely as the faces need it.
        detections: the faces, in pixels of the whole picture; they may reach beyond its border,
            where a grey crop repeats the picture's edge and one in colour is black.
        template: where the landmarks go, and whether the crop is grey.

    Returns:
        uint8 (N, side, side), or (N, side, side, 3) in colour.
    """
    crops = np.empty((len(detections), *template.shape), np.uint8)
    if not detections:
        return crops
    pixels = Pixels.of(picture)
    whole = pixels.at_least(0)
    smallest = min(max(detection.box.width, detection.box.height) for detection in detections)
    seen = pixels.at_least(max(whole.height, whole.width) * FINE / max(smallest, 1))
    for i, detection in enumerate(detections):
        landmarks = np.array(landmarks_of(detection)) / seen.back
        crops[i] = _crop_one(seen.rgb, landmarks, template)
    return crops


def _crop_one(
    rgb: RGB, landmarks: npt.NDArray[np.float64], template: Template
) -> npt.NDArray[np.uint8]:
    eye, other_eye, _, mouth, other_mouth = landmarks
    middles = (eye + other_eye) / 2, (mouth + other_mouth) / 2
    matrix = similarity(middles, template.points)
    if template.colour:
        return warped(rgb, matrix, template.side, black=True)
    return np.asarray(cv2.equalizeHist(warped(rgb, matrix, template.side, grey=True)), np.uint8)


def warped(
    rgb: RGB,
    matrix: npt.NDArray[np.float64],
    side: int,
    grey: bool = False,
    black: bool = False,
) -> npt.NDArray[np.uint8]:
    """The square of a picture, uint8 (H, W, 3), that a similarity brings to the origin.

    Args:
        rgb: the picture.
        matrix: (2, 3), to be applied as ``matrix @ (x, y, 1)``.
        side: of the square, in pixels.
        grey: whether it is turned grey.
        black: whether it is black where the square reaches beyond the picture, whose edge is
            repeated there otherwise.

    Returns:
        uint8 (side, side, 3), or (side, side) where ``grey``.
    """
    # Only the part of the picture under the square is turned grey and, where it is much larger
    # than the square, shrunk by averaging first: warpAffine alone would skip pixels (aliasing).
    # The part is larger than the square by more than a pixel of what is warped, so that none of
    # its edges but those of the picture are seen.
    corners = np.array([[0, 0], [side, 0], [0, side], [side, side]], np.float64)
    matrix, rotation, shift = matrix.copy(), matrix[:, :2].copy(), matrix[:, 2]
    reach = (corners - shift) @ np.linalg.pinv(rotation).T
    height, width = rgb.shape[:2]
    left, top = np.clip(np.floor(reach.min(0)) - 2, 0, (width - 1, height - 1)).astype(int)
    right, bottom = np.clip(np.ceil(reach.max(0)) + 2, (left + 1, top + 1), (width, height))
    part = rgb[top : int(bottom), left : int(right)]
    if grey:
        part = np.asarray(cv2.cvtColor(part, cv2.COLOR_RGB2GRAY), np.uint8)
    matrix[:, 2] += rotation @ (left, top)
    scale = float(np.hypot(rotation[0, 0], rotation[1, 0]))
    if scale < 0.5:
        rows, columns = (max(1, round(n * 2 * scale)) for n in part.shape[:2])
        part, times = halved(part, (columns, rows))
        matrix[:, :2] *= (times * part.shape[1] / columns, times * part.shape[0] / rows)
        part = shrunk(part, (columns, rows))
    # OpenCV counts from pixel centres, we from the corner: half a pixel in, half a pixel out.
    matrix[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5
    border = cv2.BORDER_CONSTANT if black else cv2.BORDER_REPLICATE
    square = cv2.warpAffine(part, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=border)
    return np.asarray(square, np.uint8)
