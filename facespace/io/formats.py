"""What a picture is and what a film is: by one list of file name endings, and by first bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from facespace.io.names import written

#: Pictures: Pillow's name of each format that is read, people's, and its endings.
_PICTURES = {
    "JPEG": ("JPEG", "jpg jpeg jfif jpe mpo"),
    "PNG": ("PNG", "png"),
    "WEBP": ("WebP", "webp"),
    "HEIF": ("HEIC", "heic heif hif"),
    "AVIF": ("AVIF", "avif"),
    "TIFF": ("TIFF", "tif tiff"),
    "GIF": ("GIF", "gif"),
    "BMP": ("BMP", "bmp"),
}

#: Films: FFmpeg's name of each kind of file that is opened, and its endings.
_FILMS = {
    "mp4": "mp4 m4v 3gp 3g2 f4v",
    "mov": "mov qt",
    "matroska": "mkv",
    "webm": "webm",
    "avi": "avi",
    "mpeg": "mpg mpeg vob",
    "mpegts": "ts mts m2ts",
    "ogg": "ogv ogg",
    "flv": "flv",
    "asf": "wmv asf",
    "gif": "gif",
}

#: Names of the formats, as Pillow has those of pictures and FFmpeg those of films.
PICTURE_FORMATS, FILM_FORMATS = tuple(_PICTURES), tuple(_FILMS)

#: File name endings of pictures and of films, in lower case.
PICTURE_ENDINGS = tuple(ending for _, ends in _PICTURES.values() for ending in ends.split())
FILM_ENDINGS = tuple(ending for ends in _FILMS.values() for ending in ends.split())


def _listed(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}"


#: What pictures and films may be, in words: of films their endings.
PICTURES = _listed(name for name, _ in _PICTURES.values())
FILMS = _listed(FILM_ENDINGS)

#: First bytes of a file by which its format is known.
HEAD = 64

#: Brands of ISO base media files that hold a picture (ISO/IEC 23008-12, AVIF 1.1).
_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"} | {
    *(b"avif", b"avis")
}


def ending(name: str) -> str:
    """A file name's ending in lower case, without its dot; "" where it has none."""
    return Path(name).suffix.lower().lstrip(".")


def is_picture(name: str, head: Callable[[], bytes]) -> bool:
    """Whether a file is a picture: by its ending, or else by how it begins.

    A TIFF counts by how it begins only where the name has no ending: cameras' raw files are TIFFs
    too, of which the first picture is a thumbnail.

    Args:
        name: of the file.
        head: gives its first ``HEAD`` bytes; asked only where the ending does not tell.
    """
    known = ending(name)
    return known in PICTURE_ENDINGS or _begins_as_picture(head(), tiff=not known)


def is_picture_file(path: Path) -> bool:
    """The same of a file on disk.

    One that cannot be opened counts as a picture, so that who reads it says why; a device, which
    may never answer, does not.
    """
    try:
        return is_picture(path.name, lambda: _head(path))
    except OSError:
        return True


def _head(path: Path) -> bytes:
    if path.exists() and not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(HEAD)


def _begins_as_picture(head: bytes, tiff: bool) -> bool:
    if head[4:8] == b"ftyp":
        brands = head[8 : int.from_bytes(head[:4])]
        return any(brands[i : i + 4] in _BRANDS for i in range(0, len(brands), 4))
    if head[:2] == b"BM":  # so begin some texts: its header is looked at too
        return head[6:10] == bytes(4) and head[15:18] == bytes(3)
    if head[:4] == b"RIFF":
        return head[8:12] == b"WEBP"
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return tiff
    return head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a"))


def passed_over(names: Iterable[str], pictures: int) -> str:
    """A sentence on files that are no pictures: which, or of many how many of each ending.

    Args:
        names: theirs.
        pictures: how many files beside them are.

    Returns:
        "" where there are none.
    """
    names = list(names)
    if not (count := len(names)):
        return ""
    ends = Counter(f".{known}" if (known := ending(name)) else "without ending" for name in names)
    most = [f"{n:,} {end}" for end, n in ends.most_common(_NAMED)]
    if more := count - sum(n for _, n in ends.most_common(_NAMED)):
        most.append(f"{more:,} others")
    if count <= _FEW:
        most = [written(Path(name).name) for name in names]
    are = "is not a picture" if count == 1 else "are not pictures"
    return f"{count:,} of {count + pictures:,} files {are} ({', '.join(most)})."


#: So many endings are named, and so few files.
_NAMED, _FEW = 6, 3
