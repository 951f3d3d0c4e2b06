"""Public data sets are read as they come."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from facespace.datasets import layouts
from facespace.datasets.dataset import open_labelled, read_dataset
from facespace.datasets.label_table import Photo
from facespace.datasets.layouts import NAMES
from facespace.types import FacespaceError
from tests.support.photo_folders import shut, touched
from tests.support.pictures import packed


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


@pytest.mark.parametrize(
    ("female", "male"),
    [
        *(("Female", "Male"), ("WOMEN", "MEN"), ("F", "M"), ("girl", "boy"), ("women", "Male")),
        *(("Females", "males"), ("woman", "man"), ("f", "Boys")),
    ],
)
@pytest.mark.parametrize("zipped", [False, True])
def test_class_folders_are_called_as_people_call_them(
    tmp_path: Path, female: str, male: str, zipped: bool
) -> None:
    names = (f"{female}/1.jpg", f"{female}/more/2.JFIF", f"{male}/3.heic")
    touched(tmp_path, *names)
    source = packed(dict.fromkeys(names, b"")) if zipped else tmp_path
    with open_labelled(source, "some.zip") as found:
        assert dict(zip(found.names, (photo.label for photo in found.photos), strict=True)) == {
            names[0]: "female",
            names[1]: "female",
            names[2]: "male",
        }
        assert not found.remarks


@pytest.mark.parametrize(
    ("train", "test"), [("train", "test"), ("Training", "VAL"), ("train", "validation")]
)
@pytest.mark.parametrize("order", ["{split}/{label}", "{label}/{split}"])
@pytest.mark.parametrize("zipped", [False, True])
def test_folders_may_be_splits(
    tmp_path: Path, train: str, test: str, order: str, zipped: bool
) -> None:
    """Over the folders of the classes, or inside them."""
    folders = {
        order.format(split=name, label=label): (split, label.lower())
        for name, split in ((train, "train"), (test, "test"))
        for label in ("Female", "male")
    }
    files = {f"{folder}/x/{i}.jpg": said for folder, said in folders.items() for i in range(2)}
    touched(tmp_path, *files)
    dataset = read_dataset(tmp_path)
    names = (photo.path.relative_to(tmp_path).as_posix() for photo in dataset.photos)
    photos = dict(zip(names, ((p.split, p.label) for p in dataset.photos), strict=True))
    assert photos == files
    with open_labelled(packed(dict.fromkeys(files, b"")) if zipped else tmp_path) as found:
        assert len(found.photos) == 4
        assert found.remarks == ["Tested on the 4 photos of the split test, of 8."]


def test_a_split_may_have_photos_beside_it(tmp_path: Path) -> None:
    touched(tmp_path, "train/women/1.jpg", "test/men/2.jpg", "men/3.jpg", "women/train set/4.jpg")
    photos = {(p.path.name, p.label, p.split) for p in read_dataset(tmp_path).photos}
    assert photos == {
        *(("1.jpg", "female", "train"), ("2.jpg", "male", "test")),
        *(("3.jpg", "male", ""), ("4.jpg", "female", "")),
    }


def test_what_class_folders_leave_out_is_said(tmp_path: Path, astronaut_file: bytes) -> None:
    touched(
        tmp_path,
        *("female/1.jpg", "female/.Trash-1000/2.jpg", "female/@eaDir/1.jpg/THUMB_XL.jpg"),
        *("male/3.jpg", "male/._3.jpg", "male/notes.txt", "male/clip.mp4", "unsure/4.jpg"),
        *("__MACOSX/female/._1.jpg", "readme.txt", "sheet.jpg"),
    )
    (tmp_path / "female" / "no ending").write_bytes(astronaut_file)
    dataset = read_dataset(tmp_path)
    assert [photo.path.name for photo in dataset.photos] == ["1.jpg", "no ending", "3.jpg"]
    assert dataset.problems == [
        "2 of 5 files are not pictures (clip.mp4, notes.txt).",
        "2 photos outside of the folders of the classes were left out.",
    ]
    files = {p: (tmp_path / p) for p in ("female/no ending", "male/3.jpg", "male/notes.txt")}
    content: dict[str, bytes | str] = {name: path.read_bytes() for name, path in files.items()}
    with open_labelled(packed(content)) as found:
        assert list(found.names) == ["female/no ending", "male/3.jpg"]
        assert found.content(0) == astronaut_file
        assert found.remarks == ["1 of 3 files is not a picture (notes.txt)."]


def test_linked_folders_of_photos_are_read(tmp_path: Path) -> None:
    photos, away = tmp_path / "photos", touched(tmp_path / "away", "a/1.jpg", "b/2.jpg", "c/3.jpg")
    (photos / "male").mkdir(parents=True)
    (photos / "female").symlink_to(away / "a", target_is_directory=True)
    (photos / "male" / "batch").symlink_to(away / "b", target_is_directory=True)
    (photos / "male" / "loop").symlink_to(photos, target_is_directory=True)
    found = [(p.path.relative_to(photos).as_posix(), p.label) for p in read_dataset(photos).photos]
    assert found == [("female/1.jpg", "female"), ("male/batch/2.jpg", "male")]


@pytest.mark.parametrize(
    "names",
    [
        ("female/shut/1.jpg", "female/2.jpg", "male/3.jpg"),
        ("shut/train/female/1.jpg", "train/female/2.jpg", "train/male/3.jpg"),
        ("shut/26_1_3_20170117175041574.jpg", "26_1_3_20170117175041575.jpg"),
        ("shut/Ann_A_0001.jpg", "Ann_A/Ann_A_0001.jpg", "female_names.txt", "male_names.txt"),
        ("shut/1.jpg",),
    ],
)
def test_a_folder_that_may_not_be_read_is_named(
    tmp_path: Path, names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """For nobody knows what the figures would be with what is in it."""
    touched(tmp_path, *names)
    shut(monkeypatch)
    with pytest.raises(FacespaceError, match=r"shut: This folder cannot be read: Permission"):
        read_dataset(tmp_path)


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
