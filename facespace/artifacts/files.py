"""Whether a file is the one that a manifest lists. Needs the standard library alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

#: What to do where the artifacts cannot be used.
TRAIN_AGAIN = "Train again with: python -m training train --data FOLDER --out artifacts"


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A file of the artifacts folder: its name, size in bytes, and sha256 in hexadecimal."""

    name: str
    bytes: int
    sha256: str


class State(StrEnum):
    """Whether a listed file is what the manifest says."""

    OK = "ok"
    MISSING = "missing"
    ALTERED = "altered"


@dataclass(frozen=True, slots=True)
class Verified:
    """A listed file, what was found in its place, and when it was last read."""

    path: Path
    info: FileInfo
    state: State
    at: datetime

    @property
    def problem(self) -> str:
        """A sentence about a file that is missing or altered, "" about any other."""
        if self.state is State.OK:
            return ""
        if self.state is State.MISSING:
            return f"{self.path} is missing. {TRAIN_AGAIN}"
        return f"{self.path} is not the file that manifest.json names. {TRAIN_AGAIN}"


def verify(path: Path, info: FileInfo) -> Verified:
    """What is found where a listed file should be; read again only if it has changed."""
    try:
        facts = path.stat()
        state, at = _state(path, info, facts.st_mtime_ns, facts.st_size)
    except OSError:
        state, at = State.MISSING, datetime.now().astimezone()
    return Verified(path, info, state, at)


def fingerprint(path: Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache(maxsize=64)
def _state(path: Path, info: FileInfo, changed: int, size: int) -> tuple[State, datetime]:
    same = size == info.bytes and fingerprint(path) == info.sha256
    return (State.OK if same else State.ALTERED), datetime.now().astimezone()
