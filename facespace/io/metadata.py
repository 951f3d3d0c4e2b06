"""Picture files without what is not pixels, for where that is broken."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator

#: A part of a file that is kept.
_Parts = Iterator[bytes]

_JPEG, _PNG, _RIFF = b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"RIFF"

#: JPEG: EXIF and XMP (which way is up), Adobe's segment (what the colours mean) and its least
#: length, the start of the scan. All other application segments and comments are no pixels.
_APP1, _ADOBE, _ADOBE_LENGTH, _SCAN = 0xE1, 0xEE, 14, 0xDA
_NO_PIXELS = {*range(0xE0, 0xF0), 0xFE} - {_APP1, _ADOBE}

#: PNG: of the chunks that a reader may pass over, transparency and EXIF count.
_COUNTING = (b"tRNS", b"eXIf")

#: WebP: chunks that are no pixels; EXIF is left where it is whole.
_WEBP, _BESIDE = b"WEBP", (b"ICCP", b"XMP ")


def without_metadata(content: bytes) -> bytes:
    """The same picture, without profiles, texts, thumbnails and whatever else is no pixels.

    EXIF and XMP stay where they say which way is up. Only containers whose readers are known to
    stumble are taken apart; other files, and damaged ones, come back as they are.

    Args:
        content: a file of any format.

    Returns:
        a file of the same format.
    """
    for start, parts in _CONTAINERS:
        if content.startswith(start):
            try:
                return b"".join(parts(content))
            except (struct.error, IndexError, ValueError):
                return content
    return content


def _jpeg(content: bytes) -> _Parts:
    yield content[:2]
    place = 2
    while True:
        place = content.index(b"\xff", place)
        marker = content[place + 1]
        if marker in (0x00, 0xFF):  # padding
            place += 1
            continue
        if marker == _SCAN:
            yield content[place:]
            return
        (length,) = struct.unpack_from(">H", content, place + 2)
        short = marker == _ADOBE and length < _ADOBE_LENGTH
        if marker not in _NO_PIXELS and not short:
            yield content[place : place + 2 + length]
        place += 2 + length


def _png(content: bytes) -> _Parts:
    yield _PNG
    place = len(_PNG)
    while place < len(content):
        (length,) = struct.unpack_from(">I", content, place)
        name, end = content[place + 4 : place + 8], place + 12 + length
        optional = bool(name[0] & 0x20)  # a lower-case letter
        if not optional or (name in _COUNTING and _is_whole(content[place + 4 : end])):
            yield content[place:end]
        if name == b"IEND":
            return
        place = end


def _is_whole(chunk: bytes) -> bool:
    """Whether a chunk from its name on has the checksum that it says."""
    (checksum,) = struct.unpack(">I", chunk[-4:])
    return bool(zlib.crc32(chunk[:-4]) == checksum)


def _webp(content: bytes) -> _Parts:
    place, kept = 12, [_WEBP]
    while place + 8 <= len(content):
        (length,) = struct.unpack_from("<I", content, place + 4)
        name, end = content[place : place + 4], place + 8 + length + length % 2
        if name not in _BESIDE and not (name == b"EXIF" and end > len(content)):
            kept.append(content[place:end])
        place = end
    yield _RIFF + struct.pack("<I", sum(map(len, kept)))
    yield from kept


_CONTAINERS: tuple[tuple[bytes, Callable[[bytes], _Parts]], ...] = (
    (_JPEG, _jpeg),
    (_PNG, _png),
    (_RIFF, _webp),
)
