"""What the SVM gets to look at: gradients point where they should, mirrors are mirrors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from facespace.faces import align, model
from facespace.types import RGB, Detection
from training.models import export, front_ends, pipeline
from training.models.front_ends import Computed, FirstOrder, FrontEnd, Gradients
from training.models.onnx_graph import Graph
from training.photos.mapped import Mapped


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


class Reddish(FrontEnd):
    """A front end that eats the wide crop: its mean colours left and right."""

    template = align.WIDE

    def write(self, graph: Graph, crops: str) -> str:
        halves = graph.node("Reshape", [crops, graph.constant([0, 112, 2, 56, 3])])
        means = graph.node("ReduceMean", [halves, graph.constant([1, 3])], keepdims=0)
        return graph.node("Flatten", [means], axis=1)

    def grey(self, graph: Graph, crops: str) -> str:
        part = [graph.constant([n, n]) for n in (24, 88)]
        inside = graph.node("Slice", [crops, *part, graph.constant([1, 2])])
        return graph.node("ReduceMean", [inside, graph.constant([3])], keepdims=0)


def test_a_front_end_may_eat_colour(
    astronaut: RGB, astronaut_face: Detection, tmp_path: Path
) -> None:
    """Crops mapped from a file give what those in memory give, batch after batch."""
    crop = align.crop(astronaut, [astronaut_face], align.WIDE)
    many = np.concatenate([np.roll(crop, shift, axis=2) for shift in range(260)])
    many.tofile(tmp_path / "wide.bin")
    kept = Mapped.of_all(np.memmap(tmp_path / "wide.bin", np.uint8, "r", shape=many.shape))
    rows = front_ends.rows(Reddish(), kept)
    np.testing.assert_array_equal(rows, front_ends.rows(Reddish(), many))
    left, right = (many[:, :, half].mean(axis=(1, 2)) for half in (slice(56), slice(56, 112)))
    np.testing.assert_allclose(rows, np.hstack([left, right, right, left]), atol=1e-2)
    grey = front_ends.grey_rows(Reddish(), kept)
    inside = many[:, 24:88, 24:88].mean(axis=3).reshape(len(many), -1)
    np.testing.assert_allclose(grey, inside, atol=1e-3)
    computed = Computed(Reddish(), kept)
    assert computed.shape == (260, 12)
    chosen = np.array([259, 3])
    np.testing.assert_allclose(computed.part(chosen)[:], rows[chosen], atol=1e-3)


def test_a_model_that_eats_colour_is_written_and_checked(
    astronaut: RGB, astronaut_face: Detection
) -> None:
    crop = align.crop(astronaut, [astronaut_face], align.WIDE).astype(float)
    rng = np.random.default_rng(0)
    tints = (
        rng.normal(0, 20, (120, 1, 1, 3)) + np.repeat([[-8.0], [8.0]], 60, axis=0)[:, None, None]
    )
    crops = np.clip(crop + tints + rng.normal(0, 5, (120, *align.WIDE.shape)), 0, 255)
    crops = crops.astype(np.uint8)
    labels = np.repeat(["female", "male"], 60)
    rows, grey = front_ends.rows(Reddish(), crops), front_ends.grey_rows(Reddish(), crops)
    fitted = pipeline.build(C=1.0, gamma=1.0, components=2, kind="svc").fit(rows, labels)
    made = pipeline.calibrated(fitted, rows, labels), Reddish(), pipeline.reduction(5).fit(grey)
    content = export.to_onnx(*made, align.WIDE.side, {"any": "fact"})
    assert export.check(content, *made, crops).probability < 1e-4
    _, coordinates, distance, _ = model.run(model.session(content), crops[:3])
    assert coordinates.shape == (3, 2) and distance.shape == (3,)


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
