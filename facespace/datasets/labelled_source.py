"""The labelled photos of a folder or a ZIP that somebody brings, and how to get at each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from facespace import limits
from facespace.datasets import layouts
from facespace.datasets.dataset import Dataset, Photo, read_dataset
from facespace.io.archive import Archive
from facespace.types import FacespaceError


@dataclass(frozen=True, slots=True)
class LabelledPhotos:
    """Photos to test on, how to get the content of one, and what to know about them, in sentences.

    ``names`` are the files' names inside the folder or ZIP, one a photo.
    """

    dataset: Dataset
    photos: Sequence[Photo]
    names: Sequence[str]
    content: Callable[[int], bytes | Path]
    remarks: Sequence[str]


@contextmanager
def open_labelled(source: Path | bytes | BinaryIO, name: str = "") -> Iterator[LabelledPhotos]:
    """The labelled photos of a folder, or of a ZIP of one; perhaps inside one top folder.

    Of a ZIP only the files that say something of photos touch the disk, in a temporary folder.

    Args:
        source: the folder, or the ZIP: its path, its content, or a file object.
        name: what to call a ZIP that comes without a path.

    Raises:
        FacespaceError: there is no such thing, it cannot be read, has no labels, or one class.
    """
    with ExitStack() as stack:
        if isinstance(source, Path) and source.is_dir():
            yield _labelled(read_dataset(_top(source)), None, "")
            return
        if isinstance(source, Path) and not source.is_file():
            raise FacespaceError(f"There is no folder or ZIP {source}.")
        if isinstance(source, Path):
            name = source.name
        archive = stack.enter_context(Archive(source))
        texts = {n for n in archive.names if n.rpartition("/")[2] in layouts.TEXTS}
        folder = stack.enter_context(archive.outline(texts.__contains__))
        top = _top(folder)
        prefix = "" if top == folder else f"{top.name}/"
        try:
            dataset = read_dataset(top, most=limits.MAX_ARCHIVE_FILES)
        except FacespaceError as error:  # nobody knows the temporary folder's name
            words = str(error).replace(f"{top}/", "").replace(str(top), "The ZIP")
            raise FacespaceError(words) from error
        if not prefix and dataset.title == top.name:
            dataset = replace(dataset, title=Path(name).stem or "Own photos")
        yield _labelled(dataset, archive, prefix)


def _top(folder: Path) -> Path:
    """The folder, or the only one in it where it holds no labels itself."""
    if layouts.of(folder):
        return folder
    inner = [path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")]
    return inner[0] if len(inner) == 1 else folder


def _labelled(dataset: Dataset, archive: Archive | None, prefix: str) -> LabelledPhotos:
    photos, remarks = dataset.photos, list(dataset.problems)
    test = [photo for photo in photos if photo.split == "test"]
    if 0 < len(test) < len(photos):
        remarks.append(
            f"Tested on the {len(test):,} photos that the column split marks as test, "
            f"of {len(photos):,}."
        )
        photos = test
    names = [photo.path.relative_to(dataset.folder).as_posix() for photo in photos]

    def content(i: int) -> bytes | Path:
        return archive.read(prefix + names[i]) if archive else photos[i].path

    return LabelledPhotos(dataset, photos, names, content, remarks)
