"""Bytes or a file -> an RGB array, upright, or a sentence that says why not."""

from __future__ import annotations

import io
import math
import re
import stat
import time
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pillow_heif
from PIL import ExifTags, Image, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile
from PIL.TiffImagePlugin import TiffImageFile

from facespace import limits
from facespace.io.formats import PICTURE_FORMATS, PICTURES
from facespace.io.metadata import without_metadata
from facespace.types import RGB, FacespaceError, TooLarge, UnknownFormat

pillow_heif.register_heif_opener()

#: A marker of a JPEG: in compressed data 0xFF is followed by 0x00 or by a restart. Before the
#: compressed data of a scan stands a segment with its length, as after most markers.
_MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])", re.DOTALL)
_START, _END, _SCAN = b"\xd8", b"\xd9", b"\xda"

#: Rows that are copied at once, so that a picture is never in memory in full a third time.
_ROWS = 256


class Decoded(NamedTuple):
    """A picture, perhaps reduced: ``rgb``, uint8 (H, W, 3), and the whole's height and width."""

    rgb: RGB
    height: int
    width: int

    @property
    def back(self) -> tuple[float, float]:
        """Pixels of the whole that one of ``rgb`` has across and down."""
        return self.width / self.rgb.shape[1], self.height / self.rgb.shape[0]


def load(source: bytes | str | Path, pixels: int | None = None) -> RGB:
    """Decode one picture as a person sees it.

    The EXIF orientation is applied, transparency is laid over white, 16-bit grey and fractions are
    scaled to 8 bits, and every colour model (CMYK, palette, grey) becomes RGB. Of an animation, a
    burst or several pages the first picture is taken. Metadata that cannot be read are ignored.

    Args:
        source: the file's content, or its path.
        pixels: at most so many are read; ``limits.MAX_PIXELS`` where None.

    Returns:
        uint8 (H, W, 3), RGB.

    Raises:
        FacespaceError: the picture is missing, empty, not of a known format, damaged, larger than
            ``limits.MAX_BYTES`` or ``pixels``, or in more than
            ``limits.MAX_SCANS`` scans or ``limits.MAX_TILES`` tiles.
    """
    return load_reduced(source, math.inf, pixels).rgb


def load_reduced(source: bytes | str | Path, longer: float, pixels: int | None = None) -> Decoded:
    """The same at a half, a quarter or an eighth of its size, if it can be decoded so: JPEG can.

    A JPEG's blocks of 8 x 8 pixels are turned back from their frequencies with fewer of them
    (``scale_denom`` of the IJG's libjpeg), which takes less time and memory than all of them and
    shrinking.

    Args:
        source: the file's content, or its path.
        longer: the longer side has at least so many pixels, or as many as the whole picture.
        pixels: at most so many has the whole picture; ``limits.MAX_PIXELS`` where None.

    Raises:
        FacespaceError: as ``load``.
    """
    most = limits.MAX_PIXELS if pixels is None else pixels
    content = source if isinstance(source, bytes) else read(Path(source))
    if not content:
        raise FacespaceError("The file is empty.")
    check_bytes(len(content))
    try:
        with warnings.catch_warnings():
            # Pillow warns of odd EXIF, which counts for nothing here, and above half of its own
            # pixel limit; ours is checked below.
            warnings.simplefilter("ignore")
            return _decoded(content, most, longer)
    except FacespaceError:
        raise
    except Image.DecompressionBombError as error:
        raise _too_many_pixels("too many pixels", most) from error
    except UnidentifiedImageError as error:
        raise UnknownFormat(f"The file is not a {PICTURES} picture.") from error
    except MemoryError as error:
        raise FacespaceError("There is not enough memory to open this picture.") from error
    except Exception as error:  # Pillow's decoders raise many types on damaged files
        raise FacespaceError("The picture is damaged or incomplete and cannot be read.") from error


def check_bytes(count: int) -> None:
    """Raises FacespaceError for a file of more bytes than are read."""
    if count > limits.MAX_BYTES:
        raise TooLarge(
            f"The file has {count / 2**20:.0f} MB; "
            f"at most {limits.MAX_BYTES / 2**20:.0f} MB are read."
        )


def _decoded(content: bytes, most: int, longer: float) -> Decoded:
    try:
        return _opened(content, most, longer)
    except (FacespaceError, MemoryError, Image.DecompressionBombError):
        raise
    except Exception:  # it may be the metadata alone that are broken
        bare = without_metadata(content)
        if bare == content:
            raise
        return _opened(bare, most, longer)


class _Clocked(io.BytesIO):
    """A file's content that nobody may read from for longer than ``limits.DECODE_SECONDS``.

    Pillow's decoders of JPEG, PNG, GIF and most others come back for every 64 KB; libwebp, libheif,
    libavif and libtiff take all at once, and are bounded by pixels and tiles alone.
    """

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self._end = time.monotonic() + limits.DECODE_SECONDS

    def read(self, size: int | None = -1, /) -> bytes:
        if time.monotonic() > self._end:
            raise TooLarge(
                f"The picture takes longer than {limits.DECODE_SECONDS} seconds to decode. Save it "
                "anew, or smaller, and try again."
            )
        return super().read(size)


def _opened(content: bytes, most: int, longer: float) -> Decoded:
    with Image.open(_Clocked(content), formats=PICTURE_FORMATS) as image:
        if image.width * image.height > most:
            raise _too_many_pixels(f"{image.width} x {image.height} pixels", most)
        _demand_few_parts(content, image)
        if isinstance(image, TiffImageFile):
            _demand_no_raw(image)
        whole = image.size
        if longer < max(whole):
            share = longer / max(whole)
            image.draft(None, (max(1, int(whole[0] * share)), max(1, int(whole[1] * share))))
        reduced = image.size != whole
        image.load()  # turns a TIFF upright
        rgb = _to_rgb(image)
        width, height = whole if reduced else rgb.shape[1::-1]
        if reduced and _orientation(image) in _LYING:
            width, height = height, width
        return Decoded(rgb, height, width)


def _demand_few_parts(content: bytes, image: Image.Image) -> None:
    """That a picture is not in so many scans, tiles or strips that decoding it takes for ever."""
    if isinstance(image, JpegImageFile):
        if content.count(b"\xff" + _SCAN) <= limits.MAX_SCANS:  # with thumbnails and all
            return
        scans = _scans(content)
        if scans > limits.MAX_SCANS:
            raise TooLarge(
                f"This JPEG has {scans:,} scans; at most {limits.MAX_SCANS:,} are read. "
                "Save it anew and try again."
            )
    elif (pieces := len(getattr(image, "tile", ()))) > limits.MAX_TILES:
        raise TooLarge(
            f"The picture is stored in {pieces:,} pieces; at most {limits.MAX_TILES:,} "
            "are read. Save it anew and try again."
        )


def _scans(content: bytes) -> int:
    """How many scans a JPEG has, up to its end: a film or another picture may follow."""
    scans, place = 0, 0
    while found := _MARKER.search(content, place):
        if found[1] == _END:
            break
        scans += found[1] == _SCAN
        length = 0 if found[1] == _START else int.from_bytes(content[found.end() : found.end() + 2])
        place = found.end() + length
    return scans


def _demand_no_raw(image: TiffImageFile) -> None:
    if image.tag_v2.get(_PART_OF, 0) & 1 or _DNG in image.tag_v2:
        raise UnknownFormat("This is a camera's raw file. Save it as JPEG and try again.")


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
            raise TooLarge(f"The file is larger than {limits.MAX_BYTES / 2**20:.0f} MB.")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise FacespaceError("There is no such file.") from error
    except (OSError, ValueError) as error:
        raise FacespaceError(
            f"The file cannot be opened: {getattr(error, 'strerror', None) or error}."
        ) from error


def _too_many_pixels(size: str, most: int) -> TooLarge:
    return TooLarge(
        f"The picture has {size}; at most {most / 1e6:.3g} million are read. "
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

#: The orientations of pictures that are stored lying on a side.
_LYING = (5, 6, 7, 8)


def _orientation(image: Image.Image) -> Any:
    """What EXIF or XMP name, of whatever type; 1 where they cannot be read."""
    try:
        return image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # Pillow's parsers raise many types on broken metadata
        return 1


#: Tags of a TIFF: whether the picture is a smaller one of another in the file, as the first of
#: most raw files is; and the version of DNG, the raw format where that need not be so.
_PART_OF, _DNG = 254, 50706


def _to_rgb(image: Image.Image) -> RGB:
    # One copy at a time: a large picture takes four bytes a pixel in each.
    # Not by ImageOps.exif_transpose: it writes all tags anew, and gives up where one is odd.
    transpose = _UPRIGHT.get(_orientation(image))
    if transpose is not None:
        image = image.transpose(transpose)
    if image.mode.startswith("I"):  # 16-bit grey: convert("RGB") would clip at 255
        deep = np.clip(np.asarray(image), 0, 2**16 - 1)
        image = Image.fromarray((deep >> 8).astype(np.uint8))
    if image.mode == "F":  # grey in fractions, up to 1 or to the largest number of 8 or 16 bits
        deep = np.clip(np.nan_to_num(np.asarray(image)), 0, 2**16 - 1)
        top = next(most for most in (1, 2**8 - 1, 2**16 - 1) if deep.max() <= most)
        image = Image.fromarray((deep * (255 / top)).astype(np.uint8))
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
