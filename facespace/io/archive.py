"""A ZIP of pictures, read one file at a time, and nothing outside a temporary folder written.

A ZIP from a stranger may name files outside the folder it is unpacked into, hold links, unpack to
a thousand times its size, or list one content many times over. All that its list of files says is
checked before anything is unpacked; what it unpacks to is checked while it is.
"""

from __future__ import annotations

import io
import stat
import struct
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from types import TracebackType
from typing import BinaryIO, cast

from facespace import limits
from facespace.types import FacespaceError

#: File name endings of archives. What is inside an archive inside is not looked at.
NESTED = ("zip", "tar", "gz", "tgz", "bz2", "xz", "7z", "rar", "zst", "jar")

#: Bytes unpacked at a time.
PIECE = 2**20

#: Files up to so many bytes may be packed as tightly as they like.
RATIO_FROM = 2**20

#: Bytes of the list of files for each of ``limits.MAX_ARCHIVE_FILES``: its entry and name.
LISTED = 256

#: Bytes of one part of a name that file systems take.
MAX_NAME = 255

_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError),
    *(RuntimeError, ValueError, OverflowError),
)


class Archive:
    """The files of a ZIP by name; a context manager, for one thread at a time.

    Names are relative, with ``/`` between their parts and accents in one piece with their letters
    (NFC), which macOS takes apart and tables do not. Folders, hidden files and what macOS adds
    (``__MACOSX``) are left out.

    Raises:
        FacespaceError: it is no ZIP, incomplete, empty, or not to be trusted; says why.
    """

    def __init__(self, source: bytes | BinaryIO | Path) -> None:
        with _sentences():
            file = io.BytesIO(source) if isinstance(source, bytes) else source
            self._own = file.open("rb") if isinstance(file, Path) else None
            try:
                self._zip, self._entries = _opened(self._own or cast(BinaryIO, file))
            except BaseException:
                self.close()
                raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close what was opened here; a file object that was given stays open."""
        if self._own:
            self._own.close()

    @property
    def names(self) -> list[str]:
        """The names of all files, in the archive's order."""
        return list(self._entries)

    def read(self, name: str) -> bytes:
        """The content of one file.

        Raises:
            FacespaceError: there is none of that name, or it is damaged.
        """
        entry = self._entries.get(unicodedata.normalize("NFC", name))
        if entry is None:
            raise FacespaceError("There is no such file.")
        pieces, size = [], 0
        with _sentences(), self._zip.open(entry) as file:
            while piece := file.read(PIECE):
                size += len(piece)
                if size > min(entry.file_size, limits.MAX_BYTES):
                    raise FacespaceError("The ZIP says that the file is smaller than it is.")
                pieces.append(piece)
            if size < entry.file_size:  # zipfile then compares no check sum
                raise zipfile.BadZipFile
        return b"".join(pieces)

    @contextmanager
    def outline(self, content_of: Callable[[str], bool]) -> Iterator[Path]:
        """A temporary folder with all files of the archive, of which most are empty.

        So what reads a folder can read an archive, while pictures are taken from it one by one.
        The folder is removed on the way out, whatever happens.

        Args:
            content_of: whether the file of this name is to have its content.

        Raises:
            FacespaceError: such a file is damaged.
        """
        with tempfile.TemporaryDirectory(prefix="facespace-") as temporary:
            folder = Path(temporary)
            try:
                for name in self._entries:
                    path = folder / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    with path.open("xb") as file:
                        if content_of(name):
                            file.write(self.read(name))
            except OSError as error:
                raise FacespaceError(f"The ZIP cannot be laid out: {error.strerror}.") from error
            yield folder


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except (*_BROKEN, OSError) as error:
        raise FacespaceError("The file is not a ZIP archive, or it is incomplete.") from error


def _opened(file: BinaryIO) -> tuple[zipfile.ZipFile, dict[str, zipfile.ZipInfo]]:
    """The archive and its files by name, once its list of files is seen to be harmless."""
    size = file.seek(0, io.SEEK_END)
    if size > limits.MAX_ARCHIVE_BYTES:
        most = _mb(limits.MAX_ARCHIVE_BYTES)
        raise FacespaceError(f"The ZIP has {_mb(size)}; at most {most} are read.")
    # zipfile asks of a file no more than _Bounded has.
    archive = zipfile.ZipFile(cast(BinaryIO, _Bounded(file)))
    entries = archive.infolist()
    if len(entries) > limits.MAX_ARCHIVE_FILES:
        raise FacespaceError(_TOO_MANY)
    _demand_bounds(entries)
    files: dict[str, zipfile.ZipInfo] = {}
    taken: set[str] = set()
    folders: set[str] = set()
    for entry in entries:
        name = _name(entry)
        _demand_plain(entry, name)
        if entry.is_dir() or not name or _is_hidden(name):
            continue
        if _folded(name) in taken:
            raise FacespaceError(f"The ZIP holds two files of the name {name!r}.")
        files[name] = entry
        taken.add(_folded(name))
        folders |= {_folded(str(parent)) for parent in PurePosixPath(name).parents}
    if not files:
        raise FacespaceError("There is no file in the ZIP.")
    if both := sorted(taken & folders):
        raise FacespaceError(f"In the ZIP {both[0]!r} is a file and a folder.")
    return archive, files


class _Bounded:
    """A file of which only so much is read at once as an honest list of files takes.

    zipfile reads the list as a whole, however long it claims to be, and keeps all of it.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        most = max(PIECE, LISTED * limits.MAX_ARCHIVE_FILES)
        content = self._file.read(most + 1 if size < 0 else min(size, most + 1))
        if len(content) > most:
            raise FacespaceError(_TOO_MANY)
        return content


def _name(entry: zipfile.ZipInfo) -> str:
    """The name of an entry, relative and with ``/``; "" for the top folder.

    Raises:
        FacespaceError: it leads out of the folder, or no file can have it.
    """
    name = entry.orig_filename
    if not entry.flag_bits & _UTF8:
        # By the book such a name is in code page 437; in truth it often is UTF-8 all the same.
        try:
            name = name.encode("cp437").decode()
        except UnicodeError:
            name = entry.orig_filename
    name = name.replace("\\", "/")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or PureWindowsPath(name).drive or ".." in parts:
        raise FacespaceError(f"The ZIP names a file outside its own folder: {name!r}.")
    if (
        any(unicodedata.category(c) == "Cc" for c in name)
        or any(len(part.encode(errors="replace")) > MAX_NAME for part in parts)
        or len(parts) > limits.MAX_ARCHIVE_DEPTH
        or len(name.encode(errors="replace")) > limits.MAX_ARCHIVE_NAME
    ):
        raise FacespaceError(f"The ZIP names a file as no file can be named: {name[:80]!r}.")
    return unicodedata.normalize("NFC", "/".join(parts))


def _demand_plain(entry: zipfile.ZipInfo, name: str) -> None:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise FacespaceError(f"In the ZIP {name!r} is a link, not a file.")
    if entry.flag_bits & _ENCRYPTED:
        raise FacespaceError("The ZIP is encrypted. Pack it again without a password.")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise FacespaceError(f"In the ZIP {name!r} is packed in a way that is not read.")
    if name.lower().rpartition(".")[2] in NESTED and not entry.is_dir():
        raise FacespaceError(f"There is an archive in the ZIP: {name!r}. Unpack it first.")


def _demand_bounds(entries: list[zipfile.ZipInfo]) -> None:
    """No file, nor all of them, may unpack to too much; no two may share their packed content.

    Shared content is how a small archive unpacks to petabytes (Fifield 2019).
    """
    for entry in entries:
        if entry.file_size > limits.MAX_BYTES:
            raise FacespaceError(
                f"A file in the ZIP unpacks to {_mb(entry.file_size)}; at most "
                f"{_mb(limits.MAX_BYTES)} are read."
            )
        swollen = entry.file_size > limits.MAX_ARCHIVE_RATIO * entry.compress_size
        if swollen and entry.file_size > RATIO_FROM:
            raise FacespaceError(
                "A file in the ZIP unpacks to more than "
                f"{limits.MAX_ARCHIVE_RATIO} times its packed size. No photo does."
            )
    total = sum(entry.file_size for entry in entries)
    if total > limits.MAX_ARCHIVE_UNPACKED:
        raise FacespaceError(
            f"The ZIP unpacks to {_mb(total)}; at most {_mb(limits.MAX_ARCHIVE_UNPACKED)} are read."
        )
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < 0:
            raise zipfile.BadZipFile("its head is missing")
        if entry.header_offset < end:
            raise FacespaceError("Files of the ZIP share their packed content.")
        end = entry.header_offset + entry.compress_size


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in name.split("/"))


def _folded(name: str) -> str:
    """A name as file systems compare it that tell neither case nor forms of accents apart."""
    return unicodedata.normalize("NFC", name).casefold()


def _mb(size: int) -> str:
    return f"{size / 2**20:,.0f} MB"


_ENCRYPTED, _UTF8 = 0x1, 0x800  # bits of an entry's flags
_TOO_MANY = f"The ZIP lists more than {limits.MAX_ARCHIVE_FILES:,} files."
