"""The crop: where it comes from, and that it stays what models were trained on."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from facespace.faces import align, detectors
from facespace.types import RGB, Box, Detection, Template
from tests.support.pictures import five_points

LANDMARKS = ((40.0, 50.0), (60.0, 50.0), (50.0, 61.0), (42.0, 70.0), (58.0, 70.0))
FACE = Detection(Box(30, 30, 40, 50), 0.9, LANDMARKS)


def turned(
    points: npt.ArrayLike, degrees: float, scale: float, shift: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    angle = np.deg2rad(degrees)
    matrix = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.asarray(np.asarray(points) @ matrix.T + np.asarray(shift), np.float64)


@pytest.mark.parametrize("degrees", [0, 30, 90, 180, -135])
@pytest.mark.parametrize("scale", [0.1, 1, 7])
def test_similarity_finds_turn_scale_and_shift(degrees: float, scale: float) -> None:
    source = np.array([[0, 0], [4, 0], [1, 3], [2, 7.0]])
    matrix = align.similarity(source, turned(source, degrees, scale, (5, -9)))
    found = source @ matrix[:, :2].T + matrix[:, 2]
    np.testing.assert_allclose(found, turned(source, degrees, scale, (5, -9)), atol=1e-9)


def test_similarity_of_one_point_is_finite() -> None:
    assert np.isfinite(align.similarity([(3, 3), (3, 3)], [(0, 0), (1, 1)])).all()


def dots(points: npt.NDArray[np.float64], side: int) -> RGB:
    """A white picture with black dots, placed to an eighth of a pixel."""
    fine = np.full((8 * side, 8 * side, 3), 255, np.uint8)
    for x, y in points:
        cv2.circle(fine, (round(8 * x - 0.5), round(8 * y - 0.5)), 48, (0, 0, 0), -1)
    return np.asarray(cv2.resize(fine, (side, side), interpolation=cv2.INTER_AREA))


@pytest.mark.parametrize("scale", [0.9, 1.5, 4])
@pytest.mark.parametrize("degrees", [0, 25, -60, 180])
@pytest.mark.parametrize(("pair", "place"), [((0, 1), 0), ((3, 4), 1)])
def test_eyes_and_mouth_go_where_the_template_says(
    scale: float, degrees: int, pair: tuple[int, ...], place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawn eyes or corners of the mouth, turned with the face, end at the template's places."""
    monkeypatch.setattr(cv2, "equalizeHist", lambda grey: grey)  # it would move the dots' middle
    landmarks = turned(np.array(LANDMARKS) - (50, 60), degrees, scale, (240, 240))
    rgb = dots(landmarks[list(pair)], 480)
    (crop,) = align.crop(rgb, [Detection(FACE.box, 0.9, five_points(landmarks))])
    assert crop.shape == (align.TEMPLATE.side, align.TEMPLATE.side)
    darkness = 255.0 - crop
    middle = [(darkness.sum(axis=i) @ (np.arange(64) + 0.5)) / darkness.sum() for i in (0, 1)]
    np.testing.assert_allclose(middle, align.TEMPLATE.points[place], atol=0.15)


def test_golden_crop_of_a_drawn_ramp() -> None:
    """Equal steps of grey from left to right stay equal steps: no pixel skipped, no shift."""
    ramp = np.tile(np.arange(256, dtype=np.uint8), (256, 1))
    rgb = np.dstack([ramp] * 3)
    landmarks = turned(np.array(LANDMARKS) - (50, 60), 0, 4, (128, 128))
    (crop,) = align.crop(rgb, [Detection(FACE.box, 0.9, five_points(landmarks))])
    assert (crop == crop[0]).all()
    # Equalised, 64 different columns spread over 0 to 255.
    np.testing.assert_allclose(crop[0], np.linspace(0, 255, 64), atol=1.5)


def test_golden_crop_of_the_astronaut(astronaut: RGB, astronaut_face: Detection) -> None:
    """Mean grey of each of 4 x 4 blocks; a change here means that models must be trained anew."""
    (crop,) = align.crop(astronaut, [astronaut_face])
    blocks = crop.reshape(4, 16, 4, 16).mean(axis=(1, 3))
    np.testing.assert_allclose(blocks, GOLDEN, atol=6)


def test_size_does_not_change_the_crop(astronaut: RGB, astronaut_face: Detection) -> None:
    """A picture three times as large gives the same crop, but for what interpolation smooths."""
    large = np.asarray(
        cv2.resize(astronaut, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC), np.uint8
    )
    landmarks = five_points(3 * np.array(astronaut_face.landmarks))
    small_crop = align.crop(astronaut, [astronaut_face])[0].astype(float)
    large_crop = align.crop(large, [Detection(FACE.box, 0.9, landmarks)])[0].astype(float)
    assert np.corrcoef(small_crop.ravel(), large_crop.ravel())[0, 1] > 0.99


def test_light_does_not_change_the_crop(astronaut: RGB, astronaut_face: Detection) -> None:
    darker = (astronaut * 0.5 + 20).astype(np.uint8)
    difference = align.crop(darker, [astronaut_face]).astype(float)
    difference -= align.crop(astronaut, [astronaut_face])
    assert np.abs(difference).mean() < 4


def test_faces_may_reach_beyond_the_border(astronaut: RGB) -> None:
    far = five_points(np.array(LANDMARKS) - 60.0)
    outside = five_points(np.array(LANDMARKS) + 9000.0)
    crops = align.crop(astronaut, [Detection(FACE.box, 0.9, far), Detection(FACE.box, 1, outside)])
    assert crops.shape == (2, 64, 64)


def test_no_face_no_crop(astronaut: RGB) -> None:
    assert align.crop(astronaut, []).shape == (0, 64, 64)


def test_a_box_alone_gives_nearly_the_same_crop(astronaut: RGB, astronaut_face: Detection) -> None:
    (boxed, *_) = detectors.get("haar").detect(astronaut)
    assert boxed.landmarks is None
    by_rule = align.crop(astronaut, [boxed])[0].astype(float)
    by_landmarks = align.crop(astronaut, [astronaut_face])[0].astype(float)
    assert np.corrcoef(by_rule.ravel(), by_landmarks.ravel())[0, 1] > 0.6


def test_template_survives_json() -> None:
    assert Template.from_dict(align.TEMPLATE.to_dict()) == align.TEMPLATE


GOLDEN = [[97, 150, 136, 39], [151, 163, 129, 83], [161, 152, 98, 109], [127, 195, 125, 139]]
