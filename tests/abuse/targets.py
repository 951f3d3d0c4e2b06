"""What is fuzzed: readers of bytes from strangers. Each returns, or raises FacespaceError alone."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from facespace.artifacts.manifest import load_manifest
from facespace.datasets.dataset import read_dataset
from facespace.io import images
from facespace.io.archive import Archive
from facespace.metrics import groups
from facespace.types import FacespaceError


def photo(content: bytes) -> None:
    """``images.load``, which gives a picture of some pixels."""
    assert images.load(content).size


def manifest(content: bytes) -> None:
    """The reader of ``manifest.json``."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "manifest.json").write_bytes(content)
        found = load_manifest(Path(folder))
        assert found.default in found.models
        for info in found.files.values():
            assert found.path(info).parent == Path(folder)


def labels(content: bytes) -> None:
    """The reader of ``labels.csv``, and what is made of its ages."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "labels.csv").write_bytes(content)
        for row in read_dataset(Path(folder)).photos:
            assert Path(folder) in (row.path, *row.path.parents)
            assert ".." not in row.path.parts
            groups.order_of(groups.age_group(row.age))


def archive(content: bytes) -> None:
    """The reader of ZIPs: all that is in them, and the folder that they are laid out in."""
    with Archive(content) as opened:
        for name in opened.names:
            assert not Path(name).is_absolute() and ".." not in Path(name).parts
            try:
                opened.read(name)
            except FacespaceError:
                continue
        with opened.outline(lambda _: False) as folder:
            laid = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
            assert laid >= set(opened.names)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "photo": photo,
    "manifest": manifest,
    "labels": labels,
    "archive": archive,
}


def harmless(target: Callable[[bytes], None], content: bytes) -> None:
    """Run a target; anything but a result or the typed error goes through."""
    try:
        target(content)
    except FacespaceError as error:
        assert str(error)
