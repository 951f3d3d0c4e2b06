"""What is fuzzed: readers of bytes from strangers. Each returns, or raises FacespaceError alone,
and writes nothing outside the temporary folder."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from facespace.artifacts import coordinates, face_space, mean_faces, scores, verdicts
from facespace.artifacts.dataset_description import load_described
from facespace.artifacts.manifest import Manifest, artifacts_folder, load_manifest
from facespace.artifacts.report import load_report
from facespace.datasets.dataset import open_labelled, read_dataset
from facespace.io import images, read_table
from facespace.io.archive import Archive
from facespace.metrics import groups
from facespace.review import exchange
from facespace.review.queue import Queue
from facespace.types import FacespaceError
from training.report import fitted_on


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


def names(content: bytes) -> None:
    """The reader of lists of names on standard input."""
    assert all(isinstance(name, str) for name in read_table.names(content))


def labelled(content: bytes) -> None:
    """The reader of ZIPs of labelled photos, and of all that they name."""
    with open_labelled(content, "x.zip") as data:
        for i in range(len(data.names)):
            try:
                assert isinstance(data.content(i), bytes)
            except FacespaceError:
                continue


def reviews(content: bytes) -> None:
    """The reader of ZIPs of reviews: all of one is in the queue, or none, and comes out again."""
    queue = Queue()
    try:
        exchange.unpack(queue, content)
    except FacespaceError:
        assert queue.items() == []
        raise
    again = exchange.pack(queue, queue.items())
    assert exchange.unpack(queue, again).known == len(queue.items())
    queue.close()


#: Those who read each file of the artifacts.
READERS: dict[str, Callable[[Manifest], Any]] = {
    "report.json": load_report,
    "dataset.json": load_described,
    "scores.npz": scores.scored,
    "verdicts.npz": verdicts.judged,
    "fitted_on.npz": fitted_on.load,
    face_space.FILE: lambda found: _used(face_space.load(found.folder)),
    coordinates.FILE: lambda found: coordinates.load(found.folder),
    mean_faces.FILE: lambda found: mean_faces.load(found.folder),
}


def _used(space: face_space.FaceSpace) -> None:
    crops = np.zeros((1, space.side, space.side), np.uint8)
    assert space.rebuilt(space.coordinates(crops)).shape == crops.shape


def artifact(name: str, content: bytes) -> None:
    """The reader of a file of the artifacts, which the manifest lists as it is."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        data = json.loads((artifacts_folder() / "manifest.json").read_text("utf-8"))
        sha256 = hashlib.sha256(content).hexdigest()
        data["files"][name] = {"bytes": len(content), "sha256": sha256}
        (folder / "manifest.json").write_text(json.dumps(data), "utf-8")
        (folder / name).write_bytes(content)
        READERS[name](load_manifest(folder))


TARGETS: dict[str, Callable[[bytes], None]] = {
    "photo": photo,
    "manifest": manifest,
    "labels": labels,
    "archive": archive,
    "names": names,
    "labelled": labelled,
    "reviews": reviews,
    **{name: partial(artifact, name) for name in READERS},
}

#: Where files were written while a target ran; None while none runs.
_written: list[Path] | None = None

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def _watch(event: str, about: tuple[Any, ...]) -> None:
    opens = event == "open" and isinstance(about[2], int) and about[2] & _WRITING
    if _written is not None and (opens or event in ("os.mkdir", "os.symlink", "os.rename")):
        path = about[1] if event in ("os.symlink", "os.rename") else about[0]
        if isinstance(path, str | bytes | os.PathLike):
            _written.append(Path(os.fsdecode(path)))


sys.addaudithook(_watch)


@contextmanager
def _inside_the_temporary_folder() -> Iterator[None]:
    global _written
    written: list[Path] = []
    _written = written
    try:
        yield
    finally:
        _written = None
    own = Path(tempfile.gettempdir()).resolve()
    elsewhere = [path for path in written if not path.resolve().is_relative_to(own)]
    assert [path for path in elsewhere if "__pycache__" not in path.parts] == []


def harmless(target: Callable[[bytes], None], content: bytes) -> None:
    """Run a target; anything but a result or the typed error goes through."""
    with _inside_the_temporary_folder():
        try:
            target(content)
        except FacespaceError as error:
            assert str(error)
