"""What is not pixels may be broken: the picture is read as if it were not there."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from facespace.io import images
from facespace.types import FacespaceError

ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = b'<x:xmpmeta><rdf:Description tiff:Make="Camera"/></x:xmpmeta>'
NO_TIFF = b"Exif\0\0" + b"\0\x08\0\x02\x01\x12\0\x03\0\0"
TURNED = Image.Exif()
TURNED[0x0112], TURNED[0x010E], TURNED[0x011A] = 6, "a camera's words", 72.0


PICTURE = Image.effect_noise((128, 96), 60).convert("RGB")


def saved(kind: str, **options: object) -> bytes:
    """A noisy picture, 128 x 96, as a file."""
    file = io.BytesIO()
    PICTURE.save(file, kind, **options)
    return file.getvalue()


PLAIN = {kind: saved(kind) for kind in ("JPEG", "PNG", "WEBP", "HEIF")}


@pytest.mark.parametrize("dpi", [{}, {"dpi": (72, 72)}])
@pytest.mark.parametrize("kind", PLAIN)
def test_exif_that_is_no_exif(kind: str, dpi: dict[str, object]) -> None:
    read = images.load(saved(kind, exif=NO_TIFF, **dpi))
    np.testing.assert_array_equal(read, images.load(PLAIN[kind]))


def segment(marker: int, content: bytes, file: bytes = PLAIN["JPEG"]) -> bytes:
    """A JPEG file with this segment before all others."""
    made = struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content
    return file[:2] + made + file[2:]


def chunk(
    name: bytes, content: bytes, wrong: int = 0, place: int = 33, file: bytes = PLAIN["PNG"]
) -> bytes:
    """A PNG file with this chunk, whose checksum may be wrong, behind its header or elsewhere."""
    made = struct.pack(">I", len(content)) + name + content
    made += struct.pack(">I", zlib.crc32(name + content) ^ wrong)
    return file[:place] + made + file[place:]


BOMB = b"key\0\0" + zlib.compress(bytes(5_000_000))
WEBP = saved("WEBP", icc_profile=ICC, xmp=XMP)

BROKEN = {
    "JPEG, JFIF too short": ("JPEG", segment(0xE0, b"JFIF")),
    "JPEG, a profile without number": ("JPEG", segment(0xE2, b"ICC_PROFILE\0")),
    "JPEG, resources of Photoshop cut": ("JPEG", segment(0xED, b"Photoshop 3.0\0008BIM\3\xed")),
    "JPEG, Adobe's segment too short": ("JPEG", segment(0xEE, b"Adobe")),
    "JPEG, index of pictures": ("JPEG", segment(0xE2, b"MPF\0MM\0*\0\0\0\x08\0\1")),
    "PNG, checksum of a time": ("PNG", chunk(b"tIME", b"\7\xe8\1\1\1\1\1", wrong=5)),
    "PNG, checksum of EXIF": ("PNG", chunk(b"eXIf", TURNED.tobytes()[6:], wrong=5)),
    "PNG, resolution too short": ("PNG", chunk(b"pHYs", b"\0")),
    "PNG, unknown compression of a profile": ("PNG", chunk(b"iCCP", b"name\0\7zz")),
    "PNG, a text that is too long": ("PNG", chunk(b"zTXt", BOMB)),
    "PNG, the same behind the pixels": ("PNG", chunk(b"zTXt", BOMB, place=-12)),
    "PNG, EXIF as odd text": ("PNG", chunk(b"tEXt", b"Raw profile type exif\0\n\n\nzz")),
    "PNG, an animation without a frame": ("PNG", chunk(b"fcTL", bytes(26))),
    "PNG, cut in its last text": ("PNG", chunk(b"tEXt", b"a\0" + bytes(99), place=-12)[:-60]),
    "WebP, cut in its XMP": ("WEBP", WEBP[:-20]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_pixels_may_be_broken(name: str) -> None:
    kind, content = BROKEN[name]
    np.testing.assert_array_equal(images.load(content), images.load(PLAIN[kind]))


TEXT = PngImagePlugin.PngInfo()
TEXT.add_text("Title", "A portrait " * 20, zip=True)
RICH = {
    "JPEG": saved("JPEG", exif=TURNED, icc_profile=ICC, xmp=XMP, comment=b"words", dpi=(72, 72)),
    "PNG": saved("PNG", exif=TURNED, icc_profile=ICC, pnginfo=TEXT, dpi=(72, 72)),
    "WEBP": saved("WEBP", exif=TURNED.tobytes(), icc_profile=ICC, xmp=XMP),
    "HEIF": saved("HEIF", exif=TURNED.tobytes(), icc_profile=ICC, xmp=XMP),
}


PARTS = {"EXIF": TURNED.tobytes()[6:], "ICC": ICC[:24], "XMP": XMP}


@pytest.mark.parametrize(
    ("kind", "part"),
    [(kind, part) for kind, file in RICH.items() for part in PARTS if PARTS[part] in file],
)
def test_any_byte_of_metadata_may_be_wrong(kind: str, part: str) -> None:
    """Nothing but the orientation can change with it."""
    content = RICH[kind]
    place = content.index(PARTS[part])
    for offset in range(0, len(PARTS[part]), 3):
        wrong = bytearray(content)
        wrong[place + offset] ^= 0xFF
        assert images.load(bytes(wrong)).size == 3 * 128 * 96


def test_what_is_whole_still_says_which_way_is_up() -> None:
    upright = (128, 96, 3)
    assert images.load(segment(0xE0, b"JFIF", file=RICH["JPEG"])).shape == upright
    assert images.load(chunk(b"pHYs", b"", file=RICH["PNG"])).shape == upright
    assert images.load(RICH["WEBP"][:-20]).shape == upright


def test_transparency_is_no_metadata() -> None:
    file = io.BytesIO()
    picture = Image.new("P", (40, 30), 0)
    picture.putpalette([200, 0, 0])
    picture.save(file, "PNG", transparency=0)
    assert (images.load(chunk(b"pHYs", b"", file=file.getvalue())) == 255).all()


@pytest.mark.parametrize("content", [*PLAIN.values(), RICH["JPEG"], RICH["PNG"]])
def test_broken_pixels_stay_broken(content: bytes) -> None:
    with pytest.raises(FacespaceError, match="damaged or incomplete"):
        images.load(content[: len(content) // 2])
