"""Faces that are hidden cannot be found, recognised or brought back; the rest stays as it is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from facespace.faces import anonymise, detectors
from facespace.faces.anonymise import BLOCKS, MARGIN, WAYS, Way, anonymised, hidden, places
from facespace.types import RGB, Box, Detection


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("side", [64, 128, 512, 1500])
def test_no_face_is_left(astronaut: RGB, way: Way, side: int) -> None:
    size = side, side
    rgb = np.asarray(cv2.resize(astronaut, size, interpolation=cv2.INTER_AREA), np.uint8)
    detector = detectors.get()
    assert detector.detect(rgb)
    made = anonymised(rgb, way)
    assert made.shape == rgb.shape and made.dtype == np.uint8
    assert detector.detect(made) == []


@pytest.mark.parametrize("way", WAYS)
def test_few_blocks_are_all_that_is_left(
    astronaut: RGB, astronaut_face: Detection, way: Way
) -> None:
    box = astronaut_face.box
    made = hidden(astronaut, [box], way)
    changed = (made != astronaut).any(axis=2)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    assert (
        columns[0] >= box.x - MARGIN * box.width - 1 and rows[0] >= box.y - MARGIN * box.height - 1
    )
    assert rows[-1] <= box.y + (1 + MARGIN) * box.height + 1
    inside = made[int(box.y) : int(box.y + box.height), int(box.x) : int(box.x + box.width)]
    if way == "fill":
        assert np.unique(inside.reshape(-1, 3), axis=0).tolist() == [list(anonymise.GREY)]
    if way == "pixelate":
        assert len(np.unique(inside.reshape(-1, 3), axis=0)) <= (BLOCKS[0] + 2) ** 2 <= 64
    # Whatever had these averages looks the same now, so nothing tells which of them it was.
    if way == "blur":
        again = hidden(hidden(astronaut, [box], "pixelate"), [box], "blur")
        assert cv2.absdiff(again, made).max() <= 3


def test_the_picture_is_left_alone_and_boxes_may_reach_beyond_it(astronaut: RGB) -> None:
    before = astronaut.copy()
    boxes = [
        Box(-50, -50, 80, 80),
        Box(500, 500, 90, 90),
        Box(900, 900, 20, 20),
        Box(3, 3, 0.2, 0.1),
    ]
    made = hidden(astronaut, boxes, "fill")
    assert (astronaut == before).all()
    assert (made[:20, :20] == anonymise.GREY).all() and (made[-5:, -5:] == anonymise.GREY).all()
    assert (made[100:400, 100:400] == astronaut[100:400, 100:400]).all()
    assert (hidden(astronaut, [], "blur") == astronaut).all()


def test_doubtful_finds_are_hidden_too(astronaut: RGB) -> None:
    covered = astronaut.copy()
    covered[90:170, 170:280] = 90
    detector = detectors.get()
    assert detector.detect(covered) == [] and len(places(covered, detector)) >= 1
    empty = np.full((200, 200, 3), 90, np.uint8)
    assert places(empty, detector) == [] and (anonymised(empty, "blur") == empty).all()


def test_what_was_found_otherwise_is_hidden_in_any_case() -> None:
    empty = np.full((200, 200, 3), 90, np.uint8)
    made = anonymised(empty, "fill", [Box(50, 50, 40, 40)])
    assert (made[60:80, 60:80] == anonymise.GREY).all() and (made[120:] == 90).all()
