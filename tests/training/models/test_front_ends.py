"""What the SVM gets to look at: gradients point where they should, mirrors are mirrors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from facespace.faces import align
from facespace.types import RGB, Detection
from training.models import front_ends
from training.models.front_ends import FirstOrder, Gradients


@pytest.fixture(scope="module")
def faces(astronaut: RGB, astronaut_face: Detection) -> np.ndarray:
    """The astronaut's crop and two shifted ones, uint8 (3, 64, 64)."""
    (crop,) = align.crop(astronaut, [astronaut_face])
    return np.stack([crop, np.roll(crop, 3, axis=1), np.roll(crop, 5, axis=0)])


@pytest.mark.parametrize("front_end", [front_ends.PIXELS, FirstOrder(), Gradients()])
def test_the_second_half_is_the_mirror_image(front_end: Any, faces: np.ndarray) -> None:
    own, mirrored = np.split(front_ends.rows(front_end, faces), 2, axis=1)
    turned = np.ascontiguousarray(faces[:, :, ::-1])
    np.testing.assert_allclose(front_ends.rows(front_end, turned), np.hstack([mirrored, own]))


def test_pixels_are_the_pixels(faces: np.ndarray) -> None:
    own = front_ends.rows(front_ends.PIXELS, faces)[:, : 64 * 64]
    np.testing.assert_array_equal(own, faces.reshape(3, -1))


@pytest.mark.parametrize("quarter", range(4))
def test_a_slope_falls_into_its_own_direction(quarter: int) -> None:
    """Grey that grows to the right, then turned by a quarter, and so on."""
    ramp = np.tile(np.arange(0, 256, 4, dtype=np.uint8), (64, 1))
    cells = front_ends.rows(FirstOrder(), np.rot90(ramp, -quarter)[None].copy())
    cells = cells[0, : cells.shape[1] // 2].reshape(FirstOrder.DIRECTIONS, -1)
    strongest = cells.mean(axis=1).argmax()
    assert strongest == quarter * FirstOrder.DIRECTIONS // 4


@pytest.mark.parametrize("quarter", range(4))
def test_the_second_order_sees_where_a_texture_begins(quarter: int) -> None:
    """Upright stripes above and plain grey below; then turned by a quarter, and so on."""
    stripes = np.full((64, 64), 128, np.uint8)
    stripes[:32] = np.tile(np.array([28, 128, 228, 128], np.uint8), 16)
    cells = front_ends.rows(Gradients(), np.rot90(stripes, -quarter)[None].copy())
    first, second = Gradients.DIRECTIONS
    cells = cells[0, : cells.shape[1] // 2].reshape(first, second, -1).mean(axis=2)
    # What is light to the right of dark becomes more upwards: three quarters of a circle, as
    # rows count downwards.
    circle = np.exp(2j * np.pi * np.arange(second) / second)
    direction = cells[quarter * first // 4] @ circle / np.exp(2j * np.pi * (3 + quarter) / 4)
    assert abs(np.angle(direction, deg=True)) < 30


@pytest.mark.parametrize("front_end", [FirstOrder(), Gradients()])
def test_gradients_do_not_mind_the_light(front_end: Any, faces: np.ndarray) -> None:
    """Half the contrast changes a row far less than another face does."""
    dimmed = (faces // 2 + 40).astype(np.uint8)
    rows, dim = (front_ends.rows(front_end, crops) for crops in (faces, dimmed))
    assert np.linalg.norm(rows[0] - dim[0]) < 0.25 * np.linalg.norm(rows[0] - rows[2])


def test_so_many_crops_that_they_need_several_runs(
    faces: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = front_ends.rows(Gradients(), faces)
    monkeypatch.setattr(front_ends, "BATCH", 2)
    np.testing.assert_allclose(front_ends.rows(Gradients(), faces), whole, atol=1e-6)
