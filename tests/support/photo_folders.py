"""Folders and tables of photos that tests make."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from facespace.datasets.label_table import Photo

#: The name of folders that ``shut`` keeps anybody from reading.
SHUT = "shut"


def touched(folder: Path, *names: str) -> Path:
    """A folder with empty files of these names."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def shut(patch: pytest.MonkeyPatch) -> None:
    """Let folders called ``SHUT`` be ones that may not be read, by whoever runs the tests."""
    scandir = os.scandir

    def refuses(path: Path) -> Iterator[os.DirEntry[str]]:
        if Path(path).name == SHUT:
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    patch.setattr(os, "scandir", refuses)


def numbered(count: int, **columns: Callable[[int], Any]) -> list[Photo]:
    """Photos 0.jpg, 1.jpg and so on, female and male in turn; columns by their number."""
    return [
        Photo(
            Path(f"{i}.jpg"),
            ("female", "male")[i % 2],
            **{name: value(i) for name, value in columns.items()},
        )
        for i in range(count)
    ]
