"""Labelled photos of a folder, or of a ZIP that somebody brings -> one table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from facespace import limits
from facespace.datasets import layouts
from facespace.datasets.label_table import COLUMNS, Photo
from facespace.io.archive import Archive
from facespace.io.names import written
from facespace.types import FacespaceError

__all__ = ["COLUMNS", "Dataset", "Photo", "read_dataset"]

#: Characters at most that ``dataset.json`` says of anything.
MOST_TEXT = 500


@dataclass(frozen=True, slots=True)
class Dataset:
    """The photos of one folder, its name, and what is wrong with it, in sentences.

    ``title``, ``licence`` and ``source`` come from an optional ``dataset.json`` in the folder.
    """

    name: str
    folder: Path
    photos: list[Photo]
    title: str = ""
    licence: str = "not stated"
    source: str = "not stated"
    problems: list[str] = field(default_factory=list)


def read_dataset(
    folder: Path,
    limit: int | None = None,
    most: int | None = None,
    labels: Mapping[str, str] | None = None,
) -> Dataset:
    """Read a folder that has one of ``layouts.LAYOUTS``.

    Args:
        folder: the data set.
        limit: for a quick try, at most so many photos, drawn evenly from classes and splits.
        most: labelled photos that are read; any number where None.
        labels: what values of a table's column gender stand for, as in {"0": "male"}.

    Raises:
        FacespaceError: there is no such folder, it or one in it cannot be read, it has no such
            layout, no label in it, photos of one class only, or more than are read.
    """
    if not folder.is_dir():
        raise FacespaceError(f"There is no folder {folder}.")
    layout = layouts.of(folder)
    if layout is None:
        layouts.files(folder, levels=1)  # says where it cannot be read
    photos, problems = layout.read(folder, labels or {}) if layout else ([], [])
    if most is not None and len(photos) > most:
        raise FacespaceError(f"{folder} has more than {most:,} labelled photos.")
    missing = {"female", "male"} - {photo.label for photo in photos}
    if len(missing) == 2:
        *others, last = (known.words for known in layouts.LAYOUTS)
        raise FacespaceError(
            f"{folder} has no labelled photos. It may hold {'; '.join(others)}; or {last}."
        )
    if missing:
        raise FacespaceError(
            f"{folder} has no photo labelled {missing.pop()}. Photos of both classes are needed."
        )
    about, name = _about(folder, layout.name if layout else ""), written(folder.resolve().name)
    return Dataset(
        name=name,
        folder=folder,
        photos=_draw(photos, limit) if limit else photos,
        title=about.get("title", name),
        licence=about.get("licence", "not stated"),
        source=about.get("source", "not stated"),
        problems=problems,
    )


def _about(folder: Path, known: str) -> dict[str, str]:
    """Title, licence and source, of ``dataset.json`` or of the public data set it seems to be."""
    path = folder / "dataset.json"
    if not path.is_file():
        return _KNOWN.get(folder.resolve().name) or _KNOWN.get(known, {})
    try:
        about = json.loads(path.read_text("utf-8"))
        return {str(key): written(str(value)[:MOST_TEXT]) for key, value in about.items()}
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        raise FacespaceError(f"{path} cannot be read: {error}.") from error


def _draw(photos: Sequence[Photo], limit: int, seed: int = 0) -> list[Photo]:
    """About ``limit`` photos, of each class and split in proportion, in their old order."""
    share = min(1.0, limit / len(photos))
    rng = np.random.default_rng(seed)
    chosen: list[int] = []
    for kind in sorted({(photo.label, photo.split) for photo in photos}):
        members = [i for i, photo in enumerate(photos) if (photo.label, photo.split) == kind]
        chosen += rng.permutation(members)[: max(1, round(share * len(members)))].tolist()
    return [photos[i] for i in sorted(chosen)]


#: Public data sets by the name of their usual folder, or of their layout, for folders without a
#: ``dataset.json``.
_KNOWN = {
    "fairface": {
        "title": "FairFace",
        "licence": "CC BY 4.0",
        "source": "Kärkkäinen and Joo, FairFace, WACV 2021",
    },
    "lfw": {
        "title": "Labeled Faces in the Wild",
        "licence": "no explicit licence; measured with, not shipped",
        "source": "Huang, Ramesh, Berg and Learned-Miller, LFW, 2007",
    },
    "utkface": {
        "title": "UTKFace",
        "licence": "non-commercial research only",
        "source": "Zhang, Song and Qi, UTKFace, CVPR 2017",
    },
    "us_congress": {
        "title": "Portraits of members of the US Congress",
        "licence": "public domain",
        "source": "official portraits",
    },
    "london_frl": {
        "title": "Face Research Lab London Set",
        "licence": "CC BY 4.0",
        "source": "DeBruine and Jones, 2017",
    },
}
_KNOWN |= dict.fromkeys(("lfw_home", "lfw_funneled", "lfw-deepfunneled"), _KNOWN["lfw"])


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
def open_labelled(
    source: Path | bytes | BinaryIO, name: str = "", labels: Mapping[str, str] | None = None
) -> Iterator[LabelledPhotos]:
    """The labelled photos of a folder, or of a ZIP of one; perhaps inside one top folder.

    Of a ZIP only the files that say something of photos touch the disk, in a temporary folder.

    Args:
        source: the folder, or the ZIP: its path, its content, or a file object.
        name: what to call a ZIP that comes without a path.
        labels: what values of a table's column gender stand for, as in {"0": "male"}.

    Raises:
        FacespaceError: there is no such thing, it cannot be read, has no labels, or one class.
    """
    with ExitStack() as stack:
        if isinstance(source, Path) and source.is_dir():
            yield _labelled(read_dataset(_top(source), labels=labels), None, "")
            return
        if isinstance(source, Path) and not source.is_file():
            raise FacespaceError(f"There is no folder or ZIP {source}.")
        if isinstance(source, Path):
            name = source.name
        archive = stack.enter_context(Archive(source))
        folder = stack.enter_context(archive.outline(layouts.is_text))
        top = _top(folder)
        prefix = "" if top == folder else f"{top.name}/"
        try:
            dataset = read_dataset(top, most=limits.MAX_ARCHIVE_FILES, labels=labels)
        except FacespaceError as error:  # nobody knows the temporary folder's name
            words = str(error).replace(f"{top}/", "").replace(str(top), "The ZIP")
            raise FacespaceError(words) from error
        if not prefix and dataset.title == dataset.name:
            dataset = replace(dataset, title=Path(written(name)).stem or "Own photos")
        dataset = replace(dataset, problems=[*dataset.problems, *archive.remarks])
        yield _labelled(dataset, archive, prefix)


def _top(folder: Path) -> Path:
    """The folder, or the only one in it where it holds no labels itself."""
    if layouts.of(folder):
        return folder
    inner = layouts.inside(folder)
    return inner[0] if len(inner) == 1 else folder


def _labelled(dataset: Dataset, archive: Archive | None, prefix: str) -> LabelledPhotos:
    photos, remarks = dataset.photos, list(dataset.problems)
    test = [photo for photo in photos if photo.split == "test"]
    if 0 < len(test) < len(photos):
        remarks.append(f"Tested on the {len(test):,} photos of the split test, of {len(photos):,}.")
        photos = test
    names = [photo.path.relative_to(dataset.folder).as_posix() for photo in photos]

    def content(i: int) -> bytes | Path:
        return archive.read(prefix + names[i]) if archive else photos[i].path

    return LabelledPhotos(dataset, photos, names, content, remarks)
