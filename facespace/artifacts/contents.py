"""What is in the files that the manifest lists: verified, read into a type, and kept."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from tokenize import TokenError
from typing import Any, TypeVar, cast

import numpy as np

from facespace.artifacts.files import TRAIN_AGAIN
from facespace.artifacts.manifest import Manifest, read_object
from facespace.io.typed_json import typed
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
    return cast(T, _arrays(manifest.listed_path(name), manifest.files[name].sha256, read, what))


def load_json(manifest: Manifest, name: str, kind: type[T]) -> T:
    """A listed JSON file as a dataclass; read once as long as it stays the same.

    Raises:
        FacespaceError: the file is not listed, missing, altered, or of another shape.
    """
    return cast(
        T, _object(manifest.listed_path(name), manifest.files[name].sha256, cast(Any, kind))
    )


@lru_cache(maxsize=8)
def _arrays(path: Path, sha256: str, read: Callable[[Any], Any], what: str) -> Any:
    try:
        with np.load(path, allow_pickle=False) as data:
            return read(data)
    except _NOT_ARRAYS as error:
        raise FacespaceError(f"{path} {what}: {error}.") from error


#: What NumPy, ZIP and whoever looks at the arrays raise for a file that is something else.
_NOT_ARRAYS = (
    *(OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError),
    *(EOFError, MemoryError, NotImplementedError, zipfile.BadZipFile, zlib.error),
    *(SyntaxError, TokenError),  # of a head that is no longer Python's
)


@lru_cache(maxsize=8)
def _object(path: Path, sha256: str, kind: type[Any]) -> Any:
    try:
        return typed(kind, read_object(path), path.stem)
    except ValueError as error:
        raise FacespaceError(
            f"{path} is not as this version reads it: {error}. {TRAIN_AGAIN}"
        ) from error
