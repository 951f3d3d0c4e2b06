"""ZIPs that lead out of their folder, lie, swell, or are packed as nobody packs photos."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Callable
from functools import cache, partial

import numpy as np

from tests.support.outcomes import EITHER, READ
from tests.support.pictures import GREY, png

PHOTO = png(GREY)
OUT, NO_ZIP, SWOLLEN = "outside its own folder", "is not a ZIP archive", "times its packed size"
#: Of what is left out alone, where there is something else to read.
NAME, LINK, PACKING = "No file can have this name", "Links and devices", "Only what is stored or"
ENCRYPTED, TWICE, BOTH = "Encrypted files", "Two files of the ZIP", "A folder in the ZIP has"


Content = bytes | str


def packed(*files: tuple[str | zipfile.ZipInfo, Content], comment: bytes = b"") -> bytes:
    """A ZIP of these files and one good photo, deflated."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
        archive.writestr("good.png", PHOTO)
        archive.comment = comment
    return file.getvalue()


def entry(
    name: str, mode: int = 0o100644, folder: bool = False, **fields: object
) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16 | (0x10 if folder else 0)
    for field, value in fields.items():
        setattr(info, field, value)
    return info


ONE = packed()


def listed(field: int, form: str, value: int, local: int | None = None) -> bytes:
    """The good ZIP with a field of its list of files, and of the file's own head, overwritten."""
    data = bytearray(ONE)
    struct.pack_into(form, data, data.index(b"PK\x01\x02") + field, value)
    if local is not None:
        struct.pack_into(form, data, local, value)
    return bytes(data)


def ended(field: int, form: str, value: int) -> bytes:
    """The good ZIP with a field of its end overwritten."""
    data = bytearray(ONE)
    struct.pack_into(form, data, data.index(b"PK\x05\x06") + field, value)
    return bytes(data)


def renamed(raw: bytes, flag: int = 0) -> bytes:
    """A ZIP whose photo's name is these bytes."""
    plain = "n" * len(raw)
    data = bytearray(packed((plain, PHOTO)).replace(plain.encode(), raw))
    struct.pack_into("<H", data, 6, flag)
    struct.pack_into("<H", data, data.index(b"PK\x01\x02") + 8, flag)
    return bytes(data)


def zip64(size: int, packed_size: int, offset: int) -> bytes:
    """A ZIP whose list says "see the wide fields", and whose wide fields lie."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        info = entry("a.png")
        # A block of a kind that nobody knows holds the place of the wide fields.
        info.extra = struct.pack("<HHQQQ", 0x7777, 24, size, packed_size, offset)
        archive.writestr(info, PHOTO)
    data = bytearray(file.getvalue())
    place = data.index(b"PK\x01\x02")
    struct.pack_into("<II", data, place + 20, 2**32 - 1, 2**32 - 1)
    struct.pack_into("<I", data, place + 42, 2**32 - 1)
    struct.pack_into("<H", data, data.index(b"\x77\x77", place), 1)
    return bytes(data)


def zeros(megabytes: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.png", bytes(megabytes * 2**20))
    return file.getvalue()


def overlapping() -> bytes:
    data = bytearray(packed(("a.png", PHOTO)))
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    struct.pack_into("<I", data, second + 42, 0)
    return bytes(data)


def cut(share: float) -> bytes:
    return ONE[: int(len(ONE) * share)]


def flipped(share: float) -> bytes:
    data = bytearray(packed(("a.png", PHOTO), ("b/c.png", PHOTO[:-9])))
    data[int((len(data) - 1) * share)] ^= 0xFF
    return bytes(data)


Case = tuple[Callable[[], bytes], str]


CASES: dict[str, Case] = {
    f"name {name!r}": (partial(packed, (name, PHOTO)), end)
    for name, end in {
        "../x.png": OUT, "a/../../x.png": OUT, "/etc/x.png": OUT, "//host/x.png": OUT,
        "..\\x.png": OUT, "C:\\x.png": OUT, "c:x.png": OUT, "\\\\host\\share\\x.png": OUT,
        "__MACOSX/../../x.png": OUT, "..": OUT, "a/..": OUT, "./.././x.png": OUT,
        "a\nb.png": NAME, "a\x1bb.png": NAME,
        "a" * 300 + ".png": NAME,
        "a/" * 50 + "x.png": NAME,
        "a/" * 2000 + "x.png": NAME,
        ("a" * 200 + "/") * 30 + "x.png": NAME,
        ".": READ, "./x.png": READ, "....png": READ, "~/x.png": READ, "$HOME.png": READ,
        "-rf.png": READ, "=1+1.png": READ, "<b>.png": READ, "x.png ": READ, "CON.png": READ,
        "a:b/x.png": OUT, "Zoë.png": READ, "\u202egnp.exe.png": READ, "面.png": READ,
        "x.png/y.png": READ, "*.png": READ, "a b.png": READ, "%2e%2e%2fx.png": READ,
        "more.zip": READ, "x.tar.gz": READ,
        "x.7z": READ, "x.png.jar": READ,
        "GOOD.png": READ, "good.png/x.png": BOTH,
    }.items()
}  # fmt: skip


CASES |= {
    f"cut at {share:.0%}": (partial(cut, share), NO_ZIP) for share in (0.01, 0.3, 0.7, 0.9, 0.99)
}


CASES |= {
    f"byte at {share:.0%} flipped": (partial(flipped, share), EITHER)
    for share in np.linspace(0, 1, 24).round(2).tolist()
}


CASES |= {
    "nothing": (lambda: b"", NO_ZIP),
    "text": (lambda: b"no archive", NO_ZIP),
    "a photo": (lambda: PHOTO, NO_ZIP),
    "gzip": (lambda: b"\x1f\x8b\x08" + bytes(50), NO_ZIP),
    "7z": (lambda: b"7z\xbc\xaf\x27\x1c" + bytes(50), NO_ZIP),
    "RAR": (lambda: b"Rar!\x1a\x07\x01\0" + bytes(50), NO_ZIP),
    "noise": (lambda: np.random.default_rng(0).bytes(4000), NO_ZIP),
    "an end alone": (lambda: b"PK\x05\x06" + bytes(18), "no file in the ZIP"),
    "many ends": (lambda: (b"PK\x05\x06" + bytes(18)) * 500, EITHER),
    "text before it": (lambda: b"text" * 20 + ONE, READ),
    "a photo before it": (lambda: PHOTO + ONE, READ),
    "text after it": (lambda: ONE + b"text", READ),
    "a long comment": (lambda: packed(comment=b"x" * 65_000), READ),
    "a ZIP as comment": (lambda: packed(comment=ONE), EITHER),
    "a link": (lambda: packed((entry("a.png", stat.S_IFLNK | 0o777), "/etc/passwd")), LINK),
    "a link of a folder": (lambda: packed((entry("a", stat.S_IFLNK | 0o777), "..")), LINK),
    "a pipe": (lambda: packed((entry("a.png", stat.S_IFIFO | 0o644), "")), LINK),
    "a device": (lambda: packed((entry("a.png", stat.S_IFBLK | 0o644), "")), LINK),
    "set-uid": (lambda: packed((entry("a.png", 0o104777), PHOTO)), READ),
    "no rights": (lambda: packed((entry("a.png", 0o100000), PHOTO)), READ),
    "encrypted": (lambda: listed(8, "<H", 1, 6), ENCRYPTED),
    "strongly encrypted": (lambda: listed(8, "<H", 0x41, 6), ENCRYPTED),
    "packed by bzip2": (lambda: listed(10, "<H", 12, 8), PACKING),
    "packed by LZMA": (lambda: listed(10, "<H", 14, 8), PACKING),
    "packed by nothing known": (lambda: listed(10, "<H", 999, 8), PACKING),
    "said to be stored": (lambda: listed(10, "<H", 0, 8), EITHER),
    "a wrong check sum": (lambda: listed(16, "<I", 1, 14), NO_ZIP),
    "said to be larger": (lambda: listed(24, "<I", len(PHOTO) + 9), NO_ZIP),
    "said to be smaller": (lambda: listed(24, "<I", 9), EITHER),
    "said to be empty": (lambda: listed(24, "<I", 0), EITHER),
    "said to be huge": (lambda: listed(24, "<I", 2**32 - 2), "unpacks to"),
    "said to be packed in nothing": (lambda: listed(20, "<I", 0), EITHER),
    "said to be packed in much": (lambda: listed(20, "<I", 2**31), EITHER),
    "said to be elsewhere": (lambda: listed(42, "<I", 7), NO_ZIP),
    "said to be beyond the end": (lambda: listed(42, "<I", 2**31), EITHER),
    "said to be of version 255": (lambda: listed(6, "<H", 255), EITHER),
    "said to be on another disk": (lambda: listed(34, "<H", 7), READ),
    "a name said to be long": (lambda: listed(28, "<H", 60_000), EITHER),
    "a name said to be none": (lambda: listed(28, "<H", 0), EITHER),
    "a date that is none": (lambda: listed(12, "<I", 0), READ),
    "a list said to be elsewhere": (lambda: ended(16, "<I", 2**31), EITHER),
    "a list said to be long": (lambda: ended(12, "<I", 2**31), EITHER),
    "a list said to be empty": (lambda: ended(12, "<I", 0), EITHER),
    "60,000 files said to be listed": (lambda: ended(10, "<H", 60_000), EITHER),
    "wide fields of a huge file": (lambda: zip64(2**62, 100, 0), "unpacks to"),
    "wide fields that reach far": (lambda: zip64(100, 2**62, 0), EITHER),
    "wide fields that begin far": (lambda: zip64(100, 100, 2**62), EITHER),
    "wide fields that begin beyond numbers": (lambda: zip64(100, 100, 2**64 - 1), EITHER),
    "40 MB of zeros": (lambda: zeros(40), SWOLLEN),
    "60 MB of zeros": (lambda: zeros(60), "unpacks to"),
    "shared content": (overlapping, "share their packed content"),
    "the same twice": (lambda: packed(("a.png", PHOTO), ("./a.png", PHOTO)), TWICE),
    "told apart by case": (lambda: packed(("Z.png", PHOTO), ("z.png", PHOTO)), READ),
    "a hidden file": (lambda: packed((".x.png", PHOTO)), READ),
    "a photo that is none": (lambda: packed(("a.png", "no photo")), READ),
    "a name with NUL": (lambda: renamed(b"a\0b.png"), NAME),
    "a name of another code page": (lambda: renamed("Zoë.png".encode("latin-1")), READ),
    "a name that is not the UTF-8 it says": (lambda: renamed(b"\xff\xfe.png", 0x800), EITHER),
    "an extra block that is cut": (
        lambda: packed((entry("a.png", extra=b"\1\0\xff"), PHOTO)),
        EITHER,
    ),
}  # fmt: skip


@cache
def content(name: str) -> bytes:
    return CASES[name][0]()


#: Of every way to end one, for pages.
FEW = (
    *("nothing", "a photo", "name '../x.png'", "40 MB of zeros", "encrypted", "a link"),
    *("wide fields that begin beyond numbers", "a wrong check sum"),
)
