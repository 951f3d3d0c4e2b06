"""What is made of pictures and files for a browser or a folder."""

from __future__ import annotations

import base64
import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from facespace.io import encode
from facespace.types import RGB


def test_zip_names_are_flat_and_different() -> None:
    names = ("a/x.png", "x-2.png", "b/x.png", "../x.png", "c:\\x.png")
    packed = encode.to_zip([(name, name.encode()) for name in names])
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        packed_names = archive.namelist()
        assert packed_names == ["x.png", "x-2.png", "x-3.png", "x-4.png", "x-5.png"]
        assert [archive.read(name).decode() for name in packed_names] == list(names)


def test_png_keeps_the_pixels(astronaut: RGB) -> None:
    back = np.asarray(Image.open(io.BytesIO(encode.to_png(astronaut))))
    np.testing.assert_array_equal(back, astronaut)


@pytest.mark.parametrize(("side", "kind"), [(128, "PNG"), (129, "JPEG")])
def test_an_address_holds_the_picture_and_small_ones_exactly(
    side: int, kind: str, astronaut: RGB
) -> None:
    picture = np.ascontiguousarray(astronaut[:side, :side])
    start, _, content = encode.to_address(picture).partition(",")
    assert start == f"data:image/{kind.lower()};base64"
    back = Image.open(io.BytesIO(base64.b64decode(content)))
    assert back.format == kind and np.array_equal(np.asarray(back), picture) == (kind == "PNG")
