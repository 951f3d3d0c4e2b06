"""How folders of labelled photos are laid out: recognised by what is in them, and read.

Beside two layouts for anybody's own photos, those in which public data sets come.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from facespace.datasets import label_table
from facespace.datasets.label_table import LABELS, SPLITS, Found, Photo
from facespace.io import read_table, walk
from facespace.io.formats import is_picture_file, passed_over
from facespace.io.names import folded, unquoted
from facespace.types import FacespaceError

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
TEXTS = frozenset({*label_table.NAMES, "dataset.json", *_FAIRFACE, *NAMES.values()})


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to lay out photos: what is said of it, whether a folder has it, and its reader.

    ``name`` is that of the public data set whose own it is, "" where it is nobody's. The reader
    takes the folder and what values of a table stand for (see ``label_table.read``).
    """

    name: str
    words: str
    fits: Callable[[Path], bool]
    read: Callable[[Path, Mapping[str, str]], Found]


def is_text(name: str) -> bool:
    """Whether a file of this name, in whatever case, says something of photos."""
    return folded(name.rpartition("/")[2]) in TEXTS


def of(folder: Path) -> Layout | None:
    """The layout of a folder; None where it has none of ``LAYOUTS``."""
    return next((layout for layout in LAYOUTS if layout.fits(folder)), None)


def _read_labels(folder: Path, labels: Mapping[str, str]) -> Found:
    table = label_table.of(folder)
    assert table is not None
    return label_table.read(table, folder, labels=labels)


def _read_sorted(folder: Path) -> Found:
    """The photos of folders by class, which may be in folders by split, or hold these."""
    photos: list[Photo] = []
    others: list[str] = []
    outside = 0
    for path in files(folder):
        label, split = _sorted_into(path.relative_to(folder).parent.parts)
        if not label:
            outside += is_picture_file(path)
        elif is_picture_file(path):
            photos.append(Photo(path, label, split=split))
        else:
            others.append(path.name)
    remarks = [passed_over(others, len(photos))] if others else []
    if outside:
        remarks.append(f"{outside:,} photos outside of the folders of the classes were left out.")
    return photos, remarks


def _sorted_into(folders: Sequence[str]) -> tuple[str, str]:
    """The label and the split of what is in folders within each other; "" where they say none."""
    first, second = [*(name.lower() for name in folders[:2]), "", ""][:2]
    if first in SPLITS:
        return LABELS.get(second, ""), SPLITS[first]
    return LABELS.get(first, ""), SPLITS.get(second, "")


def classes(folder: Path) -> list[Path]:
    """The folders of one class in a folder, or in its folders of one split."""
    tops = inside(folder)
    splits = [path for path in tops if path.name.lower() in SPLITS]
    inner = (path for split in splits for path in inside(split))
    return [path for path in (*tops, *inner) if path.name.lower() in LABELS]


def inside(folder: Path) -> list[Path]:
    """The folders in a folder, hidden ones left out; none where it cannot be read."""
    try:
        return [p for p in sorted(folder.iterdir()) if not walk.is_hidden(p.name) and p.is_dir()]
    except OSError:
        return []


def files(folder: Path, levels: int | None = None) -> list[Path]:
    """All files in and below a folder.

    Raises:
        FacespaceError: a folder cannot be read, so that nobody knows what is missing.
    """
    found = walk.below(folder, levels=levels)
    for path, problem in found.problems.items():
        raise FacespaceError(f"{path}: {problem}")
    return found.files


def _read_fairface(folder: Path) -> Found:
    """FairFace's two tables; the photos lie beside them, or in the folder of its archive."""
    inside = sorted(folder.glob("fairface-img-margin*"))
    beside = any((folder / side).is_dir() for side in ("train", "val"))
    photos: list[Photo] = []
    problems: list[str] = []
    for name, split in _FAIRFACE.items():
        if (folder / name).is_file():
            root = inside[0] if inside and not beside else folder
            some, complaints = label_table.read(folder / name, root, split)
            photos += some
            problems += [f"{name}: {sentence}" for sentence in complaints]
    return photos, problems


def _read_utkface(folder: Path) -> Found:
    """UTKFace's photos, in the folder or in its parts.

    A few names lack one of the three numbers, and nobody can tell which: they are left out.
    """
    photos: list[Photo] = []
    odd = 0
    for path in filter(is_picture_file, files(folder, levels=1)):
        if named := _UTKFACE.match(path.name):
            age, gender, race = named.groups()
            label, race = ("male", "female")[int(gender)], _UTKFACE_RACES[int(race)]
            photos.append(Photo(path, label, str(int(age)), race))
        else:
            odd += 1
    said = f"{odd} photos whose names do not say age, gender and race were left out."
    return photos, [said] if odd else []


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
    for path in _by_person(files(tree, levels=1)):
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
                lines = read_table.lines((place / name).read_bytes())
            except (OSError, FacespaceError) as error:
                raise FacespaceError(f"{place / name} cannot be read: {error}") from error
            return {_listed_name(line) for line in lines}
    raise FacespaceError(
        f"{folder} has photos by person, as LFW has, which says of nobody whether female or male. "
        f"Put {' and '.join(NAMES.values())} in it, a name (Aaron_Eckhart) or file "
        "(Aaron_Eckhart_0001.jpg) a line."
    )


def _listed_name(line: str) -> str:
    """The person or file of a line, which may go on with other columns."""
    first = unquoted(re.split("[;\t]", line)[0]).replace("\\", "/")
    return unicodedata.normalize("NFC", first.rpartition("/")[2].replace(" ", "_"))


def _lfw_tree(folder: Path) -> Path | None:
    """Where the persons' folders are: here, or where scikit-learn puts them."""
    inner = (place / name for place in (folder, folder / "lfw_home") for name in _LFW)
    trees = (tree for tree in (*inner, folder) if tree.is_dir())
    return next((t for t in trees if any(_by_person(walk.below(t, levels=1).files))), None)


def _by_person(files: Iterable[Path]) -> Iterator[Path]:
    """The files like ``Aaron_Eckhart/Aaron_Eckhart_0001.jpg``."""
    for path in files:
        person, _, number = path.stem.rpartition("_")
        named = person == path.parent.name and len(number) == 4 and number.isdecimal()
        if named and is_picture_file(path):
            yield path


#: All layouts; the first that fits counts.
LAYOUTS = (
    Layout(
        "",
        "a labels.csv (columns file, gender)",
        lambda folder: label_table.of(folder) is not None,
        _read_labels,
    ),
    Layout(
        "",
        "the photos sorted into female/ and male/, perhaps inside train/ and test/",
        lambda folder: bool(classes(folder)),
        lambda folder, _: _read_sorted(folder),
    ),
    Layout(
        "fairface",
        "FairFace’s fairface_label_train.csv and fairface_label_val.csv",
        lambda folder: any((folder / name).is_file() for name in _FAIRFACE),
        lambda folder, _: _read_fairface(folder),
    ),
    Layout(
        "",
        "LFW’s lfw_funneled/Name/Name_0001.jpg with female_names.txt and male_names.txt",
        lambda folder: _lfw_tree(folder) is not None,
        lambda folder, _: _read_lfw(folder),
    ),
    Layout(
        "utkface",
        "UTKFace’s names (age_gender_race_date.jpg)",
        lambda folder: any(_UTKFACE.match(p.name) for p in walk.below(folder, levels=1).files),
        lambda folder, _: _read_utkface(folder),
    ),
)
