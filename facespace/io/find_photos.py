"""Files, folders, globs, ZIPs and names on standard input -> the photos that they name."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import BinaryIO

from facespace.io import formats, images, read_table, walk
from facespace.io.archive import Archive
from facespace.io.names import unquoted
from facespace.types import FacespaceError

#: The name that stands for "names on standard input, one a line".
STDIN = "-"

#: The problem of a folder with no picture in it.
EMPTY = "There is no picture in this folder."


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


def find(
    names: Iterable[str], stdin: BinaryIO | None = None, passed_over: list[str] | None = None
) -> list[Photo]:
    """All photos that names stand for, in order, each once.

    A name is a file's, whatever its ending; a folder's, for all pictures in and below it (see
    ``formats.is_picture``), hidden ones left out; a ZIP's, for the same in it; a pattern with
    ``*``, ``?`` or ``[]`` and, for folders at any depth, ``**``: for the pictures, folders and
    ZIPs that it matches; or ``-`` for the names in ``stdin``, one a line or in a table's column
    ``file``. Names may be in quotes. What cannot be opened, a folder too, becomes a photo with a
    ``problem``, so that the others go on.

    Args:
        names: of what to look for.
        stdin: the list for the name ``-``.
        passed_over: takes the names of files that are no pictures.
    """
    photos: dict[str, Photo] = {}
    others: list[str] = []
    for name in names:
        for photo in _lines(stdin, others) if name == STDIN else _named(name, others):
            photos.setdefault(photo.name, photo)
    if passed_over is not None:
        passed_over += dict.fromkeys(others)
    return list(photos.values())


def members(
    archive: Archive,
    path: Path | None = None,
    prefix: str = "",
    passed_over: list[str] | None = None,
) -> list[Photo]:
    """The pictures of a ZIP (see ``formats.is_picture``), sorted by name.

    Files that may be some but are left out of it follow, with why as their ``problem``.

    Args:
        archive: the ZIP.
        path: where it is, if others are to open it anew.
        prefix: what their names begin with.
        passed_over: takes the names of files that are no pictures.
    """
    photos, others = [], []
    for name in sorted(archive.names):
        if formats.is_picture(name, partial(archive.head, name)):
            photos.append(Photo(prefix + name, Member(path or archive, name)))
        else:
            others.append(prefix + name)
    for name, why in archive.left_out.items():
        if formats.ending(name) in ("", *formats.PICTURE_ENDINGS):
            photos.append(Photo(prefix + name, problem=why))
        else:
            others.append(prefix + name)
    if passed_over is not None:
        passed_over += others
    return photos


def is_pattern(name: str) -> bool:
    """Whether a name is a pattern; one that a file or a folder has is not."""
    return glob.has_magic(name) and not os.path.lexists(name)


def _lines(stdin: BinaryIO | None, others: list[str]) -> Iterator[Photo]:
    try:
        names = read_table.names(stdin.read() if stdin else b"")
    except FacespaceError as error:
        yield Photo(STDIN, problem=str(error))
        return
    for name in names:
        yield from _named(name, others)


def _named(name: str, others: list[str]) -> list[Photo]:
    name = unquoted(name)
    if "\0" in name:
        return [Photo(name, problem="It cannot be opened: no file can have this name.")]
    if os.path.isdir(name):
        photos = _below([Path(name)], others)
        return photos or [Photo(name, problem=EMPTY)]
    if is_pattern(name):
        return _matching(name, others)
    try:
        os.stat(name)
    except FileNotFoundError:
        return [Photo(name, problem="There is no such file.")]
    except OSError:  # its content says why
        return [Photo(name, Path(name))]
    return _zipped(name, others) if _is_zip(name) else [Photo(name, Path(name))]


def _below(folders: Sequence[Path], others: list[str]) -> list[Photo]:
    found = walk.below(*folders)
    return _problems(found) + _pictures(found.files, others)


def _matching(pattern: str, others: list[str]) -> list[Photo]:
    found = walk.matching(pattern)
    photos, folders = _problems(found), []
    for path in found.files:
        if path.is_dir():
            folders.append(path)
        else:
            name = str(path)
            photos += _zipped(name, others) if _is_zip(name) else _pictures([path], others)
    photos += _below(folders, others)
    nothing = "No picture" if found.files else "Nothing"
    return photos or [Photo(pattern, problem=f"{nothing} matches this pattern.")]


def _problems(found: walk.Found) -> list[Photo]:
    return [Photo(str(path), problem=problem) for path, problem in found.problems.items()]


def _pictures(files: Iterable[Path], others: list[str]) -> list[Photo]:
    photos = []
    for path in files:
        if formats.is_picture_file(path):
            photos.append(Photo(str(path), path))
        else:
            others.append(str(path))
    return photos


def _is_zip(name: str) -> bool:
    return Path(name).suffix.lower() == ".zip"


def _zipped(name: str, others: list[str]) -> list[Photo]:
    path = Path(name)
    if not path.is_file():
        return [Photo(str(path), problem="There is no such file.")]
    try:
        with Archive(path) as archive:
            photos = members(archive, path, f"{path}/", others)
    except FacespaceError as error:
        return [Photo(str(path), problem=str(error))]
    return photos or [Photo(str(path), problem="There is no picture in this ZIP.")]


@lru_cache(maxsize=2)
def _opened(path: Path, changed: int) -> Archive:
    """A ZIP kept open from one file of it to the next; for the one thread of a worker."""
    return Archive(path)
