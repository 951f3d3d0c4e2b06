"""Files that grow line by line for as long as a program runs, and go on where they ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from facespace.io.atomic import NamedFile

#: Bytes that are looked at together for the end of the last whole line.
_BLOCK = 2**16


@contextmanager
def growing(path: Path) -> Iterator[NamedFile]:
    """A file to append lines to, made if need be; what is written is there at once.

    A last line that broke off, as a killed process leaves it, is cut away.

    Yields:
        the file, at its end; it can be read too.

    Raises:
        OSError: it cannot be written.
    """
    with NamedFile(path, "ab+") as file:
        end = file.seek(0, 2)
        while end:
            start = max(0, end - _BLOCK)
            file.seek(start)
            if whole := file.read(end - start).rfind(b"\n") + 1:
                end = start + whole
                break
            end = start
        file.truncate(end)
        file.seek(0, 2)
        yield file
