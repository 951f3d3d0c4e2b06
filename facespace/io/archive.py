"""A ZIP of pictures, read one file at a time, and nothing outside a temporary folder written.

A ZIP from a stranger may name files outside the folder it is unpacked into, hold links, unpack to
a thousand times its size, or list one content many times over. All that its list of files says is
checked before anything is unpacked; what it unpacks to is checked while it is. What leads out of
the folder or swells condemns the whole archive; a file that is of no use is left out alone.
"""

from __future__ import annotations

import io
import stat
import struct
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO, cast

from facespace import limits
from facespace.io import formats
from facespace.io.names import folded
from facespace.io.read_table import listed
from facespace.io.walk import is_hidden
from facespace.types import FacespaceError

#: Bytes unpacked at a time.
PIECE = 2**20

#: Files up to so many bytes may be packed as tightly as they like.
RATIO_FROM = 2**20

#: Bytes of the list of files for each of ``limits.MAX_ARCHIVE_FILES``: its entry and name.
LISTED = 256

#: Bytes of one part of a name that file systems take.
MAX_NAME = 255

#: Characters at most that are shown of a name that no file can have.
MAX_SHOWN = 80

_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError),
    *(RuntimeError, ValueError, OverflowError),
)


class Archive:
    """The files of a ZIP by name; a context manager, for one thread at a time.

    Names are relative, with ``/`` between their parts and accents in one piece with their letters
    (NFC), which macOS takes apart and tables do not. Folders and what ``walk.is_hidden`` calls
    hidden are passed over. ``left_out`` has other files that cannot be read, such as links, and for
    each of these the sentence that says why.

    Raises:
        FacespaceError: it is no ZIP, incomplete, empty, or not to be trusted; says why.
    """

    def __init__(self, source: bytes | BinaryIO | Path) -> None:
        with _sentences():
            file = io.BytesIO(source) if isinstance(source, bytes) else source
            self._own = file.open("rb") if isinstance(file, Path) else None
            try:
                self._zip = _opened(self._own or cast(BinaryIO, file))
                self._entries, self.left_out = _sifted(self._zip.infolist())
            except BaseException:
                self.close()
                raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close what was opened here; a file object that was given stays open."""
        if self._own:
            self._own.close()

    @property
    def names(self) -> list[str]:
        """The names of all files, in the archive's order."""
        return list(self._entries)

    @property
    def remarks(self) -> list[str]:
        """A sentence for each reason for which files are left out: how many, which, and why."""
        return _remarks(self.left_out)

    def read(self, name: str) -> bytes:
        """The content of one file.

        Raises:
            FacespaceError: there is none of that name, it is left out, larger than
                ``limits.MAX_BYTES``, or damaged.
        """
        name = unicodedata.normalize("NFC", name)
        entry = self._entries.get(name)
        if entry is None:
            raise FacespaceError(self.left_out.get(name, "There is no such file."))
        if entry.file_size > limits.MAX_BYTES:
            most = _mb(limits.MAX_BYTES)
            raise FacespaceError(f"The file has {_mb(entry.file_size)}; at most {most} are read.")
        pieces, size = [], 0
        with _sentences(), self._zip.open(entry) as file:
            while piece := file.read(PIECE):
                size += len(piece)
                if size > entry.file_size:
                    raise FacespaceError("The ZIP says that the file is smaller than it is.")
                pieces.append(piece)
            if size < entry.file_size:  # zipfile then compares no check sum
                raise zipfile.BadZipFile
        return b"".join(pieces)

    def head(self, name: str) -> bytes:
        """The first ``formats.HEAD`` bytes of one file; b"" where it is damaged."""
        try:
            with self._zip.open(self._entries[name]) as file:
                return file.read(formats.HEAD)
        except (*_BROKEN, OSError):
            return b""

    @contextmanager
    def outline(self, content_of: Callable[[str], bool]) -> Iterator[Path]:
        """A temporary folder with all files of the archive, of which most are empty.

        Only where its ending does not say whether a file is a picture has it its first bytes.
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
                    if path.exists():  # by another name where case does not tell them apart
                        continue
                    with path.open("xb") as file:
                        if content_of(name):
                            file.write(self.read(name))
                        elif formats.ending(name) not in formats.PICTURE_ENDINGS:
                            file.write(self.head(name))
            except OSError as error:
                raise FacespaceError(f"The ZIP cannot be laid out: {error.strerror}.") from error
            yield folder


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except (*_BROKEN, OSError) as error:
        raise FacespaceError("The file is not a ZIP archive, or it is incomplete.") from error


def _opened(file: BinaryIO) -> zipfile.ZipFile:
    """The archive, once its list of files is seen to be harmless."""
    file.seek(0)
    # zipfile asks of a file no more than _Bounded has.
    archive = zipfile.ZipFile(cast(BinaryIO, _Bounded(file)))
    if len(archive.infolist()) > limits.MAX_ARCHIVE_FILES:
        raise FacespaceError(_TOO_MANY)
    _demand_bounds(archive.infolist())
    return archive


def _sifted(entries: list[zipfile.ZipInfo]) -> tuple[dict[str, zipfile.ZipInfo], dict[str, str]]:
    """The files by name that can be read, and by name why others cannot.

    Raises:
        FacespaceError: a name leads out of the folder, nothing is left, or it is too much.
    """
    files: dict[str, zipfile.ZipInfo] = {}
    left_out: dict[str, str] = {}
    for entry in entries:
        name = _name(entry)
        if entry.is_dir() or not name or any(map(is_hidden, name.split("/"))):
            continue
        why = _fault(entry, name) or (_TWICE if name in files else "")
        if not why:
            files[name] = entry
            continue
        path = PurePosixPath(name if why != _NO_NAME else ascii(name[-MAX_SHOWN:])[1:-1])
        while str(path) in files or str(path) in left_out:
            path = path.with_stem(f"{path.stem} (again)")
        left_out[str(path)] = why
    folders = {folded(str(parent)) for name in files for parent in PurePosixPath(name).parents}
    for name in [name for name in files if folded(name) in folders]:
        del files[name]
        left_out[name] = "A folder in the ZIP has this name, too."
    if not files:
        raise FacespaceError(" ".join(["There is no file in the ZIP.", *_remarks(left_out)]))
    _demand_sizes(files.values())
    return files, left_out


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
        FacespaceError: it leads out of the folder.
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
    return unicodedata.normalize("NFC", "/".join(parts))


def _remarks(left_out: Mapping[str, str]) -> list[str]:
    alike: dict[str, list[str]] = {}
    for name, why in left_out.items():
        alike.setdefault(why, []).append(name)
    return [f"Left out of the ZIP: {len(n):,}, {listed(n)}. {why}" for why, n in alike.items()]


def _fault(entry: zipfile.ZipInfo, name: str) -> str:
    """Why a file is not read, in a sentence; "" where it is."""
    parts = name.split("/")
    if (
        any(unicodedata.category(c) == "Cc" for c in name)
        or any(len(part.encode(errors="replace")) > MAX_NAME for part in parts)
        or len(parts) > limits.MAX_ARCHIVE_DEPTH
        or len(name.encode(errors="replace")) > limits.MAX_ARCHIVE_NAME
    ):
        return _NO_NAME
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
        return "Links and devices in a ZIP are not followed."
    if entry.flag_bits & _ENCRYPTED:
        return "Encrypted files are not read. Pack them again without a password."
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "Only what is stored or deflated is read. Pack it again as a usual ZIP."
    return ""


def _demand_bounds(entries: list[zipfile.ZipInfo]) -> None:
    """No file may unpack to far more than it is packed in; no two may share their packed content.

    Shared content is how a small archive unpacks to petabytes (Fifield 2019).
    """
    for entry in entries:
        swollen = entry.file_size > limits.MAX_ARCHIVE_RATIO * entry.compress_size
        if swollen and entry.file_size > RATIO_FROM:
            raise FacespaceError(
                "A file in the ZIP unpacks to more than "
                f"{limits.MAX_ARCHIVE_RATIO} times its packed size. No photo does."
            )
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < 0:
            raise zipfile.BadZipFile("its head is missing")
        if entry.header_offset < end:
            raise FacespaceError("Files of the ZIP share their packed content.")
        end = entry.header_offset + entry.compress_size


def _demand_sizes(entries: Iterable[zipfile.ZipInfo]) -> None:
    """All that may be read together is not too much; files that are too large alone are not."""
    some = [entry for entry in entries if entry.file_size <= limits.MAX_BYTES]
    packed, whole = (sum(e.compress_size for e in some), sum(e.file_size for e in some))
    if packed > limits.MAX_ARCHIVE_BYTES:
        most = _mb(limits.MAX_ARCHIVE_BYTES)
        raise FacespaceError(f"The ZIP has {_mb(packed)}; at most {most} are read.")
    if whole > limits.MAX_ARCHIVE_UNPACKED:
        most = _mb(limits.MAX_ARCHIVE_UNPACKED)
        raise FacespaceError(f"The ZIP unpacks to {_mb(whole)}; at most {most} are read.")


def _mb(size: int) -> str:
    return f"{size / 2**20:,.0f} MB"


_ENCRYPTED, _UTF8 = 0x1, 0x800  # bits of an entry's flags
_TOO_MANY = f"The ZIP lists more than {limits.MAX_ARCHIVE_FILES:,} files."
_TWICE = "Two files of the ZIP have this name; the first is read."
_NO_NAME = "No file can have this name."
