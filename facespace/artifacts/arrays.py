"""Arrays of an NPZ file that the manifest lists: verified, read into a type, kept."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np

from facespace.artifacts.manifest import Manifest
from facespace.types import FacespaceError

T = TypeVar("T")


def load_arrays(manifest: Manifest, name: str, read: Callable[[Any], T], what: str) -> T:
    """What ``read`` makes of the arrays of a listed file; read once as long as it stays the same.

    Args:
        manifest: lists the file.
        name: of the file.
        read: the arrays by name, as NumPy opens them -> what is made of them. May raise ValueError
            with what is wrong with them.
        what: what the file should be and is not, for the sentence.

    Raises:
        FacespaceError: the file is not listed, missing, altered, no NPZ file, or ``read`` found an
            array wrong or missing.
    """
    return cast(T, _read(manifest.listed_path(name), manifest.files[name].sha256, read, what))


@lru_cache(maxsize=8)
def _read(path: Path, sha256: str, read: Callable[[Any], Any], what: str) -> Any:
    try:
        with np.load(path, allow_pickle=False) as data:
            return read(data)
    except _NOT_ARRAYS as error:
        raise FacespaceError(f"{path} {what}: {error}.") from error


#: What NumPy, ZIP and whoever looks at the arrays raise for a file that is something else.
_NOT_ARRAYS = (
    *(OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError),
    *(EOFError, MemoryError, NotImplementedError, zipfile.BadZipFile, zlib.error),
)
