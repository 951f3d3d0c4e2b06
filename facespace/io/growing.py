"""Files that grow line by line for as long as a program runs, and go on where they ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from facespace.io.atomic import NamedFile
from facespace.types import FacespaceError

#: Bytes that a first line has at most, and that are looked at together for the end of the last.
_LONGEST, _BLOCK = 2**20, 2**16


@contextmanager
def growing(path: Path, is_own: Callable[[str], object], what: str) -> Iterator[NamedFile]:
    """A file to append lines to, made if need be; what is written is there at once.

    A last line that broke off, as a killed process leaves it, is cut away.

    Args:
        path: the file.
        is_own: whether its first line, with its end, is one of such a file. A ``ValueError`` or a
            ``TypeError``, as of what is no JSON, says that it is not.
        what: such files are, "a file that watch wrote".

    Yields:
        the file, at its end; it can be read too.

    Raises:
        OSError: it cannot be written.
        FacespaceError: there is something else in the file, which is left as it is.
    """
    with NamedFile(path, "ab+") as file:
        if not _begins(file, is_own):
            raise FacespaceError(f"{path} is not {what}; choose another name.")
        file.truncate(_whole(file))
        file.seek(0, 2)
        yield file


def _begins(file: NamedFile, is_own: Callable[[str], object]) -> bool:
    """Whether a file has nothing in it, or begins with a line of its own kind."""
    file.seek(0)
    head, end, _ = file.read(_LONGEST).partition(b"\n")
    if not head + end:
        return True
    try:
        return bool(is_own((head + end).decode("utf-8-sig")))
    except (ValueError, TypeError):
        return False


def _whole(file: NamedFile) -> int:
    """Where the last whole line of a file ends."""
    end = file.seek(0, 2)
    while end:
        start = max(0, end - _BLOCK)
        file.seek(start)
        if whole := file.read(end - start).rfind(b"\n") + 1:
            return start + whole
        end = start
    return 0
