"""What was read already, by content: a file beside the output that an interruption cannot spoil."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from facespace.io.atomic import NamedFile

Entry = dict[str, Any]
"""A reading as plain data (``Reading.to_dict``), perhaps with more beside it: ``BESIDE``."""

#: What an entry may have beside its reading: small pictures of its faces, that those marked "?"
#: are in a review queue, which is named, and a sentence where not all faces were looked at.
THUMBS, QUEUED, NOTE = "thumbs", "queued", "note"
BESIDE = frozenset({THUMBS, QUEUED, NOTE})


class Journal:
    """Entries in a file of lines, found by content; in memory are only their places.

    The first line says by what the entries were made; a journal made by anything else is begun
    anew. Each entry is written in one piece as soon as it is there. A last line that broke off,
    as a killed process leaves it, is cut away. A context manager; for one process at a time.

    Args:
        path: of the file, made if need be.
        fingerprint: of detector, model and settings.

    Raises:
        OSError: the file cannot be opened or written.
    """

    def __init__(self, path: Path, fingerprint: str) -> None:
        self._places: dict[str, int] = {}
        self._file = io.BufferedRandom(NamedFile(path, "ab+"))
        head = json.dumps({"journal": 1, "made_by": fingerprint}).encode() + b"\n"
        self._file.seek(0)
        if self._file.readline() != head:
            self._file.truncate(0)
            self._file.write(head)
            self._file.flush()
            return
        place = len(head)
        for line in self._file:
            if not line.endswith(b"\n") or (key := _key(line)) is None:
                self._file.truncate(place)
                break
            self._places[key] = place
            place += len(line)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._places)

    def get(self, key: str, /) -> Entry | None:
        """The entry of that content, or None."""
        place = self._places.get(key)
        if place is None:
            return None
        self._file.seek(place)
        entry: Entry = json.loads(self._file.readline())["entry"]
        return entry

    def __setitem__(self, key: str, entry: Entry, /) -> None:
        place = self._file.seek(0, 2)
        self._file.write(json.dumps({"key": key, "entry": entry}).encode() + b"\n")
        self._file.flush()
        self._places[key] = place


Known = Journal | dict[str, Entry]
"""Entries by the sha256 of a photo's content."""


def _key(line: bytes) -> str | None:
    try:
        return str(json.loads(line)["key"])
    except (ValueError, KeyError, TypeError):
        return None
