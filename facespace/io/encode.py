"""Pictures and bundles of files -> bytes that a browser or a file can have."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Sequence
from itertools import chain, count
from pathlib import PurePath

from PIL import Image

from facespace.types import RGB


def to_png(picture: RGB) -> bytes:
    """A picture, uint8 (H, W, 3) or (H, W), as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG", compress_level=3)
    return file.getvalue()


def to_jpeg(picture: RGB, quality: int = 88) -> bytes:
    """A picture, uint8 (H, W, 3) or (H, W), as a JPEG file, for showing."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality)
    return file.getvalue()


def to_address(picture: RGB) -> str:
    """A picture, uint8 (H, W, 3) or (H, W), as an address that holds it: nothing is fetched.

    Small ones, of up to 128 pixels, are exact; larger ones are JPEG.
    """
    small = max(picture.shape) <= 128
    kind, file = ("png", to_png(picture)) if small else ("jpeg", to_jpeg(picture))
    return f"data:image/{kind};base64,{base64.b64encode(file).decode()}"


def to_zip(files: Sequence[tuple[str, bytes]]) -> bytes:
    """Named files as one ZIP; folders in names are dropped, equal names are numbered."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files:
            path = PurePath(name.replace("\\", "/"))
            tries = (f"{path.stem}-{number}{path.suffix}" for number in count(2))
            taken = set(archive.namelist())
            archive.writestr(next(n for n in chain([path.name], tries) if n not in taken), content)
    return packed.getvalue()
