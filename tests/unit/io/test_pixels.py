"""A picture is decoded only as finely as is asked for, and is the same picture."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from PIL import Image

from facespace import limits
from facespace.io import images
from facespace.io.pixels import Pixels
from facespace.types import RGB, FacespaceError
from tests.support.pictures import progressive, saved

ORIENTATION = 0x0112


@pytest.fixture(scope="module")
def large(astronaut: RGB) -> RGB:
    """1,603 x 1,201 pixels, of which no eighth is whole."""
    return np.asarray(cv2.resize(astronaut[:384], (1603, 1201), interpolation=cv2.INTER_CUBIC))


def difference(rgb: RGB, whole: RGB) -> float:
    """How far a smaller picture is from the whole one, in grey levels."""
    shrunk = cv2.resize(whole, rgb.shape[1::-1], interpolation=cv2.INTER_AREA)
    return float(cv2.absdiff(shrunk, rgb).mean())


@pytest.mark.parametrize(
    ("longer", "width", "height"),
    [
        (0, 201, 151),
        (200, 201, 151),
        (250, 401, 301),
        (401, 401, 301),
        (402, 802, 601),
        (801, 802, 601),
        (802, 802, 601),
        (803, 1603, 1201),
        (1e9, 1603, 1201),
        (math.inf, 1603, 1201),
    ],
)
def test_a_jpeg_is_decoded_no_coarser_than_asked_for(
    large: RGB, longer: float, width: int, height: int
) -> None:
    seen = images.load_reduced(saved(Image.fromarray(large)), longer)
    assert seen.rgb.shape == (height, width, 3)
    assert (seen.width, seen.height) == (1603, 1201)
    assert difference(seen.rgb, large) < 7
    assert seen.back == pytest.approx((1603 / width, 1201 / height))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_upright_at_every_size(large: RGB, orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    content = saved(Image.fromarray(large), exif=exif)
    whole, seen = images.load(content), images.load_reduced(content, 400)
    assert (seen.height, seen.width) == whole.shape[:2]
    assert max(seen.rgb.shape) < 900
    assert difference(seen.rgb, whole) < 7


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_colour_models(large: RGB, mode: str) -> None:
    content = saved(Image.fromarray(large).convert(mode))
    seen = images.load_reduced(content, 400)
    assert seen.rgb.shape == (301, 401, 3)
    assert difference(seen.rgb, images.load(content)) < 7


def test_the_first_picture_of_several_as_phones_write_them(large: RGB) -> None:
    other = Image.fromarray(np.ascontiguousarray(large[::-1]))
    content = saved(Image.fromarray(large), "MPO", save_all=True, append_images=[other])
    seen = images.load_reduced(content, 400)
    assert (seen.rgb.shape, seen.width, seen.height) == ((301, 401, 3), 1603, 1201)
    assert difference(seen.rgb, large) < 7


def test_what_is_no_jpeg_is_decoded_whole(large: RGB) -> None:
    for kind in ("PNG", "WEBP", "BMP", "TIFF"):
        content = saved(Image.fromarray(large), kind)
        assert images.load_reduced(content, 100).rgb.shape == large.shape


def test_a_damaged_one_is_refused_at_every_size(large: RGB) -> None:
    content = saved(Image.fromarray(large))
    with pytest.raises(FacespaceError, match="damaged or incomplete"):
        images.load_reduced(content[: len(content) // 2], 100)


def test_limits_are_those_of_the_whole(large: RGB) -> None:
    with pytest.raises(FacespaceError, match="1603 x 1201 pixels"):
        images.load_reduced(saved(Image.fromarray(large)), 100, pixels=1_000_000)
    with pytest.raises(FacespaceError, match="scans"):
        images.load_reduced(progressive(Image.fromarray(large), limits.MAX_SCANS + 1), 10)


def test_the_finest_is_kept(large: RGB, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []
    load = images.load_reduced

    def counted(source: bytes, longer: float) -> images.Decoded:
        asked.append(longer)
        return load(source, longer)

    monkeypatch.setattr(images, "load_reduced", counted)
    pixels = Pixels(saved(Image.fromarray(large)))
    for longer in (300, 100, 401, 0, 700, 801, 50):
        pixels.at_least(longer)
    assert asked == [300, 700]
    assert pixels.rgb.shape == large.shape
    assert pixels.at_least(5).rgb is pixels.rgb
    assert asked == [300, 700, math.inf]


def test_an_array_is_as_fine_as_it_is(large: RGB) -> None:
    pixels = Pixels(large)
    assert pixels.at_least(10).rgb is pixels.rgb
    assert Pixels.of(pixels) is pixels
    with pytest.raises(FacespaceError, match="uint8"):
        Pixels(large.astype(np.float32))
