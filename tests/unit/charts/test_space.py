"""Figures of face space hold the numbers they were given."""

from __future__ import annotations

import numpy as np
import pytest

from facespace.charts import explain
from facespace.charts import space as charts
from facespace.explain.occlusion import Sensitivity
from tests.support.figures import trace


def test_scree_marks_what_is_kept() -> None:
    figure = charts.scree([0.5, 0.2, 0.1], 3)
    np.testing.assert_allclose(trace(figure, "all up to it").y, [0.5, 0.7, 0.8])
    kept = trace(figure, "kept: 3, 80.0%")
    assert (kept.x[0], kept.y[0]) == (3, pytest.approx(0.8))
    (line,) = figure.layout.shapes
    assert line.x0 == line.x1 == 3


@pytest.mark.parametrize("common", [True, False])
def test_eigenfaces_tell_sign_and_scale(common: bool) -> None:
    effects = np.zeros((3, 4, 4))
    effects[0, 0, 0], effects[1, 1, 1], effects[2, 2, 2] = -40, 20, 5
    figure = charts.eigenface_grid(effects, [0.5, 0.2, 0.1], 2, common)
    words = [note.text for note in figure.layout.annotations]
    assert words == ["1: 50.0%<br>±40", "2: 20.0%<br>±20", "3: 10.0%<br>±5"]
    axis = figure.layout.coloraxis
    extremes = [float(np.abs(each.z).max()) for each in figure.data]
    assert axis.cmin == -axis.cmax
    assert extremes == ([40, 20, 5] if common else [1, 1, 1])
    assert axis.cmax == (40 if common else 1)
    assert figure.data[0].z[0, 0] < 0
    assert list(axis.colorbar.ticktext) == (["−40", "0", "+40"] if common else ["−", "0", "+"])


def test_a_signed_picture_is_even_about_zero() -> None:
    (drawn,) = charts.signed(np.array([[-3.0, 1], [0, 2]])).data
    assert (drawn.zmin, drawn.zmax) == (-3, 3)
    assert not np.isnan(charts.signed(np.zeros((2, 2))).data[0].zmax)


def test_errors_mark_the_number_used() -> None:
    curve, mark = charts.errors(np.array([60.0, 40, 20]), np.array([1.0, 0.6, 0.3]), 1).data
    assert list(curve.y) == [60, 40, 20]
    assert list(curve.customdata) == [1.0, 0.6, 0.3]
    assert (mark.x[0], mark.y[0]) == (1, 40)


def test_distances_mark_the_face() -> None:
    counts = {"training crops": np.array([1, 3]), "FairFace": np.array([5, 5])}
    figure = charts.distances(np.array([0.0, 0.2, 0.4]), counts, 0.31)
    assert list(trace(figure, "training crops").y) == [0.25, 0.75]
    assert list(trace(figure, "FairFace").y) == [0.5, 0.5]
    assert set(trace(figure, "this face: 0.310").x) == {0.31}
    assert len(charts.distances(np.array([0.0, 0.2, 0.4]), counts, None).data) == 2


@pytest.mark.parametrize("axes", [[0, 1], [2, 0], [0, 1, 2]])
def test_scatter_tells_the_classes_apart_without_colour(axes: list[int]) -> None:
    placed = np.arange(12).reshape(4, 3)
    female = np.array([True, False, False, True])
    figure = charts.scatter(placed, female, axes, np.array([7, 8, 9]))
    women, men = trace(figure, "labelled female (2)"), trace(figure, "labelled male (2)")
    for letter, axis in zip("xyz", axes, strict=False):
        assert list(women[letter]) == list(placed[female, axis])
        assert list(men[letter]) == list(placed[~female, axis])
        assert list(trace(figure, "this face")[letter]) == [7 + axis]
    assert len({each.marker.symbol for each in figure.data}) == 3
    assert len(charts.scatter(placed, female, axes).data) == 2


def test_the_nearest_group_stands_out() -> None:
    distances, faces = {"a_b": 0.4, "c": 0.3}, {"a_b": 10, "c": 2000}
    (drawn,) = charts.nearest(distances, faces, 30, "distance").data
    assert list(drawn.y) == ["a b (10)", "c (2,000)"]
    assert list(drawn.x) == [0.4, 0.3]
    assert list(drawn.marker.symbol) == ["circle", "diamond"]
    assert list(drawn.marker.opacity) == [0.4, 1]


def test_path_marks_the_step_and_where_it_says_nothing() -> None:
    figure = explain.path(np.array([-1.0, 0, 1]), np.array([0.1, 0.4, 0.8]), 0.5, 0.45, 0.9)
    curve, mark = figure.data
    assert list(curve.y) == [0.1, 0.4, 0.8]
    assert (mark.x[0], mark.y[0]) == (0.5, pytest.approx(0.6))
    band, line = figure.layout.shapes
    assert (band.y0, band.y1) == (pytest.approx(0.1), 0.9)
    assert line.y0 == 0.45


def test_occlusion_lies_where_the_crop_is() -> None:
    change = np.array([[0.0, -0.3], [0.1, 0]])
    found = Sensitivity(change, np.array([16.0, 48.0]), 0.9)
    image, heat = explain.occlusion(np.zeros((64, 64), np.uint8), found).data
    assert np.shape(image.z) == (64, 64, 3)
    assert list(heat.x) == list(heat.y) == [15.5, 47.5]
    assert (heat.zmin, heat.zmax) == (-0.3, 0.3)
    assert np.array_equal(heat.z, change)
