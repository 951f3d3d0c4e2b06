"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """A path to write to, whose file takes its place at ``path`` when the block ends.

    It is in the same folder; other processes may write the same file meanwhile. An exception
    leaves ``path`` as it was, and nothing beside it.

    Raises:
        OSError: the file cannot be written.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def atomic_write(path: Path) -> Iterator[IO[bytes]]:
    """An open file whose content takes its place at ``path``; see ``atomic_path``."""
    with atomic_path(path) as part, part.open("wb") as file:
        yield file
