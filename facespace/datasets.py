"""Folders of labelled photos -> one table."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from facespace import limits
from facespace.images import SUFFIXES
from facespace.types import FacespaceError

#: What a gender column may say, in lower case.
_LABELS = {"female": "female", "f": "female", "male": "male", "m": "male"}

#: What a split column may say, in lower case.
_SPLITS = {"train": "train", "training": "train", "test": "test", "val": "test"}

#: The columns of ``labels.csv`` that are read.
COLUMNS = ("file", "gender", "age", "race", "person", "split")


#: Characters at most that ``dataset.json`` says of anything.
MOST_TEXT = 500


@dataclass(frozen=True, slots=True)
class Photo:
    """One labelled photo. ``age``, ``race``, ``person`` and ``split`` are "" where not known."""

    path: Path
    label: str
    age: str = ""
    race: str = ""
    person: str = ""
    split: str = ""


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


def read(folder: Path, limit: int | None = None, most: int | None = None) -> Dataset:
    """Read ``labels.csv``, or else the sub-folders ``female/`` and ``male/``.

    Args:
        folder: the data set.
        limit: for a quick try, at most so many photos, drawn evenly from classes and splits.
        most: rows of ``labels.csv`` that are read; ``limits.MAX_LABELS`` where None.

    Raises:
        FacespaceError: there is no such folder, no label in it, photos of one class only, or more
            rows than are read.
    """
    if not folder.is_dir():
        raise FacespaceError(f"There is no folder {folder}.")
    labels = folder / "labels.csv"
    photos, problems = _read_csv(labels, most) if labels.is_file() else (_read_folders(folder), [])
    missing = {"female", "male"} - {photo.label for photo in photos}
    if len(missing) == 2:
        raise FacespaceError(
            f"{folder} has no labelled photos. Put a labels.csv (columns file, gender) in it, "
            "or sort the photos into female/ and male/."
        )
    if missing:
        raise FacespaceError(
            f"{folder} has no photo labelled {missing.pop()}. Photos of both classes are needed."
        )
    about = _about(folder)
    return Dataset(
        name=folder.resolve().name,
        folder=folder,
        photos=_draw(photos, limit) if limit else photos,
        title=about.get("title", folder.resolve().name),
        licence=about.get("licence", "not stated"),
        source=about.get("source", "not stated"),
        problems=problems,
    )


def _read_csv(path: Path, most: int | None) -> tuple[list[Photo], list[str]]:
    """The photos of a ``labels.csv`` and a sentence for every kind of row that was left out."""
    most = most or limits.MAX_LABELS
    photos: list[Photo] = []
    left_out: Counter[str] = Counter()
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            absent = {"file", "gender"} - set(reader.fieldnames or ())
            if absent:
                raise FacespaceError(f"{path} has no column {' or '.join(sorted(absent))}.")
            for number, row in enumerate(reader, 1):
                if number > most:
                    raise FacespaceError(f"{path} has more than {most:,} rows.")
                row = {key: (value or "").strip() for key, value in row.items() if key in COLUMNS}
                name, gender = row["file"], row["gender"].lower()
                side = row.get("split", "").lower()
                if gender not in _LABELS:
                    left_out["without a label of female or male"] += 1
                elif not name or Path(name).is_absolute() or ".." in Path(name).parts:
                    left_out["whose file is not inside the folder"] += 1
                elif side and side not in _SPLITS:
                    left_out["of a split other than train and test"] += 1
                else:
                    photos.append(
                        Photo(
                            path=path.parent / name,
                            label=_LABELS[gender],
                            age=row.get("age", ""),
                            race=row.get("race", ""),
                            person=row.get("person", ""),
                            split=_SPLITS.get(side, ""),
                        )
                    )
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FacespaceError(f"{path} cannot be read as a table: {error}.") from error
    return photos, [f"{n} rows {why} were left out." for why, n in left_out.items()]


def _read_folders(folder: Path) -> list[Photo]:
    return [
        Photo(path, label)
        for label in ("female", "male")
        for path in sorted((folder / label).rglob("*"))
        if path.suffix.lower().lstrip(".") in SUFFIXES
    ]


def _about(folder: Path) -> dict[str, str]:
    path = folder / "dataset.json"
    if not path.is_file():
        return _KNOWN.get(folder.resolve().name, {})
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


#: Public data sets by the name of their usual folder, for folders without a ``dataset.json``.
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
