"""A table of labels, as people and spreadsheets write it -> labelled photos."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from facespace import limits
from facespace.io.names import Files
from facespace.io.read_table import FILE_TITLES, bare_title, listed, open_table
from facespace.types import FacespaceError

#: What a gender column, or a folder of one class, may be called, in lower case.
LABELS = dict.fromkeys(
    ("female", "females", "f", "woman", "women", "girl", "girls"), "female"
) | dict.fromkeys(("male", "males", "m", "man", "men", "boy", "boys"), "male")

#: What a split column, or a folder of one split, may be called, in lower case. What is kept from
#: the training to validate on is tested on.
SPLITS = dict.fromkeys(("train", "training"), "train") | dict.fromkeys(
    ("test", "testing", "val", "valid", "validation"), "test"
)

#: What stands for an age or a group that nobody knows, in lower case.
_UNKNOWN = {"na", "n/a", "nan", "none", "null", "unknown", "?", "-"}

#: The columns of ``labels.csv`` that are read.
COLUMNS = ("file", "gender", "age", "race", "person", "split")

#: Names of a table of labels: as its text is saved with commas, with tabs, and by Excel with tabs.
NAMES = ("labels.csv", "labels.tsv", "labels.txt")

#: Columns of one class, whose rows say yes or no.
_CLASSES = tuple(word for word in LABELS if len(word) > 1)

#: What else the columns may be called.
_TITLES = {
    "file": FILE_TITLES,
    "gender": (*("sex", "label", "class"), *_CLASSES, *(f"is{word}" for word in _CLASSES)),
    "age": (),
    "race": ("ethnicity",),
    "person": ("personid", "identity", "subject"),
    "split": ("set", "subset"),
}

#: Values without a meaning that are kept to be listed.
_MOST_VALUES = 100

_YES, _NO = ("1", "true", "yes", "y"), ("0", "-1", "false", "no", "n")

#: A value and what it stands for, as in "0=male" and "female: 1"; values may be next to each other.
_MEANING = re.compile(
    r"(?<![^\s=:,;()\[\]{}])(?=([^\s=:,;()\[\]{}]+)\s*[=:]\s*([^\s=:,;()\[\]{}]+))"
)


@dataclass(frozen=True, slots=True)
class Photo:
    """One labelled photo. ``age``, ``race``, ``person`` and ``split`` are "" where not known."""

    path: Path
    label: str
    age: str = ""
    race: str = ""
    person: str = ""
    split: str = ""


#: Photos, and a sentence for every kind of them that was left out.
Found = tuple[list[Photo], list[str]]


def of(folder: Path) -> Path | None:
    """The table of labels in a folder, in whatever case its name is; None where there is none."""
    files = Files(folder)
    tables = (files.find(name) for name in NAMES)
    return next((path for path in tables if path and path.is_file()), None)


def meanings(text: str) -> dict[str, str]:
    """What values stand for: {"0": "male", "1": "female"} where "0=male, 1=female" is said."""
    found = {}
    for one, other in _MEANING.findall(text.casefold()):
        value, word = (other, one) if one in LABELS and other not in LABELS else (one, other)
        if word in LABELS:
            found[value] = LABELS[word]
    return found


def read(
    path: Path, folder: Path, split: str = "", labels: Mapping[str, str] | None = None
) -> Found:
    """The photos that a table names inside a folder.

    Args:
        path: the table.
        folder: where the photos are.
        split: of all photos, unless a column says so.
        labels: by values of the column gender the label that each stands for, where that is no
            usual word for it and the column's title does not say it either.

    Raises:
        FacespaceError: it cannot be read, lacks a column, has too many rows, or no label; says
            what it has instead.
    """
    with open_table(path, _TITLES, ("file", "gender")) as table:
        reader = _Reader(folder, split, LABELS | _said(table.titles["gender"]) | dict(labels or {}))
        for number, row in enumerate(table.rows, 1):
            if number > limits.MAX_LABELS:
                raise FacespaceError(f"{path} has more than {limits.MAX_LABELS:,} rows.")
            reader.take(row)
    values = reader.values
    if values and not reader.labelled:
        raise FacespaceError(
            f"{path} has no labelled photos: its column {table.titles['gender']} says "
            f"{listed(values)}. Say which is which in its title, as in “gender (0=male 1=female)”, "
            "or for a command by --labels 0=male,1=female."
        )
    return reader.photos, reader.remarks()


def _said(title: str) -> dict[str, str]:
    """What the title of a column says of its values: "sex (1=m 2=f)", "male", "is_female"."""
    word = bare_title(title)
    word = word if word in LABELS else word.removeprefix("is")
    if word not in _CLASSES:
        return meanings(title)
    yes = LABELS[word]
    no = "male" if yes == "female" else "female"
    return dict.fromkeys(_YES, yes) | dict.fromkeys(_NO, no) | meanings(title)


class _Reader:
    """Takes the rows of a table: their photos, or why they are left out.

    ``labelled`` counts rows with a label; ``values`` has what the others say instead.
    """

    def __init__(self, folder: Path, split: str, labels: Mapping[str, str]) -> None:
        self._files, self._split, self._labels = Files(folder), split, labels
        self._left_out: Counter[str] = Counter()
        self.photos: list[Photo] = []
        self.labelled = 0
        self.values: dict[str, None] = {}

    def take(self, row: Mapping[str, str]) -> None:
        gender = row["gender"].casefold().removesuffix(".0")
        side = row.get("split", "").lower() or self._split
        if gender not in self._labels:
            self._left_out["without a label of female or male"] += 1
            if gender and len(self.values) < _MOST_VALUES:
                self.values[row["gender"]] = None
            return
        self.labelled += 1
        path = self._files.find(row["file"]) if row["file"] else None
        if path is None:
            self._left_out["whose file is not inside the folder"] += 1
        elif side and side not in SPLITS:
            self._left_out["of a split other than train and test"] += 1
        else:
            rest = {"age": _known(row.get("age", "")), "race": _known(row.get("race", ""))}
            rest |= {"person": row.get("person", ""), "split": SPLITS.get(side, "")}
            self.photos.append(Photo(path, self._labels[gender], **rest))

    def remarks(self) -> list[str]:
        sentences = []
        for why, count in self._left_out.items():
            values = f" ({listed(self.values)})" if "label" in why and self.values else ""
            sentences.append(f"{count} rows {why}{values} were left out.")
        open_ones = sum(not photo.split for photo in self.photos)
        if 0 < open_ones < len(self.photos):
            sentences.append(f"{open_ones} rows have no split.")
        return sentences


def _known(text: str) -> str:
    return "" if text.lower() in _UNKNOWN else text
