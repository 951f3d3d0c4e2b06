"""Files, folders, globs, ZIPs and names on standard input -> the photos that they name."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from facespace.io import images
from facespace.io.archive import Archive
from facespace.types import FacespaceError

#: The name that stands for "names on standard input, one a line".
STDIN = "-"


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a ZIP: the ZIP, as a path where other processes are to read it, and its name."""

    archive: Path | Archive
    name: str


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that is still to be read: the name it is given, and where its content is.

    Where there is nothing to read, ``problem`` is the sentence that says why.
    """

    name: str
    origin: Path | bytes | Member = b""
    problem: str = ""

    def content(self) -> bytes:
        """The photo's file.

        Raises:
            FacespaceError: it cannot be read.
        """
        if self.problem:
            raise FacespaceError(self.problem)
        if isinstance(self.origin, bytes):
            return self.origin
        if isinstance(self.origin, Path):
            return images.read(self.origin)
        archive = self.origin.archive
        if isinstance(archive, Path):
            try:
                archive = _opened(archive, archive.stat().st_mtime_ns)
            except OSError as error:
                raise FacespaceError("The ZIP cannot be opened any more.") from error
        return archive.read(self.origin.name)

    def loaded(self) -> Photo:
        """The same photo with its content, or with why it has none, for who cannot open it."""
        try:
            return Photo(self.name, self.content())
        except FacespaceError as error:
            return Photo(self.name, problem=str(error))


def find(names: Iterable[str], stdin: Iterable[str] = ()) -> list[Photo]:
    """All photos that names stand for, in order, each once.

    A name is a file's, whatever its ending; a folder's, for all files in and below it that end as
    pictures do, hidden ones left out; a ZIP's, for the same in it; a pattern with ``*``, ``?`` or
    ``[]`` and, for folders at any depth, ``**``; or ``-`` for the names in ``stdin``, one a line.
    What cannot be opened becomes a photo with a ``problem``, so that the others go on.
    """
    photos: dict[str, Photo] = {}
    for name in names:
        for photo in _lines(stdin) if name == STDIN else _named(name):
            photos.setdefault(photo.name, photo)
    return list(photos.values())


def members(archive: Archive, path: Path | None = None, prefix: str = "") -> list[Photo]:
    """The pictures of a ZIP, by their endings, sorted by name.

    Args:
        archive: the ZIP.
        path: where it is, if others are to open it anew.
        prefix: what their names begin with.
    """
    return [
        Photo(prefix + name, Member(path or archive, name))
        for name in sorted(archive.names)
        if is_picture(name)
    ]


def is_picture(name: str) -> bool:
    """Whether a file's name ends as those of pictures do."""
    return name.lower().rpartition(".")[2] in images.SUFFIXES


def _lines(stdin: Iterable[str]) -> Iterator[Photo]:
    for line in stdin:
        if name := line.rstrip("\r\n"):
            yield from _named(name)


def _named(name: str) -> list[Photo]:
    path = Path(name)
    if "\0" in name:
        return [Photo(name, problem="It cannot be opened: no file can have this name.")]
    try:
        if path.is_dir():
            return _below(path)
        if path.is_file() or not glob.has_magic(name):
            return _zipped(path) if path.suffix.lower() == ".zip" else [Photo(name, path)]
        matches = sorted(glob.glob(name, recursive=True))
    except (OSError, ValueError) as error:  # a folder that may not be entered
        return [Photo(name, problem=f"It cannot be opened: {error}.")]
    if not matches:
        return [Photo(name, problem="Nothing matches this pattern.")]
    photos = []
    for match in matches:
        # "**" matches folders beside what is in them: only files count, and ends of pictures.
        inside = Path(match)
        if not inside.is_dir() and (is_picture(match) or inside.suffix.lower() == ".zip"):
            photos += _zipped(inside) if inside.suffix.lower() == ".zip" else [Photo(match, inside)]
    return photos or [Photo(name, problem="No picture matches this pattern.")]


def _below(folder: Path) -> list[Photo]:
    photos = []
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        photos += [
            Photo(str(Path(here, name)), Path(here, name))
            for name in sorted(files)
            if is_picture(name) and not name.startswith(".")
        ]
    return photos or [Photo(str(folder), problem="There is no picture in this folder.")]


def _zipped(path: Path) -> list[Photo]:
    if not path.is_file():
        return [Photo(str(path), problem="There is no such file.")]
    try:
        with Archive(path) as archive:
            photos = members(archive, path, f"{path}/")
    except FacespaceError as error:
        return [Photo(str(path), problem=str(error))]
    return photos or [Photo(str(path), problem="There is no picture in this ZIP.")]


@lru_cache(maxsize=2)
def _opened(path: Path, changed: int) -> Archive:
    """A ZIP kept open from one file of it to the next; for the one thread of a worker."""
    return Archive(path)
