"""Files that are written whole or not at all, and places that are looked at before the work."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from facespace.types import FacespaceError


class NamedFile(io.FileIO):
    """A file that names itself where it cannot be written on, as on a full disk; unbuffered."""

    def write(self, content: Any, /) -> int:
        """As ``io.FileIO``, but an ``OSError`` has the file's name."""
        try:
            return super().write(content)
        except OSError as error:
            error.filename = self.name
            raise


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """A path to write to, whose file takes its place at ``path`` when the block ends.

    It is in the same folder; other processes may write the same file meanwhile. An exception
    leaves ``path`` as it was, and nothing beside it.

    Raises:
        OSError: the file cannot be written; it names ``path``.
    """
    part = _part(path)
    try:
        yield part
        part.replace(path)
    except BaseException as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename in (part, os.fspath(part)):
            raise OSError(error.errno, error.strerror, os.fspath(path)) from error
        raise


@contextmanager
def atomic_write(path: Path) -> Iterator[IO[bytes]]:
    """An open file whose content takes its place at ``path``; see ``atomic_path``."""
    with (
        atomic_path(path) as part,
        io.BufferedWriter(NamedFile(os.fspath(part), "wb")) as file,
    ):
        yield file


def check_file(path: Path) -> None:
    """See that a file can be written at ``path``, and leave what is there as it is.

    Raises:
        FacespaceError: it cannot.
    """
    try:
        if path.is_dir():
            raise FacespaceError(f"{path} is a folder, not a file")
        if path.exists() and not path.is_file():  # a file would take the place of the device
            raise FacespaceError(f"{path} is a device or a pipe, not a file")
        if not path.absolute().parent.is_dir():
            raise FacespaceError(f"there is no folder {path.parent}")
        part = _part(path)
        part.touch()
        part.unlink()
    except OSError as error:
        raise FacespaceError(f"{path} cannot be written: {error.strerror}") from error


def check_folder(folder: Path) -> None:
    """See that files can be written to a folder, made if need be, and leave it as it is.

    Raises:
        FacespaceError: they cannot.
    """
    try:
        if folder.exists() and not folder.is_dir():
            raise FacespaceError(f"{folder} is a file, not a folder")
        missing = [place for place in (folder, *folder.parents) if not place.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
        for made in missing:
            made.rmdir()
    except OSError as error:
        raise FacespaceError(f"{folder} cannot be written to: {error.strerror}") from error


def _part(path: Path) -> Path:
    return path.with_name(f"{path.name}.{os.getpid()}.part")
