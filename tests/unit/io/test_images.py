"""Every odd or bad file ends in an upright RGB array or in a sentence."""

from __future__ import annotations

import struct
import zlib
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from facespace import limits
from facespace.io import images
from facespace.types import FacespaceError, TooLarge, UnknownFormat
from tests.support.pictures import progressive, saved

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 200, 40), (30, 40, 210), (255, 255, 255)


def quarters() -> Image.Image:
    """48 x 32 pixels: red and green over blue and white."""
    picture = Image.new("RGB", (48, 32))
    for i, colour in enumerate((RED, GREEN, BLUE, WHITE)):
        left, top = 24 * (i % 2), 16 * (i // 2)
        picture.paste(colour, (left, top, left + 24, top + 16))
    return picture


def corners(rgb: np.ndarray) -> list[tuple[int, ...]]:
    """The colours of the middles of the four quarters, row by row."""
    height, width = rgb.shape[:2]
    return [tuple(map(int, rgb[height * y // 4, width * x // 4])) for y in (1, 3) for x in (1, 3)]


def assert_quarters(rgb: np.ndarray, tolerance: int) -> None:
    assert rgb.shape == (32, 48, 3)
    assert rgb.dtype == np.uint8
    np.testing.assert_allclose(corners(rgb), [RED, GREEN, BLUE, WHITE], atol=tolerance)


@pytest.mark.parametrize(
    ("kind", "options", "tolerance"),
    [
        ("PNG", {}, 0),
        ("BMP", {}, 0),
        ("WEBP", {"lossless": True}, 0),
        ("JPEG", {"quality": 95, "subsampling": 0}, 6),
        ("JPEG", {"quality": 95, "subsampling": 0, "progressive": True}, 6),
        ("HEIF", {"quality": 95}, 12),
        ("AVIF", {"quality": 95, "subsampling": "4:4:4"}, 6),
        ("GIF", {}, 0),
        ("TIFF", {}, 0),
        ("TIFF", {"compression": "tiff_lzw"}, 0),
        ("TIFF", {"compression": "jpeg", "quality": 95}, 12),
    ],
)
def test_formats(kind: str, options: dict[str, object], tolerance: int) -> None:
    assert_quarters(images.load(saved(quarters(), kind, **options)), tolerance)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("kind", "options", "tolerance"),
    [
        ("PNG", {}, 0),
        ("TIFF", {}, 0),
        ("TIFF", {"compression": "tiff_adobe_deflate"}, 0),
        ("AVIF", {"quality": 95, "subsampling": "4:4:4"}, 6),
    ],
)
def test_exif_orientation(
    kind: str, options: dict[str, object], tolerance: int, orientation: int
) -> None:
    """Whatever way the camera was held, the picture comes out as the person saw it."""
    undo = {
        1: [],
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }
    stored = quarters()
    for step in undo[orientation]:
        stored = stored.transpose(step)
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert_quarters(images.load(saved(stored, kind, exif=exif, **options)), tolerance)


def test_cmyk_jpeg() -> None:
    rgb = images.load(saved(quarters().convert("CMYK"), "JPEG", quality=95, subsampling=0))
    assert_quarters(rgb, 10)


def test_16_bit_grey_is_scaled_not_clipped() -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)
    rgb = images.load(saved(Image.fromarray(np.tile(ramp, (8, 1))), "PNG"))
    assert rgb.shape == (8, 256, 3)
    np.testing.assert_allclose(rgb[0, :, 0], np.arange(256), atol=1)


@pytest.mark.parametrize("top", [1, 255, 65535])
def test_grey_in_fractions_is_scaled_not_clipped(top: int) -> None:
    ramp = np.linspace(0, top, 256).astype(np.float32)
    ramp[7] = np.nan
    rgb = images.load(saved(Image.fromarray(np.tile(ramp, (8, 1))), "TIFF"))
    np.testing.assert_allclose(rgb[0, 8:, 0], np.arange(8, 256), atol=1)


def test_the_first_picture_of_several_is_taken() -> None:
    more = [Image.new("RGB", (48, 32), "black"), Image.new("RGB", (20, 10), "black")]
    for kind in ("TIFF", "GIF", "AVIF", "WEBP"):
        some = more if kind == "TIFF" else more[:1]
        file = saved(quarters(), kind, save_all=True, append_images=some, duration=100, quality=95)
        assert_quarters(images.load(file), 30)


def test_transparency_is_laid_over_white() -> None:
    palette = quarters().convert("P", palette=Image.Palette.ADAPTIVE)
    clear = palette.getpixel((0, 0))
    rgb = images.load(saved(palette, "PNG", transparency=clear))
    np.testing.assert_allclose(corners(rgb), [WHITE, GREEN, BLUE, WHITE], atol=2)
    half = quarters().convert("RGBA")
    half.putalpha(0)
    assert (images.load(saved(half, "PNG")) == 255).all()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA"])
def test_colour_models(mode: str) -> None:
    rgb = images.load(saved(quarters().convert(mode), "PNG"))
    assert rgb.shape == (32, 48, 3)
    assert rgb[24, 36].min() >= 250  # white stays white


def png_header(width: int, height: int) -> bytes:
    """A PNG that announces a size and has next to no data."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(b"\0" * 100))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + data + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"just text called .jpg", "not a JPEG"),
        (b"\xff\xd8\xff\xe0", "not a JPEG|damaged"),
        (png_header(20_000, 20_000), "pixels"),
        (png_header(9_000, 9_000), "9000 x 9000 pixels"),
        (png_header(64, 64), "damaged"),
        (saved(quarters(), "PNG")[:80], "damaged"),
        (saved(quarters(), "JPEG")[:-120], "damaged"),
        (saved(quarters(), "WEBP")[:60], "damaged|not a JPEG"),
        (saved(quarters(), "HEIF")[:300], "damaged|not a JPEG"),
        (saved(quarters(), "TIFF")[:300], "damaged"),
        (saved(quarters(), "TIFF", tiffinfo={254: 1}), "raw file"),  # NEF, ARW, most DNG
        (saved(quarters(), "TIFF", tiffinfo={50706: b"\1\4\0\0"}), "raw file"),  # a phone's DNG
        (saved(quarters(), "AVIF")[:200], "damaged|not a JPEG"),
        (b"GIF89a" + bytes(50), "not a JPEG|damaged"),
        (saved(quarters(), "PPM"), "not a JPEG"),
    ],
)
def test_bad_content_gets_a_sentence(content: bytes, words: str) -> None:
    with pytest.raises(FacespaceError, match=words) as caught:
        images.load(content)
    said = str(caught.value)
    assert said.endswith((".", "again."))
    assert isinstance(caught.value, TooLarge) == ("pixels" in said)
    assert isinstance(caught.value, UnknownFormat) == ("not a JPEG" in said or "raw" in said)


def test_too_many_bytes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(limits, "MAX_BYTES", 100)
    content = saved(quarters(), "BMP")
    (tmp_path / "large.bmp").write_bytes(content)
    for source in (content, tmp_path / "large.bmp"):
        with pytest.raises(TooLarge, match="MB"):
            images.load(source)


def test_bad_paths(tmp_path: Path) -> None:
    with pytest.raises(FacespaceError, match="no such file"):
        images.load(tmp_path / "absent.jpg")
    with pytest.raises(FacespaceError, match="folder"):
        images.load(tmp_path)
    with pytest.raises(FacespaceError, match="cannot be opened"):
        images.load("nul\0byte.jpg")


def test_the_name_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "picture.txt"
    path.write_bytes(saved(quarters(), "PNG"))
    assert_quarters(images.load(path), 0)


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1)])
def test_slivers(size: tuple[int, int]) -> None:
    assert images.load(saved(Image.new("RGB", size), "PNG")).shape == (size[1], size[0], 3)


@pytest.mark.parametrize(
    ("kind", "options"), [("JPEG", {"progressive": True, "quality": 95}), ("PNG", {}), ("GIF", {})]
)
def test_a_picture_that_takes_long_is_given_up_while_it_is_decoded(
    kind: str, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    content = saved(
        Image.fromarray(rng.integers(0, 256, (1200, 1200, 3), np.uint8)), kind, **options
    )
    seconds = count()  # one passes from each reading of the file to the next
    monkeypatch.setattr("time.monotonic", lambda: float(next(seconds)))
    monkeypatch.setattr(limits, "DECODE_SECONDS", 1000)
    assert images.load(content).shape == (1200, 1200, 3)
    readings = next(seconds)
    seconds = count()
    monkeypatch.setattr(limits, "DECODE_SECONDS", readings - 8)
    with pytest.raises(TooLarge, match=f"takes longer than {readings - 8} seconds to decode"):
        images.load(content)


def test_a_jpeg_of_hundreds_of_scans_is_refused() -> None:
    assert images.load(progressive(quarters(), limits.MAX_SCANS)).shape == (32, 48, 3)
    with pytest.raises(TooLarge, match="has 101 scans; at most 100"):
        images.load(progressive(quarters(), limits.MAX_SCANS + 1))


def test_what_follows_a_jpeg_is_no_scan_of_it() -> None:
    """As the film of a motion photo does."""
    film = b"\xff\xda" * 500
    assert images.load(saved(quarters(), "JPEG") + film).shape == (32, 48, 3)


def test_a_picture_in_too_many_pieces_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rows_per_strip = 278
    content = saved(quarters(), "TIFF", tiffinfo={rows_per_strip: 1})
    assert images.load(content).shape == (32, 48, 3)
    monkeypatch.setattr(limits, "MAX_TILES", 31)
    with pytest.raises(TooLarge, match="stored in 32 pieces; at most 31"):
        images.load(content)
