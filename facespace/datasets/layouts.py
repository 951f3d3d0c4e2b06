"""How folders of labelled photos are laid out: recognised by what is in them, and read.

Beside two layouts for anybody's own photos, those in which public data sets come.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from facespace import limits
from facespace.io.images import SUFFIXES
from facespace.types import FacespaceError

#: What a gender column may say, in lower case.
_LABELS = {"female": "female", "f": "female", "male": "male", "m": "male"}

#: What a split column may say, in lower case.
_SPLITS = {"train": "train", "training": "train", "test": "test", "val": "test"}

#: What stands for an age or a group that nobody knows, in lower case.
_UNKNOWN = {"na", "n/a", "nan", "none", "null", "unknown", "?", "-"}

#: The columns of ``labels.csv`` that are read.
COLUMNS = ("file", "gender", "age", "race", "person", "split")

#: The tables that FairFace comes with, and the split that each is.
_FAIRFACE = {"fairface_label_train.csv": "train", "fairface_label_val.csv": "test"}

#: UTKFace's names: age, gender, race, and when the photo was collected.
_UTKFACE = re.compile(r"(\d{1,3})_([01])_([0-4])_\d{8}")
_UTKFACE_RACES = ("White", "Black", "Asian", "Indian", "Other")

#: Folders of persons as LFW's archives and scikit-learn call them.
_LFW = ("lfw_funneled", "lfw", "lfw-deepfunneled")

#: The two lists that say whose photos, or which photos, are of whom.
NAMES = {"female": "female_names.txt", "male": "male_names.txt"}

#: All files that say something of photos.
TEXTS = frozenset({"labels.csv", "dataset.json", *_FAIRFACE, *NAMES.values()})


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


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to lay out photos: what is said of it, whether a folder has it, and its reader.

    ``name`` is that of the public data set whose own it is, "" where it is nobody's.
    """

    name: str
    words: str
    fits: Callable[[Path], bool]
    read: Callable[[Path], Found]


def of(folder: Path) -> Layout | None:
    """The layout of a folder; None where it has none of ``LAYOUTS``."""
    return next((layout for layout in LAYOUTS if layout.fits(folder)), None)


def _read_labels(folder: Path) -> Found:
    return _read_table(folder / "labels.csv", folder)


def _read_table(path: Path, folder: Path, split: str = "") -> Found:
    """The photos of a table of files inside ``folder``; of ``split`` unless a column says so."""
    photos: list[Photo] = []
    left_out: Counter[str] = Counter()
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            absent = {"file", "gender"} - set(reader.fieldnames or ())
            if absent:
                raise FacespaceError(f"{path} has no column {' or '.join(sorted(absent))}.")
            for number, row in enumerate(reader, 1):
                if number > limits.MAX_LABELS:
                    raise FacespaceError(f"{path} has more than {limits.MAX_LABELS:,} rows.")
                row = {key: (value or "").strip() for key, value in row.items() if key in COLUMNS}
                name, gender = row["file"], row["gender"].lower()
                side = row.get("split", "").lower() or split
                if gender not in _LABELS:
                    left_out["without a label of female or male"] += 1
                elif not name or Path(name).is_absolute() or ".." in Path(name).parts:
                    left_out["whose file is not inside the folder"] += 1
                elif side and side not in _SPLITS:
                    left_out["of a split other than train and test"] += 1
                else:
                    photos.append(
                        Photo(
                            path=folder / name,
                            label=_LABELS[gender],
                            age=_known(row.get("age", "")),
                            race=_known(row.get("race", "")),
                            person=row.get("person", ""),
                            split=_SPLITS.get(side, ""),
                        )
                    )
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FacespaceError(f"{path} cannot be read as a table: {error}.") from error
    return photos, [f"{n} rows {why} were left out." for why, n in left_out.items()]


def _known(text: str) -> str:
    return "" if text.lower() in _UNKNOWN else text


def _read_sorted(folder: Path) -> Found:
    photos = [
        Photo(path, label)
        for label in ("female", "male")
        for path in sorted((folder / label).rglob("*"))
        if is_picture(path)
    ]
    return photos, []


def _read_fairface(folder: Path) -> Found:
    """FairFace's two tables; the photos lie beside them, or in the folder of its archive."""
    inside = sorted(folder.glob("fairface-img-margin*"))
    beside = any((folder / side).is_dir() for side in ("train", "val"))
    photos: list[Photo] = []
    problems: list[str] = []
    for name, split in _FAIRFACE.items():
        if (folder / name).is_file():
            root = inside[0] if inside and not beside else folder
            some, complaints = _read_table(folder / name, root, split)
            photos += some
            problems += [f"{name}: {sentence}" for sentence in complaints]
    return photos, problems


def _read_utkface(folder: Path) -> Found:
    """UTKFace's photos, in the folder or in its parts.

    A few names lack one of the three numbers, and nobody can tell which: they are left out.
    """
    photos: list[Photo] = []
    odd = 0
    for path in sorted(_two_levels(folder)):
        if named := _UTKFACE.match(path.name):
            age, gender, race = named.groups()
            label, race = ("male", "female")[int(gender)], _UTKFACE_RACES[int(race)]
            photos.append(Photo(path, label, str(int(age)), race))
        else:
            odd += 1
    said = f"{odd} photos whose names do not say age, gender and race were left out."
    return photos, [said] if odd else []


def _two_levels(folder: Path) -> Iterator[Path]:
    return (path for glob in ("*", "*/*") for path in folder.glob(glob) if is_picture(path))


def _read_lfw(folder: Path) -> Found:
    """LFW's photos by person, with the labels of two lists of persons or of files.

    Raises:
        FacespaceError: the lists are missing.
    """
    tree = _lfw_tree(folder)
    assert tree is not None
    lists = {label: _list(folder, tree, name) for label, name in NAMES.items()}
    photos: list[Photo] = []
    neither = both = 0
    for path in sorted(_by_person(tree)):
        person = path.parent.name
        labels = [label for label, names in lists.items() if {path.name, person} & names]
        neither += not labels
        both += len(labels) == 2
        if len(labels) == 1:
            photos.append(Photo(path, labels[0], person=person))
    reasons = {"in neither list of names": neither, "in both lists of names": both}
    return photos, [f"{n} photos {why} were left out." for why, n in reasons.items() if n]


def _list(folder: Path, tree: Path, name: str) -> set[str]:
    """The persons, or files, of a list beside or above the persons' folders."""
    for place in dict.fromkeys((folder, tree, tree.parent)):
        if (place / name).is_file():
            try:
                lines = (place / name).read_text("utf-8-sig").splitlines()
            except (OSError, UnicodeDecodeError) as error:
                raise FacespaceError(f"{place / name} cannot be read: {error}.") from error
            return {line.strip().rpartition("/")[2].replace(" ", "_") for line in lines} - {""}
    raise FacespaceError(
        f"{folder} has photos by person, as LFW has, which says of nobody whether female or male. "
        f"Put {' and '.join(NAMES.values())} in it, a name (Aaron_Eckhart) or file "
        "(Aaron_Eckhart_0001.jpg) a line."
    )


def _lfw_tree(folder: Path) -> Path | None:
    """Where the persons' folders are: here, or where scikit-learn puts them."""
    inner = (place / name for place in (folder, folder / "lfw_home") for name in _LFW)
    return next((tree for tree in (*inner, folder) if next(_by_person(tree), None)), None)


def _by_person(tree: Path) -> Iterator[Path]:
    """The files like ``Aaron_Eckhart/Aaron_Eckhart_0001.jpg``."""
    files = tree.glob("*/*_[0-9][0-9][0-9][0-9].jpg")
    return (path for path in files if path.stem[:-5] == path.parent.name)


def is_picture(path: Path) -> bool:
    """Whether a file is called as a picture."""
    return path.suffix.lower().lstrip(".") in SUFFIXES


#: All layouts; the first that fits counts.
LAYOUTS = (
    Layout(
        "",
        "a labels.csv (columns file, gender)",
        lambda folder: (folder / "labels.csv").is_file(),
        _read_labels,
    ),
    Layout(
        "",
        "the photos sorted into female/ and male/",
        lambda folder: any((folder / label).is_dir() for label in ("female", "male")),
        _read_sorted,
    ),
    Layout(
        "fairface",
        "FairFace’s fairface_label_train.csv and fairface_label_val.csv",
        lambda folder: any((folder / name).is_file() for name in _FAIRFACE),
        _read_fairface,
    ),
    Layout(
        "",
        "LFW’s lfw_funneled/Name/Name_0001.jpg with female_names.txt and male_names.txt",
        lambda folder: _lfw_tree(folder) is not None,
        _read_lfw,
    ),
    Layout(
        "utkface",
        "UTKFace’s names (age_gender_race_date.jpg)",
        lambda folder: any(_UTKFACE.match(path.name) for path in _two_levels(folder)),
        _read_utkface,
    ),
)
