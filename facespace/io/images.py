"""Bytes or a file -> an RGB array, upright, or a sentence that says why not."""

from __future__ import annotations

import io
import stat
import warnings
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import ExifTags, Image, UnidentifiedImageError

from facespace import limits
from facespace.types import RGB, FacespaceError

pillow_heif.register_heif_opener()

#: Pillow's names of the formats that are read. What counts is the content, never the file name.
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "HEIF")

#: File name endings of these formats, for upload widgets.
SUFFIXES = ("jpg", "jpeg", "png", "webp", "bmp", "heic", "heif")

#: Rows that are copied at once, so that a picture is never in memory in full a third time.
_ROWS = 256

_KINDS = "JPEG, PNG, WebP, BMP or HEIC"


def load(source: bytes | str | Path) -> RGB:
    """Decode one picture as a person sees it.

    The EXIF orientation is applied, transparency is laid over white, 16-bit grey is scaled to
    8 bits, and every colour model (CMYK, palette, grey) becomes RGB. Of an animation or a
    burst the first picture is taken.

    Args:
        source: the file's content, or its path.

    Returns:
        uint8 (H, W, 3), RGB.

    Raises:
        FacespaceError: the picture is missing, empty, not of a known format, damaged, or larger
            than ``limits.MAX_BYTES`` or ``limits.MAX_PIXELS``.
    """
    content = source if isinstance(source, bytes) else read(Path(source))
    if not content:
        raise FacespaceError("The file is empty.")
    if len(content) > limits.MAX_BYTES:
        raise FacespaceError(
            f"The file has {len(content) / 2**20:.0f} MB; "
            f"at most {limits.MAX_BYTES / 2**20:.0f} MB are read."
        )
    try:
        with warnings.catch_warnings():
            # Pillow warns of odd EXIF, which counts for nothing here, and above half of its own
            # pixel limit; ours is checked below.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                if image.width * image.height > limits.MAX_PIXELS:
                    raise _too_many_pixels(f"{image.width} x {image.height} pixels")
                return _to_rgb(image)
    except FacespaceError:
        raise
    except Image.DecompressionBombError as error:
        raise _too_many_pixels("too many pixels") from error
    except UnidentifiedImageError as error:
        raise FacespaceError(f"The file is not a {_KINDS} picture.") from error
    except MemoryError as error:
        raise FacespaceError("There is not enough memory to open this picture.") from error
    except Exception as error:  # Pillow's decoders raise many types on damaged files
        raise FacespaceError("The picture is damaged or incomplete and cannot be read.") from error


def read(path: Path) -> bytes:
    """The content of a picture's file.

    Raises:
        FacespaceError: it is missing, cannot be opened, or is larger than ``limits.MAX_BYTES``.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise FacespaceError("This is a folder, not a picture.")
        if not stat.S_ISREG(status.st_mode):  # a device may never end, a pipe never begin
            raise FacespaceError("This is a device or a pipe, not a file.")
        if status.st_size > limits.MAX_BYTES:
            raise FacespaceError(f"The file is larger than {limits.MAX_BYTES / 2**20:.0f} MB.")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise FacespaceError("There is no such file.") from error
    except (OSError, ValueError) as error:
        raise FacespaceError(
            f"The file cannot be opened: {getattr(error, 'strerror', None) or error}."
        ) from error


def _too_many_pixels(size: str) -> FacespaceError:
    return FacespaceError(
        f"The picture has {size}; at most {limits.MAX_PIXELS / 1e6:.0f} million are read. "
        "Shrink it and try again."
    )


#: What brings a picture upright, by the orientation that EXIF names.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _to_rgb(image: Image.Image) -> RGB:
    # One copy at a time: a large picture takes four bytes a pixel in each.
    # Not by ImageOps.exif_transpose: it writes all tags anew, and gives up where one is odd.
    transpose = _UPRIGHT.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    if transpose is not None:
        image = image.transpose(transpose)
    if image.mode.startswith("I"):  # 16-bit grey: convert("RGB") would clip at 255
        deep = np.clip(np.asarray(image), 0, 2**16 - 1)
        image = Image.fromarray((deep >> 8).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image)
        image = paper
    if image.mode != "RGB":
        image = image.convert("RGB")
    rgb = np.empty((image.height, image.width, 3), np.uint8)
    for top in range(0, image.height, _ROWS):
        bottom = min(top + _ROWS, image.height)
        rgb[top:bottom] = np.asarray(image.crop((0, top, image.width, bottom)))
    return rgb
