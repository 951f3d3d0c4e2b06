"""Grey levels against numbers that can be counted by hand, and figures that hold them."""

from __future__ import annotations

import io

import numpy as np
import pytest

from facespace.charts import grayscale as charts
from facespace.explain import grayscale
from facespace.types import RGB


def pixel(*colour: int) -> RGB:
    return np.array([[colour]], np.uint8)


@pytest.mark.parametrize(
    ("colour", "average", "luma", "lightness"),
    [
        ((0, 0, 0), 0, 0, 0),
        ((255, 255, 255), 255, 255, 255),
        ((77, 77, 77), 77, 77, 77),
        ((255, 0, 0), 85, 76, 128),
        ((0, 255, 0), 85, 150, 128),
        ((0, 0, 255), 85, 29, 128),
        ((255, 255, 0), 170, 226, 128),
        ((10, 20, 40), 23, 19, 25),
    ],
)
def test_grey_formulas(colour: tuple[int, ...], average: int, luma: int, lightness: int) -> None:
    made = {name: formula(pixel(*colour)) for name, formula in grayscale.FORMULAS.items()}
    assert [int(grey[0, 0]) for grey in made.values()] == [average, luma, lightness]
    assert {grey.dtype for grey in made.values()} == {np.dtype(np.uint8)}


def test_luma_is_within_half_a_level_of_its_formula(astronaut: RGB) -> None:
    exact = astronaut @ np.array([0.299, 0.587, 0.114])
    assert np.abs(grayscale.luma(astronaut) - exact).max() <= 0.51


def test_furthest_finds_the_pixel_where_formulas_lie_apart() -> None:
    rgb = np.full((3, 4, 3), 100, np.uint8)
    rgb[2, 1] = (255, 255, 0)
    greys = {name: formula(rgb) for name, formula in grayscale.FORMULAS.items()}
    spread = grayscale.furthest(greys)
    assert (spread.x, spread.y) == (1, 2)
    assert spread.levels == {"Average": 170, "BT.601 luma": 226, "Lightness": 128}
    assert spread.levels_apart == 98


@pytest.mark.parametrize(
    ("shape", "place", "size", "expected"),
    [
        ((100, 200, 3), (50, 40), 8, (46, 36, 54, 44)),
        ((100, 200), (0, 99), 8, (0, 92, 8, 100)),
        ((100, 200), (199, 0), 24, (176, 0, 200, 24)),
        ((5, 200), (100, 2), 8, (96, 0, 104, 5)),
        ((1, 1), (0, 0), 24, (0, 0, 1, 1)),
    ],
)
def test_the_lens_stays_inside(
    shape: tuple[int, ...], place: tuple[int, int], size: int, expected: tuple[int, ...]
) -> None:
    assert grayscale.window(shape, *place, size) == expected


def test_a_colour_map_is_a_table() -> None:
    grey = np.array([[0, 128], [255, 128]], np.uint8)
    assert (grayscale.painted(grey, "Grey") == grey[..., None]).all()
    for name in grayscale.MAPS:
        painted = grayscale.painted(grey, name)
        assert painted.shape == (2, 2, 3)
        assert (painted[0, 1] == painted[1, 1]).all()
    # Matplotlib's viridis begins in purple (68, 1, 84) and ends in yellow (253, 231, 37).
    viridis = grayscale.painted(grey, "Viridis").astype(int)
    assert np.abs(viridis[0, 0] - (68, 1, 84)).max() <= 1
    assert np.abs(viridis[1, 0] - (253, 231, 37)).max() <= 1


@pytest.mark.parametrize(("name", "honest"), [("Viridis", True), ("Inferno", True), ("Jet", False)])
def test_which_maps_get_lighter_all_the_way(name: str, honest: bool) -> None:
    ramp = np.arange(256, dtype=np.uint8)[None]
    luma = grayscale.luma(grayscale.painted(ramp, name))[0].astype(int)
    assert bool((np.diff(luma) >= 0).all()) is honest


def test_equalisation_of_four_levels() -> None:
    """Beyond the darkest pixel, 0, 1, 2, 3 of 3 are cumulated: these shares of 255."""
    grey = np.array([[10, 20], [30, 40]], np.uint8)
    assert grayscale.equalised(grey).tolist() == [[0, 85], [170, 255]]
    counts = grayscale.histogram(grey)
    assert counts.sum() == 4
    assert np.flatnonzero(counts).tolist() == [10, 20, 30, 40]
    alone = np.full((3, 3), 7, np.uint8)
    assert (grayscale.equalised(alone) == alone).all()


def test_rms() -> None:
    black = np.zeros((2, 2), np.uint8)
    assert grayscale.rms(black, np.array([[3, 0], [0, 4]], np.uint8)) == 2.5
    assert grayscale.rms(np.full((2, 2), 200, np.uint8), black) == 200
    assert grayscale.rms(black, black) == 0


def test_resizing_a_chessboard() -> None:
    """Areas become middle grey, so every pixel is off by half of the range; nearest keeps one."""
    board = (np.indices((8, 8)).sum(0) % 2 * 200).astype(np.uint8)
    small = grayscale.shrunk(board, 4)
    assert small.shape == (4, 4)
    assert (small == 100).all()
    assert (grayscale.shrunk(board, 4, "Nearest") == board[0, 0]).all()
    errors = grayscale.resizing_errors(board, [2, 4, 8], "Area")
    assert list(errors) == list(grayscale.ENLARGED_BY)
    assert all(values == [100, 100, 0] for values in errors.values())


def test_nearest_repeats_pixels_and_bilinear_goes_between() -> None:
    pair = np.array([[0, 200]], np.uint8)
    assert grayscale.enlarged(pair, (1, 4), "Nearest").tolist() == [[0, 0, 200, 200]]
    assert grayscale.enlarged(pair, (1, 4), "Bilinear").tolist() == [[0, 50, 150, 200]]


@pytest.mark.parametrize(("shape", "expected"), [((512, 256), (64, 32)), ((900, 2), (64, 1))])
def test_shrunk_keeps_the_shape_and_a_pixel(
    shape: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    assert grayscale.shrunk(np.zeros(shape, np.uint8), 64).shape == expected


def test_errors_fall_with_more_pixels(astronaut: RGB) -> None:
    errors = grayscale.resizing_errors(grayscale.luma(astronaut), [8, 32, 128], "Area")
    assert all(values == sorted(values, reverse=True) for values in errors.values())
    assert errors["Bicubic"][1] < errors["Nearest"][1]


def test_csv_reads_back() -> None:
    grey = np.arange(12, dtype=np.uint8).reshape(3, 4) * 20
    text = grayscale.to_csv(grey)
    assert text.splitlines()[0] == "0,20,40,60"
    assert (np.loadtxt(io.StringIO(text), delimiter=",") == grey).all()


@pytest.mark.parametrize("scale", list(charts.SCALES))
def test_numbers_are_all_written_once(scale: str) -> None:
    levels = np.arange(0, 256, 4, dtype=np.uint8).reshape(8, 8)
    figure = charts.numbers(levels, 100, 30, scale)
    black, white = (each.z for each in figure.data)
    assert (np.isnan(black) != np.isnan(white)).all()
    assert (np.where(np.isnan(black), white, black) == levels).all()
    for each in figure.data:
        assert list(each.x) == list(range(100, 108))
        assert list(each.y) == list(range(30, 38))
        assert each.texttemplate == "%{z}"


@pytest.mark.parametrize("scale", list(charts.SCALES))
def test_numbers_are_written_in_the_colour_that_stands_out_more(scale: str) -> None:
    """WCAG 2.2's contrast of black and of white words on every level's colour."""
    weights = {"Grey": 1, "Red": 0.2126, "Green": 0.7152, "Blue": 0.0722}
    level = np.arange(256)
    share = level / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    light = weights[scale] * linear + 0.05
    black, _ = (each.z for each in charts.numbers(level.astype(np.uint8)[None], 0, 0, scale).data)
    assert (~np.isnan(black[0]) == (light / 0.05 > 1.05 / light)).all()


def test_place_offers_points_and_frames_the_lens(astronaut: RGB) -> None:
    grey = grayscale.luma(astronaut)
    figure = charts.place(astronaut, grey, (10, 20, 22, 32))
    picture, points = figure.data
    assert picture.source.startswith("data:image/jpeg")
    assert len(points.x) == charts.CLICKS**2
    assert (points.customdata == grey[points.y, points.x]).all()
    for frame in figure.layout.shapes:
        assert (frame.x0, frame.y0, frame.x1, frame.y1) == (9.5, 19.5, 21.5, 31.5)
    crop = charts.place(grey[:64, :64], grey[:64, :64], (0, 0, 8, 8))
    assert len(crop.data[1].x) == 4096
    one = charts.place(grey[:1, :1], grey[:1, :1], (0, 0, 1, 1))
    assert list(one.data[1].x) == [0]


def test_difference_is_signed_and_about_zero() -> None:
    one, other = np.array([[0, 200]], np.uint8), np.array([[10, 100]], np.uint8)
    heat, ring = charts.difference(one, other, "one − other", (1, 0)).data
    assert heat.z.tolist() == [[-10, 100]]
    assert heat.zmin == -heat.zmax
    assert (ring.x[0], ring.y[0]) == (1, 0)


def test_levels_cumulate_and_say_what_is_cut() -> None:
    counts = np.full(256, 10)
    bars, curve = charts.levels(counts).data
    assert (bars.y == counts).all()
    assert curve.y[127] == 0.5
    assert curve.y[-1] == 1
    counts[3] = 5000
    figure = charts.levels(counts)
    assert figure.data[0].y[3] == 5000
    (note,) = figure.layout.annotations
    assert note.text == "level 3: 5,000 pixels, cut"
    assert figure.layout.yaxis.range[1] < 5000
    alone = np.zeros(256, int)
    alone[9] = 4
    assert charts.levels(alone).layout.yaxis.range[1] > 4


def test_curves_of_maps_and_errors() -> None:
    figure = charts.map_lightness({"Grey": np.arange(256), "Dark": np.zeros(256)})
    assert [each.name for each in figure.data] == ["Grey", "Dark"]
    assert (figure.data[0].y == np.arange(256)).all()
    errors = {"Nearest": [9.0, 4.0], "Bicubic": [8.0, 3.0]}
    figure = charts.resizing([8, 32], errors, 8)
    assert {each.name: list(each.y) for each in figure.data} == errors
    assert all(list(each.x) == [8, 32] for each in figure.data)
    assert figure.layout.shapes[0].x0 == 8
