"""Folders of labelled photos -> one table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from facespace.datasets import layouts
from facespace.datasets.layouts import COLUMNS, Photo
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


def read_dataset(folder: Path, limit: int | None = None, most: int | None = None) -> Dataset:
    """Read a folder that has one of ``layouts.LAYOUTS``.

    Args:
        folder: the data set.
        limit: for a quick try, at most so many photos, drawn evenly from classes and splits.
        most: labelled photos that are read; any number where None.

    Raises:
        FacespaceError: there is no such folder, it has no such layout, no label in it, photos of
            one class only, or more than are read.
    """
    if not folder.is_dir():
        raise FacespaceError(f"There is no folder {folder}.")
    layout = layouts.of(folder)
    photos, problems = layout.read(folder) if layout else ([], [])
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
    about = _about(folder, layout.name if layout else "")
    return Dataset(
        name=folder.resolve().name,
        folder=folder,
        photos=_draw(photos, limit) if limit else photos,
        title=about.get("title", folder.resolve().name),
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
        return {str(key): str(value)[:MOST_TEXT] for key, value in about.items()}
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
