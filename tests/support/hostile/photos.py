"""Photos that are broken, odd, mislabelled or made to do harm, each with how it must end."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from functools import cache, partial

import numpy as np
from PIL import Image, ImageDraw

from dashboard.widgets.example import example
from facespace.faces.analyze import analyze
from tests.support.outcomes import EITHER, READ, ending
from tests.support.pictures import progressive

NOT, DAMAGED, PIXELS = "The file is not a JPEG", "is damaged or incomplete", "pixels; at most"


@cache
def shapes(width: int = 96, height: int = 64) -> Image.Image:
    """Shapes and noise, so that every format has something to pack."""
    noise = np.random.default_rng(0).integers(0, 90, (height, width, 3), np.uint8)
    picture = Image.fromarray(noise)
    ImageDraw.Draw(picture).ellipse((width / 4, height / 4, width * 0.75, height * 0.75), "tan")
    return picture


@cache
def face() -> Image.Image:
    return Image.open(io.BytesIO(example()[1])).convert("RGB").crop((120, 20, 340, 240))


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


FORMATS: dict[str, tuple[str, dict[str, object]]] = {
    "JPEG": ("JPEG", {}),
    "progressive JPEG": ("JPEG", {"progressive": True}),
    "PNG": ("PNG", {}),
    "WebP": ("WEBP", {}),
    "lossless WebP": ("WEBP", {"lossless": True}),
    "BMP": ("BMP", {}),
    "HEIC": ("HEIF", {}),
    "AVIF": ("AVIF", {}),
    "GIF": ("GIF", {}),
    "TIFF": ("TIFF", {}),
    "packed TIFF": ("TIFF", {"compression": "tiff_adobe_deflate"}),
}


def cut(name: str, share: float) -> bytes:
    kind, options = FORMATS[name]
    content = encoded(face(), kind, **options)
    return content[: int(len(content) * share)]


def flipped(name: str, share: float) -> bytes:
    kind, options = FORMATS[name]
    content = bytearray(encoded(shapes(), kind, **options))
    content[int((len(content) - 1) * share)] ^= 0xFF
    return bytes(content)


def chunk(kind: bytes, content: bytes, length: int | None = None, crc: int | None = None) -> bytes:
    check = zlib.crc32(kind + content) if crc is None else crc
    size = len(content) if length is None else length
    return struct.pack(">I", size) + kind + content + struct.pack(">I", check)


def png(
    width: int = 8,
    height: int = 8,
    depth: int = 8,
    colour: int = 2,
    data: bytes = bytes(8 * 25),
    between: bytes = b"",
    **head: int,
) -> bytes:
    """A PNG by hand; ``between`` are chunks after its head."""
    start = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, head.get("interlace", 0))
    body = chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", start) + between + body


def jpeg_of(width: int, height: int) -> bytes:
    """A small JPEG whose header names another size."""
    content = bytearray(encoded(shapes(), "JPEG"))
    place = content.index(b"\xff\xc0")
    struct.pack_into(">HH", content, place + 5, height, width)
    return bytes(content)


def bmp_of(width: int, height: int, bits: int = 24, packing: int = 0) -> bytes:
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, packing, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 70, 0, 0, 54) + head + bytes(16)


def webp_of(width: int, height: int) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    extended = b"VP8X" + struct.pack("<I", 10) + b"\x10\0\0\0" + size
    body = extended + encoded(shapes(), "WEBP")[12:]
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def heic_of(width: int, height: int) -> bytes:
    content = bytearray(encoded(shapes(), "HEIF"))
    struct.pack_into(">II", content, content.index(b"ispe") + 8, width, height)
    return bytes(content)


def with_exif(content: bytes) -> bytes:
    """A JPEG whose EXIF block is these bytes."""
    plain = encoded(face(), "JPEG")
    block = b"Exif\0\0" + content
    return plain[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + plain[2:]


def tagged(tag: int, kind: int, count: int, value: int, following: int = 0) -> bytes:
    """An EXIF block with one entry."""
    return struct.pack("<2sHIHHHIII", b"II", 42, 8, 1, tag, kind, count, value, following)


def turned_with_an_odd_tag() -> bytes:
    """Orientation 6, and a resolution that is text."""
    head = struct.pack("<2sHIH", b"II", 42, 8, 2)
    turn = struct.pack("<HHII", 0x112, 3, 1, 6)
    return with_exif(head + turn + struct.pack("<HHII", 0x11A, 2, 4, 0x363636) + bytes(4))


def noisy(width: int, height: int) -> bytes:
    return encoded(shapes(width, height), "PNG")


def converted(picture: Callable[[], Image.Image], mode: str, kind: str) -> bytes:
    return encoded(picture().convert(mode), kind)


def turned_by(orientation: int) -> bytes:
    return with_exif(tagged(0x112, 3, 1, orientation))


def deep(mode: str) -> bytes:
    ramp = np.tile(np.linspace(0, 65535, 96).astype(np.uint16), (64, 1))
    return encoded(Image.fromarray(ramp) if mode == "I;16" else shapes().convert(mode), "PNG")


def frames(kind: str) -> bytes:
    more = [face().rotate(90 * i) for i in range(3)]
    return encoded(face(), kind, save_all=True, append_images=more)


def text_bomb(kind: bytes) -> bytes:
    """A compressed text, or colour profile, of 30 MB in a small picture."""
    packed = zlib.compressobj(9)
    swollen = b"".join(packed.compress(bytes(2**20)) for _ in range(30)) + packed.flush()
    return png(between=chunk(kind, b"x\0\0" + swollen))


Case = tuple[Callable[[], bytes], str]


CASES: dict[str, Case] = {
    f"{name} cut at {share:.0%}": (partial(cut, name, share), EITHER)
    for name in FORMATS
    for share in (0.002, 0.01, 0.1, 0.5, 0.9, 0.999)
}


CASES |= {
    f"{name}, byte at {share:.0%} flipped": (partial(flipped, name, share), EITHER)
    for name in FORMATS
    for share in (0, 0.01, 0.03, 0.2, 0.6, 1)
}


CASES |= {
    f"{width} x {height} pixels": (partial(noisy, width, height), READ)
    for width, height in ((1, 1), (1, 2), (2, 1), (1, 3000), (3000, 1), (3, 40_000), (70_000, 2))
}


CASES |= {
    f"mode {mode}": (partial(converted, shapes, mode, "PNG"), READ)
    for mode in ("1", "L", "LA", "P", "RGBA", "I;16")
}


CASES |= {
    f"a face as {mode} JPEG": (partial(converted, face, mode, "JPEG"), READ)
    for mode in ("L", "CMYK", "RGB")
}


CASES |= {
    f"EXIF orientation {value}": (partial(turned_by, value), READ) for value in (0, 6, 9, 65535)
}


CASES |= {
    f"a header of {wide} x {high} pixels in {kind}": (partial(make, wide, high), end)
    for kind, make, wide, high, end in (
        ("PNG", png, 20_000, 20_000, PIXELS),
        ("PNG", png, 2**31 - 1, 2**31 - 1, EITHER),
        ("PNG", png, 2**32 - 1, 1, EITHER),
        ("PNG", png, 7_000, 7_000, DAMAGED),
        ("PNG", png, 0, 0, EITHER),
        ("PNG", png, 0, 8, EITHER),
        ("PNG", png, 49_000_000, 1, EITHER),
        ("JPEG", jpeg_of, 65_500, 65_500, PIXELS),
        ("JPEG", jpeg_of, 65_535, 1, EITHER),
        ("JPEG", jpeg_of, 0, 0, EITHER),
        ("JPEG", jpeg_of, 7_000, 7_000, EITHER),
        ("BMP", bmp_of, 2**31 - 1, 2**31 - 1, PIXELS),
        ("BMP", bmp_of, -(2**31), -(2**31), EITHER),
        ("BMP", bmp_of, 7_000, -7_000, EITHER),
        ("BMP", bmp_of, 0, 0, EITHER),
        ("WebP", webp_of, 2**24, 2**8, EITHER),
        ("WebP", webp_of, 16_000, 16_000, EITHER),
        ("HEIC", heic_of, 60_000, 60_000, EITHER),
        ("HEIC", heic_of, 0, 0, EITHER),
        ("HEIC", heic_of, 7_000, 7_000, EITHER),
    )
}  # fmt: skip


CASES |= {
    "nothing": (lambda: b"", "empty"),
    "one byte": (lambda: b"\xff", NOT),
    "zeros": (lambda: bytes(5000), NOT),
    "noise": (lambda: np.random.default_rng(1).bytes(5000), NOT),
    "spaces": (lambda: b" \n" * 100, NOT),
    "text": (lambda: b"just text called .jpg", NOT),
    "HTML": (lambda: b"<!DOCTYPE html><script>alert(1)</script>", NOT),
    "SVG": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><image href='/a'/></svg>", NOT),
    "PDF": (lambda: b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF", NOT),
    "PostScript": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", NOT),
    "a script": (lambda: b"#!/bin/sh\nrm -rf /\n", NOT),
    "ELF": (lambda: b"\x7fELF\x02\x01\x01" + bytes(200), NOT),
    "a ZIP": (lambda: b"PK\x03\x04" + bytes(60), NOT),
    "a pickle": (lambda: b"\x80\x04cos\nsystem\n(S'true'\ntR.", NOT),
    "a film": (lambda: b"\0\0\0\x20ftypisom\0\0\2\0isomiso2" + bytes(200), NOT),
    "a sound": (lambda: b"RIFF\x24\0\0\0WAVEfmt " + bytes(40), NOT),
    "GIF": (lambda: encoded(shapes(), "GIF"), READ),
    "an animated GIF": (lambda: frames("GIF"), READ),
    "TIFF": (lambda: encoded(shapes(), "TIFF"), READ),
    "ICO": (lambda: encoded(shapes(), "ICO"), NOT),
    "TGA": (lambda: encoded(shapes(), "TGA"), NOT),
    "PPM": (lambda: encoded(shapes(), "PPM"), NOT),
    "JPEG 2000": (lambda: encoded(shapes(), "JPEG2000"), NOT),
    "JPEG XL": (lambda: b"\xff\x0a" + bytes(100), NOT),
    "Photoshop": (lambda: b"8BPS\0\1" + bytes(100), NOT),
    "camera raw": (lambda: b"II*\0\x10\0\0\0CR\2\0" + bytes(100), NOT),
    "a face as HEIC": (lambda: encoded(face(), "HEIF"), READ),
    "a face as WebP": (lambda: encoded(face(), "WEBP"), READ),
    "an animated WebP": (lambda: frames("WEBP"), READ),
    "an animated PNG": (lambda: frames("PNG"), READ),
    "a burst (MPO)": (lambda: frames("MPO"), READ),
    "HEIC of several": (lambda: frames("HEIF"), READ),
    "16-bit grey": (lambda: deep("I;16"), READ),
    "16-bit colour": (lambda: png(depth=16, data=bytes(8 * 49)), READ),
    "1-bit palette": (
        lambda: png(depth=1, colour=3, data=bytes(16), between=chunk(b"PLTE", b"\0\0\0\xff\0\0")),
        READ,
    ),
    "a palette that is missing": (lambda: png(colour=3, data=bytes(72)), EITHER),
    "transparent palette": (
        lambda: encoded(shapes().convert("P"), "PNG", transparency=bytes(range(256))),
        READ,
    ),
    "wholly transparent": (lambda: encoded(Image.new("RGBA", (64, 64)), "PNG"), READ),
    "interlaced": (lambda: png(data=bytes(400), interlace=1), EITHER),
    "PNG of a depth that is none": (lambda: png(depth=5), EITHER),
    "PNG of a colour type that is none": (lambda: png(colour=9), EITHER),
    "PNG with a wrong check sum": (lambda: png(between=chunk(b"gAMA", bytes(4), crc=1)), EITHER),
    "PNG with an endless chunk": (
        lambda: png(between=chunk(b"tEXt", b"x\0y", length=2**31 - 1)),
        EITHER,
    ),
    "PNG with too little data": (lambda: png(data=bytes(9)), DAMAGED),
    "PNG with too much data": (lambda: png(data=bytes(10**6)), EITHER),
    "PNG with a text bomb": (lambda: text_bomb(b"zTXt"), EITHER),
    "PNG with a bomb of a colour profile": (lambda: text_bomb(b"iCCP"), EITHER),
    "JPEG with a profile that is none": (
        lambda: encoded(face(), "JPEG", icc_profile=b"no profile" * 50),
        READ,
    ),
    "JPEG with a long comment": (lambda: encoded(face(), "JPEG", comment=b"x" * 65_000), READ),
    "JPEG and ZIP at once": (lambda: encoded(face(), "JPEG") + b"PK\x05\x06" + bytes(18), READ),
    "JPEG and HTML at once": (
        lambda: encoded(face(), "JPEG", comment=b"<script>alert(1)</script>"),
        READ,
    ),
    "PNG and PDF at once": (lambda: encoded(face(), "PNG") + b"%PDF-1.7 %%EOF", READ),
    "text before a JPEG": (lambda: b"text" + encoded(face(), "JPEG"), NOT),
    "JPEG without its tables": (
        lambda: encoded(shapes(), "JPEG").replace(b"\xff\xdb", b"\xff\xfe"),
        EITHER,
    ),
    "JPEG of 12 bits": (
        lambda: encoded(shapes(), "JPEG").replace(b"\xff\xc0\0\x11\x08", b"\xff\xc0\0\x11\x0c"),
        EITHER,
    ),
    "arithmetic JPEG": (
        lambda: encoded(shapes(), "JPEG").replace(b"\xff\xc0", b"\xff\xc9"),
        EITHER,
    ),
    "JPEG of 100 scans": (lambda: progressive(shapes(), 100), READ),
    "JPEG of 5,000 scans": (lambda: progressive(shapes(), 5_000), "has 5,000 scans; at most 100"),
    "JPEG of heads alone": (lambda: b"\xff\xd8" * 1000, EITHER),
    "EXIF that is none": (lambda: with_exif(b"garbage" * 20), READ),
    "EXIF that is cut": (lambda: with_exif(tagged(0x112, 3, 1, 6)[:15]), READ),
    "EXIF that turns to itself": (lambda: with_exif(tagged(0x8769, 4, 1, 8, following=8)), READ),
    "EXIF with a far address": (lambda: with_exif(tagged(0x112, 5, 2**30, 2**31)), READ),
    "EXIF that turns, with an odd tag": (turned_with_an_odd_tag, READ),
    "EXIF orientation as text": (lambda: with_exif(tagged(0x112, 2, 4, 0x363636)), READ),
    "RLE bitmap": (lambda: bmp_of(64, 64, 8, 1), EITHER),
    "bitmap of a depth that is none": (lambda: bmp_of(8, 8, 7), EITHER),
    "bitmap that is packed in no known way": (lambda: bmp_of(8, 8, 24, 99), EITHER),
}  # fmt: skip


@cache
def content(name: str) -> bytes:
    return CASES[name][0]()


@cache
def in_library(name: str) -> str:
    """How a case ends in the library."""
    return ending(lambda: analyze(content(name)))


#: Of every way to end one, for pages that take one picture at a time.
FEW = (
    *("nothing", "text", "PNG cut at 50%", "1 x 1 pixels", "70000 x 2 pixels"),
    *("16-bit grey", "EXIF that is cut"),
)
