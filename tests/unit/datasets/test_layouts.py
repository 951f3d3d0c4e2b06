"""Public data sets are read as they come."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from facespace.datasets import layouts
from facespace.datasets.dataset import read_dataset
from facespace.datasets.labelled_source import open_labelled
from facespace.datasets.layouts import NAMES, Photo
from facespace.types import FacespaceError
from tests.support.pictures import packed


def touched(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def test_utkface(tmp_path: Path) -> None:
    """All odd names that are known, in the folder or in one of its parts."""
    touched(
        tmp_path,
        "26_1_3_20170117175041574.jpg.chip.jpg",
        "part1/100_0_0_20170112213500903.jpg",
        "24_0_1_20170116220224657 .jpg.chip.jpg",  # a blank
        "55_0_0_20170116232725357jpg.chip.jpg",  # no dot
        "44_1_4_20170116235150272.pg.chip.jpg",  # half a suffix
        "61_1_20170109142408075.jpg.chip.jpg",  # one number is missing, nobody knows which
        "39_1_20170116174525125.jpg.chip.jpg",
        "61_3_20170109150557335.jpg",
        "53__0_20170116184028385.jpg",
        "IMG_20200101.jpg",
        "26_1_3_20170117175041574.txt",
    )
    dataset = read_dataset(tmp_path)
    assert dataset.title == "UTKFace"
    assert {photo.path.name[:10]: photo for photo in dataset.photos} == {
        path.name[:10]: Photo(path, label, age, race)
        for path, label, age, race in (
            (tmp_path / "26_1_3_20170117175041574.jpg.chip.jpg", "female", "26", "Indian"),
            (tmp_path / "part1" / "100_0_0_20170112213500903.jpg", "male", "100", "White"),
            (tmp_path / "24_0_1_20170116220224657 .jpg.chip.jpg", "male", "24", "Black"),
            (tmp_path / "55_0_0_20170116232725357jpg.chip.jpg", "male", "55", "White"),
            (tmp_path / "44_1_4_20170116235150272.pg.chip.jpg", "female", "44", "Other"),
        )
    }
    assert dataset.problems == [
        "5 photos whose names do not say age, gender and race were left out."
    ]


@pytest.mark.parametrize("archive", ["", "fairface-img-margin025-trainval"])
def test_fairface(tmp_path: Path, archive: str) -> None:
    top = "file,age,gender,race,service_test\n"
    train = "train/1.jpg,50-59,Male,East Asian,True\ntrain/2.jpg,more than 70,Female,Indian,False\n"
    (tmp_path / "fairface_label_train.csv").write_text(top + train)
    (tmp_path / "fairface_label_val.csv").write_text(
        top + "val/1.jpg,3-9,Male,East Asian,False\nval/2.jpg,0-2,,Black,False\n"
    )
    root = touched(tmp_path / archive, "train/1.jpg", "val/1.jpg")
    dataset = read_dataset(tmp_path)
    assert (dataset.title, dataset.licence) == ("FairFace", "CC BY 4.0")
    assert dataset.photos == [
        Photo(root / "train/1.jpg", "male", "50-59", "East Asian", "", "train"),
        Photo(root / "train/2.jpg", "female", "more than 70", "Indian", "", "train"),
        Photo(root / "val/1.jpg", "male", "3-9", "East Asian", "", "test"),
    ]
    assert dataset.problems == [
        "fairface_label_val.csv: 1 rows without a label of female or male were left out."
    ]


PERSONS = ("Ann_A", "Bea_B", "Cal_C", "Dan_D", "Eve_E")


def lists(folder: Path, female: str, male: str) -> None:
    for name, text in zip(NAMES.values(), (female, male), strict=True):
        (folder / name).write_text(text, "utf-8")


@pytest.mark.parametrize("tree", ["lfw_home/lfw_funneled", "lfw_funneled", ".", "lfw"])
@pytest.mark.parametrize("beside", [True, False])
def test_lfw(tmp_path: Path, tree: str, beside: bool) -> None:
    """As scikit-learn leaves it, or a part of that; lists name persons or files."""
    root = touched(tmp_path / tree, *(f"{p}/{p}_0001.jpg" for p in PERSONS), "Cal_C/Cal_C_0002.jpg")
    touched(root, "Cal_C/another.jpg")
    assert not (root / "pairs.txt").exists()
    with pytest.raises(FacespaceError, match=r"says of nobody .* Put female_names\.txt and male"):
        read_dataset(tmp_path)
    lists(root if beside else tmp_path, "Ann A\nBea_B_0001.jpg\nEve_E\n", "\nCal_C\nEve_E\n")
    dataset = read_dataset(tmp_path)
    assert dataset.photos == [
        Photo(root / "Ann_A/Ann_A_0001.jpg", "female", person="Ann_A"),
        Photo(root / "Bea_B/Bea_B_0001.jpg", "female", person="Bea_B"),
        Photo(root / "Cal_C/Cal_C_0001.jpg", "male", person="Cal_C"),
        Photo(root / "Cal_C/Cal_C_0002.jpg", "male", person="Cal_C"),
    ]
    assert dataset.problems == [
        "1 photos in neither list of names were left out.",
        "1 photos in both lists of names were left out.",
    ]


def test_the_lists_may_be_above_the_folders_of_persons(tmp_path: Path) -> None:
    home = touched(tmp_path / "lfw_home", *(f"lfw_funneled/{p}/{p}_0001.jpg" for p in PERSONS[:2]))
    lists(home, "Ann_A\n", "Bea_B\n")
    for folder in (tmp_path, home, home / "lfw_funneled"):
        assert len(read_dataset(folder).photos) == 2
    assert read_dataset(home).title == "Labeled Faces in the Wild"
    (home / NAMES["male"]).write_bytes(b"\xff\xfe\xff")
    with pytest.raises(FacespaceError, match="cannot be read"):
        read_dataset(home)


def test_the_real_tree_with_lists_is_what_the_table_says(data: Path, tmp_path: Path) -> None:
    table = read_dataset(data / "lfw")
    (tmp_path / "lfw_funneled").symlink_to(data / "lfw" / "lfw_funneled")
    persons: dict[str, set[str]] = {"female": set(), "male": set()}
    for photo in table.photos:
        persons[photo.label].add(photo.person)
    lists(tmp_path, *("\n".join(sorted(names)) for names in persons.values()))
    found = read_dataset(tmp_path)
    assert not found.problems
    assert Counter((p.path.name, p.label, p.person) for p in found.photos) == Counter(
        (p.path.name, p.label, p.person) for p in table.photos
    )


def test_a_table_of_ones_own_comes_first(tmp_path: Path) -> None:
    touched(tmp_path, "26_1_3_20170117175041574.jpg", "1_0_3_20170117175041574.jpg")
    assert layouts.of(tmp_path) is layouts.LAYOUTS[-1]
    with (tmp_path / "labels.csv").open("w", newline="") as file:
        rows = [("file", "gender"), ("a.jpg", "female"), ("b.jpg", "male")]
        csv.writer(file).writerows(rows)
    assert [photo.path.name for photo in read_dataset(tmp_path).photos] == ["a.jpg", "b.jpg"]


def test_the_sentence_names_every_layout(tmp_path: Path) -> None:
    touched(tmp_path, "a.jpg", "b/c.jpg", "b/c_0001.jpg")
    with pytest.raises(FacespaceError) as caught:
        read_dataset(tmp_path)
    for words in ("labels.csv", "female/ and male/", "fairface_label_train.csv", "lfw_funneled"):
        assert words in str(caught.value)
    assert "age_gender_race_date.jpg" in str(caught.value)


def test_a_zip_may_hold_any_of_them() -> None:
    table = "file,age,gender,race,service_test\n"
    fairface: dict[str, bytes | str] = {
        "fairface_label_val.csv": table + "val/1.jpg,3-9,Male,Black,True\n"
        "val/2.jpg,3-9,Female,Black,True\n",
        "val/1.jpg": b"",
        "val/2.jpg": b"",
    }
    lfw: dict[str, bytes | str] = {
        "lfw_home/lfw_funneled/Ann_A/Ann_A_0001.jpg": b"",
        "lfw_home/lfw_funneled/Cal_C/Cal_C_0001.jpg": b"",
        "lfw_home/female_names.txt": "Ann_A",
        "lfw_home/male_names.txt": "Cal_C",
    }
    for files in (fairface, lfw):
        with open_labelled(packed(files), "some.zip") as found:
            assert {photo.label for photo in found.photos} == {"female", "male"}
