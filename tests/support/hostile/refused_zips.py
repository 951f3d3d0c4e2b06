"""ZIPs that nobody should be able to bring in, each with words of its refusal."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Callable

from facespace import limits

Content = bytes | str


def packed(*files: tuple[str | zipfile.ZipInfo, Content]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return file.getvalue()


def entry(name: str, mode: int = 0o100644, folder: bool = False) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16 | (0x10 if folder else 0)
    return info


def changed(content: bytes, local: int, central: int, form: str, value: int) -> bytes:
    """A ZIP of one file with a field of both its headers overwritten."""
    data = bytearray(content)
    struct.pack_into(form, data, local, value)
    struct.pack_into(form, data, data.index(b"PK\x01\x02") + central, value)
    return bytes(data)


def zeros(size: int) -> bytes:
    """So many zeros, deflated piece by piece, as one file."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("zeros.jpg", "w", force_zip64=True) as packing,
    ):
        for _ in range(size // 2**20):
            packing.write(bytes(2**20))
    return file.getvalue()


def overlapping() -> bytes:
    """Two names for one content: the list's second entry is sent to the first one's place."""
    data = bytearray(packed(("a.jpg", b"x" * 100), ("b.jpg", b"x" * 100)))
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    struct.pack_into("<I", data, second + 42, 0)
    return bytes(data)


def listed(number: int) -> bytes:
    """An archive that lists far more files than are read, all of them empty."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for i in range(number):
            archive.writestr(f"{i}.jpg", b"")
    return file.getvalue()


ONE = packed(("a.jpg", b"content of a photo"))
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "not a ZIP": (lambda: b"\xff\xd8\xff a photo", "not a ZIP"),
    "nothing": (lambda: b"", "not a ZIP"),
    "truncated": (lambda: ONE[:-30], "not a ZIP"),
    "without its head": (lambda: ONE[40:], "not a ZIP"),
    "empty": (packed, "no file in the ZIP"),
    "folders alone": (lambda: packed((entry("a/", 0o40755, True), "")), "no file in the ZIP"),
    "Finder's files alone": (lambda: packed(("__MACOSX/._a.jpg", "x")), "no file in the ZIP"),
    "traversal": (lambda: packed(("../x.jpg", "x")), "outside its own folder"),
    "traversal inside": (lambda: packed(("a/../../x.jpg", "x")), "outside its own folder"),
    "traversal of Windows": (lambda: packed(("a\\..\\..\\x.jpg", "x")), "outside its own"),
    "absolute": (lambda: packed(("/etc/x.jpg", "x")), "outside its own folder"),
    "absolute of Windows": (lambda: packed(("\\x.jpg", "x")), "outside its own folder"),
    "drive letter": (lambda: packed(("C:\\x.jpg", "x")), "outside its own folder"),
    "drive letter alone": (lambda: packed(("c:x.jpg", "x")), "outside its own folder"),
    "network share": (lambda: packed(("\\\\host\\share\\x.jpg", "x")), "outside its own"),
    "hidden traversal": (lambda: packed(("__MACOSX/../../x.jpg", "x")), "outside its own"),
    "link": (
        lambda: packed((entry("a.jpg", stat.S_IFLNK | 0o777), "/etc/passwd")),
        "1, 'a.jpg'. Links",
    ),
    "pipe": (
        lambda: packed((entry("a.jpg", stat.S_IFIFO | 0o644), "")),
        "1, 'a.jpg'. Links and devices",
    ),
    "encrypted": (lambda: changed(ONE, 6, 8, "<H", 1), "1, 'a.jpg'. Encrypted files"),
    "strange packing": (lambda: changed(ONE, 8, 10, "<H", 12), "1, 'a.jpg'. Only what is stored"),
    "control character": (lambda: packed(("a\nb.jpg", "x")), "No file can have this name"),
    "endless name": (lambda: packed(("a" * 300 + ".jpg", "x")), "No file can have this name"),
    "zeros, 100 MB": (lambda: zeros(100 * 2**20), "times its packed size"),
    "zeros, 10 MB": (lambda: zeros(10 * 2**20), "times its packed size"),
    "10 GB declared": (
        lambda: changed(ONE, 22, 24, "<I", 2**32 - 2),
        "times its packed size",
    ),
    "shared content": (overlapping, "share their packed content"),
    "too many": (lambda: listed(limits.MAX_ARCHIVE_FILES + 1), "lists more than 20,000 files"),
}
